"""The marks of a picture as the player draws them: arrows with their heads, the way back, cuts, hatching.

``geometry.js`` and ``box.js`` say the same to a browser; a test draws both and compares them. In pixels.
"""

from __future__ import annotations

import json
import math
from functools import cache
from pathlib import Path
from typing import NamedTuple

from gradwalk.graph.layout import Point
from gradwalk.graph.measures import FLOW_SHIFT
from gradwalk.graph.paths import Pieces, pieces_of, reversed_pieces

FONTS = Path(__file__).parent / "fonts"
HEAD_LENGTH, HEAD_HALF = 9.0, 4.6
HATCH = 9
_WIDEST = 1
"""Of its size: no sign of the font is wider."""
_USUAL = 556
"""The width of a sign that the font lacks, in thousandths of its size."""


class Shape(NamedTuple):
    """SVG path data of a line, which ends inside its head, and of the head."""

    line: str
    head: str


@cache
def _widths() -> dict[str, int]:
    found: dict[str, int] = json.loads((FONTS / "widths.json").read_text(encoding="utf-8"))
    return found


def width_of(text: str, size: float) -> float:
    """How wide a text is, in the font that comes with the picture."""
    widths = _widths()
    return sum(widths.get(sign, _USUAL) for sign in text) * size / 1000


def too_wide(text: str, size: float, room: float) -> bool:
    return len(text) * size * _WIDEST > room and width_of(text, size) > room


def arrow_shape(pieces: Pieces) -> Shape:
    """An arrow along these pieces."""
    start, tip = pieces[0][0], pieces[-1][-1]
    moving = max((n for n, piece in enumerate(pieces) if math.dist(piece[0], tip) > 0.5), default=-1)
    kept = pieces[: moving + 1]
    points = [start, *(point for piece in kept for point in piece[1:])]
    before = next((point for point in reversed(points) if math.dist(point, tip) > 0.5), (tip[0] - 1, tip[1]))
    length = math.dist(before, tip)
    ux, uy = (tip[0] - before[0]) / length, (tip[1] - before[1]) / length
    base = (tip[0] - ux * HEAD_LENGTH, tip[1] - uy * HEAD_LENGTH)
    sides = [(base[0] - sign * uy * HEAD_HALF, base[1] + sign * ux * HEAD_HALF) for sign in (1, -1)]
    # The last bend ends with the line, before the head, and in the same direction.
    pulled = [*kept[:-1], *([_pulled(kept[-1], ux, uy)] if kept else [])]
    return Shape(_path(start, pulled), f"M{'L'.join(_at(corner) for corner in (tip, *sides))}Z")


def _pulled(piece: list[Point], ux: float, uy: float) -> list[Point]:
    following = piece[1:]
    pulled = [(x - ux * HEAD_LENGTH, y - uy * HEAD_LENGTH) for x, y in following[-2:]]
    return [piece[0], *following[:-2], *pulled]


def way_back(path: str) -> Pieces:
    """Beside an arrow to the right, below it; in a steep bend as much across it, so that both stay apart."""
    return [_aside(piece) for piece in reversed_pieces(pieces_of(path))]


def _aside(piece: list[Point]) -> list[Point]:
    (x0, y0), (x1, y1) = piece[0], piece[-1]
    across, along = y1 - y0, x1 - x0
    aside = 0.0
    if len(piece) > 2 and across and along:
        aside = -math.copysign(abs(across) / (abs(across) + abs(along)), across * along)
    inner = [(x + aside * FLOW_SHIFT, y + FLOW_SHIFT) for x, y in piece[1:-1]]
    return [(x0, y0 + FLOW_SHIFT), *inner, (x1, y1 + FLOW_SHIFT)]


def cut_place(pieces: Pieces) -> tuple[float, float, float]:
    """The middle of a path, and its direction there, in degrees."""
    corners = [pieces[0][0], *(piece[-1] for piece in pieces)]
    at = max(1, len(corners) // 2)
    (x0, y0), (x1, y1) = corners[at - 1], corners[at]
    return (x0 + x1) / 2, (y0 + y1) / 2, math.degrees(math.atan2(y1 - y0, x1 - x0))


def hatching(width: float, height: float) -> str:
    """Slanting lines over a box of this size."""
    lines = []
    at = HATCH
    while at < width + height:
        left, bottom = (0.0, at) if at < height else (at - height, height)
        right, top = (at, 0.0) if at < width else (width, at - width)
        lines.append(f"M{number(left)},{number(bottom)}L{number(right)},{number(top)}")
        at += HATCH
    return "".join(lines)


def number(value: float) -> str:
    """As a file has it, to the hundredth."""
    return f"{round(value, 2) + 0.0:.2f}".rstrip("0").rstrip(".")


def _at(point: Point) -> str:
    return f"{number(point[0])},{number(point[1])}"


def _path(start: Point, pieces: Pieces) -> str:
    return f"M{_at(start)}" + "".join("LC"[len(piece) > 2] + " ".join(map(_at, piece[1:])) for piece in pieces)
