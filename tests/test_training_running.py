"""Runs in threads of their own: to their end, stopped, too many; and what is said when one is over."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gradwalk.training.data import Data
from gradwalk.training.network import Hidden, Network
from gradwalk.training.pictures import pictures
from gradwalk.training.remarks import remark
from gradwalk.training.running import BusyError, Places, Running
from gradwalk.training.setting import Optimizer, Setting
from tests.process import global_state
from tests.trainings import OPTIMIZERS, TANH, done, moons

SECONDS = 120
ENDLESS = Setting(TANH, Data("moons", 200), Optimizer("adam", 0.01), batch=10, epochs=5000)


@pytest.fixture
def endless() -> Iterator[Running]:
    """The only run of its place, under way."""
    places = Places(running=1, waiting=0)
    run = places.begin(ENDLESS)
    yield run
    run.stop()
    assert run.wait(SECONDS)


def test_a_run_in_a_thread_is_the_same_run() -> None:
    setting = moons(OPTIMIZERS[3], batch=16)
    run = Places().begin(setting)
    assert run.wait(SECONDS)
    assert run.pictures == pictures(done(setting))
    assert (run.steps, run.broken, run.stopped) == (12, None, False)


def test_a_run_that_is_stopped_keeps_what_it_has_told(endless: Running) -> None:
    while endless.steps < 50:
        assert not endless.wait(0.001)
    endless.stop()
    assert endless.wait(SECONDS)
    assert endless.stopped
    assert not endless.history.finished
    assert endless.pictures["epochs"] == endless.history.epochs
    assert remark(endless.history, endless.stopped).text.startswith("Stopped after ")


def test_a_full_house_says_so_and_has_room_again() -> None:
    places = Places(running=1, waiting=1)
    first, second = places.begin(ENDLESS), places.begin(ENDLESS)
    with pytest.raises(BusyError, match="Try again in a moment"):
        places.begin(moons())
    second.stop()  # it has never had its turn
    assert second.wait(SECONDS)
    assert second.steps == 0
    third = places.begin(moons())
    first.stop()
    assert third.wait(SECONDS)
    assert third.history.finished


def test_a_run_changes_nothing_for_the_process() -> None:
    moment = global_state()
    assert Places().begin(moons(OPTIMIZERS[3], batch=16)).wait(SECONDS)
    assert global_state() == moment


def test_other_numbers_under_the_surface() -> None:
    run = Places().begin(moons())
    assert run.wait(SECONDS)
    run.look_at((2, 16))
    assert run.pictures["surface"]["pair"] == [2, 16]


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        (Setting(TANH), "All 4 points are told apart after"),
        (Setting(Network()), "of 4 points right after 300 epochs. One neuron parts the plane by one straight line"),
        (moons(fault="no_grad"), "PyTorch stopped the run: “a leaf Variable that requires grad is being used"),
        (moons(fault="dead"), "The slope of ReLU is 0 there"),
        (Setting(Network(), Data("line", 40), Optimizer(lr=0.1)), "The points were scattered about 0.8 · x + 0.3."),
        (Setting(TANH, Data("line", 40), Optimizer(lr=0.1), epochs=20), "The loss went from "),
        (Setting(Network(), Data("line", 40), Optimizer(lr=5.0)), "the loss is inf: nothing is learned from that."),
        (Setting(Network(output="identity", loss="binary_cross_entropy")), "PyTorch stopped the run: “all elements"),
        (moons(epochs=1), "More epochs, another seed, or more hidden units may part the rest."),
    ],
)
def test_what_came_of_a_run_is_said(setting: Setting, says: str) -> None:
    said = remark(done(setting))
    assert says in said.text
    assert said.offers_layer == (setting == Setting(Network()))


@pytest.mark.parametrize("kind", ["moons", "circles"])
def test_bent_data_offer_a_layer_to_a_single_neuron_only(kind: str) -> None:
    assert remark(done(Setting(Network(), Data(kind, 40), epochs=20))).offers_layer
    assert not remark(done(Setting(Network((Hidden(1),)), Data(kind, 40), epochs=2))).offers_layer


def test_a_loss_by_hand_that_ends_in_nan_names_what_would_work() -> None:
    far = Setting(Network(), Data("blobs", 40, 0.1), Optimizer(lr=1000.0), epochs=30)
    assert "log(0)" in remark(done(far)).text
