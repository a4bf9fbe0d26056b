"""A piece of work on its way, what can become of it, and what does it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from gradwalk.program import ProgramError
from serving.turns import Ticket, Turns
from serving.work import Reply


class Busy(ProgramError):
    """Too many want something at once."""

    reason = "queue"


class Stopped(ProgramError):
    """The process that did the work is gone, and so is the second that tried."""

    reason = "stopped"


class TooLong(ProgramError):
    """The process did not answer, and was ended."""

    reason = "time"


class Dropped(Exception):
    """Nobody wants the result any more."""


class Job:
    """A piece of work on its way through a pool, which anybody may drop."""

    def __init__(self, who: str, description: bytes) -> None:
        self.who = who
        self.description = description
        self.dropped = False
        self._interrupted = False
        self._lock = threading.Lock()
        self._turns: Turns | None = None
        self._ticket: Ticket | None = None
        self._process: Process | None = None

    def drop(self) -> None:
        """Out of the queue, or with the process that does it asked to end."""
        with self._lock:
            self.dropped = True
            if self._turns is not None and self._ticket is not None:
                self._turns.drop(self._ticket)
            if self._process is not None:
                self._process.ask_to_end()

    def interrupt(self) -> None:
        """What it has done until now is its result; where it has not begun, as soon as it does."""
        with self._lock:
            self._interrupted = True
            if self._process is not None:
                self._process.interrupt()

    @contextmanager
    def turn(self, turns: Turns) -> Iterator[None]:
        """Wait for a turn, and have it. Raises Full, and Dropped."""
        with self._lock:
            self._check()
            ticket = turns.ask(self.who)
            self._turns, self._ticket = turns, ticket
        ticket.called.wait()
        with self._lock:
            self._turns = self._ticket = None
        if ticket.dropped:
            raise Dropped
        try:
            yield
        finally:
            turns.done()

    @contextmanager
    def done_by(self, process: Process) -> Iterator[None]:
        with self._lock:
            self._check()
            self._process = process
            if self._interrupted:
                process.interrupt()
        try:
            yield
        finally:
            with self._lock:
                self._process = None

    def _check(self) -> None:
        if self.dropped:
            raise Dropped


class Process(Protocol):
    """One process, for one piece of work after the other."""

    answers: int

    @property
    def pid(self) -> int: ...
    @property
    def ended(self) -> bool: ...
    @property
    def worked(self) -> float: ...
    @property
    def kept_waiting(self) -> float: ...
    def send(self, description: bytes) -> None: ...
    def reply(self, seconds: float) -> Reply | None: ...
    def interrupt(self) -> None: ...
    def halt(self) -> None: ...
    def go_on(self) -> None: ...
    def ask_to_end(self) -> None: ...
    def end(self) -> None: ...


class Nursery(Protocol):
    """Where processes come from. ``processes`` and ``locked`` have one each, and say what these do."""

    reused: bool
    """Whether its processes do more than one piece of work."""

    @property
    def pid(self) -> int | None: ...
    def start(self) -> list[Reply]: ...
    def process(self) -> Process: ...
    def stop(self) -> None: ...


class Runner(Protocol):
    """What does work: a pool of processes, or this one."""

    def run(self, job: Job) -> Reply:
        """Raises Busy, Stopped and Dropped."""

    @property
    def waiting(self) -> int: ...
