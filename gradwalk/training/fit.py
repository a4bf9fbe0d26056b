"""The run itself, one step after another: PyTorch's own layers, losses and optimizers, and nothing watching.

First weights and shuffling come from a generator of the run's own, seeded and drawn from as ``torch.manual_seed`` and
the layers of torch.nn do it, so that the program of ``program.program`` meets the same numbers at every step.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gradwalk.perceptron.programs.losses import EPSILON
from gradwalk.training.datasets import points
from gradwalk.training.network import Network
from gradwalk.training.setting import BIAS, FAULTS, Setting


def settle_threads() -> None:
    """Let this thread work with as many threads of PyTorch's as its process has settled on.

    A thread learns that number when it first asks for it, and not all kernels ask. Those that do not take as many as
    there are cores, for 200 numbers too, and wait for one another at each: on busy cores that is most of a run's time.
    """
    torch.get_num_threads()


def _squared_error(prediction: Tensor, target: Tensor) -> Tensor:
    return ((prediction - target) ** 2).sum()


def _by_hand(prediction: Tensor, target: Tensor) -> Tensor:
    """``perceptron.losses.BY_HAND``."""
    p = torch.clamp(prediction, EPSILON, 1 - EPSILON)
    return -(target * torch.log(p) + (1 - target) * torch.log(1 - p)).mean()


def _hinge(prediction: Tensor, target: Tensor) -> Tensor:
    return torch.relu(1 - target * prediction).mean()


LOSSES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "squared_error": _squared_error,
    "mse": F.mse_loss,
    "bce": _by_hand,
    "binary_cross_entropy": F.binary_cross_entropy,
    "binary_cross_entropy_with_logits": F.binary_cross_entropy_with_logits,
    "hinge": _hinge,
    "cross_entropy": F.cross_entropy,
}


class Step(nn.Module):
    """``network.STEP``."""

    def forward(self, z: Tensor) -> Tensor:
        return (torch.sign(z) + 1) / 2


ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    "sigmoid": nn.Sigmoid,
    "tanh": nn.Tanh,
    "relu": nn.ReLU,
    "leaky_relu": nn.LeakyReLU,
    "gelu": nn.GELU,
    "softplus": nn.Softplus,
    "step": Step,
}
OPTIMIZERS: dict[str, Any] = {
    "sgd": torch.optim.SGD,
    "adam": torch.optim.Adam,
    "adamw": torch.optim.AdamW,
    "rmsprop": torch.optim.RMSprop,
}


def built(network: Network, inputs: int, generator: torch.Generator) -> nn.Sequential:
    """The model, its first weights drawn from ``generator``."""
    kind = getattr(torch, network.dtype)
    modules: list[nn.Module] = []
    for sizes, activation in zip(network.sizes(inputs), network.activations, strict=True):
        modules.append(_linear(*sizes, kind, generator))
        if activation in ACTIVATIONS:
            modules.append(ACTIVATIONS[activation]())
    return nn.Sequential(*modules)


def _linear(inputs: int, outputs: int, dtype: torch.dtype, generator: torch.Generator) -> nn.Linear:
    """A layer whose numbers are drawn as ``nn.Linear`` draws them, from this generator and not from the process's."""
    layer: nn.Linear = nn.utils.skip_init(nn.Linear, inputs, outputs, dtype=dtype)  # type: ignore[no-untyped-call]
    bound = 1 / math.sqrt(inputs)
    nn.init.kaiming_uniform_(layer.weight, a=math.sqrt(5), generator=generator)
    nn.init.uniform_(layer.bias, -bound, bound, generator=generator)
    return layer


class Checkpoint(NamedTuple):
    """All that a run goes on from: copies, which nothing changes any more."""

    epoch: int
    parameters: tuple[Tensor, ...]
    gradients: tuple[Tensor | None, ...]
    optimizer: dict[str, Any]
    generator: Tensor | None
    """None where nothing is drawn any more."""


