"""Key press → changed pixels, in a real browser on the real page, and what stepping sends to the server.

The goal is one frame of 16.7 ms at the median, with 10 operations as with 500, and no byte to the server. A press is
timed from the key's event until the browser has painted the frame that shows the step, the wait for the frame included.
"""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, Page, expect, sync_playwright

from gradwalk.address.program import to_query
from tests.browser import FLAGS, browser_path, running_server, settled

FRAME = 1000 / 60  # ms
PRESSES = 60
OPERATIONS = (10, 500)

# A task that is posted in a frame's callback runs when the browser has painted that frame.
WATCH = """() => {
  window.pressed = [];
  addEventListener("keydown", (event) => requestAnimationFrame(() => {
    const painted = new MessageChannel();
    painted.port1.onmessage = () => window.pressed.push(performance.now() - event.timeStamp);
    painted.port2.postMessage(null);
  }), { capture: true });
}"""

# The page's policy forbids Playwright's own way of waiting for a condition.
PAINTED = """(number) => new Promise((done) => {
  const look = () => (window.pressed.length > number ? done() : requestAnimationFrame(look));
  look();
})"""


class Stepping(NamedTuple):
    times: list[float]
    """ms, one a key press."""
    sent: int
    """Bytes to the server meanwhile."""
    changed: int
    """How many of the steps that were looked at had changed the picture's pixels, of ``LOOKS``."""


LOOKS = 5


def program(operations: int) -> str:
    return f"""\
import torch
x = torch.tensor(0.5, requires_grad=True)
y = x
for i in range({operations}):
    y = torch.sin(y)
y.backward()
"""


def stepping(page: Page, operations: int) -> Stepping:
    sent: list[str | bytes] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    page.goto(f"/code?{to_query(program(operations))}")
    steps = page.locator("input.steps")
    expect(steps).to_be_attached(timeout=120_000)
    settled(page)
    # Forward, a local gradient and a step back for each operation.
    assert int(steps.get_attribute("max") or 0) > 3 * operations
    page.keyboard.press("Home")
    sent.clear()
    changed = sum(_pixels_change(page) for _ in range(LOOKS))
    page.evaluate(WATCH)
    for number in range(PRESSES):
        page.wait_for_timeout(number * 7 % 17)  # a person's key falls anywhere between two frames
        page.keyboard.press("ArrowRight" if number < PRESSES / 2 or operations > PRESSES else "ArrowLeft")
        page.evaluate(PAINTED, number)
    times: list[float] = page.evaluate("window.pressed")
    return Stepping(times, sum(len(frame) for frame in sent), changed)


def _pixels_change(page: Page) -> bool:
    before = page.screenshot()
    page.keyboard.press("ArrowRight")
    return page.screenshot() != before


def measured(browser: Browser, url: str, operations: int) -> Stepping:
    context = browser.new_context(base_url=url, viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    try:
        return stepping(context.new_page(), operations)
    finally:
        context.close()


def line(operations: int, found: Stepping) -> str:
    median, late = statistics.median(found.times), statistics.quantiles(found.times, n=20)[-1]
    changed = f"{found.changed} of {LOOKS}"
    return f"{operations:>10,} {median:>8.1f} ms {late:>8.1f} ms {median / FRAME:>11.2f} {found.sent:>6,} {changed:>15}"


def main() -> None:
    print(f"{'operations':>10} {'median':>11} {'95 %':>11} {'of a frame':>11} {'sent':>6} {'pixels changed':>15}")
    with (
        tempfile.TemporaryDirectory() as folder,
        running_server(Path(folder) / "log.txt") as url,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=browser_path(), args=list(FLAGS))
        for operations in OPERATIONS:
            print(line(operations, measured(browser, url, operations)))
        browser.close()


if __name__ == "__main__":
    main()
