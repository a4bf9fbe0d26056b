"""The grad_fn picture against torchviz's own, on random graphs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

import pytest
import torch
import torchviz
from hypothesis import given, settings
from hypothesis import strategies as st

from gradwalk import record
from gradwalk.graph.layout import place
from gradwalk.recorder.torchviz import MAX_NODES, picture, read, too_large
from gradwalk.recording import Picture

LINE = re.compile(r"\t(\d+) -> (\d+)(?: \[(.*)\])?\n")
BOX = re.compile(r"\t(\d+) \[label=\"?(.*?)\"?(?: fillcolor=(\w+))?\]\n", re.DOTALL)

Drawn = tuple[list[tuple[str, str]], list[tuple[int, int, str]]]


def nodes_of(root: torch.Tensor) -> list[Any]:
    found: list[Any] = []
    waiting = [root.grad_fn]
    while waiting:
        node = waiting.pop()
        if node is not None and node not in found:
            found.append(node)
            waiting += [following for following, _ in node.next_functions]
    return found


def drawn_by_us(root: torch.Tensor, leaves: dict[str, torch.Tensor]) -> Picture:
    nodes = nodes_of(root)
    values = [*leaves.values(), root]
    made = picture(
        0, root, leaves, {id(node): i for i, node in enumerate(nodes)}, {id(value): i for i, value in enumerate(values)}
    )
    assert made is not None
    return made


def torchviz_statements(body: Iterable[str]) -> Drawn:
    """What torchviz wrote, its ids replaced by the order of their first box."""
    boxes: dict[str, tuple[str, str]] = {}
    lines: list[tuple[str, str, str]] = []
    for text in body:
        if edge := LINE.fullmatch(text):
            lines.append((edge[1], edge[2], edge[3] or ""))
        elif box := BOX.fullmatch(text):
            boxes[box[1]] = (box[2], box[3] or "")
    order = {name: number for number, name in enumerate(boxes)}
    return list(boxes.values()), sorted((order[tail], order[head], how) for tail, head, how in lines)


def our_statements(source: str) -> Drawn:
    boxes = re.findall(r'^"(\w+)" \[label="(.*?)"(?:, fillcolor=(\w+))?, width', source, re.MULTILINE)
    lines = re.findall(r'^"(\w+)" -> "(\w+)" \[id="t\d+"(?:, (.*))?\]', source, re.MULTILINE)
    order = {name: number for number, (name, _, _) in enumerate(boxes)}
    drawn = [(label.replace("\\n", "\n"), fill) for _, label, fill in boxes]
    return drawn, sorted((order[tail], order[head], how) for tail, head, how in lines)


STEPS = ("sin", "exp", "tanh", "square", "add", "mul", "matmul", "cat", "view", "sum", "relu", "clone")


def step(name: str, one: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    match name:
        case "add":
            return one + other
        case "mul":
            return one * other
        case "matmul":
            return one @ other.T
        case "cat":
            return torch.cat([one, other])[:2]
        case "view":
            return one.T.reshape(4).view(2, 2)
        case "sum":
            return one.sum(dim=0, keepdim=True).expand(2, 2)
        case "square":
            return one**2
        case _:
            made: torch.Tensor = getattr(one, name)()
            return made


@st.composite
def roots(draw: st.DrawFn) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
    leaves = {name: torch.ones(2, 2, requires_grad=True) for name in "xw"}
    values = [*leaves.values(), torch.ones(2, 2)]
    for _ in range(draw(st.integers(1, 7))):
        one, other = draw(st.sampled_from(values)), draw(st.sampled_from(values))
        values.append(step(draw(st.sampled_from(STEPS)), one, other))
    tracked = [value for value in values if value.requires_grad]
    root = tracked[-1].mean() if draw(st.booleans()) else tracked[-1]
    return root, leaves


@given(roots())
def test_the_plain_picture_is_torchvizs_up_to_names(made: tuple[torch.Tensor, dict[str, torch.Tensor]]) -> None:
    root, leaves = made
    theirs = torchviz.make_dot(root, params=leaves)
    assert our_statements(drawn_by_us(root, leaves).plain) == torchviz_statements(theirs.body)


@given(roots())
def test_saved_values_and_attributes_are_torchvizs_in_boxes_of_their_own(
    made: tuple[torch.Tensor, dict[str, torch.Tensor]],
) -> None:
    root, leaves = made
    theirs = torchviz.make_dot(root, params=leaves, show_attrs=True, show_saved=True)
    labels = [(box[2], box[3] or "") for text in theirs.body if (box := BOX.fullmatch(text))]
    boxes, lines = our_statements(drawn_by_us(root, leaves).saved)
    assert Counter(boxes) == Counter(labels)  # each statement has its box: leaves that are also saved keep theirs
    assert Counter(how for _, _, how in lines) == Counter(how for _, _, how in torchviz_statements(theirs.body)[1])


def test_a_leaf_that_is_saved_keeps_its_own_box() -> None:
    x = torch.tensor(3.0, requires_grad=True)
    boxes = place(drawn_by_us(x * x, {"x": x}).saved).boxes
    assert boxes["v0"].label == "x\n ()"
    assert boxes["v0"].fill == "lightblue"
    assert [boxes[name].fill for name in ("s0_self", "s0_other")] == ["orange", "orange"]


def test_saved_tensors_in_a_list_are_named_by_their_place() -> None:
    x = torch.ones(3, requires_grad=True)
    boxes = place(drawn_by_us(x[torch.tensor([0, 2])], {"x": x}).saved).boxes
    assert boxes["s0_indices_0"].label.split("\n")[0] == "indices[0]"


def test_a_negative_dim_is_shown_as_it_was_written() -> None:
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    drawn = picture(0, torch.softmax(x, -1).sum(), {"x": x}, {}, {})
    assert drawn is not None
    assert re.search(r"dim *: -1\b", drawn.saved)
    assert "1844674407" not in drawn.saved


def test_the_same_program_gives_the_same_picture() -> None:
    lines = "import torch\nx = torch.ones(2, requires_grad=True)\ny = x * x\nz = (y + y.sin()).sum()\nz.backward()"
    one, other = record(lines, pictures=True), record(lines, pictures=True)
    assert len(one.pictures) == 1
    assert one.pictures == other.pictures


def test_boxes_bear_the_ids_of_the_recording() -> None:
    recording = record(
        "import torch\nx = torch.tensor(4.0, requires_grad=True)\nz = torch.sin(x**2)\nz.backward()", pictures=True
    )
    for source in recording.pictures[0].plain, recording.pictures[0].saved:
        boxes = place(source).boxes
        named = {f"v{value.id}": value.names for value in recording.values}
        assert {name: box.label.split("\n")[0] for name, box in boxes.items() if name.startswith("n")} == {
            f"n{node.id}": node.name for node in recording.nodes
        }
        assert [named[name] for name, box in boxes.items() if box.fill == "lightblue"] == [("x",)]
        assert [named[name] for name, box in boxes.items() if box.fill == "darkolivegreen1"] == [("z",)]


def test_freed_saved_values_leave_the_plain_picture() -> None:
    x = torch.tensor(3.0, requires_grad=True)
    z = x * x
    torch.autograd.backward(z)
    made = drawn_by_us(z, {"x": x})
    assert made.saved == made.plain


def test_a_leaf_alone_is_drawn() -> None:
    x = torch.tensor(3.0, requires_grad=True)
    assert list(place(drawn_by_us(x, {"x": x}).plain).boxes) == ["v1"]


@pytest.mark.parametrize(("operations", "large"), [(MAX_NODES - 1, False), (MAX_NODES, True), (5000, True)])
def test_large_graphs_are_left_out_before_torchviz_recurses(operations: int, large: bool) -> None:
    x = torch.tensor(1.0, requires_grad=True)
    z = x
    for _ in range(operations):
        z = z + 1
    assert too_large(z) is large
    assert (picture(0, z, {"x": x}, {}, {}) is None) is large


@settings(max_examples=20)
@given(st.integers(10**11, 10**15))
def test_a_number_in_a_label_is_no_name(number: int) -> None:
    boxes, _ = read([f'\t{number} [label="value {number} -> {number}"]\n'], {number: "n0"})
    assert [(box.id, box.label) for box in boxes] == [("n0", f"value {number} -> {number}")]


def test_unknown_boxes_are_named_by_their_order() -> None:
    boxes, lines = read(["\t7 [label=A]\n", "\t8 -> 7\n", "\t8 [label=B]\n"], {})
    assert [box.id for box in boxes] == ["u0", "u1"]
    assert [(line.tail, line.head) for line in lines] == [("u1", "u0")]
