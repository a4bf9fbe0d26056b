"""What the lessons teach, as programs: their numbers, PyTorch's exact errors, and what the recording shows of each."""

from __future__ import annotations

import math
import re

import pytest

from gradwalk import Recording, record
from gradwalk.recording import Accumulate, Array, Backward, Failure, Free, Node, Output, Value
from tests.plain_torch import run_cells

X3 = "x = torch.tensor(3.0, requires_grad=True)\n"

# Each program, and what it shows. The numbers are the lessons'.
SHOWN = """\
# %% 1: x² at 3
x = torch.tensor(3.0, requires_grad=True)
y = x ** 2
print(y)
y.backward()
x.grad
#> tensor(9., grad_fn=<PowBackward0>)
#> tensor(6.)
# %% 1: sin(x²) at 4
x = torch.tensor(4.0, requires_grad=True)
z = torch.sin(x ** 2)
z.backward()
x.grad
#> tensor(-7.6613)
# %% 1: by hand at 4
2 * 4 * math.cos(4 ** 2)
#> -7.661275842587077
# %% 1: sin(x²) at 2, float64
x = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
torch.sin(x ** 2).backward()
x.grad.item()
#> -2.6145744834544478
# %% 1: e^sin(x²)
x = torch.tensor(4.0, dtype=torch.float64, requires_grad=True)
u = torch.exp(torch.sin(x ** 2))
u.backward()
print(abs(x.grad.item() - math.exp(math.sin(16)) * math.cos(16) * 8) < 1e-12)
u.item() == math.exp(math.sin(16))
#> True
#> True
# %% 1: a leaf's own backward
x = torch.tensor(3.0, requires_grad=True)
x.backward()
x.grad
#> tensor(1.)
# %% 1: float64 mends integers
torch.tensor(2, dtype=torch.float64, requires_grad=True)
#> tensor(2., dtype=torch.float64, requires_grad=True)
# %% 3: mean(x²)
x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
y = (x ** 2).mean()
print(y)
y.backward()
x.grad
#> tensor(4.6667, grad_fn=<MeanBackward0>)
#> tensor([0.6667, 1.3333, 2.0000])
# %% 3: four of them in float64
x = torch.tensor([1., 2., 3., 4.], dtype=torch.float64, requires_grad=True)
(x ** 2).mean().backward()
x.grad
#> tensor([0.5000, 1.0000, 1.5000, 2.0000], dtype=torch.float64)
# %% 3: three nodes
x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
y = x + 2
print(y)
z = y * y * 2
print(z)
z.mean()
#> tensor([3., 4., 5.], grad_fn=<AddBackward0>)
#> tensor([18., 32., 50.], grad_fn=<MulBackward0>)
#> tensor(33.3333, grad_fn=<MeanBackward0>)
# %% 3: a vector and its v
x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
z = (x + 2) ** 2 * 2
z.backward(torch.tensor([0.1, 1.0, 0.001]))
x.grad
#> tensor([ 1.2000, 16.0000,  0.0200])
# %% 4: 4, 8, 12
x = torch.tensor(2.0, requires_grad=True)
for i in range(3):
    y = x ** 2
    y.backward()
    print(x.grad.item())
#> 4.0
#> 8.0
#> 12.0
# %% 4: the mean twice
x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
for i in range(2):
    (x ** 2).mean().backward()
x.grad
#> tensor([1.3333, 2.6667, 4.0000])
# %% 4: 3, 6, 9
weights = torch.ones(4, requires_grad=True)
for epoch in range(3):
    (weights * 3).sum().backward()
    print(weights.grad)
#> tensor([3., 3., 3., 3.])
#> tensor([6., 6., 6., 6.])
#> tensor([9., 9., 9., 9.])
# %% 4: zero_() keeps 3
weights = torch.ones(4, requires_grad=True)
for epoch in range(3):
    (weights * 3).sum().backward()
    print(weights.grad)
    weights.grad.zero_()
#> tensor([3., 3., 3., 3.])
#> tensor([3., 3., 3., 3.])
#> tensor([3., 3., 3., 3.])
# %% 4: several batches for one update
w = torch.tensor(1.0, requires_grad=True)
for x in [1.0, 2.0]:
    (w * x).backward()
w.grad
#> tensor(3.)
# %% 5: requires_grad_(False)
x = torch.tensor(3.0, requires_grad=True)
x.requires_grad_(False)
y = x ** 2
print(y.requires_grad)
y
#> False
#> tensor(9.)
# %% 5: detach
x = torch.tensor(3.0, requires_grad=True)
z = x.detach()
print(z, z.requires_grad)
(z ** 2).requires_grad
#> tensor(3.) False
#> False
# %% 5: detach beside
x = torch.tensor(3.0, requires_grad=True)
z = x.detach()
y = x ** 2
y1 = z ** 2
y.backward()
x.grad
#> tensor(6.)
# %% 5: no_grad
x = torch.tensor(3.0, requires_grad=True)
with torch.no_grad():
    y = x ** 2
y
#> tensor(9.)
# %% 5: retain_grad
x = torch.tensor(3.0, requires_grad=True)
y = x ** 2
y.retain_grad()
z = y * 2
z.backward()
y.grad
#> tensor(2.)
# %% 6: three steps
x, y = torch.tensor(1.0), torch.tensor(2.0)
w = torch.tensor(1.0, requires_grad=True)
y_hat = w * x
s = y_hat - y
loss = s ** 2
print(y_hat.item(), s.item(), loss.item())
loss.backward()
w.grad
#> 1.0 -1.0 1.0
#> tensor(-2.)
# %% 6: the update
w = torch.tensor(1.0, requires_grad=True)
for i in range(2):
    loss = (w * 1.0 - 2.0) ** 2
    loss.backward()
    with torch.no_grad():
        w -= 0.01 * w.grad
    w.grad.zero_()
    print(w.item())
#> 1.0199999809265137
#> 1.0396000146865845
# %% 6: many points
x = torch.tensor([1., 2., 3., 4.])
y = torch.tensor([2., 4., 6., 8.])
w = torch.tensor(0.0, requires_grad=True)
loss = ((w * x - y) ** 2).mean()
loss.backward()
w.grad
#> tensor(-30.)
# %% 7.1: gradients add
x = torch.tensor(2.0, requires_grad=True)
(x ** 2).backward()
(x ** 2).backward()
x.grad
#> tensor(8.)
# %% 7.3: x + x twice
x = torch.tensor(3.0, requires_grad=True)
y = x + x
y.backward()
y.backward()
x.grad
#> tensor(4.)
# %% 7.4: in place where nothing was saved
x = torch.tensor(3.0, requires_grad=True)
y = x + 1
y += 5
y.backward()
x.grad
#> tensor(1.)
# %% 7.5: x · x.detach()
x = torch.tensor(3.0, requires_grad=True)
(x * x.detach()).backward()
x.grad
#> tensor(3.)
# %% 7.6: retain_graph, and they still add
x = torch.tensor(3.0, requires_grad=True)
y = x * x
y.backward(retain_graph=True)
y.backward()
x.grad
#> tensor(12.)
# %% 7.8: a vector with its v
x = torch.ones(2, requires_grad=True)
(x * 3).backward(torch.ones(2))
x.grad
#> tensor([3., 3.])
# %% 7.9: x² + x
x = torch.tensor(3.0, requires_grad=True)
(x ** 2 + x).backward()
x.grad
#> tensor(7.)
# %% 7.11: no leaf any more
x = torch.tensor(3.0, requires_grad=True)
(x * x).backward()
x = x - 0.1 * x.grad
print(x.is_leaf)
x
#> False
#> tensor(2.4000, grad_fn=<SubBackward0>)
# %% 7.12: argmax has no edge, round a zero
x = torch.tensor([1.2, 2.6], requires_grad=True)
print(x.argmax().requires_grad)
torch.round(x).sum().backward()
x.grad
#> False
#> tensor([0., 0.])
# %% 7.13: None is not zero
x = torch.tensor(3.0, requires_grad=True)
y = torch.tensor(1.0, requires_grad=True)
(x * 2).backward()
print(y.grad)
(y * 0).backward()
y.grad
#> None
#> tensor(0.)
# %% 7.14: where hides nan
x = torch.tensor(0.0, requires_grad=True)
y = torch.where(x > 0, torch.sqrt(x) * x, x * 2)
print(y)
torch.where(x > 0, x / x, x).backward()
x.grad
#> tensor(0., grad_fn=<WhereBackward0>)
#> tensor(nan)
# %% 7.15: mean divides
x = torch.ones(4, requires_grad=True)
x.mean().backward()
x.grad
#> tensor([0.2500, 0.2500, 0.2500, 0.2500])
# %% 7.15: a bias collects a sum
b = torch.tensor(1.0, requires_grad=True)
(torch.ones(5) * 2 + b).sum().backward()
b.grad
#> tensor(5.)
# %% 7.15: max() splits a tie
x = torch.tensor([1.0, 3.0, 3.0], requires_grad=True)
x.max().backward()
x.grad
#> tensor([0.0000, 0.5000, 0.5000])
# %% 7.15: relu'(0) = 0
x = torch.tensor(0.0, requires_grad=True)
torch.relu(x).backward()
x.grad
#> tensor(0.)
# %% float32: 1 - 1e-8 is 1
print(torch.tensor(1 - 1e-8) == 1.0)
torch.clamp(torch.tensor(1.0), 1e-8, 1 - 1e-8)
#> tensor(True)
#> tensor(1.)
# %% 2: the perceptron without a function
w = torch.tensor(1.0, requires_grad=True)
b = torch.tensor(0.0, requires_grad=True)
y_hat = torch.sigmoid(w * 6.7 + b)
loss = -(0.0 * torch.log(y_hat) + 1.0 * torch.log(1 - y_hat))
loss.backward()
print(f'{w.grad.item():.4f} {b.grad.item():.4f}')
loss
#> 6.6918 0.9988
#> tensor(6.7012, grad_fn=<NegBackward0>)
"""

