"""The places of a page on which something is recorded: the form, the player, the answer."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import streamlit as st
from streamlit.delta_generator import DeltaGenerator


class Workbench(NamedTuple):
    form: DeltaGenerator
    player: DeltaGenerator
    answer: DeltaGenerator


def workbench(*, wide: bool = False) -> Workbench:
    """Form and answer in a column beside the player; on a phone the player stands between them.

    A ``wide`` column has room for lines of code.
    """
    st.html(Path(__file__).with_suffix(".css"))
    with st.container(key="workbench-wide" if wide else "workbench"):
        return Workbench(*(st.container(key=f"workbench-{place}") for place in Workbench._fields))
