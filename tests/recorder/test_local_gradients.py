"""Local gradients against central differences in float64, and the forms in which they are kept."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from gradwalk import Recording
from gradwalk.program.limits import LIMITS, Limits
from gradwalk.recording import LocalGradient
from tests.plain_torch import run
from tests.programs import programs
from tests.recorder.live import record

X = "torch.tensor([[0.3, -1.2, 2.0], [0.7, 1.1, -0.4]], dtype=torch.float64, requires_grad=True)"
Y = "torch.tensor([1.5, 0.8, 2.5], dtype=torch.float64, requires_grad=True)"
W = "torch.tensor([[0.2, 1.3], [-0.6, 0.9], [1.4, -1.1]], dtype=torch.float64, requires_grad=True)"
S = "torch.tensor(0.6, dtype=torch.float64, requires_grad=True)"

# One kernel each, so that its local gradient is the derivative of the whole expression.
EXPRESSIONS = (
    "torch.sin(x)", "x.exp()", "torch.log(y)", "torch.tanh(x)", "torch.sigmoid(s)", "x ** 3", "y ** y",
    "torch.sqrt(y)", "x * y", "x + s", "x / y", "x - y", "s * s", "x * 3", "y ** 2.5", "-x", "abs(x)",
    "torch.relu(x)", "F.gelu(x)", "F.elu(x)", "F.softplus(x)", "F.leaky_relu(x, 0.1)", "torch.atan2(x, y)",
    "torch.maximum(x, y)", "torch.hypot(x, s)", "torch.erf(x)", "x.sum()", "x.mean(dim=0)", "x.prod()", "x.max()",
    "x.amax(dim=1)", "torch.logsumexp(x, 1)", "torch.softmax(x, dim=1)", "F.log_softmax(x, dim=0)",
    "torch.cumsum(x, 1)", "x.norm()", "x.std()", "x.var(dim=1)", "x @ w", "x @ y", "torch.dot(y, y)", "x.T",
    "x.reshape(3, 2)", "x[0]", "x[:, 1:]", "x[[1, 0, 1]]", "y.expand(2, 3)", "torch.cat([x, x])",
    "torch.stack([y, y])", "torch.where(x > 0, x, y)", "x.clamp(-1.0, 1.0)", "torch.lerp(x, y, 0.25)", "x.flip(0)",
    "torch.addmm(s, x, w)", "x.max(dim=1)[0]", "y.diag()", "x.tril()", "torch.log1p(y)", "torch.rsqrt(y)",
    "x.cumprod(1)", "F.mse_loss(y, torch.ones(3).double())", "x.roll(1, 0)", "x.squeeze()",
    "F.binary_cross_entropy_with_logits(y, y.detach() * 0 + 1)",
)  # fmt: skip


def source(expression: str) -> str:
    return (
        f"import torch\nimport torch.nn.functional as F\nx = {X}\ny = {Y}\nw = {W}\ns = {S}\n"
        f"z = {expression}\nz.backward(torch.ones_like(z))\n"
    )


def local_gradients(recording: Recording) -> list[LocalGradient]:
    assert recording.cells[0].failure is None, recording.cells
    return [event for event in recording.events if isinstance(event, LocalGradient)]


def jacobian(event: LocalGradient) -> torch.Tensor:
    """rows × columns."""
    numbers = torch.tensor(event.numbers, dtype=torch.float64)
    return torch.diag(numbers) if event.form == "diagonal" else numbers.reshape(event.rows, event.columns)


def differences(expression: str, name: str) -> torch.Tensor:
    """The derivative of an expression by one of its variables, by central differences of 10⁻⁵."""
    names, _ = run(source("x.sum()") + "x")

    def at(values: torch.Tensor) -> torch.Tensor:
        found = {**names, name: values}
        with torch.no_grad():
            result: torch.Tensor = eval(expression, found)  # noqa: S307 - the oracle
        return result.detach().flatten()

    point: torch.Tensor = names[name].detach()
    columns = []
    for index in range(point.numel()):
        step = torch.zeros(point.numel(), dtype=torch.float64)
        step[index] = 1e-5
        step = step.reshape(point.shape)
        columns.append((at(point + step) - at(point - step)) / 2e-5)
    return torch.stack(columns, dim=1)


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_a_local_gradient_is_the_slope(expression: str) -> None:
    recording = record(source(expression))
    found: dict[str, torch.Tensor] = {}
    for event in local_gradients(recording):
        operation = recording.operations[event.operation]
        operand = recording.values[operation.edges[event.edge].value]
        if operand.names and operation.results[0] == last(recording):
            found[operand.names[0]] = found.get(operand.names[0], torch.tensor(0.0)) + jacobian(event)
    assert found
    for name, local in found.items():
        torch.testing.assert_close(local, differences(expression, name), rtol=1e-6, atol=1e-8)


def last(recording: Recording) -> int:
    return next(value.id for value in reversed(recording.values) if "z" in value.names)


def shapes(program: str, limits: Limits = LIMITS) -> list[tuple[str, int, int, int | None]]:
    """Form, rows, columns and how many numbers were kept, of every local gradient."""
    found = local_gradients(record("import torch\n" + program, limits=limits))
    return [(e.form, e.rows, e.columns, None if e.numbers is None else len(e.numbers)) for e in found]


VECTOR = "x = torch.arange({0}.0).requires_grad_()\n"


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ("x = torch.tensor(3.0, requires_grad=True)\n(x * x).backward()", [("matrix", 1, 1, 1)] * 2),
        (VECTOR.format(5) + "x.sin().sum().backward()", [("diagonal", 5, 5, 5), ("matrix", 1, 5, 5)]),
        (VECTOR.format(5) + "x.cumsum(0).sum().backward()", [("matrix", 5, 5, 25), ("matrix", 1, 5, 5)]),
        ("x = torch.ones(1, requires_grad=True)\nx.sin().sum().backward()", [("matrix", 1, 1, 1)] * 2),
        (VECTOR.format(64) + "x.cumsum(0).sum().backward()", [("matrix", 64, 64, 4096), ("matrix", 1, 64, 64)]),
        (VECTOR.format(65) + "x.cumsum(0).sum().backward()", [("large", 65, 65, None), ("matrix", 1, 65, 65)]),
        (VECTOR.format(1024) + "x.sin().sum().backward()", [("diagonal", 1024, 1024, 1024), ("matrix", 1, 1024, 1024)]),
        (VECTOR.format(1025) + "x.sin().sum().backward()", [("diagonal", 1025, 1025, None), ("matrix", 1, 1025, 1025)]),
        (VECTOR.format(4097) + "x.sum().backward()", [("large", 1, 4097, None)]),
    ],
)
def test_small_ones_are_kept_whole_and_of_large_ones_the_size(
    program: str, expected: list[tuple[str, int, int, int | None]]
) -> None:
    assert shapes(program) == expected


def test_one_program_has_room_for_so_many_entries() -> None:
    """A call that finds no more room keeps the sizes."""
    program = VECTOR.format(5) + "x.sin().sum().backward()\nx.sin().sum().backward()"
    assert shapes(program, Limits(local_gradients=10)) == [
        ("diagonal", 5, 5, 5),
        ("matrix", 1, 5, 5),
        ("diagonal", 5, 5, None),
        ("large", 1, 5, None),
    ]


def test_the_local_gradient_of_a_value_used_twice_is_one_for_each_use() -> None:
    """x * x at 3 is 3 by each of its operands; PyTorch's autograd.grad would give their sum, 6, for both."""
    recording = record("import torch\nx = torch.tensor(3.0, requires_grad=True)\n(x * x).backward()")
    assert [(event.edge, event.numbers) for event in local_gradients(recording)] == [(0, (3.0,)), (1, (3.0,))]


