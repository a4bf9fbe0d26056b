"""A run against the same loop written by hand: parameter by parameter, at every step."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import nn

from gradwalk.training.data import Data
from gradwalk.training.datasets import points
from gradwalk.training.entry import Entry, read
from gradwalk.training.fit import Fit, resumed
from gradwalk.training.history import MOST_CHECKPOINTS, MOST_TOLD, begun, snapshot
from gradwalk.training.network import Hidden, Network
from gradwalk.training.setting import Optimizer, Setting
from tests.process import global_state
from tests.trainings import OPTIMIZERS, TANH, done, moons, plain_loop, row_of


def rows(setting: Setting) -> list[torch.Tensor]:
    """All parameters after each step of our run."""
    fit, found = Fit(setting), []
    while fit.epoch < setting.epochs:
        found += [nn.utils.parameters_to_vector(fit.parameters).detach().clone() for _ in fit.steps()]
    return found


def same(ours: list[torch.Tensor], plain: list[torch.Tensor]) -> bool:
    return len(ours) == len(plain) and all(torch.equal(one, other) for one, other in zip(ours, plain, strict=True))


@pytest.mark.parametrize("batch", [0, 16])
@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda each: f"{each.kind} {each.arguments}")
def test_every_step_of_every_optimizer_is_the_plain_loops(optimizer: Optimizer, batch: int) -> None:
    setting = moons(optimizer, batch=batch, seed=3)
    assert same(rows(setting), list(plain_loop(setting)))


@pytest.mark.parametrize("fault", ["zero_grad", "step"])
def test_what_is_left_out_is_left_out(fault: str) -> None:
    setting = moons(fault=fault)
    assert same(rows(setting), list(plain_loop(setting)))


def updates(optimizer: Optimizer, grads: list[float]) -> list[float]:
    """The formulas of PyTorch's documentation, for one number that begins at 1."""
    w, m, v, found = 1.0, 0.0, 0.0, []
    for t, grad in enumerate(grads, 1):
        g = grad + (optimizer.decay * w if optimizer.kind != "adamw" else 0.0)
        if optimizer.kind == "sgd":
            m = g if t == 1 else optimizer.momentum * m + g
            w -= optimizer.lr * (g + optimizer.momentum * m if optimizer.nesterov else m)
        elif optimizer.kind == "rmsprop":
            v = 0.99 * v + 0.01 * g * g
            m = optimizer.momentum * m + g / (math.sqrt(v) + 1e-8)
            w -= optimizer.lr * m
        else:
            w -= optimizer.lr * optimizer.decay * w if optimizer.kind == "adamw" else 0.0
            m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
            w -= optimizer.lr * (m / (1 - 0.9**t)) / (math.sqrt(v / (1 - 0.999**t)) + 1e-8)
        found.append(w)
    return found


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda each: f"{each.kind} {each.arguments}")
def test_every_optimizer_follows_its_formula(optimizer: Optimizer) -> None:
    setting = Setting(Network(dtype="float64"), Data("and"), optimizer)
    fit = Fit(setting)
    weight, grads = fit.parameters[0], [0.5, -1.0, 2.0, 0.25]
    found = []
    with torch.no_grad():
        weight.fill_(1.0)
    for grad in grads:
        weight.grad = torch.full_like(weight, grad)
        fit.optimizer.step()
        found.append(weight[0, 0].item())
    assert found == pytest.approx(updates(optimizer, grads), rel=1e-9)


def test_a_learning_rate_too_large_is_a_hundred_times_the_one_that_was_given() -> None:
    fit = Fit(moons(fault="rate"))
    assert fit.optimizer.param_groups[0]["lr"] == 10.0


def test_weights_of_zero_stay_equal_and_only_the_last_bias_moves() -> None:
    history = done(moons(fault="zeros", data=Data("and"), epochs=20))
    last = history.parameters[-1]
    assert last[:16].tolist() == [0.0] * 16
    assert last[16] != 0
    assert [layers[0] for layers in history.gradients if layers] == [0.0] * 20


def test_a_single_neuron_learns_from_zero_all_the_same() -> None:
    history = done(Setting(Network(), Data("and"), Optimizer(momentum=0.9), fault="zeros"))
    assert history.accuracy[-1] == 1.0


def test_a_dead_relu_gets_no_gradient_at_all() -> None:
    history = done(moons(fault="dead"))
    assert all(layers[0] == 0.0 for layers in history.gradients)
    assert torch.equal(history.parameters[0][:12], history.parameters[-1][:12])


def test_a_saturated_sigmoid_gets_hardly_any() -> None:
    saturated, usual = done(moons(fault="saturated")), done(moons())
    assert 0 < saturated.gradients[0][0] < 1e-3 * usual.gradients[0][0]


def test_the_update_outside_no_grad_stops_with_pytorchs_own_words() -> None:
    history = done(moons(fault="no_grad"))
    assert history.failure == "a leaf Variable that requires grad is being used in an in-place operation."
    assert history.epochs == [0]


def test_a_run_that_diverges_ends_with_its_true_loss() -> None:
    history = done(Setting(Network(), Data("line", 40), Optimizer(lr=5.0), epochs=300))
    assert history.diverged
    assert not math.isfinite(history.loss[-1])
    assert all(map(math.isfinite, history.loss[:-1]))
    assert history.epochs[-1] < 300


