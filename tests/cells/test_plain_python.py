"""What a program shows and how it fails is what plain Python and PyTorch show, cell by cell."""

from __future__ import annotations

import re

import pytest

from gradwalk import record
from tests.plain_torch import run_cells

START = "import torch\nimport math\nimport torch.nn.functional as F\nx = torch.tensor(3.0, requires_grad=True)\n"

PROGRAMS = dict(
    part.split("\n", 1)
    for part in re.split(
        "^# %% ",
        """\
# %% arithmetic
print(7 // 2, -7 // 2, 7 % 3, -7 % 3, 7 / 2, 2 ** 10, 2 ** -1, 2.5 ** 2, -3, +3, not 3)
# %% whole numbers
print(10 ** 30, 12345678901234567890 * 10, -(2 ** 100), 0 ** 0, (-1) ** 101)
# %% comparisons
print(1 < 2 < 3, 1 < 3 < 2, 1 == 1.0, 1 != 2, None is None, 'a' < 'b', [1] == [1])
# %% and, or
print(1 and 2, 0 and 2, 0 or 3, [] or 'a', None or 0, not [] and 5)
# %% a choice
print('a' if 1 > 2 else 'b', 'c' if [0] else 'd')
# %% short circuits
y = 0
print(y != 0 and 1 / y, y == 0 or 1 / y)
# %% assignment
a = b = 3
a, b = b, a + 1
(c, [d, e]) = 1, (2, 3)
print(a, b, c, d, e)
a += 2
a *= 3
print(a)
# %% lists
l = [1, [2, 3], 'a']
print(l, l[1][0], l[-1], l[0:2], len(l))
l[0] = 5
l[1][1] += 1
print(l + [1], l[:1] * 3)
# %% tuples
t = (1, 2)
print(t, (1,), (), t + (3,), t[1], t[::-1])
# %% text
s = 'ab' + 'c'
print(s, s[0], s[1:], len(s), 'a' 'b')
s
# %% f-strings
print(f'{3.14159:.2f} {7:>4} {7:<4}| {1e6:,} {0.5:%} {3!r} {"a"!r} {[1]} {x} {x:.3f} {x.item():.1f} {1 + 1 = }')
# %% print
print()
print(1, 'a', None, True, 1.0, [1.5, 'b'])
print(1, 2, sep='-', end='!')
print('x')
# %% if
for y in [1, 2, 3]:
    if y == 1:
        print('one')
    elif y == 2:
        print('two')
    else:
        print('many')
# %% for
for i in range(10):
    if i == 2:
        continue
    if i == 5:
        break
    print(i)
else:
    print('never')
# %% for, else
for a, b in [(1, 2), (3, 4)]:
    print(a + b)
else:
    print('done')
# %% while
i = 0
while i < 5:
    i += 1
    if i == 3:
        continue
    print(i)
else:
    print('end')
# %% nested loops
for i in range(3):
    for j in range(3):
        if j > i:
            break
        print(i, j)
# %% loops over tensors
for row in torch.tensor([[1., 2.], [3., 4.]]):
    print(row)
for a, b in zip(torch.tensor([1, 2]), [3, 4]):
    print(a, b)
# %% enumerate
for i, v in enumerate(['a', 'b'], start=1):
    print(i, v)
print(list(zip([1, 2], 'ab')), list(range(5, 0, -2)))
# %% functions of Python
print(float('1.5'), int(2.9), int('7'), bool([]), abs(-3), round(2.567, 2), round(2.5), min(3, 1), max([1, 5, 2]))
# %% sums
print(sum([1, 2, 3]), sum([1.5], 2), sum([[1], [2]], []), sum(torch.tensor([1., 2.])), len('abc'), str(1.5) + 'a')
# %% math
print(math.sin(1), math.pi, math.sqrt(2), math.exp(1), math.floor(2.7), math.isnan(math.nan), math.inf)
# %% nothing shown
None
# %% the last expression
1 + 1
# %% not the last
1 + 1
y = 5
# %% a tuple shown
2, 3, 'a'
# %% tensors shown
print(torch.tensor([[1.0, 2.5], [1e-8, 1e8]]), torch.tensor([1, 2]), torch.tensor(True), torch.ones(3) / 0)
# %% a tracked tensor shown
y = x ** 2
print(y, x)
y
# %% a long tensor shown
torch.arange(2000)
# %% shapes and dtypes
print(x.shape, x.dtype, torch.ones(2, 3).shape, torch.ones(2, 3).size(), x.ndim, x.requires_grad, x.is_leaf)
x.dtype
# %% numbers of tensors
print(x.item(), torch.tensor([1, 2]).tolist(), float(x.detach()), int(x.detach()), bool(x), len(torch.ones(3)))
# %% no_grad
with torch.no_grad():
    y = x * 2
print(y.requires_grad, torch.is_grad_enabled())
with torch.no_grad():
    with torch.enable_grad():
        print((x * 2).requires_grad)
# %% detach
y = x.detach()
print(y, y.requires_grad, y is x, (x * y).requires_grad)
# %% gradients
y = x ** 2 + x
y.backward()
print(x.grad)
y = x ** 3
y.backward()
x.grad
# %% flags
x.requires_grad_(False)
print(x.requires_grad)
x.requires_grad = True
print(x.requires_grad, (x * 2).is_leaf)
# %% an assertion holds
assert x.item() == 3.0, 'three'
print('ok')
# %% strings as numbers
print('3' + str(4), int('3') + 4)
# %% slices
l = list(range(10))
print(l[2:5], l[::3], l[-3:], l[5:2:-1])
t = torch.arange(10)
print(t[2:5], t[-1], t[::4])
# %% stored slices
t = torch.zeros(5)
t[1] = 2.0
t[3:] = torch.tensor([4.0, 5.0])
t[t == 0] = 9.0
print(t)
# %% matrices
a = torch.tensor([[1., 2.], [3., 4.]])
print(a @ a, a.T, a.mean(dim=0), a[0, 1], a[:, 1], a.reshape(-1))
# %% an alias of a module
t = torch
print(t.sin(torch.tensor(0.0)), math.e)
# %% a name twice
y = 1
print(y)
y = torch.tensor(2.0)
print(y)
y = 'a'
print(y)
# %% linear regression
w = torch.tensor(1.0, requires_grad=True)
for epoch in range(3):
    loss = (w * 1.0 - 2.0) ** 2
    loss.backward()
    with torch.no_grad():
        w -= 0.01 * w.grad
    print(epoch, loss.item(), w.grad.item(), w.item())
    w.grad.zero_()
# %% an optimizer by hand
w = torch.zeros(2, requires_grad=True)
for i in range(2):
    ((w - torch.tensor([1.0, 2.0])) ** 2).sum().backward()
    w.data -= 0.1 * w.grad
    w.grad = None
w
# %% a random seed
torch.manual_seed(0)
print(torch.rand(2), torch.randn(2, 2))
torch.manual_seed(0)
print(torch.rand(2))
""",
        flags=re.MULTILINE,
    )[1:]
)
"""Each runs after START, in plain Python and here."""

