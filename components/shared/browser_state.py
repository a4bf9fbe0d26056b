"""What the browser has sent for a component, also to a process that has never shown it.

When the process that serves a visitor dies, another one takes over in the middle: the browser sends it the state that
its components hold. Streamlit keeps that out of ``st.session_state`` until the component has been shown, and by then
the page would have answered without it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import streamlit as st
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime.scriptrunner import get_script_run_ctx


def state_of(key: str) -> Mapping[str, Any] | None:
    """The state that the browser last sent for the component with this key; nobody has checked it yet."""
    state = st.session_state.get(key)
    if isinstance(state, Mapping):
        return state
    return None if key in st.session_state else _carried_over(key)


def key_of(*origin: object) -> str:
    """A short key for a document that was opened from ``origin``: the same in every process.

    A browser that another process takes over so finds its own document again, and nothing on its page begins anew.
    """
    return hashlib.sha256(repr(origin).encode("utf-8", "surrogatepass")).hexdigest()[:8]


def label_of(key: str) -> str | None:
    """The label that is chosen in the control with this key, where this process has not shown the control yet."""
    widget = None if key in st.session_state else _widget(key)
    labels = [] if widget is None else widget.string_array_value.data
    return labels[0] if len(labels) == 1 else None


def _widget(key: str) -> WidgetState | None:
    context = get_script_run_ctx()
    widgets = context.session_state.get_widget_states() if context is not None else []
    # Streamlit's name for a widget ends with its key.
    return next((one for one in widgets if one.id.endswith(f"-{key}")), None)


def _carried_over(key: str) -> Mapping[str, Any] | None:
    widget = _widget(key)
    text = "" if widget is None else widget.json_value
    try:
        state = json.loads(text) if text else None
    except (ValueError, RecursionError):
        return None
    return state if isinstance(state, Mapping) else None
