"""The page Code: the cells of a lecture run in real PyTorch, and are shown one step at a time."""

from __future__ import annotations

from typing import NamedTuple

import streamlit as st

from components.player import MOST_UNFOLDED, player, unfolded
from components.program.document import opened_program
from components.program.form_data import edit
from components.program.record import RecordedProgram, recorded_program, shown_by
from components.shared.columns import workbench
from components.shared.work import still
from gradwalk.address.program import to_query
from gradwalk.graph.dot import LayoutError
from gradwalk.program import ProgramError
from gradwalk.story.cells import ShownCell

LAST_GOOD = "last good program"
PLAYER = "program-player"


class Shown(NamedTuple):
    recorded: RecordedProgram | None
    cells: list[ShownCell]
    refused: Exception | None = None
    """Why ``recorded`` is the last good one and not the open program."""


def show(source: str, unfold: tuple[int, ...]) -> Shown:
    """The program, recorded; the last one that could be, where this one is refused."""
    try:
        recorded = recorded_program(source, unfold)
    except (ProgramError, LayoutError) as error:
        last: str | None = st.session_state.get(LAST_GOOD)
        good = still(recorded_program, last)
        # What is too large to be drawn has run all the same.
        cells = shown_by(source) if isinstance(error, LayoutError) else good.cells if good else []
        return Shown(good, cells, error)
    st.session_state[LAST_GOOD] = source
    return Shown(recorded, recorded.cells)


now = opened_program()
for notice in now.notices:
    st.info(notice)

places = workbench(wide=True)
try:
    unfold = tuple(dict.fromkeys((*now.unfold, *unfolded(now.key, PLAYER))))[-MOST_UNFOLDED:]
    shown = show(now.source, unfold)
except Exception:
    # Whatever breaks, what was typed stays in the editor.
    with places.form:
        edit(now, [])
    raise
with places.player:
    player(
        graphs=shown.recorded.graphs if shown.recorded else None,
        story=shown.recorded.story if shown.recorded else None,
        query=to_query(shown.recorded.source, shown.recorded.unfold) if shown.recorded else "",
        step=now.step,
        opened=now.key,
        stale=shown.refused is not None,
        beside=True,
        key=PLAYER,
    )
with places.form:
    edit(now, shown.cells, shown.refused, unfold)
