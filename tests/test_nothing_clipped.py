"""Nothing is cut off: every lesson, example and textbook circuit, measured in a browser from 390 to 1920 px."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from deploy.gallery import Entry, entries
from gradwalk import record
from gradwalk.analysis import analyse
from gradwalk.story.player_data import player_data
from tests.browser import Watch
from tests.clipped import MEASURE, ROUND
from tests.player_page import ORIGIN, PlayerPage, new_context, open_player

ROOM = {"width": 1920, "height": 2000}
"""Upright, as a phone is: the player is then told its width by its place."""
PHONE = [(390, "learn", 0), (390, "pytorch", 2)]
MIDDLE = [(640, "learn", 2), (1024, "pytorch", 0), (1024, "learn", 0), (640, "pytorch", 2)]
WIDE = [(1280, "pytorch", 2), (1920, "learn", 0), (1280, "learn", 0), (1920, "pytorch", 0)]
"""Widths, densities, and steps before the last one: each recording has one of each, in turn."""


@pytest.fixture(scope="module")
def player(browser: Browser) -> Iterator[PlayerPage]:
    """Dark: a scheme has colours of its own and nothing else, and this page is looked at in no other test."""
    watch = Watch(ORIGIN)
    context = new_context(browser, reduced_motion="reduce", viewport=ROOM)
    shown = open_player(context, data(next(entries())), watch, "dark")
    shown.page.evaluate("document.body.style.opacity = 0")  # what is not painted is placed all the same, and sooner
    yield shown
    context.close()
    assert not watch.problems, "\n".join(watch.problems)


def data(entry: Entry) -> dict[str, Any]:
    """What a page hands to its player. Saved tensors are shown, too."""
    found = player_data(analyse(record(entry.source)))
    about = {"query": "", "step": 0, "opened": entry.file, "stale": False}
    return {"graphs": found.graphs, "story": found.story} | about


def test_no_text_leaves_its_box_and_no_label_lies_on_another(player: PlayerPage) -> None:
    found = {}
    for number, entry in enumerate(entries()):
        player.mount(data(entry))
        places = [PHONE[number % 2], MIDDLE[number % 4], WIDE[number % 4]]
        if problems := player.page.evaluate(ROUND, [player.host, places]):
            found[entry.file] = problems
    assert not found


def test_what_is_moved_out_of_its_place_is_found(player: PlayerPage) -> None:
    """The measure itself: each kind of fault, made by hand."""
    player.mount(data(next(entries())))
    assert player.page.evaluate(ROUND, [player.host, [(1280, "learn", 0)]]) == []
    faults = player.page.evaluate(
        f"""(host) => {{
          const measure = {MEASURE};
          const root = document.getElementById(host).shadowRoot.querySelector(".player");
          const [box, other] = root.querySelectorAll(".box");
          const [label, second] = [...root.querySelectorAll(".label text")].filter((text) => text.textContent);
          const faults = [
            [box.querySelector(".value"), "translate(90px)"], [box, "translate(-60px)"], [label, "translate(-80px)"],
            [second, `translate(${{label.getAttribute("x") - second.getAttribute("x")}}px,`
              + `${{label.getAttribute("y") - second.getAttribute("y")}}px)`],
            [root.querySelector("button[aria-label=Play]"), "translate(50px)"],
          ];
          return faults.map(([thing, moved]) => {{
            thing.style.transform = moved;
            const found = measure(root).map((problem) => problem.split(":")[0]);
            thing.style.transform = "";
            return found;
          }});
        }}""",
        player.host,
    )
    told = [
        "a text outside its box",
        "a box outside the picture",
        "a label over a box",
        "a label on a label",
        "a button on a button",
    ]
    for expected, found in zip(told, faults, strict=True):
        assert expected in found
