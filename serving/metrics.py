"""What Prometheus may know: what was asked, refused and drawn, how long it took, who waits, what memory it takes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

from serving.work import PROGRAM, Reply

_BUCKETS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60)


class Metrics:
    """One server's. Nothing in it tells what anybody typed."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        self.answers = Counter(
            "gradwalk_answers",
            "Answers, by what was asked for, how it was had (done, shared with others, kept) and what came of it.",
            ["work", "how", "outcome"],
            registry=registry,
        )
        self.refusals = Counter("gradwalk_refusals", "Refusals, by reason.", ["reason"], registry=registry)
        self.dropped = Counter(
            "gradwalk_dropped", "Work that was dropped for something newer of the same visitor.", registry=registry
        )
        self.mistakes = Counter(
            "gradwalk_mistakes", "Runs of a page that ended by a mistake of ours.", ["page"], registry=registry
        )
        self.ends = Counter(
            "gradwalk_program_ends",
            "How the processes of programs came to their ends: done, time, memory, killed, failed or lied.",
            ["how"],
            registry=registry,
        )
        self.foreign = Counter(
            "gradwalk_foreign_handshakes", "Connections that pages of other sites wanted.", registry=registry
        )
        self.layouts = Counter("gradwalk_layouts", "Runs of Graphviz.", registry=registry)
        self.answer_seconds = Histogram(
            "gradwalk_answer_seconds", "From asking to the answer.", ["work"], buckets=_BUCKETS, registry=registry
        )
        self.work_seconds = Histogram(
            "gradwalk_work_seconds", "Of work, without waiting.", ["work"], buckets=_BUCKETS, registry=registry
        )

    def heard(self, work: str, reply: Reply, how: str, seconds: float) -> None:
        """An answer was given."""
        self.answers.labels(work, how, reply.outcome).inc()
        self.answer_seconds.labels(work).observe(seconds)
        if reply.outcome == "refused":
            self.refusals.labels(reply.reason).inc()
        if work == PROGRAM and how == "done":
            self.ends.labels(reply.reason or reply.outcome).inc()
        if how == "done":
            self.work_seconds.labels(work).observe(reply.seconds)
            self.layouts.inc(reply.layouts)

    def watch(self, name: str, told: str, number: Callable[[], float]) -> None:
        """A number that is asked for whenever somebody looks."""
        Gauge(f"gradwalk_{name}", told, registry=self.registry).set_function(number)


def memory(pids: Iterable[int]) -> float:
    """Bytes that these processes take together, what they share counted once; nan where the system does not tell."""
    if not sys.platform.startswith("linux"):
        return float("nan")
    return float(sum(_proportional(pid) for pid in pids))


def _proportional(pid: int) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                return 1024 * int(line.split()[1])
    return 0
