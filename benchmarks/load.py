"""A class of 200 at one server: an edit every eight seconds each, without and with somebody else who takes a whole core
for an endless loop; all at once; and an hour's worth of sessions.

The visitors are real sessions by Streamlit's own protocol, in this process, beside the server on the same machine. Each
edit is an expression, or for one in five a program, that nobody has typed before, so no answer comes from a cache. One
in five has the results uncovered, with the derivative in symbols and the central difference. What else the machine does
meanwhile is part of what is measured; the table says how much that was.

    SESSIONS=200 SECONDS=60 python -m benchmarks load
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random

import psutil

from benchmarks.visiting.server import Server, server
from benchmarks.visiting.visitor import CODE, EXPRESSION, Visitor
from components.expression.comparison import KEY as RESULTS

SESSIONS = int(os.environ.get("SESSIONS", "200"))
SECONDS = float(os.environ.get("SECONDS", "60"))
THINK = 8.0
ANSWER, BESIDE, BURST = 1.0, 1.5, 10.0
"""Seconds: the 95th percentile of answers while people think, alone and beside an endless loop, and the longest when
all ask at once."""
HOUR = int(os.environ.get("HOUR", "1000"))
"""Sessions that come and go."""
FORGOTTEN = 2
"""Seconds after which the server forgets a session that has gone; two minutes in a class."""


@dataclass
class Answers:
    """Seconds from edit to answer, and what went wrong."""

    times: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    async def of(self, answer: Awaitable[float]) -> None:
        try:
            self.times.append(await answer)
        except Exception as error:  # whatever it is, it is counted
            self.errors.append(f"{type(error).__name__}: {error}")


def percentile(times: Sequence[float], share: float) -> float:
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


def row(what: str, answers: Answers, limit: float, share: float) -> str:
    times = answers.times
    shown = " ".join(f"{percentile(times, part):>8.3f}" for part in (0.5, 0.95, 1.0))
    ratio = percentile(times, share) / limit
    return f"{what:<34}{len(times):>7}{len(answers.errors):>7} {shown}{ratio:>8.2f} of {limit:g} s"


async def come(url: str, number: int) -> Visitor:
    visitor = await Visitor.come(url, Random(number), CODE if number % 5 == 4 else EXPRESSION)
    if number % 5 == 0:
        await visitor.session.hold(RESULTS, {"asked": True})
    return visitor


async def arrive(url: str, count: int) -> tuple[list[Visitor], Answers]:
    """So many visitors, all in the same moment."""
    answers, visitors = Answers(), list[Visitor]()

    async def one(number: int) -> float:
        start = time.perf_counter()
        visitors.append(await come(url, number))
        return time.perf_counter() - start

    await asyncio.gather(*(answers.of(one(number)) for number in range(count)))
    return visitors, answers


async def edits(visitors: list[Visitor], seconds: float) -> Answers:
    """Everybody thinks and edits, in their own time."""
    answers, end = Answers(), time.monotonic() + seconds

    async def one(visitor: Visitor) -> None:
        await asyncio.sleep(visitor.random.uniform(0, THINK))
        while time.monotonic() < end:
            await answers.of(visitor.edit())
            await visitor.think(THINK)

    await asyncio.gather(*map(one, visitors))
    return answers


async def burst(visitors: list[Visitor]) -> Answers:
    """Everybody edits in the same moment."""
    answers = Answers()
    await asyncio.gather(*(answers.of(visitor.edit()) for visitor in visitors))
    return answers


async def come_and_go(url: str, first: int, count: int, at_once: int = 10) -> Answers:
    """Sessions of three edits, some at a time."""
    answers, turns = Answers(), asyncio.Semaphore(at_once)

    async def one(number: int) -> None:
        async with turns:
            visitor = await come(url, number)
            for _ in range(3):
                await answers.of(visitor.edit())
            await visitor.session.close()

    await asyncio.gather(*(one(first + number) for number in range(count)))
    return answers


async def measure(running: Server) -> None:
    print(f"{'':<34}{'answers':>7}{'errors':>7} {'p50, s':>8} {'p95, s':>8} {'max, s':>8}")
    await come_and_go(running.ws, 10_000, 40)  # what every server has once
    await asyncio.sleep(FORGOTTEN + 2)
    before = running.memory()
    visitors, opened = await arrive(running.ws, SESSIONS)
    print(row(f"{SESSIONS} pages opened at once", opened, BURST, 1.0), flush=True)
    open_now = running.memory()
    answers, alone = await thinking(visitors)
    print(row(f"{SESSIONS} people, an edit every {THINK:g} s", answers, ANSWER, 0.95), flush=True)
    with neighbour() as other:
        crowded, beside = await thinking(visitors, other)
    print(row("the same beside an endless loop", crowded, BESIDE, 0.95), flush=True)
    print(row(f"{SESSIONS} edits at once", at_once := await burst(visitors), BURST, 1.0), flush=True)
    with_pages = running.memory()
    for visitor in visitors:
        await visitor.session.close()
    print(f"alone: {alone}", f"beside an endless loop: {beside}", sep="\n")
    print(f"memory: {before:.0f} MB, {SESSIONS} pages {open_now:.0f} MB, after the edits {with_pages:.0f} MB:", end=" ")
    print(f"{(with_pages - before) / SESSIONS:.2f} MB a session", flush=True)
    await hour(running)
    for error in (*opened.errors[:3], *answers.errors[:3], *crowded.errors[:3], *at_once.errors[:3]):
        print(f"  {error[:300]}")


async def thinking(visitors: list[Visitor], other: psutil.Process | None = None) -> tuple[Answers, str]:
    """Everybody thinks and edits; the answers, and what the machine did for them: all but our work and the ``other``'s.

    (The server's own count would miss processes that have made room for fresh ones.)
    """
    before, own = _busy() - _worked(other), time.process_time()
    answers = await edits(visitors, SECONDS)
    own = time.process_time() - own
    worked = _busy() - _worked(other) - before - own
    return answers, f"{1000 * worked / max(1, len(answers.times)):.0f} ms of processor time an answer, {own:.1f} s ours"


def _busy() -> float:
    """Seconds that the machine's cores have worked."""
    times = psutil.cpu_times()
    return float(times.user + times.system + times.nice)


def _worked(other: psutil.Process | None) -> float:
    return 0.0 if other is None else float(sum(other.cpu_times()[:2]))


@contextmanager
def neighbour() -> Iterator[psutil.Process]:
    """Somebody else on the same machine, who never ends and is as important as we are."""
    process = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        yield psutil.Process(process.pid)
    finally:
        process.kill()
        process.wait()


async def hour(running: Server) -> None:
    """Sessions come and go; the first half fills what is kept for everybody, the second must not add to it."""
    sizes = []
    for half in range(2):
        answers = await come_and_go(running.ws, 20_000 + half * HOUR, HOUR // 2)
        await asyncio.sleep(FORGOTTEN + 2)
        sizes.append(running.memory())
    print(
        f"{HOUR} sessions came and went: {len(answers.errors)} errors, {sizes[0]:.0f} MB after half of them,", end=" "
    )
    print(f"{sizes[1]:.0f} MB after all ({sizes[1] / sizes[0]:.2f})", flush=True)


def main() -> None:
    with server({"STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL": str(FORGOTTEN)}) as running:
        asyncio.run(measure(running))
        assert running.alive
        assert "Traceback" not in running.log(), running.log()[-3000:]


if __name__ == "__main__":
    main()
