"""A training, drawn while it runs: pictures a second against the goal of 20, in the browser, beside the run.

Two moons of 200 points, 2-2-1 and 300 epochs. At 1× the clock asks for 30 pictures a second; at 4× it asks for more
than can be drawn. A picture is a frame in which the network's lines have changed. Chromium is headless and paints in
software; the server trains and answers on the same machine.
"""

from __future__ import annotations

import os
import statistics
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import psutil
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser import FLAGS, browser_path, running_server, settled

ROUNDS = 3
GOAL = 20.0
SPEEDS = {"1×": "1", "4×": "4"}
QUERY = "/perceptron?preset=two_layers&view=train&data=moons&optimizer=adam&epochs=300"
LONG = 60_000

COUNT = """(drawing) => {
  window.drawn = [];
  const watch = new MutationObserver(() => window.drawn.push(performance.now()));
  watch.observe(drawing, { subtree: true, attributeFilter: ["stroke-width"] });
}"""
# Waiting by asking again and again would take of the time that is measured.
ENDED = """(button) => new Promise((done) => {
  const look = () => button.textContent.includes("Run again") && done();
  new MutationObserver(look).observe(button, { subtree: true, childList: true, characterData: true });
})"""


class Drawn(NamedTuple):
    """One run, drawn to its end."""

    a_second: float
    busy: float
    """ms of the processor for each picture: server, browser and what drives it."""


def drawn(browser: Browser, url: str, speed: str) -> Drawn:
    """From the first picture of a run to its last; a frame counts once."""
    context = browser.new_context(base_url=url, viewport={"width": 1280, "height": 1000})
    page = context.new_page()
    page.goto(QUERY)
    settled(page)
    page.get_by_role("combobox", name="Speed").select_option(speed)
    drawing = page.locator(".network svg")
    expect(drawing.locator(".weightline").first).to_be_attached(timeout=LONG)
    drawing.evaluate(COUNT)
    began = _processor()
    button = page.locator(".training .button.main")
    button.click()
    button.evaluate(ENDED)
    busy = _processor() - began
    times: list[float] = page.evaluate("window.drawn")
    context.close()
    return Drawn(1000 * (len(times) - 1) / (times[-1] - times[0]), 1000 * busy / len(times))


def _processor() -> float:
    """Seconds of the processor that this process and all that it has started have taken."""
    found = 0.0
    for process in psutil.Process(os.getpid()).children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            found += sum(process.cpu_times()[:2])
    return found


def main() -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        running_server(Path(folder) / "log") as url,
        sync_playwright() as play,
    ):
        browser = play.chromium.launch(executable_path=browser_path(), args=list(FLAGS))
        drawn(browser, url, "4")  # the first one meets a server that has just begun
        for name, speed in SPEEDS.items():
            found = [drawn(browser, url, speed) for _ in range(ROUNDS)]
            rates = [each.a_second for each in found]
            middle, busy = statistics.median(rates), statistics.median(each.busy for each in found)
            print(
                f"{name}: {middle:.0f} pictures a second, from {min(rates):.0f} to {max(rates):.0f};"
                f" {middle / GOAL:.2f} times the goal; {busy:.0f} ms of the processor a picture"
            )
        browser.close()


if __name__ == "__main__":
    main()
