"""What browser tests share: the server, the browser, a watch over pages, and waiting for Streamlit to come to rest."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

from playwright.sync_api import ConsoleMessage, FloatRect, Locator, Page, Request, WebSocket, expect

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 120
REST_SECONDS = 30

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC_BROWSERS = (
    Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
    Path("/Applications/Chromium.app/Contents/MacOS/Chromium"),
)
# Each window of today's Chromium loads two pages of its own for the list below its address bar, which no test sees:
# they take a third of what a window costs. Of two such switches the last one counts: Playwright's names are here too.
_WITHOUT = (
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "AimEnabled",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
)
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--disable-features={','.join(_WITHOUT)}",
)


def browser_path() -> str:
    """The browser of this machine; Playwright's own download is never used."""
    on_path = (shutil.which(name) for name in BROWSERS)
    found = next((path for path in on_path if path), None) or next((str(p) for p in MAC_BROWSERS if p.exists()), None)
    if found is None:
        raise RuntimeError("The browser tests need Chromium or Chrome on the PATH: `make test` installs one.")
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _healthy(url: str) -> bool:
    try:
        with urlopen(f"{url}/_stcore/health", timeout=1) as answer:  # noqa: S310 - our own server on loopback
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def _wait_until_healthy(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    for _ in range(START_SECONDS * 10):
        if _healthy(url):
            return
        try:
            process.wait(timeout=0.1)
        except subprocess.TimeoutExpired:
            continue
        raise RuntimeError(f"The server ended with status {process.returncode}:\n{log.read_text()}")
    raise RuntimeError(f"The server was not up after {START_SECONDS} s:\n{log.read_text()}")


@contextmanager
def running_server(log: Path, base: str = "") -> Iterator[str]:
    """Run the real application on a free loopback port, under a path if there is one, such as ``/school``.

    Gives its address, such as ``http://127.0.0.1:41234/school``.
    """
    port = free_port()
    url = f"http://127.0.0.1:{port}{base}"
    command = [sys.executable, "-m", "streamlit", "run", "app.py"]
    options = ["--server.headless=true", "--server.address=127.0.0.1", f"--server.port={port}"]
    options += [f"--server.baseUrlPath={base}"] if base else []
    with log.open("wb") as out:
        process = subprocess.Popen(
            command + options,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            _wait_until_healthy(process, url, log)
            yield url
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the server and everything that it started: it leads a process group of its own."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


class Watch:
    """Collects what a page must never do: errors in the console or in a script, and requests to anywhere else."""

    def __init__(self, origin: str) -> None:
        self.host = urlsplit(origin).netloc
        self.problems: list[str] = []

    def over(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.problems.append(f"error in a script: {error}"))
        page.on("request", self._request)
        page.on("websocket", self._websocket)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.problems.append(f"console error: {message.text} ({message.location})")

    def _request(self, request: Request) -> None:
        self._address(request.url)

    def _websocket(self, socket: WebSocket) -> None:
        self._address(socket.url)

    def _address(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"data", "blob", "about"} and parts.netloc != self.host:
            self.problems.append(f"request to another place: {url}")


def settled(page: Page) -> Page:
    """Wait until Streamlit has run the page's script to its end and has drawn all that it sent.

    After a click, wait for what the click should show (``expect(...)``) and not for this: just after it the script may
    not have started yet. A notebook that is opened is there before its program has run, and the script runs once more
    to show what came of it.
    """
    rest = page.locator("[data-testid=stApp][data-test-script-state=notRunning]")
    for _ in range(2):
        expect(rest).to_be_attached(timeout=REST_SECONDS * 1000)
        expect(page.get_by_test_id("stSkeleton")).to_have_count(0, timeout=REST_SECONDS * 1000)
        expect(page.locator("[data-busy]")).to_have_count(0, timeout=REST_SECONDS * 1000)
    return page


def at_rest(page: Page) -> Page:
    """Wait until nothing moves or fades in or out any more: what a person reads, in its true colours.

    Streamlit dims what a run of the script has not yet drawn again.
    """
    expect(page.locator("[data-stale=true]")).to_have_count(0, timeout=REST_SECONDS * 1000)
    expect(page.locator("[data-moving]")).to_have_count(0, timeout=REST_SECONDS * 1000)
    page.wait_for_function("() => document.getAnimations().every(one => !(one instanceof CSSTransition))")
    return page


FRAMES = f"""() => new Promise((done, fail) => {{
  requestAnimationFrame(() => requestAnimationFrame(done));
  setTimeout(() => fail(new Error("no frame came")), {REST_SECONDS * 1000});
}})"""
"""Two frames. A page that draws none would else be waited for without an end."""


def becomes(place: Locator, condition: str) -> None:
    """Wait until this function in JavaScript says yes of what is found there: ``expect`` for what it has no name for.

    It is looked up each time, since a page may make it anew.
    """
    until = time.monotonic() + REST_SECONDS
    while not place.evaluate(condition):
        assert time.monotonic() < until, f"{place} never came to {condition}"
        place.page.evaluate(FRAMES)


def still(place: Locator) -> FloatRect:
    """Where it stands, once it is seen and stands there for two frames: it may be on its way, or be made anew."""
    until, before = time.monotonic() + REST_SECONDS, None
    while (now := place.bounding_box()) is None or now != before:
        assert time.monotonic() < until, f"{place} came to no rest; last it was at {now}"
        before = now
        place.page.evaluate(FRAMES)
    return now


def expect_above(upper: Locator, lower: Locator, gap: float = 0) -> None:
    """Wait until the one ends above the other, by more than so many px."""
    until = time.monotonic() + REST_SECONDS
    while True:
        box, below = upper.bounding_box(), lower.bounding_box()
        if box and below and below["y"] - box["y"] - box["height"] > gap:
            return
        assert time.monotonic() < until, f"{box} does not lie above {below}"
        upper.page.evaluate(FRAMES)
