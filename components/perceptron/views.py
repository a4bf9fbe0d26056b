"""The switch at the top of the page: step through, by hand, train. The address carries what is chosen."""

from __future__ import annotations

import streamlit as st

from components.shared.alone import view_of
from components.shared.browser_state import label_of

STEP, HAND, TRAIN = "step", "hand", "train"
_TITLES = {STEP: "Step through", HAND: "By hand", TRAIN: "Train"}
_KEY = "perceptron-view"
_FIRST = "first perceptron view"


def chosen_view() -> str:
    """The view that is chosen now; the first time, the one that the address names."""
    if _KEY not in st.session_state:
        carried = {title: view for view, title in _TITLES.items()}.get(label_of(_KEY) or "")
        asked = carried or view_of(st.query_params.get("view", STEP))
        st.session_state[_FIRST] = asked if asked in _TITLES else STEP
    view = st.segmented_control(
        "View",
        list(_TITLES),
        default=st.session_state[_FIRST],  # sent in each run: what the session's state sets is lost in a run overtaken
        format_func=_TITLES.__getitem__,
        key=_KEY,
        required=True,
        label_visibility="collapsed",
    )
    return view or STEP


def with_view(query: str, view: str) -> str:
    """A query that says which view is open; the first one needs no word."""
    return "&".join(part for part in (query, "" if view == STEP else f"view={view}") if part)
