"""Generated programs show, compute and fail as they do in Jupyter."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cells.alike import ours, theirs
from tests.cells.oracle import Oracle

NUMBERS = st.sampled_from(("0", "1", "2", "-3", "0.5", "-1.5", "True", "7"))
NAMES = ("a", "b", "x", "y")
ATOMS = st.one_of(NUMBERS, st.sampled_from((*NAMES, "items", "word", "x.grad", "missing")))
OPERATORS = st.sampled_from(("+", "-", "*", "/", "//", "%", "<", "<=", "==", "!=", "and", "or"))
CALLS = st.sampled_from(
    (
        "abs({})",
        "float({})",
        "round({}, 2)",
        "str({})",
        "bool({})",
        "len({})",
        "torch.sin({})",
        "torch.relu({})",
        "({}).sum()",
        "({}).mean()",
        "({})[0]",
        "({})[-1:]",
        "[{}, 1]",
        "({},)",
        "{{'k': {}}}",
        "twice({})",
        "(lambda v: v * 2)({})",
        "[v for v in {}]",
        "max({}, 1)",
        "isinstance({}, float)",
        "not {}",
        "-({})",
        "sorted({})",
        "list({})",
        "type({})",
        "f'{{{}}}'",
        "list(upto({}))",
        "next(upto({}), 'none')",
        "sum(v for v in upto({}))",
        "getattr({}, 'grad', 'none')",
        "hasattr({}, 'shape')",
        "Box({}).doubled()",
        "Box({}) + 1",
        "Box({}) == Box(2)",
        "Pair({}, 2)",
        "Pair(1, {}).second",
        "logged({})",
        "max({})",
        "({}, 1) < (2, 2)",
        "[*{}]",
        "{{{}, 1}}",
        "(got := {})",
        "partial(twice, times={})(2)",
        "list(chain({}, [1]))",
        "grad(lambda v: (v ** 2).sum())({})",
        "({}).max(0)",
        "x.new_tensor({})",
        "'%s %r' % ({}, 1)",
        "'{{:.2f}}'.format({})",
        "str({}).split()[:2]",
        "isinstance({}, (int, Box))",
        "type({}) == int",
    )
)


@st.composite
def expressions(draw: st.DrawFn, depth: int = 2) -> str:
    """An expression, of any type and with any mistake."""
    if depth == 0 or draw(st.integers(0, 3)) == 0:
        return str(draw(ATOMS))
    part = draw(expressions(depth - 1))
    if draw(st.booleans()):
        return str(draw(CALLS)).format(part)
    return f"({part} {draw(OPERATORS)} {draw(expressions(depth - 1))})"


@st.composite
def statements(draw: st.DrawFn) -> str:
    kind = draw(st.integers(0, 17))
    value = draw(expressions())
    name = draw(st.sampled_from(NAMES))
    return (
        f"{name} = {value}",
        f"{name} += {value}",
        f"print({value})",
        f"for i in range(3):\n    {name} = {name} + i\n    if {value}: break\nelse:\n    print('else')",
        f"if {value}:\n    print('yes')\nelif {name}:\n    print('maybe')",
        f"try:\n    {name} = {value}\nexcept (TypeError, RuntimeError) as e:\n    print(type(e).__name__, e)",
        f"y = ({value})\ny.backward()\nprint(x.grad)",
        f"with torch.no_grad():\n    {name} = {value}",
        f"items.append({value})",
        f"assert {value}, 'said'",
        f"match {value}:\n    case 1 | 2:\n        print('few')\n    case [first, *rest]:\n        print(first, rest)\n"
        f"    case other:\n        print('other', other)",
        f"with Told('{name}') as told:\n    {name} = {value}\n    print(told.name)",
        f"def made():\n    got = yield {value}\n    print('got', got)\n    yield from [{name}]\nprint(list(made()))",
        f"box = Box({value})\nbox.held = {name}\nprint(box, box.held, setattr(box, 'held', 3), box.held)",
        f"def deep(n):\n    return {value} if n == 0 else deep(n - 1)\nprint(deep(45))",
        f"torch.set_printoptions(precision=2)\nprint({value}, x)\ntorch.set_printoptions(profile='default')",
        f"try:\n    {name} = {value}\nexcept Exception as e:\n    print(type(e).__name__)\nelse:\n    print('fine')\n"
        "finally:\n    print('done')",
        f"while True:\n    {name} = {value}\n    print({name})\n    break",
    )[kind]


START = """import torch
from dataclasses import dataclass
from functools import partial, wraps
from itertools import chain
from torch.func import grad
x = torch.tensor([1.0, -2.0], requires_grad=True)
y = (x ** 2).sum()
a, b, items, word = 2, 0.5, [1, 2], 'text'
def twice(v, times=2):
    return v * times
def upto(n):
    for i in range(n):
        yield i
class Box:
    def __init__(self, held):
        self.held = held
    def doubled(self):
        return self.held * 2
    def __add__(self, other):
        return Box(self.held + other)
    def __eq__(self, other):
        return isinstance(other, Box) and bool(self.held == other.held)
    def __repr__(self):
        return f'Box({self.held})'
@dataclass
class Pair:
    first: float
    second: float = 0.5
class Told:
    def __init__(self, name):
        self.name = name
    def __enter__(self):
        return self
    def __exit__(self, kind, error, trace):
        print('left', kind is None)
def told(function):
    @wraps(function)
    def inner(*args):
        print('calling', function.__name__)
        return function(*args)
    return inner
@told
def logged(v):
    return v"""


@pytest.fixture(scope="module")
def oracle() -> Iterator[Oracle]:
    with Oracle() as started:
        yield started


@given(st.lists(statements(), min_size=1, max_size=4), expressions())
@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_generated_program_shows_what_jupyter_shows(oracle: Oracle, body: list[str], last: str) -> None:
    source = "\n# %%\n".join((START, *body, last, "x.grad, x"))
    assert ours(source) == theirs(oracle, source)
