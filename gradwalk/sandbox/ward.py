"""One locked process as the nursery sees it: its clocks, its threads, its end."""

from __future__ import annotations

import json
import math
import os
import select
import signal
import socket
import sys
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from gradwalk.sandbox import child, clocks, threads
from gradwalk.sandbox.bounds import Bounds

HALT, GO_ON, STOP, END = b"H", b"G", b"S", b"E"
"""What may be asked for while a program runs; whoever closes the connection wants its end too."""
_LAST = 19
_SOON = 0.02
"""Seconds between two looks at a clock that is about to run out."""
_LAST_WORDS_WITHIN, _AT_MOST = 0.1, 2.0
"""Seconds that a process has for its last words, once it can speak; and on a machine that has no time for it."""
_MOST_WORDS = 20_000
_PATIENCE = 3
_BORN_WITHIN = 20.0


class NotBorn(Exception):
    """The process could not be locked, or ended before it was, in a sentence."""


@dataclass(frozen=True)
class Ended:
    """What the system says of a process that has ended."""

    status: int
    """As an exit status, or the negative number of the signal."""
    seconds: float
    """Of a core's work."""
    wall: float
    peak: int
    """The most memory it held, in bytes, what it was born with included."""
    time_up: bool
    """Whether it was told that its time is up."""
    by_us: bool
    """Whether the nursery ended it, because its time was up or because nobody wanted it any more."""
    words: str = ""
    """Where the program was, as Python's faulthandler writes it; or whatever the process wrote in its place."""
    stopped: bool = False
    """Whether somebody stopped the program."""

    def to_json(self) -> bytes:
        return json.dumps(asdict(self)).encode()

    @staticmethod
    def from_json(text: bytes) -> Ended:
        return Ended(**json.loads(text))


UNKNOWN = Ended(status=-signal.SIGKILL, seconds=0.0, wall=0.0, peak=0, time_up=False, by_us=False)
"""Of a process whose nursery has ended, and it with it."""


