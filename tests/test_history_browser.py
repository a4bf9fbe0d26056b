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


def test_nothing_typed_is_lost_on_the_way_back_over_another_page_and_from_an_example(page: Page) -> None:
    shown = CodePage(page).open()
    shown.run("x = 6 * 7\nx", 1)
    expect(shown.output(1)).to_have_text("42")
    shown.write("'not run'", 2)
    page.get_by_role("link", name="Expression").click()
    expect(page.get_by_label("Expression", exact=True)).to_be_visible()
    page.get_by_role("link", name="Code").click()
    _expect_own(shown)
    expect(page).to_have_url(re.compile(r"/code\?code="))
    shown.choose("1d_leaf")
    expect(page).to_have_url(re.compile("lesson=1d_leaf"))
    page.go_back()
    _expect_own(shown)
    page.go_back()
    expect(page.get_by_label("Expression", exact=True)).to_be_visible()
    page.go_back()
    _expect_own(shown)
    page.go_forward()
    page.go_forward()
    _expect_own(shown)


def _expect_own(shown: CodePage) -> None:
    expect(shown.cells).to_have_count(4, timeout=AFTER_A_RELOAD)
    expect(shown.cell(0).get_by_role("heading")).to_have_text("One derivative, by hand and by PyTorch")
    shown.expect_code(1, "x = 6 * 7\nx")
    expect(shown.output(1)).to_have_text("42")
    shown.expect_code(2, "'not run'")


def test_back_leads_to_what_is_too_long_for_an_address_and_was_not_run(page: Page) -> None:
    shown = CodePage(page).open()
    first = "\n".join(f"x{n} = {n * 7919 % 10007}" for n in range(1500))
    shown.paste(f"{first}\n1 + 1", 1)
    shown.press("Control+Enter")
    expect(shown.output(1)).to_have_text("2")
    shown.write("'typed'", 2)
    shown.choose("1d_leaf")
    expect(page).to_have_url(re.compile("lesson=1d_leaf"))
    page.go_back()
    expect(shown.output(1)).to_have_text("2", timeout=AFTER_A_RELOAD)
    shown.expect_code(2, "'typed'")
    page.reload()
    expect(shown.output(1)).to_have_text("2", timeout=AFTER_A_RELOAD)
    shown.expect_code(2, "'typed'")
