"""A training, drawn while it runs: pictures a second against the goal of 20, in the browser, beside the run.

Two moons of 200 points, 2-4-1 and 300 epochs, at 4× so that the clock asks for more than can be drawn. A picture is a
frame in which the network's lines have changed. Chromium is headless and paints in software; the server trains and
answers on the same machine.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from tests.browser import FLAGS, browser_path, running_server, settled

ROUNDS = 3
GOAL = 20.0
QUERY = "/perceptron?preset=two_layers&view=train&data=moons&optimizer=adam&epochs=300"
LONG = 60_000

COUNT = """(drawing) => {
  window.drawn = [];
  const watch = new MutationObserver(() => window.drawn.push(performance.now()));
  watch.observe(drawing, { subtree: true, attributeFilter: ["stroke-width"] });
}"""


def pictures_a_second(page: Page) -> float:
    """From the first picture of a run to its last; a frame counts once."""
    page.goto(QUERY)
    settled(page)
    page.get_by_role("combobox", name="Speed").select_option("4")
    drawing = page.locator(".network svg[role=img]")
    expect(drawing.locator(".weightline").first).to_be_attached(timeout=LONG)
    drawing.evaluate(COUNT)
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_role("button", name="Run again")).to_be_visible(timeout=LONG)
    times: list[float] = page.evaluate("window.drawn")
    return 1000 * (len(times) - 1) / (times[-1] - times[0])


def main() -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        running_server(Path(folder) / "log") as url,
        sync_playwright() as play,
    ):
        browser = play.chromium.launch(executable_path=browser_path(), args=list(FLAGS))
        found = []
        for _ in range(ROUNDS):
            context = browser.new_context(base_url=url, viewport={"width": 1280, "height": 1000})
            found.append(pictures_a_second(context.new_page()))
            context.close()
        browser.close()
    middle = sorted(found)[ROUNDS // 2]
    print(
        f"{middle:.0f} pictures a second, from {min(found):.0f} to {max(found):.0f}; {middle / GOAL:.2f} times the goal"
    )


if __name__ == "__main__":
    main()
