"""What is said when a run is over; and that what it proposes does what it says."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from gradwalk.notation import short
from gradwalk.training.data import Data
from gradwalk.training.entry import Entry, read
from gradwalk.training.history import History
from gradwalk.training.network import Hidden, Network
from gradwalk.training.remarks import ADD_LAYER, Remark, remark
from gradwalk.training.running import Places
from gradwalk.training.setting import OPTIMIZERS, OWN_RATES, Optimizer, Setting
from gradwalk.training.trials import right
from tests.trainings import TANH, done, moons

SECONDS = 120
LINE = Data("line", 40)
ADAM = Optimizer("adam", 0.5)


def told(setting: Setting) -> Remark:
    """What a run of this setting says at its end."""
    run = Places().begin(setting)
    run.want(10**6)
    assert run.wait(SECONDS)
    assert run.broken is None
    assert run.remark is not None
    return run.remark


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        (Setting(TANH), "All 4 points are told apart after"),
        (Setting(Network()), "of 4 points right after 300 epochs. One neuron parts the plane by one straight line"),
        (moons(fault="no_grad"), "PyTorch stopped the run: “a leaf Variable that requires grad is being used"),
        (moons(fault="dead"), "The slope of ReLU is 0 there"),
        (Setting(Network(), LINE, Optimizer(lr=0.1)), "The points were scattered about 0.8 · x + 0.3."),
        (Setting(TANH, LINE, Optimizer(lr=0.1), epochs=20), "The loss went from "),
        (Setting(Network(), LINE, Optimizer(lr=5.0)), "the loss is inf: nothing is learned from that."),
        (Setting(Network(output="identity", loss="binary_cross_entropy")), "PyTorch stopped the run: “all elements"),
    ],
)
def test_what_came_of_a_run_is_said(setting: Setting, says: str) -> None:
    said = remark(done(setting))
    assert says in said.text
    assert (said.cure == ADD_LAYER) == (setting == Setting(Network()))


@pytest.mark.parametrize("kind", ["moons", "circles"])
def test_bent_data_offer_a_layer_to_a_single_neuron_only(kind: str) -> None:
    assert remark(done(Setting(Network(), Data(kind, 40), epochs=20))).cure == ADD_LAYER
    assert remark(done(Setting(Network((Hidden(1),)), Data(kind, 40), epochs=2))).cure is None


def test_a_loss_by_hand_that_ends_in_nan_names_what_stays_finite() -> None:
    far = Setting(Network(), Data("blobs", 40, 0.1), Optimizer(lr=1000.0), epochs=30)
    assert "log(0)" in remark(done(far)).text
    finite = replace(far, network=replace(far.network, loss="binary_cross_entropy"))
    assert not done(finite).diverged


def test_the_rate_is_the_optimizers_own_while_nobody_sets_one() -> None:
    for kind in OPTIMIZERS:
        assert read(Entry(optimizer=kind), TANH).optimizer.lr == OWN_RATES[kind]
        assert read(Entry(optimizer=kind, lr="0.3"), TANH).optimizer.lr == 0.3


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_with_its_own_rate_an_optimizer_parts_the_moons(kind: str) -> None:
    assert (done(read(Entry("moons", count="60", optimizer=kind, epochs="200"), TANH)).accuracy[-1] or 0.0) > 0.9


@pytest.mark.parametrize(
    ("entry", "network"),
    [
        (Entry("xor", optimizer="adam", lr="0.5", epochs="150"), TANH),
        (Entry("moons", "", "40", optimizer="sgd", lr="50", epochs="60"), TANH),
        (Entry("line", "", "40", lr="5", epochs="50"), Network()),
    ],
)
def test_a_smaller_rate_is_proposed_and_does_what_is_said(entry: Entry, network: Network) -> None:
    said = told(read(entry, network))
    assert said.cure is not None
    assert said.cure.press == f"Use {dict(said.cure.changes)['lr']}"
    cured = done(read(replace(entry, **dict(said.cure.changes)), network))  # type: ignore[arg-type]
    assert promised(said.text) == came(cured)
    assert "seed" not in said.text


def promised(text: str) -> str:
    """What a remark says of what it proposes."""
    found = re.search(r"(\d+ of \d+ points are right|the loss ends at \S+): that was tried just now", text)
    assert found is not None, text
    return found[1]


def came(history: History) -> str:
    size = history.setting.data.size
    if history.setting.data.regression:
        return f"the loss ends at {short(float(f'{history.loss[-1]:.4g}'))}"
    return f"{right(history)} of {size} points are right"


def test_what_did_not_help_is_said_and_nothing_is_proposed() -> None:
    said = told(Setting(Network((Hidden(1),)), Data("circles", 40), ADAM, epochs=20))
    assert said.cure is None
    assert "Tried just now, and of little help: a learning rate of 0.05, " in said.text


def test_a_mistake_is_taken_out_by_one_press() -> None:
    said = told(moons(fault="step"))
    assert said.cure is not None
    assert dict(said.cure.changes) == {"fault": ""}


def test_what_would_take_too_long_is_not_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gradwalk.training.trials.MOST_STEPS", 9)
    assert told(Setting(Network((Hidden(1),)), Data("circles", 40), ADAM, epochs=10)).cure is None
