"""How large things are drawn: font sizes, where texts stand in a box, and the room that a text can take. In pixels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate

from gradwalk.notation import array_text, box_text, first_elements, jacobian_text, shape_text
from gradwalk.recording import MAX_NUMBERS, Number

TITLE_SIZE = 15
SUBTITLE_SIZE = 12
NUMBER_SIZE = 14
EDGE_SIZE = 12.5
LINE_HEIGHT = 18
PADDING = 10

# Where things stand in a box, from its top: the baselines of title and subtitle, the rule below them, and the baseline
# of the value's first line. The gradient's lines follow the value's. Below the last line remain BOTTOM pixels.
TITLE_BASELINE = 22
SUBTITLE_BASELINE = 39
RULE = 46
FIRST_BASELINE = 63
BOTTOM = 10

FLOW_SHIFT = 10
"""From an arrow to the one that runs back beside it: below it, or to the right of one that runs down."""

MIN_WIDTH = 92
MAX_TITLE_WIDTH = 180
MAX_ARROW_ROOM = 118
SQUEEZED = 0.8
"""As narrow as this, of its natural width, a text is set where it has too little room."""

# Ordinary numbers: alone in a box (one about as wide as they come), on an arrow, in a row. Wider ones are squeezed:
# were there room for the widest, most pictures would be wider than the screen.
_IN_BOX = -1.2345e-35
_ON_ARROW = -0.1235
_ELEMENT = 7.6613


@lru_cache(maxsize=4096)
def value_room(shape: tuple[int, ...]) -> tuple[float, int]:
    """The width in pixels and the number of lines that an array of this shape, or its gradient, takes in a box."""
    size = math.prod(shape)
    numbers = [_ELEMENT if shape else _IN_BOX] * size if size <= MAX_NUMBERS else None
    lines = box_text(shape, numbers)
    return max(text_width("∇ " + line, NUMBER_SIZE) for line in lines), len(lines)


def box_lines(shape: tuple[int, ...], numbers: Sequence[Number] | None) -> list[str]:
    """An array in the lines that its box has; a vector of short numbers is whole in one of its two."""
    whole = array_text(shape, numbers)
    room, most = value_room(shape)
    if most == 2 and len(whole) == 1 and text_width(f"∇ {whole[0]}", NUMBER_SIZE) * SQUEEZED <= room:
        return whole
    return box_text(shape, numbers)


@lru_cache(maxsize=4096)
def arrow_room(result: tuple[int, ...], operand: tuple[int, ...], square: bool = False) -> int:
    """The width in pixels of the texts on an arrow between these shapes: one line each.

    They are the local gradient (its numbers where it is elementwise, one row or one column, else the Jacobian's size)
    and the contribution, which has the operand's shape. Elements may be as many on both sides of a Jacobian that is no
    elementwise one: ``square``.
    """
    rows, columns = math.prod(result), math.prod(operand)
    jacobian = _line((max(rows, columns),)) if min(rows, columns) == 1 else jacobian_text(rows, columns)
    lines = [_line(operand), _line(result) if rows == columns and not square else jacobian]
    widest = max(text_width(f"∇ {line}", EDGE_SIZE) for line in lines)
    return math.ceil(min(widest, MAX_ARROW_ROOM))


def _line(shape: tuple[int, ...]) -> str:
    size = math.prod(shape)
    numbers = [_ON_ARROW if size == 1 else _ELEMENT] * size if size <= MAX_NUMBERS else None
    return arrow_text(shape, numbers)


def arrow_text(shape: tuple[int, ...], numbers: Sequence[Number] | None) -> str:
    """An array in one line for an arrow: all of it, the start of a row that would be too wide, or else its shape."""
    lines = array_text(shape, numbers)
    if len(lines) > 1:
        return shape_text(shape)
    if numbers is None or not lines[0].startswith("[") or len(numbers) < 2:
        return lines[0]
    starts = [lines[0], *(first_elements(numbers, count) for count in range(min(3, len(numbers) - 1), 0, -1))]
    fitting = (text for text in starts if text_width(f"∇ {text}", EDGE_SIZE) * SQUEEZED <= MAX_ARROW_ROOM)
    return next(fitting, starts[-1])


_MOST_MEASURED = 400
"""Characters; more are wider than any room."""


def shortened(text: str, size: float, room: float, bold: bool = False) -> str:
    """The text, cut with ``…`` where it would be wider than ``room`` pixels at this font size."""
    if len(text) <= _MOST_MEASURED and text_width(text, size, bold) <= room:
        return text
    widths = accumulate(text_width(letter, size, bold) for letter in text[:_MOST_MEASURED])
    keep = sum(1 for width in widths if width + text_width("…", size, bold) <= room)
    return text[: max(keep, 1)].rstrip() + "…"


@lru_cache(maxsize=8192)
def text_width(text: str, size: float, bold: bool = False) -> float:
    """The width of a text in pixels, by the metrics of Helvetica (the usual sans-serif fonts lie within 15 % of it)."""
    return sum(_WIDTHS.get(character, 0.556) for character in text) * size * (1.06 if bold else 1.0)


_WIDTHS = {
    **dict.fromkeys("ijl'|", 0.23), **dict.fromkeys(" .,:;Ift/·", 0.28), **dict.fromkeys("()[]r-", 0.33),
    **dict.fromkeys("₀₁₂₃₄₅₆₇₈₉⁰¹²³⁴⁵⁶⁷⁸⁹⁻", 0.36), **dict.fromkeys("ABCDEFGHKNOPQRSUVXYZ&w", 0.71),
    **dict.fromkeys("×−+=<>≤≥≠", 0.6), **dict.fromkeys("∇√", 0.68), **dict.fromkeys("mMW@…%", 0.98),
}  # fmt: skip

CODE_ADVANCE = 7.9
"""The width of one character in torchviz's boxes, in a monospaced font of 13 pixels."""
CODE_LINE = 17


def code_room(text: str) -> tuple[float, int]:
    """Width and height in pixels of a box around lines of monospaced text; never narrower than five characters."""
    lines = text.split("\n")
    return max(5, *map(len, lines)) * CODE_ADVANCE + 16, len(lines) * CODE_LINE + 10
