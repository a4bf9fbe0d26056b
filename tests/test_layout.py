"""Positions: what is placed where, what never overlaps, and that equal work is done once."""

from __future__ import annotations

import itertools
import re
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradwalk.graph import layout
from gradwalk.graph.boxes import Arrow, Box, Graph
from gradwalk.graph.computation import graphviz_source
from gradwalk.graph.dot import Unavailable, asked, faults
from gradwalk.graph.layout import LayoutError, Placed, PlacedBox, place, place_together


def box(number: int, width: int = 110, height: int = 91) -> Box:
    return Box(f"o{number}", "operation", "", "", width, height, number, number, 1, True, False, f"n{number}", "")


def arrow(number: int, tail: int, head: int, tracked: bool = True) -> Arrow:
    return Arrow(f"e{head}.{number}", f"o{tail}", f"o{head}", tracked, 70 if tracked else 0)


def corners(path: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"(-?[\d.]+),(-?[\d.]+)", path)]


def overlap(a: PlacedBox, b: PlacedBox) -> bool:
    return a.x < b.x + b.w and b.x < a.x + a.w and a.y < b.y + b.h and b.y < a.y + a.h


def on_border(box: PlacedBox, point: tuple[float, float]) -> bool:
    x, y = point[0] - box.x, point[1] - box.y
    inside = -1 <= x <= box.w + 1 and -1 <= y <= box.h + 1
    return inside and min(abs(x), abs(x - box.w), abs(y), abs(y - box.h)) <= 1


SQUARE = Graph((box(0), box(1)), (arrow(0, 0, 1), arrow(1, 0, 1)))


def test_wide_runs_to_the_right_and_tall_runs_down() -> None:
    wide, tall = place(graphviz_source(SQUARE, "LR")), place(graphviz_source(SQUARE, "TB"))
    assert wide.boxes["o0"].x + wide.boxes["o0"].w < wide.boxes["o1"].x
    assert tall.boxes["o0"].y + tall.boxes["o0"].h < tall.boxes["o1"].y
    assert wide.boxes["o0"].y == wide.boxes["o1"].y
    assert tall.boxes["o0"].x == tall.boxes["o1"].x


def test_boxes_keep_their_sizes_in_pixels() -> None:
    placed = place(graphviz_source(Graph((box(0, 137, 109),), ()), "LR"))
    assert placed.boxes["o0"][:4] == pytest.approx((0, 0, 137, 109), abs=1)
    assert (placed.width, placed.height) == pytest.approx((137, 109), abs=1)


@pytest.mark.parametrize("direction", ["LR", "TB"])
def test_a_value_used_twice_has_two_distinct_arrows(direction: str) -> None:
    arrows = place(graphviz_source(SQUARE, direction)).arrows
    first, second = arrows["e1.0"], arrows["e1.1"]
    assert first.path != second.path
    across = 1 if direction == "LR" else 0
    assert abs(first.label[across] - second.label[across]) > 40  # room for the texts of each
    assert first.label[across] < second.label[across]  # in the order of the operands


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    size = draw(st.integers(2, 9))
    sizes = st.tuples(st.integers(92, 240), st.sampled_from([73, 91, 127]))
    boxes = tuple(box(number, *draw(sizes)) for number in range(size))
    arrows = []
    for head in range(1, size):
        tails = draw(st.lists(st.integers(0, head - 1), min_size=1, max_size=3))
        arrows += [arrow(number, tail, head, draw(st.booleans())) for number, tail in enumerate(tails)]
    return Graph(boxes, tuple(arrows))


def text_area(placed: Placed, name: str, wide: bool) -> PlacedBox:
    x, y = placed.arrows[name].label
    w, h = (70.0, 50.0) if wide else (170.0, 30.0)
    return PlacedBox(x - w / 2, y - h / 2, w, h, "", "")


@settings(max_examples=25)
@given(graphs(), st.sampled_from(["LR", "TB"]))
def test_nothing_overlaps_and_arrows_end_at_their_boxes(graph: Graph, direction: str) -> None:
    placed = place(graphviz_source(graph, direction))
    assert set(placed.boxes) == {box.id for box in graph.boxes}
    assert set(placed.arrows) == {arrow.id for arrow in graph.arrows}
    texts = [text_area(placed, a.id, direction == "LR") for a in graph.arrows if a.tracked]
    for one, other in itertools.combinations([*placed.boxes.values(), *texts], 2):
        assert not overlap(one, other)
    for arrow in graph.arrows:
        drawn = placed.arrows[arrow.id]
        assert (drawn.tail, drawn.head) == (arrow.tail, arrow.head)
        points = corners(drawn.path)
        assert on_border(placed.boxes[arrow.tail], points[0])
        assert on_border(placed.boxes[arrow.head], points[-1])


