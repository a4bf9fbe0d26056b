"""Programs of visitors at the desk: each in a locked process of its own, and what is left of it when it was ended."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import psutil
import pytest

from gradwalk.recording import Failure, Recording
from gradwalk.sandbox.outcome import recording
from gradwalk.sandbox.programs import configuration
from gradwalk.settings import Settings
from serving.desk import Desk
from serving.jobs import Dropped
from serving.kept import Kept
from serving.locked import Nursery
from serving.pool import Here, Pool
from serving.work import Reply

SETTINGS = replace(
    Settings(), processes=1, long_processes=1, long_after=0.2, long_waiting=4, seconds=1.0, process_megabytes=500
)
SQUARE = "import torch\nx = torch.tensor({}, requires_grad=True)\ny = x * x\ny.backward()\nx.grad"
ENDLESS = "print({!r})\nwhile True:\n    pass"


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    usual = configuration(SETTINGS, spare=1)
    patient = replace(usual, bounds=replace(usual.bounds, wall=120))  # however little of a core a busy machine has
    nursery = Nursery(patient)
    pool = Pool(SETTINGS, nursery)
    assert pool.start() == []
    yield nursery
    pool.stop()


@pytest.fixture
def pool(nursery: Nursery) -> Pool:
    return Pool(SETTINGS, nursery)


@pytest.fixture
def heard() -> list[str]:
    return []


@pytest.fixture
def desk(pool: Pool, heard: list[str]) -> Desk:
    def listener(work: str, reply: Reply, how: str, seconds: float) -> None:
        heard.append(f"{work} {how} {reply.reason}".strip())

    return Desk(Here(), Kept(10_000_000), listener, programs=pool)


def run(desk: Desk, source: str, who: str = "a") -> Recording:
    return recording(source, desk.run(who, source).data)


def test_the_lock_holds(nursery: Nursery) -> None:
    assert nursery.held.holds


def test_a_program_runs_and_is_not_run_again(desk: Desk, heard: list[str]) -> None:
    found = [run(desk, SQUARE.format(3.0), who) for who in "ab"]
    assert [one.cells[0].shown for one in found] == ["tensor(6.)", "tensor(6.)"]
    assert found[0].pictures
    assert heard == ["program done", "program kept"]


def test_equal_results_have_one_digest_and_others_have_others(desk: Desk) -> None:
    assert desk.run("a", "1 + 1").digest == desk.run("b", "1 + 1").digest != desk.run("a", "1 + 2").digest
    assert repr(desk.run("a", "1 + 1")) == f"Parcel({desk.run('a', '1 + 1').digest})"


def test_each_program_has_a_process_that_is_gone_afterwards(desk: Desk, pool: Pool) -> None:
    for number in range(3):
        run(desk, SQUARE.format(float(number)))
    assert pool.pids == [pool._nursery.pid]


def test_of_a_program_whose_time_is_up_the_sentence_stays(desk: Desk, heard: list[str]) -> None:
    found = run(desk, "# %%\n1 + 1\n# %%\n" + ENDLESS.format("x"))
    (failure,) = [event for event in found.events if isinstance(event, Failure)]
    assert failure.cell == 1
    assert failure.span.line in (5, 6)
    assert failure.message.startswith("The program ran for 1 seconds and was stopped.")
    assert [cell.shown for cell in found.cells] == ["2", "x"]
    assert heard == ["program done time"]


def test_where_python_cannot_be_interrupted_the_cells_before_and_the_line_stay(desk: Desk, heard: list[str]) -> None:
    found = run(desk, "# %%\n1 + 1\n# %%\nprint('x')\n\ndef f(n):\n    return n ** n ** n\n\nf(9)\n# %%\n3")
    (failure,) = [event for event in found.events if isinstance(event, Failure)]
    assert (failure.cell, failure.span.line) == (1, 7)
    assert failure.message.startswith("The program ran for 1 seconds and was stopped.")
    assert [cell.shown for cell in found.cells] == ["2", "x", ""]
    assert heard == ["program done time"]


def test_what_a_newer_edit_replaces_is_ended(desk: Desk, pool: Pool) -> None:
    with ThreadPoolExecutor(1) as threads:
        older = threads.submit(run, desk, ENDLESS.format("older"))
        while len(pool.pids) < 2:
            threading.Event().wait(0.01)
        process = psutil.Process(pool.pids[1])
        assert run(desk, SQUARE.format(5.0)).cells[0].shown == "tensor(10.)"
        with pytest.raises(Dropped):
            older.result()
    process.wait(5)


def test_what_a_visitor_stops_is_there_as_far_as_it_came_and_runs_again(desk: Desk, heard: list[str]) -> None:
    source = SQUARE.format(5.0) + "\n# %%\nimport time\ntime.sleep(20)\n# %%\n3"
    with ThreadPoolExecutor(2) as threads:
        for _ in range(2):
            first = threads.submit(run, desk, source)
            while not desk._under_way or not next(iter(desk._under_way.values())).job._process:
                threading.Event().wait(0.01)
            start = time.monotonic()
            desk.interrupt("b")  # who waits for nothing
            desk.interrupt("a")
            found = run(desk, source)
            assert time.monotonic() - start < 10
            assert first.result() == found
            [failure] = [event for event in found.events if isinstance(event, Failure)]
            assert failure.type == "KeyboardInterrupt"
            assert failure.cell in (0, 1)  # it may not have come far
            assert found.cells[2].shown == ""
    assert sorted(heard) == ["program done", "program done", "program shared", "program shared"]


def test_who_stops_a_moment_too_late_gets_what_there_was_and_no_second_run(desk: Desk, heard: list[str]) -> None:
    source = "print('x')\nwhile True: pass"
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(run, desk, source)
        while not desk._under_way or not next(iter(desk._under_way.values())).job._process:
            threading.Event().wait(0.01)
        desk.interrupt("a")
        found = first.result()
    left = desk.stop("a", source)
    assert recording(source, left.data) == found
    assert heard == ["program done"]
    assert len(recording(source, desk.stop("b", source).data).cells) == 1  # b has stopped nothing: it runs for them
    assert len(heard) == 2


def test_a_program_that_others_wait_for_too_is_not_stopped(desk: Desk) -> None:
    with ThreadPoolExecutor(2) as threads:
        both = [threads.submit(run, desk, ENDLESS.format("both"), who) for who in "ab"]
        while not any(len(errand.wanted_by) > 1 for errand in desk._under_way.values()):
            threading.Event().wait(0.01)
        desk.interrupt("a")
        assert ["ran for 1 seconds" in str(one.result().events) for one in both] == [True, True]


def test_what_one_has_stopped_is_not_given_to_another(desk: Desk) -> None:
    source = "try:\n    while True: pass\nexcept KeyboardInterrupt: print('on')\nwhile True: pass"
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(run, desk, source, "a")
        while not desk._under_way or not next(iter(desk._under_way.values())).job._process:
            threading.Event().wait(0.01)
        desk.interrupt("a")
        second = threads.submit(run, desk, source, "b")
        assert "ran for 1 seconds" in str(second.result().events)
        assert "ran for 1 seconds" not in str(first.result().events)


def test_a_long_program_gives_way_to_those_who_wait_and_loses_no_time(desk: Desk, pool: Pool) -> None:
    """There is one place, and the long program wants it for a second of a core's work."""
    with ThreadPoolExecutor(1) as threads:
        long = threads.submit(run, desk, ENDLESS.format("long"))
        while len(pool.pids) < 2:
            threading.Event().wait(0.01)
        start = time.monotonic()
        for number in range(3):
            assert run(desk, f"{number} + 1", "b").cells[0].shown == f"{number + 1}"
        short = time.monotonic() - start
        assert not long.done() or short > 1
        assert "ran for 1 seconds" in str(long.result().events)


