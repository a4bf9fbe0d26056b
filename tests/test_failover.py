"""A replica is killed while a page is open: its visitor keeps program and step, and goes on with another one."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from deploy.replicas import Fleet, fleet, free_ports
from tests.browser import settled
from tests.failover import Visitor, heal, lose, serving

WITHIN = 10
"""Seconds."""


@pytest.fixture(scope="module")
def two() -> Iterator[Fleet]:
    with fleet(2, free_ports(1)[0]) as running:
        yield running


@pytest.fixture(autouse=True)
def healed(two: Fleet) -> None:
    heal(two)


@pytest.fixture
def visitor(two: Fleet, browser: Browser) -> Iterator[Visitor]:
    context = browser.new_context(base_url=two.url)
    yield Visitor(context.new_page())
    context.close()


def test_an_expression_that_was_changed_stays_and_can_be_changed_again(two: Fleet, visitor: Visitor) -> None:
    visitor.open("/?z=sin(x**2)&x=4&step=3")
    visitor.text.fill("z = cos(x**2) * y")
    expect(visitor.page.get_by_role("slider", name="y, slider")).to_be_visible()
    visitor.walk(7)
    before = visitor.seen()

    seconds = lose(visitor, two)

    assert seconds < WITHIN
    settled(visitor.page)
    assert visitor.seen() == before
    visitor.page.get_by_role("slider", name="x, slider").press("ArrowRight")
    expect(visitor.page).to_have_url(re.compile("x=4.1&.*step=7$"))
    assert visitor.seen().text == before.text


def test_a_program_keeps_its_text_its_step_and_its_open_turns(two: Fleet, visitor: Visitor) -> None:
    visitor.open("/code?lesson=4d_training_loop")
    visitor.walk(20)
    before = visitor.seen()

    seconds = lose(visitor, two)

    assert seconds < WITHIN
    assert visitor.seen() == before
    visitor.run_more("print(12345)")
    expect(visitor.shown()).to_contain_text("12345")
    assert visitor.seen().step == before.step


def test_an_answer_that_was_under_way_comes_from_another_replica(two: Fleet, visitor: Visitor) -> None:
    """Nobody asks for it a second time: Streamlit's script does."""
    visitor.open("/code?lesson=1a_derivative")
    victim = serving(visitor.page, two)

    visitor.run_more("for i in range(1500):\n    y = x * i\nprint(54321)")
    expect(visitor.page.locator("[data-testid=stApp][data-test-script-state=running]")).to_be_attached()
    victim.kill()

    expect(visitor.shown()).to_contain_text("54321", timeout=60_000)
    assert "print(54321)" in visitor.seen().text


def test_a_visitor_stays_with_one_replica_and_visitors_are_spread(two: Fleet, browser: Browser) -> None:
    def replicas(page: Page) -> set[int]:
        return {serving(page, two).port for _ in range(3)}

    contexts = [browser.new_context(base_url=two.url) for _ in range(12)]
    found = [replicas(context.new_page()) for context in contexts]
    for context in contexts:
        context.close()

    assert all(len(ports) == 1 for ports in found)
    assert len(set[int]().union(*found)) == 2


@pytest.mark.parametrize("path", ["/metrics", "/readyz", "/ready", "/_stcore/metrics", "/_stcore/script-health-check"])
def test_what_is_for_those_who_run_it_is_closed_to_the_outside(two: Fleet, visitor: Visitor, path: str) -> None:
    assert visitor.page.request.get(two.url + path).status == 404


def test_the_log_has_no_word_of_what_was_typed(two: Fleet, visitor: Visitor) -> None:
    visitor.page.request.get(two.url + "/?z=secret(x)", headers={"Referer": two.url + "/?z=secret(x)"})
    serving(visitor.page, two)

    assert "secret" not in two.log.read_text()
    assert '"path":"/"' in two.log.read_text()
