"""The page Perceptron's own components: the neuron as textbooks draw it, and the form of its settings.

Both live on one page with the player. The drawing follows the player's steps, and a number that is dragged on it goes
to the form, which alone sends to the server.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from components.shared.assets import component, joined

_drawing = component("gradwalk_neuron", script="perceptron/neuron.js", styles=joined("perceptron/neuron.css"))
_form = component(
    "gradwalk_perceptron",
    script="perceptron/settings.js",
    styles=joined("shared/fields.css", "expression/form.css", "perceptron/settings.css"),
)
_hand = component("gradwalk_hand", script="perceptron/hand.js", styles=joined("shared/foot.css", "perceptron/hand.css"))


def neuron(
    drawn: Mapping[str, Any] | None,
    *,
    opened: str,
    stale: bool = False,
    whole: bool = False,
    warning: Mapping[str, str] | None = None,
) -> None:
    """Show ``drawn.drawn(…)``. ``opened`` is the player's, whose steps it follows; ``stale`` dims it.

    ``whole`` shows all values and gradients at once, where there is no player. ``warning`` (``title``, ``text``) stands
    below it.
    """
    told = {"opened": opened, "stale": stale, "whole": whole, "warning": warning}
    _drawing(key="neuron", data={**(drawn or {}), **told})


def settings(data: Mapping[str, Any], *, key: str) -> None:
    """Show the form (``form_data.asked``). Call it last on the page: it lets the browser send again."""
    _form(key=key, data=data, on_entry_change=lambda: None)


def hand(data: Mapping[str, Any], *, key: str) -> None:
    """Show ``by_hand.by_hand(…)``, with the fields of a derivation. It sends what is typed into them."""
    _hand(key=key, data=data, on_entry_change=lambda: None)
