"""The ways between boxes: a port for each, straight where there is room, and clear of everything else."""

from __future__ import annotations

import itertools

import pytest

from gradwalk import record
from gradwalk.graph.lanes import APART
from gradwalk.graph.paths import pieces_of, points_of
from gradwalk.graph.player import player_graphs

X = "import torch\nx = torch.tensor(2.0, requires_grad=True)\n"


@pytest.mark.parametrize("line", ["z = x**2 + torch.sin(x)*x", "z = x*x + x", "z = torch.sigmoid(x*x + x*3) * x"])
@pytest.mark.parametrize("shape", ["wide", "tall"])
def test_each_contribution_has_a_port_and_no_way_crosses_a_box(line: str, shape: str) -> None:
    picture = player_graphs(record(f"{X}{line}\nz.backward()"))["computation"][shape]
    boxes = {box["id"]: box for box in picture["boxes"]}
    across = 1 if shape == "wide" else 0
    starts: dict[str, list[float]] = {}
    for arrow in picture["arrows"]:
        points = points_of(pieces_of(arrow["path"]))
        starts.setdefault(arrow["tail"], []).append(points[0][across])
        tail = boxes[arrow["tail"]]
        first, size = ("y", "h") if across else ("x", "w")
        assert tail[first] <= points[0][across] <= tail[first] + tail[size]
        assert tuple(arrow["label"])[across] in {point[across] for point in points}  # it runs straight beside its texts
        for name, box in boxes.items():
            if name not in (arrow["tail"], arrow["head"]):
                inside = (box["x"] < x < box["x"] + box["w"] and box["y"] < y < box["y"] + box["h"] for x, y in points)
                assert not any(inside), (arrow["id"], name)
    for places in starts.values():
        assert all(abs(a - b) >= min(APART, 15) for a, b in itertools.combinations(places, 2))


def test_what_faces_what_it_leads_to_is_a_straight_line() -> None:
    picture = player_graphs(record(f"{X}z = torch.exp(torch.sin(x))\nz.backward()"))["computation"]["wide"]
    for arrow in picture["arrows"]:
        assert len({y for _, y in points_of(pieces_of(arrow["path"]))}) == 1


CROSSING = ["z = x * y + torch.sin(x)", "z = torch.sin(x) * y - y / x", "z = (x - y) * (y - x) + x"]


@pytest.mark.parametrize("line", CROSSING)
@pytest.mark.parametrize("shape", ["wide", "tall"])
def test_what_arrives_at_one_box_does_not_cross_before_it(line: str, shape: str) -> None:
    source = f"{X}y = torch.tensor(3.0, requires_grad=True)\n{line}\nz.backward()"
    picture = player_graphs(record(source))["computation"][shape]
    across = 1 if shape == "wide" else 0
    heads: dict[str, list[tuple[float, float]]] = {}
    for arrow in picture["arrows"]:
        end = points_of(pieces_of(arrow["path"]))[-1]
        heads.setdefault(arrow["head"], []).append((tuple(arrow["label"])[across], end[across]))
    assert any(len(ways) > 1 for ways in heads.values())
    for ways in heads.values():
        assert [end for _, end in sorted(ways)] == sorted(end for _, end in ways)


LEAST_BEND = 22
"""Pixels of a way: a bend on less looks like a kink."""


@pytest.mark.parametrize("line", ["z = 3 * x**2 + 2 * x", "z = x * x + x", "z = torch.sin(x) * (x + 1)"])
def test_a_way_that_bends_on_one_side_only_has_room_for_it(line: str) -> None:
    picture = player_graphs(record(f"{X}{line}\nz.backward()"))["computation"]["wide"]
    boxes = {box["id"]: box for box in picture["boxes"]}
    bent = 0
    for arrow in picture["arrows"]:
        points = points_of(pieces_of(arrow["path"]))
        level = tuple(arrow["label"])[1]
        straight = [x for x, y in points if y == level]
        before = abs(points[0][1] - level) > 1
        after = abs(points[-1][1] - level) > 1
        if before != after:
            bent += 1
            tail, head = boxes[arrow["tail"]], boxes[arrow["head"]]
            room = min(straight) - tail["x"] - tail["w"] if before else head["x"] - max(straight)
            assert room >= LEAST_BEND, arrow["id"]
    assert bent
