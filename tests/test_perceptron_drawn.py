"""The drawn neuron's data: every number and gradient in its place, whatever the style, and what lights it up."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import gradwalk
from gradwalk.analysis import analyse
from gradwalk.notation import short
from gradwalk.perceptron.programs.program import program
from gradwalk.perceptron.settings.editing import with_inputs, with_layer, with_rows, with_units
from gradwalk.perceptron.settings.model import ACTIVATIONS, STYLES, Layer, Perceptron
from gradwalk.perceptron.settings.presets import BY_SLUG, PRESETS
from gradwalk.perceptron.settings.reading import Network, read
from gradwalk.perceptron.view.curves import curve
from gradwalk.perceptron.view.drawn import drawn
from gradwalk.story.timeline import timeline
from tests.plain_torch import run

CASES = [(preset.slug, style) for preset in PRESETS for style in STYLES]


def told(perceptron: Perceptron) -> tuple[dict[str, Any], dict[str, Any], Network]:
    network = read(perceptron)
    recording = gradwalk.record(program(network), pictures=True)
    story = timeline(recording, statements=False)
    return drawn(analyse(recording), story, network), story, network


def last(entries: list[list[Any]]) -> list[str]:
    return entries[-1][1] if entries else []


def leaves_of(network: Network) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """Weights and biases of each layer after backward(), by a plain PyTorch run of the tensor style."""
    names, _ = run(program(replace(network, style="tensor")))
    count = len(network.layers)
    found = []
    for place, layer in enumerate(network.layers):
        index = "" if count == 1 else str(place + 1)
        w = names[f"W{index}"] if f"W{index}" in names else names[f"w{index}"]
        found.append((w.grad.reshape(layer.units, layer.inputs), names[f"b{index}"].grad.reshape(layer.units)))
    return found


@pytest.mark.parametrize(("slug", "style"), CASES)
def test_every_weight_has_its_own_number_and_its_own_gradient(slug: str, style: str) -> None:
    picture, _, network = told(replace(BY_SLUG[slug].perceptron, style=style))
    for place, (layer, (w, b)) in enumerate(zip(network.layers, leaves_of(network), strict=True)):
        for unit in range(layer.units):
            bias = picture["parts"][f"b{place}.{unit}"]
            assert last(bias["value"]) == [short(layer.bias[unit])]
            assert close(last(bias["grad"]), b[unit])
            for i in range(layer.inputs):
                weight = picture["parts"][f"w{place}.{unit}.{i}"]
                assert last(weight["value"]) == [short(layer.weights[unit][i])]
                assert close(last(weight["grad"]), w[unit, i])


def close(texts: list[str], right: torch.Tensor) -> bool:
    """Styles may round the last digit differently."""
    (text,) = texts
    shown = torch.tensor(float(text.replace("−", "-")))
    return torch.allclose(shown, right.float(), rtol=2e-3, atol=1e-6, equal_nan=True)


@settings(max_examples=15)
@given(
    st.lists(st.integers(1, 4), min_size=1, max_size=3), st.integers(1, 3), st.integers(1, 3), st.sampled_from(STYLES)
)
def test_a_network_of_any_shape_has_all_its_numbers(units: list[int], inputs: int, rows: int, style: str) -> None:
    perceptron = with_rows(with_inputs(Perceptron(loss="mse", style=style), inputs), rows)
    for place, count in enumerate(units):
        perceptron = with_units(with_layer(perceptron), place, count)
    picture, _, network = told(perceptron)
    weights = sum(layer.units * (layer.inputs + 1) for layer in network.layers)
    hidden = sum(layer.units for layer in network.layers)
    assert len(picture["parts"]) == network.inputs + 1 + weights + 2 * hidden + 1
    for name, part in picture["parts"].items():
        several = rows if name[0] in "xyza" else 1
        assert len(last(part["value"])) == several, name
        assert len(part["numbers"]) == several, name
        assert (len(last(part["grad"])) == several) is (name[0] not in "xy"), name


@pytest.mark.parametrize("style", STYLES)
def test_a_batch_has_a_number_for_each_row(style: str) -> None:
    picture, _, network = told(replace(BY_SLUG["xor"].perceptron, style=style))
    names, _ = run(program(replace(network, style="tensor")))
    for unit in range(2):
        assert last(picture["parts"][f"a0.{unit}"]["value"]) == [short(each) for each in names["h1"][:, unit].tolist()]
    assert last(picture["parts"]["a1.0"]["value"]) == [short(each) for each in names["y_pred"].tolist()]
    assert [last(picture["parts"][f"x{i}"]["value"]) for i in range(2)] == [["0", "0", "1", "1"], ["0", "1", "0", "1"]]
    assert last(picture["parts"]["y0"]["value"]) == ["0", "1", "1", "0"]


def test_the_lessons_neuron_comes_to_light_step_by_step() -> None:
    picture, story, _ = told(Perceptron())
    parts = picture["parts"]
    assert [last(parts[part]["value"]) for part in ("x0", "w0.0.0", "b0.0", "y0")] == [["6.7"], ["1"], ["0"], ["0"]]
    assert [last(parts[part]["value"]) for part in ("z0.0", "a0.0", "L")] == [["6.7"], ["0.9988"], ["6.7012"]]
    assert [last(parts[part]["grad"]) for part in ("w0.0.0", "b0.0")] == [["6.6918"], ["0.9988"]]
    known = [parts[part]["value"][0][0] for part in ("x0", "z0.0", "a0.0", "L")]
    assert known == sorted(known)
    assert known[0] == 0
    back = [parts[part]["grad"][0][0] for part in ("L", "a0.0", "z0.0", "b0.0", "w0.0.0")]
    assert back == sorted(back)
    assert story["steps"][picture["quiet"][0]]["kind"] == "free"


@pytest.mark.parametrize(("slug", "style"), CASES)
def test_each_step_of_the_graph_lights_something_in_the_drawing(slug: str, style: str) -> None:
    picture, story, _ = told(replace(BY_SLUG[slug].perceptron, style=style))
    things = {thing for part in picture["parts"].values() for thing in (*part["boxes"], *part["out"])}
    for number, step in enumerate(story["steps"]):
        if step["kind"] in ("forward", "local", "backward", "accumulate", "seed") and number not in picture["quiet"]:
            assert things & set(step["now"]), step["title"]


def test_the_slope_of_an_activation_is_its_local_gradient() -> None:
    picture, story, _ = told(
        Perceptron(x="[[1], [2]]", target="[0, 1]", layers=(Layer(activation="tanh"),), loss="mse")
    )
    step, slopes = picture["parts"]["a0.0"]["slope"]
    assert story["steps"][step]["kind"] == "local"
    assert slopes == pytest.approx((1 - torch.tanh(torch.tensor([1.0, 2.0])) ** 2).tolist())


def test_numbers_that_are_not_finite_are_texts_alone() -> None:
    picture, _, _ = told(BY_SLUG["trap"].perceptron)
    loss = picture["parts"]["L"]
    assert last(loss["value"]) == ["inf"]
    assert loss["numbers"] == [None]
    assert last(picture["parts"]["w0.0.0"]["grad"]) == ["nan"]


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_a_curve_is_pytorchs_own_and_holds_the_sums(activation: str) -> None:
    places, values = curve(activation, [9.9])
    assert places[0] <= -9.9
    assert places[-1] >= 9.9
    own = {
        "identity": lambda z: z,
        "leaky_relu": torch.nn.functional.leaky_relu,
        "gelu": torch.nn.functional.gelu,
        "softplus": torch.nn.functional.softplus,
        "step": lambda z: (torch.sign(z) + 1) / 2,
    }.get(activation) or getattr(torch, activation)
    assert values == pytest.approx(own(torch.tensor(places)).tolist(), rel=1e-5, abs=1e-5)
