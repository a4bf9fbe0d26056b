"""Arrows that leave a box each by a port of its own, face what they lead to, and bend once and softly.

``dot`` lets all arrows leave a box in the middle of its side, and crosses the gap to the next column steeply. Boxes and
the room of texts stay where ``dot`` has placed them; only the ways between them are drawn anew.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from gradwalk.graph.layout import Placed, PlacedArrow, PlacedBox, Point
from gradwalk.graph.measures import FLOW_SHIFT
from gradwalk.graph.paths import Pieces, path_text, pieces_of

EDGE = 10.0
"""Pixels from a box's corner that stay free of ports."""
APART = 24.0
"""Between two ports, so that the gradient that flows back beside one arrow does not meet the next one."""
INTO = 8.0
"""So far a bend goes on beside the texts."""
TEXTS = 56.0
"""How high the texts of an arrow are, on both sides of it."""
CLEAR = 4.0
"""Between a way and a box that it passes."""
HEAD = 10.0
"""An arrowhead: so far a way is straight at its box."""
LEVEL = 1.0
"""So little up or down is no bend."""
SAMPLES = 24
"""Points of a bend that are looked at."""
LONGEST = 90.0
"""A way to the next column is no longer than this; longer ones go around boxes, and keep their course."""


def eased(placed: Placed, runs: Mapping[str, float], *, wide: bool) -> Placed:
    """The same places with soft ways. ``runs`` is how long each arrow is straight beside its texts, by its id."""
    turn = _same if wide else _turned
    boxes = {name: _box(box, turn) for name, box in placed.boxes.items()}
    labels = {name: turn(arrow.label) for name, arrow in placed.arrows.items()}
    starts = _ports(boxes, placed.arrows, labels, by_tail=True)
    ends = _ports(boxes, placed.arrows, labels, by_tail=False)
    ends |= _uncrossed({name: arrow for name, arrow in placed.arrows.items() if name in runs}, labels, turn)
    for name, length in runs.items():
        if name in labels and name in starts and name in ends:
            way = [[turn(point) for point in piece] for piece in pieces_of(placed.arrows[name].path)]
            labels[name] = _slid(labels[name], length / 2, starts[name], ends[name], way)
    texts = {name: _texts(labels[name], length) for name, length in runs.items() if name in labels}
    arrows = {}
    for name, arrow in placed.arrows.items():
        pieces = [[turn(point) for point in piece] for piece in pieces_of(arrow.path)]
        if pieces and name in runs:
            others = [box for box_id, box in boxes.items() if box_id not in (arrow.tail, arrow.head)]
            others += [text for other, text in texts.items() if other != name]
            pieces = _eased(pieces, labels[name], runs[name] / 2, starts.get(name), ends.get(name), others)
            path = path_text([[turn(point) for point in piece] for piece in pieces])
            arrow = arrow._replace(path=path, label=turn(labels[name]))
        arrows[name] = arrow
    return placed._replace(arrows=arrows)


def _slid(label: Point, half: float, start: float, end: float, way: Pieces) -> Point:
    """Where the texts of a way to the next column stand: as far as can be from the one side on which it bends."""
    before, after = _parts(way, label[0] - half, label[0] + half)
    bends, bends_back = abs(start - label[1]) > LEVEL, abs(end - label[1]) > LEVEL
    if not way or bends == bends_back or not (_is_short(before) and _is_short(after)):
        return label
    if bends_back:
        return min(label[0], way[0][0][0] + CLEAR + half), label[1]
    return max(label[0], way[-1][-1][0] - HEAD - CLEAR - half), label[1]


def _texts(label: Point, length: float) -> PlacedBox:
    """The room of an arrow's texts, above and below it."""
    return PlacedBox(label[0] - length / 2, label[1] - TEXTS / 2, length, TEXTS, "", "")


def _same(point: Point) -> Point:
    return point


def _turned(point: Point) -> Point:
    """A picture from top to bottom, as one from left to right."""
    return point[1], point[0]


def _box(box: PlacedBox, turn: Callable[[Point], Point]) -> PlacedBox:
    (x, y), (w, h) = turn((box.x, box.y)), turn((box.w, box.h))
    return box._replace(x=x, y=y, w=w, h=h)


def _ports(
    boxes: Mapping[str, PlacedBox], arrows: Mapping[str, PlacedArrow], labels: Mapping[str, Point], *, by_tail: bool
) -> dict[str, float]:
    """How far down each arrow leaves its box, or one that comes alone arrives: as straight as there is room."""
    sides: dict[str, list[str]] = defaultdict(list)
    for name, arrow in arrows.items():
        sides[arrow.tail if by_tail else arrow.head].append(name)
    found: dict[str, float] = {}
    for box, names in sides.items():
        if by_tail or len(names) == 1:
            ordered = sorted(names, key=lambda name: labels[name][1])
            wanted = [labels[name][1] for name in ordered]
            found |= zip(ordered, _spread(wanted, boxes[box]), strict=True)
    return found


def _uncrossed(
    arrows: Mapping[str, PlacedArrow], labels: Mapping[str, Point], turn: Callable[[Point], Point]
) -> dict[str, float]:
    """How far down several arrows arrive at a box: each at the operands' places, in the order in which they come.

    The box's title says which operand is which, so the first one need not arrive on top, where it would cross another.
    """
    heads: dict[str, list[str]] = defaultdict(list)
    for name, arrow in arrows.items():
        heads[arrow.head].append(name)
    found: dict[str, float] = {}
    for names in heads.values():
        if len(names) > 1:
            places = sorted(turn(pieces_of(arrows[name].path)[-1][-1])[1] for name in names)
            found |= zip(sorted(names, key=lambda name: labels[name][1]), places, strict=True)
    return found


