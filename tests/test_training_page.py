"""The Train view, run without a browser: what it hands to its pictures and to the player."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

import pytest
from streamlit.testing.v1 import AppTest

from components.perceptron.document import filled
from components.training.inside import enter
from components.training.stage import begin, take_cure
from components.training.view import Put, put, whole
from gradwalk.perceptron.settings.editing import with_layer
from gradwalk.training.history import snapshot
from gradwalk.training.program import step_program
from tests.browser import ROOT

SECONDS = 120


def visit(query: str = "") -> AppTest:
    page = AppTest.from_file(str(ROOT / "pages" / "main.py"), default_timeout=SECONDS).switch_page("perceptron.py")
    for name, value in parse_qsl(f"view=train&{query}"):
        page.query_params[name] = value
    return checked(page.run())


def checked(page: AppTest) -> AppTest:
    assert not page.exception
    return page


def handed(page: AppTest, component: str = "training") -> dict[str, Any]:
    """What the component of this name was handed."""
    protos = (element.proto for element in page.get("bidi_component"))
    found: dict[str, Any] = json.loads(
        next(p.json or p.bytes for p in protos if p.component_name == f"gradwalk_{component}")
    )
    return found


def ran(page: AppTest) -> AppTest:
    """Begin a run as the view's button does, and wait for its end, as who watches it does."""
    now = page.session_state["training state"]
    begin(now, now.drawn)
    return over(checked(page.run()))


def over(page: AppTest) -> AppTest:
    run = page.session_state["training state"].run
    run.want(10**6)
    assert run.wait(SECONDS)
    return checked(page.run())


def remarked(page: AppTest) -> str:
    return page.session_state["training state"].run.remark.text  # type: ignore[no-any-return]


def entered(page: AppTest, epoch: int) -> AppTest:
    """Step inside an epoch, as the pictures' button does."""
    enter(page.session_state["training state"], epoch)
    return checked(page.run())


def texts(page: AppTest) -> str:
    return "\n".join(element.value.replace("\\", "") for element in page.markdown)


def test_it_opens_at_the_beginning_with_nothing_run() -> None:
    page = visit()
    drawn = handed(page)
    assert [row[0] for row in drawn["scene"]["first"]["told"]] == [0]
    assert len(drawn["scene"]["points"]) == 4
    assert (drawn["run"], drawn["ready"]) == ("", True)
    assert drawn["query"] == "view=train&data=or"
    assert "Is there one that parts these points?" in drawn["scene"]["asks"]
    assert drawn["scene"]["name"] == "2-1, SGD 0.5, momentum 0.9"


def test_one_neuron_fails_at_xor_and_a_hidden_layer_is_one_press_away() -> None:
    page = ran(visit("view=train&data=xor"))
    now = page.session_state["training state"]
    assert now.run.history.accuracy[-1] <= 0.75
    assert "One neuron parts the plane by one straight line" in remarked(page)
    take_cure(now, lambda: add_layer_of(page))
    page = checked(page.run())
    assert handed(page)["scene"]["name"] == "2-4-1, SGD 0.5, momentum 0.9"
    page = over(page)  # it runs at once
    assert "All 4 points are told apart after" in remarked(page)


def add_layer_of(page: AppTest) -> None:
    """What the button's callback does, on the page's own state."""
    opened = page.session_state["opened perceptron"]
    perceptron = with_layer(opened.perceptron, 4)
    page.session_state["opened perceptron"] = filled(
        replace(opened, document=replace(opened.document, perceptron=perceptron))
    )


def test_an_address_opens_a_run_at_its_epoch_and_step() -> None:
    page = visit("preset=two_layers&data=moons&count=30&batch=10&epochs=20&epoch=7&inside=2&step=20")
    drawn = handed(page)
    assert (drawn["epoch"], drawn["inside"]) == (7, "epoch=7&inside=2")
    assert drawn["run"].startswith("/training-run/")
    assert "preset=two_layers&view=train&data=moons&count=30" in drawn["query"]
    run = page.session_state["training state"].run
    assert handed(page, "player")["step"] == 20
    assert handed(page, "player")["story"]["code"] == step_program(run.setting, snapshot(run.history, 7, 2))


def test_stepping_inside_shows_zero_grad_forward_backward_and_step() -> None:
    page = entered(ran(visit("preset=two_layers")), 5)
    player = handed(page, "player")
    story = player["story"]
    first = player["step"]
    assert (story["steps"][first - 1]["cell"], story["steps"][first]["cell"]) == (0, 1)
    assert "Cell 2 is the step" in texts(page)
    kinds = [step["kind"] for step in story["steps"][first:]]
    assert kinds.index("forward") < kinds.index("seed") < kinds.index("accumulate")
    assert kinds[-4:] == ["update"] * 4
    assert "cleared" in next(step["title"] for step in story["steps"][first:] if step["kind"] == "update")
    assert kinds.count("update") == 5  # the gradients cleared, then W1, b1, W2, b2
    before = page.session_state["training state"].inside
    page = checked(page.button(key="training-after").click().run())
    assert page.session_state["training state"].inside[:2] == (before.epoch + 1, 0)
    assert handed(page, "player")["opened"] == player["opened"]
    checked(page.button(key="training-close").click().run())
    assert not [e for e in page.get("bidi_component") if e.proto.component_name == "gradwalk_player"]