def test_bce_by_hand_gives_nan_where_pytorchs_is_finite() -> None:
    """Lesson 2's float32 trap, met in a training."""
    far = replace(moons(data=Data("blobs", 40, 0.1), optimizer=Optimizer(lr=1000.0)), epochs=30, network=Network())
    by_hand, by_torch = done(far), done(replace(far, network=Network(loss="binary_cross_entropy")))
    assert by_hand.diverged
    assert math.isfinite(by_torch.loss[-1])


@pytest.mark.parametrize("optimizer", OPTIMIZERS[1::2], ids=lambda each: each.kind)
@pytest.mark.parametrize("fault", ["", "zero_grad"])
def test_every_epoch_is_met_again_exactly(optimizer: Optimizer, fault: str) -> None:
    setting = moons(optimizer, batch=16, epochs=5, fault=fault)
    history, plain = done(setting), list(plain_loop(setting))
    for epoch in range(5):
        for batch in range(3):
            before = 3 * epoch + batch - 1
            if before >= 0:
                assert row_of(snapshot(history, epoch, batch)) == plain[before].tolist()
    assert row_of(snapshot(history, 5)) == plain[-1].tolist()


def test_going_back_between_checkpoints_changes_none_of_them() -> None:
    setting = moons(OPTIMIZERS[3], data=Data("and"), epochs=2 * MOST_CHECKPOINTS)
    history = done(setting)
    first = row_of(snapshot(history, 3))
    assert [kept.epoch for kept in history.checkpoints[:3]] == [0, 2, 4]
    assert row_of(snapshot(history, 3)) == first
    assert row_of(snapshot(history, 201)) == rows(setting)[200].tolist()


def test_a_run_goes_on_from_a_checkpoint_as_if_nothing_had_been() -> None:
    fit = Fit(moons(OPTIMIZERS[3], batch=16))
    for _ in fit.steps():
        pass
    again = resumed(fit.setting, fit.checkpoint())
    for one, other in zip(fit.steps(), again.steps(), strict=True):
        assert torch.equal(one[1], other[1])
    assert again.epoch == fit.epoch == 2


def test_what_is_told_does_not_grow_with_the_run() -> None:
    history = done(moons(network=Network(), data=Data("and"), epochs=1500))
    assert len(history.epochs) <= MOST_TOLD + 1
    assert len(history.checkpoints) <= MOST_CHECKPOINTS + 1
    assert history.epochs[-1] == 1500
    assert len(history.loss) == len(history.accuracy) == len(history.parameters) == len(history.epochs)


@pytest.mark.parametrize("batch", [0, 16])
def test_losses_and_gradients_are_those_of_the_epoch(batch: int) -> None:
    setting = moons(batch=batch)
    history = done(setting)
    fit = Fit(setting)
    for epoch in range(4):
        assert history.loss[epoch] == fit.evaluated()[1].item()
        lengths = None
        for _ in fit.steps():
            if lengths is None:
                grads = [parameter.grad for parameter in fit.parameters if parameter.grad is not None]
                lengths = [torch.cat([g.reshape(-1) for g in grads[at : at + 2]]).norm().item() for at in (0, 2)]
        assert history.gradients[epoch] == pytest.approx(lengths, rel=1e-5)
    assert history.loss[4] == fit.evaluated()[1].item()


def test_the_beginning_is_that_of_the_run() -> None:
    setting = moons()
    assert begun(setting).loss == done(setting).loss[:1]


def test_a_run_changes_nothing_for_anybody_else() -> None:
    moment: dict[str, Any] = global_state()
    done(moons(OPTIMIZERS[3], batch=16))
    assert global_state() == moment


def page(seed: int, network: Network) -> float | None:
    """XOR with the page's defaults."""
    return done(read(Entry(seed=str(seed)), network)).accuracy[-1]


def test_xor_with_two_four_one_works_from_nine_of_ten_seeds_at_least() -> None:
    assert sum(page(seed, TANH) == 1.0 for seed in range(10)) >= 9


def test_xor_with_one_neuron_works_from_none() -> None:
    assert max(page(seed, Network()) or 0.0 for seed in range(3)) <= 0.75


@pytest.mark.parametrize("kind", ["and", "or", "blobs"])
def test_one_neuron_parts_what_a_line_can_part(kind: str) -> None:
    history = done(read(Entry(data=kind, noise="0.3"), Network()))
    assert history.accuracy[-1] == 1.0


@pytest.mark.parametrize("kind", ["moons", "circles"])
def test_a_hidden_layer_parts_moons_and_circles(kind: str) -> None:
    network = Network((Hidden(8),))
    accuracy = done(read(Entry(data=kind, count="60", epochs="200"), network)).accuracy[-1]
    assert accuracy is not None
    assert accuracy > 0.96


def test_a_line_is_found_as_least_squares_finds_it() -> None:
    setting = read(Entry(data="line", lr="0.05"), Network())
    x, y, _ = points(setting.data)
    columns = torch.cat([x, torch.ones_like(x)], dim=1)
    best = torch.linalg.lstsq(columns, y).solution.reshape(-1)
    assert torch.allclose(done(setting).parameters[-1], best, atol=1e-4)