def test_nothing_is_read_where_no_gradient_flows() -> None:
    recording = record("import torch\nx = torch.tensor(3.0, requires_grad=True)\n(x * torch.tensor(2.0)).backward()")
    assert [(event.edge, event.numbers) for event in local_gradients(recording)] == [(0, (2.0,))]


def test_what_was_freed_is_not_read_again() -> None:
    """A second backward() gets through y + 1, which saves nothing, and fails at x * x, which is freed."""
    program = "import torch\nx = torch.tensor(3.0, requires_grad=True)\ny = x * x\nz = y + 1\nz.backward()\n"
    again = record(program + "# %%\nz.backward()")
    assert again.cells[1].failure is not None
    assert [event.call for event in again.events if isinstance(event, LocalGradient)] == [0, 0, 0, 1]


RESULTS = ("x.split([1, 1])", "x.unbind()", "torch.var_mean(x)", "torch.aminmax(x)", "x.chunk(2, dim=1)")


@pytest.mark.parametrize("expression", RESULTS)
def test_each_result_has_its_own(expression: str) -> None:
    """Its slope by central differences, also for the second result, and where a gradient arrives there alone."""
    recording = record(source("x.sum()").replace("z = x.sum()", f"a, b = {expression}\nz = (b * b).sum()"))
    events = [e for e in local_gradients(recording) if e.operation == 0]
    assert [event.result for event in events] == [0, 1]
    for event in events:
        slope = differences(f"list({expression})[{event.result}]", "x")
        torch.testing.assert_close(jacobian(event), slope, rtol=1e-6, atol=1e-8)


