"""The computation graph: which boxes and arrows a program has, and how large they are."""

from __future__ import annotations

from cProfile import Profile

import pytest

from gradwalk import record
from gradwalk.graph.boxes import Box, Graph
from gradwalk.graph.computation import computation_graph, graphviz_source
from gradwalk.graph.layout import place
from gradwalk.recording import Array, BackwardCall, Edge, Node, Operation, Recording, Route, Value

HEAD = "import torch\nx = torch.tensor({}, requires_grad=True)\n"


def graph_of(lines: str, x: str = "4.0") -> Graph:
    recording = record(HEAD.format(x) + lines)
    assert [cell.failure for cell in recording.cells] == [None]
    return computation_graph(recording)


def boxes_of(graph: Graph) -> dict[str, Box]:
    return {box.title: box for box in graph.boxes}


def test_an_operation_and_its_result_share_a_box() -> None:
    graph = graph_of("z = torch.sin(x**2)\nz.backward()")
    assert [(box.id, box.kind, box.title, box.subtitle, box.root) for box in graph.boxes] == [
        ("v0", "leaf", "x", "leaf", False),
        ("o0", "operation", "v₁ = x²", "PowBackward0", False),
        ("o1", "operation", "z = sin(v₁)", "SinBackward0", True),
    ]
    assert [(arrow.id, arrow.tail, arrow.head, arrow.tracked) for arrow in graph.arrows] == [
        ("e0.0", "v0", "o0", True),
        ("e1.0", "o0", "o1", True),
    ]


def test_a_value_used_twice_has_two_arrows() -> None:
    graph = graph_of("z = x * x\nz.backward()")
    assert [(arrow.id, arrow.tail, arrow.head) for arrow in graph.arrows] == [
        ("e0.0", "v0", "o0"),
        ("e0.1", "v0", "o0"),
    ]


def test_operands_come_in_the_order_of_the_program() -> None:
    graph = graph_of("a = torch.tensor(1.0)\nb = torch.tensor(2.0)\nz = (b - a) * x\nz.backward()")
    assert [box.title for box in graph.boxes] == ["b", "a", "v₁ = b − a", "x", "z = v₁ · x"]


def test_plain_numbers_stay_in_the_title() -> None:
    assert [box.title for box in graph_of("z = 3 * x + 1\nz.backward()").boxes] == ["x", "v₁ = 3 · x", "z = v₁ + 1"]


def test_what_needs_no_gradient_is_an_input_and_its_arrow_is_not_tracked() -> None:
    graph = graph_of("t = torch.tensor(2.0)\nz = x * t\nz.backward()")
    box = boxes_of(graph)["t"]
    assert (box.kind, box.subtitle, box.tracked) == ("input", "input", False)
    assert [arrow.tracked for arrow in graph.arrows] == [True, False]
    assert box.height < boxes_of(graph)["x"].height  # it keeps no line for a gradient


def test_an_operation_outside_the_graph_is_untracked() -> None:
    graph = graph_of("t = torch.tensor(2.0)\nu = t * 3\nz = x * u\nz.backward()")
    assert boxes_of(graph)["u = 3 · t"].kind == "untracked"
    assert boxes_of(graph)["u = 3 · t"].subtitle == "no grad_fn"


def test_what_leads_to_no_root_is_shown_beside_it() -> None:
    graph = graph_of("unused = x * 7\nz = x + 1\nz.backward()")
    assert [(box.title, box.root) for box in graph.boxes] == [
        ("x", False),
        ("unused = 7 · x", False),
        ("z = x + 1", True),
    ]


def test_without_backward_everything_is_shown() -> None:
    graph = graph_of("a = x * 7\nb = x + 1")
    assert [box.title for box in graph.boxes] == ["x", "a = 7 · x", "b = x + 1"]
    assert not any(box.root for box in graph.boxes)


def test_several_calls_share_a_graph_and_one_can_be_chosen() -> None:
    recording = record(HEAD.format("3.0") + "a = x * x\nb = x + 1\na.backward()\nb.backward()")
    together = computation_graph(recording)
    assert [box.title for box in together.boxes if box.root] == ["a = x · x", "b = x + 1"]
    assert [box.title for box in computation_graph(recording, 1).boxes] == ["x", "b = x + 1"]


def test_an_update_needs_no_boxes() -> None:
    recording = record(
        HEAD.format("3.0") + "z = x * x\nz.backward()\nwith torch.no_grad():\n    x -= 0.1 * x.grad\nx.grad.zero_()"
    )
    assert [box.title for box in computation_graph(recording).boxes] == ["x", "z = x · x"]


