"""The static site: every example and lesson has a page, and pages step from the disk without a network."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from deploy.gallery import Entry, entries, entry_html, index_html
from gradwalk import record
from gradwalk.clinic import findings
from gradwalk.lessons import LESSONS
from gradwalk.lessons.gallery import EXAMPLES
from tests.browser import ROOT, Watch

SERVER = "https://gradwalk.example/school/"


@pytest.fixture(scope="module")
def listed() -> list[Entry]:
    return list(entries())


def test_every_lesson_and_example_has_a_page_of_its_own(listed: list[Entry]) -> None:
    taught = [*(one.title for one in LESSONS), *(one.title for one in EXAMPLES)]
    assert [entry.title for entry in listed][: len(taught)] == taught
    assert len({entry.file for entry in listed}) == len(listed)
    assert all(re.fullmatch(r"[a-z0-9_-]+\.html", entry.file) for entry in listed)


def test_the_index_leads_to_all_of_them(listed: list[Entry]) -> None:
    text = index_html(listed)
    assert re.findall(r'<li><a href="([^"]*)">', text) == [entry.file for entry in listed]
    assert '<meta name="description" content="Programs that PyTorch has run' in text


def test_a_root_that_is_no_scalar_has_its_seed(listed: list[Entry]) -> None:
    (entry,) = [entry for entry in listed if entry.title == "A vector as the root"]
    assert not any(cell.failure for cell in record(entry.source).cells)


def test_a_page_says_what_it_is_and_where_it_can_be_changed(listed: list[Entry]) -> None:
    sine = next(entry for entry in listed if entry.title == "z = sin(x²)")
    text = entry_html(sine, SERVER)
    assert "<title>z = sin(x²)</title>" in text
    assert f'<meta name="description" content="{sine.summary}">' in text
    assert 'href="https://gradwalk.example/school/?z=sin(x**2)&amp;x=4"' in text
    assert "gradwalk.example" not in entry_html(sine)
    lesson = next(entry for entry in listed if entry.title == LESSONS[0].title)
    assert lesson.address == f"code?lesson={LESSONS[0].slug}"


@pytest.fixture
def offline(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(offline=True, viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()


def test_it_is_walked_from_the_disk_without_a_network(offline: Page, listed: list[Entry], tmp_path: Path) -> None:
    entry = next(entry for entry in listed if entry.file == "2b_autograd.html")
    (tmp_path / "index.html").write_text(index_html(listed), encoding="utf-8")
    (tmp_path / entry.file).write_text(entry_html(entry), encoding="utf-8")
    watched = Watch("file:///")
    watched.over(offline)
    offline.goto((tmp_path / "index.html").as_uri())
    offline.get_by_role("link", name=entry.title, exact=True).click()
    expect(offline.get_by_role("heading", level=1)).to_have_text(entry.title)
    offline.locator("input.steps").focus()
    offline.keyboard.press("End")
    expect(offline.locator(".names").first).to_contain_text("6.6918")  # the gradient of w, as in the lesson
    offline.get_by_role("link", name="All programs").click()
    expect(offline.get_by_role("link")).to_have_count(len(listed))
    assert watched.problems == []


def test_what_is_asked_of_the_clinic_is_found_in_the_gallery_as_its_page_says(listed: list[Entry]) -> None:
    asked = {entry.title: entry for entry in listed if entry.group == "Why training does not work"}
    assert {"My loss is nan", "This parameter does not learn"} <= set(asked)
    assert "Trying to backward through the graph a second time" in asked
    page = (ROOT / "docs" / "clinic.md").read_text(encoding="utf-8")
    for entry in asked.values():
        assert f"### {entry.title}" in page
        assert entry.source in page
        assert findings(record(entry.source)), entry.title
