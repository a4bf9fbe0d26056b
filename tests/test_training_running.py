"""Runs in threads of their own: as far as somebody wants, to their end, let go, too many."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gradwalk.training.data import Data
from gradwalk.training.running import BusyError, Places, Running
from gradwalk.training.setting import Optimizer, Setting
from tests.process import global_state
from tests.trainings import OPTIMIZERS, TANH, done, moons

SECONDS = 120
ENDLESS = Setting(TANH, Data("moons", 200), Optimizer("adam", 0.01), batch=10, epochs=5000)
ALL = 10**6

# As in a server, which gets warm in another thread than the one that a run has.
ALONE = """
import os, threading, torch
from gradwalk.training.data import Data
from gradwalk.training.running import Places
from gradwalk.training.setting import Optimizer, Setting
from tests.trainings import TANH

warming = threading.Thread(target=torch.set_num_threads, args=(1,))
warming.start()
warming.join()
run = Places().begin(Setting(TANH, Data("moons", 200), Optimizer("adam", 0.01), epochs=200))
most = 0
for wanted in (20, 10**6):
    run.want(wanted)
    before = len(os.listdir("/proc/self/task"))  # with the run's own, which goes on where the one before has left off
    while not run.wait(0.002):
        most = max(most, len(os.listdir("/proc/self/task")) - before)
print(most)
"""


@pytest.fixture
def endless() -> Iterator[Running]:
    """The only run of its place, under way."""
    run = Places(running=1, waiting=0).begin(ENDLESS)
    run.want(ALL)
    yield run
    run.leave()
    assert run.wait(SECONDS)


def test_a_run_in_a_thread_is_the_same_run() -> None:
    setting = moons(OPTIMIZERS[3], batch=16)
    run, plain = Places().begin(setting), done(setting)
    run.want(ALL)
    assert run.wait(SECONDS)
    assert (run.history.loss, run.history.gradients) == (plain.loss, plain.gradients)
    assert (run.steps, run.broken, run.told) == (12, None, 5)
    assert run.remark is not None


def test_it_goes_on_as_far_as_somebody_wants_and_then_stands() -> None:
    setting = moons(batch=16, epochs=50)
    run = Places().begin(setting)
    assert run.wait(0)
    assert run.told == 0
    for place in (3, 10):
        run.want(place)
        assert run.wait(SECONDS)
        assert run.told == place + 1
        assert not run.ended
    run.want(5)
    assert run.wait(SECONDS)
    assert run.told == 11
    run.want(ALL)
    assert run.wait(SECONDS)
    assert run.history.loss == done(setting).loss


def test_a_run_that_stands_takes_no_place() -> None:
    places = Places(running=1, waiting=0)
    first, second = places.begin(moons()), places.begin(moons())
    for run in (first, second):
        run.want(1)
        assert run.wait(SECONDS)
        assert run.told == 2


def test_who_waits_is_told_of_each_place(endless: Running) -> None:
    seen = 0
    for _ in range(5):
        endless.wait_for(seen, SECONDS)
        assert endless.told > seen
        seen = endless.told


def test_who_waits_for_several_places_has_them(endless: Running) -> None:
    endless.wait_for(2, SECONDS, more=5)
    assert endless.told > 7


def test_who_waits_for_more_than_there_will_be_has_the_last_one() -> None:
    run = Places().begin(moons(epochs=4))
    run.want(run.last)
    run.wait_for(3, SECONDS, more=100)
    assert run.told == 5


def test_it_stands_between_two_steps_while_something_is_told(endless: Running) -> None:
    with endless.standing(), endless.standing():  # two who look at once
        under_way = endless.steps
        endless.wait_for(endless.told + 100, 0.3)
        assert endless.steps <= under_way + 1
    endless.wait_for(endless.told + 3, SECONDS)
    assert endless.steps > under_way + 1


def test_a_run_that_is_let_go_ends(endless: Running) -> None:
    endless.wait_for(3, SECONDS)
    endless.leave()
    assert endless.wait(SECONDS)
    assert not endless.over
    endless.want(ALL)
    assert endless.wait(0)


def test_a_full_house_says_so_and_has_room_again() -> None:
    places = Places(running=1, waiting=1)
    first, second, third = places.begin(ENDLESS), places.begin(ENDLESS), places.begin(moons())
    first.want(ALL)
    first.wait_for(0, SECONDS)
    second.want(ALL)
    with pytest.raises(BusyError, match="Try again in a moment"):
        third.want(ALL)
    second.leave()  # it has never had its turn
    assert second.wait(SECONDS)
    assert second.steps == 0
    third.want(ALL)
    first.leave()
    assert third.wait(SECONDS)
    assert third.history.finished


def test_a_run_changes_nothing_for_the_process() -> None:
    moment = global_state()
    run = Places().begin(moons(OPTIMIZERS[3], batch=16))
    run.want(ALL)
    assert run.wait(SECONDS)
    assert global_state() == moment


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="Counts threads as Linux does.")
@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="One core has no second thread to offer.")
def test_a_run_takes_one_thread_where_its_process_has_settled_on_one() -> None:
    plain = {name: text for name, text in os.environ.items() if not name.endswith("_NUM_THREADS")}
    told = subprocess.run(
        [sys.executable, "-c", ALONE], env=plain, capture_output=True, text=True, check=True, timeout=SECONDS
    )
    assert int(told.stdout) == 0
