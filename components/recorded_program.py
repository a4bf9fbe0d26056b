"""A program, recorded: everything that the player and the editor show of it, kept by its text."""

from __future__ import annotations

from typing import Any, NamedTuple

import streamlit as st

import gradwalk
from components.code.shown import ShownCell, shown_cells
from gradwalk.drawing import player_graphs
from gradwalk.timeline import timeline


class RecordedProgram(NamedTuple):
    """Ready for JSON."""

    source: str
    graphs: dict[str, Any]
    story: dict[str, Any]
    cells: list[ShownCell]


@st.cache_data(max_entries=100, ttl=3600, show_spinner=False)
def recorded_program(source: str) -> RecordedProgram:
    """Run and record a program. Raises ProgramError and LayoutError for what is refused or too large to draw."""
    recording = gradwalk.record(source, pictures=True)
    return RecordedProgram(source, player_graphs(recording), timeline(recording), shown_cells(recording))
