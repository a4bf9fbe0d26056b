"""The pictures of a run as one Streamlit component: it is sent once, and scrubbed through in the browser alone."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import streamlit as st

from components.shared.assets import component, joined

_mount = component(
    "gradwalk_training", script="training/view.js", styles=joined("shared/foot.css", "training/training.css")
)

KEY = "training-view"


class Put(NamedTuple):
    """A point that somebody put down in the plane."""

    x: float
    y: float
    label: int


def view(
    scene: Mapping[str, Any],
    *,
    run: str,
    opened: str,
    query: str,
    epoch: int | None = None,
    ready: bool = True,
    inside: str = "",
    editable: bool = False,
    changed: Callable[[], None],
) -> None:
    """Show ``pictures.scene(…)``, and the run that is told at the address ``run``, where there is one.

    Another ``opened`` is another run: it plays from its beginning, or stands at ``epoch``. ``query`` is the page's
    query without the epoch, which is written behind it. ``ready``: the fields mean something that can be run.
    ``inside``: the query of the step that is open, in a player that writes the address as well. ``editable``: a click
    adds a point.
    ``changed`` is called before the page runs again for a run to begin, an epoch to step into, a point, or a cure.
    """
    data = {"scene": scene, "run": run, "opened": opened, "query": query, "epoch": epoch}
    _mount(
        key=KEY,
        data={**data, "ready": ready, "inside": inside, "editable": editable},
        on_run_change=changed,
        on_inside_change=changed,
        on_add_change=changed,
        on_remove_change=changed,
        on_cure_change=changed,
    )


def sent(name: str) -> object:
    """What the view sent under this name for this run of the page; None for nothing."""
    state = st.session_state.get(KEY)
    return state.get(name) if isinstance(state, Mapping) else None


def whole(raw: object, most: int) -> int | None:
    """A whole number from 0 to ``most``, as a browser sends it."""
    return raw if isinstance(raw, int) and not isinstance(raw, bool) and 0 <= raw <= most else None


def put(raw: object) -> Put | None:
    """A point with finite coordinates and a class."""
    if not isinstance(raw, Mapping):
        return None
    x, y, label = (raw.get(name) for name in ("x", "y", "label"))
    numbers = [place for place in (x, y) if isinstance(place, int | float) and math.isfinite(place)]
    if len(numbers) != 2 or label not in (0, 1):
        return None
    return Put(round(numbers[0], 3), round(numbers[1], 3), int(label))