def test_a_program_whose_process_somebody_else_ended_is_tried_once_more(desk: Desk, pool: Pool) -> None:
    killed: list[int] = []

    def kill() -> None:
        while len(killed) < 2 and not done.is_set():
            for pid in pool.pids[1:]:
                if pid not in killed:
                    psutil.Process(pid).kill()
                    killed.append(pid)
            threading.Event().wait(0.01)

    killer, done = threading.Thread(target=kill), threading.Event()
    killer.start()
    found = run(desk, ENDLESS.format("killed"))
    done.set()
    killer.join()
    assert len(killed) == 2
    assert "ended by SIGKILL" in str(found.events)
    assert desk.kept.size == 0


def test_a_nursery_that_was_killed_starts_again(desk: Desk, nursery: Nursery) -> None:
    before = nursery.pid
    psutil.Process(before).kill()
    assert run(desk, SQUARE.format(7.0)).cells[0].shown == "tensor(14.)"
    assert nursery.pid != before


def test_a_program_whose_time_was_up_by_the_clock_alone_runs_anew_the_next_time(desk: Desk) -> None:
    """On a busy machine it had little of the core. One that had its share is kept."""
    nursery = Nursery(configuration(replace(SETTINGS, seconds=0.5)))
    pool = Pool(SETTINGS, nursery)
    pool.start()
    try:
        hasty = Desk(Here(), Kept(10_000_000), programs=pool)
        assert "was stopped" in str(run(hasty, "import time\ntime.sleep(100)").events)
        assert hasty.kept.size == 0
    finally:
        pool.stop()
    assert "was stopped" in str(run(desk, ENDLESS.format("had its share")).events)
    assert desk.kept.size > 0
