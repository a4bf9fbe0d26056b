"""Hints: a name that runs a function and its argument together is a variable, and somebody is told so."""

from __future__ import annotations

import pytest

from gradwalk.expression.expression import read
from gradwalk.expression.hints import Hint, hint
from gradwalk.program import Span


def hinted(text: str, given: tuple[str, ...] = ()) -> Hint | None:
    return hint(text, [variable.name for variable in read(text).variables], given)


@pytest.mark.parametrize(
    ("text", "name", "meant"),
    [
        ("sinx", "sinx", "sin(x)"),
        ("z = x + tanhx1", "tanhx1", "tanh(x1)"),
        ("lnx", "lnx", "ln(x)"),
        ("z = w1x1 + w2x2", "w1x1", "w1*x1"),
        ("z = w1x", "w1x", "w1*x"),
    ],
)
def test_two_words_in_one(text: str, name: str, meant: str) -> None:
    found = hinted(text)
    assert found is not None
    assert found.message == f"{name} is one name; did you mean {meant}?"
    column = text.index(name) + 1
    assert found.span == Span(1, column, 1, column + len(name))
    assert found.suggestion == meant
    read(text.replace(name, meant, 1))


@pytest.mark.parametrize(
    "text", ["x", "x1*w1", "logits*2", "expected - x", "signal*2", "sinx = x\nz = sinx", "xy", "w11"]
)
def test_names_that_are_names(text: str) -> None:
    assert hinted(text) is None


def test_a_name_with_a_value_of_its_own_is_meant() -> None:
    assert hinted("z = sinx", given=("sinx",)) is None
