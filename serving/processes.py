"""The server's side of its processes: the nursery that they come from, and each of them while it works."""

from __future__ import annotations

import os
import pickle
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from gradwalk.sandbox import clocks
from serving import wire
from serving.work import Reply

ROOT = Path(__file__).resolve().parent.parent
_LAST = 19
"""The niceness of what runs only when nothing else wants to."""


_STALLED = 30.0
"""Seconds after which a message that has begun counts as broken off."""


class Gone(Exception):
    """A process ended without a reply."""


def worked(pid: int) -> float:
    """Seconds of a core's work of a process so far; by the clock, where the system does not tell."""
    seconds = clocks.worked(pid)
    return time.monotonic() if seconds is None else seconds


class Process:
    """One process, for one piece of work after the other."""

    def __init__(self, pid: int, connection: socket.socket) -> None:
        self.pid = pid
        self.answers = 0
        self._connection = connection
        self._connection.settimeout(_STALLED)
        self._listening = select.poll()
        self._listening.register(connection, select.POLLIN)

    def send(self, description: bytes) -> None:
        """Raises Gone."""
        try:
            wire.send(self._connection, description)
        except OSError:
            raise Gone from None

    def reply(self, seconds: float) -> Reply | None:
        """The reply; None where there is none after so many seconds. Raises Gone."""
        if not self._listening.poll(seconds * 1000):
            return None
        try:
            fields = pickle.loads(wire.receive(self._connection))  # noqa: S301 (from a process of ours)
        except (EOFError, OSError):
            raise Gone from None
        self.answers += 1
        return Reply(*fields)

    @property
    def ended(self) -> bool:
        """Of a process that has nothing to do: whether it is gone, as when the nursery was killed."""
        return bool(self._listening.poll(0))

    @property
    def worked(self) -> float:
        return worked(self.pid)

    @property
    def kept_waiting(self) -> float:
        return clocks.kept_waiting(self.pid)

    def interrupt(self) -> None:
        """Only what visitors write is stopped; this is work of ours, and soon done."""

    def halt(self) -> None:
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """From where it was halted, and only when nothing more urgent wants to run."""
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self.pid, _LAST)
        self._signal(signal.SIGCONT)

    def ask_to_end(self) -> None:
        """It ends what it has started, and itself."""
        self._signal(signal.SIGTERM)
        self._signal(signal.SIGCONT)

    def end(self) -> None:
        """Call it once; the number may be somebody else's afterwards."""
        self._signal(signal.SIGKILL)
        self._connection.close()

    def _signal(self, number: int) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)


class Nursery:
    """Starts processes, and itself again where it has ended."""

    reused = True

    def __init__(self, first: Sequence[bytes] = ()) -> None:
        """``first`` is work that it does to get warm."""
        self._first = list(first)
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: socket.socket | None = None
        self._closed = False

    def start(self) -> list[Reply]:
        """Returns when it is warm, after some seconds, with what came of its first work. Raises Gone."""
        with self._lock:
            return self._start()

    def process(self) -> Process:
        """A fresh process, in some milliseconds. Raises Gone."""
        with self._lock:
            try:
                return self._born()
            except (EOFError, OSError):
                self._stop()
                if self._closed:
                    raise Gone from None
                self._start()
            try:
                return self._born()
            except (EOFError, OSError):
                raise Gone from None

    def stop(self) -> None:
        """The nursery ends for good, and the system ends its processes."""
        with self._lock:
            self._closed = True
            self._stop()

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def _start(self) -> list[Reply]:
        ours, theirs = socket.socketpair()
        path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
        alone = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 (our own module)
                [sys.executable, "-m", "serving.nursery", str(theirs.fileno())],
                env=os.environ | alone | {"PYTHONPATH": path},
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
            )
        self._connection = ours
        try:
            wire.send(ours, pickle.dumps(self._first))
            return [Reply(*fields) for fields in pickle.loads(wire.receive(ours))]  # noqa: S301 (from a process of ours)
        except (EOFError, OSError):
            self._stop()
            raise Gone("The processes that run programs could not be started; why stands above.") from None

    def _born(self) -> Process:
        if self._connection is None:
            raise EOFError
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                socket.send_fds(self._connection, [b"+"], [theirs.fileno()])
            return Process(int(wire.receive(self._connection)), ours)
        except BaseException:
            ours.close()
            raise

    def _stop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
