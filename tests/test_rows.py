"""Wide pictures in rows: all boxes stay whole and apart, every arrow joins its two boxes."""

from __future__ import annotations

import math
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradwalk import record
from gradwalk.graph.boxes import Graph
from gradwalk.graph.computation import RANK_GAP, computation_graph, graphviz_source
from gradwalk.graph.layout import Placed, PlacedBox, place
from gradwalk.graph.paths import after, before, path_text, pieces_of, rounded
from gradwalk.graph.rows import LANE, MARGIN, MOST_BOXES, ROW_WIDTH, in_rows

X = "import torch\nx = torch.tensor(0.5, requires_grad=True)\nw = torch.tensor(2.0, requires_grad=True)\n"
CHAIN = X + "z = torch.exp(torch.sin(torch.tanh(torch.sigmoid(torch.cos(x ** 2) * w) + x) * w))\nz.backward()\n"


def graphs(source: str) -> tuple[Graph, Placed, Placed | None]:
    graph = computation_graph(record(source))
    placed = place(graphviz_source(graph))
    return graph, placed, in_rows(placed, {arrow.id: arrow.room + RANK_GAP for arrow in graph.arrows})


def apart(one: PlacedBox, other: PlacedBox) -> bool:
    beside = one.x + one.w <= other.x or other.x + other.w <= one.x
    return beside or one.y + one.h <= other.y or other.y + other.h <= one.y


def test_a_picture_that_fits_is_left_as_it_is() -> None:
    _, placed, rows = graphs(X + "z = torch.sin(x ** 2)\nz.backward()\n")
    assert placed.width < ROW_WIDTH
    assert rows is None


def test_a_long_chain_is_cut_into_rows_that_fit() -> None:
    graph, placed, rows = graphs(CHAIN)
    assert rows is not None
    assert rows.width < 0.8 * placed.width
    assert {name: (box.w, box.h) for name, box in rows.boxes.items()} == {
        name: (box.w, box.h) for name, box in placed.boxes.items()
    }
    assert all(apart(one, other) for one, other in combinations(rows.boxes.values(), 2))
    for box in rows.boxes.values():
        assert 0 <= box.x <= box.x + box.w <= rows.width
        assert -0.1 <= box.y <= box.y + box.h <= rows.height + 0.1
    assert {arrow.id for arrow in graph.arrows} == rows.arrows.keys()


def test_an_arrow_leads_from_its_tail_to_its_head_through_all_rows() -> None:
    _, _, rows = graphs(CHAIN)
    assert rows is not None
    for arrow in rows.arrows.values():
        tail, head = rows.boxes[arrow.tail], rows.boxes[arrow.head]
        pieces = pieces_of(arrow.path)
        assert all(math.dist(one[-1], other[0]) < 0.2 for one, other in pairwise(pieces))
        (x, y), (tip, height) = pieces[0][0], pieces[-1][-1]
        assert abs(x - tail.x - tail.w) < 1.5
        assert tail.y - 1 <= y <= tail.y + tail.h + 1
        assert abs(tip - head.x) < 1.5
        assert head.y - 1 <= height <= head.y + head.h + 1
        assert 0 <= arrow.label[0] <= rows.width


def test_arrows_run_back_on_tracks_of_their_own_between_the_rows() -> None:
    _, _, rows = graphs(CHAIN)
    assert rows is not None
    back = [
        start[1]
        for arrow in rows.arrows.values()
        for start, *_, end in pieces_of(arrow.path)
        if start[0] - end[0] > rows.width / 2
    ]
    assert len(back) >= 1
    assert len({round(y) for y in back}) == len(back)
    for y in back:
        assert not any(box.y < y < box.y + box.h for box in rows.boxes.values())


def test_too_many_boxes_are_left_to_scrolling() -> None:
    source = X + "z = x\n" + "z = torch.sin(z)\n" * (MOST_BOXES + 1) + "z.backward()\n"
    assert graphs(source)[2] is None


points = st.tuples(st.floats(0, 500), st.floats(-200, 200))


@given(st.lists(points, min_size=4, max_size=4), st.floats(0.1, 0.9))
def test_a_way_is_cut_where_it_comes_to_a_place(corners: list[tuple[float, float]], share: float) -> None:
    start, *_, end = bend = sorted(corners)
    x = start[0] + share * (end[0] - start[0])
    left, right = before([bend], x), after([bend], x)
    assert left[0][0] == start
    assert right[-1][-1] == end
    assert left[-1][-1][0] == pytest.approx(x, abs=1e-3)
    assert math.dist(left[-1][-1], right[0][0]) == pytest.approx(0, abs=1e-3)


def test_a_way_that_never_comes_there_stays_whole() -> None:
    way = pieces_of("M0,0L10,0C12,0 12,5 14,5")
    assert before(way, 99) == after(way, 99) == way
    assert path_text(way) == "M0,0L10,0C12,0 12,5 14,5"


def test_round_corners_begin_and_end_at_their_points() -> None:
    pieces = rounded([(0, 0), (100, 0), (100, 50), (0, 50)], 9)
    assert pieces[0][0] == (0, 0)
    assert pieces[-1][-1] == (0, 50)
    assert all(one[-1] == other[0] for one, other in pairwise(pieces))
    assert MARGIN + LANE > 9
