"""Numbers in formulas: whoever computes them again gets the number that stands beside them."""

from __future__ import annotations

import math
import re

from hypothesis import example, given
from hypothesis import strategies as st

from gradwalk.notation import read_typeset, short
from gradwalk.perceptron.chain.chain import chain
from gradwalk.perceptron.chain.filled import filled_product, readable
from gradwalk.perceptron.settings.presets import BY_SLUG
from gradwalk.perceptron.settings.reading import read

sure = st.floats(1e-7, 1 - 1e-7)


def shown(number: float) -> float:
    """As it is read from the screen, where 2 and 2.0000 are the same."""
    return read_typeset(short(number))


def test_the_lessons_first_factor_gives_its_number_again() -> None:
    """Four decimals would give 833: (0.9988 − 0) / (0.9988 · (1 − 0.9988))."""
    row = chain(read(BY_SLUG["lesson"].perceptron)).factors[0]
    p, y, *rest = (float(text) for text in re.findall(r"[\d.]+", row.filled or ""))
    assert rest == [p, 1, p]
    assert short((p - y) / (p * (1 - p))) == short(row.hand[0]) == "813.4"


@given(sure)
@example(0.9999999)
def test_a_difference_from_one_can_be_computed_again(p: float) -> None:
    (text,) = readable([p], p * (1 - p), lambda columns: [each * (1 - each) for each in columns[0]])
    read = read_typeset(text)
    assert shown(read * (1 - read)) == shown(p * (1 - p))


@given(st.lists(st.floats(-1e3, 1e3).filter(lambda number: abs(number) > 1e-3), min_size=1, max_size=4))
@example([1.9999999999998863])
@example([0.50000001, 3.0001])
def test_a_product_can_be_computed_again(numbers: list[float]) -> None:
    latex = filled_product(numbers, math.prod(numbers))
    typed = re.sub(r" \\cdot 10\^\{(-?\d+)\}", r"e\1", latex)
    factors = [float(text.strip("({})")) for text in typed.split(r" \cdot ")]
    assert shown(math.prod(factors)) == shown(math.prod(numbers))


def test_short_decimals_stay_as_they_are() -> None:
    assert filled_product([6.699999809265137, 0.5, -2.0], -6.699999809265137) == r"6.7 \cdot 0.5 \cdot ({-2})"
    assert filled_product([math.inf, 0.0], math.nan) == r"\infty \cdot 0"
