"""A server opens: its processes get warm, then its desk answers, and metrics and logs hear of everything.

There are two kinds of processes: those that run what visitors write, each locked and for one program alone, and those
that do everything else.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from gradwalk.sandbox.programs import configuration
from gradwalk.sandbox.selftest import Held
from gradwalk.settings import Settings
from serving import locked, log, processes
from serving.desk import Desk
from serving.jobs import Runner
from serving.kept import Kept
from serving.metrics import Metrics, memory
from serving.pool import Here, Pool
from serving.work import Reply, described, do, told

First = tuple[Callable[..., Any], tuple[Any, ...]]
"""Work that is done before the first visitor comes: a function and its arguments."""


class Opening:
    """Everything of one server, from its start to its end."""

    def __init__(self, settings: Settings, first: Sequence[First]) -> None:
        self.settings = settings
        self.metrics = Metrics()
        self.warm = False
        self._first = [described(function, arguments) for function, arguments in first]
        nursery = processes.Nursery([work.description for work in self._first])
        self._pool = Pool(settings, nursery) if settings.processes else None
        self.runner: Runner = self._pool or Here()
        self._locked = locked.Nursery(configuration(settings, spare=max(1, settings.processes)))
        self._programs = Pool(settings, self._locked)
        kept = Kept(settings.kept_megabytes * 1_000_000)
        self.desk = Desk(self.runner, kept, self._heard, self.metrics.dropped.inc, self._programs)

    @property
    def held(self) -> Held:
        """What the lock holds, as it was tried at the start."""
        return self._locked.held

    def open(self, sessions: Callable[[], float]) -> None:
        """Takes seconds. ``sessions`` tells how many visitors are there. Raises Gone where processes do not start."""
        log.start(self.settings.log_level)
        self._watch(sessions)
        with ThreadPoolExecutor(1) as threads:
            locking = threads.submit(self._programs.start)
            replies = self._pool.start() if self._pool else [do(work.description) for work in self._first]
            locking.result()
        for work, reply in zip(self._first, replies, strict=True):
            if not reply.fault:
                self.desk.kept.put(work.key, reply)
            if reply.outcome != "done":
                log.event("warm-up", logging.WARNING, work=work.name, outcome=reply.outcome, reason=reply.reason)
        self.warm = True
        log.event("lock", logging.INFO if self.held.holds else logging.WARNING, said=self.held.sentence)
        log.event("ready", processes=self.settings.processes, long_processes=self.settings.long_processes)

    @property
    def waiting(self) -> int:
        """Of the fuller queue."""
        return max(self.runner.waiting, self._programs.waiting)

    def close(self) -> None:
        self.warm = False
        self._programs.stop()
        if self._pool:
            self._pool.stop()
        log.event("closed")

    def _heard(self, work: str, reply: Reply, how: str, seconds: float) -> None:
        self.metrics.heard(work, reply, how, seconds)
        log.heard(work, reply, how, seconds)

    def mistaken(self, page: str, error: BaseException) -> None:
        """A page broke: what was typed stays untold."""
        self.metrics.mistakes.labels(page).inc()
        log.event("mistake", logging.ERROR, page=page, error=told(error))

    def _watch(self, sessions: Callable[[], float]) -> None:
        watch = self.metrics.watch
        pools = self._pools()
        watch("sessions", "Browser pages that are connected.", sessions)
        watch("waiting", "Work that waits for its turn.", lambda: self.waiting)
        watch("kept_bytes", "Results that are kept.", lambda: self.desk.kept.size)
        watch("long_waiting", "Long work that waits, halted.", lambda: sum(pool.long_waiting for pool in pools))
        watch("processes", "Processes for work, with the two that they come from.", lambda: len(self._pids()))
        watch("processes_memory_bytes", "Memory of these processes.", lambda: memory(self._pids()))
        watch("lock_holds", "1 where the kernel's lock holds what visitors write.", lambda: float(self.held.holds))

    def _pools(self) -> list[Pool]:
        return [pool for pool in (self._programs, self._pool) if pool is not None]

    def _pids(self) -> list[int]:
        return [pid for pool in self._pools() for pid in pool.pids]
