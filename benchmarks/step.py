"""Key press → changed pixels, in a real browser on the real page, and what stepping sends to the server.

The goal is one frame of 16.7 ms at the median, with 10 operations as with 500 and with 10,000, and no byte to the
server. A press is timed from the key's event until the browser has painted the frame that shows the step, the wait for
the frame included. "Work" is the page's own: scripts, styles and layout, as the thread's time, which others on the
machine do not make longer. Then steps that move, at 500 operations: 60 frames a second are the goal.
"""

from __future__ import annotations

import statistics
import tempfile
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, CDPSession, Page, expect, sync_playwright

from gradwalk.address.program import to_query
from tests.browser import FLAGS, browser_path, running_server, settled

FRAME = 1000 / 60  # ms
PRESSES = 60
OPERATIONS = (10, 500, 10_000)
MOVING = 500
MOVES = 20

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
    work: float
    """ms of the page's thread, one a key press."""
    sent: int
    """Bytes to the server meanwhile."""
    changed: int
    """How many of the steps that were looked at had changed the picture's pixels, of ``LOOKS``."""


LOOKS = 5

# The times of the frames in which something moves, until nothing does any more.
FRAMES = """(player) => new Promise((done) => {
  const times = [];
  const moves = () => player.getRootNode().getAnimations().some((one) => one.playState === "running");
  const frame = (time) => {
    times.push(time);
    if (times.length < 3 || moves()) requestAnimationFrame(frame);
    else done(times);
  };
  requestAnimationFrame(frame);
})"""


def program(operations: int) -> str:
    return f"""\
import torch
x = torch.tensor(0.5, requires_grad=True)
y = x
for i in range({operations}):
    y = torch.sin(y)
y.backward()
"""


def opened(page: Page, operations: int) -> None:
    page.goto(f"/code?{to_query(program(operations))}")
    steps = page.locator("input.steps")
    expect(steps).to_be_attached(timeout=120_000)
    settled(page)
    # Forward, a local gradient and a step back for each operation.
    assert int(steps.get_attribute("max") or 0) > 3 * operations
    page.keyboard.press("Home")


def stepping(page: Page, operations: int) -> Stepping:
    sent: list[str | bytes] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    opened(page, operations)
    sent.clear()
    changed = sum(_pixels_change(page) for _ in range(LOOKS))
    page.evaluate(WATCH)
    tools = page.context.new_cdp_session(page)
    tools.send("Performance.enable", {"timeDomain": "threadTicks"})
    before = worked(tools)
    for number in range(PRESSES):
        page.wait_for_timeout(number * 7 % 17)  # a person's key falls anywhere between two frames
        page.keyboard.press("ArrowRight" if number < PRESSES / 2 or operations > PRESSES else "ArrowLeft")
        page.evaluate(PAINTED, number)
    times: list[float] = page.evaluate("window.pressed")
    work = (worked(tools) - before) / PRESSES
    return Stepping(times, work, sum(len(frame) for frame in sent), changed)


def worked(tools: CDPSession) -> float:
    """ms that the page's thread has spent so far on scripts, styles and layout."""
    found = {each["name"]: each["value"] for each in tools.send("Performance.getMetrics")["metrics"]}
    return 1000 * sum(float(found[f"{name}Duration"]) for name in ("Script", "RecalcStyle", "Layout"))


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


def frames(browser: Browser, url: str) -> list[float]:
    """ms between two frames, while steps move."""
    context = browser.new_context(base_url=url, viewport={"width": 1280, "height": 800})
    page = context.new_page()
    try:
        opened(page, MOVING)
        opening = page.get_by_role("button", name="Open the box")
        while not opening.is_visible():
            page.keyboard.press("ArrowRight")
        opening.click()
        between: list[float] = []
        for _ in range(MOVES):
            page.keyboard.press("ArrowRight")
            times: list[float] = page.locator(".player").evaluate(FRAMES)
            between += [after - before for before, after in pairwise(times)]
        return between
    finally:
        context.close()


def line(operations: int, found: Stepping) -> str:
    median, late = statistics.median(found.times), statistics.quantiles(found.times, n=20)[-1]
    changed = f"{found.changed} of {LOOKS}"
    times = f"{median:>8.1f} ms {late:>8.1f} ms {median / FRAME:>11.2f} {found.work:>8.1f} ms"
    return f"{operations:>10,} {times} {found.sent:>6,} {changed:>15}"


def main() -> None:
    shares = f"{'of a frame':>11} {'work':>11}"
    print(f"{'operations':>10} {'median':>11} {'95 %':>11} {shares} {'sent':>6} {'pixels changed':>15}")
    with (
        tempfile.TemporaryDirectory() as folder,
        running_server(Path(folder) / "log.txt") as url,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=browser_path(), args=list(FLAGS))
        for operations in OPERATIONS:
            print(line(operations, measured(browser, url, operations)))
        between = frames(browser, url)
        browser.close()
    median, late = statistics.median(between), statistics.quantiles(between, n=20)[-1]
    print(f"\n{MOVES} steps that move, at {MOVING} operations: {len(between)} frames,")
    print(f"{median:.1f} ms apart at the median ({median / FRAME:.2f} of a frame), {late:.1f} ms at 95 %")


if __name__ == "__main__":
    main()
