"""The page Perceptron, run without a browser: what it hands to the drawing, the player, the form, the table by hand."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from components.perceptron.cells import cells, composed
from components.perceptron.document import HAND, KEY
from components.perceptron.entry import read_entry, read_hand_entry
from gradwalk.address.perceptron import from_query
from gradwalk.address.program import from_query as from_code
from gradwalk.perceptron.programs.program import program
from gradwalk.perceptron.settings.model import LOSSES, STYLES, Perceptron
from gradwalk.perceptron.settings.presets import PRESETS
from gradwalk.perceptron.settings.reading import read
from tests import visits
from tests.visits import checked, data


def visit(query: str = "") -> AppTest:
    return visits.visit("perceptron.py", query)


def send(page: AppTest, *actions: list[str], **typed: str) -> AppTest:
    """What the browser does when somebody types (``w_0_0_0="2"``) or presses something."""
    form = data(page, "perceptron")
    values = form["values"] | {name.replace("_", "."): text for name, text in typed.items()}
    fields = {"cells": values, "whole": {}} if form["cells"] else {"cells": {}, "whole": values}
    entry = fields | {"actions": list(actions), "opened": form["opened"], "count": form["answered"] + 1}
    page.session_state[KEY] = {"entry": entry}
    return checked(page.run())


def last_text(page: AppTest, part: str, which: str = "value") -> str:
    text: str = data(page, "neuron")["parts"][part][which][-1][1][0]
    return text


def test_it_opens_with_the_neuron_of_the_lesson() -> None:
    page = visit()
    assert [last_text(page, part) for part in ("x0", "w0.0.0", "b0.0", "z0.0", "a0.0", "L")] == [
        "6.7", "1", "0", "6.7", "0.9988", "6.7012",
    ]  # fmt: skip
    assert (last_text(page, "w0.0.0", "grad"), last_text(page, "b0.0", "grad")) == ("6.6918", "0.9988")
    form, player = data(page, "perceptron"), data(page, "player")
    assert form["values"] == {"x.0.0": "6.7", "w.0.0.0": "1", "b.0.0": "0", "y.0.0": "0"}
    assert form["preset"] == "lesson"
    assert player["query"] == ""
    assert player["opened"] == data(page, "neuron")["opened"]


def test_what_is_typed_is_recorded_and_written_into_the_address() -> None:
    page = send(visit(), b_0_0="1")
    assert (last_text(page, "w0.0.0", "grad"), last_text(page, "b0.0", "grad")) == ("6.6970", "0.9995")
    assert data(page, "player")["query"] == "preset=bias"
    assert data(page, "perceptron")["filled"] == 1


def test_a_refused_number_stays_in_its_field_and_the_last_good_picture_is_dimmed() -> None:
    page = send(visit(), w_0_0_0="one")
    form, neuron = data(page, "perceptron"), data(page, "neuron")
    assert form["refusal"]["field"] == "w.0.0.0"
    assert form["refusal"]["message"].startswith("w may contain")
    assert form["filled"] == 1
    assert neuron["stale"] is data(page, "player")["stale"] is True
    assert last_text(page, "L") == "6.7012"
    page = send(page, w_0_0_0="2")
    assert data(page, "perceptron")["refusal"] is None
    assert data(page, "neuron")["stale"] is False
    assert last_text(page, "z0.0") == "13.4"


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"x_0_0": ""}, "x.0.0", "x is empty"),
        ({"y_0_0": "2"}, "y", "binary cross-entropy takes targets between 0 and 1"),
        ({"w_0_0_0": "1e9"}, "w.0.0.0", "between −1,000,000 and 1,000,000 work"),
        ({"b_0_0": "nan"}, "b.0.0", "b"),
        ({"x_0_0": "1, 2"}, "x.0.0", "x"),
    ],
)
def test_each_refusal_names_its_field(typed: dict[str, str], field: str, sentence: str) -> None:
    refusal = data(send(visit(), **typed), "perceptron")["refusal"]
    assert refusal["field"] == field
    assert sentence in refusal["message"]


def test_the_network_grows_and_shrinks() -> None:
    page = send(visit(), ["add"])
    assert [layer["units"] for layer in data(page, "perceptron")["layers"]] == [2, 1]
    page = send(page, ["units", "0", "3"], ["inputs", "2"], ["rows", "4"])
    form = data(page, "perceptron")
    assert [(layer["units"], layer["inputs"]) for layer in form["layers"]] == [(3, 2), (1, 3)]
    assert (form["rows"], len(form["values"])) == (4, 4 * 3 + 3 * 3 + 4)
    assert form["filled"] == 3
    page = send(page, ["remove", "0"], ["inputs", "1"], ["rows", "1"])
    assert len(data(page, "perceptron")["layers"]) == 1


def test_a_loss_brings_what_it_needs() -> None:
    page = send(visit(), ["loss", "cross_entropy"])
    form = data(page, "perceptron")
    assert form["refusal"] is None
    assert [(layer["units"], layer["activation"]) for layer in form["layers"]] == [(2, "identity")]
    page = send(page, ["activation", "0", "tanh"])
    assert data(page, "perceptron")["refusal"]["field"] == "activation"


@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss_is_one_press_away(loss: str) -> None:
    page = send(visit(), ["loss", loss], ["style", STYLES[len(loss) % 3]])
    assert data(page, "perceptron")["refusal"] is None
    assert data(page, "neuron")["parts"]["L"]["value"]


def test_a_preset_opens_anew_and_keeps_the_derivation() -> None:
    page = visit("dL_dy_pred=y_pred&step=5")
    before = data(page, "perceptron")["opened"]
    page = send(page, ["preset", "regression"])
    assert data(page, "perceptron")["opened"] != before
    assert last_text(page, "L") == "1"
    assert last_text(page, "w0.0.0", "grad") == "−2"
    assert "dL_dy_pred=y_pred" in data(page, "player")["query"]


def test_an_address_opens_what_was_shared_and_says_what_it_could_not() -> None:
    page = visit("x=[1,2]&w=[0.5,-1]&b=0.1&activation=tanh&loss=mse&y=1&step=4&dtype=float16")
    assert data(page, "perceptron")["values"]["x.0.1"] == "2"
    assert data(page, "player")["step"] == 4
    assert [notice.value for notice in page.info] == [
        "The dtype in the address is none of float32, float64; it is float32 now."
    ]


def test_settings_that_do_not_fit_are_opened_as_they_were_typed() -> None:
    page = visit("x=[1,2]&w=1&y=[0,1,1]")
    form = data(page, "perceptron")
    assert form["cells"] is False
    assert form["values"]["x"] == "[1,2]"
    assert form["refusal"]["field"] == "y"
    assert data(page, "neuron")["stale"] is True
    page = send(page, y="1", w="[1, 3]")
    assert data(page, "perceptron")["cells"] is True
    assert last_text(page, "z0.0") == "7"


def test_another_process_carries_on_where_one_died() -> None:
    page = send(visit(), x_0_0="2", w_0_0_0="three")
    other = visits.visit("perceptron.py", held={KEY: page.session_state[KEY]})
    assert data(other, "perceptron")["opened"] == data(page, "perceptron")["opened"]
    assert data(other, "perceptron")["values"]["w.0.0.0"] == "three"


def test_the_program_opens_in_code() -> None:
    link = next(link.proto for link in visit().get("page_link") if link.proto.query_string)
    shared, notices = from_code(dict(parse_qsl(link.query_string)))
    assert notices == ()
    assert shared.source == program(read(Perceptron()))


# By hand


def test_by_hand_shows_the_chain_of_the_lesson_to_the_digit() -> None:
    page = visit("view=hand")
    table = data(page, "hand")
    rows = {row["name"]: [cell and cell[0] for cell in row["cells"]] for row in table["rows"]}
    whole = {row["name"]: row["cells"][0][1] for row in table["rows"] if row["kind"] == "gradient"}
    assert rows["dL/dw"] == ["6.6918", "6.6918", "6.6918"]
    assert rows["dL/db"] == ["0.9988", "0.9988", "0.9988"]
    assert whole == {"dL/dw": "6.691762447357178", "dL/db": "0.998770534992218"}
    assert rows["dL/dŷ"] == ["813.4", "813.4", "813.4"]
    assert rows["dz/dw"] == ["6.7", "6.7", "6.7000"]
    assert list(rows) == ["dL/dŷ", "dŷ/dz", "dz/dw", "dz/db", "dL/dw", "dL/db"]
    assert data(page, "neuron")["whole"] is True
    assert data(page, "perceptron")["address"]["query"] == "view=hand"


def test_a_derivation_is_checked_and_kept_in_the_address() -> None:
    page = visit("view=hand")
    opened = data(page, "hand")["opened"]
    answers = {"dL_dy_pred": "(y_pred - y)/(1 - y_pred)", "dz_dw": "x"}
    page.session_state[HAND] = {"entry": {"answers": answers, "wrt": "", "opened": opened, "count": 1}}
    checked(page.run())
    said = {each["key"]: each for each in data(page, "hand")["derivation"]["questions"]}
    assert (said["dL_dy_pred"]["verdict"], said["dz_dw"]["verdict"]) == ("wrong", "right")
    assert said["dL_dy_pred"]["first"] is True
    assert "ŷ is missing" in said["dL_dy_pred"]["sentence"]
    query = data(page, "perceptron")["address"]["query"]
    document, _ = from_query(dict(parse_qsl(query)))
    assert document.answers == answers


def test_the_trap_is_explained_where_it_is_reached() -> None:
    assert data(visit(), "neuron")["warning"] is None
    warning = data(visit("preset=trap"), "neuron")["warning"]
    assert "log(0)" in warning["text"]
    assert "F.binary_cross_entropy" in warning["text"]
    assert data(visit("preset=step"), "neuron")["warning"]["title"] == "A step cannot learn"


# Train


def test_train_asks_for_the_shape_of_the_network_alone() -> None:
    page = visit("view=train")
    assert data(page, "perceptron")["train"] is True
    assert data(page, "perceptron")["address"] is None
    assert "gradwalk_neuron" not in [element.proto.component_name for element in page.get("bidi_component")]


# What browsers send


@pytest.mark.parametrize(
    "raw",
    [
        None,
        3,
        {},
        {"cells": {"x.0.0": 1}, "whole": {}, "actions": [], "opened": "k", "count": 1},
        {"cells": {"q": "1"}, "whole": {}, "actions": [], "opened": "k", "count": 1},
        {"cells": {}, "whole": {}, "actions": ["add"], "opened": "k", "count": 1},
        {"cells": {}, "whole": {}, "actions": [], "opened": "k", "count": True},
        {"cells": {"x.0.0": "1" * 201}, "whole": {}, "actions": [], "opened": "k", "count": 1},
    ],
)
def test_what_the_form_never_sends_is_no_entry(raw: object) -> None:
    assert read_entry(raw) is None


@pytest.mark.parametrize("key", ["dL_dw", "__class__", "dL_dw_" + "x" * 99])
def test_only_derivatives_have_formulas(key: str) -> None:
    raw = {"answers": {key: "x"}, "wrt": "", "opened": "k", "count": 1}
    assert (read_hand_entry(raw) is not None) is (key == "dL_dw")


@pytest.mark.parametrize(
    "actions",
    [[["nothing"]], [["units", "9", "2"]], [["units", "x", "2"]], [["activation", "0", "swish"]], [["preset", "none"]]],
)
def test_actions_that_make_no_sense_break_nothing(actions: list[list[str]]) -> None:
    page = send(visit(), *actions)
    assert data(page, "neuron")["parts"]["L"]["value"]


@given(st.sampled_from(PRESETS), st.sampled_from(("1/3", "-2", "pi", "1e-3", "0")))
def test_cells_and_settings_are_the_same_thing(preset: Any, text: str) -> None:
    network = read(preset.perceptron)
    found = cells(preset.perceptron, network)
    again = composed(found, preset.perceptron)
    assert read(again) == network
    assert cells(again, network) == found
    weight = found | {"w.0.0.0": text}
    assert cells(composed(weight, preset.perceptron), network) == weight
