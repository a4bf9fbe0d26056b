"""``?view=player``: the player alone, in a frame of somebody's page that learns how tall it is."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

from playwright.sync_api import Page, expect

from gradwalk.address.expression import from_query, to_query
from tests.browser import becomes
from tests.conftest import CheckAxe

PAGES = ("/?z=sin(x**2)&x=4", "/perceptron?", "/code?lesson=4d_training_loop")
VIEWS = ("hand", "train")
"""Of the page Perceptron, which have no player."""
SCRIPT = """
addEventListener("message", ({ data, source }) => document.querySelectorAll("iframe").forEach((frame) => {
  if (frame.contentWindow === source && data.gradwalk === "height") frame.style.height = `${data.height}px`; }));
"""
"""As docs/export.md has it."""
REST = (
    "[data-testid=stHeader], .st-key-workbench-form, .st-key-workbench-answer, .st-key-perceptron-place-form, "
    ".st-key-perceptron-place-switch"
)


def test_the_word_in_the_address_is_no_value() -> None:
    plain, _ = from_query({"z": "sin(x**2)", "x": "4"})
    assert from_query({"z": "sin(x**2)", "x": "4", "view": "player"}) == (plain, ())
    for text, value in (("view = player", {"player": "2"}), ("z = 2*view", {"view": "3"})):
        document, notices = from_query({"text": text, **value})
        assert from_query(dict(parse_qsl(to_query(document)))) == (document, notices)


def test_each_page_stands_alone_in_a_frame_as_tall_as_it_is(page: Page, server: str) -> None:
    paths = [*[f"{path}&view=player" for path in PAGES], *[f"/perceptron?view=player-{view}" for view in VIEWS]]
    style = "width: 100%; height: 99px"
    frames = "".join(f'<iframe src="{server}{path}" style="{style}"></iframe>' for path in paths)
    body = f"<!doctype html><title>School</title>{frames}<script>{SCRIPT}</script>"
    page.route("**/school", lambda route: route.fulfill(body=body, content_type="text/html"))
    page.goto("/school")
    for number, path in enumerate(PAGES):
        frame, around = page.frame_locator("iframe").nth(number), page.locator("iframe").nth(number)
        expect(frame.locator(".player .box").first).to_be_visible(timeout=60_000)
        whole = frame.get_by_role("link", name="Open in Gradwalk")
        expect(whole).to_have_attribute("href", re.compile(rf"^{re.escape(server + path.rstrip('?'))}(?!.*view=)"))
        for rest in frame.locator(REST).all():
            expect(rest).to_be_hidden()
        expect(around).not_to_have_css("height", "99px")
        becomes(frame.locator("section.player"), "(player) => player.getBoundingClientRect().left === 0")
    for number, view in enumerate(VIEWS, len(PAGES)):
        frame, around = page.frame_locator("iframe").nth(number), page.locator("iframe").nth(number)
        whole = frame.get_by_role("link", name="Open in Gradwalk")
        expect(whole).to_have_attribute(
            "href", f"{server}/perceptron?{'data=or&' if view == 'train' else ''}view={view}", timeout=60_000
        )
        expect(frame.get_by_role("button", name="Embed")).to_be_hidden()
        for rest in frame.locator(REST).all():
            expect(rest).to_be_hidden()
        expect(around).not_to_have_css("height", "99px")
    first = page.frame_locator("iframe").first
    first.get_by_role("button", name="Picture or page to take away (E)").click()
    first.get_by_role("button", name="Embed").click()
    code = first.get_by_label("HTML of the frame")
    expect(code).to_have_value(re.compile(r'^<iframe src="\S+\?z=sin\(x\*\*2\)&amp;x=4&amp;view=player" .*</iframe>$'))


def test_a_view_without_a_player_can_be_embedded_too(page: Page, axe: CheckAxe) -> None:
    page.goto("/perceptron?view=hand")
    code = page.get_by_label("HTML of the frame")
    for view, title in (("hand", "By hand"), ("train", "Train")):
        page.get_by_role("radiogroup", name="View").get_by_text(title, exact=True).click()
        page.get_by_role("region", name={"hand": "Check my derivation", "train": "Training"}[view]).wait_for()
        page.get_by_role("button", name="Embed").click()
        expect(code).to_have_value(re.compile(rf'^<iframe src="\S+/perceptron\?(\S+&amp;)?view=player-{view}" '))
    axe(page)
    page.set_viewport_size({"width": 320, "height": 700})
    for view in VIEWS:
        page.goto(f"/perceptron?view=player-{view}")
        expect(page.get_by_role("link", name="Open in Gradwalk")).to_be_visible()
        axe(page)
        page.wait_for_function("() => document.scrollingElement.scrollWidth === 320")
