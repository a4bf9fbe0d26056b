"""What a line of numbers comes to, computed from its MathML in decimals, of which none is rounded on the way."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from decimal import Context, Decimal, DivisionByZero, Inexact, InvalidOperation, Overflow
from functools import partial
from typing import Any, TypeAlias

from gradwalk.notation import SUPERSCRIPTS

Amount: TypeAlias = Any
"""A Decimal; ROUNDED; a tuple of them for a vector, of tuples for a matrix; None where names stand, and no numbers."""
ROUNDED = "rounded"
"""A number that no short decimal is."""
_EXACT = Context(prec=60, traps=[DivisionByZero, Inexact, InvalidOperation, Overflow])
_PLAIN = str.maketrans({chr(sign): chr(plain) for plain, sign in SUPERSCRIPTS.items()})
_TEXT = re.compile(r"\s*(?:(\d+(?:\.\d+)?)(?:·10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)|e([−+-]?\d+))?|([-−+(),\[\]])|(.))")
_AT: dict[str, tuple[int | None, Decimal | int | None]] = {
    **dict.fromkeys(("sin", "tan", "sinh", "tanh", "asin", "atan", "arcsin", "arctan", "erf", "gelu", "silu"), (0, 0)),
    **dict.fromkeys(("cos", "cosh", "exp"), (0, 1)),
    **dict.fromkeys(("log", "ln"), (1, 0)),
    "σ": (0, Decimal("0.5")),
    "softplus": (None, None),
}
"""Where a function of a rational number is rational: by Lindemann and Weierstrass nowhere else."""
_EXACTLY: dict[str, Callable[[Decimal], Decimal]] = {
    "relu": lambda number: max(number, Decimal(0)),
    "detach": lambda number: number,
    "clone": lambda number: number,
    "floor": lambda number: Decimal(math.floor(number)),
    "ceil": lambda number: Decimal(math.ceil(number)),
    "sgn": lambda number: Decimal((number > 0) - (number < 0)),
}
_MOST_POWER = 64
_HALF = Decimal("0.5")


class UnreadError(Exception):
    """Something that is not computed here."""


def amount_of(parts: Sequence[Any], arguments: Sequence[Any]) -> Amount:
    """What the parts of a row come to; None where a name stands among them. Raises UnreadError."""
    if any(_named(part, arguments) for part in parts):
        return None
    return _Row(_tokens(parts, arguments)).all()


def _named(part: Any, arguments: Sequence[Any]) -> bool:
    """Whether a name, or a derivative, stands in it."""
    if isinstance(part, int):
        part = arguments[part]
    if isinstance(part, str) or part[0] == "mn":
        return False
    if part[0] in ("msub", "mover", "msubsup"):
        return True
    text = part[1] if len(part) == 2 and isinstance(part[1], str) else ""
    if part[0] == "mi" and len(text) == 1 and text not in "eπσ":
        return True
    return text == "∂" or text.endswith(".grad") or any(_named(child, arguments) for child in part[1:] if child != text)


def equal(one: Amount, other: Amount) -> bool:
    return ROUNDED not in (one, other) and _has_no_rounded(one) and _flat(one) == _flat(other)


def _has_no_rounded(amount: Amount) -> bool:
    return ROUNDED not in _flat(amount)


def _flat(amount: Amount) -> list[Any]:
    return [amount] if not isinstance(amount, tuple) else [x for part in amount for x in _flat(part)]


Token = tuple[str, Any]


def _tokens(parts: Sequence[Any], arguments: Sequence[Any]) -> list[Token]:
    return [token for part in parts for token in _token(part, arguments)]


def _token(part: Any, arguments: Sequence[Any]) -> list[Token]:
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
        return [("value", _each(_divide, above, below))]
    if tag == "msqrt":
        return [("value", _map(_root, _Row(_tokens(children, arguments)).all()))]
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
    if text in _AT or text in _EXACTLY or text in ("max", "min", "sum", "mean"):
        return [("function", text)]
    if tag == "mi" and text in ("e", "π"):
        return [("value", ROUNDED)]
    raise UnreadError


def _read(text: str) -> list[Token]:
    """A text of numbers: ``−0.4161``, ``(−2)``, ``1 + 4 + 9``, ``[1, 2]``, ``6.2·10⁻⁶``."""
    found: list[Token] = []
    for digits, above, power, sign, other in _TEXT.findall(text):
        if other:
            raise UnreadError
        if digits:
            exponent = int((above.translate(_PLAIN) or power or "0").replace("−", "-"))
            found.append(("value", Decimal(digits).scaleb(exponent, _EXACT)))
        else:
            found.append(("sign", "−" if sign == "-" else sign))
    return found


def _matrix(table: Any, arguments: Sequence[Any]) -> Amount:
    return tuple(tuple(_Row(_tokens(cell[1:], arguments)).all() for cell in row[1:]) for row in table[1:])


def _raised(children: Sequence[Any], arguments: Sequence[Any]) -> list[Token]:
    below, above = children
    if above in (["mo", "⊤"], ["mi", "⊤"]):
        return [("value", _turned(_Row(_token(below, arguments)).all()))]
    exponent = _Row(_token(above, arguments)).all()
    if below == ["mo", ")"]:
        return [("sign", ")"), ("power", exponent)]
    if below == ["mi", "e"]:
        return [("value", _map(partial(_at, "exp"), exponent))]
    inside = _token(below, arguments)
    if len(inside) == 1 and inside[0][0] == "function":
        raise UnreadError
    return [("value", _each(_power, _Row(inside).all(), exponent))]


class _Row:
    """Reads the tokens of one row, as mathematics is read."""

    def __init__(self, tokens: list[Token]) -> None:
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
            amount = _each(_subtract if minus else _add, amount, self._product())
        return amount

    def _product(self) -> Amount:
        amount = self._factor()
        while True:
            if self._take("⊙"):
                amount = _each(_multiply, amount, self._factor())
            elif self._take("·") or self._next()[0] in ("value", "function") or self._next()[1] in ("(", "["):
                amount = _times(amount, self._factor())
            else:
                return amount

    def _factor(self) -> Amount:
        if self._take("−"):
            return _map(lambda number: _multiply(Decimal(-1), number), self._factor())
        amount = self._atom()
        if self._next()[0] == "power":
            amount = _each(_power, amount, self._tokens[self._at][1])
            self._at += 1
        return amount

    def _atom(self) -> Amount:
        kind, what = self._next()
        self._at += 1
        if kind == "value":
            return what
        if kind == "function" and self._take("("):
            return _called(what, self._list(")"))
        if (kind, what) == ("sign", "("):
            found = self._list(")")
            if len(found) == 1:
                return found[0]
        if (kind, what) == ("sign", "["):
            return tuple(self._list("]"))
        if (kind, what) == ("sign", "|"):
            found = self._list("|")
            return _map(lambda number: number if number is ROUNDED else abs(number), found[0])
        raise UnreadError

    def _list(self, end: str) -> list[Amount]:
        found = [self._sum()]
        while self._take(","):
            found.append(self._sum())
        if not self._take(end):
            raise UnreadError
        return found


def _called(name: str, given: list[Amount]) -> Amount:
    if name in ("max", "min") and len(given) == 2 and not any(isinstance(x, tuple) or x is ROUNDED for x in given):
        return max(given) if name == "max" else min(given)
    if len(given) != 1:
        raise UnreadError
    if name in ("sum", "mean"):
        flat = _flat(given[0])
        total = ROUNDED if ROUNDED in flat else sum(flat, Decimal(0))
        return total if name == "sum" else _divide(total, Decimal(len(flat)))
    return _map(partial(_at, name), given[0])


def _at(name: str, number: Amount) -> Amount:
    if name in _EXACTLY:
        return ROUNDED if number is ROUNDED else _EXACTLY[name](number)
    if name not in _AT:
        raise UnreadError
    place, value = _AT[name]
    return Decimal(value) if value is not None and number == place else ROUNDED


def _add(one: Amount, other: Amount) -> Amount:
    return _computed(_EXACT.add, one, other)


def _subtract(one: Amount, other: Amount) -> Amount:
    return _computed(_EXACT.subtract, one, other)


def _multiply(one: Amount, other: Amount) -> Amount:
    return Decimal(0) if 0 in (one, other) else _computed(_EXACT.multiply, one, other)


def _divide(one: Amount, other: Amount) -> Amount:
    return _computed(_EXACT.divide, one, other)


def _power(base: Amount, exponent: Amount) -> Amount:
    if exponent == _HALF:
        return _root(base)
    if exponent is not ROUNDED and abs(exponent) > _MOST_POWER:
        return ROUNDED
    return _computed(_EXACT.power, base, exponent)


def _root(number: Amount) -> Amount:
    return _computed(_EXACT.sqrt, number)


def _computed(compute: Callable[..., Decimal], *given: Amount) -> Amount:
    if ROUNDED in given:
        return ROUNDED
    try:
        return compute(*given)
    except Inexact:
        return ROUNDED
    except (DivisionByZero, InvalidOperation, Overflow) as error:
        raise UnreadError from error


def _map(change: Callable[[Any], Any], amount: Amount) -> Amount:
    return tuple(_map(change, part) for part in amount) if isinstance(amount, tuple) else change(amount)


def _each(join: Callable[[Any, Any], Any], one: Amount, other: Amount) -> Amount:
    """Element by element, broadcast as PyTorch does."""
    if not isinstance(one, tuple) and not isinstance(other, tuple):
        return join(one, other)
    deep = max(_depth(one), _depth(other))
    first, second = (part if _depth(part) == deep else (part,) for part in (one, other))
    size = max(len(first), len(second))
    if not {len(first), len(second)} <= {1, size}:
        raise UnreadError
    pairs = ((first[n % len(first)], second[n % len(second)]) for n in range(size))
    return tuple(_each(join, left, right) for left, right in pairs)


def _depth(amount: Amount) -> int:
    return 1 + _depth(amount[0]) if isinstance(amount, tuple) and amount else 0


def _times(one: Amount, other: Amount) -> Amount:
    """A product without a sign, or with a dot: of two arrays that of linear algebra."""
    deep = _depth(one), _depth(other)
    if 0 in deep:
        return _each(_multiply, one, other)
    rows = one if deep[0] == 2 else (one,)
    columns = _turned(other) if deep[1] == 2 else (other,)
    if len(rows[0]) != len(columns[0]):
        raise UnreadError
    found = tuple(tuple(_dot(row, column) for column in columns) for row in rows)
    if deep[1] == 1:
        found = tuple(row[0] for row in found)
    return found[0] if deep[0] == 1 else found


def _dot(row: Amount, column: Amount) -> Amount:
    total: Amount = Decimal(0)
    for left, right in zip(row, column, strict=True):
        total = _add(total, _multiply(left, right))
    return total


def _turned(amount: Amount) -> Amount:
    return tuple(zip(*amount, strict=True)) if _depth(amount) == 2 else amount
