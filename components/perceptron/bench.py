"""The places of the page Perceptron: the switch, the settings, what they make, and the code."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import streamlit as st
from streamlit.delta_generator import DeltaGenerator


class Bench(NamedTuple):
    switch: DeltaGenerator
    form: DeltaGenerator
    main: DeltaGenerator
    code: DeltaGenerator


def bench() -> Bench:
    """Form and code in a column beside the rest; on a phone the rest stands first."""
    st.html(Path(__file__).with_suffix(".css"))
    with st.container(key="perceptron-bench"):
        return Bench(*(st.container(key=f"perceptron-place-{place}") for place in Bench._fields))
