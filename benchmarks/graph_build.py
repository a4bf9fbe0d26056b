"""Our graph build against torchviz's on the same graph: `python benchmarks/graph_build.py` from the top of the tree.

Ours is `computation_graph` and `graphviz_source` (boxes with their sizes, as text for Graphviz); torchviz's is
`make_dot` and its text. Both run in turn on one chain of operations; each time is the best of several runs. At 5,000
operations torchviz raises RecursionError.

Ours remembers the widths of texts that it measured, so its best run is a warm one.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable

import torch

from gradwalk import record
from gradwalk.graph.computation import computation_graph, graphviz_source
from gradwalk.recording import Recording

with warnings.catch_warnings():  # torchviz imports distutils
    warnings.simplefilter("ignore", DeprecationWarning)
    import torchviz

COMPARED = (10, 100, 900)
DEEP = 5_000


def program(operations: int) -> str:
    return f"""\
import torch
x = torch.tensor(0.5, requires_grad=True)
y = x
for i in range({operations // 2}):
    y = torch.sin(y) * x
y.backward()
"""


def live_graph(operations: int) -> tuple[torch.Tensor, torch.Tensor]:
    """The same graph in plain PyTorch."""
    x = torch.tensor(0.5, requires_grad=True)
    y = x
    for _ in range(operations // 2):
        y = torch.sin(y) * x
    return x, y


def ours(recording: Recording) -> str:
    return graphviz_source(computation_graph(recording))


def theirs(x: torch.Tensor, y: torch.Tensor) -> str:
    return str(torchviz.make_dot(y, params={"x": x}).source)


def best(work: Callable[[], object], runs: int) -> float:
    """Milliseconds of the fastest of several runs."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return 1000 * min(times)


def recorded(operations: int) -> Recording:
    recording = record(program(operations))
    assert len(recording.operations) == operations, recording.cells
    return recording


def main() -> None:
    warnings.simplefilter("ignore", DeprecationWarning)
    print(f"{'operations':>10} {'ours, ms':>10} {'torchviz, ms':>13} {'ratio':>7}")
    for operations in COMPARED:
        recording, (x, y) = recorded(operations), live_graph(operations)
        runs = max(5, 2000 // operations)
        a, b = best(lambda: ours(recording), runs), best(lambda: theirs(x, y), runs)  # noqa: B023 (called at once)
        print(f"{operations:>10,} {a:>10.2f} {b:>13.2f} {a / b:>7.2f}")
    recording, (x, y) = recorded(DEEP), live_graph(DEEP)
    a = best(lambda: ours(recording), 3)
    try:
        theirs(x, y)
        outcome = "no error"
    except RecursionError:
        outcome = "RecursionError"
    print(f"{DEEP:>10,} {a:>10.2f} {outcome:>13}")


if __name__ == "__main__":
    main()
