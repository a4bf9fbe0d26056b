"""What tests of trainings share: settings, and the loop as anybody writes it in PyTorch, with nothing of ours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from gradwalk.training.data import Data
from gradwalk.training.datasets import points
from gradwalk.training.history import History, train
from gradwalk.training.network import Hidden, Network
from gradwalk.training.setting import Optimizer, Setting
from gradwalk.training.snapshot import Snapshot

TANH = Network((Hidden(4),))
OPTIMIZERS = (
    Optimizer("sgd", 0.1),
    Optimizer("sgd", 0.1, momentum=0.9),
    Optimizer("sgd", 0.1, momentum=0.9, nesterov=True, decay=0.01),
    Optimizer("adam", 0.05),
    Optimizer("adam", 0.05, decay=0.01),
    Optimizer("adamw", 0.05, decay=0.1),
    Optimizer("rmsprop", 0.01),
    Optimizer("rmsprop", 0.01, momentum=0.5, decay=0.01),
)


def moons(optimizer: Optimizer = OPTIMIZERS[0], **change: Any) -> Setting:
    """A few epochs of 2-4-1 on forty points of two moons."""
    return replace(Setting(TANH, Data("moons", 40), optimizer, epochs=4), **change)


def done(setting: Setting) -> History:
    """A run to its end."""
    history = History(setting)
    for _ in train(history):
        pass
    return history


def plain_loop(setting: Setting) -> Iterator[torch.Tensor]:
    """2-4-1 with tanh and BCE, written by hand: all parameters in a row after each step."""
    x, y, _ = points(setting.data)
    chosen = setting.optimizer
    with torch.random.fork_rng():
        torch.manual_seed(setting.seed)
        model = nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 1), nn.Sigmoid())
        optimizer = _optimizer(chosen, model)
        for _ in range(setting.epochs):
            rows = torch.split(torch.randperm(len(x)), setting.batch) if setting.batch else [slice(None)]
            for batch in rows:
                if setting.fault != "zero_grad":
                    optimizer.zero_grad()
                p = torch.clamp(model(x[batch]), 1e-8, 1 - 1e-8)
                loss = -(y[batch] * torch.log(p) + (1 - y[batch]) * torch.log(1 - p)).mean()
                loss.backward()  # type: ignore[no-untyped-call]
                if setting.fault != "step":
                    optimizer.step()
                yield nn.utils.parameters_to_vector(model.parameters()).detach().clone()


def _optimizer(chosen: Optimizer, model: nn.Module) -> torch.optim.Optimizer:
    p = model.parameters()
    match chosen.kind:
        case "sgd":
            return torch.optim.SGD(
                p, lr=chosen.lr, momentum=chosen.momentum, nesterov=chosen.nesterov, weight_decay=chosen.decay
            )
        case "adam":
            return torch.optim.Adam(p, lr=chosen.lr, weight_decay=chosen.decay)
        case "adamw":
            return torch.optim.AdamW(p, lr=chosen.lr, weight_decay=chosen.decay)
    return torch.optim.RMSprop(p, lr=chosen.lr, momentum=chosen.momentum, weight_decay=chosen.decay)


def row_of(snapshot: Snapshot) -> list[float]:
    """All parameters of a snapshot in a row."""
    return [number for numbers in snapshot.parameters for number in numbers.flat]


def loss_by_hand(row: torch.Tensor, setting: Setting) -> float:
    """The BCE of 2-4-1 with tanh, from its seventeen numbers."""
    x, y, _ = points(setting.data)
    hidden = torch.tanh(x @ row[:8].reshape(4, 2).T + row[8:12])
    return F.binary_cross_entropy(torch.sigmoid(hidden @ row[12:16] + row[16]), y.squeeze(1)).item()
