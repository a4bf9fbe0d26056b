"""The page Expression, run without a browser: what it hands to the form, the player and the answer."""

from __future__ import annotations

import math
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from components.expression import KEY
from components.expression.comparison import KEY as ANSWER
from components.expression.document import as_markdown
from gradwalk.lessons.gallery import EXAMPLES
from tests import visits
from tests.visits import checked, data


def visit(query: str = "", *, asked: bool = False) -> AppTest:
    """``asked``: by somebody who wants to see the answer."""
    return visits.visit("expression.py", query, {ANSWER: {"asked": True}} if asked else None)


def send(page: AppTest, **change: object) -> AppTest:
    """What the browser does when somebody changes a field."""
    form = data(page, "form")
    document = {name: form["document"][name] for name in ("text", "given", "constants", "dtype", "seed")}
    entry = document | {"opened": form["opened"], "count": form["answered"] + 1, "example": None} | change
    page.session_state[KEY] = {"entry": entry}
    return checked(page.run())


def last_texts(page: AppTest) -> dict[str, list[str]]:
    """What stands in the picture at the last step, by slot."""
    return {slot: entries[-1][1] for slot, entries in data(page, "player")["story"]["slots"].items()}


def test_it_opens_with_the_sine_of_a_square_already_recorded() -> None:
    page = visit()
    form, player = data(page, "form"), data(page, "player")
    assert form["document"]["text"] == "z = sin(x**2)"
    assert [(row["name"], row["text"]) for row in form["variables"]] == [("x", "4")]
    assert form["refusal"] is None
    assert form["seed"] is None
    assert player["query"] == "z=sin(x**2)&x=4"
    assert player["stale"] is False
    # Lesson 1: 2x cos(x²) at 4.
    assert [f"{2 * 4 * math.cos(16):.4f}".replace("-", "−")] in last_texts(page).values()
    assert data(page, "answer")["table"] is None


def test_torchviz_draws_for_those_who_look_for_its_picture() -> None:
    page = visit()
    assert "grad_fn" not in data(page, "player")["graphs"]
    page.session_state["player"] = {"torchviz": True}  # the player says so once
    assert data(checked(page.run()), "player")["graphs"]["grad_fn"]["plain"]["boxes"]
    page.session_state["player"] = {}
    for drawn in (send(page, text="z = x * x"), visit("picture=both")):
        assert data(drawn, "player")["graphs"]["grad_fn"]["plain"]["boxes"]


def test_the_answer_comes_when_it_is_asked_for() -> None:
    page = visit()
    before = data(page, "player")
    page.session_state[ANSWER] = {"asked": True}
    cells = data(checked(page.run()), "answer")["table"]["leaves"][0]["rows"][0]["cells"]
    assert [number for number, _ in cells] == ["−7.6613"] * 3
    assert data(page, "player") == before


def test_an_address_opens_its_document_at_its_step() -> None:
    page = visit("y=x**2&z=sin(y)&x=2&dtype=float64&step=5")
    form, player = data(page, "form"), data(page, "player")
    assert form["document"]["text"] == "y = x**2\nz = sin(y)"
    assert form["document"]["dtype"] == "float64"
    assert player["step"] == 5
    assert "dtype=torch.float64" in player["story"]["code"]


def test_a_tampered_address_gets_defaults_and_says_so() -> None:
    page = visit("z=sin(x**2)&x=4&dtype=float16&step=-3")
    assert [notice.value for notice in page.info] == [
        "The dtype in the address is neither float32 nor float64; it is float32 now.",
        "The step in the address is no step number; the walk starts at the beginning.",
    ]
    assert data(page, "form")["document"]["dtype"] == "float32"
    assert not send(page, given={"x": "5"}).info


def test_an_address_that_cannot_be_read_stands_in_the_field_with_its_place() -> None:
    page = visit("z=sin(x!)&x=3")
    form = data(page, "form")
    assert form["document"]["text"] == "z = sin(x!)"
    assert form["document"]["given"] == {"x": "3"}
    assert form["refusal"]["span"] == [1, 10, 1, 11]
    assert form["refusal"]["message"].startswith("There is no ! here")
    assert form["read"] is None
    assert [notice.value for notice in page.info] == [
        "The expression in the address cannot be read; the form says why."
    ]
    assert data(page, "player")["story"] is None
    send(page, text="z = sin(x**2)")
    assert data(page, "player")["query"] == "z=sin(x**2)&x=3"


