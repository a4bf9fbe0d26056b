"""Programs of trainings: plain Python and a recorded run give what the run gives, number by number."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import gradwalk
from gradwalk.analysis.index import Index
from gradwalk.formula.update import update_lines
from gradwalk.recording import Update
from gradwalk.training.data import Data
from gradwalk.training.datasets import points
from gradwalk.training.fit import Fit
from gradwalk.training.history import snapshot
from gradwalk.training.literals import Numbers, literal, tensor_text
from gradwalk.training.network import ACTIVATIONS, LOSSES, Hidden, Network
from gradwalk.training.points import OwnPoints
from gradwalk.training.program import parameter_names, program, step_program
from gradwalk.training.setting import FAULTS, Optimizer, Setting
from tests.plain_torch import run_cells
from tests.trainings import OPTIMIZERS, TANH, done, moons, row_of

OWN = Data("own", own=OwnPoints(((0.1, 0.7, 1.0), (-0.3, 1e-3, 0.0), (0.25, -1.5, 1.0))))
DATA = [
    *(Data(kind) for kind in ("and", "or", "xor")),
    *(Data(kind, 12) for kind in ("blobs", "moons", "circles", "line")),
]
BOUNDED = ("sigmoid",)
LOGITS = ("binary_cross_entropy_with_logits", "cross_entropy")


def plain_row(source: str) -> list[float]:
    """All parameters of the model after the program ran in plain PyTorch."""
    ran = run_cells(source)
    assert ran.failures == (None,) * len(ran.failures)
    return torch.nn.utils.parameters_to_vector(ran.names["model"].parameters()).tolist()


@pytest.mark.parametrize(
    "data", [*DATA, OWN, Data("own", own=OwnPoints(((1.0, 2.0), (2.0, 3.5))))], ids=lambda d: d.kind
)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_program_draws_the_same_points(data: Data, dtype: str) -> None:
    setting = Setting(replace(TANH, dtype=dtype), data)
    names = run_cells(program(setting, 1)).names
    x, y, label = points(data, setting.trained.loss, dtype)
    assert torch.equal(names["X"], x)
    assert torch.equal(names["y"], y)
    assert x.dtype == y.dtype == getattr(torch, dtype)
    assert label is None or "label" not in names or torch.equal(names["label"], label)


@pytest.mark.parametrize("loss", LOSSES)
def test_targets_are_what_the_loss_wants(loss: str) -> None:
    names = run_cells(program(Setting(Network((Hidden(2),), loss=loss), Data("moons", 6)), 1)).names
    assert torch.equal(names["y"], points(Data("moons", 6), loss).y)


networks = st.builds(
    Network,
    st.lists(st.builds(Hidden, st.integers(1, 4), st.sampled_from(list(ACTIVATIONS))), max_size=2).map(tuple),
    st.just("sigmoid"),
    st.sampled_from(list(LOSSES)),
    st.sampled_from(["float32", "float64"]),
).map(lambda network: replace(network, output="identity") if network.loss in LOGITS else network)
settings = st.builds(
    Setting,
    networks,
    st.sampled_from([*DATA, OWN]),
    st.sampled_from(OPTIMIZERS),
    st.sampled_from([0, 2, 5]),
    st.integers(0, 100),
    st.just(2),
    st.sampled_from(["", "zero_grad", "step", "rate", "zeros"]),
)


@given(settings)
def test_the_program_of_any_setting_is_its_run(setting: Setting) -> None:
    fit = Fit(setting)
    while fit.epoch < setting.epochs:
        for _ in fit.steps():
            pass
    ours = torch.nn.utils.parameters_to_vector(fit.parameters).tolist()
    assert [repr(number) for number in plain_row(program(setting))] == [repr(number) for number in ours]


@pytest.mark.parametrize("optimizer", OPTIMIZERS[::2], ids=lambda each: each.kind)
def test_it_shows_the_same_when_it_is_recorded(optimizer: Optimizer) -> None:
    source = program(moons(optimizer, batch=16, epochs=2))
    recording = gradwalk.record(source)
    assert [cell.shown for cell in recording.cells] == list(run_cells(source).shown)
    assert all(cell.failure is None for cell in recording.cells)


@pytest.mark.parametrize("fault", FAULTS)
def test_programs_of_faults_run_or_fail_as_the_run_does(fault: str) -> None:
    setting = moons(fault=fault)
    history, plain = done(setting), run_cells(program(setting))
    failures = [failure[1] for failure in plain.failures if failure and failure[0] == "RuntimeError"]
    assert failures == ([history.failure] if history.failure else [])
    if not history.failure:
        assert plain_row(program(setting)) == history.parameters[-1].tolist()


@pytest.mark.parametrize("batch", [0, 16])
@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda each: f"{each.kind} {each.arguments}")
def test_one_step_from_any_epoch_ends_where_the_run_went(optimizer: Optimizer, batch: int) -> None:
    setting = moons(optimizer, batch=batch)
    history = done(setting)
    after = snapshot(history, 2, 2) if batch else snapshot(history, 3)
    source = step_program(setting, snapshot(history, 2, 1 if batch else 0))
    names = run_cells(source).names
    found = [number for name in parameter_names(setting.trained) for number in names[name].reshape(-1).tolist()]
    assert found == row_of(after)


def test_a_step_is_recorded_with_what_the_optimizer_remembered() -> None:
    setting = moons(OPTIMIZERS[3])
    history = done(setting)
    at = snapshot(history, 2)
    recording = gradwalk.record(step_program(setting, at))
    updates = [event for event in recording.events if isinstance(event, Update)]
    assert len(updates) == 4
    for update, remembered, after in zip(updates, at.state, snapshot(history, 3).parameters, strict=True):
        assert [(state.name, state.array.numbers) for state in update.given] == [
            (entry.name, entry.numbers.flat) for entry in remembered
        ]
        assert recording.values[update.after].numbers == after.flat


def test_the_formula_of_a_step_begins_with_what_was_remembered() -> None:
    """Adam at its fifth step: m = 0.9 · 0.5 + 0.1 · 4 = 0.85, v = 0.999 · 0.25 + 0.001 · 16 = 0.26575."""
    recording = gradwalk.record(
        "import torch\nw = torch.tensor(1.0, requires_grad=True)\noptimizer = torch.optim.Adam([w], lr=0.1)\n"
        'optimizer.state[w] = {"step": torch.tensor(4.0), "exp_avg": torch.tensor(0.5), '
        '"exp_avg_sq": torch.tensor(0.25)}\n'
        "loss = (2 * w - 1) ** 2 \nloss.backward()\noptimizer.step()"
    )
    index = Index(recording)
    lines = [str(line) for line in update_lines(index, next(e for e in recording.events if isinstance(e, Update)))]
    numbers = [re.findall(r"'mn', '([^']*)'", line) for line in lines]
    assert ["0.9", "0.5", "0.1", "4", "0.85"] in [[n for n in line if n != "2"] for line in numbers]
    assert ["0.999", "0.25", "0.001", "4", "0.2657"] in [[n for n in line if n != "2"] for line in numbers]


def test_gradients_that_are_not_cleared_are_carried_into_the_step() -> None:
    setting = moons(fault="zero_grad")
    source = step_program(setting, snapshot(done(setting), 2))
    assert "zero_grad" not in source
    assert "W1.grad = torch.tensor" in source


def test_the_step_outside_no_grad_fails_as_the_run_did() -> None:
    setting = moons(fault="no_grad")
    history = done(setting)
    cells = gradwalk.record(step_program(setting, snapshot(history, 0))).cells
    assert cells[-1].failure is not None
    assert cells[-1].failure.message == history.failure


def test_a_single_neuron_has_w_and_b() -> None:
    assert parameter_names(Network()) == ["w", "b"]
    assert parameter_names(TANH) == ["W1", "b1", "W2", "b2"]


@given(st.floats(width=32))
def test_literals_of_float32_are_exact(number: float) -> None:
    read = eval(tensor_text(Numbers((), (number,))), {"torch": torch})  # noqa: S307 - a text of our own
    assert (math.isnan(number) and math.isnan(read.item())) or read.item() == number


@given(st.floats())
def test_literals_of_float64_are_exact(number: float) -> None:
    read = eval(tensor_text(Numbers((), (number,), "float64")), {"torch": torch})  # noqa: S307
    assert (math.isnan(number) and math.isnan(read.item())) or read.item() == number


def test_literals_are_short() -> None:
    assert literal(0.10000000149011612) == "0.1"
    assert (
        tensor_text(Numbers((2, 1), (1.0, -0.5)), "requires_grad=True")
        == "torch.tensor([[1.0], [-0.5]], requires_grad=True)"
    )
