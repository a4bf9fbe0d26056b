"""Work for processes under test, each importable by its name."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
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


def waits(begun: str) -> None:
    """Starts a process that would outlive it, as a `dot` would, and waits for ever."""
    from gradwalk.graph import dot

    child = subprocess.Popen(["sleep", "1000"], start_new_session=True)
    dot._running.add(child.pid)
    Path(begun).write_text(f"{os.getpid()} {child.pid}", encoding="ascii")
    signal.pause()
