"""``?view=player``: the player alone, in a frame of somebody's page that learns how tall it is."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

from playwright.sync_api import Page, expect

from gradwalk.address.expression import from_query, to_query

PAGES = ("/?z=sin(x**2)&x=4", "/perceptron?", "/code?lesson=4d_training_loop")
SCRIPT = """
addEventListener("message", ({ data, source }) => document.querySelectorAll("iframe").forEach((frame) => {
  if (frame.contentWindow === source && data.gradwalk === "height") frame.style.height = `${data.height}px`; }));
"""
"""As docs/export.md has it."""
REST = "[data-testid=stHeader], .st-key-workbench-form, .st-key-workbench-answer, .st-key-perceptron-place-form"


def test_the_word_in_the_address_is_no_value() -> None:
    plain, _ = from_query({"z": "sin(x**2)", "x": "4"})
    assert from_query({"z": "sin(x**2)", "x": "4", "view": "player"}) == (plain, ())
    for text, value in (("view = player", {"player": "2"}), ("z = 2*view", {"view": "3"})):
        document, notices = from_query({"text": text, **value})
        assert from_query(dict(parse_qsl(to_query(document)))) == (document, notices)


def test_each_page_stands_alone_in_a_frame_as_tall_as_it_is(page: Page, server: str) -> None:
    frames = "".join(
        f'<iframe src="{server}{path}&view=player" style="width: 100%; height: 99px"></iframe>' for path in PAGES
    )
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
    first = page.frame_locator("iframe").first
    first.get_by_role("button", name="Picture to take away (E)").click()
    first.get_by_role("button", name="Embed").click()
    code = first.get_by_label("HTML of the frame")
    expect(code).to_have_value(re.compile(r'^<iframe src="\S+\?z=sin\(x\*\*2\)&amp;x=4&amp;view=player" .*</iframe>$'))
