"""Every page has one h1, and no heading leaves a level out: what is heard of a page has its order too."""

from __future__ import annotations

from itertools import pairwise

import pytest
from playwright.sync_api import Page, expect

from tests.browser import settled

pytestmark = pytest.mark.browser

LEVELS = """() => {
  const found = [];
  const walk = (root) => {
    for (const each of root.querySelectorAll("*")) {
      if (/^H[1-6]$/.test(each.tagName) && each.checkVisibility()) found.push(Number(each.tagName[1]));
      if (each.shadowRoot) walk(each.shadowRoot);
    }
  };
  walk(document);
  return found;
}"""


@pytest.mark.parametrize(
    "address",
    [
        "/?z=sin(x**2)&x=4",
        "/perceptron",
        "/perceptron?view=hand",
        "/perceptron?view=train",
        "/code?lesson=1a_derivative",
    ],
)
def test_headings_leave_no_level_out(page: Page, address: str) -> None:
    page.goto(address)
    settled(page)
    expect(page.get_by_role("heading", level=3).first).to_be_visible()
    page.wait_for_function(f"() => ({LEVELS})().includes(1)")
    levels = page.evaluate(LEVELS)
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(later <= before + 1 for before, later in pairwise(levels))
