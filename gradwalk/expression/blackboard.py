"""Mathematics as people write it, read as the short form.

``2x``, ``2πx``, ``sin x``, ``sin² x``, ``|x|``, ``√x``, ``x^2``, ``x₁²``, ``f(x) = …``, ``(x + 1)(x − 1)``, ``mx + b``.
What can be read in one way only is read; where two ways are possible, a refusal names both. What is no mathematics
stays as it is, and the checks that follow say what is wrong with it.
"""

from __future__ import annotations

import keyword
from collections.abc import Container, Iterator

from gradwalk.expression.arithmetic import CONSTANTS
from gradwalk.expression.reading import Reading
from gradwalk.expression.spelling import MAX_DEPTH
from gradwalk.expression.table import function_named
from gradwalk.expression.together import is_short, perhaps, taken_apart
from gradwalk.expression.tokens import SUBSCRIPTS, SUPERSCRIPTS, Token, greek
from gradwalk.expression.written import UnreadableError, Written
from gradwalk.program import ProgramError

_SIGNS = {"≤": "<=", "≥": ">=", "≠": "!=", "^": "**"}
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_LOWERED = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_POWERS = ("^", "**")
_CALLED = frozenset("fgh")
"""Letters that are functions where something in parentheses follows, as everywhere in mathematics."""
_ALLOWED = frozenset(("True", "False", "None"))
_INVERSES = {"sin": "asin", "cos": "acos", "tan": "atan"}


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


