"""The clinic's findings below the player, in a real browser: each leads to its step, and nothing gets wider for it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from gradwalk import record
from gradwalk.analysis import analyse
from gradwalk.story.player_data import player_data
from tests.browser import Watch, expect_above
from tests.player_page import ORIGIN, new_context, open_player

PROGRAM = """\
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder, self.head = nn.Linear(3, 4), nn.Linear(4, 1)

    def forward(self, x):
        return self.head(self.encoder(x).detach())

net = Net()
x, y = torch.ones(5, 3), torch.ones(5)
prediction = net(x)
loss = ((prediction - y) ** 2).mean()
loss.backward()
"""
FIRST = ".finding >> nth=0"
SECOND = ".finding >> nth=1"


@lru_cache
def data(program: str = PROGRAM) -> dict[str, Any]:
    found = player_data(analyse(record(program)), statements=True)
    return {"graphs": found.graphs, "story": found.story, "query": "", "step": 0, "opened": "here", "beside": True}


@pytest.fixture
def watch() -> Iterator[Watch]:
    watch = Watch(ORIGIN)
    yield watch
    assert not watch.problems, "\n".join(watch.problems)


def test_each_finding_leads_to_its_step(browser: Browser, watch: Watch) -> None:
    with new_context(browser) as context:
        shown = open_player(context, data(), watch)
        expect(shown.find(".findings-heading")).to_have_text("2 findings")
        cut, pairs = (shown.find(place).get_by_role("button") for place in (FIRST, SECOND))
        pairs.click()
        expect(shown.find(".words .title")).to_have_text("Forward through subtraction")
        expect(pairs).to_have_attribute("aria-current", "step")
        cut.focus()
        shown.press("Enter")
        expect(shown.find(".words .title")).to_have_text("Forward through detach")
        expect(pairs).not_to_have_attribute("aria-current", "step")
        expect(shown.find(FIRST)).to_contain_text("encoder.weight and encoder.bias got no gradient in this recording.")
        expect(shown.find(f"{SECOND} >> .way-out")).to_contain_text(".squeeze(1) on prediction")


def test_a_row_above_the_picture_leads_there_too_and_names_what_failed(browser: Browser, watch: Watch) -> None:
    with new_context(browser) as context:
        shown = open_player(context, data(PROGRAM + "loss.backward()\n"), watch)
        row = shown.find(".finding-strip").get_by_role("button")
        expect(row).to_have_count(3)
        expect(row.first).to_have_text("backward() a second time line 17")
        row.nth(2).click()
        expect(shown.find(".words .title")).to_have_text("Forward through subtraction")
        expect(row.nth(2)).to_have_attribute("aria-current", "step")
        expect(shown.find(SECOND).get_by_role("button")).to_have_attribute("aria-current", "step")
        row.first.click()
        expect(shown.find(".words .title")).to_have_text("backward() a second time")
        expect_above(row.first, shown.find(".area"), gap=-0.01)


def test_a_right_program_has_no_list(browser: Browser, watch: Watch) -> None:
    right = PROGRAM.replace(".detach()", "").replace("net(x)", "net(x).squeeze(1)")
    with new_context(browser) as context:
        shown = open_player(context, data(), watch)
        expect(shown.find(".findings")).to_be_visible()
        shown.mount(data(right))
        expect(shown.find(".findings")).to_be_hidden()
        expect(shown.find(".finding-strip")).to_be_hidden()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_the_list_fits_and_is_accessible(browser: Browser, watch: Watch, scheme: str, width: int) -> None:
    with new_context(browser, color_scheme=scheme, viewport={"width": width, "height": 900}) as context:
        shown = open_player(context, data(), watch, scheme)
        expect(shown.find(".findings")).to_be_visible()
        shown.page.wait_for_function("() => document.documentElement.scrollWidth <= innerWidth")
        for part in (".findings", ".finding-strip"):
            found = Axe().run(shown.page, context={"fromShadowDom": ["#first", part]}).response["violations"]
            assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