# Each program, the key of its explanation, and how PyTorch's message starts.
FAILURES = """\
# %% 1: integers
torch.tensor(2, requires_grad=True)
#! integer-requires-grad: Only Tensors of floating point and complex dtype can require gradients
# %% 3: a vector without v
x = torch.ones(2, requires_grad=True)
(x * 2).backward()
#! non-scalar-root: grad can be implicitly created only for scalar outputs
# %% 3: v of another shape
x = torch.ones(2, requires_grad=True)
(x * 2).backward(torch.ones(3))
#! seed-shape: Mismatch in shape: grad_output[0] has a shape of torch.Size([3]) and output[0] has a shape of
# %% 5: detached
x = torch.tensor(3.0, requires_grad=True)
z = x.detach()
(z ** 2).backward()
#! nothing-requires-grad: element 0 of tensors does not require grad and does not have a grad_fn
# %% 5: under no_grad
x = torch.tensor(3.0, requires_grad=True)
with torch.no_grad():
    y = x ** 2
y.backward()
#! nothing-requires-grad: element 0 of tensors does not require grad and does not have a grad_fn
# %% 5: switched off
x = torch.tensor(3.0, requires_grad=True)
x.requires_grad_(False)
(x ** 2).backward()
#! nothing-requires-grad: element 0 of tensors does not require grad and does not have a grad_fn
# %% 5: the flag of a value that is no leaf
x = torch.tensor(3.0, requires_grad=True)
y = x * x
y.requires_grad_(False)
#! flag-on-non-leaf: you can only change requires_grad flags of leaf variables.
# %% 7.3: x · x twice
x = torch.tensor(3.0, requires_grad=True)
y = x * x
y.backward()
y.backward()
#! backward-twice: Trying to backward through the graph a second time (or directly access saved tensors after they
# %% 7.4: in place on a leaf
x = torch.tensor(3.0, requires_grad=True)
x += 1
#! in-place-on-leaf: a leaf Variable that requires grad is being used in an in-place operation.
# %% 7.4: a saved tensor changed
x = torch.tensor(3.0, requires_grad=True)
y = torch.exp(x)
y += 1
y.backward()
#! saved-value-changed: one of the variables needed for gradient computation has been modified by an inplace operation:
# %% 7.12: argmax
x = torch.ones(2, requires_grad=True)
x.argmax().backward()
#! nothing-requires-grad: element 0 of tensors does not require grad and does not have a grad_fn
"""


