"""Every example runs in plain PyTorch and under the recorder, with the numbers that its lesson promises."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch

import gradwalk
from gradwalk.expression.expression import Expression, program, read
from gradwalk.lessons.gallery import EXAMPLES, Example
from gradwalk.recording import Accumulate, Recording
from tests.plain_torch import run

# Sources: the five lecture notebooks behind the lessons (1, 3, 6 and the perceptron of 2); CS231n's notes on
# backpropagation for (x + y)·z and the sigmoid neuron (there rounded to two digits); Karpathy's micrograd lecture for
# the tanh neuron; the rest by hand.
_F = 1 / (1 + math.exp(-1))
_S = _F * (1 - _F)
GRADIENTS: dict[str, dict[str, Any]] = {
    "z = sin(x²)": {"x": -7.661275842587077},
    "y = x²": {"x": 6.0},
    "sin(x²) in two lines, float64": {"x": -2.6145744834544478},
    "u = exp(sin(x²))": {"x": math.exp(math.sin(16)) * math.cos(16) * 8},
    "The leaf itself": {"x": 1.0},
    "mean(x²)": {"x": [2 / 3, 4 / 3, 2.0]},
    "mean(x²) of four, float64": {"x": [0.5, 1.0, 1.5, 2.0]},
    "Three operations on a vector": {"x": [4.0, 16 / 3, 20 / 3]},
    "A vector as the root": {"x": [2.0, 4.0, 6.0]},
    "A vector and its seed v": {"x": [0.1 * 12, 16.0, 0.001 * 20]},
    "Linear regression, one point": {"w": -2.0},
    "Linear regression, four points": {"w": -30.0},
    "A perceptron with its loss": {"w": 6.691762447357178, "b": 0.998770534992218},
    "f = (x + y)·z": {"x": -4.0, "y": -4.0, "z": 3.0},
    "A sigmoid neuron with two inputs": {"w0": -_S, "x0": 2 * _S, "w1": -2 * _S, "x1": -3 * _S, "w2": _S},
    "A tanh neuron": {"x1": -1.5, "w1": 1.0, "x2": 0.5, "w2": 0.0, "b": 0.5},
    "x·x + x": {"x": 7.0},
    "x² + x": {"x": 7.0},
    "A value used twice": {"x": 2 * math.cos(1) + 2},
    "A broadcast": {"w": [9.0, 12.0], "b": 3.0},
    "max(x, y)": {"x": 1.0, "y": 0.0},
    "max of a vector with a tie": {"x": [0.0, 0.5, 0.0, 0.5]},
    "relu at 0": {"x": 0.0},
    "log(0)": {"x": math.inf},
    "sqrt(−1)": {"x": math.nan},
    "1/0": {"x": -math.inf},
    "0 · ∞ behind where": {"x": math.nan},
    "The float32 trap in a hand-written loss": {"w": math.nan, "b": math.nan},
}

BY_TITLE = {example.title: example for example in EXAMPLES}


def opened(example: Example) -> Expression:
    return read(example.text, example.given, example.constants, example.dtype, example.seed)


def code_of(example: Example) -> str:
    shape = (3,) if example.title == "A vector as the root" else None
    return program(opened(example), root_shape=shape)


def recorded(title: str) -> Recording:
    recording = gradwalk.record(code_of(BY_TITLE[title]))
    assert recording.cells[0].failure is None
    return recording


def value(recording: Recording, name: str) -> Any:
    return next(v.numbers for v in recording.values if name in v.names)


def test_each_example_is_tested_and_has_a_title_of_its_own() -> None:
    assert list(GRADIENTS) == [example.title for example in EXAMPLES]


def test_sin_of_x_squared_at_4_comes_first() -> None:
    assert (EXAMPLES[0].text, EXAMPLES[0].given) == ("z = sin(x**2)", {"x": "4"})


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.title)
def test_gradients_are_the_lessons(example: Example) -> None:
    recording = recorded(example.title)
    found = {
        recording.values[event.leaf].names[0]: torch.tensor(event.after.numbers).reshape(event.after.shape)
        for event in recording.events
        if isinstance(event, Accumulate)
    }
    expected = {name: torch.tensor(numbers) for name, numbers in GRADIENTS[example.title].items()}
    torch.testing.assert_close(found, expected, rtol=2e-6, atol=1e-7, equal_nan=True)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.title)
def test_the_program_runs_as_it_stands_and_shows_the_gradients(example: Example) -> None:
    names, shown = run(code_of(example))
    gradients = [names[v.name].grad for v in opened(example).variables if v.requires_grad]
    assert (shown if isinstance(shown, tuple) else (shown,)) == tuple(gradients) or not all(
        torch.isfinite(gradient).all() for gradient in gradients
    )
    assert recorded(example.title).cells[0].shown.split() == repr(shown).split()  # IPython breaks long lines


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.title)
def test_each_says_in_one_sentence_what_to_watch(example: Example) -> None:
    assert example.lesson.endswith(".")
    assert example.lesson.count(". ") == 0
    assert len(example.lesson) < 130
    assert set(example.given) == {variable.name for variable in opened(example).variables}
    assert set(example.constants) <= set(example.given)


def test_groups_stand_together() -> None:
    groups = [example.group for example in EXAMPLES]
    assert groups == sorted(groups, key=groups.index)


def test_the_nodes_of_lesson_3() -> None:
    nodes = [node.name for node in recorded("Three operations on a vector").nodes if node.operation is not None]
    assert sorted(nodes) == ["AddBackward0", "MeanBackward0", "MulBackward0", "MulBackward0"]


def test_the_forward_values_of_lesson_6() -> None:
    recording = recorded("Linear regression, one point")
    assert [value(recording, name) for name in ("y_hat", "s", "loss")] == [(1.0,), (-1.0,), (1.0,)]


def test_the_perceptrons_loss() -> None:
    recording = recorded("A perceptron with its loss")
    assert value(recording, "z") == (pytest.approx(6.7),)
    assert value(recording, "y_hat") == (pytest.approx(0.9988, abs=5e-5),)
    assert value(recording, "loss") == (pytest.approx(6.7012, abs=5e-5),)


def test_the_float32_trap_and_its_way_out() -> None:
    trap = BY_TITLE["The float32 trap in a hand-written loss"]
    assert value(recorded(trap.title), "loss") == (math.inf,)
    mended = program(read(trap.text, trap.given, trap.constants, "float64"))
    assert run(mended)[0]["b"].grad.item() == pytest.approx(1.0)
    below = program(read(trap.text, {**trap.given, "x": "16.6"}, trap.constants))
    assert math.isfinite(run(below)[0]["loss"].item())


def test_mean_of_squares_of_lesson_3() -> None:
    assert value(recorded("mean(x²)"), "y") == (pytest.approx(4.6667, abs=5e-5),)
