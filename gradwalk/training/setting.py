"""A setting: what is trained on what, with which optimizer, for how long, and what goes wrong on purpose."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from gradwalk.training.data import Data
from gradwalk.training.network import Network, for_a_line, with_hidden

OPTIMIZERS = {"sgd": "SGD", "adam": "Adam", "adamw": "AdamW", "rmsprop": "RMSprop"}
OWN_RATES = {"sgd": 0.5, "adam": 0.05, "adamw": 0.05, "rmsprop": 0.005}
"""The learning rate of each optimizer where nobody has set one: most networks of this page learn with it."""
WITH_MOMENTUM = ("sgd", "rmsprop")
MOST_EPOCHS = 5000
TOO_LARGE = 100.0
"""By how much ``rate`` multiplies the learning rate."""
BIAS = 10.0
"""How far off the first layer's biases start where its units are saturated or dead."""


class Fault(NamedTuple):
    title: str
    says: str
    """What it shows, in a sentence."""
    hidden: str = ""
    """The activation that the hidden layers get, where it takes a hidden layer to show it."""


FAULTS = {
    "zero_grad": Fault(
        "zero_grad() left out",
        "Every backward() adds to .grad, so each step goes along the sum of all gradients so far.",
    ),
    "step": Fault("step() left out", "Gradients are computed, and nobody uses them: no parameter ever moves."),
    "no_grad": Fault(
        "The update outside no_grad()",
        "Autograd watches the update itself, and a leaf that requires a gradient may not be changed in place.",
    ),
    "rate": Fault(
        "A learning rate too large",
        f"The learning rate is {TOO_LARGE:g} times the one above: each step jumps far over the minimum.",
    ),
    "zeros": Fault(
        "All weights zero",
        "Units of a hidden layer that start equal get equal gradients and stay equal; behind weights of zero no "
        "gradient arrives at all. A single neuron learns all the same.",
    ),
    "saturated": Fault(
        "Saturated sigmoid",
        f"The first layer's biases start at {BIAS:g}, where the sigmoid is flat: its slope, below 0.0001, is a factor "
        "of every gradient that passes it.",
        hidden="sigmoid",
    ),
    "dead": Fault(
        "Dead ReLU",
        f"The first layer's biases start at −{BIAS:g}, so that its units give 0 for every point. "
        "The slope of ReLU is 0 there, and no gradient can bring them back.",
        hidden="relu",
    ),
}


@dataclass(frozen=True)
class Optimizer:
    kind: str = "sgd"
    lr: float = 0.5
    momentum: float = 0.0
    nesterov: bool = False
    decay: float = 0.0

    @property
    def name(self) -> str:
        return OPTIMIZERS[self.kind]

    @property
    def arguments(self) -> str:
        """As a program writes them: ``lr=0.5, momentum=0.9``."""
        parts = [f"lr={self.lr!r}"]
        if self.momentum and self.kind in WITH_MOMENTUM:
            parts.append(f"momentum={self.momentum!r}")
        if self.nesterov and self.kind == "sgd":
            parts.append("nesterov=True")
        if self.decay or self.kind == "adamw":  # whose own default is 0.01
            parts.append(f"weight_decay={self.decay!r}")
        return ", ".join(parts)

    def text(self, parameters: str) -> str:
        return f"torch.optim.{OPTIMIZERS[self.kind]}({parameters}, {self.arguments})"


@dataclass(frozen=True)
class Setting:
    """All that a run depends on; two equal ones give the same run, number by number."""

    network: Network = field(default_factory=Network)
    data: Data = field(default_factory=Data)
    optimizer: Optimizer = field(default_factory=Optimizer)
    batch: int = 0
    """Points of one step; 0 for all of them."""
    seed: int = 0
    """Of the first weights, and of the order of the points."""
    epochs: int = 300
    fault: str = ""
    """A key of ``FAULTS``, or nothing."""

    @property
    def batches(self) -> int:
        """Steps of one epoch."""
        return 1 if self.whole else -(-self.data.size // self.batch)

    @property
    def whole(self) -> bool:
        """Whether each step uses all points, and nothing is shuffled."""
        return not 0 < self.batch < self.data.size

    @property
    def lr(self) -> float:
        """The learning rate that is really used."""
        return self.optimizer.lr * (TOO_LARGE if self.fault == "rate" else 1.0)

    @property
    def trained(self) -> Network:
        """The network as it is trained: as a line or its fault wants it."""
        network = for_a_line(self.network) if self.data.regression else self.network
        hidden = FAULTS[self.fault].hidden if self.fault else ""
        return with_hidden(network, hidden) if hidden else network
