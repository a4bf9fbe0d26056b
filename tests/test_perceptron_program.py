"""A perceptron's program: the lesson's numbers to the digit, and plain PyTorch's for any settings in every style."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch
from hypothesis import given, settings

from gradwalk import record
from gradwalk.perceptron.programs.program import forward_program, program
from gradwalk.perceptron.programs.scalar import parameters
from gradwalk.perceptron.settings.model import STYLES, Layer, Perceptron
from gradwalk.perceptron.settings.presets import BY_SLUG, PRESETS
from gradwalk.perceptron.settings.reading import Network, read
from tests.perceptrons import perceptrons, plain_gradients
from tests.plain_torch import run


def shown(slug: str) -> str:
    return record(program(read(BY_SLUG[slug].perceptron))).cells[0].shown


@pytest.mark.parametrize(
    ("slug", "gradients"),
    [
        ("lesson", "(tensor(6.6918), tensor(0.9988))"),  # lesson 2, x = 6.7, b = 0
        ("bias", "(tensor(6.6970), tensor(0.9995))"),  # b = 1
        ("float64", "(tensor(2.0904, dtype=torch.float64), tensor(0.9089, dtype=torch.float64))"),  # x = 2.3
        ("regression", "(tensor(-2.), tensor(-2.))"),  # lesson 6: x = 1, y = 2, w = 1
        ("trap", "(tensor(nan), tensor(nan))"),
        ("logits", "(tensor(17.), tensor(1.))"),
        ("dead", "(tensor(0.), tensor(0.))"),
        ("step", "(tensor(0.), tensor(0.), tensor(0.))"),
    ],
)
def test_the_lessons_gradients(slug: str, gradients: str) -> None:
    assert shown(slug) == gradients


def test_the_lessons_losses() -> None:
    """Lesson 2: 6.7012; lesson 6: 1."""
    for slug, loss in (("lesson", "6.7012"), ("regression", "1.0000")):
        names, _ = run(program(read(BY_SLUG[slug].perceptron)))
        assert f"{names['loss'].item():.4f}" == loss


def test_the_lessons_program_reads_like_the_lesson() -> None:
    assert (
        program(read(Perceptron()))
        == """import torch

def binary_cross_entropy_loss(prediction, target):
    epsilon = 1e-8
    p = torch.clamp(prediction, epsilon, 1 - epsilon)
    return -(target * torch.log(p) + (1 - target) * torch.log(1 - p))

x = torch.tensor(6.7)
y = torch.tensor(0.0)
w = torch.tensor(1.0, requires_grad=True)
b = torch.tensor(0.0, requires_grad=True)

z = w * x + b
y_pred = torch.sigmoid(z)
loss = binary_cross_entropy_loss(y_pred, y)

