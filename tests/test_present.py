"""Present, at 1080 lines: all text of 28 px; the picture keeps its size, and what is lit is in sight."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from gradwalk.address.program import to_query
from tests.browser import becomes, settled, still

pytestmark = pytest.mark.browser

NewPage = Callable[..., Page]
TEXTS = """(place, inside) => [...(place.shadowRoot ?? place).querySelectorAll(`${inside} text`)].flatMap((text) => {
  const picture = text.ownerSVGElement;
  const shown = text.textContent && text.getClientRects().length && getComputedStyle(text).visibility === "visible";
  const scale = picture.getBoundingClientRect().width / picture.viewBox.baseVal.width;
  return shown ? [parseFloat(getComputedStyle(text).fontSize) * scale] : [];
})"""
# By how many degrees each way turns at most where two of its pieces meet; what lies under its head is not seen.
TURNS = """(player) => [...player.querySelectorAll(".arrow > .line")].map((line) => {
  const pieces = line.getAttribute("d").match(/[MCL][^MCL]*/g).map((piece) => {
    const numbers = piece.match(/-?[0-9.]+/g).map(Number);
    return Array.from({ length: numbers.length / 2 }, (_, i) => [numbers[2 * i], numbers[2 * i + 1]]);
  });
  let [from, before, most] = [pieces[0][0], null, 0];
  const angle = ([x, y], [toX, toY]) => (Math.atan2(toY - y, toX - x) * 180) / Math.PI;
  const apart = ([x, y], [toX, toY]) => Math.hypot(toX - x, toY - y) > 0.5;
  const tip = pieces.at(-1).at(-1);
  for (const points of pieces.slice(1)) {
    if (Math.hypot(tip[0] - from[0], tip[1] - from[1]) < 12) break;
    const all = [from, ...points];
    const [next, last] = [all.find((point) => apart(point, from)), all.findLast((point) => apart(point, all.at(-1)))];
    if (next && before !== null) most = Math.max(most, Math.abs(((angle(from, next) - before + 540) % 360) - 180));
    if (last) before = angle(last, all.at(-1));
    from = points.at(-1);
  }
  return most;
})"""
RESTING = """(picture) => new Promise((told) => {
  const size = () => { const { width, height } = picture.getBoundingClientRect(); return [width, height]; };
  const look = (before, frames) => {
    if (frames === 0) return told(before);
    const now = size();
    requestAnimationFrame(() => look(now, `${now}` === `${before}` ? frames - 1 : 8));
  };
  look(size(), 8);
})"""
ROOT = """const hosts = [...document.querySelectorAll("*")];
  const root = hosts.find((one) => one.shadowRoot?.querySelector(".player")).shadowRoot;"""
LIT_IS_WHOLE = f"""() => {{
  {ROOT}
  const view = root.querySelector(".view").getBoundingClientRect();
  const frames = [...root.querySelectorAll(".view .box.now .frame")].map((frame) => frame.getBoundingClientRect());
  const inside = ({{ top, bottom, left, right }}) =>
    top >= view.top && bottom <= view.bottom && left >= view.left && right <= view.right;
  return frames.length > 0 && frames.every(inside);
}}"""
UNSEEN = "one => { const words = one.querySelector('.words'); return words.scrollHeight - words.clientHeight; }"
FONTS = "all => all.map((one) => parseFloat(getComputedStyle(one).fontSize))"
NO_TOUR = "try { localStorage.setItem('gradwalk.tour', 'seen') } catch {}"

ADAM = """import torch
from torch import nn
torch.manual_seed(0)
model = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1))
optimizer = torch.optim.Adam(model.parameters())
X, Y = torch.rand(4, 2), torch.rand(4, 1)
for turn in range(3):
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(model(X), Y)
    loss.backward()
    optimizer.step()
