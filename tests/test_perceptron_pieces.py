"""The slope of each factor by a central difference: autograd's number where there is one, a reason where not."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradwalk.perceptron.chain.chain import leaves
from gradwalk.perceptron.chain.factors import Factor, Factors
from gradwalk.perceptron.chain.measured import by_autograd
from gradwalk.perceptron.chain.pieces import PieceSlope, piece_slope
from gradwalk.perceptron.settings.model import Layer, Perceptron
from gradwalk.perceptron.settings.presets import BY_SLUG
from gradwalk.perceptron.settings.reading import Network, read
from tests.perceptrons import perceptrons


def found(perceptron: Perceptron, place: int = 0, leaf: str = "") -> PieceSlope:
    """The slope of one factor, counted from the loss back."""
    network = read(perceptron)
    factor = _factors(network, leaf)[place]
    return piece_slope(network, factor, by_autograd(network, [factor])[factor.key])


def _factors(network: Network, leaf: str) -> tuple[Factor, ...]:
    return Factors(network).behind(Factors(network).leaf(leaf))


def test_the_lessons_factors() -> None:
    """813.4, 0.001228 and 6.7; in float64 at x = 2.3: 1 / (1 − ŷ), ŷ(1 − ŷ) and 2.3."""
    lesson = BY_SLUG["lesson"].perceptron
    numbers = [found(lesson, place).numbers[0] for place in range(3)]
    assert [f"{number:.4g}" for number in numbers] == ["813.4", "0.001228", "6.7"]
    other = BY_SLUG["float64"].perceptron
    p = 1 / (1 + math.exp(-2.3))
    numbers = [found(other, place).numbers[0] for place in range(3)]
    assert numbers == pytest.approx([1 / (1 - p), p * (1 - p), 2.3], rel=1e-7)


@pytest.mark.parametrize("slug", ["points", "xor", "classes", "two_layers"])
def test_of_several_rows_each_has_its_own(slug: str) -> None:
    network = read(replace(BY_SLUG[slug].perceptron, dtype="float64"))
    for factor in _factors(network, ""):
        autograd = by_autograd(network, [factor])[factor.key]
        assert piece_slope(network, factor, autograd).numbers == pytest.approx(autograd, rel=1e-4, abs=1e-8)


@settings(max_examples=15, deadline=None)
@given(perceptrons(most=2), st.data())
def test_without_a_remark_it_is_autograds_number(perceptron: Perceptron, data: st.DataObject) -> None:
    network = read(replace(perceptron, dtype="float64"))
    factor = data.draw(st.sampled_from(_factors(network, data.draw(st.sampled_from(leaves(network))))))
    autograd = by_autograd(network, [factor]).get(factor.key, ())
    slope = piece_slope(network, factor, autograd)
    if slope.numbers and slope.remark is None and all(map(math.isfinite, autograd)):
        assert slope.numbers == pytest.approx(autograd, rel=1e-2, abs=1e-3)


def test_a_kink_and_a_jump_are_said() -> None:
    relu = found(Perceptron("0", "1", (Layer(activation="relu"),), "squared_error"), 1)
    assert relu.numbers == (0.5,)
    assert "A kink" in (relu.remark or "")
    step = found(Perceptron("0", "1", (Layer(activation="step"),), "squared_error"), 1)
    assert step.numbers == ()
    assert "A jump" in (step.remark or "")


def test_what_float32_lost_is_said() -> None:
    trap = BY_SLUG["trap"].perceptron
    loss, squashed = found(trap, 0), found(trap, 1)
    assert loss.numbers[0] == pytest.approx(1 + math.exp(17), rel=0.01)
    assert "float32 cannot hold this" in (loss.remark or "")
    assert squashed.numbers[0] == pytest.approx(math.exp(-17), rel=0.01)
    assert "in float64 autograd gives 4.14·10⁻⁸" in (squashed.remark or "")
