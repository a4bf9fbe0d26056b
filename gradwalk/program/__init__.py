"""A program: text that was checked against closed lists and has not yet run."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import NamedTuple

Place = tuple[int, int, int, int]
"""Line, column, end line and end column, as a browser is told a place in the text that it shows."""


class Span(NamedTuple):
    """A piece of source text.

    Lines and columns count from 1, in characters, over the whole text; the end column is the first one after the piece.
    """

    line: int
    column: int
    end_line: int
    end_column: int
    file: str = ""
    """Empty for the program's own text; else the path of another file, as Python names it."""

    @property
    def place(self) -> Place | None:
        """Where it is in the program's own text; None in another file."""
        return None if self.file else self[:4]


class ProgramError(Exception):
    """A refusal: what is wrong, where, and what would work. Nothing of the program has run."""

    def __init__(self, message: str, span: Span | None = None, suggestion: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.span = span
        self.suggestion = suggestion
        """Text that could stand in place of the marked piece, such as ``sin`` for ``sine``."""


class Passed(NamedTuple):
    """A line that is meant for IPython and is passed over, such as ``%matplotlib inline``."""

    line: int
    text: str


class Broken(NamedTuple):
    """Why a cell is no Python, in Python's words."""

    type: str
    message: str
    span: Span


@dataclass(frozen=True)
class ProgramCell:
    """One cell of a program: its source, the line at which it starts, and its checked syntax tree."""

    source: str
    line: int
    body: tuple[ast.stmt, ...]
    nodes: tuple[ast.AST, ...]
    """Every node of the body, for whoever checks them."""
    passed: tuple[Passed, ...] = ()
    broken: Broken | None = None
    """Set for a cell that is no Python: it fails, and the next one goes on."""


@dataclass(frozen=True)
class Program:
    """Checked source text in cells. ``parse.parse`` makes it, the interpreter runs it."""

    source: str
    cells: tuple[ProgramCell, ...]
