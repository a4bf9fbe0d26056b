"""Mathematics as people write it, read as the short form.

``2x``, ``2πx``, ``sin x``, ``sin² x``, ``|x|``, ``√x``, ``x^2``, ``x₁²``, ``f(x) = …``, ``(x + 1)(x − 1)``, ``mx + b``.
What can be read in one way only is read; where two ways are possible, a refusal names both. What is no mathematics
stays as it is, and the checks that follow say what is wrong with it.
"""

from __future__ import annotations

import keyword
from collections.abc import Container, Iterator

from gradwalk.expression.operands import POWERS, Operands
from gradwalk.expression.reading import Reading
from gradwalk.expression.table import function_named
from gradwalk.expression.together import taken_apart
from gradwalk.expression.tokens import Token
from gradwalk.expression.written import UnreadableError
from gradwalk.program import ProgramError

_SIGNS = {"≤": "<=", "≥": ">=", "≠": "!=", "^": "**"}
_ALLOWED = frozenset(("True", "False", "None"))


def reading(text: str, kept: Container[str] = ()) -> Reading:
    """How a normal text is read. ``kept`` are names that have a value of their own, however they are spelled.

    Raises ProgramError with ``choices`` where a piece can be read in two ways.
    """
    reader = _Reader(text, kept)
    for first, last in _statements(reader.found):
        reader.statement(first, last)
    return Reading(text, tuple(sorted(reader.edits, key=lambda edit: edit[:2])), tuple(reader.hints))


def _statements(found: list[Token]) -> Iterator[tuple[int, int]]:
    first = 0
    for index, token in enumerate(found):
        if token.kind == "end":
            yield first, index
            first = index + 1
    yield first, len(found)


class _Reader(Operands):
    """Reads line after line."""

    def statement(self, first: int, last: int) -> None:
        edits, hints = len(self.edits), len(self.hints)
        self._depth = 0
        try:
            if any(keyword.iskeyword(t.text) and t.text not in _ALLOWED for t in self.found[first:last]):
                raise UnreadableError
            if [token.text for token in self.found[first : first + 2]] == ["d", "/"]:
                raise UnreadableError  # d/dx
            self._row(self._left_side(first, last), last)
        except UnreadableError:
            del self.edits[edits:], self.hints[hints:]

    def _left_side(self, first: int, last: int) -> int:
        """Of ``f(x, y) = …`` the name alone is kept. Gives where the right side starts."""
        texts = [token.text for token in self.found[first:last]]
        if texts[1:2] == ["("] and "=" in texts and self.found[first].kind == "name":
            equals = texts.index("=")
            inside = self.found[first + 2 : first + equals - 1]
            names, commas = inside[::2], inside[1::2]
            fits = texts[equals - 1] == ")" and names and len(names) == len(commas) + 1
            if fits and all(t.kind == "name" for t in names) and all(t.text == "," for t in commas):
                if function_named(texts[0]):
                    raise UnreadableError
                self._functions.add(texts[0])
                self._put(self._end(first), self._end(first + equals - 1), "")
                return first + equals + 1
        return first + 2 if texts[1:2] == ["="] else first

    def _row(self, index: int, stop: int) -> None:
        """What stands between two brackets, or in a line."""
        sign, left, before = "", index, index
        after_operand = False
        while index < stop:
            if self._starts(index, after_operand):
                if after_operand:
                    spaced = sign == "/" and not self._touch(before) and not self._touch(before - 1)
                    if sign in (*POWERS, "/") and (spaced or self._touch(index)):
                        raise self._how_far(left, before, index, stop)
                    self._multiply(before, index)
                elif sign in (*POWERS, "/"):
                    self._ask_about_product(left, index, stop)
                before, index = index, self._operand(index, stop)
                after_operand = True
                continue
            text = self._text(index)
            if after_operand:
                self._ask_about(text, sign, (left, before, index), stop)
            if text in _SIGNS:
                self._instead(index, _SIGNS[text])
            elif self.found[index].kind == "unknown":
                raise UnreadableError
            if after_operand or sign not in POWERS:  # of x^-2, the sign is still ^
                sign, left = text, before
            after_operand = False
            index += 1

    def _ask_about_product(self, left: int, index: int, stop: int) -> None:
        """``1/xy`` and ``e^xy``: two names that run together behind a sign that binds more than a product does."""
        name = self.found[index].text
        own = name in self._kept or name in self._assigned or function_named(name) is not None
        apart = None if own or self._text(index + 1) == "(" else taken_apart(name)
        if apart is None or "(" in apart.text:
            return
        outer = self._read(self._at[left], self._at[index])
        after = self._powers(self._operand(index, stop), stop)
        inside = self._read(self._at[index], self._end(after - 1))
        raise self._two_ways(left, after, f"{outer}{inside}", f"{outer}({inside})")

    def _ask_about(self, text: str, sign: str, at: tuple[int, int, int], stop: int) -> None:
        """``x^T`` may be a transpose, and ``x^1/2`` a root."""
        left, before, index = at
        follows = self._text(index + 1) if index + 1 < stop else ""
        if text == "^" and follows == "T" and not {"T"} & (self._assigned | self._functions) and "T" not in self._kept:
            base = self._read(self._at[before], self._end(index - 1))
            raise self._two_ways(before, index + 2, f"{base}**T", f"{base}.T")
        one = sign == "^" and text == "/" and before == index - 1 and self._text(before) == "1"
        if one and self._touch(index) and self.found[index + 1].kind == "number" and self._touch(index + 1):
            outer = self._read(self._at[left], self._at[before])
            raise self._two_ways(left, index + 2, f"{outer}1/{follows}", f"{outer}(1/{follows})")

    def _how_far(self, left: int, before: int, index: int, stop: int) -> ProgramError:
        """In ``1/2x`` and ``x^2y``, only the person knows what belongs together."""
        outer = self._read(self._at[left], self._at[before])
        first = self._read(self._at[before], self._end(index - 1))
        after = self._product(index, stop)
        rest = self._read(self._at[index], self._end(after - 1))
        return self._two_ways(left, after, f"{outer}{first}*{rest}", f"{outer}({first}*{rest})")