def lessons(text: str) -> dict[str, tuple[str, str]]:
    """Title → program and expectation."""
    found = {}
    for part in re.split(r"^# %% ", text, flags=re.MULTILINE)[1:]:
        title, program = part.split("\n", 1)
        lines = program.rstrip("\n").split("\n")
        expected = [line[3:] for line in lines if line.startswith(("#>", "#!"))]
        found[title] = "\n".join(lines[: len(lines) - len(expected)]), "\n".join(expected)
    return found


def recorded(program: str) -> Recording:
    return record("import torch\nimport math\n" + program)


@pytest.mark.parametrize(("program", "shown"), lessons(SHOWN).values(), ids=lessons(SHOWN))
def test_a_lesson_shows_its_numbers(program: str, shown: str) -> None:
    (cell,) = recorded(program).cells
    assert (cell.shown, cell.failure) == (shown, None)
    assert run_cells("import torch\nimport math\n" + program).shown == (shown,)


@pytest.mark.parametrize(("program", "expected"), lessons(FAILURES).values(), ids=lessons(FAILURES))
def test_a_lesson_fails_in_pytorchs_words(program: str, expected: str) -> None:
    cause, message = expected.split(": ", 1)
    recording = recorded(program)
    (cell,) = recording.cells
    assert cell.failure is not None
    assert cell.failure.message.startswith(message)
    assert run_cells("import torch\nimport math\n" + program).failures[0] == (cell.failure.type, cell.failure.message)
    assert [event.cause for event in recording.events if isinstance(event, Failure)] == [cause]


