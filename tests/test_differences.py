"""Finite differences, and what they tell of a function at one place."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradwalk.comparison.differences import Slopes, shape, slopes, step


def at(function: Callable[[float], float], x: float) -> Slopes:
    return slopes(function, x, function(x), step(x))


def test_the_step_is_the_cube_root_of_epsilon() -> None:
    """ε = 2⁻⁵² gives 6.055·10⁻⁶; it grows with x."""
    assert step(0) == step(1) == pytest.approx(2 ** (-52 / 3))
    assert step(-100) == pytest.approx(100 * step(1))


def test_a_square_has_exact_slopes() -> None:
    found = at(lambda x: x * x, 3.0)
    assert found.central == pytest.approx(6, abs=found.noise)
    assert found.left == pytest.approx(6 - found.step, rel=1e-9)
    assert found.right == pytest.approx(6 + found.step, rel=1e-9)


@given(st.floats(-5, 5))
def test_the_central_difference_of_a_sine_is_its_cosine(x: float) -> None:
    found = at(math.sin, x)
    assert found.central == pytest.approx(math.cos(x), abs=found.step**2 + found.noise)
    assert shape(math.sin, x, math.sin(x), found) == "smooth"


@pytest.mark.parametrize(
    ("function", "x", "form"),
    [
        (abs, 0.0, "kink"),
        (lambda x: max(x, 0.0), 0.0, "kink"),
        (lambda x: max(x, 0.0), 1e-7, "smooth"),  # the kink is near, but not here
        (lambda x: 1e-3 * abs(x - 2) + x, 2.0, "kink"),
        (math.floor, 2.0, "jump"),
        (math.floor, 2.5, "smooth"),
        (lambda x: math.copysign(1, x), 0.0, "jump"),
        (lambda x: math.sin(1 / x), 1e-3, "smooth"),  # it turns several times within the step
        (lambda x: 1e8 + x, 3.0, "smooth"),
        (lambda x: x**20, 10.0, "smooth"),
        (lambda x: math.sin(x**9), 10.0, "wild"),
        (lambda x: math.sqrt(x) if x > 0 else 0.0, 0.0, "steep"),
        (lambda x: x * math.log(x) if x > 0 else 0.0, 0.0, "steep"),
        (lambda x: max(x, 0.0) + x * x, 0.0, "kink"),
        (lambda x: math.nan, 1.0, "undefined"),
        (lambda x: math.sqrt(x) if x >= 0 else math.nan, 0.0, "undefined"),
    ],
)
def test_the_gap_between_left_and_right_tells_the_shape(
    function: Callable[[float], float], x: float, form: str
) -> None:
    assert shape(function, x, function(x), at(function, x)) == form
