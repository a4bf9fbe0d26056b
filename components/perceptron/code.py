"""The way from the settings' program to the page Code. The program itself stands in the player."""

from __future__ import annotations

from urllib.parse import parse_qsl

import streamlit as st

from gradwalk.address.program import to_query


def code(source: str) -> None:
    """A link that opens the program in the page Code; none for a program that is too long for an address."""
    query = dict(parse_qsl(to_query(source)))
    if query:
        st.page_link("code.py", label="Open the program in Code", query_params=query)
