"""A replica is killed under an open page, twenty times: how long until the page is served again, and what was lost.

Two replicas behind nginx on loopback, one browser. The visitor has changed the expression (or opened a program) and
stands at some step. Nobody touches the page until another replica serves it; then something is changed once, which
must not cost the step; of a program it must not cost the text, since the player goes to the cell that is run.

    REPEATS=20 python -m benchmarks failover
"""

from __future__ import annotations

import os
import re
import statistics

from playwright.sync_api import Browser, expect, sync_playwright

from deploy.replicas import Fleet, fleet, free_ports
from tests.browser import FLAGS, browser_path
from tests.failover import Visitor, heal, lose

GOAL = 10
"""Seconds."""


def expression(visitor: Visitor, fleet: Fleet, step: int) -> tuple[float, bool]:
    """Seconds without a server, and whether everything stayed, also through the next change."""
    visitor.open("/?z=sin(x**2)&x=4")
    visitor.text.fill("z = cos(x**2) * y")
    expect(visitor.page.get_by_role("slider", name="y, slider")).to_be_visible(timeout=60_000)
    visitor.walk(step)
    before = visitor.seen()
    seconds = lose(visitor, fleet)
    kept = visitor.seen() == before
    visitor.page.get_by_role("slider", name="x, slider").press("ArrowRight")
    expect(visitor.page).to_have_url(re.compile("x=4.1"), timeout=60_000)
    after = visitor.seen()
    return seconds, kept and (after.text, after.step) == (before.text, before.step)


def program(visitor: Visitor, fleet: Fleet, step: int) -> tuple[float, bool]:
    visitor.open("/code?lesson=4d_training_loop")
    visitor.walk(step)
    before = visitor.seen()
    seconds = lose(visitor, fleet)
    kept = visitor.seen() == before
    visitor.run_more("print(12345)")
    expect(visitor.shown()).to_contain_text("12345", timeout=60_000)
    return seconds, kept and visitor.seen().text == f"{before.text}\nprint(12345)"


def repeats(browser: Browser, running: Fleet, count: int) -> list[tuple[float, bool]]:
    found = []
    for number in range(count):
        context = browser.new_context(base_url=running.url)
        once = program if number % 2 else expression
        found.append(once(Visitor(context.new_page()), running, 1 + number % 9))
        context.close()
        heal(running)
    return found


def main() -> None:
    count = int(os.environ.get("REPEATS", "20"))
    with fleet(2, free_ports(1)[0]) as running, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path(), args=list(FLAGS))
        found = repeats(browser, running, count)
        browser.close()
    times = [seconds for seconds, _ in found]
    lost = sum(not kept for _, kept in found)
    print(f"{count} replicas killed; pages that lost something: {lost}")
    print(f"seconds without a server: median {statistics.median(times):.2f}, longest {max(times):.2f}", end="")
    print(f" ({max(times) / GOAL:.2f} of {GOAL} s)")


if __name__ == "__main__":
    main()
