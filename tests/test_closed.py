"""No text of a stranger's is ever evaluated: what is run comes out of the short form, and holds arithmetic alone."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradwalk.expression.closed import check_written
from gradwalk.expression.expression import forward_program, program, read
from gradwalk.expression.table import FUNCTIONS, SHAPES
from gradwalk.perceptron.chain.by_hand import by_hand_program
from gradwalk.perceptron.chain.evaluation import evaluated
from gradwalk.perceptron.derivation.derivation import check
from gradwalk.perceptron.derivation.typed import read_typed
from gradwalk.perceptron.settings.model import Layer, Perceptron
from gradwalk.perceptron.settings.reading import read as read_network
from gradwalk.program import ProgramError
from tests.hostile.corpus import CORPUS

NAMES = {"x", "y", "z", "w", "b", "L", "y_pred", "N"}
INNOCENT = {*FUNCTIONS, *SHAPES, *"T mT tensor float64 maximum minimum pi e tau inf nan nn functional".split()}
OURS = {*INNOCENT, *"backward grad ones_like math torch F abs max min".split()}
"""Every name behind a dot, and every name that is called, in what an expression's program may hold."""

UNWANTED = (
    *(ast.FunctionDef, ast.ClassDef, ast.Delete, ast.AugAssign, ast.For, ast.While, ast.If, ast.With, ast.ImportFrom),
    *(ast.Lambda, ast.ListComp, ast.GeneratorExp, ast.JoinedStr, ast.NamedExpr, ast.Starred, ast.Await, ast.Yield),
)


def names_in(text: str) -> Iterator[str]:
    """All that a text names behind a dot or calls, and what of Python it has beside expressions."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.func.id
        elif isinstance(node, ast.Name) and node.id.startswith("_"):
            yield node.id
        elif isinstance(node, UNWANTED):
            yield type(node).__name__
        elif isinstance(node, ast.Constant) and isinstance(node.value, str | bytes):
            yield "text"
        elif isinstance(node, ast.alias):
            assert node.name in ("torch", "math", "torch.nn.functional")


def as_expression(text: str) -> str:
    expression = read(text)
    return program(expression) + forward_program(expression, {})


def as_value(text: str) -> str:
    expression = read("z = x", {"x": text})
    return program(expression) + forward_program(expression, {})


def as_seed(text: str) -> str:
    return program(read("z = x", seed=text))


def as_formula(text: str) -> str:
    typed = read_typed(text, "dL_dw", NAMES)
    return typed.translation.lines if typed.translation else ""


def as_weight(text: str) -> str:
    return by_hand_program(read_network(Perceptron(layers=(Layer(weights=text),), loss="mse")), "w")


def as_leaf(text: str) -> str:
    return by_hand_program(read_network(Perceptron(loss="mse")), text)


DOORS: dict[str, Callable[[str], str]] = {
    door.__name__: door for door in (as_expression, as_value, as_seed, as_formula, as_weight, as_leaf)
}
HOSTILE = [
    *(text.source for text in CORPUS),
    *(piece for text in CORPUS for piece in text.source.split("\n") if len(text.source) < 2_000),
]


@pytest.mark.parametrize("door", DOORS)
def test_hostile_texts_never_reach_evaluate(door: str) -> None:
    """Each is refused, or what would be run of it is arithmetic."""
    accepted = 0
    for text in dict.fromkeys(HOSTILE):
        try:
            written = DOORS[door](text)
        except ProgramError:
            continue
        accepted += 1
        assert set(names_in(written)) <= OURS, text
    assert accepted, "some of them are harmless numbers and sums; else nothing was looked at"


WORDS = (
    "x y z torch math F sin sum max T grad data numpy __class__ __init__ eval open exec import lambda print os if else "
    "for in 1 2.5 1j 'a' b'a' f'{x}' True None ... ( ) [ ] { } . , : ; = == := + - * / ** @ % & | ^ ~ < > ! # \\"
)
PIECES = st.sampled_from([*WORDS.split(), "\n", "\t"])


@given(st.lists(PIECES, max_size=14).map(" ".join) | st.lists(PIECES, max_size=14).map("".join))
def test_whatever_is_accepted_is_arithmetic(text: str) -> None:
    for door in DOORS.values():
        try:
            written = door(text)
        except ProgramError:
            continue
        assert set(names_in(written)) <= OURS


@pytest.mark.parametrize(
    "line",
    [
        "import os",
        "z = __import__('os')",
        "z = open('a')",
        "z = x.__class__",
        "z = x.numpy()",
        "z = x.data",
        "z = torch.load(x)",
        "z = torch.ops.aten.sin(x)",
        "z = torch.nn.init.zeros_(x)",
        "z = torch.compile",
        "z = math.factorial(9)",
        "z = F.cross_entropy(x, x)",
        "z = torch.sin(x, out=x)",
        "z = [a for a in x]",
        "z = (lambda: 1)()",
        "z = f'{x}'",
        "z = x if x else x",
        "z = (y := x)",
        "x[0] = 1",
        "x.grad = x",
        "z = y = x",
        "z, y = x",
        "z = sin(x)",
        "z = abs(*x)",
        "z = torch.sin(**x)",
        "z = 'text'",
        "z = 1j",
        "z = torch",
        "z = torch.nn",
        "z = (torch.sin)(x)(x)",
        "del x",
        "x",
        "while 1: z = x",
    ],
)
def test_the_last_look_stands_alone(line: str) -> None:
    """Even if the writers let something pass."""
    with pytest.raises(ProgramError, match="arithmetic on tensors"):
        check_written(ast.parse(line), {"x", "z"})


@pytest.mark.parametrize(
    "line",
    [
        "z = torch.sin(x) + F.softplus(x, ) @ x.T[0, 1:-1]",
        "z = torch.nn.functional.relu(-x).sum(dim=(0, 1), keepdim=True)",
        "z = torch.where(x > 0, x, math.pi * 2) % torch.tensor([1.0, -math.inf], dtype=torch.float64)",
        "z = max(1, 2) * x.reshape(2, -1)",
    ],
)
def test_what_the_short_form_writes_passes(line: str) -> None:
    check_written(ast.parse(line), {"x", "z"})


def test_formulas_of_the_lesson_are_still_computed() -> None:
    derivation = check(read_network(Perceptron()), "w", {"dL_dw": "(y_pred - y) * x"})
    assert [answer.verdict for answer in derivation.answers if answer.key == "dL_dw"] == ["right"]
    assert evaluated(as_leaf("w"))
