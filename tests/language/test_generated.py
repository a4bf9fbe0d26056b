"""Programs generated over the language show, compute and fail as they do in Jupyter."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.language.jupyter import Jupyter
from tests.language.test_programs import ours, theirs

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
    kind = draw(st.integers(0, 9))
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
    )[kind]


START = """import torch
x = torch.tensor([1.0, -2.0], requires_grad=True)
y = (x ** 2).sum()
a, b, items, word = 2, 0.5, [1, 2], 'text'
def twice(v, times=2):
    return v * times"""


@pytest.fixture(scope="module")
def jupyter() -> Iterator[Jupyter]:
    with Jupyter() as started:
        yield started


@given(st.lists(statements(), min_size=1, max_size=4), expressions())
@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_generated_program_shows_what_jupyter_shows(jupyter: Jupyter, body: list[str], last: str) -> None:
    source = "\n# %%\n".join((START, *body, last, "x.grad, x"))
    assert ours(source) == theirs(jupyter, source)