def _spread(wanted: Sequence[float], box: PlacedBox) -> list[float]:
    """These places on the side of a box, in their order, and apart from each other."""
    top, bottom = box.y + EDGE, box.y + box.h - EDGE - APART / 2
    apart = min(APART, (bottom - top) / max(1, len(wanted) - 1))
    found: list[float] = []
    for number, place in enumerate(wanted):
        least = found[-1] + apart if found else top
        most = bottom - apart * (len(wanted) - 1 - number)
        found.append(min(max(place, least), most))
    return found


def _eased(
    pieces: Pieces, label: Point, half: float, start: float | None, end: float | None, others: Sequence[PlacedBox]
) -> Pieces:
    first, last = pieces[0][0], pieces[-1][-1]
    start = first[1] if start is None else start
    end = last[1] if end is None else end
    left, right = label[0] - half, label[0] + half
    before, after = _parts(pieces, left, right)
    there = _to((first[0], start), (left + INTO, label[1]), before, others)
    back = _from((right - INTO, label[1]), (last[0], end), after, others)
    return [*there, [there[-1][-1], back[0][0]], *back]


def _parts(way: Pieces, left: float, right: float) -> tuple[Pieces, Pieces]:
    """The pieces of a way before its texts, and those after them."""
    return [piece for piece in way if piece[-1][0] <= left + 1], [piece for piece in way if piece[0][0] >= right - 1]


def _to(start: Point, end: Point, way: Pieces, others: Sequence[PlacedBox]) -> Pieces:
    """From a box to where the texts begin."""
    if not _is_short(way):
        if free := _free(start, end, others, early=True):
            return [free]
        first = way[0]
        return [*(_leaving(start, first) if len(first) > 2 else [[start, first[1]]]), *way[1:]]
    out = way[0][-1][0] if way and len(way[0]) == 2 else start[0]  # past wider boxes of the same column
    return [[start, (out, start[1])], _bend((out, start[1]), end)]


def _from(start: Point, end: Point, way: Pieces, others: Sequence[PlacedBox]) -> Pieces:
    if not _is_short(way):
        if free := _free(start, end, others, early=False):
            return [free]
        last = way[-1]
        if len(last) == 2:
            return [*way[:-1], [last[0], end]]
        return [*way[:-1], *(piece[::-1] for piece in reversed(_leaving(end, last[::-1])))]
    into = way[-1][0][0] if way and len(way[-1]) == 2 else end[0]
    return [_bend(start, (into, end[1])), [(into, end[1]), end]]


def _leaving(port: Point, bend: Sequence[Point]) -> Pieces:
    """A bend that begins at a port instead: straight as far as an arrowhead goes, then softly.

    Neither handle is longer than half of the way, or the bend would fold.
    """
    (x0, y0), _, (x2, y2), (x3, y3) = port, *bend[1:]
    head = math.copysign(min(HEAD, abs(x3 - x0) / 2), x3 - x0)
    half = (x3 - x0 - head) / 2
    share = min(1.0, abs(half / (x3 - x2))) if x3 != x2 else 1.0
    handle = (x3 - share * (x3 - x2), y3 - share * (y3 - y2))
    return [[port, (x0 + head, y0)], [(x0 + head, y0), (x0 + head + half, y0), handle, (x3, y3)]]


def _free(start: Point, end: Point, others: Sequence[PlacedBox], *, early: bool) -> list[Point] | None:
    """One bend, in the middle or nearer to the box, that keeps clear of everything; None where there is none."""
    (x0, y0), (x1, y1) = start, end
    for share in (0.5, 0.3, 0.15):
        a, b = (share, min(0.5, share + 0.25)) if early else (max(0.5, 0.75 - share), 1 - share)
        bend = [start, (x0 + a * (x1 - x0), y0), (x0 + b * (x1 - x0), y1), end]
        if _is_free(bend, others):
            return bend
    return None


def _bend(start: Point, end: Point) -> list[Point]:
    middle = (start[0] + end[0]) / 2
    return [start, (middle, start[1]), (middle, end[1]), end]


def _is_free(bend: Sequence[Point], others: Sequence[PlacedBox]) -> bool:
    """Whether a bend, with the gradient that flows back beside it, keeps clear of boxes and texts."""
    (left, right), (top, bottom) = ((min(values), max(values)) for values in zip(*bend, strict=True))
    kept = [(box.x - CLEAR, box.x + box.w + CLEAR, box.y - FLOW_SHIFT - CLEAR, box.y + box.h + CLEAR) for box in others]
    near = [(x0, x1, y0, y1) for x0, x1, y0, y1 in kept if left < x1 and x0 < right and top < y1 and y0 < bottom]
    if not near:  # a bend stays within the rectangle around its four points
        return True
    points = [_on(bend, weights) for weights in _WEIGHTS]
    return not any(x0 < x < x1 and y0 < y < y1 for x0, x1, y0, y1 in near for x, y in points)


def _weights(t: float) -> tuple[float, float, float, float]:
    return (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3


_WEIGHTS = [_weights(step / SAMPLES) for step in range(SAMPLES + 1)]


def _on(bend: Sequence[Point], weights: tuple[float, float, float, float]) -> Point:
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = bend
    a, b, c, d = weights
    return a * x0 + b * x1 + c * x2 + d * x3, a * y0 + b * y1 + c * y2 + d * y3


def _is_short(way: Pieces) -> bool:
    """Whether it only crosses the gap to the next column."""
    if not way:
        return True
    ends = (way[0][0][1], way[-1][-1][1])
    inside = all(min(ends) - 1 <= y <= max(ends) + 1 for piece in way for _, y in piece)
    return inside and way[-1][-1][0] - way[0][0][0] <= LONGEST
