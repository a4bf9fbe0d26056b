"""The pictures of a run as one Streamlit component: it is sent once, and scrubbed through in the browser alone."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import streamlit as st

from components.shared.assets import component, joined

_mount = component("gradwalk_training", script="training/view.js", styles=joined("training/training.css"))

KEY = "training-view"


class Put(NamedTuple):
    """A point that somebody put down in the plane."""

    x: float
    y: float
    label: int


def view(
    pictures: Mapping[str, Any],
    *,
    opened: str,
    query: str,
    epoch: int | None = None,
    ran: bool = False,
    inside: str = "",
    editable: bool = False,
    changed: Callable[[], None],
) -> None:
    """Show ``pictures.pictures(…)``.

    The slider starts at ``epoch`` (None: at the end) whenever ``opened`` changes. ``query`` is the page's query without
    the epoch, which is written behind it. ``ran``: there are epochs to step into. ``inside``: the query of the one that
    is open, in a player that writes the address as well. ``editable``: a click adds a point. ``changed`` is called
    before the page runs again for an epoch to step into, a point, or another pair of axes.
    """
    data = {"pictures": pictures, "opened": opened, "query": query, "epoch": epoch}
    _mount(
        key=KEY,
        data={**data, "ran": ran, "inside": inside, "editable": editable},
        on_inside_change=changed,
        on_add_change=changed,
        on_remove_change=changed,
        on_pair_change=changed,
    )


def sent(name: str) -> object:
    """What the view sent under this name for this run of the page; None for nothing."""
    state = st.session_state.get(KEY)
    return state.get(name) if isinstance(state, Mapping) else None


def whole(raw: object, most: int) -> int | None:
    """A whole number from 0 to ``most``, as a browser sends it."""
    return raw if isinstance(raw, int) and not isinstance(raw, bool) and 0 <= raw <= most else None


def pair(raw: object, count: int) -> tuple[int, int] | None:
    """Two places below ``count``."""
    if not (isinstance(raw, list) and len(raw) == 2):
        return None
    first, second = (whole(place, count - 1) for place in raw)
    return None if first is None or second is None else (first, second)


def put(raw: object) -> Put | None:
    """A point with finite coordinates and a class."""
    if not isinstance(raw, Mapping):
        return None
    x, y, label = (raw.get(name) for name in ("x", "y", "label"))
    numbers = [place for place in (x, y) if isinstance(place, int | float) and math.isfinite(place)]
    if len(numbers) != 2 or label not in (0, 1):
        return None
    return Put(round(numbers[0], 3), round(numbers[1], 3), int(label))
