"""The hostile texts against the real server, over every way in, while somebody else works: nobody else may notice.

Ways in: the field of the page Expression and the values beside it, the editor, a link to either page, an uploaded
notebook, points to train with (as a CSV file holds them), and the command line. One visitor in a session of its own
edits all the time; the median answer during the attack is compared with the one before.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from random import Random
from urllib.parse import quote_plus

from benchmarks.visiting.server import Server, server
from benchmarks.visiting.session import Session
from benchmarks.visiting.visitor import CODE, EXPRESSION, Visitor
from gradwalk.address.program import to_code
from tests.hostile.corpus import CORPUS, Hostile

ROOT = Path(__file__).resolve().parent.parent
GOAL = 2.0
"""Times as long may another visitor's answer take."""
FORGOTTEN = 2
"""Seconds after which the server forgets a session that has gone; two minutes in a class."""
WAYS = tuple(os.environ.get("WAYS", "field value editor notebook link points").split())
COMMANDS = 12
"""Each run of the command line takes seconds to start, so it gets a sample of the texts."""
SHARE = int(os.environ.get("SHARE", "1"))
"""Every so manieth text."""


def sound(text: str) -> str:
    """As a browser can send it: half a character cannot be."""
    return text.encode("utf-8", "replace").decode()


async def field(visitor: Visitor, hostile: Hostile) -> str:
    await visitor.edit({"text": sound(hostile.source)}, refused=None)
    return told(visitor)


async def value(visitor: Visitor, hostile: Hostile) -> str:
    await visitor.edit({"text": "z = x * y", "given": {"x": sound(hostile.source), "y": "2"}}, refused=None)
    return told(visitor)


async def notebook(visitor: Visitor, hostile: Hostile) -> str:
    cells = [{"cell_type": "code", "source": sound(hostile.source)}]
    text = json.dumps({"cells": cells, "nbformat": 4, "metadata": {}})
    await visitor.edit({"file": {"name": "lecture.ipynb", "text": text}}, refused=None)
    return told(visitor)


def told(visitor: Visitor) -> str:
    """``refused`` in a sentence, ``failed`` as in Python, or ``answered``."""
    data = visitor.session.data(visitor.page.key)
    if data["refusal"] is not None or data.get("wrong"):
        return "refused"
    return "failed" if data.get("failed") else "answered"


async def link(url: str, hostile: Hostile) -> str:
    text = sound(hostile.source)
    code = to_code(text) or text[:4000]
    for page, query in (
        ("code", f"code={quote_plus(code)}"),
        ("", f"z={quote_plus(text[:4000])}&x={quote_plus(text[:99])}"),
    ):
        session = await Session.open(url, page, query)
        await session.close()
    return "answered"


async def points(url: str, hostile: Hostile) -> str:
    """What a file of points would put into its field, by the address, with a training about to begin."""
    code = to_code(sound(hostile.source)) or "damaged"
    session = await Session.open(url, "perceptron", f"view=train&data=own&points={code}")
    await session.close()
    return "answered"


Way = Callable[[Hostile], Awaitable[str]]


async def attack(url: str, texts: Sequence[Hostile], found: Counter[tuple[str, str]], errors: list[str]) -> None:
    """One attacker: every text by every way, one after another."""
    random = Random(len(texts))
    expression = await Visitor.come(url, random, EXPRESSION)
    code = await Visitor.come(url, random, CODE)
    ways: dict[str, Way] = {
        "field": lambda one: field(expression, one),
        "value": lambda one: value(expression, one),
        "editor": lambda one: field(code, one),
        "notebook": lambda one: notebook(code, one),
        "link": lambda one: link(url, one),
        "points": lambda one: points(url, one),
    }
    for hostile in texts:
        for name in WAYS:
            try:
                found[name, await ways[name](hostile)] += 1
            except Exception as error:  # whatever it is, it is counted
                errors.append(f"{name}: {hostile.kind}: {hostile.title}: {type(error).__name__} {error}"[:200])
                expression, code = await Visitor.come(url, random, EXPRESSION), await Visitor.come(url, random, CODE)


async def work(visitor: Visitor, done: asyncio.Event) -> list[float]:
    """Somebody else, who edits once a second. Gives the seconds that each answer took."""
    times = []
    while not done.is_set():
        times.append(await visitor.edit())
        await asyncio.sleep(1)
    return times


async def alone(visitor: Visitor) -> list[float]:
    done = asyncio.Event()
    working = asyncio.create_task(work(visitor, done))
    await asyncio.sleep(20)
    done.set()
    return await working


async def measure(running: Server) -> None:
    texts = CORPUS[::SHARE]
    other = await Visitor.come(running.ws, Random(1))
    before = await alone(other)
    found, errors, done = Counter[tuple[str, str]](), list[str](), asyncio.Event()
    working = asyncio.create_task(work(other, done))
    start, sizes = time.perf_counter(), [running.memory()]
    for part in range(3):
        await attack(running.ws, texts[part::3], found, errors)
        await asyncio.sleep(FORGOTTEN + 2)
        sizes.append(running.memory())
    took = time.perf_counter() - start
    done.set()
    during = await working
    print(f"{'':>10}" + "".join(f"{outcome:>10}" for outcome in ("refused", "failed", "answered")))
    for name in WAYS:
        print(f"{name:>10}" + "".join(f"{found[name, outcome]:>10}" for outcome in ("refused", "failed", "answered")))
    slower = statistics.median(during) / statistics.median(before)
    print(
        f"{len(texts)} texts by {len(WAYS)} ways in {took:.0f} s; {len(errors)} broke a session",
        *errors[:5],
        sep="\n  ",
    )
    print(f"somebody else's answers: median {1000 * statistics.median(before):.0f} ms before,", end=" ")
    print(f"{1000 * statistics.median(during):.0f} ms during ({slower:.2f} times, at most {GOAL:g})", end=" ")
    print(f"longest {max(before):.2f} s before, {max(during):.2f} s during")
    print(
        f"memory: {sizes[0]:.0f} MB before, after each third {', '.join(f'{size:.0f}' for size in sizes[1:])} MB",
        flush=True,
    )


def commands() -> Counter[int]:
    """The command line with some of the texts, in locked processes: its status is 1 for what failed, 2 for what was
    refused."""
    statuses: Counter[int] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        for hostile in [one for one in CORPUS if not one.harmless][:: len(CORPUS) // COMMANDS]:
            place = Path(folder) / "text.py"
            place.write_text(sound(hostile.source), encoding="utf-8")
            command = [sys.executable, "-m", "gradwalk", "run", "--locked", str(place)]
            done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False, timeout=120)
            assert b"Traceback" not in done.stderr, done.stderr[-2000:]
            statuses[done.returncode] += 1
    return statuses


def main() -> None:
    with server({"STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL": str(FORGOTTEN)}) as running:
        asyncio.run(measure(running))
        print(f"alive: {running.alive}, tracebacks: {running.log().count('Traceback')}")
    print(f"command line, by status: {dict(commands())}")


if __name__ == "__main__":
    main()
