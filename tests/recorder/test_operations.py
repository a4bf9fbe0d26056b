"""Which kernel a call ran, which node it belongs to, along which edges gradients flow, and what was saved for them."""

from __future__ import annotations

from typing import Any

import pytest

from gradwalk import Recording
from gradwalk.recording import Moved, Node, Operation, Value
from tests.recorder.live import record

START = """\
import torch
import torch.nn.functional as F
x = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
w = torch.tensor([[5.0, 6.0], [7.0, 8.0]], requires_grad=True)
b = torch.tensor([0.5, 0.5], requires_grad=True)
s = torch.tensor(4.0, requires_grad=True)
c = torch.tensor(2.0)
t = torch.tensor([1, 0])
"""

# What runs, in order: "result ← kernel(argument=operand>route …) node". A value without a name is called by its
# operation, an operand without a route gets no gradient.
CALLS = {
    "s * s": "z ← mul.Tensor(self=s>0, other=s>1) MulBackward0",
    "s * c": "z ← mul.Tensor(self=s>0, other=c) MulBackward0",
    "c * c": "z ← mul.Tensor(self=c, other=c)",
    "s ** 2": "z ← pow.Tensor_Scalar(self=s>0; exponent=2) PowBackward0",
    "1 - s": "z ← rsub.Scalar(self=s>0; other=1) RsubBackward1",
    "2 / s": "o0 ← reciprocal(self=s>0) ReciprocalBackward0 | z ← mul.Tensor(self=o0>0; other=2) MulBackward0",
    "F.linear(x, w, b)": "o0 ← t(self=w>0) TBackward0 | z ← addmm(self=b>0, mat1=x>1, mat2=o0>2) AddmmBackward0",
    "F.cross_entropy(x, t)": "o0 ← _log_softmax(self=x>0; dim=1, half_to_float=False) LogSoftmaxBackward0 | "
    "z ← nll_loss_forward(self=o0>0, target=t; reduction=1, ignore_index=-100) NllLossBackward0",
    "F.l1_loss(x, w)": "o0 ← sub.Tensor(self=x>0, other=w>1) SubBackward0 | o1 ← abs(self=o0>0) AbsBackward0 | "
    "z ← mean(self=o1>0) MeanBackward0",
    "torch.stack([s, c, s])": "z ← stack(tensors[0]=s>0, tensors[1]=c, tensors[2]=s>2) StackBackward0",
    "torch.cat([b, b], dim=0)": "z ← cat(tensors[0]=b>0, tensors[1]=b>1) CatBackward0",
    "torch.where(x > 2, x, w)": "o0 ← gt.Scalar(self=x; other=2) | "
    "z ← where.self(condition=o0, self=x>0, other=w>1) WhereBackward0",
    "torch.where(x > 2, c, w)": "o0 ← gt.Scalar(self=x; other=2) | "
    "z ← where.self(condition=o0, self=c, other=w>1) WhereBackward0",
    "b.max()": "z ← max(self=b>0) MaxBackward1",
    "b.max(dim=0)[0]": "z ← max.dim(self=b>0; dim=0) MaxBackward0",
    "x[t]": "z ← index.Tensor(self=x>0, indices[0]=t) IndexBackward0",
    "x[1]": "z ← select.int(self=x>0; dim=0, index=1) SelectBackward0",
    "x[:, 1:]": "z ← slice.Tensor(self=x>0; dim=1, start=1, end=9223372036854775807) SliceBackward0",
    "x[0, 1]": "o0 ← select.int(self=x>0; dim=0, index=0) SelectBackward0 | "
    "z ← select.int(self=o0>0; dim=0, index=1) SelectBackward0",
    "x.T": "z ← permute(self=x>0; dims=[1, 0]) PermuteBackward0",
    "x.reshape(4)": "z ← view(self=x>0; size=[4]) ViewBackward0",
    "x.T.reshape(4)": "o0 ← permute(self=x>0; dims=[1, 0]) PermuteBackward0 | "
    "o1 ← clone(self=o0>0; memory_format=torch.contiguous_format) CloneBackward0 | "
    "z ← _unsafe_view(self=o1>0; size=[4]) UnsafeViewBackward0",
    "b.expand(2, 2)": "z ← expand(self=b>0; size=[2, 2]) ExpandBackward0",
    "x @ w": "z ← mm(self=x>0, mat2=w>1) MmBackward0",
    "x @ b": "z ← mv(self=x>0, vec=b>1) MvBackward0",
    "torch.addmm(c, x, w)": "z ← addmm(self=c, mat1=x>1, mat2=w>2) AddmmBackward0",
    "s.double()": "z ← _to_copy(self=s>0; dtype=float64) ToCopyBackward0",
    "s.detach() * s": "o0 ← detach(self=s) | z ← mul.Tensor(self=o0, other=s>1) MulBackward0",
    "b.argmax()": "z ← argmax(self=b)",
    "torch.round(s)": "z ← round(self=s>0) RoundBackward0",
    "F.relu(s)": "z ← relu(self=s>0) ReluBackward0",
    "+s": "",
    "s.float()": "",
    "b.contiguous()": "",
}


