"""Recording live code against running it plainly: `python -m benchmarks recording`.

A chain of scalar operations, forward and backward, at 10, 100 and 1,000 operations, a training loop, and two models:
a transformer encoder of four layers, a convolutional net of eight, and two programs whose recording has ended. Both
sides start from compiled code. Plain and recorded runs take turns, and what counts is the thread's own time; the
ratio is that of their medians. Goals: at most 10 for scalars, at most 2 and a recording below 2 MB for models, at
most 1.3 when it has ended. torchlens 2.36 takes 200 to 340 times as long for the forward pass of these chains alone
as PyTorch for both passes.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from typing import NamedTuple

import torch

import gradwalk
from gradwalk.program.limits import LIMITS, Limits
from gradwalk.recording import Recording

CHAINS = (10, 100, 1_000)
FEW = Limits(watched_operations=100)
"""A limit at which recording ends soon: what is measured is what comes after."""
ADDING = """\
import torch
x = torch.tensor(1.0, requires_grad=True)
for i in range(100_000):
    x = x + 1
"""
TRAINING = """\
import torch
import torch.nn as nn
torch.manual_seed(0)
X = torch.tensor([[0., 0.], [0., 1.], [1., 0.], [1., 1.]])
y = torch.tensor([[0.], [1.], [1.], [0.]])
net = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1))
opt = torch.optim.SGD(net.parameters(), lr=0.1)
for epoch in range(100):
    opt.zero_grad()
    loss = ((net(X) - y)**2).mean()
    loss.backward()
    opt.step()
"""


def chain(operations: int) -> str:
    """A program of so many operations on one scalar, each on the last one's result."""
    steps = ("torch.sin({})", "{}*x", "{}+0.5", "torch.tanh({})")
    lines = ["import torch", "x = torch.tensor(0.7, requires_grad=True)", "v0 = x*1.5"]
    lines += [f"v{i} = {steps[i % 4].format(f'v{i - 1}')}" for i in range(1, operations)]
    return "\n".join([*lines, f"v{operations - 1}.backward()"])


class Model(NamedTuple):
    """A model, what it is given, and its forward and backward pass."""

    model: torch.nn.Module
    x: torch.Tensor
    run: Callable[[], None]


def transformer() -> Model:
    """An encoder of four layers, forward and backward."""
    torch.manual_seed(0)
    layer = torch.nn.TransformerEncoderLayer(128, 4, 512, batch_first=True)
    model, x = torch.nn.TransformerEncoder(layer, 4), torch.randn(8, 64, 128)

    def run() -> None:
        model.zero_grad()
        loss: torch.Tensor = model(x).pow(2).mean()
        loss.backward()  # type: ignore[no-untyped-call]  # PyTorch has not annotated it

    return Model(model, x, run)


def convolutions() -> Model:
    """Eight convolutional layers with normalization, forward and backward."""
    torch.manual_seed(0)
    layers: list[torch.nn.Module] = []
    for before, after in zip((3, *[32] * 7), [32] * 8, strict=True):
        layers += [torch.nn.Conv2d(before, after, 3, padding=1), torch.nn.BatchNorm2d(after), torch.nn.ReLU()]
    head = (torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten(), torch.nn.Linear(32, 10))
    model, x, y = torch.nn.Sequential(*layers, *head), torch.randn(8, 3, 32, 32), torch.randint(10, (8,))

    def run() -> None:
        model.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(x), y)
        loss.backward()  # type: ignore[no-untyped-call]  # PyTorch has not annotated it

    return Model(model, x, run)


def watched(work: Callable[[], object], limits: Limits = LIMITS) -> Recording:
    """The recording of some work."""
    with gradwalk.watch(limits=limits) as walk:
        work()
    return walk.recording


def compared(plain: Callable[[], object], recorded: Callable[[], object], rounds: int) -> tuple[float, float]:
    """Medians in milliseconds of two kinds of work that take turns. What counts is what the thread worked: both kinds
    stay in it, and others on the machine then slow neither down."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for work, found in zip((plain, recorded), times, strict=True):
            start = time.thread_time()
            work()
            found.append(1000 * (time.thread_time() - start))
    return statistics.median(times[0]), statistics.median(times[1])


def row(name: str, work: Callable[[], object], rounds: int, limits: Limits = LIMITS) -> None:
    """Print one program's ratio, and the size of its recording."""
    size = len(watched(work, limits).to_json()) / 1e6
    plain, recorded = compared(work, lambda: watched(work, limits), rounds)
    print(f"{name:>34} {plain:>10.2f} {recorded:>13.2f} {recorded / plain:>6.1f} {size:>9.2f}", flush=True)


def program(source: str) -> Callable[[], None]:
    code = compile(source, "program", "exec")

    def run() -> None:
        exec(code, {})  # noqa: S102 (programs of our own)

    return run


def main() -> None:
    torch.set_num_threads(1)
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
    print(f"{'':>34} {'plain, ms':>10} {'recorded, ms':>13} {'ratio':>6} {'JSON, MB':>9}")
    for operations in CHAINS:
        row(f"{operations:,} operations", program(chain(operations)), 30 if operations < 1_000 else 15)
    row("100 turns of 2-8-1", program(TRAINING), 9)
    row("a transformer encoder of 4 layers", transformer().run, 9)
    row("a convolutional net of 8 layers", convolutions().run, 9)
    row("100,000 x + 1, recording ended", program(ADDING), 5, FEW)
    row("10,000 turns, recording ended", program(TRAINING.replace("range(100)", "range(10_000)")), 3, FEW)


if __name__ == "__main__":
    main()
