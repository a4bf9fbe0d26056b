"""The page Perceptron's own components: the neuron as textbooks draw it, and the form of its settings.

Both live on one page with the player. The drawing follows the player's steps, and a number that is dragged on it goes
to the form, which alone sends to the server.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

_FOLDER = Path(__file__).parent
_STEPPER, _FORM = _FOLDER.parent / "stepper", _FOLDER.parent / "form"


def _joined(*paths: Path) -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


def _own(*names: str) -> list[Path]:
    return [_FOLDER / name for name in names]


_drawing = st.components.v2.component(
    "gradwalk_neuron",
    css=_joined(*_own("neuron.css")),
    js=_joined(
        _STEPPER / "dom.js",
        _STEPPER / "story.js",
        _FORM / "slider.js",
        *_own("spans.js", "place.js", "ink.js", "drag.js", "pieces.js", "neuron.js"),
    ),
)


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


_form = st.components.v2.component(
    "gradwalk_perceptron",
    css=_joined(_FORM / "form.css", *_own("settings.css")),
    js=_joined(
        _STEPPER / "dom.js",
        _STEPPER / "address.js",
        _FOLDER.parent / "code" / "post.js",
        _FORM / "slider.js",
        *_own("spans.js", "fields.js", "settings.js"),
    ),
)


def settings(data: Mapping[str, Any], *, key: str) -> None:
    """Show the form (``asking.asked``). Call it after everything else on the page: it lets the browser send again."""
    _form(key=key, data=data, on_entry_change=lambda: None)


_hand = st.components.v2.component(
    "gradwalk_hand",
    css=_joined(*_own("hand.css")),
    js=_joined(
        _STEPPER / "dom.js",
        _STEPPER / "formula.js",
        _FOLDER.parent / "code" / "post.js",
        *_own("hand.js"),
    ),
)


def hand(data: Mapping[str, Any], *, key: str) -> None:
    """Show ``by_hand.by_hand(…)``, with the fields of a derivation. It sends what is typed into them."""
    _hand(key=key, data=data, on_entry_change=lambda: None)
