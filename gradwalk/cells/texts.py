"""Text that Python compiles, and where it stands in the program: IPython changes magics, blank lines, indentation."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from gradwalk.program import Span


class Line(NamedTuple):
    """Where one compiled line stands in the program. ``shift`` is None when only the line as a whole corresponds."""

    number: int
    text: str
    shift: int | None


class Text:
    """A compiled text. ``locate`` turns Python's positions in it into spans of the program."""

    def __init__(self, compiled: Sequence[str], lines: Sequence[Line]) -> None:
        self._compiled = compiled
        self._lines = lines

    @property
    def first(self) -> int:
        """The line of the program on which its first line stands."""
        return self._lines[0].number

    def locate(self, line: int | None, column: int | None, end_line: int | None, end_column: int | None) -> Span:
        """The span of a piece. Python counts columns from 0 and in UTF-8 bytes; None where it does not know."""
        start = self._point(line, column, at_end=False)
        end = self._point(end_line or line, end_column, at_end=True)
        return Span(*start, *max(start, end))

    def _point(self, line: int | None, column: int | None, *, at_end: bool) -> tuple[int, int]:
        index = min(max((line or 1) - 1, 0), len(self._lines) - 1)
        number, text, shift = self._lines[index]
        if column is None or shift is None:
            return number, (len(text.rstrip()) if at_end else len(text) - len(text.lstrip())) + 1
        compiled = self._compiled[index]
        if not compiled.isascii():
            column = len(compiled.encode()[:column].decode(errors="ignore"))
        return number, column + shift + 1

    def syntax(self, error: SyntaxError) -> Span:
        """The place of a text that Python cannot read. Python counts these columns from 1, and in characters."""
        line = min(error.lineno or 1, len(self._lines))
        end_line = min(error.end_lineno or line, len(self._lines))
        start = self._bytes(line, (error.offset or 1) - 1)
        end = self._bytes(end_line, (error.end_offset or 0) - 1)
        span = self.locate(line, start, end_line, end)
        if (span.end_line, span.end_column) <= (span.line, span.column):
            return Span(span.line, span.column, span.line, span.column + 1)
        return span

    def _bytes(self, line: int, characters: int) -> int:
        return len(self._compiled[line - 1][: max(characters, 0)].encode())

    def part(self, compiled: str, found: Span | None) -> Text:
        """The place of a text that a magic takes out of this one; ``found`` is the line that called the magic."""
        wanted = compiled.strip("\n")
        whole = "\n".join(line.text for line in self._lines)
        at = whole.find(wanted) if wanted else -1
        lines = compiled.split("\n")
        if at < 0 or compiled.startswith("\n"):
            number = found.line if found else self._lines[0].number
            same = next((line.text for line in self._lines if line.number == number), "")
            return Text(lines, [Line(number, same, None)] * len(lines))
        first = whole.count("\n", 0, at)
        shift = at - (whole.rfind("\n", 0, at) + 1)
        mine = self._lines[first : first + len(lines)]
        places = [Line(line.number, line.text, 0 if index else shift) for index, line in enumerate(mine)]
        return Text(lines, places + [places[-1]] * (len(lines) - len(places)))


def aligned(compiled: str, source: str, first: int) -> Text:
    """What IPython made of a cell's source, whose first line is line ``first`` of the program."""
    ours, theirs = source.split("\n"), compiled.rstrip("\n").split("\n")
    if ours[: len(theirs)] == theirs:
        return Text(theirs, [Line(first + index, line, 0) for index, line in enumerate(ours[: len(theirs)])])
    return Text(theirs, [_line(theirs[mine], ours, there, first) for mine, there in enumerate(_pairs(theirs, ours))])


def _pairs(compiled: list[str], source: list[str]) -> list[int]:
    """For each compiled line the index of the source line that it comes from."""
    stripped = [line.strip() for line in compiled], [line.strip() for line in source]
    found: list[int] = []
    for _, start, end, from_, to in SequenceMatcher(None, *stripped, autojunk=False).get_opcodes():
        found += [min(from_ + index, max(from_, to - 1), len(source) - 1) for index in range(end - start)]
    return found


def _line(compiled: str, source: list[str], index: int, first: int) -> Line:
    text = source[index]
    return Line(first + index, text, len(text) - len(compiled) if text.endswith(compiled) else None)