def test_a_learning_rate_of_nan_gets_a_sentence_and_stays_where_it_is() -> None:
    page = visit()
    page = checked(page.text_input(key="training-lr").set_value("nan").run())
    assert texts(page).count("The learning rate cannot be nan. Write a number, such as 0.1.") == 1  # under its field
    assert "Nothing can be run yet" in texts(page)
    assert page.text_input(key="training-lr").value == "nan"
    assert handed(page)["ready"] is False
    assert handed(page)["query"] == "view=train&data=or&lr=nan"


def test_points_are_put_down_taken_away_and_typed() -> None:
    page = visit("data=own")
    assert "There are no points yet." in texts(page)
    assert handed(page)["scene"]["points"] == []
    assert handed(page)["editable"] is True
    area = page.text_area(key="training-points")
    page = checked(area.set_value("0.5, 1, 0\n1, 1, 1").run())
    assert handed(page)["scene"]["points"] == [[0.5, 1.0, 0.0], [1.0, 1.0, 1.0]]
    page = checked(page.text_area(key="training-points").set_value("0.5, 1, 0\n1, two, 1").run())
    assert "Row 2, column 2: “two” is no number." in texts(page)
    assert page.text_area(key="training-points").value == "0.5, 1, 0\n1, two, 1"


def test_what_takes_a_hidden_layer_offers_one() -> None:
    page = visit("fault=dead")
    assert "Dead ReLU is shown by a hidden layer. Add one to see it." in texts(page)
    page = checked(page.button(key="training-add-layer").click().run())
    assert "The slope of ReLU is 0 there" in remarked(ran(page))


def test_a_damaged_address_opens_with_sentences() -> None:
    page = visit("data=mnist&points=%21&epoch=x")
    assert len(page.info) == 3
    assert len(handed(page)["scene"]["first"]["told"]) == 1


def test_the_learning_rate_follows_the_optimizer_until_somebody_sets_one() -> None:
    page = visit()
    page = checked(page.selectbox(key="training-optimizer").set_value("adam").run())
    assert (page.text_input(key="training-lr").value, page.text_input(key="training-lr").placeholder) == ("", "0.05")
    assert handed(page)["scene"]["name"] == "2-1, Adam 0.05"
    assert handed(page)["query"] == "view=train&data=or&optimizer=adam"


def test_a_cure_fills_its_field_and_runs() -> None:
    page = ran(visit("preset=two_layers&optimizer=adam&lr=50&epochs=100"))
    now = page.session_state["training state"]
    assert dict(now.run.remark.cure.changes) == {"lr": "0.05"}
    now.anew = now.starts = True
    page.session_state["training entry"] = replace(page.session_state["training entry"], lr="0.05")
    page.session_state["training fields written"] = {"lr": 1}
    page = over(checked(page.run()))
    assert page.text_input(key="training-lr-1").value == "0.05"
    assert now.run.setting.lr == 0.05


def test_fields_are_filled_again_when_one_comes_back() -> None:
    page = visit("data=moons&lr=0.25")
    page.session_state["perceptron-view"] = "step"
    checked(page.run())
    page.session_state["perceptron-view"] = "train"
    checked(page.run())
    assert page.text_input(key="training-lr").value == "0.25"
    assert page.selectbox(key="training-data").value == "moons"


def test_a_run_is_let_go_when_its_setting_changes() -> None:
    page = ran(visit())
    page = checked(page.text_input(key="training-seed").set_value("1").run())
    assert page.session_state["training state"].run is None
    assert handed(page)["run"] == ""


@pytest.mark.parametrize("raw", [None, "1", -1, 2**40, True, 1.0, [1]])
def test_only_whole_numbers_in_their_range_come_from_a_browser(raw: object) -> None:
    assert whole(raw, 5000) is None


@pytest.mark.parametrize(
    "raw", [None, {}, {"x": 1, "y": 2}, {"x": 1, "y": math.nan, "label": 0}, {"x": "1", "y": 2, "label": 0}, [1, 2, 0]]
)
def test_only_points_come_from_a_browser(raw: object) -> None:
    assert put(raw) is None
    assert put({"x": 0.12345, "y": -1, "label": 1}) == Put(0.123, -1, 1)
