"""The picture under the hand: dragged, made larger around the pointer, by two fingers and by keys, led by its map."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser import Watch, at_rest
from tests.conftest import CheckAxe
from tests.player_page import ORIGIN, PlayerPage, new_context, open_player
from tests.player_story import long_chain, sine

TOUCH = """
([type, places]) => {
  const [selector, ...points] = places;
  const element = document.getElementById("first").shadowRoot.querySelector(selector);
  const touches = points.map(([clientX, clientY], identifier) => new Touch({ identifier, target: element, clientX, clientY }));
  const lists = { touches: type === "touchend" ? [] : touches, changedTouches: touches };
  element.dispatchEvent(new TouchEvent(type, { ...lists, bubbles: true, cancelable: true }));
}
"""  # noqa: E501 - JavaScript


@pytest.fixture
def shown(browser: Browser) -> Iterator[PlayerPage]:
    watch = Watch(ORIGIN)
    context = new_context(browser, reduced_motion="reduce", has_touch=True)
    yield open_player(context, long_chain(30), watch)
    context.close()
    assert not watch.problems, "\n".join(watch.problems)


def left(place: Locator) -> float:
    box = place.bounding_box()
    assert box is not None
    return box["x"]


def middle(place: Locator) -> tuple[float, float]:
    box = place.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def width(place: Locator) -> float:
    box = place.bounding_box()
    assert box is not None
    return box["width"]


def touch(shown: PlayerPage, kind: str, selector: str, *places: tuple[float, float]) -> None:
    shown.page.evaluate(TOUCH, [kind, [selector, *places]])


def test_a_large_picture_is_dragged_and_led_by_its_map_and_a_step_brings_its_box_back(shown: PlayerPage) -> None:
    first, mouse = shown.box("v0"), shown.page.mouse
    begins = left(first)
    x, y = middle(shown.box("o3"))
    mouse.move(x, y)
    mouse.down()
    mouse.move(x - 300, y, steps=5)
    mouse.up()
    assert left(first) == pytest.approx(begins - 300, abs=2)
    assert shown.step == 0  # a box that was dragged is not clicked
    small = shown.find(".map svg").first.bounding_box()
    assert small is not None
    mouse.click(small["x"] + small["width"] - 4, small["y"] + small["height"] / 2)
    expect(shown.box("o29")).to_be_in_viewport()
    expect(first).not_to_be_in_viewport()
    shown.press("ArrowRight")
    expect(shown.box("o0")).to_be_in_viewport()
    mouse.click(*middle(shown.box("o1")))
    assert shown.step == 2


def test_wheel_and_fingers_change_the_size_around_where_they_are(shown: PlayerPage, axe: CheckAxe) -> None:
    picture, there = shown.find("svg[aria-label='Computation graph']"), shown.box("o3")
    usual, (x, y) = width(picture), middle(there)
    shown.page.mouse.move(x, y)
    shown.page.mouse.wheel(0, -100)
    assert width(picture) == usual  # it is the page's wheel
    shown.page.keyboard.down("Control")
    shown.page.mouse.wheel(0, -100)
    shown.page.keyboard.up("Control")
    shown.page.wait_for_function(
        "(usual) => document.getElementById('first').shadowRoot"
        ".querySelector('.view > svg').getBoundingClientRect().width > usual * 1.1",
        arg=usual,
    )
    assert middle(there)[0] == pytest.approx(x, abs=2)
    larger = width(picture)
    touch(shown, "touchstart", ".view", (x - 30, y), (x + 30, y))
    touch(shown, "touchmove", ".view", (x - 45, y), (x + 45, y))
    assert width(picture) == pytest.approx(1.5 * larger, rel=0.01)
    assert middle(there)[0] == pytest.approx(x, abs=3)
    shown.press("0")
    assert width(picture) == usual
    shown.press("+", "=", "-")
    assert width(picture) == pytest.approx(1.25 * usual, rel=0.01)
    axe(at_rest(shown.page))


def test_a_picture_that_is_whole_has_no_map(shown: PlayerPage) -> None:
    expect(shown.find(".map").first).to_be_visible()
    shown.mount(sine() | {"opened": "another"})
    expect(shown.find(".map").first).to_be_hidden()


def test_the_list_of_keys_is_opened_by_one_and_a_swipe_over_the_words_steps(shown: PlayerPage, axe: CheckAxe) -> None:
    keys = shown.find(".keylist")
    expect(keys).to_be_hidden()
    shown.press("?")
    expect(keys).to_contain_text("picture larger, smaller, as it was")
    axe(at_rest(shown.page))
    shown.press("Escape")
    expect(keys).to_be_hidden()
    for start, end, step in ((300, 200, 1), (300, 200, 2), (200, 300, 1), (300, 290, 1)):
        touch(shown, "touchstart", ".words", (start, 700))
        touch(shown, "touchend", ".words", (end, 705))
        assert shown.step == step
