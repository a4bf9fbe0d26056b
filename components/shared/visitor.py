"""Who is at the page: somebody at this very machine, or anybody."""

from __future__ import annotations

from urllib.parse import urlsplit

import streamlit as st
from streamlit import config

from serving.routes import asks_here, is_here


def at_home() -> bool:
    """Whether the server is for this machine alone, and is asked from there, under its own name and by no proxy."""
    own = str(config.get_option("server.address") or "")
    headers = st.context.headers
    host = urlsplit(f"//{headers.get('Host') or ''}").hostname or ""
    return is_here(own) and asks_here(headers, st.context.ip_address or "127.0.0.1", host)
