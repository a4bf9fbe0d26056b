"""Changes of settings: one number, sizes, losses; what was typed stays, and what comes out can be read."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradwalk.perceptron.settings.editing import (
    elements,
    short,
    with_inputs,
    with_layer,
    with_loss,
    with_units,
    without_layer,
)
from gradwalk.perceptron.settings.model import LOSSES, MAX_LAYERS, Layer, Perceptron
from gradwalk.perceptron.settings.presets import PRESETS
from gradwalk.perceptron.settings.reading import read
from tests.perceptrons import perceptrons


def test_elements_are_as_typed() -> None:
    assert elements(" 1/3 ") == {(): "1/3"}
    assert elements("[1, 2e0, sqrt(2)]") == {(0,): "1", (1,): "2e0", (2,): "sqrt(2)"}
    assert elements("[[−1, 2], [3, 1/7]]") == {(0, 0): "-1", (0, 1): "2", (1, 0): "3", (1, 1): "1/7"}


@given(st.floats(-1e6, 1e6))
def test_short_numbers_are_read_back(number: float) -> None:
    assert float(short(number)) == pytest.approx(number, abs=1e-6)


def test_a_layer_is_added_before_the_last_until_there_are_four() -> None:
    perceptron = Perceptron("[1, 2]", "0", (Layer("[0.3, 0.4]"),))
    for count in range(2, MAX_LAYERS + 1):
        perceptron = with_layer(perceptron, units=3)
        assert [layer.units for layer in read(perceptron).layers] == [3] * (count - 1) + [1]
    assert with_layer(perceptron) == perceptron
    assert perceptron.layers[0].activation == "tanh"


def test_new_units_differ_from_each_other() -> None:
    """Hidden units that start equal get equal gradients, and stay equal."""
    hidden = read(with_layer(Perceptron("[1, 2]", "0", (Layer("[1, 1]"),)), units=8)).layers[0]
    assert len(set(hidden.weights)) == 8


def test_a_layer_is_taken_out_again() -> None:
    perceptron = with_layer(Perceptron("[1, 2]", "0", (Layer("[0.3, 0.4]"),)))
    assert len(without_layer(perceptron, 0).layers) == 1
    assert without_layer(perceptron, 1) == perceptron  # the last one stays
    assert read(without_layer(perceptron, 0)).inputs == 2


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.slug)
def test_every_loss_can_be_chosen_from_everywhere(loss: str, preset: object) -> None:
    changed = with_loss(preset.perceptron, loss)  # type: ignore[attr-defined]
    assert read(changed).loss == loss


def test_a_loss_that_fits_changes_nothing_else() -> None:
    perceptron = Perceptron(x="1/3", target="0.5")
    assert with_loss(perceptron, "squared_error") == replace(perceptron, loss="squared_error")


@given(perceptrons(), st.integers(1, 8), st.integers(0, 2))
def test_sizes_can_be_changed_and_the_rest_stays(perceptron: Perceptron, size: int, place: int) -> None:
    before = read(perceptron)
    assert read(with_inputs(perceptron, size)).inputs == size
    place = min(place, len(before.layers) - 1)
    if before.loss == "cross_entropy" and place == len(before.layers) - 1:
        size = max(2, size)
    after = read(with_units(perceptron, place, size))
    assert after.layers[place].units == size
    kept = min(size, before.layers[place].units)
    for old, new in zip(before.layers[place].weights[:kept], after.layers[place].weights, strict=False):
        assert new == pytest.approx(old)
