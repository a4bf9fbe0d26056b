"""A visitor whose replica dies: what they have open, which replica serves them, and what they see afterwards."""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

from deploy.replicas import Fleet, Replica
from tests.browser import settled

PATIENCE = 60
"""Seconds until a test gives up; how long it really took is measured."""


@dataclass(frozen=True)
class Seen:
    """What a person sees of their work."""

    address: str
    text: str
    """In the field or the cells."""
    step: str
    sentence: str


class Visitor:
    """A page, by what a person does on it and sees."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.player = page.get_by_role("region", name="Player")
        self.steps = self.player.locator("input.steps")

    @property
    def text(self) -> Locator:
        """The field of an expression."""
        return self.page.get_by_label("Expression", exact=True)

    def typed(self) -> str:
        """All that stands in the field, or in the cells of code."""
        if "/code" not in self.page.url:
            return self.text.input_value()
        return "\n".join(self.page.locator("#cells .cm-line").all_inner_texts())

    def run_more(self, lines: str) -> None:
        """Write these below the last cell's, and run the notebook up to there."""
        self.page.locator("#cells .cm-content").last.focus()
        self.page.keyboard.press("Control+End")
        self.page.keyboard.insert_text(f"\n{lines}")
        self.page.keyboard.press("Control+Enter")

    def shown(self) -> Locator:
        """What the last cell that shows anything shows."""
        return self.page.locator("#cells .items:visible").last

    def open(self, address: str) -> None:
        self.page.goto(address)
        expect(self.steps).to_be_attached(timeout=PATIENCE * 1000)
        settled(self.page)

    def walk(self, step: int) -> None:
        self.steps.focus()
        self.page.keyboard.press("Home")
        for _ in range(step):
            self.page.keyboard.press("ArrowRight")
        expect(self.steps).to_have_value(str(step))
        expect(self.page).to_have_url(re.compile(f"step={step}$"))

    def seen(self) -> Seen:
        words = self.player.locator(".words").inner_text()
        return Seen(self.page.url, self.typed(), self.steps.input_value(), words)

    def connected(self, yes: bool = True) -> None:
        """Wait until Streamlit's script holds a connection to a server, or has noticed that it holds none."""
        state = self.page.locator("[data-testid=stApp][data-test-connection-state=CONNECTED]")
        expect(state).to_be_attached(attached=yes, timeout=PATIENCE * 1000)


def serving(page: Page, fleet: Fleet) -> Replica:
    """The replica to which nginx sends this visitor."""
    page.request.get(f"{fleet.url}/_stcore/host-config")
    lines = map(json.loads, fleet.log.read_text().splitlines())
    last = [line["replica"] for line in lines if line["path"] == "/_stcore/host-config"][-1]
    port = int(last.rpartition(":")[2])  # after those that did not answer
    return next(replica for replica in fleet.replicas if replica.port == port)


def lose(visitor: Visitor, fleet: Fleet) -> float:
    """Kill the replica that serves a visitor. Gives the seconds until the page holds a connection to another one."""
    victim = serving(visitor.page, fleet)
    start = time.monotonic()
    victim.kill()
    visitor.connected(False)
    visitor.connected()
    return time.monotonic() - start


def heal(fleet: Fleet) -> None:
    """Start again what was killed, and let nginx ask it again."""
    dead = [replica for replica in fleet.replicas if replica.process.poll() is not None]
    for replica in dead:
        replica.start()
        replica.wait()
    if dead:
        fleet.forget()
