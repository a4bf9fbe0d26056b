"""A program, recorded: everything that the player and the editor show of it, kept by its text.

It runs in a locked process of its own. What is left of that process is data that nobody has looked at yet; another
process, which runs no programs, reads it and makes graphs, story and outputs of it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple

from components.player.curves import curves_of
from components.player.packed import compact
from components.shared.mistakes import Failed
from components.shared.work import answered, run
from gradwalk.analysis import Analysis, analyse, analyse_beginning, first_of
from gradwalk.graph.dot import LayoutError
from gradwalk.program import ProgramError
from gradwalk.sandbox.outcome import beginning, recording, size
from gradwalk.settings import SETTINGS
from gradwalk.story.cells import ShownCell, shown_cells
from gradwalk.story.lightened import SAID as LIGHTENED
from gradwalk.story.lightened import lightened
from gradwalk.story.player_data import PlayerData, player_data, with_graphs_of
from serving.work import Parcel

_LONG = 90_000
"""Letters in which a recording came: half a second's work. Of a longer one, the beginning is shown first."""
_FIRST = 3
"""Backward passes at the beginning: so many are open of a long loop, so these steps keep their numbers."""
_STEPS = 300
"""Of a long pass, so many are told at first: the rest takes most of the time, and nobody is there yet."""


class RecordedProgram(NamedTuple):
    """What a page shows of a program; ``graphs`` and ``story`` are the player's, as JSON."""

    source: str
    unfold: tuple[int, ...]
    graphs: bytes
    story: bytes
    steps: int
    second: int
    """The step at which the second cell begins; 0 where there is none."""
    cells: list[ShownCell]
    said: str = ""
    """What it came without."""


_ROOM = 0.9
"""Of what may be sent, for what the player is given; the rest is for what the cells show."""

Begun = Callable[[RecordedProgram], object]


def recorded_program(
    source: str,
    unfold: tuple[int, ...] = (),
    wanted: tuple[int, ...] = (),
    begun: Begun | None = None,
    left: Parcel | None = None,
) -> RecordedProgram:
    """Run and record a program, with the turns of its loops in ``unfold`` told step by step, and the graphs of
    the episodes in ``wanted`` drawn, however many there are. Where reading it takes long, ``begun`` is given what it
    begins with: that has no cells. ``left`` is what is left of it, where it has run.

    Raises ProgramError and LayoutError for what is refused or too large to draw. The same program does not run twice.
    """
    left = run(source) if left is None else left
    if begun is not None and size(left.data) > _LONG:
        with suppress(ProgramError, LayoutError, Failed):  # which the whole will say
            if (first := begun_program(source, left)) is not None:
                begun(first)
    return pictured_program(source, left, unfold, wanted)


def outputs(source: str, left: Parcel | None = None) -> list[ShownCell]:
    """What the cells of a program show that cannot be drawn. Raises ProgramError for what is refused."""
    return shown_program(source, run(source) if left is None else left)


class _Read(NamedTuple):
    """A recording, as it was read and told."""

    digest: str
    source: str
    unfold: tuple[int, ...]
    found: Analysis
    data: PlayerData


class _Last:
    """What this process has read last: the recording of which graphs were left out, for whoever comes to one asks for
    it; and one of which it has told the beginning, for the whole is wanted next."""

    now: _Read | None = None
    begun: tuple[str, str, Analysis] | None = None


@answered
def pictured_program(source: str, left: Parcel, unfold: tuple[int, ...], wanted: tuple[int, ...]) -> RecordedProgram:
    """``left`` is what is left of its process: an ``outcome.Said``."""
    last = _Last.now
    if last is not None and (last.digest, last.source, last.unfold) == (left.digest, source, unfold):
        return _recorded(source, unfold, last.found, with_graphs_of(last.data, last.found, unfold, wanted))
    found = _read(source, left)
    data = player_data(found, unfold, statements=True, wanted=wanted)
    if any(graph.get("left_out") for graph in data.graphs.get("list", ())):
        _Last.now = _Read(left.digest, source, unfold, found, data)
    return _recorded(source, unfold, found, data)


@answered
def begun_program(source: str, left: Parcel) -> RecordedProgram | None:
    """What a program begins with; None where that is all of it."""
    cut = beginning(source, left.data, _FIRST, _STEPS)
    if cut is None:
        whole = _read(source, left)
        _Last.begun = left.digest, source, whole
        first: Analysis | None = first_of(whole, _STEPS)
        passes = sum(episode.call is not None for episode in whole.episodes)
    else:
        first, passes = analyse_beginning(cut[0]), cut[1]
    if first is None:
        return None
    data = player_data(first, statements=True, begins=passes, most=_STEPS)
    return RecordedProgram(source, (), compact(data.graphs), compact(data.story), len(data.story["steps"]), 0, [])


def _read(source: str, left: Parcel) -> Analysis:
    """The whole recording, opened."""
    begun, _Last.now, _Last.begun = _Last.begun, None, None
    if begun is not None and begun[:2] == (left.digest, source):
        return begun[2]
    return analyse(recording(source, left.data))


def _recorded(source: str, unfold: tuple[int, ...], found: Analysis, data: PlayerData) -> RecordedProgram:
    steps: list[dict[str, Any]] = data.story["steps"]
    second = next((place for place, step in enumerate(steps) if step.get("cell") == 1), 0)
    data.story["curves"] = curves_of(found)
    graphs, story, left = _fitting(data)
    return RecordedProgram(
        source, unfold, graphs, story, len(steps), second, shown_cells(found.recording, data.story), left
    )


def _fitting(data: PlayerData) -> tuple[bytes, bytes, str]:
    """Graphs and story as they are sent. What would be too large goes without what can be done without, and says so."""
    graphs, story = compact(data.graphs), compact(data.story)
    if len(graphs) + len(story) <= _ROOM * SETTINGS.message_megabytes * 1e6:
        return graphs, story, ""
    return graphs, compact(lightened(data.story)), LIGHTENED


@answered
def shown_program(source: str, left: Parcel) -> list[ShownCell]:
    return shown_cells(recording(source, left.data))
