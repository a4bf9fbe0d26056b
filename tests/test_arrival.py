"""Who opens a page at a step finds what is lit in sight, however late the rest of the page comes, until they act."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import FRAMES, at_rest, expect_above, settled, still

pytestmark = pytest.mark.browser

NewPage = Callable[..., Page]
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
SEEN = "try { localStorage.setItem('gradwalk.tour', 'seen') } catch {}"
PRODUCT = "/?z=x*y%2Bsin(x*y)&x=2&y=3&step=8"
TWO_LAYERS = "/perceptron?x=[1,2]&w1=[[1,2],[3,4]]&w2=[1,1]&step=62"
GROW = """
(height) => {
  const above = Object.assign(document.createElement("div"), { className: "grown" });
  above.style.height = `${height}px`;
  document.querySelector('[data-testid="stMain"]').style.overflowAnchor = "none"; // not every browser scrolls along
  document.querySelector('[data-testid="stMainBlockContainer"]').prepend(above);
}
"""


def _opened(page: Page, address: str) -> Locator:
    page.add_init_script(SEEN)
    page.goto(address)
    settled(page)
    player = page.get_by_role("region", name="Player")
    expect(player.locator(".box.now").first).to_be_attached()
    at_rest(page)
    return player


def test_the_sheet_of_a_phone_covers_nothing_that_is_lit_once_all_of_the_page_is_there(new_page: NewPage) -> None:
    page = new_page(**PHONE)
    player = _opened(page, PRODUCT)
    still(player)
    lit, words = player.locator(".box.now").first, player.locator(".words")
    expect(lit).to_be_in_viewport(ratio=1)
    expect_above(lit, words)
    page.evaluate(GROW, 200)
    page.evaluate(FRAMES)
    expect_above(lit, words)


@pytest.mark.parametrize("width", [1440, 640])
def test_a_window_shows_the_lit_box_below_a_drawing_that_comes_later(new_page: NewPage, width: int) -> None:
    page = new_page(viewport={"width": width, "height": 900})
    player = _opened(page, TWO_LAYERS)
    still(player)
    lit = player.locator(".box.now").first
    expect(lit).to_be_in_viewport(ratio=1)
    expect(player.get_by_role("button", name="Next step")).to_be_in_viewport(ratio=1)
    page.evaluate(GROW, 200)
    page.evaluate(FRAMES)
    expect(lit).to_be_in_viewport(ratio=1)


def test_who_has_done_something_scrolls_themselves(new_page: NewPage) -> None:
    page = new_page(viewport={"width": 1440, "height": 900})
    player = _opened(page, TWO_LAYERS)
    lit = player.locator(".box.now").first
    expect(lit).to_be_in_viewport(ratio=1)
    before = still(lit)
    page.keyboard.press("Shift")
    page.evaluate(GROW, 300)
    page.wait_for_function("() => document.querySelector('.grown')?.offsetHeight === 300")
    page.evaluate(FRAMES)
    assert still(lit)["y"] == pytest.approx(before["y"] + 300, abs=2)
