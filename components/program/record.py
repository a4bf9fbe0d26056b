"""A program, recorded: everything that the player and the editor show of it, kept by its text."""

from __future__ import annotations

from typing import Any, NamedTuple

import gradwalk
from components.shared.work import answered
from gradwalk.story.cells import ShownCell, shown_cells
from gradwalk.story.player_data import player_data


class RecordedProgram(NamedTuple):
    """Ready for JSON."""

    source: str
    unfold: tuple[int, ...]
    graphs: dict[str, Any]
    story: dict[str, Any]
    cells: list[ShownCell]


@answered
def recorded_program(source: str, unfold: tuple[int, ...] = ()) -> RecordedProgram:
    """Run and record a program, with the turns of its loops in ``unfold`` told step by step.

    Raises ProgramError and LayoutError for what is refused or too large to draw.
    """
    recording = gradwalk.record(source, pictures=True)
    graphs, story = player_data(recording, unfold, statements=True)
    return RecordedProgram(source, unfold, graphs, story, shown_cells(recording))


@answered
def shown_by(source: str) -> list[ShownCell]:
    """What the cells of a program show that is too large to be drawn. Raises ProgramError for what is refused."""
    return shown_cells(gradwalk.record(source))
