"""Programs under the recorder against the same programs in plain PyTorch."""

from __future__ import annotations

import gc
import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gradwalk import Recording
from gradwalk.program.limits import Limits
from gradwalk.recorder import elementwise
from gradwalk.recording import Node, Operation, Value
from tests.plain_torch import Plain, reachable, run_cells
from tests.process import global_state
from tests.programs import programs
from tests.recorder.live import record


def last_states(recording: Recording) -> dict[str, Value]:
    """What each variable is in the end: the last Value of the tensor that it was bound to last."""
    bound: dict[str, int] = {}
    for event in recording.events:
        for binding in getattr(event, "bindings", ()):
            if binding.value is not None:
                bound[binding.name] = recording.values[binding.value].tensor
    states = {value.tensor: value for value in recording.values}
    return {name: states[tensor] for name, tensor in bound.items()}


def same(numbers: Any, tensor: torch.Tensor) -> bool:
    """Bit for bit; nan is nan."""
    there = tensor.detach().flatten().tolist()
    return len(numbers) == len(there) and all(
        a == b or (math.isnan(a) and math.isnan(b)) for a, b in zip(numbers, there, strict=True)
    )


def node_of(recording: Recording, value: Value) -> Node | None:
    operation = None if value.operation is None else recording.operations[value.operation]
    if not value.requires_grad:
        return None  # an index beside a maximum
    return None if operation is None or operation.node is None else recording.nodes[operation.node]


def behind(recording: Recording, roots: list[Node]) -> list[Node]:
    """The nodes that are reachable from these, each once."""
    found: set[int] = set()
    stack = [node.id for node in roots]
    while stack:
        index = stack.pop()
        if index not in found:
            found.add(index)
            stack += [route.node for route in recording.nodes[index].next if route.node is not None]
    return [recording.nodes[index] for index in sorted(found)]


def has_node_to_tell(tensor: torch.Tensor) -> bool:
    """PyTorch refuses to say which node a part of a split has once what was split has changed."""
    try:
        return tensor.is_leaf or tensor.grad_fn is not None
    except RuntimeError:
        return False


def check_variables(recording: Recording, plain: Plain) -> None:
    states = last_states(recording)
    for name, tensor in plain.names.items():
        if not isinstance(tensor, torch.Tensor):
            continue
        value = states[name]
        assert same(value.numbers, tensor), (name, value, tensor)
        assert value.shape == tuple(tensor.shape)
        assert value.dtype == str(tensor.dtype).removeprefix("torch.")
        if not has_node_to_tell(tensor):
            continue
        assert (value.is_leaf, value.requires_grad) == (tensor.is_leaf, tensor.requires_grad), name
        assert value.version == tensor._version, name
        node = node_of(recording, value)
        assert (node and node.name) == (tensor.grad_fn and type(tensor.grad_fn).__name__), name


def check_nodes(recording: Recording, plain: Plain) -> None:
    tensors = {name: t for name, t in plain.names.items() if isinstance(t, torch.Tensor) and has_node_to_tell(t)}
    there = sorted(type(node).__name__ for node in reachable(list(tensors.values())))
    states = last_states(recording)
    roots = [node for name in tensors if (node := node_of(recording, states[name])) is not None]
    assert sorted(node.name for node in behind(recording, roots)) == there


def check_against_plain(source: str, recording: Recording) -> None:
    plain = run_cells(source)
    assert plain.failures == (None,)
    assert recording.cells[0].failure is None, recording.cells
    check_variables(recording, plain)
    check_nodes(recording, plain)


@given(programs())
def test_a_recording_is_what_plain_pytorch_makes(source: str) -> None:
    check_against_plain(source, record(source))


@given(programs())
def test_two_records_of_a_program_are_equal(source: str) -> None:
    assert record(source).to_json() == record(source).to_json()


@given(programs())
def test_the_process_stays_as_it_was(source: str) -> None:
    before = global_state()
    record(source)
    record("import torch\nx = torch.tensor(3, requires_grad=True)")  # fails
    assert global_state() == before


