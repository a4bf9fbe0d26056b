"""What a line of numbers comes to, computed from its MathML in decimals, of which none is rounded on the way."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache, partial
from typing import Any

from gradwalk.formula.decimals import (
    EXACT,
    ROUNDED,
    Amount,
    UnreadError,
    add,
    called,
    divide,
    each,
    flat,
    is_function,
    mapped,
    multiply,
    power,
    root,
    subtract,
    times,
    turned,
    value_at,
)
from gradwalk.notation import SUPERSCRIPTS

_PLAIN = str.maketrans({chr(sign): chr(plain) for plain, sign in SUPERSCRIPTS.items()})
_TEXT = re.compile(r"\s*(?:10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)|(\d+(?:\.\d+)?)(?:·10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)|e([−+-]?\d+))?|([-−+(),\[\]])|(.))")


def amount_of(parts: Sequence[Any], arguments: Sequence[Any]) -> Amount:
    """What the parts of a row come to, in which no name stands. Raises UnreadError."""
    return _Row(_tokens(parts, arguments)).all()


def named(part: Any) -> bool:
    """Whether a name, or a derivative, stands in it."""
    if isinstance(part, str | int) or part[0] == "mn":
        return False
    if part[0] in ("msub", "mover", "msubsup"):
        return True
    text = part[1] if len(part) == 2 and isinstance(part[1], str) else ""
    if part[0] == "mi" and len(text) == 1 and text not in "eπσ":
        return True
    return text == "∂" or text.endswith(".grad") or any(named(child) for child in part[1:] if child != text)


def slots_in(part: Any) -> list[int]:
    """The slots of a template whose arguments are trees."""
    if isinstance(part, int):
        return [part]
    return [] if isinstance(part, str) or part[0] == "mn" else [slot for child in part[1:] for slot in slots_in(child)]


def equal(one: Amount, other: Amount) -> bool:
    return ROUNDED not in (one, other) and _has_no_rounded(one) and flat(one) == flat(other)


def _has_no_rounded(amount: Amount) -> bool:
    return ROUNDED not in flat(amount)


Token = tuple[str, Any]


def _tokens(parts: Sequence[Any], arguments: Sequence[Any]) -> list[Token]:
    return [token for part in parts for token in _token(part, arguments)]


def _token(part: Any, arguments: Sequence[Any]) -> Sequence[Token]:
    if isinstance(part, int):
        part = arguments[part]
    if isinstance(part, str):
        return _read(part)
    tag, *children = part
    if tag in ("math", "mrow"):
        if len(children) == 3 and isinstance(children[1], list) and children[1][0] == "mtable":
            return [("value", _matrix(children[1], arguments))]
        return _tokens(children, arguments)
    if tag == "mn":
        return _tokens(children, arguments)
    if tag in ("mo", "mi", "mtext"):
        return _word(tag, "".join(str(child) for child in children).strip())
    if tag == "mfrac":
        above, below = (_Row(_token(child, arguments)).all() for child in children)
        return [("value", each(divide, above, below))]
    if tag == "msqrt":
        return [("value", mapped(root, _Row(_tokens(children, arguments)).all()))]
    if tag == "msup":
        return _raised(children, arguments)
    raise UnreadError


def _word(tag: str, text: str) -> list[Token]:
    if text in ("−", "-"):
        return [("sign", "−")]
    if text in ("·", "⋅", "×"):
        return [("sign", "·")]
    if text in ("+", "⊙", "(", ")", ",", "|"):
        return [("sign", text)]
    if text in ("", "\u2061"):
        return []
    if is_function(text):
        return [("function", text)]
    if tag == "mi" and text in ("e", "π"):
        return [("value", ROUNDED)]
    raise UnreadError


@lru_cache(maxsize=4096)
def _read(text: str) -> tuple[Token, ...]:
    """A text of numbers: ``−0.4161``, ``(−2)``, ``1 + 4 + 9``, ``[1, 2]``, ``6.2·10⁻⁶``, ``10⁻⁷``."""
    found: list[Token] = []
    for ten, digits, above, raised, sign, other in _TEXT.findall(text):
        if other:
            raise UnreadError
        if digits or ten:
            exponent = int(((ten or above).translate(_PLAIN) or raised or "0").replace("−", "-"))
            found.append(("value", Decimal(digits or 1).scaleb(exponent, EXACT)))
        else:
            found.append(("sign", "−" if sign == "-" else sign))
    return tuple(found)


def _matrix(table: Any, arguments: Sequence[Any]) -> Amount:
    return tuple(tuple(_Row(_tokens(cell[1:], arguments)).all() for cell in row[1:]) for row in table[1:])


def _raised(children: Sequence[Any], arguments: Sequence[Any]) -> list[Token]:
    below, above = children
    if above in (["mo", "⊤"], ["mi", "⊤"]):
        return [("value", turned(_Row(_token(below, arguments)).all()))]
    exponent = _Row(_token(above, arguments)).all()
    if below == ["mo", ")"]:
        return [("sign", ")"), ("power", exponent)]
    if below == ["mi", "e"]:
        return [("value", mapped(partial(value_at, "exp"), exponent))]
    inside = _token(below, arguments)
    if len(inside) == 1 and inside[0][0] == "function":
        raise UnreadError
    return [("value", each(power, _Row(inside).all(), exponent))]


class _Row:
    """Reads the tokens of one row, as mathematics is read."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._at = 0

    def all(self) -> Amount:
        amount = self._sum()
        if self._at < len(self._tokens):
            raise UnreadError
        return amount

    def _next(self) -> Token:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("end", "")

    def _take(self, sign: str) -> bool:
        found = self._next() == ("sign", sign)
        self._at += found
        return found

    def _sum(self) -> Amount:
        amount = self._product()
        while self._next() in (("sign", "+"), ("sign", "−")):
            minus = self._take("−") or not self._take("+")
            amount = each(subtract if minus else add, amount, self._product())
        return amount

    def _product(self) -> Amount:
        amount = self._factor()
        while True:
            if self._take("⊙"):
                amount = each(multiply, amount, self._factor())
            elif self._take("·") or self._next()[0] in ("value", "function") or self._next()[1] in ("(", "["):
                amount = times(amount, self._factor())
            else:
                return amount

    def _factor(self) -> Amount:
        if self._take("−"):
            return mapped(lambda number: multiply(Decimal(-1), number), self._factor())
        amount = self._atom()
        if self._next()[0] == "power":
            amount = each(power, amount, self._tokens[self._at][1])
            self._at += 1
        return amount

    def _atom(self) -> Amount:
        kind, what = self._next()
        self._at += 1
        if kind == "value":
            return what
        if kind == "function" and self._take("("):
            return called(what, self._list(")"))
        if (kind, what) == ("sign", "("):
            found = self._list(")")
            if len(found) == 1:
                return found[0]
        if (kind, what) == ("sign", "["):
            return tuple(self._list("]"))
        if (kind, what) == ("sign", "|"):
            found = self._list("|")
            return mapped(lambda number: number if number is ROUNDED else abs(number), found[0])
        raise UnreadError

    def _list(self, end: str) -> list[Amount]:
        found = [self._sum()]
        while self._take(","):
            found.append(self._sum())
        if not self._take(end):
            raise UnreadError
        return found
