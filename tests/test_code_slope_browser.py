"""The slope's picture on the page Code: each pass of a loop has curves of its own, and the panel keeps its place."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from gradwalk.address.program import to_query
from tests.browser import settled
from tests.conftest import NewPage

pytestmark = pytest.mark.browser

LOOP = """import torch

w = torch.tensor(1.0, requires_grad=True)
for turn in range(3):
    loss = (2 * w - 1) ** 2
    loss.backward()
    with torch.no_grad():
        w -= 0.1 * w.grad
    w.grad = None
"""


def test_each_pass_has_its_slope(new_page: NewPage) -> None:
    """The loss is (2w − 1)², its slope 4(2w − 1): 4 at w = 1; at 0.6, where the first update leads, 0.8."""
    page = new_page(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page.goto(f"/code?{to_query(LOOP)}")
    settled(page)
    player = page.get_by_role("region", name="Player")
    slope, panel = player.locator(".slope"), player.locator(".panel")
    expect(player.locator("[data-box]").first).to_be_attached()
    found: list[str] = []
    places: set[int] = set()
    last = int(player.locator("input.steps").get_attribute("max") or 0)
    for step in range(1, last + 1):
        page.keyboard.press("ArrowRight")
        expect(player).to_have_attribute("data-step", str(step))
        if slope.is_visible() and "∇" in slope.inner_text():
            found.append(" ".join(re.findall(r"slope ∇ [−\d.]+|w = [\d.]+", slope.text_content() or "")))
            places.add(round(panel.evaluate("(one) => one.getBoundingClientRect().left")))
    assert list(dict.fromkeys(found)) == ["slope ∇ 4 w = 1", "slope ∇ 0.8 w = 0.6", "slope ∇ 0.1600 w = 0.52"]
    assert len(places) == 1


def test_on_a_wide_screen_the_slope_stands_beside_the_words(new_page: NewPage) -> None:
    page = new_page(viewport={"width": 1920, "height": 1080}, reduced_motion="reduce")
    page.goto("/code")
    settled(page)
    player = page.get_by_role("region", name="Player")
    expect(player).to_have_class(re.compile(r"\bside\b"))
    expect(player.locator(".slope")).to_be_visible()
    below = """(one) => {
        const of = (part) => one.querySelector(part).getBoundingClientRect();
        const [slope, words, area] = [of(".slope"), of(".words"), of(".area")];
        return slope.top >= area.bottom && slope.top >= words.top && slope.bottom <= words.bottom;
    }"""
    for step in range(3):
        expect(player).to_have_attribute("data-step", str(step))
        assert player.evaluate(below)
        page.keyboard.press("ArrowRight")
