"""Plain Python arithmetic inside a program, bounded before the work: no number, text or list grows without limit."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from gradwalk.program import ProgramError, Span
from gradwalk.program.limits import Limits


def check_plain(name: str, args: tuple[Any, ...], limits: Limits, span: Span) -> None:
    """Refuse ``args`` for the operator called ``name`` (``Pow``, ``Mult`` …) if its result could be too large."""
    if len(args) != 2:
        return
    left, right = args
    if isinstance(left, int) and isinstance(right, int):
        _check_integers(name, left, right, limits, span)
    elif isinstance(left, str) and name != "Add":
        _check_text(name, left, right, limits, span)
    elif name in ("Mult", "Add"):
        _check_items(name, left, right, limits, span)


def _check_integers(name: str, left: int, right: int, limits: Limits, span: Span) -> None:
    bits = max(left.bit_length(), right.bit_length())
    if name == "Pow" and right > 0:
        bits = left.bit_length() * right
    elif name == "LShift":
        bits = left.bit_length() + max(0, right)
    elif name == "Mult":
        bits = left.bit_length() + right.bit_length()
    if bits > limits.bits:
        raise ProgramError(
            f"This whole number would have more than {int(limits.bits * math.log10(2))} digits. "
            "A smaller exponent or a decimal number such as 2.0 works.",
            span,
        )


def _check_text(name: str, left: str, right: Any, limits: Limits, span: Span) -> None:
    if name == "Mult" and isinstance(right, int) and len(left) * right > limits.items:
        raise ProgramError(f"This text would have more than {limits.items:,} characters.", span)


def flat_size(value: Any, limit: int, weigh: Callable[[Any], int] | None = None) -> int:
    """How many items a value holds with all lists inside it opened; counting stops above the limit.

    A list that holds one list twice counts it twice: that is what printing or reading it would cost. ``weigh`` says
    what an item counts for beside itself.
    """
    found, stack = 0, [value]
    while stack and found <= limit:
        item = stack.pop()
        found += 1
        if isinstance(item, list | tuple):
            stack.extend(item[: limit + 1])
        elif isinstance(item, dict):
            stack.extend(list(item.values())[: limit + 1])
        elif weigh is not None:
            found += weigh(item)
    return found


def check_size(value: Any, limits: Limits, span: Span) -> int:
    """Refuse a list, a tuple or a text that has grown too large; give its size."""
    if isinstance(value, str):
        if len(value) > limits.items:
            raise ProgramError(f"This text would have more than {limits.items:,} characters.", span)
        return len(value) // 8
    found = flat_size(value, limits.items)
    if found > limits.items:
        raise ProgramError(f"This list would have more than {limits.items:,} items.", span)
    return found


def _check_items(name: str, left: Any, right: Any, limits: Limits, span: Span) -> None:
    sizes = [len(part) for part in (left, right) if isinstance(part, list | tuple | str)]
    times = [abs(part) for part in (left, right) if isinstance(part, int)]
    if sizes and sum(sizes) * max([1, *times]) > limits.items:
        raise ProgramError(f"This list would have more than {limits.items:,} items.", span)
