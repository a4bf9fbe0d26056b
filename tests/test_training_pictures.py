"""What is drawn of a run: every number is the run's own, and all of it together is bounded."""

from __future__ import annotations

import base64
import json
from array import array
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import nn

from gradwalk.training.data import Data
from gradwalk.training.fit import Fit
from gradwalk.training.history import History, begun, place_at, places_of
from gradwalk.training.network import LOSSES, Hidden, Network
from gradwalk.training.pictures import (
    EMPTY,
    MIDDLE,
    MOST_PICTURES,
    SIDE,
    every,
    grid,
    name_of,
    pictures,
    plane_box,
    scene,
    surface_of,
    told,
)
from gradwalk.training.points import OwnPoints
from gradwalk.training.setting import Optimizer, Setting
from gradwalk.training.surface import SIDE as SURFACE
from gradwalk.training.surface import most_moved, number_names, said, shares, surface
from tests.trainings import TANH, done, loss_by_hand, moons

MOST_BYTES = 1_700_000


def shown(history: History) -> list[dict[str, Any]]:
    """All pictures of a run that is over."""
    places = range(0, len(history.epochs), every(history.setting))
    return pictures(history, Fit(history.setting), list(places))


def test_losses_accuracies_and_numbers_are_the_runs() -> None:
    history = done(moons())
    rows = told(history, 0, len(history.epochs))
    assert [row[0] for row in rows] == history.epochs
    assert [row[1] for row in rows] == pytest.approx(history.loss, rel=1e-8)
    assert [row[2] for row in rows] == history.accuracy
    assert [len(row[3]) for row in rows] == [2, 2, 2, 2, 0]
    drawn = shown(history)
    assert drawn[3]["numbers"] == pytest.approx(history.parameters[3].tolist(), rel=1e-4)


def test_planes_are_what_pytorchs_own_layers_answer_at_each_place() -> None:
    setting = moons()
    history = done(setting)
    points = grid(plane_box(Fit(setting)), torch.float32)
    for picture in shown(history):
        model = nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 1), nn.Sigmoid())
        nn.utils.vector_to_parameters(history.parameters[picture["place"]], model.parameters())
        with torch.no_grad():
            hidden, out = model[:2](points), model(points)
        packed = array("H", base64.b64decode(picture["field"])).tolist()
        assert torch.tensor(packed) / 65_534 == pytest.approx(out.squeeze(1), abs=1e-4)
        planes = torch.frombuffer(bytearray(base64.b64decode(picture["planes"])), dtype=torch.uint8).reshape(4, -1)
        for unit, (plane, most) in enumerate(zip(planes, picture["most"], strict=True)):
            expected = hidden[:, unit].reshape(SIDE, SIDE)[::2, ::2].reshape(-1)
            assert most == pytest.approx(expected.abs().max().item(), rel=1e-3)
            assert (plane.float() - MIDDLE) / MIDDLE * most == pytest.approx(expected, abs=0.01 * most)


def test_over_a_line_a_unit_is_a_curve() -> None:
    setting = Setting(TANH, Data("line", 40), Optimizer(lr=0.1), epochs=5)
    history = done(setting)
    picture = shown(history)[5]
    x = torch.linspace(*plane_box(Fit(setting))[:2], 65).unsqueeze(1)
    row = history.parameters[5]
    hidden = torch.tanh(x @ row[:4].reshape(1, 4) + row[4:8])
    assert picture["curves"][2] == pytest.approx(hidden[:, 2].tolist(), rel=1e-3)
    assert picture["line"] == pytest.approx((hidden @ row[8:12] + row[12]).tolist(), rel=1e-3, abs=1e-5)


def test_the_surface_is_the_loss_with_two_numbers_changed() -> None:
    setting = moons()
    history = done(setting)
    count = len(history.epochs)
    for place in (1, count - 1):
        found = surface(history, count, place, (3, 14))
        row = history.parameters[place].clone()
        for at, (column, line) in {(0, 0): (0, 2), (0, SURFACE - 1): (1, 2), (SURFACE - 1, 0): (0, 3)}.items():
            row[3], row[14] = found.box[column], found.box[line]
            assert found.loss[at].item() == pytest.approx(loss_by_hand(row, setting), rel=1e-4)


def test_the_surface_holds_the_whole_path() -> None:
    history = done(moons(Optimizer(lr=2.0)))
    count = len(history.epochs)
    drawn = surface_of(history, count, count - 1, None)
    assert drawn is not None
    assert drawn["pair"] == list(most_moved(history, count))
    a0, a1, b0, b1 = drawn["box"]
    assert len(drawn["path"]) == count
    assert all(a0 < a < a1 and b0 < b < b1 for a, b in drawn["path"])


