"""What is left of a run that its visitor has stopped. Nobody else has it: to ask for it would run the program again."""

from __future__ import annotations

import streamlit as st

from components.program.document import OpenedProgram
from components.shared.work import stop
from serving.work import Parcel

_KEY = "what is left of the run that was stopped"


def stopped(opened: OpenedProgram, source: str) -> Parcel | None:
    """None where nobody has stopped it. Raises what a run raises."""
    if not opened.stopped:
        st.session_state.pop(_KEY, None)
        return None
    which = opened.key, opened.stopped
    if st.session_state.get(_KEY, (None,))[0] != which:
        st.session_state[_KEY] = which, stop(source)
    left: Parcel = st.session_state[_KEY][1]
    return left
