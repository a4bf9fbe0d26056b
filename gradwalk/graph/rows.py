"""A picture that is too wide for a screen, cut into rows that stand one below the other, as a text is into lines.

An arrow that goes on in the next row leaves at the right, runs back between the two rows, and comes in at the left.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations, pairwise
from typing import NamedTuple

from gradwalk.graph.layout import Placed, PlacedArrow, PlacedBox, Point
from gradwalk.graph.paths import Pieces, after, before, path_text, pieces_of, points_of, rounded, shifted

ROW_WIDTH = 1000
"""Pixels of a picture that fit beside the form at a size that can be read; a wider one is cut."""
MOST_ROWS = 3
MOST_BOXES = 40
MOST_CROSSING = 4
"""So many arrows go from one row to the next; with more of them nobody could tell one from the other."""
CROSSING = 90
"""One more arrow between two rows is as bad as a row that is so many pixels wider."""
LANE = 12
"""Between two arrows on their way down."""
TRACK = 22
"""Between two on their way back: each has room for the gradient that flows beside it."""
MARGIN = 14
ABOVE, BELOW = 24, 30
"""What the texts of an arrow take above and below its middle."""
RADIUS = 9


class _Cut(NamedTuple):
    """A place to cut: all that ends at ``left`` stays, all that begins at ``right`` goes to the next row."""

    left: float
    right: float
    crossing: tuple[str, ...]
    """The arrows that are cut, from top to bottom."""


def in_rows(placed: Placed, rooms: Mapping[str, float]) -> Placed | None:
    """The picture in two or three rows; None where one is enough, or where no cut leaves it clear.

    ``placed`` runs from left to right. ``rooms`` are the widths of the texts on its arrows, in pixels.
    """
    if placed.width <= ROW_WIDTH or len(placed.boxes) > MOST_BOXES:
        return None
    columns = _columns(placed.boxes.values())
    cuts = [cut for cut in _cuts(placed, columns, rooms) if len(cut.crossing) <= MOST_CROSSING]
    for count in range(min(math.ceil(placed.width / ROW_WIDTH), MOST_ROWS), 1, -1):
        choices = combinations(cuts, count - 1)
        best = min(choices, key=lambda chosen: _badness(placed.width, chosen), default=None)
        if best is not None:
            return _Rows(placed, best).drawn()
    return None


def _columns(boxes: Iterable[PlacedBox]) -> list[tuple[float, float]]:
    """The stretches from left to right that boxes take."""
    found: list[tuple[float, float]] = []
    for box in sorted(boxes, key=lambda box: box.x):
        if found and box.x < found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], box.x + box.w))
        else:
            found.append((box.x, box.x + box.w))
    return found


def _cuts(placed: Placed, columns: Sequence[tuple[float, float]], rooms: Mapping[str, float]) -> Iterable[_Cut]:
    """Between each column and the texts of the arrows that lead to the next one."""
    for (_, left), (start, _) in pairwise(columns):
        texts = (arrow.label[0] - rooms.get(name, 0) / 2 for name, arrow in placed.arrows.items())
        right = min([start, *(edge for edge in texts if left <= edge <= start)])
        crossing = [
            (before(pieces_of(arrow.path), left)[-1][-1][1], name)
            for name, arrow in placed.arrows.items()
            if placed.boxes[arrow.tail].x < left <= placed.boxes[arrow.head].x
        ]
        yield _Cut(left, right, tuple(name for _, name in sorted(crossing)))


def _badness(width: float, cuts: Sequence[_Cut]) -> float:
    """How wide the widest row is, as far as that matters, and what the arrows between the rows take."""
    ends = [0.0, *(cut.left for cut in cuts), width]
    widest = max(end - start for start, end in pairwise(ends))
    return max(widest, 0.9 * ROW_WIDTH) + 0.01 * widest + CROSSING * sum(len(cut.crossing) for cut in cuts)


class _Row(NamedTuple):
    start: float
    """In the picture as it was."""
    end: float
    dx: float
    dy: float
    """What moves it to its place."""
    bottom: float
    """Of all that stands in it, at its place."""


class _Rows:
    def __init__(self, placed: Placed, cuts: Sequence[_Cut]) -> None:
        self._placed = placed
        self._cuts = cuts
        self._rows: list[_Row] = []
        for number in range(len(cuts) + 1):
            self._rows.append(self._row(number))

    def _row(self, number: int) -> _Row:
        cuts = self._cuts
        start = cuts[number - 1].right if number else 0.0
        end = cuts[number].left if number < len(cuts) else self._placed.width
        coming = len(cuts[number - 1].crossing) if number else 0
        top, bottom = self._height(start, end)
        dx = (MARGIN + LANE * coming if number else 0) - start
        dy = self._rows[-1].bottom + 2 * MARGIN + TRACK * coming - top if number else -top
        return _Row(start, end, dx, dy, bottom + dy)

    def _height(self, start: float, end: float) -> tuple[float, float]:
        """From the top of what stands between these places to its bottom."""
        boxes = [box for box in self._placed.boxes.values() if start <= box.x < end]
        ys = [y for box in boxes for y in (box.y, box.y + box.h)]
        for arrow in self._placed.arrows.values():
            ys += [y for x, y in points_of(pieces_of(arrow.path)) if start <= x <= end]
            if start <= arrow.label[0] <= end:
                ys += [arrow.label[1] - ABOVE, arrow.label[1] + BELOW]
        return min(ys), max(ys)

    def drawn(self) -> Placed:
        boxes = {name: self._box(box) for name, box in self._placed.boxes.items()}
        arrows = {name: self._arrow(name, arrow) for name, arrow in self._placed.arrows.items()}
        outgoing = [len(cut.crossing) for cut in self._cuts] + [0]
        width = max(
            row.end + row.dx + (MARGIN + LANE * count if count else 0)
            for row, count in zip(self._rows, outgoing, strict=True)
        )
        return Placed(round(width, 1), round(self._rows[-1].bottom, 1), boxes, arrows)

    def _row_at(self, x: float) -> int:
        return sum(x >= cut.left for cut in self._cuts)

    def _box(self, box: PlacedBox) -> PlacedBox:
        row = self._rows[self._row_at(box.x)]
        return box._replace(x=round(box.x + row.dx, 1), y=round(box.y + row.dy, 1))

    def _arrow(self, name: str, arrow: PlacedArrow) -> PlacedArrow:
        first = self._row_at(self._placed.boxes[arrow.tail].x)
        last = self._row_at(self._placed.boxes[arrow.head].x)
        rest = pieces_of(arrow.path)
        way: Pieces = []
        for number in range(first, last + 1):
            row = self._rows[number]
            here = rest if number == last else before(rest, self._cuts[number].left)
            here = shifted(here, row.dx, row.dy)
            way += self._back(name, number - 1, way[-1][-1], here[0][0]) + here if way else here
            if number < last:
                rest = after(rest, self._cuts[number].right)
        x, y = arrow.label
        at = self._rows[min(max(self._row_at(x), first), last)]
        return arrow._replace(path=path_text(way), label=(round(x + at.dx, 1), round(y + at.dy, 1)))

    def _back(self, name: str, cut: int, start: Point, end: Point) -> Pieces:
        """From the end of one row to the start of the next. The topmost arrow turns outside of all others."""
        crossing = self._cuts[cut].crossing
        place, above = crossing.index(name), self._rows[cut]
        right = above.end + above.dx + MARGIN + LANE * (len(crossing) - 1 - place)
        middle = above.bottom + MARGIN + TRACK * (len(crossing) - 1 - place)
        left = MARGIN + LANE * (len(crossing) - 1 - place)
        corners = [start, (right, start[1]), (right, middle), (left, middle), (left, end[1]), end]
        return rounded(corners, RADIUS)
