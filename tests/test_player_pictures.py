"""The player's two pictures, from real recordings: how they fit, what they keep, which one the address names."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, expect

from gradwalk import record
from gradwalk.graph.player import player_graphs
from gradwalk.story.timeline import timeline
from tests.browser import still
from tests.player_page import OpenPlayer, players

SINE = "import torch\nx = torch.tensor(4.0, requires_grad=True)\nz = torch.sin(x ** 2)\nz.backward()\n"
LONG = (
    "import torch\nx = torch.tensor([0.1, 0.2, 0.3], requires_grad=True)\n"
    "z = torch.exp(torch.sin(torch.cos(x ** 2))).mean()\nz.backward()\n"
)
FREED = len(timeline(record(SINE))["steps"]) - 1


@cache
def recorded(source: str) -> dict[str, Any]:
    recording = record(source, pictures=True)
    story = timeline(recording)
    parts = ("phases", "steps", "slots", "formulas", "code", "saved")
    return {"graphs": player_graphs(recording), "story": {part: story[part] for part in parts}}


def data(source: str, **changes: Any) -> dict[str, Any]:
    return recorded(source) | {"query": "z=1", "step": 0, "opened": "first", "stale": False} | changes


@pytest.fixture
def player(browser: Browser) -> Iterator[OpenPlayer]:
    with players(browser, lambda: data(SINE)) as make:
        yield make


def test_a_picture_too_wide_for_the_page_stands_in_rows_and_is_seen_whole(player: OpenPlayer) -> None:
    shown = player(data(LONG), viewport={"width": 900, "height": 900})
    first, last = still(shown.box("v0")), still(shown.box("o4"))
    assert last["y"] > first["y"] + first["height"]
    assert last["x"] + last["width"] <= 900
    shown.page.set_viewport_size({"width": 1900, "height": 900})
    shown.page.wait_for_function(
        """() => { const root = document.getElementById("first").shadowRoot;
        const top = (id) => root.querySelector(`[data-box=${id}]`).getBoundingClientRect().top;
        return Math.abs(top("v0") - top("o4")) < 60; }"""
    )


def test_the_address_names_the_picture_and_a_reload_shows_it(player: OpenPlayer) -> None:
    shown = player(data(SINE))
    shown.find("button[data-view=grad_fn]").click()
    shown.page.wait_for_url("**/?z=1&picture=grad_fn")
    shown.find(".saved-switch").click()
    shown.press("ArrowRight")  # the keys are the player's again
    shown.page.wait_for_url("**/?z=1&picture=grad_fn-saved&step=1")
    shown.remove()
    shown.mount(data(SINE, step=1))
    expect(shown.box("s0_self", "grad_fn graph")).to_be_visible()
    shown.find("button[data-view=computation]").click()
    shown.find(".saved-switch input").uncheck()
    shown.page.wait_for_url("**/?z=1&density=pytorch&step=1")


def test_an_address_decides_over_what_was_chosen_before(player: OpenPlayer) -> None:
    shown = player(data(SINE))
    shown.find("button[data-view=grad_fn]").click()
    shown.page.wait_for_url("**/?z=1&picture=grad_fn")
    for picture in ("", "&picture=nonsense", "&picture=toString"):
        shown.page.evaluate("(query) => history.replaceState(null, '', query)", f"/?z=1{picture}")
        shown.remove()
        shown.mount(data(SINE))
        expect(shown.find("button[data-view=computation]")).to_have_attribute("aria-pressed", "true")


def freed(box: Locator) -> bool:
    return "freed" in (box.get_attribute("class") or "").split()


def test_saved_values_are_shown_and_struck_out_when_they_are_freed(player: OpenPlayer) -> None:
    shown = player(data(SINE))
    shown.find("button[data-view=grad_fn]").click()
    shown.find(".saved-switch input").check()
    square, sine = shown.box("s0_self", "grad_fn graph"), shown.box("s2_self", "grad_fn graph")
    expect(square).to_have_text("self()")
    shown.press("ArrowRight", "ArrowRight")
    expect(square).to_have_text("self4")
    expect(sine).to_have_text("self16")
    shown.press("End")
    assert shown.step == FREED
    assert (freed(sine), freed(square)) == (True, True)
    while shown.find(".words .title").inner_text() != "Backward through the square":
        shown.press("ArrowLeft")
    assert (freed(sine), freed(square)) == (True, False)  # the engine lets go of what a node saved right after its turn


def test_what_is_not_made_yet_is_pale_in_torchvizs_picture(player: OpenPlayer) -> None:
    shown = player(data(SINE))
    shown.find("button[data-view=grad_fn]").click()

    def unborn() -> list[str]:
        boxes = shown.find("svg[aria-label='grad_fn graph'] .unborn").all()
        return sorted(str(box.get_attribute("data-box")) for box in boxes)

    assert unborn() == ["n0", "n2", "v2"]
    shown.press("ArrowRight")
    assert unborn() == ["n2", "v2"]
    shown.press("ArrowRight")
    assert unborn() == []


def test_chips_hang_on_an_expressions_boxes_when_asked_for(player: OpenPlayer) -> None:
    shown = player(data(SINE, step=1))
    chip = shown.box("o0").locator(".chip")
    expect(chip).to_be_hidden()
    shown.find(".saved-switch input").check()
    expect(chip).to_have_text("self = 4")


def test_a_long_sentence_is_given_time(player: OpenPlayer) -> None:
    source = SINE.replace("torch.sin(x ** 2)", "x ** 2")
    shown = player(data(source))
    shown.page.clock.install()
    shown.page.clock.pause_at(shown.page.evaluate("Date.now() + 1000"))
    letters = shown.find(".words").evaluate("(words) => words.textContent.length")
    assert letters > 100
    shown.find("button[aria-label=Play]").click()
    shown.page.clock.run_for(300)
    assert shown.step == 1
    read = sum(map(len, shown.find(".words .title, .words .sentence").all_text_contents()))
    seconds = 1 + read / 22
    assert seconds > 3
    shown.page.clock.run_for(int(1000 * seconds) - 400)
    assert shown.step == 1
    shown.page.clock.run_for(800)
    assert shown.step == 2
