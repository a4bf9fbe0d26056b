"""A program's text: its places, and what is said of one that cannot be run."""

from __future__ import annotations

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
    """A refusal: what is wrong, where, and what would work. Nothing has run."""

    def __init__(
        self,
        message: str,
        span: Span | None = None,
        suggestion: str | None = None,
        choices: tuple[str, ...] = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        self.span = span
        self.suggestion = suggestion
        """Text that could stand in place of the marked piece, such as ``sin`` for ``sine``."""
        self.choices = choices
        """Where the marked piece can be read in several ways: each, written so that it has one meaning."""