FAILURES = (
    "y", "1 / 0", "1 + 'a'", "[1][5]", "x.nothing", "'a'.nothing", "torch.ones(2) + torch.ones(3)",
    "torch.ones(2) @ torch.ones(3)", "a, b = 1, 2, 3", "a, b = 1,", "a, b = 5", "for i in 5:\n    pass", "x[0]",
    "assert False", "assert 1 > 2, 'message'", "int('a')", "float('a')", "len(5)", "round('a')", "abs('a')", "sum(5)",
    "min([])", "range('a')", "list(5)", "torch.tensor('a')", "torch.tensor(3, requires_grad=True)",
    "torch.tensor([1, [2]])", "x.backward(5)", "(x * 1).requires_grad_(False)", "x += 1",
    "torch.ones(2, requires_grad=True)[0] = 5", "y = torch.ones(3)\ny[7] = 1.0", "x.grad.zero_()", "torch.sin()",
    "torch.sin(5)", "torch.sin(x, x)", "x.sin(5)", "F.mse_loss(x)", "x.reshape(2)", "torch.cat([x])",
    "torch.ones(2).item()", "bool(torch.ones(2))", "if torch.ones(2):\n    pass", "(x * torch.ones(2)).backward()",
    "torch.ones(1).backward()", "x.data = 5", "x.grad = 5", "math.sqrt(-1)", "math.log(0)", "math.exp(1000)",
    "2.0 ** 10000", "'a' - 'b'", "[] < 5", "None + 1", "[1] + (2,)", "-'a'", "y = x * x\ny.backward()\ny.backward()",
    "f'{x:d}'", "f'{\"a\":.2f}'", "'a'[0] = 'b'", "(1, 2)[0] = 5", "y += 1",
)  # fmt: skip


Outcome = tuple[str, tuple[str, str] | None]
"""What a cell showed, and how it failed."""


def both(source: str) -> tuple[Outcome, Outcome]:
    plain = run_cells(source)
    (cell,) = record(source).cells
    failure = None if cell.failure is None else (cell.failure.type, cell.failure.message)
    return (cell.shown, failure), (plain.shown[0], plain.failures[0])


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_shows_what_python_shows(program: str) -> None:
    ours, theirs = both(START + PROGRAMS[program])
    assert ours == theirs
    assert ours[1] is None


@pytest.mark.parametrize("program", FAILURES)
def test_a_program_fails_as_in_python(program: str) -> None:
    ours, theirs = both(START + program)
    assert ours == theirs


def test_an_error_ends_its_cell_and_not_the_program() -> None:
    cells = record("x = 1\nprint(x)\ny\nprint('never')\n# %%\nprint(x + 1)").cells
    assert [(cell.shown, cell.failure is None) for cell in cells] == [("1", False), ("2", True)]
    assert cells[0].failure is not None
    assert (cells[0].failure.line, cells[0].failure.column) == (3, 1)


@pytest.mark.parametrize(
    ("source", "line", "column"),
    [("1 / 0", 1, 1), ("x = 3\ny = x + (1 / 0)", 2, 10), ("for i in range(2):\n    print(i, nothing)", 2, 14)],
)
def test_a_failure_has_its_place(source: str, line: int, column: int) -> None:
    failure = record(source).cells[0].failure
    assert failure is not None
    assert (failure.line, failure.column) == (line, column)


def test_the_gradient_of_a_value_that_is_no_leaf_is_none_with_pytorchs_warning() -> None:
    cell = record("import torch\nx = torch.ones(1, requires_grad=True)\ny = x * 2\nprint(y.grad)").cells[0]
    warning, _, shown = cell.shown.split("\n")
    assert warning.partition(": ")[2].startswith(
        "UserWarning: The .grad attribute of a Tensor that is not a leaf Tensor is being accessed"
    )
    assert shown == "None"