def test_what_was_read_is_shown_as_mathematics_is_written() -> None:
    form = data(visit("z=3x²&x=2"), "form")
    assert form["refusal"] is None
    power = ["msup", ["mi", "x"], ["mn", "2"]]
    assert form["read"] == [["math", ["mi", "z"], ["mo", "="], ["mrow", ["mn", "3"], power]]]


def test_what_can_be_read_in_two_ways_is_asked() -> None:
    page = visit("z=1/2x&x=2")
    refusal = data(page, "form")["refusal"]
    assert refusal["span"] == [1, 5, 1, 9]
    assert refusal["choices"] == ["1/2*x", "1/(2*x)"]
    send(page, text="z = 1/(2*x)")
    assert data(page, "player")["query"] == "z=1/(2*x)&x=2"


def test_a_notice_is_no_markdown() -> None:
    assert as_markdown("Write **, as in x**2 [here](url).") == r"Write \*\*, as in x\*\*2 \[here\](url)."


def test_what_is_typed_is_recorded_under_the_same_document() -> None:
    page = visit()
    opened = data(page, "form")["opened"]
    send(page, text="z = x*y", given={"x": "3", "y": "5"})
    form, player = data(page, "form"), data(page, "player")
    assert form["opened"] == opened
    assert player["opened"].startswith(opened)
    assert form["answered"] == 1
    assert player["query"] == "z=x*y&x=3&y=5"
    assert ["5"] in last_texts(page).values()


def test_a_refused_text_stays_and_the_last_good_picture_is_dimmed() -> None:
    page = visit()
    story = data(page, "player")["story"]
    send(page, text="z = sine(x**2)")
    form, player = data(page, "form"), data(page, "player")
    assert form["refusal"]["field"] == "text"
    assert form["refusal"]["span"] == [1, 5, 1, 9]
    assert form["refusal"]["suggestion"] == "sin"
    assert form["variables"] is None
    assert player["stale"] is True
    assert player["story"] == story
    assert player["query"] == "z=sin(x**2)&x=4"
    assert data(page, "answer")["stale"] is True


def test_a_refused_value_is_told_to_its_own_field() -> None:
    page = send(visit(), given={"x": "four"})
    form = data(page, "form")
    assert form["refusal"]["field"] == "value:x"
    assert form["variables"] == [{"name": "x", "label": "x", "text": "four"}]
    assert data(page, "player")["stale"] is True


def test_without_any_good_document_there_is_no_picture() -> None:
    document: dict[str, Any] = {"text": "z = (", "given": {}, "constants": [], "dtype": "float32", "seed": None}
    entry = document | {"opened": "other", "count": 7, "example": None}
    page = visits.visit("expression.py", held={KEY: {"entry": entry}})
    assert data(page, "player")["story"] is None
    # After the server has forgotten a visitor, what the browser holds is taken over.
    assert data(page, "form")["opened"] == "other"
    assert data(page, "form")["answered"] == 7


def test_an_entry_for_another_document_changes_nothing() -> None:
    page = send(visit(), text="z = x", opened="an older one", count=4)
    form = data(page, "form")
    assert form["document"]["text"] == "z = sin(x**2)"
    assert form["answered"] == 4


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.title)
def test_every_example_opens(example: Any) -> None:
    page = visit()
    opened = data(page, "form")["opened"]
    send(page, example=example.title)
    form, player = data(page, "form"), data(page, "player")
    assert form["opened"] != opened
    assert player["opened"].startswith(form["opened"])
    assert form["document"]["text"] == example.text
    assert form["refusal"] is None
    assert form["gallery"]["open"] == example.title
    assert form["gallery"]["untouched"] is True
    assert player["step"] == 0


def test_an_examples_lesson_speaks_only_of_its_own_numbers() -> None:
    page = visit("z=sin(x**2)&x=4&step=3")
    assert data(page, "form")["gallery"]["untouched"] is True
    send(page, given={"x": "5"})
    assert data(page, "form")["gallery"]["open"] == "z = sin(x²)"
    assert data(page, "form")["gallery"]["untouched"] is False
    send(page, text="z = cos(x**2)")
    assert data(page, "form")["gallery"]["open"] is None