loss.backward()
w.grad, b.grad
"""
    )


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.slug)
@pytest.mark.parametrize("style", STYLES)
def test_presets_run_the_same_here_and_in_plain_pytorch(preset: Any, style: str) -> None:
    source = program(read(replace(preset.perceptron, style=style)))
    _, expected = run(source)
    cell = record(source).cells[0]
    assert cell.failure is None
    assert cell.shown == _displayed(expected)
    assert max(map(len, source.split("\n"))) <= 88


def _displayed(value: Any) -> str:
    """What a notebook shows of a value; a long tuple stands one item a line."""
    line = repr(value)
    return line if len(line) <= 79 and "\n" not in line else _lines(value)


def _lines(value: tuple[Any, ...]) -> str:
    return "(" + ",\n ".join(repr(item).replace("\n", "\n ") for item in value) + ")"


def gradients_of(network: Network) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """Each layer's gradients from the program's own names, as matrices and vectors."""
    names, _ = run(program(network))
    if network.style == "scalar":
        flat = iter([names[name].grad for name, _ in parameters(network)])
        return [
            _stacked([[next(flat) for _ in range(each.inputs + 1)] for _ in range(each.units)])
            for each in network.layers
        ]
    if network.style == "linear":
        layers = [names["layer" if len(network.layers) == 1 else f"layer{place}"] for place in _places(network)]
        return [(layer.weight.grad, layer.bias.grad) for layer in layers]
    found = []
    for place, layer in zip(_places(network), network.layers, strict=True):
        index = "" if len(network.layers) == 1 else str(place)
        weights = names[f"W{index}" if f"W{index}" in names else f"w{index}"]
        found.append((weights.grad.reshape(layer.units, layer.inputs), names[f"b{index}"].grad.reshape(layer.units)))
    return found


def _places(network: Network) -> range:
    return range(1, len(network.layers) + 1)


def _stacked(units: list[list[torch.Tensor]]) -> tuple[torch.Tensor, torch.Tensor]:
    return torch.stack([torch.stack(unit[:-1]) for unit in units]), torch.stack([unit[-1] for unit in units])


@settings(max_examples=60, deadline=None)
@given(perceptrons())
def test_gradients_are_plain_pytorchs(perceptron: Perceptron) -> None:
    network = read(perceptron)
    for mine, expected in zip(gradients_of(network), plain_gradients(network), strict=True):
        for first, second in zip(mine, expected, strict=True):
            rtol, atol = (2e-3, 1e-4) if network.dtype == "float32" else (1e-8, 1e-10)
            torch.testing.assert_close(first, second, rtol=rtol, atol=atol, equal_nan=True)


@settings(max_examples=30, deadline=None)
@given(perceptrons(most=2))
def test_a_recorded_run_shows_what_python_shows(perceptron: Perceptron) -> None:
    source = program(read(perceptron))
    _, expected = run(source)
    assert record(source).cells[0].shown == _displayed(expected)


def test_every_number_of_the_scalar_style_has_a_name_of_its_own() -> None:
    layers = (Layer("[[1, 1]]", "0", "tanh"), Layer("[[1], [1]]", "[0, 0]", "identity"))
    network = read(Perceptron("[1, 2]", "[0, 1]", layers, "mse"))
    names, _ = run(program(network))
    assert {"w1_1", "w1_2", "b1_1", "z1_1", "h1_1", "w2_1", "w2_2", "b2_1", "b2_2", "z2_1", "z2_2"} <= set(names)


def test_the_largest_network_is_written_and_runs() -> None:
    matrix, bias = str([[0.1] * 8] * 8), str([0.0] * 8)
    layers = tuple(Layer(matrix, bias, "tanh") for _ in range(3))
    network = read(Perceptron(str([1.0] * 8), str([0.0] * 8), (*layers, Layer(matrix, bias, "sigmoid"))))
    names, _ = run(program(network))
    assert names["w1_88"].grad.isfinite()
    assert record(program(replace(network, style="linear"))).cells[0].failure is None


def test_a_forward_program_can_do_without_gradients() -> None:
    source = forward_program(read(Perceptron()), requires_grad=False)
    assert "requires_grad" not in source
    assert "backward" not in source


def test_a_layers_parameters_are_called_by_its_name() -> None:
    network = read(replace(BY_SLUG["two_layers"].perceptron, style="linear"))
    recording = record(program(network))
    leaves = {edge.value for operation in recording.operations for edge in operation.edges}
    named = {name for value in recording.values if value.id in leaves and value.is_leaf for name in value.names}
    assert {"layer1.weight", "layer1.bias", "layer2.weight", "layer2.bias"} <= named
    assert ("layer2.bias.grad",) in {value.names for value in recording.values}


def test_long_rows_stay_below_each_other_and_within_a_line() -> None:
    matrix = str([[0.123456789] * 8] * 8)
    layer = Layer(matrix, str([0.123456789012345] * 8))
    for style in STYLES:
        source = program(read(Perceptron(str([1] * 8), str([0] * 8), (layer,), style=style)))
        assert max(map(len, source.split("\n"))) <= 88
        assert record(source).cells[0].failure is None
