"""Coming back to the page Code, and where its player goes when a cell is run: what was there is there again."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from gradwalk.address.program import to_query
from tests.browser import settled
from tests.test_code_browser import CodePage

CELLS = """# %%
import torch
x = torch.tensor(3.0, requires_grad=True)
# %%
y = x * x
y.backward()
x.grad
# %%
w = torch.tensor(2.0, requires_grad=True)
z = w ** 3
# %%
print("last")
"""
OLDER = "Older than its cell: it has changed since it ran."
EARLIER = "From an earlier run: the last one ended above."


@pytest.fixture
def cells(page: Page) -> CodePage:
    return CodePage(page).open(to_query(CELLS))


def ran(shown: CodePage) -> None:
    expect(shown.page.locator("#notebook[data-busy]")).to_have_count(0, timeout=30_000)
    settled(shown.page)


def part_run(shown: CodePage) -> None:
    """Two cells are changed, the first of them is run, and the player stands three steps into it."""
    for number, more in ((1, '\nprint("new")'), (2, '\nprint("never run")')):
        shown.code(number).click()
        shown.press("Control+End")
        shown.page.keyboard.insert_text(more)
    shown.code(1).click()
    shown.press("Control+Enter")
    expect(shown.output(1)).to_have_text("new")
    ran(shown)
    shown.watch()
    shown.go_to("y.backward()")
    step = shown.player.locator("input.steps").input_value()
    expect(shown.page).to_have_url(re.compile(f"upto=8&step={step}$"))


def expect_part_run(shown: CodePage) -> None:
    expect(shown.output(1)).to_have_text("new", timeout=30_000)
    ran(shown)
    shown.expect_code(2, 'w = torch.tensor(2.0, requires_grad=True)\nz = w ** 3\nprint("never run")')
    expect(shown.cell(2).locator(".outputs")).to_be_hidden()  # it showed nothing before, and has not run since
    expect(shown.cell(3).locator(".age")).to_have_text("Older than the cells above: one of them has changed since.")
    expect(shown.output(3)).to_have_text("last")
    expect(shown.marked("now")).to_have_text("y.backward()")


def test_a_way_back_leads_to_what_was_there_and_runs_nothing_else(cells: CodePage) -> None:
    part_run(cells)
    cells.page.get_by_role("link", name="Expression").click()
    expect(cells.notebook).to_have_count(0)
    settled(cells.page)
    cells.page.get_by_role("link", name="Code").click()
    expect_part_run(cells)


def test_a_reload_leads_to_what_was_there_and_runs_nothing_else(cells: CodePage) -> None:
    part_run(cells)
    cells.page.reload()
    expect_part_run(cells)


def test_back_leads_to_what_was_there_and_runs_nothing_else(cells: CodePage) -> None:
    part_run(cells)
    cells.choose("1d_leaf")
    expect(cells.page).to_have_url(re.compile("lesson="))
    ran(cells)
    cells.page.go_back()
    expect_part_run(cells)


def test_a_program_too_long_for_an_address_comes_back_as_it_was(page: Page) -> None:
    shown = CodePage(page).open(to_query("1"))
    words = " ".join(str(number * 7919 % 10007) for number in range(3000))
    shown.paste(f"import torch\na = torch.tensor(2.0, requires_grad=True)\nb = a * a\nc = b * a\n# {words}")
    shown.press("Control+Enter")
    ran(shown)
    shown.watch()
    shown.go_to("b * a")
    page.get_by_role("button", name="+ Code").click()
    page.keyboard.insert_text('print("never run")')
    page.reload()
    ran(shown)
    expect(shown.code(1)).to_have_text('print("never run")')
    expect(shown.cell(1).locator(".outputs")).to_be_hidden()
    expect(shown.marked("now")).to_have_text("b * a", timeout=30_000)


def test_the_player_goes_to_the_cell_that_is_run(cells: CodePage) -> None:
    cells.code(0).click()
    cells.press("Shift+Enter")
    ran(cells)
    expect(cells.marked("now")).to_have_text("x = torch.tensor(3.0, requires_grad=True)")
    cells.press("Shift+Enter")
    ran(cells)
    expect(cells.marked("now")).to_have_text("x * x")
    cells.press("Shift+Enter")
    ran(cells)
    expect(cells.marked("now")).to_have_text("w = torch.tensor(2.0, requires_grad=True)")
    cells.press("k", "k", "Control+Enter")  # nothing is left of where the player stands
    expect(cells.page).to_have_url(re.compile("upto=7"))
    ran(cells)
    expect(cells.marked("now")).to_have_text("x * x")


def test_in_the_cell_that_is_run_the_player_keeps_its_place(cells: CodePage) -> None:
    cells.cell(2).locator(".cm-line").nth(1).click()
    expect(cells.marked("now")).to_have_text("w ** 3")
    cells.press("Control+Home")
    cells.page.keyboard.insert_text("print(1)\n")
    cells.press("Control+Enter")
    expect(cells.output(2)).to_have_text("1")
    ran(cells)
    expect(cells.marked("now")).to_have_text("w ** 3")


def test_run_all_leaves_the_player_where_it_is(cells: CodePage) -> None:
    cells.code(3).click()
    cells.press("Control+End")
    cells.page.keyboard.insert_text("\nprint(2)")
    cells.cell(1).locator(".cm-line").nth(1).click()
    expect(cells.marked("now")).to_have_text("y.backward()")
    cells.press("Control+Shift+Enter")
    expect(cells.output(3)).to_have_text("last\n2")
    ran(cells)
    expect(cells.marked("now")).to_have_text("y.backward()")


def test_what_did_not_run_says_so_where_it_is_asked_for(cells: CodePage) -> None:
    cells.code(1).click()
    cells.press("Control+Enter")
    expect(cells.cell(3).locator(".age")).to_have_text(EARLIER)
    cells.cell(3).locator(".number").click()
    expect(cells.told).to_have_text("The last run ended above this cell: run it, and the player goes there.")
    cells.code(1).click()
    cells.page.keyboard.insert_text("#")
    cells.cell(1).locator(".number").click()
    expect(cells.told).to_have_text("The cell has changed since it ran: run it again first.")
