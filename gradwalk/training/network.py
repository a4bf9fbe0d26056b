"""The network that is trained: its layers, its loss, and how both are written in PyTorch."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import NamedTuple

from gradwalk.perceptron.programs.losses import BY_HAND
from gradwalk.perceptron.settings.reading import Network as Perceptron


class Activation(NamedTuple):
    module: str
    """The class in torch.nn, with its arguments; ``Step`` is defined by ``STEP``."""
    call: str
    """The same as a function of ``{0}``."""


ACTIVATIONS = {
    "identity": Activation("", "{0}"),
    "sigmoid": Activation("nn.Sigmoid()", "torch.sigmoid({0})"),
    "tanh": Activation("nn.Tanh()", "torch.tanh({0})"),
    "relu": Activation("nn.ReLU()", "torch.relu({0})"),
    "leaky_relu": Activation("nn.LeakyReLU(0.01)", "F.leaky_relu({0}, 0.01)"),
    "gelu": Activation("nn.GELU()", "F.gelu({0})"),
    "softplus": Activation("nn.Softplus()", "F.softplus({0})"),
    "step": Activation("Step()", "(torch.sign({0}) + 1) / 2"),
}
STEP = """class Step(nn.Module):
    def forward(self, z):
        return (torch.sign(z) + 1) / 2"""


class Loss(NamedTuple):
    text: str
    """Of a prediction ``{0}`` for a target ``{1}``."""
    threshold: float = 0.5
    """Where predictions of the two classes part: probabilities at a half, scores at zero."""
    definition: str = ""
    """What has to be written before it."""


LOSSES = {
    "squared_error": Loss("(({0} - {1}) ** 2).sum()"),
    "mse": Loss("F.mse_loss({0}, {1})"),
    "bce": Loss("binary_cross_entropy_loss({0}, {1}).mean()", definition=BY_HAND),
    "binary_cross_entropy": Loss("F.binary_cross_entropy({0}, {1})"),
    "binary_cross_entropy_with_logits": Loss("F.binary_cross_entropy_with_logits({0}, {1})", 0.0),
    "hinge": Loss("torch.relu(1 - {1} * {0}).mean()", 0.0),
    "cross_entropy": Loss("F.cross_entropy({0}, {1})"),
}
OF_A_LINE = ("mse", "squared_error")
"""Losses with which a line can be fitted."""


class Hidden(NamedTuple):
    """A hidden layer: how many units, and their activation."""

    units: int
    activation: str = "tanh"


@dataclass(frozen=True)
class Network:
    """Layers of ``nn.Linear``, each with an activation. How many inputs it has, the data decide."""

    hidden: tuple[Hidden, ...] = ()
    """None for a single neuron."""
    output: str = "sigmoid"
    """The activation after the last layer."""
    loss: str = "bce"
    dtype: str = "float32"

    @property
    def outputs(self) -> int:
        """Two for cross entropy, a score for each class; else one."""
        return 2 if self.loss == "cross_entropy" else 1

    @property
    def activations(self) -> tuple[str, ...]:
        """After each layer, the last one included."""
        return (*(layer.activation for layer in self.hidden), self.output)

    def sizes(self, inputs: int) -> tuple[tuple[int, int], ...]:
        """Inputs and outputs of each layer."""
        return tuple(itertools.pairwise((inputs, *(layer.units for layer in self.hidden), self.outputs)))

    def title(self, inputs: int) -> str:
        """Its shape as it is spoken of: ``2-4-1``."""
        return "-".join(map(str, (inputs, *(layer.units for layer in self.hidden), self.outputs)))


def network_of(perceptron: Perceptron) -> Network:
    """The layers, activations, loss and dtype of a perceptron; its numbers are drawn anew."""
    *before, last = perceptron.layers
    hidden = tuple(Hidden(layer.units, layer.activation) for layer in before)
    return Network(hidden, last.activation, perceptron.loss, perceptron.dtype)


def for_a_line(network: Network) -> Network:
    """The network as it fits a line: its hidden layers, one output as it comes, a squared error."""
    return replace(network, output="identity", loss=network.loss if network.loss in OF_A_LINE else "mse")


def with_hidden(network: Network, activation: str) -> Network:
    """The network with this activation in all its hidden layers."""
    return replace(network, hidden=tuple(Hidden(layer.units, activation) for layer in network.hidden))


def sequential(network: Network, inputs: int) -> str:
    """``nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 1), nn.Sigmoid())``."""
    dtype = "" if network.dtype == "float32" else f", dtype=torch.{network.dtype}"
    parts = []
    for (before, after), activation in zip(network.sizes(inputs), network.activations, strict=True):
        parts += [f"nn.Linear({before}, {after}{dtype})", ACTIVATIONS[activation].module]
    return f"nn.Sequential({', '.join(part for part in parts if part)})"
