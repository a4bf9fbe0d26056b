"""What is drawn of a run: every number is the run's own, and all of it together is bounded."""

from __future__ import annotations

import base64
import json
import math
from array import array
from dataclasses import replace
from typing import Any

import pytest
import torch

from gradwalk.training.data import Data
from gradwalk.training.fit import Fit
from gradwalk.training.history import History, begun
from gradwalk.training.network import LOSSES, Hidden, Network
from gradwalk.training.pictures import EMPTY, FRAMES, chosen, pictures, plane_box
from gradwalk.training.points import OwnPoints
from gradwalk.training.setting import Optimizer, Setting
from gradwalk.training.surface import SIDE, most_moved, number_names, said, shares, surface
from tests.trainings import TANH, done, loss_by_hand, moons

MEGABYTE = 1_000_000


def shares_of(drawn: dict[str, Any]) -> list[int]:
    """The packed shares, 65,535 for nan."""
    return array("H", base64.b64decode(drawn["frames"]["shares"])).tolist()


def test_losses_accuracies_and_path_are_the_runs() -> None:
    history = done(moons())
    drawn = pictures(history)
    assert drawn["loss"] == pytest.approx(history.loss, rel=1e-8)
    assert drawn["accuracy"] == history.accuracy
    first, second = drawn["surface"]["pair"]
    assert drawn["surface"]["path"][3] == pytest.approx(
        [history.parameters[3][first].item(), history.parameters[3][second].item()], rel=1e-8
    )
    assert len(drawn["gradients"]) == 2
    assert len(drawn["gradients"][0]) == 4


def test_the_plane_is_what_the_network_says_of_each_place() -> None:
    setting = moons()
    history = done(setting)
    drawn = pictures(history)
    side = drawn["frames"]["side"]
    x0, x1, y0, y1 = drawn["box"]
    corners = torch.tensor([[x0, y0], [x1, y0], [x0, y1], [x1, y1]])
    fit = Fit(setting)
    for frame, told in enumerate(drawn["frames"]["told"]):
        packed = shares_of(drawn)[frame * side * side : (frame + 1) * side * side]
        found = [packed[0], packed[side - 1], packed[-side], packed[-1]]
        expected = said(fit.model, history.parameters[told], corners).squeeze(1).tolist()
        assert [share / 65_534 for share in found] == pytest.approx(expected, abs=1e-4)


def test_the_surface_is_the_loss_with_two_numbers_changed() -> None:
    setting = moons()
    history = done(setting)
    found = surface(history, 3, 14)
    row = history.parameters[-1].clone()
    for place, (column, line) in {(0, 0): (0, 2), (0, SIDE - 1): (1, 2), (SIDE - 1, 0): (0, 3)}.items():
        row[3], row[14] = found.box[column], found.box[line]
        assert found.loss[place].item() == pytest.approx(loss_by_hand(row, setting), rel=1e-4)


def test_the_surface_holds_the_whole_path() -> None:
    history = done(moons(Optimizer(lr=2.0)))
    first, second = most_moved(history)
    a0, a1, b0, b1 = surface(history, first, second).box
    assert all(a0 < row[first] < a1 and b0 < row[second] < b1 for row in history.parameters)


def test_where_pytorch_refuses_a_prediction_the_surface_is_nan() -> None:
    setting = moons(network=Network((Hidden(4),), loss="binary_cross_entropy"))
    history = done(setting)
    history.setting = replace(setting, network=replace(setting.network, output="identity"))
    assert surface(history, 0, 16).loss.isnan().any()


def test_each_number_has_the_name_that_it_has_in_a_program() -> None:
    assert number_names(TANH, 2)[6:13] == ["W1[3, 0]", "W1[3, 1]", "b1[0]", "b1[1]", "b1[2]", "b1[3]", "W2[0, 0]"]
    assert number_names(Network(), 2) == ["w[0, 0]", "w[0, 1]", "b[0]"]
    assert len(number_names(Network((Hidden(8), Hidden(3))), 1)) == 16 + 27 + 4


@pytest.mark.parametrize("loss", LOSSES)
def test_shares_and_classes_agree(loss: str) -> None:
    network = Network((Hidden(3),), output="tanh" if loss == "hinge" else "identity", loss=loss)
    network = replace(network, output="sigmoid") if "bce" in loss or loss == "binary_cross_entropy" else network
    setting = Setting(network, Data("blobs", 40), Optimizer(lr=0.01), epochs=3)
    history = done(setting)
    fit = Fit(setting)
    prediction = said(fit.model, history.parameters[-1], fit.points.x)
    assert fit.points.label is not None
    right = torch.eq((shares(network, prediction) > 0.5).long(), fit.points.label).float().mean().item()
    assert history.accuracy[-1] == pytest.approx(right)


@pytest.mark.parametrize(
    "setting",
    [
        Setting(Network((Hidden(8),) * 3), Data("moons", 500), Optimizer("adam", 0.01), epochs=3),
        Setting(Network((Hidden(8),) * 3), Data("xor"), epochs=1000),
        Setting(TANH, Data("line", 500), Optimizer(lr=0.01), epochs=300),
    ],
    ids=["wide", "long", "line"],
)
def test_everything_together_is_less_than_a_megabyte(setting: Setting) -> None:
    history = done(setting)
    text = json.dumps(pictures(history), allow_nan=False)
    assert len(text) < MEGABYTE


def test_no_more_frames_than_there_is_room_for() -> None:
    assert chosen(4) == [0, 1, 2, 3]
    many = chosen(1001)
    assert len(many) <= FRAMES
    assert (many[0], many[-1]) == (0, 1000)
    assert many == sorted(set(many))


def test_what_is_no_number_stays_what_it_is() -> None:
    history = done(Setting(Network(), Data("line", 40), Optimizer(lr=5.0)))
    drawn = pictures(history)
    assert drawn["loss"][-1] in ("inf", "nan")
    assert drawn["surface"] is not None
    json.dumps(drawn, allow_nan=False)


def test_a_beginning_has_points_and_a_boundary_and_nothing_else() -> None:
    drawn = pictures(begun(moons()), over=False)
    assert len(drawn["points"]) == 40
    assert drawn["epochs"] == [0]
    assert (drawn["surface"], drawn["gradients"]) == (None, [])
    assert EMPTY.keys() == drawn.keys()


def test_a_network_that_pytorch_refuses_is_drawn_without_a_boundary() -> None:
    network = Network(output="identity", loss="binary_cross_entropy")
    history = begun(Setting(network, Data("xor")))
    assert "between 0 and 1" in history.failure
    assert pictures(history, over=False)["frames"]["told"] == []


def test_the_plane_shows_all_points_and_does_not_move_under_ones_own() -> None:
    for kind in ("moons", "line", "xor"):
        fit = Fit(Setting(TANH, Data(kind, 50)))
        x0, x1, y0, y1 = plane_box(fit)
        drawn = pictures(begun(fit.setting), over=False)["points"]
        assert all(x0 < point[0] < x1 and y0 < point[1] < y1 for point in drawn)
    own = Data("own", own=OwnPoints(((0.1, 0.2, 1.0),)))
    assert plane_box(Fit(Setting(TANH, own))) == (-2.0, 2.0, -2.0, 2.0)
    far = Data("own", own=OwnPoints(((0.1, 9.0, 1.0),)))
    assert plane_box(Fit(Setting(TANH, far)))[3] > 9.0


def test_histories_without_a_step_can_be_drawn() -> None:
    assert pictures(History(moons()))["surface"] is None
    assert math.isfinite(pictures(History(moons()))["box"][0])
