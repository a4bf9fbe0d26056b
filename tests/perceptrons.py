"""Perceptrons at random, for property tests, and what plain PyTorch says of one."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from hypothesis import strategies as st

from gradwalk.perceptron.settings.model import ACTIVATIONS, DTYPES, LOGIT_LOSSES, LOSSES, STYLES, Layer, Perceptron
from gradwalk.perceptron.settings.reading import Network

numbers = st.integers(-200, 200).map(lambda number: number / 100)


def _rows(draw: st.DrawFn, rows: int, columns: int) -> str:
    return str([[draw(numbers) for _ in range(columns)] for _ in range(rows)])


@st.composite
def perceptrons(draw: st.DrawFn, most: int = 3) -> Perceptron:
    """Settings that fit together: up to ``most`` layers, units, inputs and rows."""
    sizes = st.integers(1, most)
    loss, rows, inputs = draw(st.sampled_from(LOSSES)), draw(sizes), draw(sizes)
    units = [draw(sizes) for _ in range(draw(sizes))]
    if loss == "cross_entropy":
        units[-1] = max(2, units[-1])
    layers = []
    for before, count in zip([inputs, *units], units, strict=False):
        activation = draw(st.sampled_from(ACTIVATIONS))
        bias = str([draw(numbers) for _ in range(count)])
        layers.append(Layer(_rows(draw, count, before), bias, activation))
    last = (
        "identity" if loss in LOGIT_LOSSES else "sigmoid" if loss == "binary_cross_entropy" else layers[-1].activation
    )
    layers[-1] = Layer(layers[-1].weights, layers[-1].bias, last)
    width = 1 if loss == "cross_entropy" else units[-1]
    target = str([[_target(draw, loss, units[-1]) for _ in range(width)] for _ in range(rows)])
    dtype, style = draw(st.sampled_from(DTYPES)), draw(st.sampled_from(STYLES))
    return Perceptron(_rows(draw, rows, inputs), target, tuple(layers), loss, dtype, style)


def _target(draw: st.DrawFn, loss: str, outputs: int) -> float:
    if loss == "hinge":
        return draw(st.sampled_from((-1.0, 1.0)))
    if loss == "cross_entropy":
        return draw(st.integers(0, outputs - 1))
    number = draw(numbers)
    return abs(number) / 2 if loss not in ("squared_error", "mse") else number


_ACTIVATIONS: dict[str, Any] = {
    "identity": lambda z: z,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": F.relu,
    "leaky_relu": F.leaky_relu,
    "gelu": F.gelu,
    "softplus": F.softplus,
    "step": lambda z: torch.sign(z) / 2 + 0.5,
}


def plain_gradients(network: Network) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """The gradients of each layer's weights and biases, from a loop over layers in plain PyTorch."""
    dtype = getattr(torch, network.dtype)
    given = torch.tensor(network.x, dtype=dtype)
    leaves = [
        (
            torch.tensor(layer.weights, dtype=dtype, requires_grad=True),
            torch.tensor(layer.bias, dtype=dtype, requires_grad=True),
        )
        for layer in network.layers
    ]
    for (weights, bias), layer in zip(leaves, network.layers, strict=True):
        given = _ACTIVATIONS[layer.activation](F.linear(given, weights, bias))
    _loss(network, given).backward()  # type: ignore[no-untyped-call]
    return [(_grad(weights), _grad(bias)) for weights, bias in leaves]


def _grad(leaf: torch.Tensor) -> torch.Tensor:
    assert leaf.grad is not None
    return leaf.grad


def _loss(network: Network, output: torch.Tensor) -> torch.Tensor:
    if network.loss == "cross_entropy":
        return F.cross_entropy(output, torch.tensor([int(row[0]) for row in network.targets]))
    target = torch.tensor(network.targets, dtype=output.dtype)
    if network.loss == "squared_error":
        return F.mse_loss(output, target, reduction="sum")
    if network.loss == "hinge":
        return F.relu(1 - target * output).mean()
    if network.loss == "bce":
        p = output.clamp(1e-8, 1 - 1e-8)
        return -(target * p.log() + (1 - target) * (1 - p).log()).mean()
    named: dict[str, Any] = {
        "mse": F.mse_loss,
        "binary_cross_entropy": F.binary_cross_entropy,
        "binary_cross_entropy_with_logits": F.binary_cross_entropy_with_logits,
    }
    found: torch.Tensor = named[network.loss](output, target)
    return found
