"""A phone: the graph is on the first screen, nothing lies see-through over anything, and what is long is folded."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import expect_above, settled, still
from tests.conftest import CheckAxe

pytestmark = pytest.mark.browser

NewPage = Callable[..., Page]
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
SEEN = "try { localStorage.setItem('gradwalk.tour', 'seen') } catch {}"


@pytest.fixture
def phone(new_page: NewPage) -> Page:
    page = new_page(**PHONE)
    page.add_init_script(SEEN)
    return page


def _player(page: Page, address: str) -> Locator:
    page.goto(address)
    settled(page)
    player = page.get_by_role("region", name="Player")
    expect(player.locator("[data-box]").first).to_be_attached()
    return player


def test_the_first_screen_has_the_graph_and_one_lit_button_that_is_named(phone: Page) -> None:
    player = _player(phone, "/?z=sin(x**2)&x=4")
    words = player.locator(".words")
    box = player.locator("[data-box=v0]")
    expect(box).to_be_in_viewport(ratio=1)
    expect_above(box, words)
    expect(player.locator(".begin")).to_be_hidden()
    forth = player.get_by_role("button", name="Next step")
    expect(forth).to_be_in_viewport(ratio=1)
    lit = player.locator(".question").evaluate("(one) => getComputedStyle(one).getPropertyValue('--value')")
    expect(forth).not_to_have_css("background-color", "rgba(0, 0, 0, 0)")
    assert lit
    forth.click()
    expect(player).to_have_attribute("data-step", "1")
    expect(forth).to_have_css("background-color", "rgba(0, 0, 0, 0)")


def test_who_types_another_expression_sees_where_its_graph_begins(new_page: NewPage) -> None:
    page = new_page(**PHONE)
    player = _player(page, "/")
    expect(player.get_by_role("region", name="Tour")).to_be_visible()
    first, controls = player.locator("[data-box=v0]"), player.locator(".bar")
    page.get_by_role("textbox", name="Expression").fill("3x²+2x")
    expect(player.locator("[data-box=o3]")).to_be_attached()
    settled(page)
    expect_above(first, controls)


def test_while_the_tour_speaks_the_first_box_stands_whole_above_the_controls(new_page: NewPage, axe: CheckAxe) -> None:
    page = new_page(**PHONE)
    player = _player(page, "/")
    tour, words = player.get_by_role("region", name="Tour"), player.locator(".words")
    expect(tour).to_be_in_viewport(ratio=1)
    expect(words).to_be_hidden()
    first, controls = player.locator("[data-box=v0]"), player.locator(".bar")
    expect(first).to_be_in_viewport(ratio=1)
    expect_above(first, controls)
    axe(page)
    player.get_by_role("button", name="Next step").click()
    expect(words).to_be_visible()
    expect(player.locator(".box.now").first).to_be_in_viewport(ratio=1)


def test_the_last_step_shows_the_box_that_can_be_moved(phone: Page) -> None:
    player = _player(phone, "/?z=3*x**2%2B2*x&x=4")
    player.locator("input.steps").fill("15")
    forth = player.get_by_role("button", name="Next step")
    forth.click()
    expect(player.get_by_role("button", name="Move x")).to_be_visible()
    first, words = player.locator("[data-box=v0]"), player.locator(".words")
    expect(first).to_be_in_viewport(ratio=1)
    view = player.locator(".view").first
    expect_above(first, words)
    assert still(view)["y"] <= still(first)["y"]


@pytest.mark.parametrize("address", ["/?z=sin(x**2)%2Bx&x=4&step=9", "/perceptron?step=30"])
def test_a_step_that_is_opened_by_its_address_is_in_sight(phone: Page, address: str) -> None:
    player = _player(phone, address)
    lit = player.locator(".box.now").first
    expect(lit).to_be_in_viewport()
    expect_above(lit, player.locator(".words"), gap=-1)


def test_what_is_stale_lies_over_the_picture_and_not_through_it(phone: Page, axe: CheckAxe) -> None:
    player = _player(phone, "/?z=sin(x**2)&x=4")
    phone.get_by_role("textbox", name="Expression").fill("sin(x**2")
    expect(phone.get_by_text("is never closed")).to_be_visible()
    expect(player).to_have_class("player stale")
    words = player.locator(".words")
    expect(words).to_have_css("opacity", "1")
    expect(words).to_have_css("background-color", re.compile(r"^rgb\("))
    axe(phone)


def test_the_settings_of_a_perceptron_are_folded_until_they_are_asked_for(phone: Page, axe: CheckAxe) -> None:
    _player(phone, "/perceptron")
    settings = phone.get_by_role("button", name="Settings", exact=True)
    expect(phone.get_by_role("button", name="Add a layer")).to_be_hidden()
    settings.click()
    expect(settings).to_have_attribute("aria-expanded", "true")
    expect(phone.get_by_role("button", name="Add a layer")).to_be_visible()
    phone.get_by_role("button", name="Add a layer").click()
    expect(phone.get_by_role("button", name="Remove layer 1")).to_be_visible()
    axe(phone)
    settings.click()
    expect(phone.get_by_role("button", name="Remove layer 1")).to_be_hidden()


def test_a_setting_that_is_refused_is_in_sight(phone: Page) -> None:
    phone.goto("/perceptron?x=[1,&y=0")
    settled(phone)
    expect(phone.get_by_role("status").filter(has_text="[")).to_be_visible()


def test_the_pages_are_named_in_the_header(phone: Page, axe: CheckAxe) -> None:
    _player(phone, "/?z=sin(x**2)&x=4")
    navigation = phone.locator(".st-key-phone-navigation")
    for name in ("Expression", "Perceptron", "Code"):
        expect(navigation.get_by_role("link", name=name)).to_be_in_viewport(ratio=1)
    axe(phone)
    navigation.get_by_role("link", name="Perceptron").click()
    expect(phone).to_have_url(re.compile("/perceptron"))
    expect(phone.get_by_role("region", name="Player").locator("[data-box]").first).to_be_attached()


@pytest.mark.parametrize("address", ["/?z=sin(x**2)&x=4", "/perceptron"])
def test_in_pytorch_too_the_words_stand_beside_the_buttons_and_the_lit_box_above(phone: Page, address: str) -> None:
    player = _player(phone, f"{address}{'&' if '?' in address else '?'}density=pytorch")
    forth = player.get_by_role("button", name="Next step")
    for step in (1, 2, 3):
        forth.click()
        expect(player).to_have_attribute("data-step", str(step))
        words = player.locator(".words")
        expect(words.locator(".sentence")).to_be_in_viewport()
        expect(forth).to_be_in_viewport(ratio=1)
        expect_above(player.locator(".view .box.now").first, words)
