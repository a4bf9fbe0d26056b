"""The side that asks: a nursery for locked processes, and each of them while it works.

``Nursery(configuration).run(payload)`` runs one program and gives its Answer; several threads may do so at once.
"""

from __future__ import annotations

import json
import math
import os
import select
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import fields
from pathlib import Path
from typing import NamedTuple

from gradwalk.sandbox import nursery, ward
from gradwalk.sandbox.answer import Answer, answered
from gradwalk.sandbox.configuration import Configuration
from gradwalk.sandbox.selftest import Held, tried
from gradwalk.sandbox.talk import Listener, Talk, whole
from gradwalk.sandbox.ward import UNKNOWN, Ended
from gradwalk.settings import Settings, variable

_ROOT = Path(__file__).resolve().parent.parent.parent
_A_WHILE, _A_MOMENT = 60.0, 0.2
_LAST_WORDS = 5.0
"""Seconds for what a process has said, and is not here yet, where the nursery is gone."""
_PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "TMPDIR", "TZ", "LANG", "LC_ALL", "HOME")
"""Variables that a nursery may see while it gets warm. It forgets them before its first process."""


class Gone(Exception):
    """There is no process to be had, in a sentence."""


class _Hello(NamedTuple):
    """What a nursery says when it is warm."""

    locked: bool
    landlock: int
    why: str
    memory: int
    """Bytes that each process is born with."""


class Process:
    """One locked process, for one program."""

    def __init__(
        self, pid: int, channel: socket.socket, control: socket.socket, configuration: Configuration, born_with: int
    ) -> None:
        self.pid = pid
        self._channel = channel
        self._control = control
        self._configuration = configuration
        self._born_with = born_with
        self._dropped = False
        self._wait_until = math.inf
        """When a process that will say nothing more is ended."""

    def run(self, payload: bytes, listener: Listener | None = None) -> Answer:
        """Do it, and wait for its end. ``listener`` is told each message as it comes."""
        self.begin(payload, listener)
        answer = None
        while answer is None:
            answer = self.answer(_A_WHILE)
        return answer

    def begin(self, payload: bytes, listener: Listener | None = None) -> None:
        """Do it. ``answer`` is then asked for until there is one."""
        self._talk = Talk(self._channel, payload, self._configuration.sizes, listener)
        self._poll = select.poll()
        self._poll.register(self._control, select.POLLIN)
        self._poll.register(self._channel, select.POLLIN | select.POLLOUT)

    def answer(self, seconds: float) -> Answer | None:
        """What came of it, when it has ended; None where it has not within so many seconds."""
        until = time.monotonic() + seconds
        while True:
            left = min(until, self._wait_until) - time.monotonic()
            came = {descriptor for descriptor, _ in self._poll.poll(1000 * max(0.0, left))}
            if self._channel.fileno() in came:
                self._poll.modify(self._channel, self._talk.go_on())
                if self._talk.over:
                    self._poll.unregister(self._channel)
                    # Who has closed its channel has most likely ended: then the system is to say how.
                    self._wait_until = time.monotonic() + _A_MOMENT * self._talk.heard.closed
            if self._control.fileno() in came:
                return self._ended(whole(self._control))
            if time.monotonic() >= self._wait_until:
                self._tell(ward.END)
                self._wait_until = math.inf
            if time.monotonic() >= until:
                return None

    def _ended(self, said: bytes) -> Answer:
        with self._channel, self._control:
            self._poll.unregister(self._control)
            while not self._talk.over and self._poll.poll(_LAST_WORDS * 1000):  # what it said before its end
                self._talk.go_on()
        self._talk.heard.closed &= not self._dropped
        told = Ended.from_json(said) if said else UNKNOWN
        return answered(self._talk.heard, told, self._configuration.bounds, self._born_with)

    def halt(self) -> None:
        self._tell(ward.HALT)

    def go_on(self) -> None:
        """From where it was halted, and only when nothing more urgent wants to run."""
        self._tell(ward.GO_ON)

    def stop(self) -> None:
        """As Ctrl+C does: what it has recorded until then is its answer."""
        self._tell(ward.STOP)

    def end(self) -> None:
        """Whatever it does; its answer then says that it was killed."""
        self._dropped = True
        self._tell(ward.END)

    def close(self) -> None:
        """Of a process that nobody has a program for any more."""
        self._channel.close()
        self._control.close()

    def _tell(self, wish: bytes) -> None:
        with suppress(OSError):  # it has ended, or we have heard so
            self._control.send(wish)


