"""A long notebook on the page Code: when it can be read, its first picture, a key in a cell, a graph that is far away.

Forty cells with 300 lines, in two sizes: a loop of 100 turns with a graph each, and with ten points a turn, which makes
1,000 graphs of 25 kinds. The goals: to be read before its run ends, the first picture within a second after the run, a
key's work within one frame: the page's own, as the time of its thread. Each graph has to be drawn when somebody gets
to it.
"""

from __future__ import annotations

import json
import statistics
import tempfile
from datetime import datetime
from pathlib import Path

from playwright.sync_api import Browser, FilePayload, Page, sync_playwright

from benchmarks.page import FIND
from benchmarks.step import worked
from tests.browser import FLAGS, browser_path, running_server, settled

PARTS = 18
KEYS = 60
FOLDED = 400
"""A turn that is far away, in the middle of what is folded."""
AFTER_RUN = 1000  # ms
FRAME = 1000 / 60  # ms

_HEAD = """\
# %% [markdown]
# # A line through points
# %%
import torch
xs = [point / 5 - 1 for point in range({points})]
ys = [3*x + 1 for x in xs]
w = torch.tensor(0.0, requires_grad=True)
b = torch.tensor(0.0, requires_grad=True)
# %%
for turn in range(100):
    for x, y in zip(xs, ys):
        loss = (w*x + b - y)**2
        for _ in range(turn // 4 if x == xs[0] else 0):
            loss = loss * 1
        loss.backward()
        with torch.no_grad():
            w -= 0.1*w.grad
            b -= 0.1*b.grad
        w.grad.zero_()
        b.grad.zero_()
# %%
print(w.item(), b.item())
"""
_PART = """\
# %% [markdown]
# ## Part {number}
# The slope $\\frac{{dy}}{{dx}}$ of $x^{{{power}}}$.
#
# It is $ {power} x^{{{number}}} $.
# %%
def power(x):
    return x**{power}

x{number} = torch.tensor({number}.5, requires_grad=True)
y{number} = power(x{number})
y{number}.backward()
print(x{number}.grad)
x{number}.grad = None
x{number}
"""
# What a person would see, looked for once a frame; the page's policy forbids Playwright's own way of waiting.
_WATCH = """
window.watching = (cells, title) => {
  const seen = { start: Date.now() };
  const titled = () => window.found(".episode-title")?.textContent.endsWith(title);
  const note = (name, there) => { if (there && !seen[name]) seen[name] = Date.now(); };
  const look = () => {
    note("readable", window.found(`#cells > .cell:nth-child(${cells})`));
    note("pictured", titled() && window.found(".stage [data-box]"));
    note("whole", seen.pictured && window.found(".episode-more").hidden);
    if (!seen.readable || !seen.whole) return requestAnimationFrame(look);
    window.seen = seen;
  };
  look();
};
"""
_SEEN = """() => new Promise((done) => {
  const look = () => (window.seen ? done(window.seen) : requestAnimationFrame(look));
  look();
})"""
# From a key until the frame that shows it is drawn: the page's own work for it, with nothing else under way.
_LISTEN = """() => {
  window.key = new Promise((done) => {
    const drawn = (start) => requestAnimationFrame(() => setTimeout(() => done(performance.now() - start)));
    addEventListener("keydown", () => drawn(performance.now()), { capture: true, once: true });
  });
}"""
# The graph of a turn that is far away: from the jump until it stands there.
_FAR = """(turn) => new Promise((done) => {
  const range = window.found(".episode-range");
  const start = performance.now();
  range.value = turn;
  range.dispatchEvent(new Event("input"));
  const look = () => {
    const named = window.found(".episode-title").textContent.includes(` ${turn + 1} of `);
    if (named && window.found(".stage:not([hidden]) [data-box]")) done(performance.now() - start);
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})"""


def notebook(points: int) -> str:
    """The program: one cell of each part is text."""
    parts = (_PART.format(number=number, power=number + 2) for number in range(PARTS))
    return _HEAD.format(points=points) + "".join(parts)


def run_of(log: Path) -> tuple[float, float]:
    """When the last run of a program was over, and how long it took, in ms."""
    lines = (json.loads(line) for line in log.read_text(encoding="utf-8").splitlines() if line.startswith("{"))
    answer = [line for line in lines if line.get("work") == "program"][-1]
    return 1000 * datetime.fromisoformat(answer["time"]).timestamp(), 1000 * answer["seconds"]


def opened(page: Page, url: str, source: str, log: Path) -> dict[str, float]:
    """ms of the run, from choosing the file to its cells, and from the run's end to the first picture and to all."""
    page.goto(f"{url}/code")
    page.locator("#cells > .cell").first.wait_for(timeout=60_000)
    settled(page)
    page.evaluate("([cells, title]) => window.watching(cells, title)", [source.count("# %%"), f" of {graphs(source)}"])
    file = FilePayload(name="lecture.py", mimeType="text/x-python", buffer=source.encode())
    page.locator("input[type=file]").set_input_files(file)
    seen: dict[str, float] = page.evaluate(_SEEN)
    over, run = run_of(log)
    return {
        "run": run,
        "readable": seen["readable"] - seen["start"],
        "pictured": seen["pictured"] - over,
        "whole": seen["whole"] - over,
    }


def graphs(source: str) -> int:
    return PARTS + 100 * int(source.partition("range(")[2].partition(")")[0])


def typed(page: Page) -> tuple[list[float], float]:
    """ms from each key to its frame, and what the page worked for one."""
    page.locator(".cm-content").nth(1).click()
    tools = page.context.new_cdp_session(page)
    tools.send("Performance.enable", {"timeDomain": "threadTicks"})
    times, before = [], worked(tools)
    for _ in range(KEYS):
        page.evaluate(_LISTEN)
        page.keyboard.press("x")
        times.append(float(page.evaluate("window.key")))
    return times, (worked(tools) - before) / KEYS


def line(what: str, ms: float, goal: float | None = None) -> str:
    ratio = "" if goal is None else f"{ms / goal:>8.2f} of {goal:.0f} ms"
    return f"{what:<44} {ms:>8.0f} ms {ratio}"


def measure(browser: Browser, url: str, points: int, log: Path) -> None:
    source = notebook(points)
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_init_script(FIND + _WATCH)
    page = context.new_page()
    seen = opened(page, url, source, log)
    print(f"{graphs(source):,} graphs, {source.count('# %%')} cells, {source.count(chr(10))} lines")
    print(line("  its cells can be read", seen["readable"]))
    print(line("  its run", seen["run"]))
    print(line("  first picture after the run", seen["pictured"], AFTER_RUN))
    print(line("  all of it after the run", seen["whole"]))
    print(line("  a graph that is far away", page.evaluate(_FAR, FOLDED if points > 1 else 50)))
    times, work = typed(page)
    print(line("  a key: the page's own work", work, FRAME))
    print(line("  until it is drawn, at the median", statistics.median(times)))
    print(line("  until it is drawn, at the longest", max(times)))
    context.close()


def main() -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        running_server(log := Path(folder) / "log.txt") as url,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=browser_path(), args=list(FLAGS))
        for points in (1, 10):
            measure(browser, url, points, log)
        browser.close()


if __name__ == "__main__":
    main()
