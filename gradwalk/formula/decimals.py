"""Arithmetic with amounts: decimals that are never rounded, element by element or as linear algebra has it."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Context, Decimal, DivisionByZero, Inexact, InvalidOperation, Overflow
from functools import partial
from typing import Any, TypeAlias

Amount: TypeAlias = Any
"""A Decimal; ROUNDED; a tuple of them for a vector, of tuples for a matrix; None where names stand, and no numbers."""
ROUNDED = "rounded"
"""A number that no short decimal is."""
EXACT = Context(prec=60, traps=[DivisionByZero, Inexact, InvalidOperation, Overflow])
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


def flat(amount: Amount) -> list[Any]:
    return [amount] if not isinstance(amount, tuple) else [x for part in amount for x in flat(part)]


def is_function(name: str) -> bool:
    return name in _AT or name in _EXACTLY or name in ("max", "min", "sum", "mean")


def called(name: str, given: list[Amount]) -> Amount:
    if name in ("max", "min") and len(given) == 2 and not any(isinstance(x, tuple) or x is ROUNDED for x in given):
        return max(given) if name == "max" else min(given)
    if len(given) != 1:
        raise UnreadError
    if name in ("sum", "mean"):
        found = flat(given[0])
        total = ROUNDED if ROUNDED in found else sum(found, Decimal(0))
        return total if name == "sum" else divide(total, Decimal(len(found)))
    return mapped(partial(value_at, name), given[0])


def value_at(name: str, number: Amount) -> Amount:
    if name in _EXACTLY:
        return ROUNDED if number is ROUNDED else _EXACTLY[name](number)
    if name not in _AT:
        raise UnreadError
    place, value = _AT[name]
    return Decimal(value) if value is not None and number == place else ROUNDED


def add(one: Amount, other: Amount) -> Amount:
    return _computed(EXACT.add, one, other)


def subtract(one: Amount, other: Amount) -> Amount:
    return _computed(EXACT.subtract, one, other)


def multiply(one: Amount, other: Amount) -> Amount:
    return Decimal(0) if 0 in (one, other) else _computed(EXACT.multiply, one, other)


def divide(one: Amount, other: Amount) -> Amount:
    return _computed(EXACT.divide, one, other)


def power(base: Amount, exponent: Amount) -> Amount:
    if exponent == _HALF:
        return root(base)
    if exponent is not ROUNDED and abs(exponent) > _MOST_POWER:
        return ROUNDED
    return _computed(EXACT.power, base, exponent)


def root(number: Amount) -> Amount:
    return _computed(EXACT.sqrt, number)


def _computed(compute: Callable[..., Decimal], *given: Amount) -> Amount:
    if ROUNDED in given:
        return ROUNDED
    try:
        return compute(*given)
    except Inexact:
        return ROUNDED
    except (DivisionByZero, InvalidOperation, Overflow) as error:
        raise UnreadError from error


def mapped(change: Callable[[Any], Any], amount: Amount) -> Amount:
    return tuple(mapped(change, part) for part in amount) if isinstance(amount, tuple) else change(amount)


def each(join: Callable[[Any, Any], Any], one: Amount, other: Amount) -> Amount:
    """Element by element, broadcast as PyTorch does."""
    if not isinstance(one, tuple) and not isinstance(other, tuple):
        return join(one, other)
    deep = max(_depth(one), _depth(other))
    first, second = (part if _depth(part) == deep else (part,) for part in (one, other))
    size = max(len(first), len(second))
    if not {len(first), len(second)} <= {1, size}:
        raise UnreadError
    pairs = ((first[n % len(first)], second[n % len(second)]) for n in range(size))
    return tuple(each(join, left, right) for left, right in pairs)


def _depth(amount: Amount) -> int:
    return 1 + _depth(amount[0]) if isinstance(amount, tuple) and amount else 0


def times(one: Amount, other: Amount) -> Amount:
    """A product without a sign, or with a dot: of two arrays that of linear algebra."""
    deep = _depth(one), _depth(other)
    if 0 in deep:
        return each(multiply, one, other)
    rows = one if deep[0] == 2 else (one,)
    columns = turned(other) if deep[1] == 2 else (other,)
    if len(rows[0]) != len(columns[0]):
        raise UnreadError
    found = tuple(tuple(_dot(row, column) for column in columns) for row in rows)
    if deep[1] == 1:
        found = tuple(row[0] for row in found)
    return found[0] if deep[0] == 1 else found


def _dot(row: Amount, column: Amount) -> Amount:
    total: Amount = Decimal(0)
    for left, right in zip(row, column, strict=True):
        total = add(total, multiply(left, right))
    return total


def turned(amount: Amount) -> Amount:
    return tuple(zip(*amount, strict=True)) if _depth(amount) == 2 else amount