def operation_text(recording: Recording, operation: Operation) -> str:
    names = {value.id: value.names[0] if value.names else f"o{value.operation}" for value in recording.values}
    edges = [
        f"{edge.name}={names[edge.value]}" + (f">{edge.route}" if edge.route is not None else "")
        for edge in operation.edges
    ]
    constants = ", ".join(f"{name}={text}" for name, text in operation.constants)
    node = "" if operation.node is None else " " + recording.nodes[operation.node].name
    inside = ", ".join(edges) + (f"; {constants}" if constants else "")
    return f"{names[operation.results[0]]} ← {operation.kernel}({inside}){node}"


def ran(program: str) -> Recording:
    recording = record(START + program)
    assert recording.cells[0].failure is None, recording.cells
    return recording


@pytest.mark.parametrize("expression", CALLS)
def test_kernels_nodes_and_edges_of_a_call(expression: str) -> None:
    recording = ran(f"z = {expression}")
    found = " | ".join(operation_text(recording, operation) for operation in recording.operations)
    assert found == CALLS[expression]


@pytest.mark.parametrize("expression", CALLS)
def test_a_route_leads_to_the_operands_own_node(expression: str) -> None:
    recording = ran(f"z = {expression}")
    for operation in recording.operations:
        for edge in operation.edges:
            operand = recording.values[edge.value]
            if edge.route is None or operation.node is None:
                continue
            target = recording.nodes[operation.node].next[edge.route].node
            assert target is not None
            if operand.operation is None:
                assert recording.nodes[target].leaf == operand.id
            else:
                assert recording.nodes[target].operation == operand.operation


SAVED: dict[str, dict[str, Any]] = {
    "torch.sin(s)": {"self": "s"},
    "torch.exp(s)": {"result": "z"},
    "torch.sigmoid(s)": {"result": "z"},
    "s ** 2": {"self": "s", "exponent": 2},
    "s * c": {"other": "c", "self": None},
    "s + 1": {},
    "x @ w": {"self": "x", "mat2": "w"},
    "b.max(dim=0)[0]": {"dim": 0, "keepdim": False},
    "s ** s": {"self": "s", "exponent": "s", "result": "z"},
}


@pytest.mark.parametrize("expression", SAVED)
def test_what_a_node_saves(expression: str) -> None:
    recording = ran(f"z = {expression}")
    node = node_of(recording, last(recording, "z"))
    found = {saved.name: saved for saved in node.saved}
    for name, expected in SAVED[expression].items():
        if isinstance(expected, str):
            value = found[name].value
            assert value is not None
            assert recording.values[value].names == (expected,)
        else:
            assert (found[name].value, found[name].text) == (None, str(expected))
    assert {name for name, saved in found.items() if saved.value is not None} <= {*SAVED[expression], "indices"}


def last(recording: Recording, name: str) -> Value:
    return next(value for value in reversed(recording.values) if name in value.names)


def node_of(recording: Recording, value: Value) -> Node:
    assert value.operation is not None
    node = recording.operations[value.operation].node
    assert node is not None
    return recording.nodes[node]


def test_the_indices_that_max_saves_are_its_second_result() -> None:
    recording = ran("z, i = b.max(dim=0)")
    saved = {item.name: item.value for item in node_of(recording, last(recording, "z")).saved}
    assert saved["indices"] == last(recording, "i").id


# Views and changes in place


