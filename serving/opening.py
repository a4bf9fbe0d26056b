"""A server opens: its processes get warm, then its desk answers, and metrics and logs hear of everything."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any

from gradwalk.settings import Settings
from serving import log
from serving.desk import Desk
from serving.kept import Kept
from serving.metrics import Metrics, memory
from serving.pool import Here, Pool, Runner
from serving.work import Reply, described, do

First = tuple[Callable[..., Any], tuple[Any, ...]]
"""Work that is done before the first visitor comes: a function and its arguments."""


class Opening:
    """Everything of one server, from its start to its end."""

    def __init__(self, settings: Settings, first: Sequence[First]) -> None:
        self.settings = settings
        self.metrics = Metrics()
        self.warm = False
        self._first = [described(function, arguments) for function, arguments in first]
        self._pool = Pool(settings, [work.description for work in self._first]) if settings.processes else None
        self.runner: Runner = self._pool or Here()
        self.desk = Desk(self.runner, Kept(settings.kept_megabytes * 1_000_000), self._heard, self.metrics.dropped.inc)

    def open(self, sessions: Callable[[], float]) -> None:
        """Takes seconds. ``sessions`` tells how many visitors are there. Raises Gone where processes do not start."""
        log.start(self.settings.log_level)
        self._watch(sessions)
        replies = self._pool.start() if self._pool else [do(work.description) for work in self._first]
        for work, reply in zip(self._first, replies, strict=True):
            self.desk.kept.put(work.key, reply)
            if reply.outcome != "done":
                log.event("warm-up", logging.WARNING, work=work.name, outcome=reply.outcome, reason=reply.reason)
        self.warm = True
        log.event("ready", processes=self.settings.processes, long_processes=self.settings.long_processes)

    def close(self) -> None:
        self.warm = False
        if self._pool:
            self._pool.stop()
        log.event("closed")

    def _heard(self, work: str, reply: Reply, how: str, seconds: float) -> None:
        self.metrics.heard(work, reply, how, seconds)
        log.heard(work, reply, how, seconds)

    def _watch(self, sessions: Callable[[], float]) -> None:
        watch, pool = self.metrics.watch, self._pool
        watch("sessions", "Browser pages that are connected.", sessions)
        watch("waiting", "Programs that wait for their turn.", lambda: self.runner.waiting)
        watch("kept_bytes", "Results that are kept.", lambda: self.desk.kept.size)
        if pool is not None:
            watch("long_waiting", "Long programs that wait, halted.", lambda: pool.long_waiting)
            watch("processes", "Processes for programs, with the one they come from.", lambda: len(pool.pids))
            watch("processes_memory_bytes", "Memory of these processes.", lambda: memory(pool.pids))
