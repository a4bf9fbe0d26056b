"""A whole page on paper: light on a dark screen too, no header over it, one thing below the other, nothing cut."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.browser import settled
from tests.conftest import NewPage

pytestmark = pytest.mark.browser

GROUND = "(node) => getComputedStyle(node).backgroundColor"
CUT = """(node) => getComputedStyle(node).overflow !== "visible"
    && (node.scrollHeight > node.clientHeight + 1 || node.scrollWidth > node.clientWidth + 1)"""


def top(place: Locator) -> float:
    expect(place).to_be_visible()
    box = place.bounding_box()
    assert box is not None
    return box["y"]


def test_a_page_is_printed_light_whole_and_without_what_is_pressed(new_page: NewPage) -> None:
    page = new_page(color_scheme="dark", viewport={"width": 1280, "height": 700})
    page.goto("/code?lesson=4d_training_loop&step=12")
    settled(page)
    player = page.locator(".st-key-workbench-player")
    expect(player.locator("svg [data-box]").first).to_be_visible()
    column = player.locator("..")
    page.emulate_media(media="print", color_scheme="dark")
    expect(page.get_by_test_id("stHeader")).to_be_hidden()
    expect(page.locator(".notebook .tools:visible, .player .bar:visible")).to_have_count(0)
    assert {page.locator(name).evaluate(GROUND) for name in ("body", ".player")} == {"rgb(255, 255, 255)"}
    colour = page.locator(".notebook").evaluate("(node) => getComputedStyle(node).color")
    assert colour == "rgb(29, 31, 35)"
    assert not column.evaluate(CUT)
    assert top(player) > top(page.locator(".notebook .outputs").last)
    page.set_viewport_size({"width": 718, "height": 1000})  # a sheet of A4: a phone would hide the player here
    expect(player.locator(".stage").first).to_be_visible()
    page.emulate_media(media="screen")
    page.goto("/perceptron")
    settled(page)
    drawing = page.locator(".neuron .canvas > svg")
    expect(drawing).to_be_visible()
    page.emulate_media(media="print", color_scheme="dark")
    expect(page.locator(".st-key-perceptron-place-switch")).to_be_hidden()
    assert top(drawing) < top(page.locator(".form.perceptron"))
    assert not page.locator(".neuron .canvas").evaluate(CUT)
