"""What is surely wrong in a program that runs stands at its cell on the page Code, with its step, line and way out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from gradwalk.address.program import to_query
from tests.conftest import CheckAxe
from tests.test_code_browser import PHONE, CodePage

PROGRAM = """# %%
import torch
w = torch.tensor([[1.0]], requires_grad=True)
opt = torch.optim.SGD([w], lr=0.1)
x, y = torch.tensor([[1.0], [2.0]]), torch.tensor([2.0, 1.0])
# %%
loss = ((x @ w - y) ** 2).mean()
loss.backward()
opt.step()
print(loss.item())
"""


@pytest.fixture
def shown(page: Page) -> CodePage:
    return CodePage(page).open(to_query(PROGRAM))


def test_a_remark_leads_to_its_step_and_one_press_takes_its_cause_out(shown: CodePage, axe: CheckAxe) -> None:
    remark = shown.cell(1).get_by_role("region", name="Remark: A loss of N×N pairs")
    expect(remark).to_contain_text("each prediction against every target")
    expect(shown.marked("odd")).to_have_text("x @ w - y")
    axe(shown.page)
    remark.get_by_role("button", name="Go to step").click()
    expect(shown.marked("now")).to_have_text("x @ w - y")
    expect(remark).to_contain_text("Tried: with this change, it is no longer found. loss is", timeout=60_000)
    remark.get_by_role("button", name="Use").click()
    expect(shown.cell(1).locator(".cm-line").first).to_have_text("loss = (((x @ w).squeeze(1) - y) ** 2).mean()")
    expect(remark).to_have_count(0, timeout=30_000)
    expect(shown.output(1)).to_have_text("1.0")
    expect(shown.marked("odd")).to_have_count(0)
    expect(shown.marked("now")).to_have_text("(x @ w).squeeze(1) - y")  # the same operation


def test_a_failure_leads_to_its_step(shown: CodePage) -> None:
    shown.run("loss = ((x @ w - y) ** 2).mean()\nloss.backward()\nloss.backward()", 1)
    failure = shown.cell(1).locator(".failure")
    failure.get_by_role("button", name="Go to step").click()
    expect(shown.player.locator(".words .title")).to_have_text("backward() a second time")
    expect(shown.marked("now")).to_have_text("loss.backward()")


def test_on_a_phone_the_way_to_the_step_opens_the_player(page: Page) -> None:
    page.set_viewport_size(PHONE)
    shown = CodePage(page).open(to_query(PROGRAM))
    shown.cell(1).get_by_role("button", name="Go to step").click()
    expect(shown.player.locator(".words .title")).to_have_text("Forward through subtraction")
    expect(shown.player.locator(".words .title")).to_be_visible()


def test_a_remark_is_no_output_of_the_cell(shown: CodePage, tmp_path: Path) -> None:
    expect(shown.cell(1).locator(".remark")).to_be_visible()
    with shown.page.expect_download() as download:
        shown.page.get_by_label("Save as").select_option("outputs")
    download.value.save_as(tmp_path / "saved")
    cells = json.loads((tmp_path / "saved").read_text())["cells"]
    assert [len(cell["outputs"]) for cell in cells] == [0, 1]
