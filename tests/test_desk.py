"""The desk: what is kept is not done again, equal work is done once, a visitor's newest replaces their older."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from gradwalk.graph.dot import LayoutError
from gradwalk.program import ProgramError, Span
from serving.desk import Desk, Failed
from serving.jobs import Busy, Dropped, Job, Stopped, TooLong
from serving.kept import REFUSALS, Kept
from serving.pool import Here
from serving.work import Reply, do
from tests.tasks import broken, doubled, large, refused

ROOM = 1_000_000


class Held:
    """A runner that does nothing until it is told to."""

    waiting = 0

    def __init__(self) -> None:
        self.begun = threading.Semaphore(0)
        self.go_on = threading.Event()
        self.jobs: list[Job] = []

    def run(self, job: Job) -> Reply:
        self.jobs.append(job)
        self.begun.release()
        self.go_on.wait()
        if job.dropped:
            raise Dropped
        return do(job.description)


def asked(threads: ThreadPoolExecutor, desk: Desk, who: str, number: int) -> Future[int]:
    return threads.submit(desk.ask, who, doubled, number)


def test_what_was_asked_for_before_is_kept() -> None:
    heard: list[str] = []
    desk = Desk(Here(), Kept(ROOM), lambda work, reply, how, seconds: heard.append(f"{work} {reply.outcome} {how}"))
    assert [desk.ask(who, doubled, 21) for who in "ab"] == [42, 42]
    assert heard == ["doubled done done", "doubled done kept"]


def test_a_refusal_arrives_with_its_place_and_its_suggestion() -> None:
    desk = Desk(Here(), Kept(ROOM))
    for _ in range(2):
        with pytest.raises(ProgramError) as caught:
            desk.ask("a", refused, "such thing")
        assert (str(caught.value), caught.value.span, caught.value.suggestion) == (
            "No such thing.", Span(1, 2, 3, 4), "yes",
        )  # fmt: skip


def test_what_breaks_is_told_without_what_was_typed() -> None:
    heard: list[Reply] = []
    desk = Desk(Here(), Kept(ROOM), lambda work, reply, how, seconds: heard.append(reply))
    with pytest.raises(Failed) as caught:
        desk.ask("a", broken, "secret")
    assert "KeyError" in str(caught.value)
    assert "broken" in str(caught.value)
    assert "secret" not in str(caught.value) + str(heard)


def test_what_is_too_large_to_send_is_refused() -> None:
    desk = Desk(Here(), Kept(ROOM))
    with pytest.raises(LayoutError, match=r"too large to send: 9\.0 MB; at most 6 MB"):
        desk.ask("a", large, 9_000_000)


def test_equal_work_of_many_is_done_once() -> None:
    runner = Held()
    desk = Desk(runner, Kept(ROOM))
    with ThreadPoolExecutor(30) as threads:
        answers = [asked(threads, desk, str(number), 4) for number in range(30)]
        runner.begun.acquire()
        runner.go_on.set()
        assert [answer.result() for answer in answers] == [8] * 30
    assert len(runner.jobs) == 1


def test_the_newest_of_a_visitor_replaces_their_older() -> None:
    runner, counted = Held(), []
    desk = Desk(runner, Kept(ROOM), dropped=lambda: counted.append(1))
    with ThreadPoolExecutor(2) as threads:
        older = asked(threads, desk, "a", 1)
        runner.begun.acquire()
        newer = asked(threads, desk, "a", 2)
        runner.begun.acquire()
        assert [job.dropped for job in runner.jobs] == [True, False]
        runner.go_on.set()
        assert newer.result() == 4
        with pytest.raises(Dropped):
            older.result()
    assert counted == [1]


def test_what_others_want_too_is_not_dropped() -> None:
    runner = Held()
    desk = Desk(runner, Kept(ROOM))
    with ThreadPoolExecutor(3) as threads:
        older = asked(threads, desk, "a", 1)
        runner.begun.acquire()
        shared = threads.submit(desk.ask, "b", doubled, 1)
        (errand,) = desk._under_way.values()
        while len(errand.wanted_by) < 2:
            threading.Event().wait(0.01)
        newer = asked(threads, desk, "a", 2)
        runner.begun.acquire()
        runner.go_on.set()
        assert (older.result(), shared.result(), newer.result()) == (2, 2, 4)


def test_somebody_who_wants_what_was_just_dropped_gets_it() -> None:
    runner = Held()
    desk = Desk(runner, Kept(ROOM))
    with ThreadPoolExecutor(3) as threads:
        older = asked(threads, desk, "a", 1)
        runner.begun.acquire()
        newer = asked(threads, desk, "a", 2)
        runner.begun.acquire()
        other = asked(threads, desk, "b", 1)
        runner.begun.acquire()
        runner.go_on.set()
        assert (newer.result(), other.result()) == (4, 2)
        with pytest.raises(Dropped):
            older.result()


@pytest.mark.parametrize("kind", [Busy, Stopped, TooLong])
def test_what_only_a_busy_machine_refuses_is_tried_again_the_next_time(kind: type[ProgramError]) -> None:
    class Crowded(Here):
        full = True

        def run(self, job: Job) -> Reply:
            if self.full:
                raise kind("Too many.")
            return do(job.description)

    runner = Crowded()
    desk = Desk(runner, Kept(ROOM))
    with pytest.raises(ProgramError, match="Too many"):
        desk.ask("a", doubled, 1)
    runner.full = False
    assert desk.ask("a", doubled, 1) == 2


# What is kept


def test_the_longest_unused_goes_first() -> None:
    kept = Kept(3 * 101)
    for name in (b"a", b"b", b"c"):
        kept.put(name, Reply("done", bytes(100)))
    kept.get(b"a")
    kept.put(b"d", Reply("done", bytes(100)))
    assert [kept.get(name) is not None for name in (b"a", b"b", b"c", b"d")] == [True, False, True, True]
    assert kept.size == 303


def test_a_result_larger_than_the_room_is_not_kept() -> None:
    kept = Kept(100)
    kept.put(b"a", Reply("done", bytes(200)))
    assert kept.get(b"a") is None
    assert kept.size == 0


def test_refusals_are_kept_for_a_while_and_failures_never() -> None:
    now = [0.0]
    kept = Kept(ROOM, lambda: now[0])
    kept.put(b"a", Reply("refused", b"x"))
    kept.put(b"b", Reply("failed", b""))
    kept.put(b"c", Reply("done", b"x"))
    assert [kept.get(name) is not None for name in (b"a", b"b", b"c")] == [True, False, True]
    now[0] = REFUSALS + 1
    assert [kept.get(name) is not None for name in (b"a", b"c")] == [False, True]
