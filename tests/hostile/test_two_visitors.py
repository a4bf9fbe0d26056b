"""Two visitors of the real server: one attacks, and neither the other's answers nor their own next one are touched."""

from __future__ import annotations

import asyncio
import statistics
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from random import Random
from typing import Any

import psutil
import pytest

from benchmarks.visiting.server import Server, server
from benchmarks.visiting.session import Session
from benchmarks.visiting.visitor import CODE, EXPRESSION, Visitor
from components.expression.comparison import KEY as ANSWER
from gradwalk.notation import short
from tests.hostile.attacks import ATTACKS, DEEP, TEXTS, forged
from tests.process import in_a_loop_of_its_own
from tests.sandbox.world import World, world

pytestmark = pytest.mark.browser

SETTINGS = {"GRADWALK_SECONDS": "1", "GRADWALK_PROCESS_MEGABYTES": "500"}
ORDINARY = """\
import torch
x = torch.tensor([1.0, 2.0, {}], requires_grad=True)
y = (torch.sin(x ** 2) / 3).sum()
y.backward()
print(x.grad, torch.tensor(1 / 3), torch.rand(2), torch.get_default_dtype())
"""
SLOWER = 2
"""Times as long may another visitor's answer take at the median, and so many seconds more: the machine is not ours."""
NOISE = 0.5
LARGEST = 8_000_000
"""Bytes of one answer."""


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    with server(SETTINGS) as running:
        yield running


@pytest.fixture(scope="module")
def outside() -> Iterator[World]:
    with world() as made:
        yield made


@asynccontextmanager
async def visitors(running: Server) -> AsyncIterator[tuple[Visitor, Visitor, Visitor]]:
    """Who attacks, and the others: on the page Code, and on the page Expression."""
    come = [await Visitor.come(running.ws, Random(seed), page) for seed, page in enumerate((CODE, CODE, EXPRESSION))]
    await come[2].session.hold(ANSWER, {"asked": True})
    try:
        yield come[0], come[1], come[2]
    finally:
        for one in come:
            await one.session.close()


async def ordinary(visitor: Visitor, number: float) -> str:
    await visitor.edit({"text": ORDINARY.format(number)})
    return shown(visitor)


def shown(visitor: Visitor) -> str:
    cells: list[dict[str, Any]] = visitor.session.data(CODE.key)["cells"]
    return "\n".join(f"{item['type']}: {item['text']}".removeprefix(": ") for cell in cells for item in cell["items"])


def expected(number: float) -> str:
    """By PyTorch itself, in a process that nobody attacks."""
    import torch

    x = torch.tensor([1.0, 2.0, number], requires_grad=True)
    (torch.sin(x**2) / 3).sum().backward()  # type: ignore[no-untyped-call]
    drawn = torch.rand(2, generator=torch.Generator().manual_seed(0))
    return " ".join(map(str, (x.grad, torch.tensor(1 / 3), drawn, torch.float32)))


async def slope(visitor: Visitor, number: float) -> str:
    """The gradient of sin(x²) · x at a number, as the page Expression shows it."""
    await visitor.edit({"text": "z = sin(x ** 2) * x", "given": {"x": str(number)}})
    return str(visitor.session.data(ANSWER)["table"]["leaves"][0]["rows"][0]["cells"][0][0])


def expected_slope(number: float) -> str:
    import torch

    x = torch.tensor(number, requires_grad=True)
    (torch.sin(x**2) * x).backward()  # type: ignore[no-untyped-call]
    assert x.grad is not None
    return short(x.grad.item())


@pytest.mark.parametrize("title", ATTACKS)
def test_nobody_else_is_touched(title: str, running: Server, outside: World) -> None:
    number = list(ATTACKS).index(title) + 3.25

    async def visit() -> None:
        async with visitors(running) as (attacker, other, third):
            attack = asyncio.create_task(attacker.edit({"text": ATTACKS[title]}, refused=None))
            await asyncio.sleep(0.1)
            assert await ordinary(other, number) == expected(number)
            assert await slope(third, number) == expected_slope(number)
            await attack
            assert await ordinary(attacker, number + 0.5) == expected(number + 0.5)
            assert await ordinary(other, number + 0.125) == expected(number + 0.125)
            assert await slope(third, number + 0.5) == expected_slope(number + 0.5)

    in_a_loop_of_its_own(visit())
    assert running.alive
    assert outside.touched() == []
    assert "Traceback" not in running.log()
    assert '"event": "mistake"' not in running.log()


