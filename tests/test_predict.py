"""Predicting in the player: the number is nowhere before it is found, and everything is reached by keys alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from gradwalk import record
from gradwalk.analysis import analyse
from gradwalk.story.player_data import player_data
from tests.browser import Watch, settled
from tests.conftest import CheckAxe
from tests.player_page import ORIGIN, PlayerPage, new_context, open_player

pytestmark = pytest.mark.browser

WALK = """\
import torch
x = torch.tensor(3.1, requires_grad=True)
y = torch.tensor(-0.8, requires_grad=True)
z = torch.sin(x ** 2) * y * torch.exp(y) * x
z.backward()
"""
BRANCHES = """\
import torch
x = torch.tensor([1.0, 2.0], requires_grad=True)
a = x.flip(0)
b = a.cumsum(0)
z = (a + b).sum()
z.backward()
"""
# What can be seen, read aloud or read out of an attribute.
EVERYTHING = """(host) => {
  const root = document.getElementById(host).shadowRoot.querySelector(".player").cloneNode(true);
  for (const element of root.querySelectorAll("path, style")) element.remove();
  return root.outerHTML;
}"""

OpenPredict = Callable[..., PlayerPage]


def _data(source: str) -> dict[str, Any]:
    graphs, story = player_data(analyse(record(source)))
    return {"graphs": graphs, "story": story, "query": "", "step": 0, "opened": "one", "stale": False}


@pytest.fixture
def player(browser: Browser) -> Iterator[OpenPredict]:
    watch = Watch(ORIGIN)
    contexts = []

    def make(data: dict[str, Any] | None = None, **options: Any) -> PlayerPage:
        contexts.append(new_context(browser, "learn", **options))
        return open_player(contexts[-1], data or _data(WALK), watch, options.get("color_scheme", "light"))

    yield make
    for context in contexts:
        context.close()
    assert not watch.problems, "\n".join(watch.problems)


def test_all_is_found_by_keys_alone_and_no_number_is_there_before(player: OpenPredict) -> None:
    data = _data(WALK)
    asks = [(number, step["ask"]) for number, step in enumerate(data["story"]["steps"]) if "ask" in step]
    looked = 0
    shown = player()
    shown.press("p")
    for number, ask in asks:
        if number > 1:
            shown.press(*["ArrowRight"] * (number - shown.step))
        field = shown.find(".ask input")
        expect(field).to_be_focused()
        assert shown.step == number - 1
        earlier = [one["ask"] for one in data["story"]["steps"][: number + 1] if "ask" in one]
        shown_before = {one["text"] for one in earlier[:-1]} | {
            part[3] for one in earlier for part in one["parts"] if part[0] != "contribution"
        }
        if ask["text"] not in shown_before and len(ask["text"]) > 3:  # a factor's slope is the other factor
            looked += 1
            assert ask["text"] not in shown.page.evaluate(EVERYTHING, shown.host), ask
        shown.page.keyboard.type(ask["text"].replace("−", "-"))
        shown.press("Enter")
        assert shown.step == number
        expect(shown.find(".predicted")).to_contain_text(f"Right, at the first try: {ask['text']}.")
    expect(shown.find(".predicted")).to_contain_text(
        f"That was the last one: {len(asks)} of {len(asks)} at the first try."
    )
    assert looked >= 10
    shown.press("ArrowRight")
    expect(shown.find(".predicted")).to_be_hidden()


def test_wrong_answers_hints_and_show_me(player: OpenPredict) -> None:
    shown = player()
    shown.find(".predict").click()
    said, field = shown.find(".judged"), shown.find(".ask input")
    expect(shown.find(".question-asked")).to_have_text("What is v₁ = x²?")
    shown.press("Enter")
    expect(said).to_have_text("Type a number first.")
    field.fill("6.2")
    shown.press("Enter")
    expect(said).to_contain_text("base times the exponent")
    shown.find(".ask").get_by_role("button", name="Hint").click()
    shown.find(".ask").get_by_role("button", name="Hint").click()
    expect(shown.find(".hints li")).to_have_count(2)
    expect(shown.find(".ask").get_by_role("button", name="Hint")).to_be_hidden()
    field.fill("9.61")
    shown.press("Enter")
    expect(shown.find(".predicted")).to_have_text("Right: 9.61. So far 0 of 1 at the first try.")
    shown.press("ArrowRight")
    shown.find(".ask").get_by_role("button", name="Show me").click()
    expect(shown.find(".predicted")).to_have_text("It is −0.1842. So far 0 of 2 at the first try.")
    assert shown.step == 2
    shown.press("ArrowLeft", "ArrowRight")  # what was seen is not asked again
    assert shown.step == 2
    shown.press("ArrowRight")
    expect(shown.find(".ask")).to_be_visible()
    shown.find(".question-asked").click()  # out of the field, → does the same, as a clicker sends it
    shown.page.evaluate("document.activeElement.shadowRoot?.activeElement?.blur()")
    shown.press("ArrowRight")
    expect(said).to_have_text("Your answer first, or press → once more to see it.")
    shown.press("ArrowRight")
    expect(shown.find(".ask")).to_be_hidden()
    assert shown.step == 3
    shown.press("ArrowRight")
    expect(shown.find(".ask")).to_be_visible()
    shown.find(".transport").get_by_role("button", name="Last step").click()  # whoever jumps is not asked
    expect(shown.find(".ask")).to_be_hidden()
    shown.press("p")
    expect(shown.find(".predict")).to_have_attribute("aria-pressed", "false")
    shown.press("Home", "ArrowRight")
    assert shown.step == 1


def test_it_is_said_where_the_first_question_comes(player: OpenPredict) -> None:
    data = _data(WALK)
    invitation = "Press →, and say each number before you see it."
    shown = player()
    said = shown.find(".predicted")
    shown.press("End", "p")
    expect(shown.find(".ask")).to_be_hidden()
    expect(said).to_have_text("From here on nothing is asked. Press Home, then →, to be asked from the first step on.")
    shown.press("Home")
    expect(said).to_have_text(invitation)
    shown.press("ArrowRight")
    expect(shown.find(".ask input")).to_be_focused()

    by_finger = player(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    by_finger.press("End", "p")
    expect(by_finger.find(".predicted")).to_have_text(
        "From here on nothing is asked. Go back to the start to be asked from the first step on."
    )

    for step in range(1, 3):  # before the first question, the program may do what gives no number to predict
        del data["story"]["steps"][step]["ask"]
    first = next(number for number, step in enumerate(data["story"]["steps"]) if "ask" in step)
    shown.mount(data | {"opened": "two"})
    for step in range(first - 1):
        assert shown.step == step
        expect(said).to_have_text(f"Press →: the first question comes before step {first}.")
        shown.press("ArrowRight")
    expect(said).to_have_text(invitation)
    shown.press("ArrowRight")
    expect(shown.find(".ask input")).to_be_focused()

    for step in data["story"]["steps"]:
        step.pop("ask", None)
    shown.mount(data | {"opened": "three"})
    expect(said).to_have_text("Here is no number to predict.")


def test_keys_that_begin_no_answer_stay_keys_in_the_empty_field(player: OpenPredict) -> None:
    shown = player()
    field = shown.find(".ask input")
    shown.press("f")
    expect(shown.find(".player")).to_have_class(re.compile("on-screen"))
    shown.press("p")
    expect(field).to_be_focused()
    inside = "field => field.getBoundingClientRect().left - field.closest('.words').getBoundingClientRect().left"
    assert field.evaluate(inside) >= 4  # px that its ring takes
    shown.press("f")
    expect(shown.find(".player")).not_to_have_class(re.compile("on-screen"))
    expect(field).to_have_value("")
    field.focus()
    shown.page.keyboard.type("exp(p")  # what is typed already may go on with any letter
    expect(field).to_have_value("exp(p")
    field.fill("")
    shown.press("p")
    expect(shown.find(".ask")).to_be_hidden()
    expect(shown.find(".predict")).to_have_attribute("aria-pressed", "false")
    shown.press("p")
    expect(field).to_be_focused()


def test_in_the_field_the_arrows_are_the_players_where_the_caret_has_no_use_for_them(player: OpenPredict) -> None:
    shown = player()
    shown.find(".predict").click()
    said, field = shown.find(".judged"), shown.find(".ask input")
    expect(field).to_be_focused()
    shown.press("ArrowRight")
    expect(said).to_have_text("Your answer first, or press → once more to see it.")
    assert shown.step == 0
    shown.page.keyboard.type("1.32")
    shown.press("ArrowLeft", "ArrowLeft", "ArrowRight")  # the caret's own, within what is typed
    assert field.evaluate("(field) => field.selectionStart") == 3
    shown.press("End", "ArrowRight")
    expect(said).to_contain_text("Not yet")
    shown.press("ArrowRight")
    expect(said).to_have_text("Try another answer, or press → once more to see it.")
    field.fill("3.1^2")
    shown.press("ArrowRight")
    expect(shown.find(".predicted")).to_have_text("Right: 9.61. So far 0 of 1 at the first try.")
    assert shown.step == 1
    shown.press("ArrowRight")
    expect(field).to_be_focused()
    shown.press("ArrowLeft")  # nothing is typed: back
    expect(shown.find(".ask")).to_be_hidden()
    assert shown.step == 1


def test_the_next_box_is_picked_in_the_picture_or_by_its_button(player: OpenPredict) -> None:
    data = _data(BRANCHES)
    step = next(
        number for number, step in enumerate(data["story"]["steps"]) if step.get("ask", {}).get("kind") == "next"
    )
    shown = player(data | {"step": step - 1})
    shown.press("p")
    expect(shown.find(".choices button")).to_have_text(["a", "b"])
    shown.box("o0").click()
    expect(shown.find(".judged")).to_have_text("a still waits for the gradient from b.")
    assert shown.step == step - 1
    shown.box("o1").click()
    expect(shown.find(".predicted")).to_contain_text("Right: b.")
    assert shown.step == step


@pytest.mark.parametrize(
    "options", [{"viewport": {"width": 390, "height": 844}, "has_touch": True}, {"color_scheme": "dark"}]
)
def test_a_question_is_whole_and_plain_to_everyone(options: dict[str, Any], player: OpenPredict, axe: CheckAxe) -> None:
    shown = player(**options)
    shown.find(".predict").click()
    ask = shown.find(".ask")
    expect(ask.get_by_role("button", name="Show me")).to_be_in_viewport(ratio=1)
    expect(shown.find(".predict")).to_be_in_viewport(ratio=1)
    assert ask.evaluate("(node) => node.scrollWidth <= node.clientWidth")
    axe(shown.page)
    field = shown.find(".ask input")
    assert field.get_attribute("aria-label") == (
        "What is v₁ = x²? Two digits are enough; 1/3 or 2^5 will do as well. "
        "→ checks it; → twice without a new answer shows it."
    )
    field.fill("6.2")
    field.press("Enter")
    axe(shown.page)


def test_a_page_that_stands_alone_asks_as_well(browser: Browser, tmp_path: Path) -> None:
    steps = _data(WALK)["story"]["steps"]
    first_backward = next(number for number, step in enumerate(steps) if step["kind"] == "backward") + 1
    record(WALK).save(tmp_path / "walk.html")
    page: Page = browser.new_page()
    page.goto(f"{(tmp_path / 'walk.html').as_uri()}#predict=backward")
    question = page.locator(".question-asked")
    expect(page.locator(".predicted")).to_have_text(
        f"Press →: the first question comes before step {first_backward - 1}."
    )
    for _ in range(first_backward - 1):
        page.keyboard.press("ArrowRight")
    expect(question).to_contain_text("Which gradient arrives at")
    expect(page).to_have_url(
        f"{(tmp_path / 'walk.html').as_uri()}#predict=backward&step={page.locator('input.steps').input_value()}"
    )
    page.close()


def test_results_beside_the_player_are_covered_while_it_asks(page: Page) -> None:
    page.goto("/?z=sin(x**2)&x=4&predict=all")
    settled(page)
    page.get_by_role("button", name="Show results").click()
    hide = page.get_by_role("button", name="Hide results")
    expect(hide).to_be_visible()
    page.get_by_role("button", name="Next step").click()
    expect(page.locator(".question-asked")).to_have_text("What is v₁ = x²?")
    expect(hide).to_be_hidden()
    expect(page).to_have_url(re.compile("[?&]predict=all"))


def test_the_key_after_an_answer_goes_on_at_once(player: OpenPredict) -> None:
    shown = player()
    shown.press("p")
    expect(shown.find(".question-asked")).to_have_text("What is v₁ = x²?")
    shown.page.evaluate(
        """(answer) => {
          const root = document.getElementById("first").shadowRoot;
          root.querySelector(".ask input").value = answer;
          root.querySelector(".ask form").requestSubmit();
          const key = { key: "ArrowRight", bubbles: true, composed: true };
          (root.activeElement ?? document.body).dispatchEvent(new KeyboardEvent("keydown", key)); // within the frame
        }""",
        "9.61",
    )
    expect(shown.find(".question-asked")).to_have_text("What is v₂ = sin(v₁)?")