# What the recording shows of it


def named(recording: Recording, name: str) -> Value:
    return next(value for value in reversed(recording.values) if name in value.names)


def scalars(arrays: tuple[Array | None, ...]) -> list[float | None]:
    return [None if array is None or array.numbers is None else array.numbers[0] for array in arrays]


def accumulated(recording: Recording) -> list[tuple[list[float | None], list[float | None], list[float | None]]]:
    """Before, added, after of each."""
    return [
        (scalars((event.before,)), scalars((event.added,)), scalars((event.after,)))
        for event in recording.events
        if isinstance(event, Accumulate)
    ]


def test_the_chain_rule_of_lesson_1_step_by_step() -> None:
    """sin at 16, cos(16) = −0.9577 handed on, 8 · −0.9577 arriving."""
    recording = recorded(
        "x = torch.tensor(4.0, dtype=torch.float64, requires_grad=True)\nz = torch.sin(x ** 2)\nz.backward()"
    )
    ran = [
        (recording.nodes[e.node].name, scalars(e.upstream), scalars(e.contributions))
        for e in recording.events
        if isinstance(e, Backward)
    ]
    assert ran == [("SinBackward0", [1.0], [math.cos(16)]), ("PowBackward0", [math.cos(16)], [math.cos(16) * 8])]
    assert accumulated(recording) == [([None], [math.cos(16) * 8], [math.cos(16) * 8])]


def test_gradients_add_up_visibly() -> None:
    recording = recorded("x = torch.tensor(2.0, requires_grad=True)\nfor i in range(3):\n    (x ** 2).backward()")
    assert accumulated(recording) == [([None], [4.0], [4.0]), ([4.0], [4.0], [8.0]), ([8.0], [4.0], [12.0])]


