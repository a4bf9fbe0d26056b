"""The parameters of the page's address, as they were typed."""

from __future__ import annotations

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from gradwalk.address.query import decoded


def parameters() -> dict[str, str]:
    """Streamlit's own reading takes each ``+`` for a space, also that of a sum which somebody typed."""
    known = st.query_params.to_dict()
    context = get_script_run_ctx()
    read = {} if context is None else decoded(context.query_string)
    return {name: read.get(name, value) for name, value in known.items()}