def test_a_view_shares_memory_and_a_copy_does_not() -> None:
    recording = ran("v = x.reshape(4)\nd = x.detach()\nk = x.clone()\nr = x[0]\na = x.data")
    storages = {name: last(recording, name).storage for name in "xvdkra"}
    assert storages["x"] == storages["v"] == storages["d"] == storages["r"] == storages["a"]
    assert storages["k"] != storages["x"]


@pytest.mark.parametrize(
    ("change", "kernel", "numbers"),
    [
        ("y *= 3", "mul_.Tensor", (6.0,)),
        ("y += s", "add_.Tensor", (6.0,)),
        ("y.mul_(s)", "mul_.Tensor", (8.0,)),
        ("y.zero_()", "zero_", (0.0,)),
        ("y.fill_(7.0)", "fill_.Scalar", (7.0,)),
        ("y.pow_(3)", "pow_.Scalar", (8.0,)),
    ],
)
def test_a_change_in_place_is_a_new_state_of_the_same_tensor(
    change: str, kernel: str, numbers: tuple[float, ...]
) -> None:
    recording = ran(f"y = s * 0.5\n{change}\nz = y + 1")
    before, after = (value for value in recording.values if "y" in value.names)
    assert (before.numbers, after.numbers) == ((2.0,), numbers)
    assert (before.tensor, before.storage) == (after.tensor, after.storage)
    assert (before.version, after.version) == (0, 1)
    operation = recording.operations[1]
    assert (operation.kernel, operation.in_place, operation.results) == (kernel, True, (after.id,))
    assert recording.operations[2].edges[0].value == after.id
    assert node_of(recording, after).next[0].node == recording.operations[0].node


def test_a_change_through_a_view_is_one_of_what_it_is_a_view_of() -> None:
    recording = ran("y = b * 1\ny[0] = s\nz = y * 2")
    copy, after = recording.operations[2], last(recording, "y")
    assert [(edge.name, edge.route) for edge in copy.edges] == [("self", None), ("src", 1), ("base", 0)]
    assert (copy.kernel, copy.results[0], after.operation) == ("copy_", after.id, copy.id)
    assert (after.numbers, after.version) == ((4.0, 0.5), 1)
    assert node_of(recording, after).name == "CopySlices"
    assert node_of(recording, last(recording, "z")).next[0].node == copy.node


def test_a_view_whose_memory_was_changed_is_a_view_anew() -> None:
    recording = ran("y = b * 1\nv = y[1:]\ny.mul_(s)\nz = v + 1")
    view = last(recording, "v")
    assert view.operation is not None
    anew = recording.operations[view.operation]
    assert (anew.kernel, [edge.value for edge in anew.edges]) == ("as_strided", [last(recording, "y").id])
    assert [constant.text for constant in anew.constants] == ["[1]", "[1]", "1"]
    assert (view.numbers, node_of(recording, view).name) == ((2.0,), "AsStridedBackward0")


def test_a_view_of_a_leaf_that_was_updated_is_a_view_anew() -> None:
    recording = ran("v = b.reshape(2)\nwith torch.no_grad():\n    b -= 1\nv.sum().backward()")
    view = last(recording, "v")
    assert (view.numbers, node_of(recording, view).name) == ((-0.5, -0.5), "AsStridedBackward0")
    (route,) = node_of(recording, view).next
    assert route.node is not None
    leaf = recording.nodes[route.node].leaf
    assert leaf is not None
    assert recording.values[leaf].names == ("b",)


def test_items_of_a_leaf_can_be_set_under_no_grad() -> None:
    """PyTorch no longer says which grad_fn the item has that was changed; the leaf is none the worse for it."""
    recording = ran("with torch.no_grad():\n    b[0] = 7.0\n    x[1].mul_(2)\nz = (b * x).sum()\nz.backward()")
    assert [v.numbers for v in recording.values if v.names == ("b",) and v.operation is not None] == [(7.0, 0.5)]
    assert last(recording, "x").numbers == (1.0, 2.0, 6.0, 8.0)
    assert last(recording, "b").is_leaf
    assert last(recording, "x.grad").numbers == (7.0, 0.5, 7.0, 0.5)


