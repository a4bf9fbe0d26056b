"""Work for processes under test, each importable by its name."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from gradwalk.program import ProgramError, Span


def doubled(number: int) -> int:
    return 2 * number


def process_number(_count: int) -> int:
    return os.getpid()


def refused(text: str) -> None:
    raise ProgramError(f"No {text}.", Span(1, 2, 3, 4), "yes")


def broken(text: str) -> None:
    raise KeyError(text)


def killed(tries: str, most: int) -> int:
    """Its process is killed, unless it is the ``most``-th that tries."""
    count = _tries(tries)
    if count < most:
        os.kill(os.getpid(), signal.SIGKILL)
    return count


def without_graphviz(tries: str, most: int) -> int:
    """Its process finds no Graphviz, unless it is the ``most``-th that tries."""
    from gradwalk.graph import dot

    count = _tries(tries)
    if count < most:
        os.environ["PATH"] = ""
        dot.run("digraph {}")
    return count


def _tries(path: str) -> int:
    with Path(path).open("a", encoding="ascii") as file:
        file.write("x")
    return Path(path).stat().st_size


def greedy(size: int) -> int:
    return len(bytearray(size))


def large(size: int) -> bytes:
    return bytes(size)


def loaded(name: str) -> bool:
    return name in sys.modules


def busy_until(path: str, begun: str = "") -> str:
    """Works without a pause until there is such a file."""
    if begun:
        Path(begun).write_text(str(os.getpid()), encoding="ascii")
    while not Path(path).exists():
        sum(range(1000))
    return path


def leaves(what: str) -> str:
    """Leaves something of the process changed."""
    import random
    import threading
    import warnings

    import numpy as np
    import torch
    from torch.autograd import forward_ad
    from torch.autograd.graph import saved_tensors_hooks

    def suspended(context: object) -> None:
        """A generator that stands inside of a context, and never goes on."""

        def generator() -> Iterator[None]:
            with context:  # type: ignore[attr-defined]
                yield

        _SUSPENDED.append(generator())
        next(_SUSPENDED[-1])

    changes: dict[str, Callable[[], object]] = {
        "nothing": lambda: None,
        "grad mode": lambda: suspended(torch.no_grad()),
        "hooks of saved tensors": lambda: suspended(saved_tensors_hooks(lambda x: x * 2, lambda x: x)),
        "a dual level": lambda: suspended(forward_ad.dual_level()),
        "a function mode": lambda: suspended(torch.device("meta")),
        "dtype": lambda: torch.set_default_dtype(torch.float64),
        "anomaly": lambda: torch.set_anomaly_enabled(True),
        "generator": lambda: torch.rand(1),
        "Python's generator": random.random,
        "NumPy's generator": lambda: np.random.rand(1),
        "warnings": lambda: warnings.simplefilter("ignore"),
        "a function": lambda: setattr(torch, "sin", torch.cos),
        "a thread": lambda: threading.Thread(target=threading.Event().wait, daemon=True).start(),
        "environment": lambda: os.environ.update(LEFT="1"),
        "module hooks": lambda: torch.nn.modules.module.register_module_forward_hook(lambda *_: None),
    }
    changes[what]()
    return what


LEAVES = (
    "grad mode", "hooks of saved tensors", "a dual level", "a function mode", "dtype", "anomaly", "generator",
    "Python's generator", "NumPy's generator", "warnings", "a function", "a thread", "environment", "module hooks",
)  # fmt: skip
_SUSPENDED: list[Iterator[None]] = []


def waits(begun: str) -> None:
    """Starts a process that would outlive it, as a `dot` would, and waits for ever."""
    from gradwalk.graph import dot

    child = subprocess.Popen(["sleep", "1000"], start_new_session=True)
    dot._running.add(child.pid)
    Path(begun).write_text(f"{os.getpid()} {child.pid}", encoding="ascii")
    signal.pause()