class Fit:
    """A run as it stands: ``epoch`` epochs are done."""

    def __init__(self, setting: Setting) -> None:
        network = setting.trained
        self.setting = setting
        self.points = points(setting.data, network.loss, network.dtype)
        self.generator = torch.Generator().manual_seed(setting.seed)
        self.model = built(network, setting.data.inputs, self.generator)
        self.loss = LOSSES[network.loss]
        self.parameters = tuple(self.model.parameters())
        self.epoch = 0
        _spoil(self.model, setting.fault)
        self.optimizer = _optimizer(setting, self.parameters)

    def order(self) -> Sequence[Tensor | None]:
        """The points of each step of the next epoch; None for all of them. Draws, where they are shuffled."""
        if self.setting.whole:
            return (None,)
        shuffled = torch.randperm(self.setting.data.size, generator=self.generator)
        return torch.split(shuffled, self.setting.batch)

    def batch(self, rows: Tensor | None) -> tuple[Tensor, Tensor]:
        x, y, _ = self.points
        return (x, y) if rows is None else (x[rows], y[rows])

    def step(self, rows: Tensor | None) -> tuple[Tensor, Tensor]:
        """zero_grad, forward, loss, backward, step. Gives prediction and loss. Raises what PyTorch raises."""
        x, y = self.batch(rows)
        fault = self.setting.fault
        if fault != "zero_grad":
            self.optimizer.zero_grad()
        prediction = self.model(x)
        loss = self.loss(prediction, y)
        loss.backward()  # type: ignore[no-untyped-call]
        if fault == "no_grad":
            for parameter in self.parameters:
                parameter.sub_(self.setting.lr * cast("Tensor", parameter.grad))  # the mistake that this shows
        elif fault != "step":
            self.optimizer.step()
        return prediction.detach(), loss.detach()

    def steps(self) -> Iterator[tuple[Tensor, Tensor]]:
        """The steps of one epoch, each done when it is given."""
        for rows in self.order():
            yield self.step(rows)
        self.epoch += 1

    @torch.no_grad()
    def evaluated(self) -> tuple[Tensor, Tensor]:
        """Prediction and loss for all points."""
        prediction = self.model(self.points.x)
        return prediction, self.loss(prediction, self.points.y)

    def checkpoint(self) -> Checkpoint:
        shuffles = not self.setting.whole
        return Checkpoint(
            self.epoch,
            tuple(p.detach().clone() for p in self.parameters),
            tuple(None if p.grad is None else p.grad.clone() for p in self.parameters),
            copy.deepcopy(self.optimizer.state_dict()),
            self.generator.get_state() if shuffles else None,
        )


def resumed(setting: Setting, checkpoint: Checkpoint) -> Fit:
    """A run that goes on from a checkpoint exactly as the first one did."""
    fit = Fit(setting)
    with torch.no_grad():
        for parameter, kept, grad in zip(fit.parameters, checkpoint.parameters, checkpoint.gradients, strict=True):
            parameter.copy_(kept)
            parameter.grad = None if grad is None else grad.clone()
    fit.optimizer.load_state_dict(copy.deepcopy(checkpoint.optimizer))  # which keeps the tensors that it is given
    if checkpoint.generator is not None:
        fit.generator.set_state(checkpoint.generator)
    fit.epoch = checkpoint.epoch
    return fit


def _optimizer(setting: Setting, parameters: Sequence[Tensor]) -> torch.optim.Optimizer:
    chosen = setting.optimizer
    arguments: dict[str, Any] = {"lr": setting.lr, "weight_decay": chosen.decay}
    if chosen.kind in ("sgd", "rmsprop"):
        arguments["momentum"] = chosen.momentum
    if chosen.kind == "sgd":
        arguments["nesterov"] = chosen.nesterov
    made: torch.optim.Optimizer = OPTIMIZERS[chosen.kind](parameters, **arguments)
    return made


@torch.no_grad()
def _spoil(model: nn.Sequential, fault: str) -> None:
    """What a fault does to the first weights."""
    if fault == "zeros":
        for parameter in model.parameters():
            parameter.zero_()
    elif fault in FAULTS and FAULTS[fault].hidden:
        first: Any = model[0]
        first.bias.fill_(BIAS if fault == "saturated" else -BIAS)
