"""Processes that do work in turns: short work at once, long work at the lowest priority, none for ever."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from gradwalk.sandbox.clocks import forgiven
from gradwalk.settings import Settings
from serving.jobs import Busy, Dropped, Job, Nursery, Process, Stopped, TooLong
from serving.processes import Gone
from serving.turns import Full, Turns
from serving.work import Reply, do

_LOOK = 0.25
"""Seconds between two looks at work that takes long: whether it was dropped, whether others wait for its place."""
_GRACE = 0.5
"""Seconds that a process has to end by itself."""


class Here:
    """Does work in the server's own process: without a pool, for tests, and where ``GRADWALK_PROCESSES`` is 0."""

    waiting = 0

    def run(self, job: Job) -> Reply:
        return do(job.description)


class Pool:
    """``settings.processes`` at once, and ``settings.long_processes`` more for what takes long while others wait."""

    def __init__(self, settings: Settings, nursery: Nursery) -> None:
        self._settings = settings
        self._nursery = nursery
        self._most_idle = settings.processes if nursery.reused else 0
        self._short = Turns(max(1, settings.processes), settings.waiting)
        self._long = Turns(settings.long_processes, settings.long_waiting)
        self._lock = threading.Lock()
        self._idle: list[Process] = []
        self._all: set[int] = set()

    def start(self) -> list[Reply]:
        """Get warm, and have the processes ready; what came of the first work. Raises Gone."""
        replies = self._nursery.start()
        for process in [self._fresh() for _ in range(self._most_idle)]:
            self._give_back(process)
        return replies

    def stop(self) -> None:
        """Whatever works is ended."""
        self._nursery.stop()
        with self._lock:
            idle, self._idle = self._idle, []
        for process in idle:
            self._let_go(process)

    @property
    def waiting(self) -> int:
        return self._short.waiting

    @property
    def long_waiting(self) -> int:
        return self._long.waiting

    @property
    def pids(self) -> list[int]:
        """The nursery and its processes."""
        with self._lock:
            return [pid for pid in (self._nursery.pid, *self._all) if pid is not None]

    def run(self, job: Job) -> Reply:
        """Where a process ends without an answer, or something else than the work was at fault, one more tries."""
        with suppress(Gone):
            if not (reply := self._tried(job)).fault:
                return reply
        try:
            return self._tried(job)
        except Gone:
            raise Stopped(
                "The process that ran this program has ended before it could answer, most likely for lack of memory. "
                "Smaller tensors or fewer turns would work."
            ) from None

    def _tried(self, job: Job) -> Reply:
        try:
            return self._run(job)
        except Full:
            raise Busy(
                "So many programs wait for their turn that this one was not taken on. What you typed is kept; "
                "any change in some seconds tries it again."
            ) from None
        except Gone:
            if job.dropped:
                raise Dropped from None
            raise

    def _run(self, job: Job) -> Reply:
        with job.turn(self._short):
            process = self._take()
            with self._ended_on_error(process), job.done_by(process):
                process.send(job.description)
                reply = self._reply(job, process, give_way=True)
            if reply is not None:
                self._give_back(process, reply)
                return reply
            process.halt()
        with self._ended_on_error(process):
            reply = self._run_long(job, process)
        self._end(process)
        return reply

    def _run_long(self, job: Job, process: Process) -> Reply:
        try:
            with job.turn(self._long), job.done_by(process):
                process.go_on()
                reply = self._reply(job, process)
        except Full:
            raise Busy(
                f"This program takes longer than {self._settings.long_after:g} s, and others do too at the moment. "
                "What you typed is kept; fewer turns would work, or any change in half a minute."
            ) from None
        if reply is None:
            raise TooLong(
                f"This program did not answer within {self._settings.stop_after:g} s and was ended. "
                "Fewer turns or smaller tensors would work."
            )
        return reply

    def _reply(self, job: Job, process: Process, *, give_way: bool = False) -> Reply | None:
        """The reply; None when its time is up, or when it takes long and shall ``give_way`` to those who wait.

        What counts as long is the process's own work: on a busy machine, everything takes long by the clock.
        """
        begun, kept, most = process.worked, process.kept_waiting, self._settings.stop_after
        waited = self._settings.long_after
        reply = process.reply(waited)
        while reply is None:
            work = process.worked - begun
            if waited - forgiven(process.kept_waiting - kept, work, most) >= most:
                return None
            if job.dropped:
                raise Dropped
            if give_way and self._short.waiting and work > self._settings.long_after:
                return None
            reply, waited = process.reply(_LOOK), waited + _LOOK
        return reply

    def _fresh(self) -> Process:
        process = self._nursery.process()
        with self._lock:
            self._all.add(process.pid)
        return process

    def _take(self) -> Process:
        while True:
            with self._lock:
                process = self._idle.pop() if self._idle else None
            if process is None:
                return self._fresh()
            if not process.ended:
                return process
            self._let_go(process)

    def _give_back(self, process: Process, reply: Reply | None = None) -> None:
        """A process for whoever comes next; none that has done enough, or at which something was at fault."""
        fit = process.answers < self._settings.process_answers and not (reply is not None and reply.fault)
        with self._lock:
            kept = fit and len(self._idle) < self._most_idle
            if kept:
                self._idle.append(process)
        if not kept:
            self._let_go(process)

    @contextmanager
    def _ended_on_error(self, process: Process) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self._end(process)
            raise

    def _end(self, process: Process) -> None:
        """First let it end what it has started: a `dot` would go on without it."""
        process.ask_to_end()
        with suppress(Gone):
            process.reply(_GRACE)
        self._let_go(process)

    def _let_go(self, process: Process) -> None:
        process.end()
        with self._lock:
            self._all.discard(process.pid)
