"""The answer's table: its numbers are PyTorch's, its formulas the reader's own names."""

from __future__ import annotations

import math
import re
from typing import Any

import pytest

import gradwalk
from gradwalk.comparison.rows import Row, answer
from gradwalk.comparison.table import agreement, table
from gradwalk.expression.expression import program, read


def made(text: str, **given: str) -> dict[str, Any]:
    expression = read(text, given)
    recording = gradwalk.record(program(expression))
    return table(answer(recording, expression), expression.root, expression.variables)


def text_of(tree: Any, arguments: Any = ()) -> str:
    """The characters of a tree, without its structure."""
    if isinstance(tree, int):
        return text_of(arguments[tree])
    return tree if isinstance(tree, str) else "".join(text_of(child, arguments) for child in tree[1:])


def lines(made: dict[str, Any]) -> list[str]:
    return [text_of(tree, arguments) for leaf in made["leaves"] for tree, *arguments in leaf["formula"]]


def test_the_sine_of_a_square() -> None:
    found = made("z = sin(x**2)", x="4")
    assert found["columns"] == ["autograd", "by hand", "central difference"]
    row = found["leaves"][0]["rows"][0]
    assert text_of(row["label"]) == "∂z/∂x"
    assert [cell[0] for cell in row["cells"]] == ["−7.6613"] * 3  # lesson 1: 2x cos(x²) at 4
    assert row["cells"][0][1] == ""
    assert [cell[1] for cell in row["cells"][1:]] == ["all digits agree"] * 2  # 8 do, of which 5 are shown
    assert lines(found) == ["∂z∂x=2xcos(x2)", "=2·4·cos(42)≈−7.6613"]


def test_names_are_written_as_in_the_picture_and_negative_numbers_in_brackets() -> None:
    found = made("o = x1*w1*y_hat", x1="2", w1="-3", y_hat="5")
    assert text_of(found["leaves"][0]["rows"][0]["label"]) == "∂o/∂x1"
    assert lines(found)[:4] == ["∂o∂x1=w1y^", "=−3·5=−15", "∂o∂w1=x1y^", "=2·5=10"]
    assert lines(found)[5] == "=2·(−3)=−6"


def test_a_power_of_a_bracket_has_no_stray_dot() -> None:
    found = lines(made("f = 1/(1 + exp(-(w*x)))", w="2", x="3"))
    assert found[1] == "=3·e2·3(e2·3+1)2≈0.007400"


def test_the_branches_of_a_formula_stand_apart_from_its_value() -> None:
    assert lines(made("z = relu(x)", x="2"))[1] == "={1if\xa02>00else=1"  # a brace and a table of two rows
    assert lines(made("z = max(x, y)", x="2", y="3"))[1].endswith("else\xa00)=0")


def test_a_formula_of_one_name_has_its_value_once() -> None:
    assert lines(made("f = (x + y) * z", x="-2", y="5", z="-4"))[:2] == ["∂f∂x=z", "=−4"]


def test_a_power_of_ten_is_bracketed_under_an_exponent() -> None:
    assert lines(made("z = x**3", x="123456789.123"))[1] == "=3·(1.235·10⁸)2≈4.572·10¹⁶"


def test_a_formula_without_variables_is_not_repeated_in_numbers() -> None:
    assert lines(made("z = x + 2", x="1")) == ["∂z∂x=1"]


def test_a_vector_has_a_row_for_each_element_and_one_formula() -> None:
    found = made("y = mean(x**2)", x="[1, 2, 3]")
    rows = found["leaves"][0]["rows"]
    assert [text_of(row["label"]) for row in rows] == ["∂y/∂x[0]", "∂y/∂x[1]", "∂y/∂x[2]"]
    assert [row["cells"][0][0] for row in rows] == ["0.6667", "1.3333", "2"]  # lesson 3: 2x/3
    assert lines(found) == ["∂y∂xi=2xi3"]


def test_where_they_disagree_it_says_why() -> None:
    row = made("z = relu(x)", x="0")["leaves"][0]["rows"][0]
    assert row["cells"][2] == ["0.5", "Δ 0.5"]
    assert "A kink" in row["remark"]


@pytest.mark.parametrize(
    ("row", "cells"),
    [
        (Row("x", (), None, None, None, 1.0, None), [["None", ""], ["–", "no short formula"], ["1", ""]]),
        (Row("x", (), math.nan, None, None, 1.0, None), [["nan", ""], ["–", "no short formula"], ["1", ""]]),
        (Row("x", (), math.inf, None, None, None, None), [["inf", ""], ["–", "no short formula"], None]),
    ],
)
def test_what_is_no_number_has_no_distance(row: Row, cells: list[Any]) -> None:
    found = table([row], "z", ())
    assert found["leaves"][0]["rows"][0]["cells"] == cells


@pytest.mark.parametrize(
    ("autograd", "number", "text"),
    [
        (3e20, 3.000006e20, "all digits agree"),
        (813.5123, 813.9, "3 digits agree"),
        (-7.6613, -7.66134, "all digits agree"),
        (-7.6613, -7.6609, "4 digits agree"),
        (2, 2, "all digits agree"),
        (4, 3, "Δ 1"),
    ],
)
def test_the_distance_is_told_in_digits_whatever_the_size(autograd: float, number: float, text: str) -> None:
    row = table([Row("x", (), autograd, None, None, number, None)], "z", ())["leaves"][0]["rows"][0]
    assert row["cells"][2][1] == text


def test_nothing_to_show() -> None:
    assert table([], "z", ())["leaves"] == []


@pytest.mark.parametrize("number", [-1.345e-21, 9e-21, 4.9e-8, 5.1e-8, 5e-324])
def test_beside_a_zero_it_is_said_to_how_many_decimals_a_number_is_one(number: float) -> None:
    """Python's own rounding is the oracle."""
    said = agreement(number, 0.0)
    assert (found := re.fullmatch(r"0 to (\d+) decimals", said))
    assert float(f"{number:.{found[1]}f}") == 0
    assert agreement(2e-6, 0.0) == "Δ 2·10⁻⁶"
