"""A program, recorded: everything that the player and the editor show of it, kept by its text.

It runs in a locked process of its own. What is left of that process is data that nobody has looked at yet; another
process, which runs no programs, reads it and makes graphs, story and outputs of it.
"""

from __future__ import annotations

from typing import NamedTuple

from components.player.packed import packed
from components.shared.work import answered, run
from gradwalk.analysis import analyse
from gradwalk.sandbox.outcome import recording
from gradwalk.story.cells import ShownCell, shown_cells
from gradwalk.story.player_data import player_data
from serving.work import Parcel


class RecordedProgram(NamedTuple):
    """What a page shows of a program; ``graphs`` and ``story`` are the player's, as JSON."""

    source: str
    unfold: tuple[int, ...]
    graphs: bytes
    story: bytes
    second: int
    """The step at which the second cell begins; 0 where there is none."""
    cells: list[ShownCell]


def recorded_program(source: str, unfold: tuple[int, ...] = (), wanted: tuple[int, ...] = ()) -> RecordedProgram:
    """Run and record a program, with the turns of its loops in ``unfold`` told step by step, and the graphs of
    the episodes in ``wanted`` drawn, however many there are.

    Raises ProgramError and LayoutError for what is refused or too large to draw. The same program does not run twice.
    """
    return pictured_program(source, run(source), unfold, wanted)


def outputs(source: str) -> list[ShownCell]:
    """What the cells of a program show that cannot be drawn. Raises ProgramError for what is refused."""
    return shown_program(source, run(source))


@answered
def pictured_program(source: str, left: Parcel, unfold: tuple[int, ...], wanted: tuple[int, ...]) -> RecordedProgram:
    """``left`` is what is left of its process: an ``outcome.Said``."""
    found = recording(source, left.data)
    graphs, story = player_data(analyse(found), unfold, statements=True, wanted=wanted)
    second = next((place for place, step in enumerate(story["steps"]) if step.get("cell") == 1), 0)
    return RecordedProgram(source, unfold, packed(graphs), packed(story), second, shown_cells(found))


@answered
def shown_program(source: str, left: Parcel) -> list[ShownCell]:
    return shown_cells(recording(source, left.data))