"""
WITHIN = """() => {
  const { shadowRoot } = [...document.querySelectorAll("*")].find((one) => one.shadowRoot?.querySelector(".player"));
  const [stage, below] = [".view", ".below"].map((name) => shadowRoot.querySelector(name).getBoundingClientRect());
  return stage.bottom <= below.top + 1;
}"""


def _on_stage(page: Page) -> Locator:
    """The player, once it fills the screen."""
    player = page.get_by_role("region", name="Player")
    expect(player.locator("[data-box]").first).to_be_attached(timeout=60_000)
    settled(page)
    page.keyboard.press("f")
    expect(player).to_have_class(re.compile("on-screen"))
    return player


@pytest.mark.parametrize(
    "address",
    ["/?z=sin(x**2)&x=4&step=6", "/perceptron?step=33", "/code?lesson=4d_training_loop&step=20"],
)
def test_all_text_of_the_picture_is_read_from_the_last_row(new_page: NewPage, address: str) -> None:
    page = new_page(viewport={"width": 1920, "height": 1080}, reduced_motion="reduce")
    page.add_init_script(NO_TOUR)
    page.goto(address)
    player = _on_stage(page)
    lit = player.locator(".view .box.now").first
    expect(lit).to_be_in_viewport(ratio=0.9)
    player.locator(".view > svg").first.evaluate(RESTING)
    assert min(player.evaluate(TEXTS, ".view")) >= 27.9
    page.keyboard.press("ArrowLeft")
    expect(player.locator(".view .box.now").first).to_be_in_viewport(ratio=0.9)


def test_all_that_is_said_is_read_from_the_last_row_too(new_page: NewPage) -> None:
    page = new_page(viewport={"width": 1920, "height": 1080}, reduced_motion="reduce")
    page.add_init_script(NO_TOUR)
    page.goto("/?z=sin(x**2)&x=4")
    player = _on_stage(page)
    page.keyboard.press("End")
    player.get_by_role("button", name="Move x").click()
    expect(player.locator(".moved").first).to_contain_text("x = 4.01")
    for said in (".sentence", ".moves-of-leaves .button", ".slope-head > :not([hidden])", ".dials label"):
        for number in range(player.locator(said).count()):
            becomes(player.locator(said).nth(number), "one => parseFloat(getComputedStyle(one).fontSize) >= 27.9")
    becomes(player, f"one => Math.min(...({TEXTS})(one, '.plot')) >= 27.9")
    inside = """one => [...one.querySelectorAll("text")].every((text) => {
      const [word, all] = [text.getBoundingClientRect(), one.getBoundingClientRect()];
      return word.left >= all.left && word.right <= all.right && word.top >= all.top && word.bottom <= all.bottom;
    })"""
    becomes(player.locator(".plot svg"), inside)


def test_what_a_node_keeps_hangs_whole_below_its_box(new_page: NewPage) -> None:
    page = new_page(viewport={"width": 1920, "height": 1080}, reduced_motion="reduce")
    page.add_init_script(NO_TOUR)
    page.goto("/code?step=4&density=pytorch")
    player = _on_stage(page)
    chip = player.locator(".view .chip rect")
    expect(chip).to_have_count(1)
    within = """one => {
      const [chip, view] = [one, one.ownerSVGElement].map((each) => each.getBoundingClientRect());
      return chip.bottom <= view.bottom;
    }"""
    becomes(chip, within)


@pytest.mark.parametrize(
    ("address", "width", "height", "whole"),
    [
        ("/perceptron", 1920, 1080, True),
        ("/perceptron", 1024, 768, False),
        ("/?z=x*x+%2B+x&x=3", 1920, 1080, True),
        ("/?z=sin(x**2)&x=4", 1024, 768, True),
    ],
)
def test_a_picture_keeps_its_size_from_step_to_step_and_what_is_lit_is_in_sight(
    new_page: NewPage, address: str, width: int, height: int, whole: bool
) -> None:
    page = new_page(viewport={"width": width, "height": height}, reduced_motion="reduce")
    page.add_init_script(NO_TOUR)
    page.goto(address)
    player = _on_stage(page)
    picture = player.locator(".view > svg")
    size = picture.evaluate(RESTING)
    forth = player.get_by_role("button", name="Next step")
    while forth.get_attribute("aria-disabled") != "true":
        step = player.get_attribute("data-step")
        page.keyboard.press("ArrowRight")
        expect(player).not_to_have_attribute("data-step", str(step))
        expect(player.locator(".view .box.now").first).to_be_in_viewport(ratio=0.98)
        assert picture.evaluate(RESTING) == size
        if whole:
            for box in player.locator(".view [data-box]").all():
                expect(box).to_be_in_viewport(ratio=0.98)
    assert min(player.evaluate(TEXTS, ".view")) >= 27.9 * height / 1080


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1024, 768)])
@pytest.mark.parametrize("before", [19, 52])
def test_beside_a_network_a_lit_box_is_whole_where_its_formula_is_of_matrices(
    new_page: NewPage, before: int, width: int, height: int
) -> None:
    page = new_page(viewport={"width": width, "height": height}, reduced_motion="reduce")
    page.add_init_script(NO_TOUR)
    page.goto(f"/perceptron?preset=xor&step={before}")
    player = _on_stage(page)
    picture = player.locator(".view > svg")
    size = picture.evaluate(RESTING)
    for step in range(before + 1, before + 4):
        page.keyboard.press("PageDown")
        expect(player).to_have_attribute("data-step", str(step))
        assert picture.evaluate(RESTING) == size
        page.wait_for_function(LIT_IS_WHOLE)
        if width == 1920:
            assert player.evaluate(UNSEEN) <= 1
    assert min(player.evaluate(TEXTS, ".view")) >= 27.9 * height / 1080
    fonts = player.locator(".formula math").evaluate_all(FONTS)
    assert min(fonts) >= 27.9 * height / 1080


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1024, 768)])
def test_in_a_drawn_unit_values_and_gradients_lie_beside_each_other(new_page: NewPage, width: int, height: int) -> None:
    page = new_page(viewport={"width": width, "height": height}, reduced_motion="reduce")
    page.add_init_script(NO_TOUR)
    page.goto("/perceptron?preset=xor&step=54")
    player = _on_stage(page)
    units = player.locator(".guest .unit")
    expect(units).to_have_count(3)
    for unit in units.all():
        expect(unit.locator(".grad").first).to_contain_text("∇")
        rows, frame = unit.evaluate(
            "one => [['.value', '.grad'].map(name => [...one.querySelectorAll(name)].map(text => {"
            " const { left, right } = text.getBoundingClientRect(); return [left, right]; })),"
            " one.querySelector('.made .frame').getBoundingClientRect().toJSON()]"
        )
        for (left, end), (start, right) in zip(*rows, strict=True):
            assert frame["left"] < left
            assert end < start
            assert right < frame["right"]


def test_the_drawn_neuron_is_read_from_the_last_row_too(new_page: NewPage) -> None:
    page = new_page(viewport={"width": 1920, "height": 1080}, reduced_motion="reduce")
    page.add_init_script(NO_TOUR)
    page.goto("/perceptron?step=40")
    player = _on_stage(page)
    neuron = player.locator(".guest")
    expect(neuron.locator("svg").first).to_be_in_viewport(ratio=0.99)
    neuron.locator("svg").first.evaluate(RESTING)
    assert min(neuron.evaluate(TEXTS, "svg")) >= 27.9


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1024, 768)])
def test_in_the_drawn_neuron_a_gradient_ends_at_its_weight_and_its_line_is_seen(
    new_page: NewPage, width: int, height: int
) -> None:
    page = new_page(viewport={"width": width, "height": height}, reduced_motion="reduce")
    page.add_init_script(NO_TOUR)
    page.goto("/perceptron?step=36")
    player = _on_stage(page)
    neuron = player.locator(".guest")
    bias = neuron.locator(".edge.now:not(.link)").first
    expect(bias).to_be_visible()
    line = bias.locator(".before")
    at_rest = neuron.locator(".edge:not(.now) .line").first.evaluate("line => getComputedStyle(line).stroke")
    expect(line).to_have_css("stroke", at_rest)
    head, chip = still(bias.locator(".back")), still(neuron.locator(".chip.now .frame"))
    assert (
        head["x"] >= chip["x"] + chip["width"] - 4
    )  # half its frame; the arrow's head stands where the line comes to the weight
    for given in neuron.locator(".edge .before").all():
        start = still(given)
        assert chip["x"] - start["x"] >= 24  # px of the line that are seen before the weight
    texts = neuron.locator("svg text").evaluate_all(
        "all => all.filter(one => one.textContent).map(one => one.getBoundingClientRect().toJSON())"
    )
    for number, one in enumerate(texts):
        for other in texts[:number]:
            across = min(one["right"], other["right"]) - max(one["left"], other["left"])
            down = min(one["bottom"], other["bottom"]) - max(one["top"], other["top"])
            assert across <= 1 or down <= 4, (one, other)  # of a line's height a part is air


def test_where_an_open_loss_goes_on_there_are_buttons_that_make_it_whole(new_page: NewPage) -> None:
    page = new_page(viewport={"width": 1920, "height": 1080}, reduced_motion="reduce")
    page.add_init_script(NO_TOUR)
    page.goto("/perceptron?step=33")
    player = _on_stage(page)
    sizes = player.get_by_role("group", name="Size of the picture")
    expect(sizes).to_be_visible()
    sizes.get_by_role("button", name="Whole picture").click()
    for box in player.locator(".view [data-box]").all():
        expect(box).to_be_in_viewport(ratio=0.99)
    page.keyboard.press("0")
    expect(sizes).to_be_visible()


def test_words_that_grow_take_of_the_pictures_room_and_lie_over_nothing(new_page: NewPage) -> None:
    page = new_page(viewport={"width": 1920, "height": 1080}, reduced_motion="reduce")
    page.goto(f"/code?{to_query(ADAM)}")
    player = _on_stage(page)
    page.keyboard.press("End")
    expect(player.locator(".sentence")).to_contain_text("Adam takes one step")
    page.wait_for_function(WITHIN)
    names = player.get_by_role("region", name="Names")
    becomes(names, "(table) => table.scrollWidth <= table.clientWidth")
    ways = names.get_by_role("rowheader", name=re.compile(r"^model\."))
    lines = ways.evaluate_all(
        "(ways) => ways.map((way) => { const text = document.createRange();"
        "text.selectNodeContents(way.firstChild); return text.getClientRects().length; })"
    )
    assert lines == [1] * 4


def test_the_tour_ends_where_an_audience_looks(new_page: NewPage) -> None:
    page = new_page(viewport={"width": 1280, "height": 860})
    page.goto("/?z=sin(x**2)&x=4")
    tour = page.get_by_role("region", name="Tour")
    expect(tour).to_contain_text("1 of 4")
    settled(page)
    steps = {1: "2 of 4", 3: "2 of 4", 5: "3 of 4", 9: "4 of 4"}
    for step in range(1, 10):
        page.keyboard.press("ArrowRight")
        expect(page.get_by_role("region", name="Player")).to_have_attribute("data-step", str(step))
        if step in steps:
            expect(tour).to_contain_text(steps[step])
    page.keyboard.press("f")
    expect(tour).to_be_hidden()


def test_a_network_of_many_units_is_whole_on_the_stage(new_page: NewPage) -> None:
    page = new_page(viewport={"width": 1920, "height": 1080}, reduced_motion="reduce")
    page.add_init_script(NO_TOUR)
    rows = [[round(0.1 * (row + column % 3) - 0.4, 1) for column in range(8)] for row in range(8)]
    first, zeros = [[0.1 * row] for row in range(8)], [0] * 8
    layers = f"w1={first}&b1={zeros}&activation1=tanh&w2={rows}&b2={zeros}&activation2=tanh"
    page.goto(f"/perceptron?x=1&{layers}&w3={rows[:5]}&b3={zeros[:5]}&activation3=sigmoid&y={zeros[:5]}&loss=bce")
    player = _on_stage(page)
    guest = player.locator(".guest")
    units = guest.locator(".unit")
    expect(units).to_have_count(21)
    for unit in units.all():
        expect(unit).to_be_in_viewport(ratio=0.98)
    becomes(guest, "(place) => place.scrollHeight <= place.clientHeight + 1")


def test_a_formula_goes_on_below_where_its_numbers_have_no_room(new_page: NewPage) -> None:
    page = new_page(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    page.goto("/code?lesson=4d_training_loop&step=15")
    player = _on_stage(page)
    formula = player.locator(".formula")
    expect(formula).to_contain_text("[0.25, 0.25, 0.25, 0.25]")
    becomes(formula, "(one) => one.scrollWidth <= one.clientWidth")


def test_ways_into_an_open_group_have_no_corners(new_page: NewPage) -> None:
    page = new_page(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    page.add_init_script(NO_TOUR)
    page.goto("/perceptron?step=33")
    player = page.get_by_role("region", name="Player")
    expect(player.locator(".frame-of-group")).to_have_count(1)
    player.locator(".view > svg").first.evaluate(RESTING)
    turns = player.evaluate(TURNS)
    assert len(turns) > 10
    assert max(turns) < 45