class Ward:
    """Made by the nursery after a fork. ``born`` waits until the process is locked."""

    def __init__(self, pid: int, limits: Bounds) -> None:
        self.pid = pid
        self.control: socket.socket | None = None
        """The connection to whoever wants its answer, once somebody does."""
        self.listener: int | None = None
        self._report: socket.socket | None = None
        self._limits = limits
        self._started = self._worked_before = self._waited_before = 0.0
        self._halted: float | None = None
        self._asked: float | None = None
        """When it was asked for its last words."""
        self._stopped: tuple[float, float] | None = None
        """When somebody stopped the program, and the seconds of a core's work that it had had until then."""
        self._time_up = self._by_us = False

    def born(self, report: socket.socket) -> None:
        """Raises NotBorn."""
        said = b""
        deadline = time.monotonic() + _BORN_WITHIN
        self._report = report
        while child.READY not in said:
            report.settimeout(max(0.001, deadline - time.monotonic()))
            try:
                piece, descriptors, _, _ = socket.recv_fds(report, 1000, 1)
            except TimeoutError:
                piece, descriptors = b"", []
            self.listener = descriptors[0] if descriptors else self.listener
            said += piece
            if not piece or said.startswith(child.NOT_LOCKED):
                raise NotBorn(said[1:].decode("utf-8", "replace") or "A process ended before it was locked.")
        report.setblocking(False)

    def hand_over(self, control: socket.socket) -> None:
        """Somebody has a program for it: the clocks start."""
        self.control = control
        self._started, self._worked_before = time.monotonic(), self._clock()
        self._waited_before = clocks.kept_waiting(self.pid)

    def answer_for_threads(self) -> None:
        """Somebody has asked for a thread; or nobody will any more, which a poll would say again and again."""
        if self.listener is None:
            return
        if threads.is_asked(self.listener):
            threads.answer(self.listener, self.pid, self._limits.threads)
        else:
            os.close(self.listener)
            self.listener = None

    def hear(self) -> None:
        """What whoever wants the answer says meanwhile."""
        said = b""
        if self.control is not None:
            with suppress(OSError):
                said = self.control.recv(1)
        if said == HALT and self._halted is None:
            self._halted = time.monotonic()
            self._signal(signal.SIGSTOP)
        elif said == GO_ON:
            self._go_on()
        elif said == STOP:
            self._stop()
        else:
            self.end()

    def look(self) -> float:
        """Look at the clocks, do what they ask for, and give the seconds until the next look."""
        if self.control is None or self._halted is not None or self._by_us:
            return 60.0
        worked, limits = self._worked(), self._limits
        passed = self._passed(worked)
        stops = self._left_since_stopped(worked)
        if worked >= limits.seconds + limits.grace or passed >= limits.wall + _PATIENCE * limits.grace or stops <= 0:
            if self._asked is None:
                self._asked = time.monotonic()
                self._signal(child.LAST_WORDS)
            elif self._has_spoken() or time.monotonic() >= self._asked + _AT_MOST:
                self.end()
            return _LAST_WORDS_WITHIN
        is_up = worked >= limits.seconds or passed >= limits.wall
        if is_up and not self._time_up and self._stopped is None:  # who was stopped ends anyway, as stopped
            self._time_up = True
            self._signal(signal.SIGXCPU)
        more = limits.grace if self._time_up else 0.0
        left = min((limits.seconds + more - worked) / _cores(), limits.wall + _PATIENCE * more - passed, stops)
        return max(_SOON, left)

    def _left_since_stopped(self, worked: float) -> float:
        """Seconds: on a busy machine, what was recorded takes longer to put together than it is work."""
        if self._stopped is None:
            return math.inf
        stopped, before = self._stopped
        grace = self._limits.grace
        return min((grace - (worked - before)) / _cores(), stopped + _PATIENCE * grace - time.monotonic())

    def end(self) -> None:
        self._by_us = True
        self._signal(signal.SIGKILL)

    def ended(self) -> bool:
        """Whether it has ended. Whoever wants the answer is told, and everything of it is gone."""
        pid, status, usage = os.wait4(self.pid, os.WNOHANG)
        if not pid:
            return False
        if self.control is not None:
            seconds = max(0.0, usage.ru_utime + usage.ru_stime - self._worked_before)
            peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
            wall = time.monotonic() - self._started
            code, words = os.waitstatus_to_exitcode(status), self._words()
            told = Ended(code, seconds, wall, peak, self._time_up, self._by_us, words, self._stopped is not None)
            with suppress(OSError):
                self.control.send(told.to_json())
            self.control.close()
        if self._report is not None:
            self._report.close()
        if self.listener is not None:
            os.close(self.listener)
        return True

    def _has_spoken(self) -> bool:
        poll = select.poll()
        if self._report is not None:
            poll.register(self._report, select.POLLIN)
        return bool(poll.poll(0))

    def _words(self) -> str:
        words = b""
        with suppress(OSError):
            while self._report is not None and len(words) < _MOST_WORDS and (piece := self._report.recv(_MOST_WORDS)):
                words += piece
        return words[:_MOST_WORDS].decode("utf-8", "replace")

    def watched(self) -> list[tuple[int, Any]]:
        """The descriptors to watch, each with what to do when it has something to say."""
        found: list[tuple[int, Any]] = []
        if self.control is not None and not self._by_us:
            found.append((self.control.fileno(), self.hear))
        if self.listener is not None:
            found.append((self.listener, self.answer_for_threads))
        return found

    def _go_on(self) -> None:
        """From where it was halted, and only when nothing more urgent wants to run."""
        if self._halted is not None:
            self._started += time.monotonic() - self._halted
            self._halted = None
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self.pid, _LAST)
        self._signal(signal.SIGCONT)

    def _stop(self) -> None:
        """As Ctrl+C does in a shell, and so that it can answer at once. Who goes on all the same is ended soon."""
        self._stopped = (time.monotonic(), self._worked()) if self._stopped is None else self._stopped
        self._signal(signal.SIGINT)
        if self._halted is not None:
            self._go_on()

    def _worked(self) -> float:
        return self._clock() - self._worked_before

    def _passed(self, worked: float) -> float:
        """Seconds by the clock, without those in which it was ready to work and others had the cores."""
        waited = clocks.kept_waiting(self.pid) - self._waited_before
        return time.monotonic() - self._started - clocks.forgiven(waited, worked, self._limits.wall)

    def _clock(self) -> float:
        return clocks.worked(self.pid) or 0.0

    def _signal(self, number: int) -> None:
        """The number of a process is its own until it was waited for, which only ``ended`` does."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)


@cache
def _cores() -> int:
    return os.cpu_count() or 1