@pytest.mark.parametrize("kind", ["deep", "texts"])
def test_what_goes_too_deep_or_says_too_much_is_its_own_programs_end(kind: str, running: Server) -> None:
    """One after another. Each is answered with what is kept of its words, and others' answers are what they were."""

    async def visit() -> None:
        async with visitors(running) as (attacker, other, third):
            for number, (title, program) in enumerate((DEEP if kind == "deep" else TEXTS).items()):
                before = attacker.session.received
                await attacker.edit({"text": program}, refused=None)
                assert attacker.session.data(CODE.key)["answered"] == attacker.count, title
                assert attacker.session.received - before < LARGEST, title
                assert await slope(third, number + 1.5) == expected_slope(number + 1.5), title
            assert await ordinary(other, 4.5) == expected(4.5)

    in_a_loop_of_its_own(visit())
    assert running.alive
    assert "Traceback" not in running.log()
    assert '"event": "mistake"' not in running.log()


QUERIES = {
    "empty parts": "z=x&values=" + ";" * 39_000,
    "many names": "&".join(f"x{number}={'sin(' * 99}" for number in range(99)),
    "many parentheses": "z=" + "(" * 39_000,
    "a damaged program": "code=" + "A" * 39_000,
    "many turns": "open=" + "1," * 19_000,
}


def test_an_address_holds_nobody_up(running: Server) -> None:
    async def visit() -> None:
        async with visitors(running) as (_, _, third):
            ended = asyncio.Event()

            async def attack() -> None:
                while not ended.is_set():
                    for query in QUERIES.values():
                        for page in ("", "code", "perceptron"):
                            await (await Session.open(running.ws, page, query)).close()

            alone = [await third.edit() for _ in range(6)]
            attacking = asyncio.create_task(attack())
            during = [await third.edit() for _ in range(6)]
            ended.set()
            await attacking
            assert statistics.median(during) < 2 * SLOWER * statistics.median(alone) + NOISE

    in_a_loop_of_its_own(visit())
    assert running.alive


def test_answers_of_others_are_at_most_twice_as_slow(running: Server) -> None:
    async def visit() -> None:
        async with visitors(running) as (attacker, other, third):
            alone = [await other.edit() for _ in range(8)], [await third.edit() for _ in range(8)]
            ended = asyncio.Event()

            async def attack() -> None:
                count = 0
                while not ended.is_set():
                    for title in ("a power", "a loop", "threads", "memory", "a flood"):
                        await attacker.edit({"text": f"{ATTACKS[title]}\n#{count}"}, refused=None)
                        count += 1

            attacking = asyncio.create_task(attack())
            during = [await other.edit() for _ in range(8)], [await third.edit() for _ in range(8)]
            ended.set()
            await attacking
            for before, now in zip(alone, during, strict=True):
                assert statistics.median(now) < SLOWER * statistics.median(before) + NOISE

    in_a_loop_of_its_own(visit())


def test_what_was_ended_leaves_what_it_showed_and_the_line(running: Server) -> None:
    async def visit() -> None:
        async with visitors(running) as (attacker, _, _):
            await attacker.edit({"text": "# %%\n1 + 1\n# %%\nprint('before')\n\n9**9**9\n# %%\n3"}, refused=None)
            assert shown(attacker).startswith("2\nbefore\n")
            assert "The program ran for 1 seconds and was stopped." in shown(attacker)
            assert attacker.session.data(CODE.key)["failed"][0][0] == 6

    in_a_loop_of_its_own(visit())


CHANGES = {
    "one that makes sense": "pass",
    "events backwards": "recording['events'].reverse()",
    "no operations": "recording['operations'] = []",
    "no values": "recording['values'] = []",
    "every number a nan": "for value in recording['values']: value['numbers'] = ['nan']",
    "another shape": "for value in recording['values']: value['shape'], value['numbers'] = [2**40] * 20, None",
    "kernels that nobody knows": "for one in recording['operations']: one['kernel'] = '\\0<script>' * 1000",
    "names of names": "for value in recording['values']: value['names'] = ['x' * 100_000] * 10",
    "graphviz": "recording['pictures'][0]['plain'] = 'digraph { a [image=\"/etc/passwd\"] }'",
    "a hundred thousand outputs": "recording['events'] += [recording['events'][-1]] * 20_000",
}
TAKEN = {
    "one that makes sense", "events backwards", "every number a nan", "another shape", "a hundred thousand outputs",
}  # fmt: skip
"""What no check tells from a run's own recording: it is that visitor's picture, as text."""


@pytest.mark.parametrize("title", CHANGES)
def test_a_forged_recording_is_its_forgers_own(title: str, running: Server) -> None:
    """Whatever the views make of it, the page is there, and so is everybody else's."""

    async def visit() -> None:
        async with visitors(running) as (attacker, other, _):
            await attacker.edit({"text": forged(CHANGES[title])}, refused=None)
            assert ("<b>forged</b>" in shown(attacker)) == (title in TAKEN), shown(attacker)
            assert await ordinary(other, 9.5) == expected(9.5)
            assert await ordinary(attacker, 9.75) == expected(9.75)

    in_a_loop_of_its_own(visit())
    assert running.alive


def test_no_process_of_an_attack_is_left(running: Server) -> None:
    names = [psutil.Process(one.pid).nice() for one in running.processes()]
    assert len(names) < 20
    assert "Traceback" not in running.log()