def test_memory_that_nobody_wrote_is_not_shown() -> None:
    """A mask without dimensions makes PyTorch build an index in memory that it takes as it is."""
    recording = record("import torch\na = torch.tensor(0.25)\nb = a[a > 0]")
    unwritten = [op.results[0] for op in recording.operations if op.kernel.startswith("empty")]
    assert all(set(recording.values[value].numbers or ()) <= {0} for value in unwritten)


LEAF = "x = torch.tensor(2.0, requires_grad=True)\ny = x * x\ny.backward(retain_graph=True)"


def live_tensors() -> int:
    gc.collect()
    return sum(issubclass(type(item), torch.Tensor) for item in gc.get_objects())


ENDINGS = {
    "well": f"import torch\n{LEAF}",
    "in a failure": f"import torch\n{LEAF}\ny.backward()\ny.backward()",
    "at a limit": f"import torch\n{LEAF}\nfor i in range(1000):\n    y = y * x",
    "with a gradient that leads back to its leaf": f"import torch\n{LEAF}\nx.grad = x * 2\ny.grad = y * x",
    "with a hook that knows its tensor": f"import torch\n{LEAF}\ny.register_hook(lambda g: y * g)\n(y * x).backward()",
    "with a hook on a node": f"import torch\n{LEAF}\ny.grad_fn.register_hook(lambda a, b: print(y))",
    "with a Function that keeps its result": f"""\
import torch
{LEAF}
class Double(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a):
        ctx.result = a * 2
        return ctx.result
    @staticmethod
    def backward(ctx, g):
        return g * 2
z = Double.apply(x)
z.backward()
""",
}


@pytest.mark.parametrize("source", ENDINGS.values(), ids=ENDINGS)
def test_nothing_live_stays_behind(source: str) -> None:
    """No tensor, and with that no node and no hook, however a program ends.

    Some cycles PyTorch never lets go of: nor does the recording of a program that makes one.
    """
    if not left_behind(lambda: run_cells(source)):
        assert not left_behind(lambda: record(source, limits=Limits(watched_operations=100)))


def left_behind(run: Callable[[], object]) -> int:
    """The tensors that are there after a run and were not before."""
    run()
    before = live_tensors()
    run()
    return live_tensors() - before


@given(st.lists(programs(), min_size=4, max_size=4))
@settings(max_examples=10)
def test_many_threads_record_as_one_does(sources: list[str]) -> None:
    expected = [record(source, seeded=False).to_json() for source in sources]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda source: record(source, seeded=False).to_json(), sources * 4))
    assert found == expected * 4


@given(programs())
@settings(max_examples=50)
def test_kernels_that_are_known_by_now_are_those_that_the_dispatch_mode_sees(source: str) -> None:
    known = record(source).to_json()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(elementwise, "STEADY", frozenset())
        assert record(source).to_json() == known


@pytest.mark.parametrize(
    "expression",
    [
        "2 ** x",
        "x ** 2",
        "1 - x",
        "x - y",
        "y - x",
        "x / y",
        "x / x",
        "3 / x",
        "-x",
        "y.sum()",
        "y.mean()",
        "y.sum(0)",
        "torch.mean(y)",
    ],
)
def test_a_call_like_one_before_runs_the_same_kernel(expression: str) -> None:
    head = "import torch\nx = torch.tensor(2.0, requires_grad=True)\ny = torch.tensor([1.0, 5.0], requires_grad=True)\n"
    first = record(f"{head}z = {expression}")
    again = record(f"{head}z = {expression}\nz = {expression}")
    half = len(again.operations) // 2

    def described(operations: Sequence[Operation]) -> list[Any]:
        return [(o.kernel, [(e.name, e.route) for e in o.edges], o.constants) for o in operations]

    assert described(again.operations[:half]) == described(again.operations[half:]) == described(first.operations)
