"""A whole page on paper: light on a dark screen too, no header over it, one thing below the other, nothing cut."""

from __future__ import annotations

import re
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from gradwalk import record
from tests.browser import becomes, settled, still
from tests.conftest import NewPage

pytestmark = pytest.mark.browser

CUT = """(node) => getComputedStyle(node).overflow !== "visible"
    && (node.scrollHeight > node.clientHeight + 1 || node.scrollWidth > node.clientWidth + 1)"""


PAPER = ("body", "[data-testid=stApp]", "[data-testid=stMain]", ".player")
"""What lies under what is read: Streamlit's own carries the scheme of its theme."""


def top(place: Locator) -> float:
    return still(place)["y"]


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
    for name in PAPER:
        expect(page.locator(name)).to_have_css("background-color", "rgb(255, 255, 255)")
    expect(page.locator(".notebook")).to_have_css("color", "rgb(29, 31, 35)")
    number = page.locator(".notebook .cm-line span", has_text=re.compile(r"^1\.0$")).first
    expect(number).to_have_css("color", "rgb(122, 63, 196)")
    becomes(column, f"(node) => !({CUT})(node)")
    assert top(player) > top(page.locator(".notebook .outputs").last)
    page.set_viewport_size({"width": 718, "height": 1000})  # a sheet of A4: a phone would hide the player here
    expect(player.locator(".stage").first).to_be_visible()
    page.emulate_media(media="screen")
    page.goto("/perceptron")
    settled(page)
    canvas = page.locator(".neuron .canvas")
    drawing = canvas.locator("> svg")
    expect(drawing).to_be_visible()
    page.emulate_media(media="print", color_scheme="dark")
    expect(page.locator(".st-key-perceptron-place-switch")).to_be_hidden()
    expect(drawing).to_be_visible()
    assert top(canvas) < top(page.locator(".form.perceptron"))  # on another width the drawing in it is made anew
    becomes(canvas, f"(node) => !({CUT})(node)")


def test_on_a_wide_page_on_paper_the_names_stand_below_the_program(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "walk.html"
    source = "import torch\nw = torch.tensor(0.5, requires_grad=True)\n"
    source += "for i in range(2):\n    loss = (w - 1) ** 2\n    loss.backward()"
    record(source).save(path)
    with closing(browser.new_context(viewport={"width": 1280, "height": 800})) as context:
        page = context.new_page()
        page.goto(path.as_uri() + "#step=6")
        expect(page.locator(".player.side .names")).to_be_visible()
        page.emulate_media(media="print")
        ends = "(node) => { const box = node.getBoundingClientRect(); return [box.top, box.bottom] }"
        program, names = (page.locator(part).evaluate(ends) for part in (".lines", ".names"))
        last = page.locator(".lines .line").last.evaluate(ends)
        assert last[1] <= program[1] + 1
        assert program[1] <= names[0]
