"""A tensor as a small map: a square for each element, whose colour says its sign and whose strength says its size."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import groupby
from math import ceil

from gradwalk.recording import Number

MOST = 16
"""Rows, and columns; a vector lies in one row."""
LEVELS = 9
_ZERO = ord("j")
_LETTERS = [chr(_ZERO + level) for level in (*range(LEVELS + 1), *range(-LEVELS, 0))]
"""By level, which is below 0 for a number that is."""
SIDE = 16
"""Pixels of the longer side in a box."""
BESIDE = 5
"""Between it and the box's edge, and between it and the title."""
MIDDLE = 17
"""From the box's top to its middle."""


def grid(shape: Sequence[int]) -> tuple[int, int] | None:
    """Rows and columns of the map; None for a single number, and for what would be too fine to see."""
    if len(shape) not in (1, 2) or math.prod(shape) < 2 or max(shape) > MOST:
        return None
    return (1, shape[0]) if len(shape) == 1 else (shape[0], shape[1])


def heat_text(shape: Sequence[int], numbers: Sequence[Number] | None) -> str | None:
    """``2x3:jsjjaj``, a letter for each element: j is 0, s as far above it as the largest is, a below it, ! for nan."""
    places = grid(shape)
    if places is None or numbers is None:
        return None
    finite = [abs(number) for number in numbers if math.isfinite(number)]
    largest = max(finite, default=0) or 1
    return f"{places[0]}x{places[1]}:" + "".join([_letter(number, largest) for number in numbers])


def _letter(number: Number, largest: float) -> str:
    if number != number:
        return "!"
    share = min(abs(number) / largest, 1)  # of an infinity too
    level = ceil(share * LEVELS - 1e-9)  # what is not 0 has a colour
    return _LETTERS[level if number > 0 else -level]


def size_of(text: str, side: float) -> tuple[float, float]:
    """Width and height, to the hundredth as the player has them."""
    rows, columns, wide, high = _cells(text, side)
    return float(_text(columns * wide)), float(_text(rows * high))


def _cells(text: str, side: float) -> tuple[int, int, float, float]:
    """How many there are, and how wide and high each is: squares, but in a row they are as high as can be seen."""
    rows, columns = map(int, text.partition(":")[0].split("x"))
    each = side / max(rows, columns)
    return rows, columns, each, max(each, side / 3) if rows == 1 else each


def squares(text: str, side: float) -> Iterator[tuple[str, float, str]]:
    """For each level: ``above``, ``below`` or ``none``, how strong it is, and the path of its squares."""
    letters = text.partition(":")[2]
    _, columns, wide, high = _cells(text, side)
    right, down = _text(wide), _text(high)
    for letter, places in groupby(sorted(range(len(letters)), key=letters.__getitem__), key=letters.__getitem__):
        level = 0 if letter == "!" else ord(letter) - _ZERO
        if letter == "j":
            continue
        corners = (f"M{_text(at % columns * wide)},{_text(at // columns * high)}" for at in places)
        path = "".join(f"{corner}h{right}v{down}h-{right}z" for corner in corners)
        yield ("none" if letter == "!" else "above" if level > 0 else "below"), _strength(level), path


def _strength(level: int) -> float:
    return round(0.2 + 0.8 * abs(level) / LEVELS, 2) if level else 1


def _text(number: float) -> str:
    return f"{math.floor(number * 100 + 0.5) / 100:g}"
