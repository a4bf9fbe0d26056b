"""Programs that try to get out: nothing outside is read, written or touched, and the next program runs as ever."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator

import psutil
import pytest

from gradwalk.sandbox.answer import Answer
from gradwalk.sandbox.configuration import Configuration
from gradwalk.sandbox.processes import Nursery
from tests.sandbox.conftest import BOUNDS, WORK
from tests.sandbox.hostile import ESCAPES, HARMLESS, PRELUDE
from tests.sandbox.world import HIDDEN, World, world

NOT_TO_BE_TRIED = {"processes: signal all", "kernel: a restart", "files: write where Python keeps itself"}
"""Without a lock these would touch more than the test's own world."""


@pytest.fixture(scope="module")
def outside() -> Iterator[World]:
    with world() as made:
        yield made


@pytest.fixture(scope="module")
def blind() -> Iterator[Nursery]:
    nursery = Nursery(Configuration(work=WORK, bounds=BOUNDS, landlock=False))
    nursery.start()
    yield nursery
    nursery.stop()


def written(program: str, there: World) -> str:
    names = "\n".join(f"{name} = {value!r}" for name, value in there.names().items())
    return f"{PRELUDE}\n{names}\n{program}"


def attempt(nursery: Nursery, program: str, there: World) -> Answer:
    return nursery.run(written(program, there).encode())


def unlocked(program: str, there: World) -> str:
    """What the same program says, or the last line of how it fails, in a process as anybody may start one."""
    whole = "say = print\n" + written(program, there)
    done = subprocess.run(
        [sys.executable, "-c", whole],
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
        cwd=there.folder,
    )
    return done.stdout or done.stderr.strip().split("\n")[-1]


def check(answer: Answer, there: World, nursery: Nursery) -> None:
    assert answer.messages == ()
    assert answer.ended == "failed", answer.reason
    assert HIDDEN not in json.dumps(answer.messages) + answer.reason
    assert there.touched() == []
    assert nursery.pid is not None
    assert psutil.Process(nursery.pid).children(recursive=True) == []
    assert nursery.run(b"say(sum(range(10)))").messages == (45,)


@pytest.mark.parametrize("title", ESCAPES)
def test_a_way_out_is_closed(title: str, nursery: Nursery, outside: World) -> None:
    check(attempt(nursery, ESCAPES[title], outside), outside, nursery)


@pytest.mark.parametrize("title", ESCAPES)
def test_a_way_out_is_closed_by_the_filter_alone(title: str, blind: Nursery, outside: World) -> None:
    check(attempt(blind, ESCAPES[title], outside), outside, blind)


@pytest.mark.parametrize("title", [title for title in ESCAPES if title not in NOT_TO_BE_TRIED])
def test_without_the_lock_it_is_open_or_fails_for_another_reason(title: str, nursery: Nursery) -> None:
    """Else a closed way would prove nothing."""
    with world() as own:
        refused = attempt(nursery, ESCAPES[title], own).reason.removeprefix("Its process failed with ")
        found = unlocked(ESCAPES[title], own)
    kind = found.partition(":")[0].rpartition(".")[2]
    if os.getuid() == 0 or kind != "PermissionError":
        assert kind + "." != refused, found


@pytest.mark.parametrize("title", HARMLESS)
def test_what_does_no_harm_goes_on_working(title: str, nursery: Nursery, outside: World) -> None:
    answer = attempt(nursery, HARMLESS[title], outside)
    assert (len(answer.messages), answer.ended) == (1, "done"), answer
