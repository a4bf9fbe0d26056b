"""A failure of an expression's program, told on the typed text: the sizes that do not fit, and the place."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

import gradwalk
from gradwalk.expression.expression import program, read
from gradwalk.failures.expression import Failing, failing


def told(
    text: str, given: Mapping[str, str] | None = None, constants: tuple[str, ...] = (), seed: str | None = None
) -> Failing:
    expression = read(text, given, constants, seed=seed)
    found = failing(gradwalk.record(program(expression)), expression)
    assert found is not None
    return found


def marked(text: str, found: Failing) -> str:
    assert found.span is not None
    line, column, end_line, end_column, _ = found.span
    assert line == end_line
    return text.split("\n")[line - 1][column - 1 : end_column - 1]


THREE_AND_TWO = {"x": "[1, 2, 3]", "w": "[1, 2]"}


@pytest.mark.parametrize(
    ("text", "given", "piece", "sentence"),
    [
        ("z = x@w", {"x": "4", "w": "3"}, "x@w", "x and w are numbers here, and this takes a vector; try x = [1, 2]."),
        ("dot(w, x)", {"x": "4", "w": "3"}, "dot(w, x)", "w and x are numbers here"),
        ("z = 1 + x[0]", {"x": "4"}, "x[0]", "x is a number here, and this takes a vector; try x = [1, 2]."),
        ("z = x@w", {"x": "4", "w": "[1, 2]"}, "x@w", "x is a number here"),
        ("y = 2\nz = y*(x + w)", THREE_AND_TWO, "x + w", "The sizes do not fit: x has 3 elements, w has 2 elements."),
        ("z = x @ w", THREE_AND_TWO, "x @ w", "x has 3 elements, w has 2 elements. In a product"),
        ("z = dot(x, w)", THREE_AND_TWO, "dot(x, w)", "x has 3 elements, w has 2 elements. Give them the same number"),
        ("z = x[5]", {"x": "[1, 2, 3]"}, "x[5]", "x has 3 elements; counting starts at 0"),
        ("z = X @ w", {"X": "[[1, 2], [3, 4]]", "w": "[1, 2, 3]"}, "X @ w", "X is 2×2, w has 3 elements."),
    ],
)
def test_the_piece_and_its_sizes(text: str, given: dict[str, str], piece: str, sentence: str) -> None:
    found = told(text, given)
    assert marked(text, found) == piece
    assert sentence in found.sentence
    assert not found.computed


def test_without_a_ticked_variable() -> None:
    found = told("z = x*y", constants=("x", "y"))
    assert found.sentence == "Nothing here requires a gradient; tick “∇ gradient” (requires_grad) beside x or y."
    assert found.computed
    assert found.message == "element 0 of tensors does not require grad and does not have a grad_fn"


def test_a_detached_value() -> None:
    text = "y = x.detach()**2\nz = sin(y)"
    found = told(text)
    assert found.sentence.endswith("leave detach() out.")
    assert marked(text, found) == ".detach()"


@pytest.mark.parametrize(
    ("text", "given", "piece"),
    [
        ("x > 0", {"x": "2"}, "x > 0"),
        ("x > 0", {"x": "[1, -2]"}, "x > 0"),
        ("y = x^2\nz = 2 * (y <= 3)", {"x": "2"}, "y <= 3"),
    ],
)
def test_a_comparison_has_no_slope(text: str, given: dict[str, str], piece: str) -> None:
    found = told(text, given)
    assert found.sentence.startswith(
        "The comparison gives True or False, which cannot change a little: there is no slope"
    )
    assert "taken out" not in found.sentence
    assert marked(text, found) == piece


def test_a_seed_of_another_shape() -> None:
    found = told("y = x**2", {"x": "[1, 2, 3]"}, seed="[1, 2]")
    assert found.field == "seed"
    assert found.sentence == "y has 3 elements; give v one number for each, in the same shape."


def test_what_runs_to_its_end_did_not_fail() -> None:
    expression = read("z = sin(x)")
    assert failing(gradwalk.record(program(expression)), expression) is None
