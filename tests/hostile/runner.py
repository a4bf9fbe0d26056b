"""Runs hostile texts one after another in a process of its own and writes what became of each, one JSON line a text.

After each text it looks whether anything global has changed, and whether an ordinary program still gives what it gave.
"""

from __future__ import annotations

import dataclasses
import json
import resource
import signal
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch

from gradwalk import ProgramError, record
from gradwalk.interpreter import prepare
from gradwalk.program.limits import LIMITS
from tests.hostile.corpus import CORPUS, Hostile
from tests.process import global_state

MEMORY = 6 << 30
"""The process gets no more, so that a bomb that goes off ends in a MemoryError and not in the whole machine."""
TOO_LONG = 30
SECONDS = 0.5
"""A program's time here; ten seconds on the server."""

ORDINARY = """\
import torch
x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
y = (torch.sin(x ** 2) / 3).sum()
y.backward()
print(x.grad, torch.tensor(1 / 3), torch.rand(2))
"""


FIRST = """\
import torch
import torch.nn as nn
p = nn.Linear(1, 1)
nn.Embedding(1, 1), nn.Conv2d(1, 1, 1)
torch.optim.SGD(p.parameters(), lr=0.1).step()
torch.autograd.functional.hessian(lambda x: x * x, torch.ones(()))
"""
"""What PyTorch loads when it is first asked for, as the server does at start."""


class TooLong(BaseException):
    """A text ran past everything that should have stopped it."""


def attempt(hostile: Hostile) -> dict[str, Any]:
    """What becomes of one text."""
    limits = dataclasses.replace(LIMITS, seconds=SECONDS)
    stage, placed = "read", True
    start = time.perf_counter()
    signal.alarm(TOO_LONG)
    try:
        prepare(hostile.source, limits)
        stage = "run"
        recording = record(hostile.source, limits=limits)
        recording.to_json().encode()
        failures = [cell.failure for cell in recording.cells if cell.failure]
        outcome, message = ("failed", failures[0].message) if failures else ("ended", "")
    except ProgramError as error:
        outcome, message, placed = "refused", error.message, error.span is not None
    except TooLong:
        outcome, message = "never ended", ""
    except BaseException as error:  # whatever comes out but a refusal is a hole
        outcome, message = "broke out", repr(error)
    finally:
        signal.alarm(0)
    seconds = time.perf_counter() - start
    return {"outcome": outcome, "message": message, "placed": placed, "stage": stage, "seconds": seconds}


def peak() -> int | None:
    """The most memory that this process has held since it was last asked, in bytes. Linux only."""
    status = Path("/proc/self/status")
    if not status.exists():
        return None
    kilobytes = next(line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    Path("/proc/self/clear_refs").write_text("5")
    return int(kilobytes) << 10


def ordinary() -> list[str]:
    return [record(ORDINARY).to_json()]


def main() -> None:
    def stop(*_: object) -> None:
        raise TooLong

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    signal.signal(signal.SIGALRM, stop)
    torch.set_num_threads(1)
    np.random.seed(1)
    record(FIRST)
    expected, state = ordinary(), global_state()
    for hostile in CORPUS:
        print(json.dumps({"begins": [hostile.kind, hostile.title]}), flush=True)
        before = peak()
        found = attempt(hostile)
        after = peak()
        found["memory"] = None if before is None or after is None else max(0, after - before)
        found["changed"] = [name for name, value in global_state().items() if value != state[name]]
        found["ordinary"] = ordinary() == expected
        print(json.dumps({"kind": hostile.kind, "title": hostile.title, **found}), flush=True)
        if found["changed"]:
            state = global_state()


if __name__ == "__main__":
    main()