def test_two_paths_each_contribute() -> None:
    """x² + x at 3: 6 along one, 1 along the other, 7 in the leaf."""
    recording = recorded(X3 + "y = x ** 2 + x\ny.backward()")
    leaf = next(node.id for node in recording.nodes if node.leaf is not None)
    arriving = [
        array.numbers
        for event in recording.events
        if isinstance(event, Backward)
        for route, array in zip(recording.nodes[event.node].next, event.contributions, strict=True)
        if route.node == leaf and array is not None
    ]
    assert sorted(map(str, arriving)) == ["(1.0,)", "(6.0,)"]
    assert accumulated(recording) == [([None], [7.0], [7.0])]


def test_backward_frees_what_was_saved() -> None:
    """x · x saves both of its factors; x + x saves nothing."""
    recording = recorded(X3 + "y = x * x\ny.backward()")
    (free,) = (event for event in recording.events if isinstance(event, Free))
    assert [saving(recording.nodes[node]) for node in free.nodes] == [["other", "self"]]
    assert not [event for event in recorded(X3 + "y = x + x\ny.backward()").events if isinstance(event, Free)]
    assert not [e for e in recorded(X3 + "y = x * x\ny.backward(retain_graph=True)").events if isinstance(e, Free)]


def saving(node: Node) -> list[str]:
    return [saved.name for saved in node.saved if saved.value is not None]


def test_a_detached_value_is_a_cut_edge_in_the_same_memory() -> None:
    recording = recorded(X3 + "z = x.detach()\ny = x * z\ny.backward()")
    assert named(recording, "z").storage == named(recording, "x").storage
    product = next(operation for operation in recording.operations if operation.kernel == "mul.Tensor")
    assert [edge.route for edge in product.edges] == [0, None]
    assert accumulated(recording) == [([None], [3.0], [3.0])]


def test_a_stretch_under_no_grad_is_outside_the_graph() -> None:
    recording = recorded(X3 + "with torch.no_grad():\n    y = x ** 2\nz = x ** 2")
    assert [operation.node is None for operation in recording.operations] == [True, False]


def test_the_version_moves_and_the_saved_value_is_an_older_one() -> None:
    recording = recorded(X3 + "y = torch.exp(x)\ny += 1\ny.backward()")
    states = [value for value in recording.values if "y" in value.names]
    assert [value.version for value in states] == [0, 1]
    exp = next(node for node in recording.nodes if node.name == "ExpBackward0")
    assert [saved.value for saved in exp.saved] == [states[0].id]


def test_reading_the_gradient_of_an_intermediate_value_warns() -> None:
    recording = recorded(X3 + "y = x ** 2\nz = y * 2\nz.backward()\nprint(y.grad)")
    outputs = [event for event in recording.events if isinstance(event, Output)]
    assert [event.stream for event in outputs] == ["warning", "print"]
    assert "is not a leaf Tensor" in outputs[0].text
    assert outputs[1].text == "None\n"


def test_a_name_that_is_no_leaf_any_more_has_no_gradient() -> None:
    """w = w - lr * w.grad makes a new tensor; the second turn finds None."""
    (cell,) = recorded(X3 + "for i in range(2):\n    (x * x).backward()\n    x = x - 0.1 * x.grad").cells
    assert cell.failure is not None
    assert cell.failure.message == "unsupported operand type(s) for *: 'float' and 'NoneType'"
    assert "is not a leaf Tensor" in cell.shown


def test_a_graph_that_grows() -> None:
    """w = w - lr * w.grad: each turn hangs on the one before."""
    program = "w = torch.tensor(1.0, requires_grad=True)\nfor i in range(3):\n    w = w - 0.1 * w\nw.backward()"
    recording = recorded(program)
    assert sum(isinstance(event, Backward) for event in recording.events) == 6
    assert len({value.tensor for value in recording.values if "w" in value.names}) == 4
