"""The server is gone while a page is open: the page says so, and goes on with what it has."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from deploy.replicas import Replica, free_ports
from tests.browser import settled

PATIENCE = 60_000
"""Milliseconds. Streamlit asks again at growing intervals."""

pytestmark = pytest.mark.browser


def test_a_visitor_is_told_in_a_sentence_and_steps_on(browser: Browser, tmp_path: Path) -> None:
    replica = Replica(free_ports(1)[0], {}, tmp_path / "log.txt")
    replica.start()
    try:
        replica.wait()
        page = browser.new_context(base_url=f"http://127.0.0.1:{replica.port}").new_page()
        page.goto("/?z=sin(x**2)&x=4")
        settled(page)
        away = page.get_by_role("status").filter(has_text="The server does not answer")
        expect(away).to_be_hidden()

        replica.kill()

        expect(away).to_be_visible(timeout=PATIENCE)
        expect(page.get_by_role("dialog")).to_have_count(0)
        page.get_by_role("region", name="Player").get_by_role("button", name="Next step").press("ArrowRight")
        expect(page.get_by_role("region", name="Player")).to_contain_text("Forward through the square")
        expect(page.get_by_label("Expression", exact=True)).to_have_value("z = sin(x**2)")

        replica.start()
        replica.wait()
        expect(away).to_be_hidden(timeout=PATIENCE)
        expect(page.get_by_role("dialog")).to_have_count(0)
        page.context.close()
    finally:
        replica.end()