def test_where_pytorch_refuses_a_prediction_the_surface_is_nan() -> None:
    setting = moons(network=Network((Hidden(4),), loss="binary_cross_entropy"))
    history = done(setting)
    history.setting = replace(setting, network=replace(setting.network, output="identity"))
    assert surface(history, 5, 4, (0, 16)).loss.isnan().any()


def test_each_number_has_one_name() -> None:
    assert number_names(TANH, 2)[6:13] == ["w₄₁⁽¹⁾", "w₄₂⁽¹⁾", "b₁⁽¹⁾", "b₂⁽¹⁾", "b₃⁽¹⁾", "b₄⁽¹⁾", "w₁⁽²⁾"]
    assert number_names(Network(), 2) == ["w₁", "w₂", "b"]
    assert number_names(Network((Hidden(8), Hidden(3))), 1)[16:18] == ["w₁₁⁽²⁾", "w₁₂⁽²⁾"]
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


def test_everything_together_is_bounded() -> None:
    setting = Setting(Network((Hidden(8),) * 3), Data("moons", 500), Optimizer("adam", 0.01), epochs=2)
    history = done(setting)
    largest = max(len(json.dumps(picture, allow_nan=False)) for picture in shown(history))
    rows = len(json.dumps(told(history, 0, 3), allow_nan=False)) / 3
    assert largest * (MOST_PICTURES + 1) + rows * 1001 + len(json.dumps(scene(setting))) < MOST_BYTES


@pytest.mark.parametrize("epochs", [1, 7, 250, 300, 1000, 1001, 5000])
def test_no_more_pictures_than_there_is_room_for(epochs: int) -> None:
    setting = Setting(epochs=epochs)
    assert places_of(setting) <= 1001
    assert 1 <= -(-places_of(setting) // every(setting)) <= MOST_PICTURES + 1
    assert place_at(setting, epochs) in (places_of(setting) - 1, places_of(setting) - 2)
    assert place_at(setting, 0) == 0


def test_what_is_no_number_stays_what_it_is() -> None:
    history = done(Setting(Network(), Data("line", 40), Optimizer(lr=5.0)))
    count = len(history.epochs)
    assert told(history, count - 1, count)[0][1] in ("inf", "nan")
    drawn = [shown(history), surface_of(history, count, count - 1, None)]
    assert drawn[1] is not None
    json.dumps(drawn, allow_nan=False)


def test_a_beginning_has_points_and_the_first_picture() -> None:
    setting = moons()
    drawn = scene(setting)
    assert len(drawn["points"]) == 40
    assert [row[0] for row in drawn["first"]["told"]] == [0]
    assert drawn["first"]["pictures"] == shown(done(setting))[:1]
    assert drawn["name"] == "2-4-1, SGD 0.1"
    assert EMPTY.keys() <= drawn.keys()


def test_the_name_of_a_run_says_what_was_set() -> None:
    sgd = Optimizer(momentum=0.9, nesterov=True, decay=0.01)
    assert name_of(moons(optimizer=sgd, batch=10, seed=3)) == (
        "2-4-1, SGD 0.5, momentum 0.9, Nesterov, weight decay 0.01, batch 10, seed 3"
    )
    assert name_of(moons(optimizer=Optimizer("adam", 0.01, momentum=0.9), batch=0)) == "2-4-1, Adam 0.01"


def test_a_network_that_pytorch_refuses_has_points_alone() -> None:
    setting = Setting(Network(output="identity", loss="binary_cross_entropy"), Data("xor"))
    assert "between 0 and 1" in begun(setting).failure
    assert scene(setting)["first"] == {"told": [], "pictures": []}
    assert len(scene(setting)["points"]) == 4


def test_the_plane_shows_all_points_and_does_not_move_under_ones_own() -> None:
    for kind in ("moons", "line", "xor"):
        fit = Fit(Setting(TANH, Data(kind, 50)))
        x0, x1, y0, y1 = plane_box(fit)
        assert all(x0 < point[0] < x1 and y0 < point[1] < y1 for point in scene(fit.setting)["points"])
    own = Data("own", own=OwnPoints(((0.1, 0.2, 1.0),)))
    assert plane_box(Fit(Setting(TANH, own))) == (-2.0, 2.0, -2.0, 2.0)
    far = Data("own", own=OwnPoints(((0.1, 9.0, 1.0),)))
    assert plane_box(Fit(Setting(TANH, far)))[3] > 9.0


def test_nothing_is_made_up_where_nothing_has_run() -> None:
    history = History(moons())
    assert pictures(history, Fit(history.setting), [0]) == []
    assert surface_of(history, 0, 0, None) is None
