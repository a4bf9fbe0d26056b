"""Back and forward: another document, and another view, is an entry of the browser's history, with its step."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.test_code_browser import CodePage
from tests.test_expression_browser import ExpressionPage
from tests.test_perceptron_browser import PerceptronPage

AFTER_A_RELOAD = 60_000


def test_back_and_forward_lead_through_examples_each_with_its_step(page: Page) -> None:
    shown = ExpressionPage(page).open("/?z=sin(x**2)&x=4&step=2")
    shown.choose("f = (x + y)·z")
    expect(page).to_have_url(re.compile(r"x\+%2B\+y"))
    shown.expect_step(0)
    shown.press("ArrowRight", "ArrowRight", "ArrowRight")
    expect(page).to_have_url(re.compile("step=3"))
    page.go_back()
    expect(shown.text).to_have_value("z = sin(x**2)", timeout=AFTER_A_RELOAD)
    shown.expect_step(2)
    expect(page).to_have_url(re.compile(r"sin.*step=2"))
    page.go_forward()
    expect(shown.text).to_have_value(re.compile(r"x \+ y"), timeout=AFTER_A_RELOAD)
    shown.expect_step(3)


def test_back_leads_from_a_lesson_to_the_one_before_and_not_to_what_was_kept_for_a_reload(page: Page) -> None:
    shown = CodePage(page).open("lesson=7c_twice&step=4")
    shown.choose("1d_leaf")
    expect(page).to_have_url(re.compile("lesson=1d_leaf"))
    page.go_back()
    expect(page).to_have_url(re.compile(r"lesson=7c_twice&step=4$"))
    expect(page.locator(".card[aria-current=true]")).to_have_attribute("data-key", "7c_twice", timeout=AFTER_A_RELOAD)
    expect(shown.player.locator("input.steps")).to_have_value("4")


def test_back_leads_from_a_view_to_the_one_before(page: Page) -> None:
    shown = PerceptronPage(page).open("?preset=regression&step=4")
    shown.view("By hand")
    expect(page).to_have_url(re.compile("view=hand"))
    expect(page.get_by_label("dL/dŷ", exact=True)).to_be_visible()
    page.go_back()
    shown.expect_step(4)
    expect(page).to_have_url(re.compile(r"preset=regression&step=4$"))
    page.go_forward()
    expect(page.get_by_label("dL/dŷ", exact=True)).to_be_visible(timeout=AFTER_A_RELOAD)
    shown.view("Train")
    expect(page).to_have_url(re.compile("view=train"))
    page.go_back()
    expect(page.get_by_label("dL/dŷ", exact=True)).to_be_visible(timeout=AFTER_A_RELOAD)