def test_a_vector_as_the_root_gets_a_seed_of_ones_and_says_why() -> None:
    page = visit("y=x**2&x=[1,2,3]")
    seed = data(page, "form")["seed"]
    assert seed == {"why": "y has 3 elements; backward() needs one number for each: the seed v.", "text": "[1, 1, 1]"}
    assert "y.backward(torch.ones_like(y))" in data(page, "player")["story"]["code"]
    send(page, seed="[0.1, 1, 0.001]")
    assert "y.backward(torch.tensor([0.1, 1.0, 0.001]))" in data(page, "player")["story"]["code"]
    assert "seed=[0.1,+1,+0.001]" in data(page, "player")["query"]


def test_a_seed_that_is_left_over_from_a_vector_is_dropped() -> None:
    page = send(visit("y=x**2&x=[1,2,3]&seed=[1,2,3]"), given={"x": "3"}, seed="[1,2,3]")
    assert data(page, "form")["refusal"] is None
    assert "y.backward()" in data(page, "player")["story"]["code"]
    assert "seed" not in data(page, "player")["query"]


def test_a_seed_of_another_shape_fails_with_the_words_of_pytorch() -> None:
    page = visit("y=x**2&x=[1,2,3]&seed=[1,2]")
    refusal = data(page, "form")["refusal"]
    assert refusal["field"] == "seed"
    assert refusal["words"].startswith("Mismatch in shape: grad_output[0] has a shape of torch.Size([2])")
    assert refusal["message"] == "y has 3 elements; give v one number for each, in the same shape."
    assert data(page, "form")["seed"]["text"] == "[1, 1, 1]"


def test_without_any_gradient_the_words_of_pytorch_are_shown_once_and_what_to_tick() -> None:
    page = send(visit(asked=True), constants=["x"])
    refusal = data(page, "form")["refusal"]
    assert refusal["words"] == "element 0 of tensors does not require grad and does not have a grad_fn"
    assert refusal["message"] == "Nothing here requires a gradient; tick “∇ gradient” (requires_grad) beside x."
    assert "requires_grad=True" not in data(page, "player")["story"]["steps"][-1]["sentence"]
    assert data(page, "answer")["table"]["leaves"] == []
    assert data(page, "player")["stale"] is False
    assert "constants=x" in data(page, "player")["query"]


def test_shapes_that_do_not_fit_leave_the_last_picture_and_mark_the_place() -> None:
    page = send(visit(), text="z = x + w", given={"x": "[1, 2, 3]", "w": "[1, 2]"})
    form, player = data(page, "form"), data(page, "player")
    assert form["refusal"]["span"] == [1, 5, 1, 10]
    assert "x has 3 elements, w has 2 elements" in form["refusal"]["message"]
    assert [row["name"] for row in form["variables"]] == ["x", "w"]
    assert player["stale"] is True
    assert player["query"] == "z=sin(x**2)&x=4"


def test_an_address_whose_shapes_do_not_fit_has_no_picture() -> None:
    page = visit("z=x@w&x=4&w=3")
    assert data(page, "player")["story"] is None
    assert "try x = [1, 2]" in data(page, "form")["refusal"]["message"]


def test_another_structure_starts_anew_and_other_numbers_do_not() -> None:
    page = visit("z=sin(x**2)&x=4&step=5")
    first = data(page, "player")["opened"]
    send(page, given={"x": "-7.5"})
    send(page, text="z = sin(x**3)")
    assert data(page, "player")["opened"] == first
    send(page, text="z = sin(x**3) + x")
    player = data(page, "player")
    assert player["opened"] != first
    assert player["step"] == 0


def test_a_value_keeps_its_place_while_its_variable_is_gone() -> None:
    page = send(visit(), text="z = x*y", given={"x": "4", "y": "7"})
    send(page, text="z = x", given={"x": "4", "y": "7"})
    assert data(page, "player")["query"] == "z=x&x=4"
    send(page, text="z = x - y", given={"x": "4", "y": "7"})
    assert [row["text"] for row in data(page, "form")["variables"]] == ["4", "7"]


def test_with_a_seed_the_answer_speaks_of_what_it_weighs() -> None:
    rows = [leaf["rows"][0] for leaf in data(visit("y=x**2&x=[1,2,3]", asked=True), "answer")["table"]["leaves"]]
    assert [row["name"] for row in rows] == ["∂L/∂x[0]"]
    assert rows[0]["cells"][0][0] == "2"
