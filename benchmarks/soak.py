"""Half an hour of mixed use, looking for leaks: `make soak MINUTES=30`.

People come to all pages, edit, type what is refused, open what is hostile, start trainings and leave. Every half minute
the server's memory, threads and open files are written down, and what lives in its Python processes: objects, tensors,
nodes of autograd graphs. What is held for ever is there at all times, so the least of each quarter is compared.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import NamedTuple

import psutil

from benchmarks.visiting.server import Server, server
from benchmarks.visiting.session import Session
from benchmarks.visiting.visitor import CODE, EXPRESSION, Visitor
from tests.hostile.corpus import CORPUS

MINUTES = float(os.environ.get("MINUTES", "30"))
PEOPLE = int(os.environ.get("PEOPLE", "8"))
EVERY = 30.0
INSIDE = Path(__file__).resolve().parent / "visiting" / "inside"
HOSTILE = [one.source for one in CORPUS if len(one.source) < 5_000 and one.kind not in ("time", "memory")]


class Sample(NamedTuple):
    """The server at one moment."""

    minutes: float
    megabytes: float
    processes: int
    threads: int
    handles: int
    objects: int
    tensors: int
    nodes: int


async def life(url: str, random: Random, done: Counter[str]) -> None:
    """One visit: somebody comes, does something, and leaves."""
    kind = random.choices(("expression", "code", "hostile", "links", "perceptron", "training"), (8, 5, 4, 3, 3, 2))[0]
    if kind in ("perceptron", "training"):
        await train(url, random) if kind == "training" else await look(url, random)
    elif kind == "links":
        session = await Session.open(
            url, random.choice(("", "code")), f"code={random.randbytes(9).hex()}&z={random.random()}"
        )
        await session.close()
    else:
        visitor = await Visitor.come(url, random, EXPRESSION if kind == "expression" else CODE)
        for _ in range(random.randint(1, 6)):
            text = {"text": random.choice(HOSTILE)} if kind == "hostile" else {}
            await visitor.edit(text, refused=None if kind == "hostile" else False)
            await visitor.think(0.5)
        await visitor.session.close()
    done[kind] += 1


async def look(url: str, random: Random) -> None:
    query = f"x=[{random.random():.3f}, 2]&w=[0.5, {random.random():.3f}]&view={random.choice(('step', 'hand'))}"
    session = await Session.open(url, "perceptron", query)
    await session.close()


async def train(url: str, random: Random) -> None:
    """Open a step inside a run, which goes there first, and leave."""
    session = await Session.open(url, "perceptron", f"view=train&epoch={random.randint(0, 200)}&inside=0")
    await session.close()


async def people(url: str, end: float, number: int, done: Counter[str], errors: list[str]) -> None:
    """One place at which somebody always is."""
    random = Random(number)
    while time.monotonic() < end:
        try:
            await life(url, random, done)
        except Exception as error:  # whatever it is, it is counted
            errors.append(f"{type(error).__name__}: {error}"[:200])
        await asyncio.sleep(random.uniform(0, 1))


def _listens(pid: int) -> bool:
    """Whether a process has our listener. Locked processes, and what they come from, have none: it would end them."""
    with suppress(OSError, StopIteration):
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines()
        caught = next(int(line.split()[1], 16) for line in lines if line.startswith("SigCgt:"))
        return bool(caught >> (signal.SIGUSR1 - 1) & 1)
    return False


def counted(running: Server, folder: Path) -> Counter[str]:
    """What lives in the server's Python processes, all together."""
    main = psutil.Process(running.replica.process.pid)
    pythons = [main, *main.children(), *(child for nursery in main.children() for child in nursery.children())]
    for file in folder.glob("*.json"):
        file.unlink()
    told = []
    for process in pythons:
        with suppress(psutil.NoSuchProcess):
            if _listens(process.pid):
                process.send_signal(signal.SIGUSR1)
                told.append(process.pid)
    end = time.monotonic() + 5
    while len(list(folder.glob("*.json"))) < len(told) and time.monotonic() < end:
        time.sleep(0.05)
    total: Counter[str] = Counter()
    for file in folder.glob("*.json"):
        total.update(json.loads(file.read_text()))
    return total


def sample(running: Server, folder: Path, start: float) -> Sample:
    alive = counted(running, folder)
    minutes = (time.monotonic() - start) / 60
    counts = running.memory(), len(running.processes()), running.threads(), running.handles()
    return Sample(minutes, *counts, alive["objects"], alive["tensors"], alive["nodes"])


async def samples(running: Server, folder: Path, end: float) -> list[Sample]:
    start, found = time.monotonic(), []
    print("".join(f"{name:>11}" for name in Sample._fields), flush=True)
    while time.monotonic() < end:
        await asyncio.sleep(EVERY)
        found.append(await asyncio.to_thread(sample, running, folder, start))
        print(
            "".join(f"{value:>11.1f}" if isinstance(value, float) else f"{value:>11,}" for value in found[-1]),
            flush=True,
        )
    return found


def verdict(found: list[Sample]) -> str:
    """The last quarter against the second, by what is least in each: what is held for ever is there at all times."""
    quarter = len(found) // 4
    lines = []
    for name in Sample._fields[1:]:
        values = [getattr(one, name) for one in found]
        before, after = (min(values[part * quarter : (part + 1) * quarter]) for part in (1, 3))
        ratio = after / max(before, 1)
        lines.append(
            f"{name:>11}: at least {before:>9,.0f} in the second quarter, {after:>9,.0f} in the last ({ratio:.2f})"
        )
    return "\n".join(lines)


async def measure(running: Server, folder: Path) -> None:
    end = time.monotonic() + 60 * MINUTES
    done, errors = Counter[str](), list[str]()
    crowd = [people(running.ws, end, number, done, errors) for number in range(PEOPLE)]
    watched = asyncio.create_task(samples(running, folder, end))
    await asyncio.gather(*crowd)
    found = await watched
    print("\n" + verdict(found))
    print(f"visits: {sum(done.values()):,} ({', '.join(f'{count} {kind}' for kind, count in sorted(done.items()))})")
    print(f"errors: {len(errors)}", *Counter(errors).most_common(5), sep="\n  ")


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="gradwalk-") as name:
        settings = {"COUNTS": name, "PYTHONPATH": str(INSIDE), "STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL": "10"}
        with server(settings) as running:
            asyncio.run(measure(running, Path(name)))
            print(f"alive: {running.alive}, tracebacks: {running.log().count('Traceback')}")


if __name__ == "__main__":
    main()
