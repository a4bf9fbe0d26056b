"""Fixtures for every test: a running server, a browser, pages that are watched, an accessibility check."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from hypothesis import settings
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import FLAGS, Watch, at_rest, browser_path, running_server

# No deadline for one example: a process's first call into torch is slow, and that proves nothing.
settings.register_profile("work", deadline=None, max_examples=60)
settings.register_profile("ci", deadline=None, max_examples=60, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "work")

NewPage = Callable[..., Page]
CheckAxe = Callable[..., None]


PAGES = "pages"
"""The group of all tests with a page in them."""


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark what uses the server or the browser as ``browser``, and say which tests go together.

    Where pytest-xdist runs several at once, all pages go to one process, one after another: two browsers, or a server
    beside a page, would slow each other. Of other tests each file goes together.
    """
    is_browser = bool({"server", "browser"} & set(getattr(item, "fixturenames", ())))
    if is_browser:
        item.add_marker(pytest.mark.browser)
    is_page = is_browser or "AppTest" in vars(getattr(item, "module", pytest))
    item.add_marker(pytest.mark.xdist_group(PAGES if is_page else item.nodeid.split("::")[0]))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The pages come first where several processes share the tests: they take as long as half of the rest."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        items.sort(key=lambda item: PAGES not in [mark.args[0] for mark in item.iter_markers("xdist_group")])


@pytest.fixture(scope="session")
def server_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the server writes to its terminal."""
    return tmp_path_factory.mktemp("server") / "log.txt"


@pytest.fixture(scope="session")
def server(server_log: Path) -> Iterator[str]:
    """The address of the real application, started once for all tests."""
    with running_server(server_log) as url:
        yield url


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser_path(), args=list(FLAGS))
        yield chromium
        chromium.close()


@pytest.fixture
def new_page(server: str, server_log: Path, browser: Browser) -> Iterator[NewPage]:
    """Open a page in a browser profile of its own: ``new_page(color_scheme="dark", viewport={...})``.

    ``page.goto("/?x=4")`` is relative to the server. The test fails in the end when any of its pages had an error in
    its console or script, or asked for anything outside the server, and when the server had an error meanwhile.
    """
    contexts = []
    already_logged = len(server_log.read_text())
    watch = Watch(server)

    def make(**options: Any) -> Page:
        context = browser.new_context(base_url=server, **({"viewport": {"width": 1280, "height": 860}} | options))
        contexts.append(context)
        page = context.new_page()
        watch.over(page)
        return page

    yield make
    for context in contexts:
        context.close()
    logged = server_log.read_text()[already_logged:]
    assert "Traceback" not in logged, logged
    assert '"level": "error"' not in logged, logged
    assert not watch.problems, "\n".join(watch.problems)


@pytest.fixture
def page(new_page: NewPage) -> Page:
    """One watched page of 1280 × 860 in light colours."""
    return new_page()


@pytest.fixture(scope="session")
def axe() -> CheckAxe:
    """Check a page's accessibility once it is at rest: ``axe(page)``, or ``axe(page, "main")`` for a part of it."""

    def check(page: Page, context: str | None = None) -> None:
        violations = Axe().run(at_rest(page), context).response["violations"]
        assert not violations, "\n".join(_told(violation) for violation in violations)

    return check


def _told(violation: dict[str, Any]) -> str:
    """One rule that axe found broken, and where. (axe's own report fails on elements inside a shadow root.)"""
    places = (f"  {node['target']} {node['html'][:200]}\n    {node['failureSummary']}" for node in violation["nodes"])
    return "\n".join([f"{violation['id']}: {violation['help']}", *places])