def test_a_chain_of_500_operations_is_placed() -> None:
    chain = Graph(tuple(box(i) for i in range(501)), tuple(arrow(0, i, i + 1) for i in range(500)))
    placed = place(graphviz_source(chain, "LR"))
    assert len(placed.boxes) == 501
    assert len({box.y for box in placed.boxes.values()}) == 1


def test_a_value_used_fifty_times_along_a_chain_is_placed() -> None:
    steps = range(1, 51)
    arrows = [*(arrow(0, i - 1, i) for i in steps), *(arrow(1, 0, i) for i in steps[1:])]
    graph = Graph(tuple(box(i) for i in range(51)), tuple(arrows))
    assert len(place(graphviz_source(graph, "LR")).arrows) == 99


def test_plain_graphviz_source_keeps_labels_colours_and_lines_without_heads() -> None:
    placed = place('digraph { a [label="x\\n (2)", fillcolor=lightblue]; a -> b [id=t0]; a -> c [id=t1, dir=none] }')
    assert (placed.boxes["a"].label, placed.boxes["a"].fill) == ("x\n (2)", "lightblue")
    assert [placed.arrows[name].plain for name in ("t0", "t1")] == [False, True]
    assert on_border(placed.boxes["b"], corners(placed.arrows["t0"].path)[-1])


def test_an_empty_graph_is_placed() -> None:
    assert place("digraph {}").boxes == {}


def test_threads_that_ask_for_the_same_share_one_run() -> None:
    before = asked()
    source = f"digraph {{ once -> more; comment={time.monotonic_ns()} }}".replace("once -> more", "a -> b [id=t]")
    found: list[Placed] = []
    threads = [threading.Thread(target=lambda: found.append(place(source))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert all(placed is found[0] for placed in found)
    assert asked() == before + 1


def test_a_failure_is_remembered_for_a_while_and_then_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    before, source = asked(), f"digraph {{ comment={time.monotonic_ns()} "
    for _ in range(2):
        with pytest.raises(LayoutError, match="syntax error"):
            place(source)
    assert asked() == before + 1
    monkeypatch.setattr(layout, "RETRY_SECONDS", -1.0)
    with pytest.raises(LayoutError, match="syntax error"):
        place(source)
    assert asked() == before + 2


def test_what_is_not_the_graphs_fault_is_not_remembered(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    source, before = f"digraph {{ comment={time.monotonic_ns()} }}", faults()
    with monkeypatch.context() as without_dot:
        without_dot.setenv("PATH", str(tmp_path))
        with pytest.raises(Unavailable):
            place(source)
    assert faults() == before + 1
    assert place(source).boxes == {}


def test_old_layouts_are_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "KEPT_LAYOUTS", 2)
    sources = [f"digraph {{ a{number} }}" for number in range(4)]
    first = place(sources[0])
    assert place(sources[0]) is first
    for source in sources[1:]:
        place(source)
    assert place(sources[0]) is not first


def test_graphs_that_belong_together_take_one_run() -> None:
    sources = [f"digraph {{ comment=together; {'a' * number} -> b [id=e] }}" for number in (1, 5, 20)]
    alone = [place(source.replace("together", "separate")) for source in sources]
    before = asked()

    place_together([*sources, sources[0]])

    assert [place(source).arrows["e"].path for source in sources] == [each.arrows["e"].path for each in alone]
    assert asked() == before + 1


def test_one_that_cannot_be_read_leaves_the_others_their_places() -> None:
    sources = ["digraph { first -> b [id=e] }", "digraph { this is none", "digraph { third -> b [id=e] }"]

    place_together(sources)

    assert place(sources[0]).arrows
    assert place(sources[2]).arrows
    with pytest.raises(LayoutError, match="could not read"):
        place(sources[1])


def test_large_graphs_keep_the_time_limit_for_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    before = asked()
    monkeypatch.setattr(layout, "SMALL", 10)

    place_together(["digraph { large1 -> b [id=e] }", "digraph { large2 -> b [id=e] }"])

    assert asked() == before