def test_an_update_under_no_grad_is_outside_the_graph() -> None:
    recording = ran("y = s * s\ny.backward()\nwith torch.no_grad():\n    s -= 0.25 * s.grad\nz = s * s")
    update = next(operation for operation in recording.operations if operation.in_place)
    assert (update.kernel, update.node) == ("sub_.Tensor", None)
    assert last(recording, "s").numbers == (2.0,)
    assert last(recording, "s").is_leaf
    assert last(recording, "s").requires_grad
    assert last(recording, "z").numbers == (4.0,)


def test_data_can_be_replaced() -> None:
    recording = ran("s.data = torch.tensor(3.0)\nz = s * s\ns.data -= 1\ny = s * s")
    assert last(recording, "z").numbers == (9.0,)
    assert last(recording, "y").numbers == (4.0,)
    assert [value.numbers for value in recording.values if "s" in value.names] == [(4.0,), (3.0,), (2.0,)]


def test_a_gradient_has_the_name_of_its_leaf() -> None:
    recording = ran("y = s * s\ny.backward()\ns.grad.zero_()")
    states = [value.numbers for value in recording.values if "s.grad" in value.names]
    assert states == [(8.0,), (0.0,)]


def test_a_value_keeps_its_names_in_order() -> None:
    recording = ran("y = s * s\nz = y\nq = r = z")
    assert last(recording, "y").names == ("y", "z", "q", "r")


def test_only_the_newest_names_are_kept() -> None:
    recording = ran("\n".join(f"v{number} = s" for number in range(40)))
    assert last(recording, "v39").names == tuple(f"v{number}" for number in range(24, 40))


def test_a_saved_negative_dim_keeps_its_sign() -> None:
    """PyTorch's nodes give dim=-1 back as 18446744073709551615."""
    code = "import torch\nx = torch.tensor([1.0, 2.0], requires_grad=True)\nz = torch.softmax(x, -1).sum(-1)"
    saved = {(s.name, s.text) for node in record(code).nodes for s in node.saved if s.value is None}
    assert ("dim", "-1") in saved
    assert ("dim", "(-1,)") in saved


def test_a_leaf_that_was_updated_is_still_the_leaf_that_gradients_go_to() -> None:
    """From the second turn of a training loop on, the leaf is a later state of the tensor that the node knows."""
    turn = "L = (2 * w - 3)**2\nL.backward()\nwith torch.no_grad():\n    w -= 0.1 * w.grad\nw.grad = None\n"
    recording = record("import torch\nw = torch.tensor(1.0, requires_grad=True)\n" + 2 * turn)
    tracked = [operation for operation in recording.operations if operation.node is not None]
    assert [[edge.route for edge in operation.edges] for operation in tracked] == 2 * [[0], [0], [0]]


@pytest.mark.parametrize("made", ["torch.empty(2, 3)", "torch.empty(2, 3, requires_grad=True)", "s.new_empty(3)"])
def test_memory_as_it_was_found_is_no_operations_result(made: str) -> None:
    recording = ran(f"x = {made}\ny = x * 2")
    assert [operation.kernel for operation in recording.operations] == ["mul.Tensor"]
    assert set(last(recording, "x").numbers or ()) == {0.0}


def test_of_a_loops_views_those_are_told_that_somebody_still_has() -> None:
    source = """import torch
p = torch.tensor([1.0, 2.0], requires_grad=True)
for i in range(60):
    w, b = p
    with torch.no_grad():
        p -= 0.5
"""
    recording = record(source)
    moved = [event.values for event in recording.events if isinstance(event, Moved)]
    assert len(moved) == 60
    assert [{name for value in moved[-1] for name in recording.values[value].names}] == [{"w", "b"}]
    assert max(len(values) for values in moved) < 40


def test_a_view_of_a_call_that_is_over_is_no_step_when_its_memory_changes() -> None:
    recording = record(
        "import torch\n"
        "w = torch.ones(3, requires_grad=True)\n"
        "def f():\n"
        "    v = w.expand(2, 3)\n"
        "    return (v * 2).sum()\n"
        "for i in range(2):\n"
        "    f().backward()\n"
        "    with torch.no_grad():\n"
        "        w -= 0.1 * w.grad\n"
        "    w.grad = None"
    )
    turn = ["expand", "mul.Tensor", "sum", "mul.Tensor", "sub_.Tensor"]
    assert [operation.kernel for operation in recording.operations] == turn * 2
