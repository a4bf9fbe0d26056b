"""A text as it was typed and as it is read: what was put in place of what, and the way back to what was typed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from gradwalk.program import Span


class Edit(NamedTuple):
    """``text`` stands in place of the piece from ``start`` to ``end``; positions count from 0."""

    start: int
    end: int
    text: str


class Hint(NamedTuple):
    """Nothing is wrong with the text; ``suggestion`` could stand in place of the piece at ``span``."""

    message: str
    span: Span
    suggestion: str


class Reading(NamedTuple):
    typed: str
    edits: tuple[Edit, ...] = ()
    """In the order of their places; none overlaps another."""
    hints: tuple[Hint, ...] = ()
    """What somebody could have meant otherwise."""

    @property
    def text(self) -> str:
        """What is read."""
        return edited(self.typed, self.edits)

    def place(self, span: Span) -> Span:
        """Where a piece of ``text`` stands in what was typed. No edit crosses the end of a line."""
        start = self._back(offset(self.text, span.line, span.column), at_end=False)
        end = self._back(offset(self.text, span.end_line, span.end_column), at_end=True)
        return span_between(self.typed, start, max(start, end))

    def _back(self, position: int, *, at_end: bool) -> int:
        moved = 0
        for edit in self.edits:
            start = edit.start + moved
            if position < start or (at_end and position == start):
                break
            if position < start + len(edit.text):
                return edit.end if at_end else edit.start
            moved += len(edit.text) - (edit.end - edit.start)
        return position - moved


def edited(text: str, edits: Iterable[Edit], start: int = 0, end: int | None = None) -> str:
    """The piece of a text from ``start`` to ``end`` with the edits in it."""
    end = len(text) if end is None else end
    parts = []
    for edit in edits:
        if start <= edit.start and edit.end <= end:
            parts += [text[start : edit.start], edit.text]
            start = edit.end
    return "".join([*parts, text[start:end]])


def piece_at(text: str, span: Span) -> str:
    """What stands at a place within one line of a text; empty for one that goes over several lines."""
    line = text.split("\n")[span.line - 1]
    return line[span.column - 1 : span.end_column - 1] if span.line == span.end_line else ""


def offset(text: str, line: int, column: int) -> int:
    """The position of a line's column, which count from 1."""
    start = 0
    for _ in range(line - 1):
        start = text.find("\n", start) + 1
    return start + column - 1


def span_between(text: str, start: int, end: int) -> Span:
    """The piece between two positions."""
    return Span(*_line_and_column(text, start), *_line_and_column(text, end))


def _line_and_column(text: str, position: int) -> tuple[int, int]:
    before = text[:position]
    return before.count("\n") + 1, position - before.rfind("\n")