def test_a_detached_value_is_a_cut_edge() -> None:
    graph = graph_of("d = x.detach()\nz = x * d\nz.backward()", "3.0")
    assert [(box.title, box.kind) for box in graph.boxes] == [
        ("x", "leaf"),
        ("d = detach(x)", "untracked"),
        ("z = x · d", "operation"),
    ]
    assert [(arrow.tail, arrow.head, arrow.tracked) for arrow in graph.arrows] == [
        ("v0", "o0", False),
        ("v0", "o1", True),
        ("o0", "o1", False),
    ]


def test_a_leaf_can_be_the_root() -> None:
    (box,) = graph_of("x.backward()").boxes
    assert (box.id, box.kind, box.root) == ("v0", "leaf", True)


def test_a_leaf_that_is_updated_in_place_keeps_its_box() -> None:
    step = "loss = w * w\nloss.backward()\nwith torch.no_grad():\n    w -= 0.1 * w.grad\n"
    recording = record("import torch\nw = torch.tensor(3.0, requires_grad=True)\n" + step + step)
    graph = computation_graph(recording)
    assert [(box.kind, box.title) for box in graph.boxes] == [
        ("leaf", "w"),
        ("operation", "loss = w · w"),
        ("operation", "loss₂ = w · w"),
    ]


def test_boxes_light_up_with_their_grad_fn_node() -> None:
    recording = record(HEAD.format("4.0") + "z = torch.sin(x**2)\nz.backward()")
    nodes = {f"n{node.id}": node for node in recording.nodes}
    graph = computation_graph(recording)
    assert [nodes[box.group].name for box in graph.boxes] == ["AccumulateGrad", "PowBackward0", "SinBackward0"]


def test_the_structure_holds_no_number() -> None:
    lines = "z = (x * torch.tensor([1.0, 2.0])).sum()\nz.backward()"
    small, large = graph_of(lines, "[1e-30, 0.0]"), graph_of(lines, "[-12345.678, float('inf')]")
    assert small == large
    assert graphviz_source(small) == graphviz_source(large)


def test_a_matrix_keeps_more_lines_than_a_scalar() -> None:
    graph = graph_of("z = x.sum()\nz.backward()", "[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]")
    matrix, scalar = graph.boxes
    assert (matrix.lines, scalar.lines) == (3, 1)
    assert matrix.height > scalar.height
    assert matrix.width > scalar.width


def test_long_titles_are_cut_and_kept_in_full() -> None:
    name = "a_very_long_name_that_somebody_gave_to_a_value"
    box = graph_of(f"{name} = x * 2\n{name}.backward()").boxes[-1]
    assert box.title.endswith("…")
    assert box.full_title == f"{name} = 2 · x"


def chain(operations: int) -> Recording:
    """``x + 1 + 1 + …``, written down without running it."""
    values = [
        Value(i, i, i, 0, (), "float32", (1.0,), (), i == 0, True, i - 1 if i else None) for i in range(operations + 1)
    ]
    made = tuple(Operation(i, "neg", (Edge(i, "self", 0),), (), (i + 1,), i, False, None) for i in range(operations))
    nodes = tuple(Node(i, "NegBackward0", i, (Route(i - 1 if i else None, 0),), None, ()) for i in range(operations))
    call = BackwardCall(0, None, 0, operations, operations - 1, Array((), "float32", (1.0,)), False, False)
    return Recording("", "", (), tuple(values), made, nodes, (call,))


def test_the_work_for_thousands_of_operations_is_linear() -> None:
    """Counted in calls of functions, so that it is the same on a busy machine."""

    def calls(operations: int) -> int:
        recording, profile = chain(operations), Profile()
        graph = profile.runcall(computation_graph, recording)
        source = profile.runcall(graphviz_source, graph)
        assert len(graph.boxes) == operations + 1
        assert source.count("class=track") == operations
        return sum(entry.callcount for entry in profile.getstats())

    calls(100)
    few, many = calls(500), calls(5000)
    assert many < 15 * few  # ten times the operations; a quadratic walk would take a hundred times the calls


@pytest.mark.parametrize("direction", ["LR", "TB"])
def test_a_value_used_all_along_a_long_chain_can_be_placed(direction: str) -> None:
    lines = "y = x\nfor i in range(250):\n    y = torch.sin(y)\n    y = y * x\ny.backward()"
    graph = graph_of(lines)
    placed = place(graphviz_source(graph, direction))  # raises LayoutError when it takes more than its seconds
    assert placed.boxes.keys() == {box.id for box in graph.boxes}
    assert {(name, arrow.tail, arrow.head) for name, arrow in placed.arrows.items()} == {
        (arrow.id, arrow.tail, arrow.head) for arrow in graph.arrows
    }


@pytest.mark.parametrize("direction", ["LR", "TB"])
def test_source_holds_nothing_but_ids_and_sizes(direction: str) -> None:
    graph = graph_of("z = torch.sin(x * x)\nz.backward()")
    source = graphviz_source(graph, direction)
    assert f"rankdir={direction}" in source
    assert "sin" not in source
    assert "Backward" not in source
