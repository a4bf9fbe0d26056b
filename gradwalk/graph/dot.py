"""One run of Graphviz's ``dot``: source in, JSON out, in a process group of its own that ends at a time limit."""

from __future__ import annotations

import math
import os
import resource
import selectors
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO, cast

from gradwalk.settings import SETTINGS

MAX_SOURCE = 2_000_000
"""Characters of Graphviz source; ``dot`` would need more than its time for so much."""
MAX_OUTPUT = 32_000_000
"""Bytes that ``dot`` may write."""
MAX_MEMORY = 2_000_000_000
"""Bytes of address space that ``dot`` may take."""
POLISHED = 150
"""Graphs of so many arrows are laid out with care, larger ones quickly."""
MAX_LABEL = 4000
"""Characters of one label. Graphviz refuses 16,384."""


_PATIENCE = 3
"""Seconds by the clock for each of a core's work."""


class LayoutError(Exception):
    """A graph that cannot be placed: why, and what would work."""


class Unavailable(LayoutError):
    """It is not the graph's fault: without Graphviz, or beside too much else, none can be placed."""

    reason = "graphviz"


_running: set[int] = set()
"""The processes that work now; each leads its group."""
_counting = threading.Lock()
_started = 0
_faults = 0
_turns = threading.BoundedSemaphore(max(2, os.cpu_count() or 2))


def quoted(text: str) -> str:
    """Any text as a label of Graphviz, which then shows it as it is: no markup, no escapes of its own."""
    shown = "".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in text[:MAX_LABEL])
    return '"' + shown.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def effort(arrows: int) -> str:
    """How long ``dot`` polishes a graph: without a bound, a value used 50 times along a chain takes it minutes.

    Small graphs are as good as they get long before the bound.
    """
    rounds = 2 if arrows <= POLISHED else 0.2
    return f"nslimit={rounds}; nslimit1={rounds}"


def run(source: str, seconds: float = SETTINGS.layout_seconds) -> bytes:
    """What ``dot -Tjson0`` writes for this source. The process and its group are gone when this returns."""
    if len(source) > MAX_SOURCE:
        raise LayoutError(
            "The graph is too large to be drawn. A shorter program would do: fewer operations, or fewer repeats."
        )
    dot = shutil.which("dot")
    if dot is None:
        raise _fault(
            "Graphviz's program `dot` was not found. Install it with `apt install graphviz` or `brew install graphviz`."
        )
    if not _turns.acquire(timeout=4 * seconds):
        raise _fault("Too many graphs are being placed at the moment. Try again in a few seconds.")
    try:
        with tempfile.TemporaryFile() as text, tempfile.TemporaryFile() as complaints:
            text.write(source.encode())
            text.seek(0)
            process = subprocess.Popen(  # noqa: S603 (a fixed command; the text goes in by stdin)
                [dot, "-Tjson0"], stdin=text, stdout=subprocess.PIPE, stderr=complaints, start_new_session=True
            )
            _bound(process.pid, seconds)
            with _counted(process.pid):
                return _output(process, complaints, seconds)
    finally:
        _turns.release()


def started() -> int:
    """How often ``dot`` was run by this process."""
    return _started


def faults() -> int:
    """How often this process could not place a graph for no fault of the graph's."""
    return _faults


def _fault(sentence: str) -> Unavailable:
    global _faults
    with _counting:
        _faults += 1
    return Unavailable(sentence)


def end_all() -> None:
    """End every ``dot`` that runs, with its group: for a process that is about to end itself."""
    for pid in tuple(_running):
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)


@contextmanager
def _counted(pid: int) -> Iterator[None]:
    global _started
    with _counting:
        _started += 1
        _running.add(pid)
    try:
        yield
    finally:
        with _counting:
            _running.discard(pid)


def _bound(pid: int, seconds: float) -> None:
    """Let the system end the process too: we may die before we can, and ``dot`` would go on for ever."""
    if hasattr(resource, "prlimit"):
        processor = math.ceil(seconds) + 1
        with suppress(ProcessLookupError):
            resource.prlimit(pid, resource.RLIMIT_CPU, (processor, processor))
            resource.prlimit(pid, resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))


def _output(process: subprocess.Popen[bytes], complaints: IO[bytes], seconds: float) -> bytes:
    stream = cast("IO[bytes]", process.stdout)
    clock = _Clock(process.pid, seconds)
    try:
        output = _read_until(stream, clock)
        status = process.wait(seconds)
    except BaseException as error:
        # The group first: as long as nobody has waited for its leader, its number belongs to nobody else.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if isinstance(error, subprocess.TimeoutExpired):
            raise clock.over() from None
        raise
    finally:
        stream.close()
    if status != 0:
        complaints.seek(0)
        said = complaints.read(200).decode(errors="replace").strip()
        if status == -signal.SIGKILL:  # by the system, for want of memory, or by whoever runs it
            raise _fault("Graphviz was ended before it had placed the graph. Try again in a few seconds.")
        raise LayoutError(f"Graphviz could not read the graph; it says: {said or f'status {status}'}.")
    return output


class _Clock:
    """How long ``dot`` may work, by what it has worked. A busy machine is told from a large graph."""

    def __init__(self, pid: int, seconds: float) -> None:
        self._pid = pid
        self._seconds = seconds
        self._patience = time.monotonic() + _PATIENCE * seconds

    def left(self) -> float:
        """Seconds until the next look; 0 where the time is up."""
        left = min(self._seconds - self._worked(), self._patience - time.monotonic())
        return max(0.02, left) if left > 0 else 0.0

    def over(self) -> LayoutError:
        """Why it was ended: it had its time, or it never got it."""
        if self._worked() >= self._seconds / 2:
            return LayoutError(
                f"The graph is too large or too dense to be drawn within {self._seconds:g} seconds. "
                "A shorter program would do."
            )
        return _fault(
            f"The graph could not be placed within {self._seconds:g} seconds beside all else that runs here. "
            "Try again in a few seconds."
        )

    def _worked(self) -> float:
        """Seconds of a core's work so far; by the clock, where the system does not tell."""
        if sys.platform.startswith("linux"):
            with suppress(OSError):
                return time.clock_gettime(~self._pid << 3 | 2)  # clock_getcpuclockid(3) in the kernel's numbers
        return self._seconds - (self._patience - time.monotonic() - (_PATIENCE - 1) * self._seconds)


def _read_until(stream: IO[bytes], clock: _Clock) -> bytes:
    pieces: list[bytes] = []
    size = 0
    with selectors.DefaultSelector() as selector:
        selector.register(stream, selectors.EVENT_READ)
        while size <= MAX_OUTPUT:
            if not selector.select(left := clock.left()):
                if left:
                    continue
                raise clock.over()
            piece = os.read(stream.fileno(), 1 << 16)
            if not piece:
                return b"".join(pieces)
            pieces.append(piece)
            size += len(piece)
    raise LayoutError("The graph is too large to be drawn. A shorter program would do.")