class _Reader(Written):
    """Reads line after line."""

    def __init__(self, text: str, kept: Container[str]) -> None:
        super().__init__(text)
        self._kept = kept
        self._assigned = {
            before.text for before, after in zip(self.found, self.found[1:], strict=False) if after.text == "="
        }
        self._depth = 0
        self._functions: set[str] = set()
        """Names that a line has defined as ``f(x) = …``."""

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

    # A row: operands and signs

    def _row(self, index: int, stop: int) -> None:
        """What stands between two brackets, or in a line."""
        sign, left, before = "", index, index
        after_operand = False
        while index < stop:
            if self._starts(index, after_operand):
                if after_operand:
                    if sign in (*_POWERS, "/") and self._touch(index):
                        raise self._how_far(left, before, index, stop)
                    self._multiply(before, index)
                before, index = index, self._operand(index, stop)
                after_operand = True
                continue
            text = self._text(index)
            if text in _SIGNS:
                self._instead(index, _SIGNS[text])
            elif self.found[index].kind == "unknown":
                raise UnreadableError
            if after_operand or sign not in _POWERS:  # of x^-2, the sign is still ^
                sign, left = text, before
            after_operand = False
            index += 1

    def _starts(self, index: int, after_operand: bool) -> bool:
        """Whether an operand starts here."""
        token = self.found[index]
        if token.kind == "open":
            return token.text == "(" or not after_operand
        return token.kind in ("number", "name") or token.text in ("√", "|", "∞") or greek(token.text) is not None

    def _multiply(self, before: int, index: int) -> None:
        """Two operands stand side by side: ``before`` is where the left one starts."""
        left, right = self.found[index - 1], self.found[index]
        if right.kind == "number" or self._text(index - 2) == ".":
            raise UnreadableError
        bare = before == index - 1 and left.kind == "name"
        words = bare and right.kind == "name"
        if bare and not is_short(left.text) and right.kind in ("name", "unknown"):
            raise UnreadableError  # prose
        if words and not (is_short(right.text) or function_named(right.text)):
            raise UnreadableError
        if left.text == "0" and right.text[0] in "xXbBoO" and self._touch(index):
            raise UnreadableError  # a number as computers write it
        self._between(index, "*")

    def _how_far(self, left: int, before: int, index: int, stop: int) -> ProgramError:
        """In ``1/2x`` and ``x^2y``, only the person knows what belongs together."""
        outer = self._read(self._at[left], self._at[before])
        first = self._read(self._at[before], self._end(index - 1))
        after = self._product(index, stop)
        rest = self._read(self._at[index], self._end(after - 1))
        return self._two_ways(left, after, f"{outer}{first}*{rest}", f"{outer}({first}*{rest})")

    def _product(self, index: int, stop: int) -> int:
        """Operands side by side. Gives where they have ended."""
        after = self._operand(index, stop)
        while after < stop and self._starts(after, True):
            self._multiply(index, after)
            index, after = after, self._operand(after, stop)
        return after

    def _two_ways(self, first: int, after: int, one: str, other: str) -> ProgramError:
        typed = self.text[self._at[first] : self._end(after - 1)]
        sentence = f"{typed} can be read in two ways: {one} or {other}."
        return ProgramError(sentence, self._span(first, after - 1), choices=(one, other))

    # Operands

    def _operand(self, index: int, stop: int) -> int:
        """Read one operand. Gives where it has ended."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise UnreadableError
        after = self._root(index, stop) if self._text(index) == "√" else self._behind(self._core(index, stop), stop)
        self._depth -= 1
        return after

    def _core(self, index: int, stop: int) -> int:
        token = self.found[index]
        if token.text == "|":
            return self._bars(index, stop)
        if token.text == "∞":
            self._instead(index, "inf")
        elif token.kind == "open":
            return self._bracket(index)
        elif token.kind != "number":
            return self._name(index, stop)
        return index + 1

    def _bracket(self, index: int) -> int:
        closing = self._closing(index)
        self._row(index + 1, closing)
        return closing + 1

    def _behind(self, index: int, stop: int) -> int:
        """What belongs to the operand that has just ended: a raised number, an index, a method."""
        while index < stop:
            if self._text(index) in SUPERSCRIPTS:
                power, after = self._script(index, stop, SUPERSCRIPTS)
                self._put(self._at[index], self._end(after - 1), f"**{power}")
                index = after
            elif self._text(index) == "[" and self._touch(index):
                index = self._bracket(index)
            elif self._text(index) == "." and index + 1 < stop and self.found[index + 1].kind == "name":
                index += 2
                if index < stop and self._text(index) == "(":
                    index = self._bracket(index)
            else:
                break
        return index

    def _script(self, index: int, stop: int, digits: Container[str]) -> tuple[str, int]:
        """A raised or lowered number, and where it has ended."""
        after = index
        while after < stop and self._text(after) in digits and (after == index or self._touch(after)):
            after += 1
        written = "".join(map(self._text, range(index, after)))
        return written.translate(_RAISED).translate(_LOWERED), after

    def _bars(self, index: int, stop: int) -> int:
        """``|x|``, which may hold others."""
        depth, after_operand = 0, False
        for other in range(index, stop):
            token = self.found[other]
            if token.text == "|":
                depth += -1 if after_operand else 1
                if depth == 0:
                    self._instead(index, "abs(")
                    self._row(index + 1, other)
                    self._instead(other, ")")
                    return other + 1
            else:
                after_operand = token.kind in ("number", "name", "close") or token.text in SUPERSCRIPTS | SUBSCRIPTS
        raise UnreadableError

    def _root(self, index: int, stop: int) -> int:
        """``√x``, ``√(x + 1)``. How far it goes in ``√2x`` and ``√x²`` only the person knows."""
        inside = index + 1
        if inside >= stop or not self._starts(inside, False) or self._text(inside) == "[":
            raise UnreadableError
        if self._text(inside) == "(":
            self._instead(index, "sqrt")
            return self._behind(self._bracket(inside), stop)
        self._instead(index, "sqrt(")
        after = self._operand(inside, stop)
        raised = next((n for n in range(inside, after) if self._text(n) in SUPERSCRIPTS), after)
        if raised < stop and self._text(raised) in (*_POWERS, *SUPERSCRIPTS):
            base = self._read(self._at[inside], self._end(raised - 1))
            after = after if raised < after else self._powers(raised, stop)
            power = self._read(self._at[raised], self._end(after - 1))
            raise self._two_ways(index, after, f"sqrt({base}){power}", f"sqrt({base}{power})")
        return self._closed(index, after, stop)

    def _closed(self, first: int, after: int, stop: int, power: str = "") -> int:
        """The argument of the function at ``first`` ends here, unless what follows closely could belong to it."""
        follows = self._text(after) if after < stop else ""
        is_product = after < stop and self._starts(after, True) and not function_named(follows)
        if is_product or (follows in ("*", "/") and self._touch(after) and self._goes_on(after + 1, stop)):
            so_far = self._read(self._at[first], self._end(after - 1))
            rest_from = after if is_product else after + 1
            end = self._product(rest_from, stop)
            rest = ("*" if is_product else follows) + self._read(self._at[rest_from], self._end(end - 1))
            raise self._two_ways(first, end, f"{so_far}){power}{rest}", f"{so_far}{rest}){power}")
        self._put(self._end(after - 1), self._end(after - 1), f"){power}")
        return after

    def _goes_on(self, index: int, stop: int) -> bool:
        """Whether an operand that is no function's value follows at once."""
        there = index < stop and self._touch(index) and self._starts(index, False)
        return there and not function_named(self._text(index))

    def _powers(self, index: int, stop: int) -> int:
        """``^2`` behind an operand. Gives where they have ended."""
        while index < stop and self._text(index) in _POWERS:
            self._instead(index, "**")
            index += 2 if self._text(index + 1) in ("+", "-") else 1
            if index >= stop or not self._starts(index, False):
                raise UnreadableError
            index = self._operand(index, stop)
        return index

    # Names and functions

    def _name(self, index: int, stop: int) -> int:
        token = self.found[index]
        name = greek(token.text) or token.text
        if name == "sigma" and self._text(index + 1) == "(":
            name = "sigmoid"
        if name != token.text:
            self._instead(index, name)
        after = index + 1
        if after < stop and self._text(after) in SUBSCRIPTS and self._touch(after):
            digits, end = self._script(after, stop, SUBSCRIPTS)
            self._put(self._at[after], self._end(end - 1), digits)
            return end
        if function_named(name) and name not in self._assigned:
            return self._function(index, name, stop)
        if self._text(after) == "(" and after < stop:
            if not self._is_value(name):
                return self._bracket(after)
            self._say(index, f"{name}(…) is read as {name}*(…).", f"{name}*")
        elif name == token.text and name not in self._kept and name not in self._assigned:
            self._take_apart(index, name)
        return after

    def _take_apart(self, index: int, name: str) -> None:
        """``mx`` is m times x, where nothing has this name; other names that run words together are asked about."""
        if (apart := taken_apart(name)) is not None:
            self._instead(index, apart.text)
            self._say(index, f"{name} is read as {apart.text}. For one name write {apart.one_name}.", apart.one_name)
        elif (meant := perhaps(name)) is not None:
            self._say(index, f"{name} is one name; did you mean {meant}?", meant)

    def _function(self, index: int, name: str, stop: int) -> int:
        """``sin x``, ``sin² x``, ``sin^2(x)``; a call as Python has it stays as it is."""
        power, after = self._power_of_call(index + 1, stop)
        if after < stop and self._text(after) == "(":
            start, end = after, self._bracket(after)
        elif after < stop and self._is_argument(after, stop):
            start, end = after, self._argument(index, after, stop, "" if power == "-1" else power)
            power = power if power == "-1" else ""
        elif power:
            raise UnreadableError
        else:
            return after
        if power == "-1" and name in _INVERSES:
            inside = self._read(self._end(start - 1), self._end(end - 1)).strip()
            raise self._two_ways(index, end, f"{_INVERSES[name]}{inside}", f"1/{name}{inside}")
        if power:
            self._put(self._end(end - 1), self._end(end - 1), f"**{power}")
        return end

    def _power_of_call(self, index: int, stop: int) -> tuple[str, int]:
        """The 2 of ``sin² x``, and where the argument starts."""
        after, power = index, ""
        if index < stop and self._text(index) in SUPERSCRIPTS:
            power, after = self._script(index, stop, SUPERSCRIPTS)
        elif index < stop and self._text(index) in _POWERS:
            number = index + (2 if self._text(index + 1) == "-" else 1)
            if number + 1 < stop and self.found[number].kind == "number" and self._is_argument(number + 1, stop):
                power, after = self.text[self._at[index + 1] : self._end(number)], number + 1
        if power:
            self._put(self._at[index], self._end(after - 1), "")
        return power, after

    def _is_argument(self, index: int, stop: int) -> bool:
        if self._text(index) == "-" and not self._touch(index):
            return self._goes_on(index + 1, stop)
        return self._starts(index, True)

    def _argument(self, function: int, index: int, stop: int, power: str) -> int:
        """What a function without parentheses is of: one operand, with the numbers before it and its powers."""
        self._between(index, "(")
        index += self._text(index) == "-"
        is_number = self.found[index].kind == "number"
        after = self._powers(self._operand(index, stop), stop)
        while is_number and after < stop and self._starts(after, True) and self._text(after) != "(":
            if function_named(self._text(after)):
                break
            self._multiply(index, after)
            index, after = after, self._powers(self._operand(after, stop), stop)
        return self._closed(function, after, stop, f"**{power}" if power else "")

    def _is_value(self, name: str) -> bool:
        """Whether a name in front of a parenthesis is multiplied by it."""
        if name in self._functions or name in _CALLED:
            return False
        return name in CONSTANTS or is_short(name) or name in self._assigned or name in self._kept
