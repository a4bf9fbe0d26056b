"""Processes at work: they share nothing, end when they must, give way when others wait, and others take their place."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from components.expression.record import recorded
from components.perceptron.record import recorded_perceptron
from gradwalk.address.expression import DEFAULT
from gradwalk.cells.state import changed, state
from gradwalk.expression.expression import read
from gradwalk.graph.dot import Unavailable
from gradwalk.perceptron.settings.presets import PRESETS
from gradwalk.settings import Settings
from serving.desk import Desk, Failed
from serving.jobs import Busy, Dropped, Job, Stopped
from serving.kept import Kept
from serving.pool import Pool
from serving.processes import Nursery
from serving.work import described, do
from tests import tasks
from tests.process import wait_until_gone

SETTINGS = replace(
    Settings(), processes=1, long_processes=1, long_after=0.1, long_waiting=0, process_answers=3, process_megabytes=300
)


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    pool = Pool(SETTINGS, Nursery([described(tasks.doubled, (4,)).description]))
    assert [reply.outcome for reply in pool.start()] == ["done"]
    yield pool
    pool.stop()


@pytest.fixture
def desk(pool: Pool) -> Desk:
    return Desk(pool, Kept(1_000_000))


def appears(path: Path) -> str:
    """What is in a file, once something is."""
    while not (path.exists() and path.read_text()):
        threading.Event().wait(0.01)
    return path.read_text()


def test_work_is_done_elsewhere_with_everything_warm(desk: Desk) -> None:
    assert desk.ask("a", tasks.doubled, 21) == 42
    assert desk.ask("a", tasks.loaded, "torch")


def test_a_process_makes_room_for_a_fresh_one_after_so_many_answers(desk: Desk) -> None:
    numbers = [desk.ask("a", tasks.process_number, count) for count in range(8)]
    assert len(set(numbers)) in {3, 4}
    assert max(map(numbers.count, numbers)) == SETTINGS.process_answers


def test_where_two_processes_die_that_is_told_and_not_kept(desk: Desk, tmp_path: Path) -> None:
    for times in (2, 4):
        with pytest.raises(Stopped, match="ended before it could answer"):
            desk.ask("a", tasks.killed, str(tmp_path / "tries"), 99)
        assert len((tmp_path / "tries").read_text()) == times
    assert desk.ask("a", tasks.doubled, 5) == 10


def test_where_a_process_dies_one_more_tries(desk: Desk, tmp_path: Path) -> None:
    assert desk.ask("a", tasks.killed, str(tmp_path / "tries"), 2) == 2


def test_what_something_else_is_at_fault_for_is_tried_once_more_and_not_kept(
    pool: Pool, desk: Desk, tmp_path: Path
) -> None:
    with pytest.raises(Unavailable, match="was not found"):
        desk.ask("a", tasks.without_graphviz, str(tmp_path / "tries"), 99)
    assert len((tmp_path / "tries").read_text()) == 2
    assert desk.kept.size == 0
    assert desk.ask("a", tasks.without_graphviz, str(tmp_path / "tries"), 3) == 3
    assert desk.kept.size > 0


@pytest.mark.parametrize("what", tasks.LEAVES)
def test_what_leaves_a_process_changed_is_not_kept_and_nobody_gets_that_process(desk: Desk, what: str) -> None:
    before = desk.ask("a", tasks.process_number, 100)
    assert desk.ask("a", tasks.leaves, what) == what
    kept = desk.kept.size
    assert desk.ask("a", tasks.leaves, what) == what
    assert desk.kept.size == kept
    assert desk.ask("a", tasks.process_number, 101) != before


def test_what_leaves_no_trace_is_kept(desk: Desk) -> None:
    assert desk.ask("a", tasks.leaves, "nothing") == "nothing"
    assert desk.kept.size > 0


def test_a_process_that_wants_too_much_memory_does_not_get_it(desk: Desk) -> None:
    with pytest.raises(Failed, match="MemoryError"):
        desk.ask("a", tasks.greedy, 2_000_000_000)
    assert desk.ask("a", tasks.greedy, 50_000_000) == 50_000_000


def test_long_work_gives_way_to_those_who_wait_and_goes_on_afterwards(desk: Desk, tmp_path: Path) -> None:
    path, begun = tmp_path / "go", tmp_path / "begun"
    with ThreadPoolExecutor(1) as threads:
        long = threads.submit(desk.ask, "a", tasks.busy_until, str(path), str(begun))
        appears(begun)
        assert desk.ask("b", tasks.doubled, 6) == 12  # there is one process, and it is busy until we say so
        path.touch()
        assert long.result() == str(path)


def test_more_long_work_than_may_wait_is_refused_in_a_sentence(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "go"
    with ThreadPoolExecutor(2) as threads:
        both = [threads.submit(desk.ask, who, tasks.busy_until, str(path), str(tmp_path / who)) for who in "ab"]
        refused: list[Any] = []
        while not refused:
            desk.ask("c", tasks.process_number, len(refused) + desk.kept.size)
            refused = [one.exception() for one in both if one.done()]
        assert isinstance(refused[0], Busy)
        assert "takes longer than 0.1 s" in str(refused[0])
        path.touch()
        assert {one.exception() is None for one in both} == {True, False}


def test_dropped_work_ends_with_everything_that_it_started(pool: Pool, desk: Desk, tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    with ThreadPoolExecutor(1) as threads:
        older = threads.submit(desk.ask, "a", tasks.waits, str(begun))
        process, child = map(int, appears(begun).split())
        assert desk.ask("a", tasks.doubled, 7) == 14
        with pytest.raises(Dropped):
            older.result()
    wait_until_gone(child, process)
    assert process not in pool.pids


def test_work_that_is_dropped_before_its_turn_is_never_done(pool: Pool, tmp_path: Path) -> None:
    path, begun = tmp_path / "go", tmp_path / "begun"
    with ThreadPoolExecutor(2) as threads:
        desk = Desk(pool, Kept(1_000_000))
        long = threads.submit(desk.ask, "a", tasks.busy_until, str(path), str(begun))
        appears(begun)
        job = Job("b", described(tasks.doubled, (8,)).description)
        job.drop()
        with pytest.raises(Dropped):
            pool.run(job)
        path.touch()
        long.result()


def test_a_nursery_that_dies_is_started_again(pool: Pool, desk: Desk) -> None:
    asked = 12
    while not pool._idle:  # the last answer of a process leaves none
        desk.ask("a", tasks.doubled, asked)
        asked += 1
    nursery, *idle = pool.pids
    subprocess.run(["kill", "-9", str(nursery)], check=True)
    wait_until_gone(*idle)
    assert desk.ask("a", tasks.doubled, 11) == 22
    assert pool._nursery.pid != nursery


def test_the_processes_end_with_their_pool() -> None:
    pool = Pool(replace(SETTINGS, processes=2), Nursery())
    pool.start()
    pids = pool.pids
    assert len(pids) == 3
    pool.stop()
    wait_until_gone(*pids)
    with pytest.raises(Stopped):  # and none comes after them
        pool.run(Job("a", described(tasks.doubled, (1,)).description))
    assert pool.pids == []


def test_nobody_is_taken_on_when_as_many_wait_as_may(pool: Pool, tmp_path: Path) -> None:
    crowded = Pool(replace(SETTINGS, waiting=1, long_after=60.0), Nursery())
    crowded.start()
    path, begun = tmp_path / "go", tmp_path / "begun"
    desk = Desk(crowded, Kept(1_000_000))
    with ThreadPoolExecutor(2) as threads:
        long = threads.submit(desk.ask, "a", tasks.busy_until, str(path), str(begun))
        appears(begun)
        waiting = threads.submit(desk.ask, "b", tasks.doubled, 9)
        while not crowded.waiting:
            threading.Event().wait(0.01)
        with pytest.raises(Busy, match=r"not taken on\. What you typed is kept"):
            desk.ask("c", tasks.doubled, 10)
        path.touch()
        assert (long.result(), waiting.result()) == (str(path), 18)
    crowded.stop()


def test_what_the_pages_ask_for_leaves_no_trace() -> None:
    """Else no process would serve twice, and nothing would be kept."""
    expression = read(DEFAULT.text, DEFAULT.given, DEFAULT.constants, DEFAULT.dtype, DEFAULT.seed)
    work = [
        described(recorded, (expression,)),
        *(described(recorded, (read(text, {}),)) for text in ("z = log(x)", "z = x @ y")),
        *(described(recorded_perceptron, (each.perceptron,)) for each in PRESETS),
    ]
    do(work[0].description)  # what PyTorch and we load late
    before = state()
    for one in work:
        assert do(one.description).outcome in {"done", "refused"}
        assert changed(before) == []
