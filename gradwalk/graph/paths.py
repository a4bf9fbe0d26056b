"""The way of an arrow as pieces: each is a line (two points) or a bend (four), and begins where the last one ended."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from gradwalk.graph.layout import Point

Pieces = list[list[Point]]
_HALVINGS = 30


@lru_cache(maxsize=4096)
def pieces_of(path: str) -> Pieces:
    """The pieces of SVG path data in the commands M, L and C. Nobody changes them: they are handed out again."""
    pieces: Pieces = []
    end: Point = (0.0, 0.0)
    for command, text in re.findall(r"([MCL])([^MCL]*)", path):
        numbers = [float(number) for number in re.split(r"[ ,]+", text.strip())]
        points = list(zip(numbers[::2], numbers[1::2], strict=True))
        length = 3 if command == "C" else 1
        for first in range(0, len(points), length):
            if command != "M":
                pieces.append([end, *points[first : first + length]])
            end = points[first + length - 1]
    return pieces


def path_text(pieces: Pieces) -> str:
    """SVG path data; the pieces have to join."""
    start = pieces[0][0]
    return f"M{_at(start)}" + "".join("LC"[len(piece) > 2] + " ".join(map(_at, piece[1:])) for piece in pieces)


def _at(point: Point) -> str:
    return f"{round(point[0], 1):g},{round(point[1], 1):g}"


def points_of(pieces: Pieces) -> list[Point]:
    """Ends and control points: the way stays within the rectangle around them."""
    return [point for piece in pieces for point in piece]


def shifted(pieces: Pieces, dx: float, dy: float) -> Pieces:
    return [[(x + dx, y + dy) for x, y in piece] for piece in pieces]


def reversed_pieces(pieces: Pieces) -> Pieces:
    return [piece[::-1] for piece in reversed(pieces)]


def before(pieces: Pieces, x: float) -> Pieces:
    """The way up to where it first comes to ``x``, from the left; all of it where it never does."""
    for number, piece in enumerate(pieces):
        if piece[0][0] <= x <= piece[-1][0]:
            return [*pieces[:number], _split(piece, x)[0]]
    return pieces


def after(pieces: Pieces, x: float) -> Pieces:
    """The way from where it last comes to ``x``, from the left; all of it where it never does."""
    for number in reversed(range(len(pieces))):
        if pieces[number][0][0] <= x <= pieces[number][-1][0]:
            return [_split(pieces[number], x)[1], *pieces[number + 1 :]]
    return pieces


def _split(piece: Sequence[Point], x: float) -> tuple[list[Point], list[Point]]:
    """Both parts of a piece, which goes from the left of ``x`` to its right (de Casteljau's construction)."""
    return _divided(piece, _parameter(piece, x))


def _parameter(piece: Sequence[Point], x: float) -> float:
    """Where on a piece it first comes to ``x``: the number from 0 to 1 that runs along it (Bernstein's form)."""
    start, end = piece[0][0], piece[-1][0]
    if len(piece) == 2:
        return min(1.0, max(0.0, (x - start) / (end - start))) if end != start else 0.0
    into, out = 3 * piece[1][0], 3 * piece[2][0]
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        at = (low + high) / 2
        rest = 1 - at
        here = rest * rest * (rest * start + at * into) + at * at * (rest * out + at * end)
        low, high = (at, high) if here < x else (low, at)
    return high


def _divided(piece: Sequence[Point], at: float) -> tuple[list[Point], list[Point]]:
    first, last, row = [piece[0]], [piece[-1]], list(piece)
    while len(row) > 1:
        row = [(x0 + at * (x1 - x0), y0 + at * (y1 - y0)) for (x0, y0), (x1, y1) in pairwise(row)]
        first.append(row[0])
        last.append(row[-1])
    return first, last[::-1]


def rounded(corners: Sequence[Point], radius: float) -> Pieces:
    """Straight lines through these points, with round corners."""
    pieces: Pieces = []
    at = corners[0]
    for corner, following in pairwise(corners[1:]):
        into, out = _towards(corner, at, radius), _towards(corner, following, radius)
        pieces += [[at, into], [into, corner, corner, out]]
        at = out
    return [*pieces, [at, corners[-1]]]


def _towards(start: Point, end: Point, length: float) -> Point:
    """The point so far from ``start`` on the way to ``end``, at most half of it."""
    whole = math.dist(start, end)
    share = min(length / whole, 0.5) if whole else 0.0
    return (start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1]))
