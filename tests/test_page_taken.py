"""All steps as a file, from the pages of a server and from a page that stands alone: made by the browser."""

from __future__ import annotations

import base64
import gzip
import json
import re
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from gradwalk import record
from gradwalk.export.html import recording_html
from gradwalk.lessons import BY_SLUG
from tests.browser import Watch
from tests.conftest import CheckAxe

MOST_BYTES = 160_000
DATA = re.compile(r'(?<=id="recording">)[^<]*')
PAGES = {"/?z=sin(x**2)&x=4": 5, "/perceptron?": 2, "/code?lesson=4d_training_loop": 7}


def data_of(page: str) -> Any:
    (packed,) = DATA.findall(page)
    return json.loads(gzip.decompress(base64.b64decode(packed)))


def taken(page: Page) -> Path:
    with page.expect_download() as waiting:
        strip(page).get_by_role("group", name="All steps").get_by_role("button", name="HTML").click()
    assert waiting.value.suggested_filename == "gradwalk-steps.html"
    return Path(waiting.value.path())


def strip(page: Page) -> Locator:
    return page.get_by_role("group", name="Picture or page to take away")


def at_step(page: Page, step: int) -> None:
    expect(page.locator(".player .box").first).to_be_visible(timeout=60_000)
    page.locator("input.steps").fill(str(step))
    expect(page.locator(".player")).to_have_attribute("data-step", str(step))


@pytest.mark.parametrize("path", PAGES)
def test_each_page_gives_its_steps_as_a_file_that_needs_no_server(
    path: str, page: Page, browser: Browser, axe: CheckAxe, tmp_path: Path
) -> None:
    page.goto(path)
    at_step(page, PAGES[path])
    page.keyboard.press("e")
    expect(strip(page)).to_be_visible()
    axe(page)
    file = tmp_path / "steps.html"
    file.write_bytes(taken(page).read_bytes())
    expect(strip(page).get_by_role("status")).to_contain_text("It steps without a server.")
    assert file.stat().st_size < MOST_BYTES
    title = page.locator(".words .title").inner_text()
    watched = Watch("file:///")
    with closing(browser.new_context(offline=True, viewport={"width": 1280, "height": 860})) as context:
        alone = context.new_page()
        watched.over(alone)
        alone.goto(file.as_uri())
        expect(alone.locator(".player")).to_have_attribute("data-step", str(PAGES[path]))
        expect(alone.locator(".words .title")).to_have_text(title)
        alone.locator("input.steps").focus()
        alone.keyboard.press("End")
        expect(alone.get_by_role("button", name="Last step")).to_have_attribute("aria-disabled", "true")
        at_step(alone, PAGES[path])
        alone.keyboard.press("e")
        again = taken(alone).read_text(encoding="utf-8")
    assert data_of(again) == data_of(file.read_text(encoding="utf-8"))
    assert watched.problems == []


def test_a_program_is_the_same_file_as_in_a_shell(page: Page) -> None:
    """But for the curves of *Learn*, which pages have besides, and torchviz's picture."""
    page.goto("/code?lesson=4d_training_loop")
    at_step(page, 7)
    page.keyboard.press("e")
    given = taken(page).read_text(encoding="utf-8")
    source = BY_SLUG["4d_training_loop"].source
    written = recording_html(record(source, pictures=True), 7)
    assert DATA.sub("", given) == DATA.sub("", written)
    told = data_of(given)
    told["story"].pop("curves")
    assert told == data_of(written)
