"""A page that shows its player and nothing else, for a frame in somebody's own page: ``?view=player``.

A page with several views names the one that has no player of its own: ``?view=player-hand``.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

VIEW = "player"
_OF_VIEW = f"{VIEW}-"
VIEWS = frozenset((VIEW, f"{_OF_VIEW}hand", f"{_OF_VIEW}train"))


def alone() -> bool:
    """Whether this page is asked for alone. The player keeps the word in the address: each run of the page finds it."""
    return st.query_params.get("view") in VIEWS


def view_of(asked: str) -> str:
    """Which of a page's views an address asks for, in a frame or not."""
    return asked.removeprefix(_OF_VIEW) if asked in VIEWS else asked


def without_the_rest() -> None:
    """Hide what every page shows around its own."""
    st.html(Path(__file__).with_suffix(".css"))
