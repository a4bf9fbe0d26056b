"""A text with its signs, where each stands, and what is to be written in its place."""

from __future__ import annotations

from gradwalk.expression.reading import Edit, Hint, edited, span_between
from gradwalk.expression.tokens import tokens
from gradwalk.program import Span


class UnreadableError(Exception):
    """A line that is no mathematics; it is left to the checks."""


class Written:
    """An index is that of a sign in ``found``; a position is one in the text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.found = tokens(text)
        self.edits: list[Edit] = []
        self.hints: list[Hint] = []
        starts = [0]
        for line in text.split("\n"):
            starts.append(starts[-1] + len(line) + 1)
        self._at = [starts[token.line - 1] + token.column - 1 for token in self.found]

    def _text(self, index: int) -> str:
        return self.found[index].text if index < len(self.found) else ""

    def _end(self, index: int) -> int:
        """The position behind a sign."""
        return self._at[index] + len(self.found[index].text)

    def _touch(self, index: int) -> bool:
        """Whether nothing stands between a sign and the one before it."""
        return self._end(index - 1) == self._at[index]

    def _span(self, first: int, last: int) -> Span:
        return span_between(self.text, self._at[first], self._end(last))

    def _put(self, start: int, end: int, text: str) -> None:
        self.edits.append(Edit(start, end, text))

    def _instead(self, index: int, text: str) -> None:
        self._put(self._at[index], self._end(index), text)

    def _between(self, index: int, text: str) -> None:
        """Put a sign between this one and the one before it, in place of spaces that are there."""
        start, end = self._end(index - 1), self._at[index]
        blank = not self.text[start:end].strip(" \t")
        self._put(start, end if blank else start, text)

    def _read(self, start: int, end: int) -> str:
        """A piece of the text, as far as it has been read."""
        return edited(self.text, sorted(self.edits, key=lambda edit: edit[:2]), start, end)

    def _closing(self, index: int) -> int:
        """The bracket that closes this one."""
        depth = 0
        for other in range(index, len(self.found)):
            depth += (self.found[other].kind == "open") - (self.found[other].kind == "close")
            if depth == 0:
                return other
        raise UnreadableError

    def _say(self, index: int, message: str, suggestion: str) -> None:
        self.hints.append(Hint(message, self._span(index, index), suggestion))
