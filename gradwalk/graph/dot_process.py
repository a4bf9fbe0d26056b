"""Graphviz's ``dot`` as a process that stays: it starts once, and places one source after another."""

from __future__ import annotations

import math
import os
import resource
import secrets
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from typing import IO, cast

MAX_OUTPUT = 32_000_000
"""Bytes that ``dot`` may write for one source."""
MAX_MEMORY = 2_000_000_000
"""Bytes of address space that ``dot`` may take."""
MOST_SOURCES = 200
"""After so many sources a process makes room for a fresh one: ``dot`` keeps some memory of each."""
_PATIENCE = 3
"""Seconds by the clock for each of a core's work."""
_PIECE = 1 << 16


class Ended(Exception):
    """The process has ended before it had answered: its status, and what it has complained of."""

    def __init__(self, status: int, said: str) -> None:
        self.status = status
        self.said = said
        super().__init__(said)


class TimeUp(Exception):
    """It has not answered in time."""

    def __init__(self, worked: bool) -> None:
        self.worked = worked
        """Whether it had its time; else others had it."""
        super().__init__()


class Endless(Exception):
    """It writes too much."""


class DotProcess:
    """One ``dot -Tjson0``, which leads a process group of its own."""

    def __init__(self, program: str) -> None:
        self.program = program
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115 (it stays as long as the process)
        self._process = subprocess.Popen(  # noqa: S603 (a fixed command; the text goes in by stdin)
            [program, "-Tjson0"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            start_new_session=True,
        )
        self._to, self._from = cast("IO[bytes]", self._process.stdin), cast("IO[bytes]", self._process.stdout)
        os.set_blocking(self._to.fileno(), False)
        self._left = MOST_SOURCES
        if hasattr(resource, "prlimit"):
            with suppress(ProcessLookupError):
                resource.prlimit(self.pid, resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_worn(self) -> bool:
        return self._left <= 0 or self._has_ended()

    def place(self, source: str, seconds: float) -> bytes:
        """What it writes for this source. Raises Ended, TimeUp and Endless, and is then of no more use.

        Behind the source stands an empty graph of a name that nobody can know: where that is answered, all is.
        """
        self._left -= 1
        name = secrets.token_hex(8)
        answered = f'"name": "{name}"'.encode()
        clock = _Clock(self.pid, seconds)
        before = os.fstat(self._complaints.fileno()).st_size
        output = bytearray()
        with selectors.DefaultSelector() as selector:
            selector.register(self._from, selectors.EVENT_READ)
            selector.register(self._to, selectors.EVENT_WRITE)
            left = memoryview(f'{source}\ndigraph "{name}" {{}}\n'.encode())
            while True:
                wait = clock.left()
                ready = {key.fileobj for key, _ in selector.select(wait)}
                if not ready and not wait:
                    raise TimeUp(clock.worked_half())
                if self._to in ready:
                    left = left[self._write(left) :]
                    if not left:
                        selector.unregister(self._to)
                if self._from in ready:
                    piece = os.read(self._from.fileno(), _PIECE)
                    if not piece:
                        raise Ended(self._status(seconds), self._complaint(before))
                    output += piece
                    if len(output) > MAX_OUTPUT:
                        raise Endless
                    found = output.find(answered, max(0, len(output) - len(piece) - 2 * _PIECE))
                    if found >= 0 and output.endswith(b"}\n"):
                        return bytes(output[: output.rindex(b"{", 0, found)])

    def _write(self, text: memoryview) -> int:
        try:
            return os.write(self._to.fileno(), text[:_PIECE])
        except (BrokenPipeError, BlockingIOError) as error:  # it has ended, and reading will say how
            return 0 if isinstance(error, BlockingIOError) else len(text)

    def _status(self, seconds: float) -> int:
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return 0

    def _complaint(self, start: int) -> str:
        self._complaints.seek(start)
        return self._complaints.read(200).decode(errors="replace").strip()

    def _has_ended(self) -> bool:
        """Without waiting for it: its group can then still be told by its number."""
        if not hasattr(os, "waitid"):
            return False
        try:
            return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
        except ChildProcessError:
            return True

    def end(self) -> None:
        """The process and its group are gone when this returns."""
        # The group first: as long as nobody has waited for its leader, its number belongs to nobody else.
        if self._process.returncode is None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)
            self._process.wait()
        self._close()

    def forget(self) -> None:
        """It belongs to the process that we were forked from."""
        self._process.returncode = 0
        self._close()

    def _close(self) -> None:
        for stream in (self._to, self._from, self._complaints):
            with suppress(OSError):
                stream.close()


class _Clock:
    """How long ``dot`` may work at one source, by what it has worked. A busy machine is told from a large graph."""

    def __init__(self, pid: int, seconds: float) -> None:
        self._pid = pid
        self._seconds = seconds
        self._start = time.monotonic()
        self._before = self._processor()
        self._bound()

    def left(self) -> float:
        """Seconds until the next look; 0 where the time is up."""
        patience = self._start + _PATIENCE * self._seconds
        left = min(self._seconds - self._worked(), patience - time.monotonic())
        return max(0.02, left) if left > 0 else 0.0

    def worked_half(self) -> bool:
        return self._worked() >= self._seconds / 2

    def _bound(self) -> None:
        """Let the system end the process too: we may die before we can, and ``dot`` would go on for ever."""
        if hasattr(resource, "prlimit"):
            most = math.ceil(self._before + self._seconds) + 1
            with suppress(ProcessLookupError):
                _, hard = resource.prlimit(self._pid, resource.RLIMIT_CPU)
                resource.prlimit(self._pid, resource.RLIMIT_CPU, (most, hard))

    def _worked(self) -> float:
        """Seconds of a core's work so far; by the clock, where the system does not tell."""
        return self._processor() - self._before

    def _processor(self) -> float:
        if sys.platform.startswith("linux"):
            with suppress(OSError):
                return time.clock_gettime(~self._pid << 3 | 2)  # clock_getcpuclockid(3) in the kernel's numbers
        return time.monotonic()
