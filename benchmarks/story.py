"""The story of a training loop against recording it: `python -m benchmarks.story` from the top of the tree.

One hundred turns of a 2-8-1 network, folded as the page shows them. Each time is the best of several runs, in
milliseconds; the message is what the browser gets, as JSON. ``open`` has every turn told step by step.
Goals: the story within 300 ms, the message below 2 MB.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from gradwalk import record
from gradwalk.graph.player import player_graphs
from gradwalk.recording import Recording
from gradwalk.story.timeline import timeline

PROGRAM = """\
import torch
import torch.nn as nn
torch.manual_seed(0)
X = torch.tensor([[0., 0.], [0., 1.], [1., 0.], [1., 1.]])
y = torch.tensor([[0.], [1.], [1.], [0.]])
net = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1))
opt = torch.optim.{optimizer}(net.parameters(), lr=0.1)
for epoch in range({turns}):
    opt.zero_grad()
    loss = ((net(X) - y)**2).mean()
    loss.backward()
    opt.step()
    print(epoch, loss.item())
"""
COMPARED = (("SGD", 1), ("SGD", 10), ("SGD", 100), ("Adam", 100))


def best(work: Callable[[], Any], runs: int = 3) -> float:
    """Milliseconds of the fastest of several runs."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return 1000 * min(times)


def size(recording: Recording, unfold: frozenset[int] = frozenset()) -> int:
    """Characters of the message to the browser."""
    return len(json.dumps([player_graphs(recording, unfold), timeline(recording, unfold)]))


def main() -> None:
    print(f"{'turns':>12} {'record, ms':>11} {'story, ms':>10} {'ratio':>6} {'message, kB':>12} {'open, kB':>9}")
    for optimizer, turns in COMPARED:
        source = PROGRAM.format(optimizer=optimizer, turns=turns)
        recorded = best(lambda: record(source))  # noqa: B023 (called at once)
        recording = record(source, pictures=True)
        told = best(lambda: timeline(recording))  # noqa: B023 (called at once)
        small, large = size(recording), size(recording, frozenset(range(turns)))
        shown = f"{small / 1000:>12,.0f} {large / 1000:>9,.0f}"
        print(f"{optimizer:>6} {turns:>5} {recorded:>11.1f} {told:>10.1f} {told / recorded:>6.2f} {shown}")


if __name__ == "__main__":
    main()
