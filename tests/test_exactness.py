"""The sign before a result, against Python's own decimal numbers."""

from __future__ import annotations

from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradwalk.formula.exactness import gives, sign, signed
from gradwalk.formula.mathml import Formula, filled, matrix_tree, name_tree, number_tree, row_tree, template
from gradwalk.notation import short


def shown_sign(latex: str, *numbers: float) -> str:
    return sign(filled(latex, list(map(number_tree, numbers))))


@pytest.mark.parametrize(
    ("latex", "numbers", "shown"),
    [
        (r"= #0 \cdot #1 = #2", (4.0, 0.25, 1.0), "="),
        (r"= #0 \cdot #1 = #2", (4.0, -0.41614684, -1.6645874), "≈"),
        (r"= #0^{#1} = #2", (-4.0, 2.0, 16.0), "="),
        (r"= #0^{#1} = #2", (4.0, 0.5, 2.0), "="),
        (r"= #0^{#1} = #2", (2.0, 0.5, 1.4142135), "≈"),
        (r"= \frac{#0}{#1} = #2", (1.0, 8.0, 0.125), "="),
        (r"= \frac{#0}{#1} = #2", (1.0, 3.0, 0.33333334), "≈"),
        (r"= \sin\left(#0\right) = #1", (0.0, 0.0), "="),
        (r"= \sin\left(#0\right) = #1", (3.1415927, 0.0), "≈"),
        (r"= \text{σ}\left(#0\right) = #1", (20.0, 1.0), "≈"),
        (r"= \text{σ}\left(#0\right) = #1", (0.0, 0.5), "="),
        (r"= e^{#0} = #1", (0.0, 1.0), "="),
        (r"= e^{#0} = #1", (-200.0, 0.0), "≈"),
        (r"= \sqrt{#0} = #1", (6.25, 2.5), "="),
        (r"= #0 + #1 = #2", (16777216.0, 1.0, 16777216.0), "≈"),
        (r"= #0 - #1 = #2", (1.0, -0.5, 1.5), "="),
        (r"= \text{max}\left(#0, #1\right) = #2", (4.0, 0.0, 4.0), "="),
        (r"= 2 \left(#0 - #1\right) = #2", (0.6, 1.0, -0.8), "="),
        (r"= \text{softmax}\left(#0\right) = #1", (0.1, 0.54983), "≈"),
        (r"= \text{round}\left(#0\right) = #1", (0.6, 1.0), "="),
        (r"= #0 \cdot #1 = #2", (0.0, float("inf"), float("nan")), "="),
    ],
)
def test_the_sign_says_whether_the_shown_numbers_give_the_shown_result(
    latex: str, numbers: tuple[float, ...], shown: str
) -> None:
    assert shown_sign(latex, *numbers) == shown


def test_where_names_stand_a_line_says_what_they_stand_for() -> None:
    for latex in (r"\frac{\partial #0}{\partial #1} = #2", r"#0 = \sin\left(#1\right) = #2", r"#0 \leftarrow #1 = #2"):
        line = Formula(latex, (name_tree("z"), name_tree("x"), number_tree(1 / 3)))
        assert sign(line) == "="
    assert sign(Formula("= #0", (number_tree(1 / 3),))) == "="


def test_other_numbers_need_no_other_template() -> None:
    third, half = ([number_tree(2.0), number_tree(number), number_tree(2 * number)] for number in (1 / 3, 1 / 2))
    (tree, rounded), (same, exact) = (signed(filled(r"= #0 \cdot #1 = #2", numbers)) for numbers in (third, half))
    assert tree == same == ["math", ["mrow", ["mo", "="], 0, ["mo", "·"], 1, ["mo", 3], 2]]
    assert (rounded[3], exact[3]) == ("≈", "=")


def test_products_of_matrices_are_computed_as_linear_algebra_has_them() -> None:
    half, third = matrix_tree(2, 2, (0.5, 1.0, 0.0, 2.0)), matrix_tree(2, 2, (1 / 3, 1.0, 0.0, 2.0))
    vector, product = row_tree((2.0, 4.0)), row_tree((5.0, 8.0))
    assert sign(filled("= #0 #1 = #2", [half, vector, product])) == "="
    assert sign(filled("= #0 #1 = #2", [third, vector, product])) == "≈"
    assert sign(filled("= #0 #1 = #2", [half, vector, vector])) == "≈"
    whole = matrix_tree(2, 2, (1.0, 4.0, 0.0, 8.0))
    assert sign(filled(r"= #0 \odot #1 = #2", [half, vector, whole])) == "="


def test_a_formula_with_its_numbers_put_in() -> None:
    assert gives(template(r"2 \left(0.7 - 1\right)", dotted=True).tree, "−0.6")
    assert not gives(template(r"0.99877 \left(1 - 0.99877\right)", dotted=True).tree, "0.001228")


NUMBERS = st.decimals(-99, 99, places=2, allow_nan=False)


@given(NUMBERS, NUMBERS)
def test_products_against_decimals(one: Decimal, other: Decimal) -> None:
    with localcontext(prec=40):
        product = one * other
        exact = Decimal(short(float(product)).replace("−", "-")) == product
    assert (shown_sign(r"= #0 \cdot #1 = #2", float(one), float(other), float(product)) == "=") == exact
