"""What is open on a page: from the address when a visitor comes, then from what the browser sends."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

Entry = TypeVar("Entry")
Open = TypeVar("Open")


def what_is_open(
    place: str,
    component: str,
    entry: Entry | None,
    from_address: Callable[[], Open],
    after: Callable[[Open | None, Entry], Open],
) -> Open:
    """What this run of a page shows, kept for one visitor under the key ``place``.

    ``entry`` is what the browser has sent for the component with the key ``component``, if anything; ``after`` makes
    what is open of what was open before and of that entry. Call it once in a run, before the component is shown.
    """
    before: Open | None = st.session_state.get(place)
    arrived = component not in st.session_state
    if entry is not None:
        now = after(before, entry)
    elif before is None or (arrived and st.query_params):
        now = from_address()
    else:
        now = before
    st.session_state[place] = now
    return now
