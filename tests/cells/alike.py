"""What our run shows beside what the oracle shows, in one form."""

from __future__ import annotations

from gradwalk import record
from gradwalk.cells.outputs import steady_svg
from gradwalk.program.cells import split_cells
from gradwalk.recording import Output
from tests.cells.oracle import Oracle, Shown, steady


def ours(source: str) -> list[Shown]:
    """What our run shows under each cell."""
    recording = record(source)
    begins = [cell.line for cell in recording.cells]
    pictures: list[list[str]] = [[] for _ in recording.cells]
    for event in recording.events:
        if isinstance(event, Output) and event.mime != "text/plain":
            pictures[event.cell].append(event.text)
    return [
        Shown(
            steady(cell.shown),
            cell.failure and (cell.failure.type, steady(cell.failure.message), _in_its_cell(cell.failure.line, begins)),
            tuple(pictures[number]),
        )
        for number, cell in enumerate(recording.cells)
    ]


def _in_its_cell(line: int, begins: list[int]) -> int:
    """A line of the program as one of the cell that it stands in, where a function may fail that another cell calls."""
    return line - max(begin for begin in begins if begin <= line) + 1


def theirs(oracle: Oracle, source: str) -> list[Shown]:
    """What Jupyter shows under each cell."""
    return [
        Shown(
            steady(text),
            failure and (failure[0], steady(failure[1]), failure[2]),
            tuple(steady_svg(picture) if picture.lstrip().startswith("<") else picture for picture in pictures),
        )
        for text, failure, pictures in oracle.run([cell for cell, _ in split_cells(source)])
    ]
