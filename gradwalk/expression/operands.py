"""The operands of a line of mathematics: brackets, bars, roots, names run together, functions without brackets."""

from __future__ import annotations

import re
from collections.abc import Container

from gradwalk.expression.arithmetic import CONSTANTS
from gradwalk.expression.spelling import MAX_DEPTH
from gradwalk.expression.table import function_named
from gradwalk.expression.together import is_short, perhaps, taken_apart, times_e
from gradwalk.expression.tokens import SUBSCRIPTS, SUPERSCRIPTS, greek
from gradwalk.expression.written import UnreadableError, Written
from gradwalk.program import ProgramError

_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_LOWERED = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_FRACTIONS = {"½": "(1/2)", "⅓": "(1/3)", "⅔": "(2/3)", "¼": "(1/4)", "¾": "(3/4)"}
POWERS = ("^", "**")
_LOG = re.compile(r"log_([0-9]+)")
_BASES = ("2", "10")
_CALLED = frozenset("fgh")
"""Letters that are functions where something in parentheses follows, as everywhere in mathematics."""
_INVERSES = {"sin": "asin", "cos": "acos", "tan": "atan"}


def _is_value(name: str) -> bool:
    """Whether mathematics would write a name so, or run it together with another."""
    return is_short(name) or taken_apart(name) is not None


class Operands(Written):
    """Reads what stands between the signs of a row."""

    def __init__(self, text: str, kept: Container[str]) -> None:
        super().__init__(text)
        self._kept = kept
        self._assigned = {
            before.text for before, after in zip(self.found, self.found[1:], strict=False) if after.text == "="
        }
        self._depth = 0
        self._functions: set[str] = set()
        """Names that a line has defined as ``f(x) = …``."""

    def _row(self, index: int, stop: int) -> None:
        """What stands between two brackets, or in a line."""
        raise NotImplementedError

    def _starts(self, index: int, after_operand: bool) -> bool:
        """Whether an operand starts here."""
        token = self.found[index]
        if token.kind == "open":
            return token.text == "(" or not after_operand
        return (
            token.kind in ("number", "name")
            or token.text in ("√", "|", "∞", *_FRACTIONS)
            or greek(token.text) is not None
        )

    def _multiply(self, before: int, index: int) -> None:
        """Two operands stand side by side: ``before`` is where the left one starts."""
        left, right = self.found[index - 1], self.found[index]
        if right.kind == "number" or right.text in _FRACTIONS or self._text(index - 2) == ".":
            raise UnreadableError
        bare = before == index - 1 and left.kind == "name"
        words = bare and right.kind == "name"
        if bare and not _is_value(left.text) and right.kind in ("name", "unknown"):
            raise UnreadableError  # prose
        if words and not (_is_value(right.text) or function_named(right.text)):
            raise UnreadableError
        if left.text == "0" and right.text[0] in "xXbBoO" and self._touch(index):
            raise UnreadableError  # a number as computers write it
        self._between(index, "*")

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
        elif token.text in _FRACTIONS:
            self._instead(index, _FRACTIONS[token.text])
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
                    self._ask_about_norm(index, other)
                    self._instead(index, "abs(")
                    self._row(index + 1, other)
                    self._instead(other, ")")
                    return other + 1
            else:
                after_operand = token.kind in ("number", "name", "close") or token.text in SUPERSCRIPTS | SUBSCRIPTS
        raise UnreadableError

    def _ask_about_norm(self, first: int, last: int) -> None:
        """``||x||`` is a vector's norm to some, and twice an absolute value to Python."""
        doubled = self._text(first + 1) == self._text(last - 1) == "|" and last - first > 3
        if doubled and self._touch(first + 1) and self._touch(last):
            between = range(first + 2, last - 1)
            if not any(self._text(index) == "|" for index in between):
                inside = self.text[self._end(first + 1) : self._at[last - 1]]
                raise self._two_ways(first, last + 1, f"norm({inside})", f"abs({inside})")

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
        if raised < stop and self._text(raised) in (*POWERS, *SUPERSCRIPTS):
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
        while index < stop and self._text(index) in POWERS:
            self._instead(index, "**")
            index += 2 if self._text(index + 1) in ("+", "-") else 1
            if index >= stop or not self._starts(index, False):
                raise UnreadableError
            index = self._operand(index, stop)
        return index

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
            return self._logarithm(index, end, digits, stop) if name == "log" else end
        base = _LOG.fullmatch(name)
        own = name in self._assigned or name in self._kept
        if base is not None and not own and after < stop and (self._starts(after, True) or self._text(after) in POWERS):
            if base[1] in _BASES:
                self._instead(index, f"log{base[1]}")
            return self._logarithm(index, after, base[1], stop)
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
        follows = self._text(index + 1) in POWERS and self._text(index - 1 if index else len(self.found)) not in POWERS
        apart = taken_apart(name) or (times_e(name) if follows else None)
        if apart is not None:
            self._instead(index, apart.text)
            self._say(index, f"{name} is read as {apart.text}. For one name write {apart.one_name}.", apart.one_name)
        elif (meant := perhaps(name)) is not None:
            self._say(index, f"{name} is one name; did you mean {meant}?", meant)

    def _function(self, index: int, name: str, stop: int, first: int | None = None) -> int:
        """``sin x``, ``sin² x``, ``sin^2(x)``; a call as Python has it stays. ``first``: where its name begins."""
        first = index if first is None else first
        power, after = self._power_of_call(index + 1, stop)
        if after < stop and self._text(after) == "(":
            start, end = after, self._bracket(after)
        elif after < stop and self._is_argument(after, stop):
            start, end = after, self._argument(first, after, stop, "" if power == "-1" else power)
            power = power if power == "-1" else ""
        elif power:
            raise UnreadableError
        else:
            return after
        if power == "-1" and name in _INVERSES:
            inside = self._read(self._end(start - 1), self._end(end - 1)).strip()
            raise self._two_ways(first, end, f"{_INVERSES[name]}{inside}", f"1/{name}{inside}")
        if power:
            self._put(self._end(end - 1), self._end(end - 1), f"**{power}")
        return end

    def _logarithm(self, index: int, after: int, base: str, stop: int) -> int:
        """``log₂ x`` and ``log_10(x)``; other bases PyTorch has none of."""
        if base not in _BASES:
            sentence = f"There is no logarithm to the base {base} here; write ln(x)/ln({base})."
            raise ProgramError(sentence, self._span(index, after - 1))
        return self._function(after - 1, f"log{base}", stop, index)

    def _power_of_call(self, index: int, stop: int) -> tuple[str, int]:
        """The 2 of ``sin² x``, and where the argument starts."""
        after, power = index, ""
        if index < stop and self._text(index) in SUPERSCRIPTS:
            power, after = self._script(index, stop, SUPERSCRIPTS)
        elif index < stop and self._text(index) in POWERS:
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
