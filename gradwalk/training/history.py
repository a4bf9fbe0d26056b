"""The history of a run: how it stood after each epoch, and checkpoints from which every epoch can be met again."""

from __future__ import annotations

import bisect
import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import torch
from torch import Tensor

from gradwalk.training.fit import Checkpoint, Fit, resumed
from gradwalk.training.literals import Numbers
from gradwalk.training.network import LOSSES, Network
from gradwalk.training.setting import Setting
from gradwalk.training.snapshot import Remembered, Snapshot

MOST_TOLD = 1000
MOST_CHECKPOINTS = 128


@dataclass
class History:
    """What is told of a run, for the same epochs in each list. Nothing in it grows with the length of the run."""

    setting: Setting
    epochs: list[int] = field(default_factory=list)
    """How many epochs were done."""
    loss: list[float] = field(default_factory=list)
    """For all points."""
    accuracy: list[float | None] = field(default_factory=list)
    """The share of points whose class is right; None for a line."""
    gradients: list[tuple[float, ...]] = field(default_factory=list)
    """For each layer, the length of the gradient (weights and biases) in the step taken from there; () at the end."""
    parameters: list[Tensor] = field(default_factory=list)
    """All of them in one row, in the order of ``model.parameters()``."""
    checkpoints: list[Checkpoint] = field(default_factory=list)
    failure: str = ""
    """What PyTorch said when it stopped the run."""

    @property
    def diverged(self) -> bool:
        """Whether the last loss is nan or infinite. The run ends there."""
        return bool(self.loss) and not math.isfinite(self.loss[-1])

    @property
    def finished(self) -> bool:
        return bool(self.epochs) and self.epochs[-1] == self.setting.epochs


def places_of(setting: Setting) -> int:
    """How many epochs are told of a run that meets its end."""
    told = -(-setting.epochs // MOST_TOLD)
    return -(-setting.epochs // told) + 1


def place_at(setting: Setting, epoch: int) -> int:
    """The last told place that is not after this epoch."""
    return min(epoch, setting.epochs) // -(-setting.epochs // MOST_TOLD)


def begun(setting: Setting) -> History:
    """How a run stands before its first step."""
    history, fit = History(setting), Fit(setting)
    try:
        _note(history, fit, _row(fit), *fit.evaluated())
    except RuntimeError as error:
        history.failure = str(error)
    return history


def train(history: History) -> Iterator[None]:
    """Run ``history.setting`` and write it down; stands still after each step.

    Ends by itself after the last epoch, when the loss is no longer finite, and when PyTorch refuses a step.
    """
    setting, fit = history.setting, Fit(history.setting)
    told, kept = -(-setting.epochs // MOST_TOLD), -(-setting.epochs // MOST_CHECKPOINTS)
    try:
        while fit.epoch < setting.epochs and not history.diverged:
            if fit.epoch % kept == 0:
                history.checkpoints.append(fit.checkpoint())
            yield from _told(history, fit) if fit.epoch % told == 0 else _steps(fit)
    except RuntimeError as error:
        history.failure = str(error)
        return
    if not history.diverged:
        history.checkpoints.append(fit.checkpoint())
        _note(history, fit, _row(fit), *fit.evaluated())


def _steps(fit: Fit) -> Iterator[None]:
    for _ in fit.steps():
        yield


def _told(history: History, fit: Fit) -> Iterator[None]:
    """One epoch whose beginning is told. Where a step uses all points, its own forward pass is what is told."""
    parameters = _row(fit)
    early = history.setting.fault == "no_grad" or not history.setting.whole
    if early:
        _note(history, fit, parameters, *fit.evaluated())
    for number, seen in enumerate(fit.steps()):
        if number == 0:
            if not early:
                _note(history, fit, parameters, *seen)
            history.gradients.append(_lengths(fit))
        yield


def _note(history: History, fit: Fit, parameters: Tensor, prediction: Tensor, loss: Tensor) -> None:
    history.epochs.append(fit.epoch)
    history.parameters.append(parameters)
    history.loss.append(loss.item())
    history.accuracy.append(_accuracy(history.setting.trained, prediction, fit.points.label))


def _row(fit: Fit) -> Tensor:
    return torch.cat([parameter.detach().reshape(-1) for parameter in fit.parameters])


def _lengths(fit: Fit) -> tuple[float, ...]:
    """For each layer, the length of what stands in ``.grad`` of its weight and bias."""
    lengths = torch._foreach_norm([p.grad for p in fit.parameters if p.grad is not None])
    squares = [length.item() ** 2 for length in lengths]
    return tuple(math.sqrt(weight + bias) for weight, bias in zip(squares[::2], squares[1::2], strict=True))


def _accuracy(network: Network, prediction: Tensor, label: Tensor | None) -> float | None:
    if label is None:
        return None
    return (classes(network, prediction) == label).sum().item() / len(label)


def classes(network: Network, prediction: Tensor) -> Tensor:
    """The class that a prediction says, of shape (points,): the larger score, or the side of the threshold."""
    if network.loss == "cross_entropy":
        return prediction.argmax(dim=1)
    return (prediction > LOSSES[network.loss].threshold).squeeze(1)


def snapshot(history: History, epoch: int, batch: int = 0) -> Snapshot:
    """What the step ``batch`` after ``epoch`` epochs started from, met again from the checkpoint before it."""
    setting = history.setting
    place = bisect.bisect_right([kept.epoch for kept in history.checkpoints], epoch) - 1
    fit = resumed(setting, history.checkpoints[max(0, place)])
    while fit.epoch < epoch:
        for _ in fit.steps():
            pass
    order = fit.order()
    for rows in order[:batch]:
        fit.step(rows)
    x, y = fit.batch(order[batch])
    return Snapshot(
        epoch,
        batch,
        tuple(_numbers(parameter) for parameter in fit.parameters),
        tuple(None if parameter.grad is None else _numbers(parameter.grad) for parameter in fit.parameters),
        tuple(_remembered(fit, parameter) for parameter in fit.parameters),
        _numbers(x),
        _numbers(y),
    )


def _remembered(fit: Fit, parameter: Tensor) -> tuple[Remembered, ...]:
    state = fit.optimizer.state.get(parameter, {})
    return tuple(Remembered(name, _numbers(kept)) for name, kept in state.items() if isinstance(kept, Tensor))


def _numbers(tensor: Tensor) -> Numbers:
    flat = tuple(tensor.detach().reshape(-1).tolist())
    return Numbers(tuple(tensor.shape), flat, str(tensor.dtype).removeprefix("torch."))