class Nursery:
    """Starts processes, and itself again where it has ended."""

    def __init__(self, configuration: Configuration) -> None:
        self._configuration = configuration
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: socket.socket | None = None
        self._hello = _Hello(False, 0, "", 0)
        self._closed = False
        self.held = Held(locked=False, why="Nothing was started yet.")
        """What the lock held when it was tried last, which it is at each start."""

    def start(self) -> Held:
        """Returns when it is warm, after some seconds, with what the lock held when it was tried. Raises Gone."""
        with self._lock:
            self._start()
        return self.held

    def run(self, payload: bytes, listener: Listener | None = None) -> Answer:
        """Run one program. Raises Gone."""
        return self.process().run(payload, listener)

    def test(self) -> Held:
        """Let a process try to get out, locked or not. Raises Gone."""
        return tried(self.process(nursery.TEST).run, self._hello.landlock)

    def process(self, wish: bytes = nursery.PROCESS) -> Process:
        """A locked process, in some milliseconds, for one program. Raises Gone."""
        with self._lock:
            try:
                return self._born(wish)
            except (EOFError, OSError):
                self._stop()
            if self._closed:
                raise Gone("The processes that run programs were ended.")
            self._start()
            try:
                return self._born(wish)
            except (EOFError, OSError):
                raise Gone("The process that starts those that run programs has ended.") from None

    def stop(self) -> None:
        """The nursery ends for good, and the system ends its processes."""
        with self._lock:
            self._closed = True
            self._stop()

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 (our own module)
                [sys.executable, "-m", nursery.__name__, str(theirs.fileno()), self._configuration.to_json()],
                env=_environment(os.environ),
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                cwd="/",
            )
        self._connection = ours
        try:
            self._hello = _Hello(**json.loads(self._line()[0]))
            self.held = self._tried()
        except (EOFError, OSError):
            self._stop()
            raise Gone("The processes that run programs could not be started; why stands above.") from None

    def _tried(self) -> Held:
        if not self._hello.locked:
            return Held(locked=False, why=self._hello.why)
        return tried(self._born(nursery.TEST).run, self._hello.landlock)

    def _born(self, wish: bytes) -> Process:
        if self._connection is None:
            raise EOFError
        self._connection.sendall(wish)
        line, descriptors = self._line()
        if not line.startswith(nursery.BORN):
            raise Gone(line[1:].decode("utf-8", "replace"))
        channel, control = (socket.socket(fileno=descriptor) for descriptor in descriptors)
        return Process(int(line[1:]), channel, control, self._configuration, self._hello.memory)

    def _line(self) -> tuple[bytes, list[int]]:
        """The next line of what it says, and the descriptors that came with it."""
        line, descriptors = b"", list[int]()
        while self._connection is not None and not line.endswith(b"\n"):
            piece, more, _, _ = socket.recv_fds(self._connection, 10_000, 2)
            if not piece:
                raise EOFError
            line += piece
            descriptors += more
        return line, descriptors

    def _stop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


def selftest() -> Held:
    """What the lock holds on this machine, tried in a process that is started for it. Raises Gone."""
    started = Nursery(Configuration(work="gradwalk.sandbox.attempts:work"))
    try:
        return started.start()
    finally:
        started.stop()


def _environment(ours: Mapping[str, str]) -> dict[str, str]:
    """Nothing of what a server keeps secret: the numbers among our settings, and what Python and libraries need.

    Each program begins alike, in one thread: the order of a set, as of everything else, is the same each time.
    """
    numbers = {variable(one.name) for one in fields(Settings) if not isinstance(one.default, str)}
    kept = {name: text for name, text in ours.items() if name in numbers or name in _PASSED_ON}
    alone = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    python = {"PYTHONPATH": str(_ROOT), "PYTHONHASHSEED": "0", "PYTHONUTF8": "1", "MPLBACKEND": "agg"}
    return kept | alone | python
