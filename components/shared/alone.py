"""A page that shows its player and nothing else, for a frame in somebody's own page: ``?view=player``."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

VIEW = "player"


def alone() -> bool:
    """Whether this page is asked for alone. The player keeps the word in the address: each run of the page finds it."""
    return st.query_params.get("view") == VIEW


def without_the_rest() -> None:
    """Hide what every page shows around its own."""
    st.html(Path(__file__).with_suffix(".css"))
