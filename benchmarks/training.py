"""A run that is written down against the plain loop: `python -m benchmarks training`.

1,000 epochs of 2-8-1 on 200 points, every optimizer, in one batch and in batches of 32: the loop as anybody writes it,
and the page's run with its losses, accuracies, gradient sizes, parameters and checkpoints. The two take turns; the
ratio is that of the medians of their times on the processor. Goal: at most 2.
"""

from __future__ import annotations

import gc
import statistics
import time

import torch
from torch import nn

from gradwalk.training.data import Data
from gradwalk.training.datasets import points
from gradwalk.training.entry import Entry, read
from gradwalk.training.fit import OPTIMIZERS
from gradwalk.training.history import History, train
from gradwalk.training.network import Hidden, Network
from gradwalk.training.running import Places
from gradwalk.training.setting import Optimizer, Setting

ROUNDS = 5
NETWORK = Network((Hidden(8),), loss="binary_cross_entropy")


def plain(setting: Setting) -> None:
    """The loop, and nothing else."""
    x, y, _ = points(setting.data)
    torch.manual_seed(setting.seed)
    model = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1), nn.Sigmoid())
    optimizer = OPTIMIZERS[setting.optimizer.kind](model.parameters(), lr=setting.optimizer.lr)
    size = setting.batch or len(x)
    for _ in range(setting.epochs):
        for batch in torch.split(torch.randperm(len(x)), size) if setting.batch else (slice(None),):
            optimizer.zero_grad()
            loss = nn.functional.binary_cross_entropy(model(x[batch]), y[batch])
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()


def written_down(setting: Setting) -> None:
    for _ in train(History(setting)):
        pass


def row(setting: Setting) -> None:
    """Print one setting's ratio."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for work, found in zip((plain, written_down), times, strict=True):
            start = time.thread_time()
            work(setting)
            found.append(1000 * (time.thread_time() - start))
    bare, told = map(statistics.median, times)
    batch = f"batches of {setting.batch}" if setting.batch else "one batch"
    print(f"{setting.optimizer.kind:>8} {batch:>14} {bare:>9.0f} {told:>16.0f} {told / bare:>6.2f}", flush=True)


def solves_xor(seed: int) -> bool:
    """Whether the page's defaults part all four points."""
    history = History(read(Entry(seed=str(seed)), Network((Hidden(4),))))
    for _ in train(history):
        pass
    return history.accuracy[-1] == 1.0


def stopping() -> float:
    """Milliseconds from when nobody watches a long run any more until it has ended; median of five."""
    setting, found = Setting(NETWORK, Data("moons"), Optimizer("adam", 0.05), batch=10, epochs=5000), []
    for _ in range(5):
        run = Places().begin(setting)
        run.want(run.last)
        while run.steps < 1000:
            run.wait(0.01)
        start = time.perf_counter()
        run.leave()
        run.wait(60)
        found.append(1000 * (time.perf_counter() - start))
    return statistics.median(found)


def main() -> None:
    torch.set_num_threads(1)
    gc.collect()
    gc.freeze()
    print("{:>8} {:>14} {:>9} {:>16} {:>6}".format("", "", "plain, ms", "written down, ms", "ratio"))
    for kind in OPTIMIZERS:
        row(Setting(NETWORK, Data("moons"), Optimizer(kind, 0.05), epochs=1000))
    row(Setting(NETWORK, Data("moons"), Optimizer("sgd", 0.05), batch=32, epochs=200))
    print(f"a run that nobody watches any more has ended after {stopping():.0f} ms")
    solved = sum(solves_xor(seed) for seed in range(50))
    print(f"XOR with 2-4-1 tanh and the page's defaults: full accuracy from {solved} of 50 seeds")


if __name__ == "__main__":
    main()
