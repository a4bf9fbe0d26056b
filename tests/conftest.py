"""Fixtures for every test: a running server, a browser, pages that are watched, an accessibility check."""

from __future__ import annotations

import functools
import gc
import math
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from hypothesis import settings
from playwright.sync_api import Browser, Page, expect, sync_playwright
from xdist.scheduler.loadscope import LoadScopeScheduling

from tests.browser import FLAGS, Watch, at_rest, browser_path, running_server

# No deadline for one example: a process's first call into torch is slow, and that proves nothing.
settings.register_profile("work", deadline=None, max_examples=60)
settings.register_profile("ci", deadline=None, max_examples=60, derandomize=True, print_blob=True)
# A page has as long as it needs on a machine that does other things too; how fast it is, benchmarks measure.
expect.set_options(timeout=20_000)
settings.load_profile("ci" if os.environ.get("CI") else "work")

ROOT = Path(__file__).resolve().parent.parent
NewPage = Callable[..., Page]
CheckAxe = Callable[..., None]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what uses the server or the browser as ``browser``, before ``-m`` chooses.

    One of several processes begins with the pages, and what takes long comes before what is over at once: so in the
    end no process has nothing left to do while another has a file of half a minute.
    """
    for item in items:
        if {"server", "browser"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.browser)
    if "PYTEST_XDIST_WORKER" in os.environ:
        tests = Counter(item.path for item in items)
        items.sort(key=lambda item: (-_cost(item.path, tests[item.path]), item.path))


@pytest.fixture(scope="module", autouse=True)
def _settled() -> None:
    """What is there before a file's tests stays, and many of them collect garbage: no need to walk all of it again."""
    gc.collect()
    gc.freeze()


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """Which tests go together where several processes share them; in the order in which they come."""
    config.option.loadscopereorder = False
    return ByPages(config, log)


class ByPages(LoadScopeScheduling):  # type: ignore[misc]  # pytest-xdist carries no types
    """All pages go to one process, one after another: two browsers, or a server beside a page, would slow each other.

    Of other tests each file goes together.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::")[0]
        return "pages" if _has_pages(ROOT / file) else file


_PAGE = re.compile(r"\bAppTest\b|: (?:Page|NewPage|Browser)\b|\bserver: str\b|\brunning_server\(")


_PROCESS = re.compile(r"\b(?:Nursery|Warm|Oracle|Popen|server)\(|\bsubprocess\.run\(")
_STARTED = 100
"""So many plain tests take as long as a file's own processes need to start."""


@functools.cache
def _has_pages(file: Path) -> bool:
    return _PAGE.search(file.read_text(encoding="utf-8")) is not None


@functools.cache
def _starts_processes(file: Path) -> bool:
    return _PROCESS.search(file.read_text(encoding="utf-8")) is not None


def _cost(file: Path, tests: int) -> float:
    """Of a file, for an order."""
    return math.inf if _has_pages(file) else tests + _STARTED * _starts_processes(file)


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
