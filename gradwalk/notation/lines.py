"""How a place of a program is called: by its cell and the line within it, as Jupyter's Traceback does."""

from __future__ import annotations

from gradwalk.program import Span
from gradwalk.recording import Cell, Recording


def line_name(recording: Recording, line: int) -> str:
    """``cell 3, line 2`` for a line of the whole program; ``line 2`` where there is one cell.

    A file that was run as such keeps its own lines, which an editor shows. Empty lines at a cell's start do not count:
    IPython leaves them out.
    """
    cell, inside = place_in_cell(recording, line)
    return f"line {inside}" if cell is None or len(recording.cells) == 1 else f"cell {cell}, line {inside}"


def place_in_cell(recording: Recording, line: int) -> tuple[int | None, int]:
    """The cell, counted from 1, and the line within it; None and the line itself where a file's own lines count."""
    for number, cell in enumerate(() if recording.file else recording.cells, start=1):
        if cell.line <= line <= cell.line + cell.source.count("\n"):
            return number, line - first_line(cell) + 1
    return None, line


def first_line(cell: Cell) -> int:
    """The line of the program that a cell calls its first."""
    return cell.line + cell.source[: len(cell.source) - len(cell.source.lstrip())].count("\n")


def line_of(recording: Recording, span: Span | None) -> str:
    """The same for a piece of the program, or ``line 12 of model.py`` for another file's."""
    if span is None:
        return "this place"
    return f"line {span.line} of {span.file.rpartition('/')[2]}" if span.file else line_name(recording, span.line)
