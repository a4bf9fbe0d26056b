"""Recording a program against running it plainly: `python -m benchmarks recording`.

A chain of scalar operations, forward and backward, at 10, 100 and 1,000 operations, and a training loop. ``run`` starts
from compiled code and a prepared program, ``text`` from the source text on both sides. Plain and recorded runs take
turns; the ratio is that of their medians. Garbage is collected as where the server records (``serving/nursery.py``):
what was imported is frozen out, the rest is looked through less often. Goal: at most 10; torchlens 2.36 takes 200 to
340 times as long for the forward pass of these chains alone as PyTorch for both passes.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable

import torch

from gradwalk.interpreter import prepare
from gradwalk.recorder import record, record_program

CHAINS = (10, 100, 1_000)
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


def plainly(code: object) -> None:
    """Plain Python and PyTorch, as in a notebook."""
    exec(code, {})  # type: ignore[arg-type]  # noqa: S102 (the peer: programs of our own)


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


def row(name: str, source: str, rounds: int) -> None:
    """Print one program's ratios."""
    code, program = compile(source, name, "exec"), prepare(source)
    plain, recorded = compared(lambda: plainly(code), lambda: record_program(program), rounds)
    from_text, recorded_text = compared(lambda: plainly(compile(source, name, "exec")), lambda: record(source), rounds)
    print(
        f"{name:>22} {plain:>10.2f} {recorded:>12.2f} {recorded / plain:>6.1f} "
        f"{from_text:>11.2f} {recorded_text:>13.2f} {recorded_text / from_text:>6.1f}"
    )


def main() -> None:
    torch.set_num_threads(1)
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
    heads = ("", "run: plain", "recorded, ms", "ratio", "text: plain", "recorded, ms", "ratio")
    print("{:>22} {:>10} {:>12} {:>6} {:>11} {:>13} {:>6}".format(*heads))
    for operations in CHAINS:
        row(f"{operations:,} operations", chain(operations), 30 if operations < 1_000 else 15)
    row("100 turns of 2-8-1", TRAINING, 9)


if __name__ == "__main__":
    main()