def test_an_index_beside_a_maximum_has_none() -> None:
    events = local_gradients(record(source("x.max(dim=1)[0]")))
    assert {event.result for event in events} == {0}


TURNS = """\
import torch
w = torch.tensor([[0.5, -1.0], [2.0, 0.25]], requires_grad=True)
x = torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
for turn in range(3):
    loss = (torch.tanh(x @ w.T).mean(dim=0) * x[turn]).sum()
    loss.backward()
    with torch.no_grad():
        w -= 0.1 * w.grad
"""


@given(st.just(TURNS) | programs())
def test_a_node_that_is_not_asked_again_would_have_said_the_same(source: str) -> None:
    """Where an array of NumPy's might change memory unseen, each node is asked; the word alone is enough."""
    asked = [event for event in record(source + "\n# .numpy").events if isinstance(event, LocalGradient)]
    known = [event for event in record(source).events if isinstance(event, LocalGradient)]
    assert str(known) == str(asked)  # as text, since nan is nan there


SHARED = """\
import numpy as np
import torch
x = torch.tensor([1.0, 2.0], requires_grad=True)
c = torch.tensor([3.0, 4.0])
(x * c).sum().backward()
a = c.numpy()
a[0] = 7.0
(x * c).sum().backward()
b = np.asarray(c)
b[0] = 9.0
(x * c).sum().backward()
"""


def test_memory_that_an_array_changed_is_read_as_it_is() -> None:
    events = [event for event in local_gradients(record(SHARED)) if event.form == "diagonal"]
    assert [event.numbers for event in events] == [(3.0, 4.0), (7.0, 4.0), (9.0, 4.0)]


BROADCAST = ("x * y", "x + y", "y - x", "x / y", "y ** x", "torch.atan2(x, y)", "torch.where(x > 0, x, y)", "s * x")


@pytest.mark.parametrize("expression", BROADCAST)
def test_an_operand_that_is_broadcast_has_one_slope_in_each_row(expression: str) -> None:
    """As the rows say that the node gives for one-hot vectors, one at a time."""
    recording = record(source(expression))
    names, _ = run(source(expression).replace("z.backward(torch.ones_like(z))\n", "") + "x")
    node, size = names["z"].grad_fn, names["z"].numel()
    for event in local_gradients(recording):
        edge = recording.operations[event.operation].edges[event.edge]
        shape = recording.values[edge.value].shape
        hots = torch.eye(size, dtype=torch.float64).reshape(size, *names["z"].shape)
        with torch.no_grad():
            rows = [node(hot)[edge.route].sum_to_size(shape).flatten() for hot in hots]
        assert torch.equal(jacobian(event), torch.stack(rows))


def test_on_the_meta_device_there_are_no_numbers_to_read() -> None:
    """A linear layer's node, asked for its rows there, gives what happens to lie in memory."""
    recording = record(
        "import torch\nlayer = torch.nn.Linear(3, 2, device='meta')\n"
        "layer(torch.randn(4, 3, device='meta')).sum().backward()\n"
    )
    assert [operation.kernel for operation in recording.operations][-3:] == ["t", "addmm", "sum"]
    assert not local_gradients(recording)
