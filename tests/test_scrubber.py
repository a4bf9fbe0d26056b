"""The names of the phases above their line: whole where there is room, else moved aside or shortened."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from gradwalk import record
from gradwalk.analysis import analyse
from gradwalk.story.player_data import player_data
from tests.player_page import OpenPlayer, players
from tests.player_story import sine

pytestmark = pytest.mark.browser


@pytest.fixture
def player(browser: Browser) -> Iterator[OpenPlayer]:
    with players(browser, sine) as make:
        yield make


def _data(line: str) -> dict[str, Any]:
    source = f"import torch\nx = torch.tensor(2.0, requires_grad=True)\nz = {line}\nz.backward()\n"
    graphs, story = player_data(analyse(record(source)))
    return {"graphs": graphs, "story": story, "query": "", "step": 0, "opened": "one", "stale": False}


@pytest.mark.parametrize("line", ["torch.log(x)", "torch.sin(x ** 2)", "torch.sin(x ** 2) * x + x ** 3 * x.exp()"])
@pytest.mark.parametrize("width", [390, 700, 1280])
def test_every_phase_is_named_at_every_step(line: str, width: int, player: OpenPlayer) -> None:
    shown = player(_data(line), viewport={"width": width, "height": 844})
    last = int(shown.find("input.steps").get_attribute("max") or 0)
    for step in range(last + 1):
        names = shown.find(".scrubber .name")
        expect(names).to_have_count(3)
        seen = names.evaluate_all(
            """(all) => all.map((one) => {
              const { left, right } = one.getBoundingClientRect();
              return [one.textContent, getComputedStyle(one).visibility, left, right];
            })"""
        )
        assert [text.split(" ")[0] for text, *_ in seen] == ["Forward", "Local", "Backward"]
        assert all(visibility == "visible" for _, visibility, *_ in seen), (step, seen)
        for (*_, right), (_, _, left, _) in itertools.pairwise(seen):
            assert right <= left, (step, seen)
        shown.press("ArrowRight")
