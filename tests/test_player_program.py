"""The player with a whole program in a real browser: episodes, cells and outputs, names, saved tensors, failures."""

from __future__ import annotations

import json
import re
import statistics
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from gradwalk import Recording, record
from gradwalk.address.program import to_query
from gradwalk.analysis import analyse_beginning
from gradwalk.graph.player import player_graphs
from gradwalk.story.player_data import player_data
from gradwalk.story.timeline import timeline
from tests.browser import settled
from tests.conftest import CheckAxe
from tests.player_page import OpenPlayer, changes, players
from tests.player_program import MESSAGE, training
from tests.player_story import sine

# The steps of three iterations: 2 names, then 11 steps an iteration, then the last cell.
FIRST, LENGTH = 3, 11
SECOND = FIRST + LENGTH
LAST = FIRST + 3 * LENGTH + 2


@pytest.fixture
def player(browser: Browser) -> Iterator[OpenPlayer]:
    with players(browser, training) as make:
        yield make


def test_an_expression_has_nothing_of_it(player: OpenPlayer) -> None:
    shown = player(sine(step=4))
    for part in (".episodes", ".panel-tabs", ".names", ".all-outputs", ".open-fold", ".message"):
        expect(shown.find(part)).to_be_hidden()
    assert shown.find(".chip > *, .version > *").count() == 0
    shown.press("PageDown")
    assert shown.step == 4


def test_page_keys_and_buttons_lead_from_one_backward_to_the_next(player: OpenPlayer) -> None:
    shown = player()
    expect(shown.find(".episode-title")).to_have_text("backward() 1 of 3")
    expect(shown.find(".episode-root")).to_have_text("loss = 4.0000")
    places = []
    for key in ("PageDown", "PageDown", "ArrowRight", "PageUp", "PageUp", "PageUp", "PageUp", "PageUp"):
        shown.press(key)
        places.append(shown.step)
    third = SECOND + LENGTH
    assert places == [SECOND, third, third + 1, third, SECOND, 0, 0, 0]
    shown.find("button[aria-label='Next backward() call']").click()
    assert shown.step == SECOND
    expect(shown.find(".episode-root")).to_have_text("loss = 1.4400")
    shown.find("button[aria-label='Previous backward() call']").click()
    assert shown.step == 0


def test_the_bar_of_episodes_is_clicked_and_reached_by_keys(player: OpenPlayer) -> None:
    shown = player()
    third = shown.find(".episode-bar .segment").nth(2).bounding_box()
    assert third is not None
    shown.page.mouse.click(third["x"] + third["width"] / 2, third["y"] + 3)
    assert shown.step == SECOND + LENGTH
    shown.find(".episode-range").focus()
    shown.press("ArrowLeft")
    assert shown.step == SECOND
    assert shown.find(".episode-range").get_attribute("aria-valuetext") == "backward() 2 of 3, loss = 1.4400"


def test_the_scrubber_shows_the_present_episode(player: OpenPlayer) -> None:
    shown = player(training(step=SECOND + 5))
    expect(shown.find(".scrubber .name")).to_have_text(
        ["Forward", "Local gradients", "Backward · 2 of 5", "Program", "Update"]
    )
    expect(shown.find(".scrubber .segment")).to_have_count(LENGTH)
    last = shown.find(".scrubber .segment").last.bounding_box()
    assert last is not None
    shown.page.mouse.click(last["x"] + 3, last["y"] + 3)
    assert shown.step == SECOND + LENGTH - 1
    expect(shown.find(".scrubber .start")).to_be_hidden()


def test_to_the_next_backward_and_over_the_loop(player: OpenPlayer) -> None:
    shown = player()
    for step in (FIRST + 4, SECOND + 4, SECOND + LENGTH + 4):
        shown.find(
            "button",
        ).get_by_text("To next backward()").click()
        assert shown.step == step
    expect(shown.find(".ways button").first).to_have_attribute("aria-disabled", "true")
    shown.press("Home", "ArrowRight", "ArrowRight")
    shown.find(".ways button").nth(1).click()
    expect(shown.find(".line.current")).to_contain_text("d = w.detach()")
    expect(shown.find(".ways button").nth(1)).to_have_attribute("aria-disabled", "true")


def test_one_structure_is_one_picture_and_its_numbers_are_unknown_again(player: OpenPlayer) -> None:
    shown = player(training(step=SECOND - 1))
    expect(shown.box("o1").locator(".value")).to_have_text("4.0000")
    shown.box("o1").evaluate("(box) => { window.kept = box }")
    shown.press("ArrowRight")
    expect(shown.box("o1").locator(".value")).to_have_text("?")
    assert shown.box("o1").evaluate("(box) => box === window.kept")
    shown.press("End")
    expect(shown.box("o2")).to_be_visible()
    expect(shown.box("o1")).to_have_count(0)
    shown.press("PageUp", "PageUp")
    assert shown.box("o1").evaluate("(box) => box === window.kept")
    assert shown.lit() == ["o0"]


def test_below_pictures_of_different_sizes_the_words_stay_in_place(player: OpenPlayer) -> None:
    shown = player(training(step=SECOND))
    before = shown.find(".words").bounding_box()
    shown.press("End")
    assert shown.find(".words").bounding_box() == before


def test_a_step_looks_the_same_however_it_is_reached(player: OpenPlayer) -> None:
    shown = player(training(2))
    forwards = [shown.look]
    last = int(str(shown.find("input.steps").get_attribute("max")))
    for _ in range(last):
        shown.press("ArrowRight")
        forwards.append(shown.look)
    backwards = [shown.look]
    for _ in range(last):
        shown.press("ArrowLeft")
        backwards.append(shown.look)
    assert backwards[::-1] == forwards
    shown.press("PageDown")
    assert shown.look == forwards[shown.step]
    assert player(training(2, step=last - 4)).look == forwards[last - 4]


def test_a_folded_iteration_asks_to_be_opened_and_the_place_is_kept(player: OpenPlayer) -> None:
    shown = player(training(100, step=FIRST + 3 * LENGTH + 4))
    expect(shown.find(".words .title")).to_have_text("Iteration 8, folded")
    expect(shown.find(".scrubber .name")).to_have_text("Folded · 1 of 1")
    assert shown.page.evaluate("window.asked") is None
    shown.find("button.open-fold").click()
    assert shown.page.evaluate("window.asked") == [["unfold", 7]]
    expect(shown.find("button.open-fold")).to_have_attribute("aria-disabled", "true")
    shown.mount(training(100, opened=frozenset({4, 7})))
    expect(shown.find(".episode-title")).to_have_text("backward() 8 of 100")
    expect(shown.find(".words .title")).to_have_text("Forward: p = w · x")
    expect(shown.find("button.open-fold")).to_be_hidden()
    expect(shown.find(".scrubber .segment")).to_have_count(LENGTH)


def test_of_a_program_that_only_begins_is_shown_what_a_reader_stands_at(player: OpenPlayer) -> None:
    loop = "import torch\nw = torch.tensor(1.0, requires_grad=True)\nfor turn in range(6):\n    (w * turn).backward()\n"
    recording = record(loop + "w.grad\n")
    whole: dict[str, Any] = {"graphs": player_graphs(recording), "story": timeline(recording)}
    whole |= {"query": "", "step": 0, "opened": "1"}
    shown = player(whole)
    steps = len(whole["story"]["steps"])
    cut, count = Recording.beginning_of(record("# changed\n" + loop).to_json(), 3)
    found = analyse_beginning(cut)
    assert found is not None
    first = player_data(found, statements=True, begins=count)
    begins = whole | {"graphs": first.graphs, "story": first.story}
    shown.press("ArrowRight", "ArrowRight", "ArrowRight")
    shown.mount(begins)
    expect(shown.find("input.steps")).to_have_attribute("max", str(len(first.story["steps"]) - 1))
    assert shown.step == 3
    expect(shown.find(".episode-more")).to_be_visible()
    shown.mount(whole)
    shown.press("End")
    before = shown.look
    shown.mount(begins)
    assert (shown.step, shown.look) == (steps - 1, before)
    expect(shown.find(".episode-more")).to_be_hidden()


def test_outputs_appear_below_their_cells(player: OpenPlayer) -> None:
    shown = player(training(step=SECOND - 2))
    visible = shown.find(".code .output:visible")
    expect(visible).to_have_count(0)
    shown.press("ArrowRight")
    expect(visible).to_have_text(["tensor(4.0000, grad_fn=<PowBackward0>)"])
    expect(visible).to_have_class("output plain fresh")
    expect(shown.find("[data-part=outputs] .news")).to_be_visible()
    below = shown.find(".cell").nth(1).evaluate("(cell) => cell.nextElementSibling.textContent.slice(0, 14)")
    assert below == "tensor(4.0000,"
    shown.press("ArrowRight")
    expect(visible).to_have_class("output plain")
    expect(shown.find("[data-part=outputs] .news")).to_be_hidden()
    shown.press("End")
    expect(shown.find(".output.failure:visible")).to_have_text(f"ErrorRuntimeError: {MESSAGE}")
    expect(shown.find(".words .message")).to_have_text(f"RuntimeError: {MESSAGE}")
    expect(shown.find(".output.warning:visible")).to_contain_text("UserWarning")
    shown.find("[data-part=outputs]").click()
    expect(shown.find(".output-list .output:visible")).to_have_count(5)
    expect(shown.find(".lines")).to_be_hidden()
    shown.press("Home")
    expect(shown.find(".all-outputs .nothing")).to_be_visible()


CURVE = """<svg xmlns="http://www.w3.org/2000/svg" width="200" height="100" onload="document.title = 'run'">
<script>document.title = "run"</script><rect width="200" height="100" fill="#eef"/><text y="20">¹ loss – 0.5</text>
</svg>"""
DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="


def test_figures_are_images_that_run_nothing(player: OpenPlayer) -> None:
    data = training(step=SECOND)
    page = "<img src=x onerror=\"document.title = 'run'\">"
    data["story"]["outputs"][:0] = [
        [1, 1, "display", CURVE, "image/svg+xml", "<Figure size 640x480 with 1 Axes>"],
        [1, 1, "display", DOT, "image/png", ""],
        [1, 1, "stderr", f"{page}\n"],
        [1, 1, "display", page, "text/html", "plain"],
    ]
    shown = player(data)
    figures = shown.find(".code .output .drawn:visible")
    expect(figures).to_have_count(2)
    sizes = [figure.evaluate("(image) => image.decode().then(() => image.naturalWidth)") for figure in figures.all()]
    assert sizes == [200, 1]
    assert [figure.get_attribute("alt") for figure in figures.all()] == [
        "<Figure size 640x480 with 1 Axes>",
        "A picture",
    ]
    expect(shown.find(".code .output.stderr:visible")).to_have_text(f"Error stream{page}")
    expect(shown.find(".code .output:visible").nth(3)).to_have_text("plain")
    assert shown.find(".player").evaluate("() => document.title") == "Player"


def test_lines_are_counted_within_their_cell(player: OpenPlayer) -> None:
    shown = player(training(step=FIRST))
    expect(shown.find(".lines .cell")).to_have_count(3)
    expect(shown.find(".lines .between")).to_have_text(["# %%\n", "# %% Training\n", "# %%\n"])
    expect(shown.find(".line.current")).to_have_attribute("data-line", "2")
    expect(shown.find(".line.current mark")).to_have_text("w * x")
    shown.press("End")
    expect(shown.find(".line.current")).to_be_in_viewport()


def test_the_table_of_names_marks_what_changes(player: OpenPlayer) -> None:
    shown = player(training(step=FIRST - 1))
    rows = shown.find(".names tbody tr:visible")
    expect(rows).to_have_text([re.compile("x.*2Noneconstantrequires_grad=False"), re.compile("w.*1Noneleaf.*True")])
    expect(shown.find(".names tr.fresh")).to_have_count(1)
    expect(shown.find(".names .news:visible")).to_have_text(["●changed"])
    shown.press(*["ArrowRight"] * 8)
    expect(rows.nth(1)).to_have_text("w●changed1.0000was 18.0000leafrequires_grad=True")
    shown.press("ArrowRight")
    expect(shown.find(".names tr.fresh")).to_have_count(0)
    shown.press("End")
    shared = rows.filter(has_text="same memory as w")
    expect(shared).to_have_text(re.compile("d.*0.2160Noneconstantrequires_grad=False"))
    shown.press("Home")
    expect(shown.find(".names .nothing")).to_be_visible()


def test_saved_values_are_chips_until_they_are_freed(player: OpenPlayer) -> None:
    shown = player(training(step=FIRST))
    chips = shown.find(".chip text")
    expect(chips).to_have_text(["other = 2"])
    shown.press("ArrowRight")
    expect(chips).to_have_text(["other = 2", "self = 2.0000, exponent = 2"])
    shown.press(*["ArrowRight"] * 7)
    expect(shown.find(".chip.freed")).to_have_count(2)
    shown.press("ArrowRight")
    expect(chips).to_have_count(0)


def test_an_update_moves_the_value_and_the_version(player: OpenPlayer) -> None:
    shown = player(training(step=SECOND - 2))
    expect(shown.box("v1").locator(".version")).to_have_text("version 0")
    shown.press("ArrowRight")
    expect(shown.box("v1").locator(".value")).to_have_text("1 → 0.6000")
    expect(shown.box("v1").locator(".version")).to_have_text("version 1")
    shown.press("ArrowRight")
    expect(shown.box("v1").locator(".value")).to_have_text("0.6000")


def test_what_is_outside_the_graph_or_cut_off_looks_so(player: OpenPlayer) -> None:
    shown = player(training(step=LAST))
    assert shown.box("o2").locator(".hatch").is_visible()
    expect(shown.find(".arrow.cut .cut-mark")).to_have_count(1)
    meanings = shown.find(".legend .entry:visible").all_inner_texts()
    assert any("outside the graph" in text for text in meanings)
    assert any("cut" in text for text in meanings)


def test_on_a_wide_page_the_program_stands_beside_the_picture(player: OpenPlayer) -> None:
    shown = player(training(step=5))
    picture, source, names = (shown.find(part).bounding_box() for part in (".area", ".lines", ".names"))
    assert picture is not None
    assert source is not None
    assert names is not None
    assert source["x"] >= picture["x"] + picture["width"]
    assert names["y"] > source["y"]
    expect(shown.find("[data-part=names]")).to_be_hidden()


def test_on_a_narrow_page_the_names_are_behind_a_tab(player: OpenPlayer) -> None:
    shown = player(training(step=FIRST + 1), viewport={"width": 820, "height": 800})
    expect(shown.find(".names")).to_be_hidden()
    expect(shown.find("[data-part=names] .news")).to_be_visible()
    shown.find("[data-part=names]").click()
    expect(shown.find(".names")).to_be_visible()
    expect(shown.find(".lines")).to_be_hidden()
    shown.press("ArrowRight")
    assert shown.step == FIRST + 2


def test_beside_an_editor_the_names_come_first(player: OpenPlayer) -> None:
    shown = player(training(step=5, beside=True))
    expect(shown.find(".names")).to_be_visible()
    expect(shown.find(".lines")).to_be_hidden()
    shown.find("[data-part=program]").click()
    shown.mount(training(step=5, beside=True, query="changed"))
    expect(shown.find(".lines")).to_be_visible()
    narrow = player(training(step=5, beside=True), viewport={"width": 390, "height": 844})
    expect(narrow.find(".lines")).to_be_visible()


def test_without_a_program_it_says_what_to_do(player: OpenPlayer) -> None:
    shown = player(training(story=None, graphs=None, beside=True))
    expect(shown.find(".empty")).to_have_text("Nothing has run yet. Write a program, and its steps appear here.")
    shown.mount(training(story=None, graphs=None, beside=True, ran=True))
    expect(shown.find(".empty")).to_contain_text("The program has run.")


def test_it_tells_the_page_at_which_step_it_is(player: OpenPlayer) -> None:
    shown = player()
    shown.page.evaluate("""() => {
      window.told = [];
      document.addEventListener("gradwalk:step", ({ detail }) => window.told.push(detail));
    }""")
    shown.press(*["ArrowRight"] * FIRST)
    told = shown.page.evaluate("window.told")
    assert [each["step"] for each in told][-FIRST:] == [1, 2, 3]
    assert told[-1]["span"] == [7, 9, 7, 14]
    assert told[-1]["kind"] == "forward"
    assert told[-1]["now"] == training()["story"]["steps"][3]["now"]


def test_another_drawing_of_the_run_leads_to_a_step(player: OpenPlayer) -> None:
    shown = player()
    boxes = training()["story"]["steps"][FIRST]["now"][:1]
    shown.page.evaluate(
        """boxes => document.dispatchEvent(new CustomEvent("gradwalk:pick", { detail: { boxes } }))""", boxes
    )
    assert shown.step == FIRST


def test_a_phone_shows_it_in_one_column(player: OpenPlayer) -> None:
    shown = player(training(step=5), viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    assert shown.page.evaluate("document.documentElement.scrollWidth") <= 390
    targets = [
        (b, b.bounding_box()) for b in shown.find("button, select, .scrubber, .episode-bar").all() if b.is_visible()
    ]
    assert not [b.get_attribute("aria-label") or b.inner_text() for b, box in targets if box and box["height"] < 44]


def test_page_keys_scroll_where_something_scrolls(player: OpenPlayer) -> None:
    shown = player()
    shown.find(".lines").focus()
    shown.press("PageDown")
    assert shown.step == 0
    shown.press("ArrowRight")
    assert shown.step == 1


def test_nothing_is_parsed_as_html(player: OpenPlayer) -> None:
    hostile = "<img src=x onerror=alert(1)>"
    text = (
        json.dumps(training(2, step=6)).replace("tensor(", hostile).replace("leaf", hostile).replace("self =", hostile)
    )
    shown = player(json.loads(text.replace("backward() 1", hostile)))
    shown.press("End")
    assert shown.find("img, script, [onerror]").count() == 0
    expect(shown.find(".names")).to_contain_text(hostile)


def test_the_same_data_again_changes_nothing(player: OpenPlayer) -> None:
    shown = player(training(step=SECOND + 3))
    shown.find("[data-part=outputs]").click()
    before = shown.look
    shown.mount(training(step=0))
    assert shown.look == before
    expect(shown.find(".output-list .output:visible")).to_have_count(1)
    expect(shown.find(".code .output:not([hidden])")).to_have_count(1)


REAL = """\
import torch
w = torch.tensor(1.0, requires_grad=True)
for i in range({count}):
    y = (w * 2) ** 2
    y.backward()
    with torch.no_grad():
        w -= 0.01 * w.grad
    w.grad.zero_()
d = w.detach()
e = d * 3
(w * e).backward()
y.backward()
"""


@lru_cache(maxsize=1)
def real(count: int) -> dict[str, Any]:
    """The same as the pages give it, from a real recording."""
    recording = record(REAL.format(count=count), pictures=True)
    data = {"graphs": player_graphs(recording), "story": timeline(recording), "query": "real", "opened": "real"}
    return data | {"step": 0, "stale": False}


def test_a_real_recording_is_played_to_its_end(player: OpenPlayer) -> None:
    shown = player(real(2))
    chips, moves, cuts, versions = set[str](), set[str](), set[str](), set[str]()
    for _ in real(2)["story"]["steps"]:
        chips |= set(shown.find(".chip text").all_text_contents())
        moves |= {text for text in shown.find(".value").all_text_contents() if "→" in text}
        cuts |= set(shown.find(".arrow.cut").evaluate_all("(arrows) => arrows.map(String)"))
        versions |= set(shown.find(".version text").all_text_contents())
        shown.press("ArrowRight")
    assert "self = 2" in chips
    # w falls by 0.01 · 8w in each iteration.
    assert moves == {"1 → 0.92", "0.92 → 0.8464"}
    assert cuts
    assert versions == {"version 1", "version 2"}
    expect(shown.find(".words .message")).to_contain_text("Trying to backward through the graph a second time")
    expect(shown.find(".output.failure:visible")).to_contain_text("Trying to backward")
    expect(shown.find(".output.failure:visible")).to_be_in_viewport()


def test_a_long_real_loop_is_folded(player: OpenPlayer) -> None:
    recording = record(REAL.format(count=40), pictures=True)
    folded = {"graphs": player_graphs(recording), "story": timeline(recording)}
    shown = player(real(2) | folded | {"step": 0})
    shown.press(*["PageDown"] * 4)
    expect(shown.find(".episode-title")).to_have_text("backward() 5 of 41")
    shown.find("button.open-fold").click()
    asked = shown.page.evaluate("window.asked")
    assert asked == [["unfold", 4]]
    opened = {"graphs": player_graphs(recording, {4}), "story": timeline(recording, {4})}
    shown.mount(real(2) | opened)
    expect(shown.find(".episode-title")).to_have_text("backward() 5 of 41")
    expect(shown.find("button.open-fold")).to_be_hidden()


def test_a_saved_value_that_was_changed_stands_out_where_backward_fails(player: OpenPlayer) -> None:
    source = "import torch\na = torch.ones(2, requires_grad=True)\nb = a.exp()\nb += 5\nb.sum().backward()\n"
    recording = record(source, pictures=True)
    shown = player(real(2) | {"graphs": player_graphs(recording), "story": timeline(recording)})
    shown.press("ArrowRight", "ArrowRight")
    chip = shown.box("o0").locator(".chip rect")
    expect(chip).not_to_have_css("stroke-dasharray", "none")
    shown.press("End")
    expect(chip).to_have_css("stroke-dasharray", "none")
    expect(shown.box("o1").locator(".version")).to_have_text("version 1")
    shown.find(".words").get_by_text("Go to the cause").click()
    expect(shown.find(".line.current")).to_contain_text("b += 5")


def test_a_click_on_the_page_opens_a_folded_iteration(page: Page) -> None:
    page.goto(f"/code?{to_query(REAL.format(count=20))}")
    title = page.locator(".episode-title")
    expect(title).to_have_text("backward() 1 of 21", timeout=60_000)
    settled(page)
    for _ in range(4):
        page.keyboard.press("PageDown")
    expect(title).to_have_text("backward() 5 of 21")
    page.locator("button.open-fold").click()
    expect(page.locator("button.open-fold")).to_be_hidden(timeout=20_000)
    expect(title).to_have_text("backward() 5 of 21")
    settled(page)
    page.keyboard.press("PageDown")
    expect(page.locator("button.open-fold")).to_be_visible()
    page.locator("button.open-fold").click()
    expect(page.locator("button.open-fold")).to_be_hidden(timeout=20_000)
    page.keyboard.press("PageUp")
    expect(title).to_have_text("backward() 5 of 21")
    expect(page.locator("button.open-fold")).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(player: OpenPlayer, axe: CheckAxe, scheme: str) -> None:
    shown = player(training(20, step=SECOND - 1), scheme=scheme)
    axe(shown.page)
    shown.press("PageDown", "PageDown", "PageDown")
    axe(shown.page)
    shown.press("End")
    shown.find("[data-part=outputs]").click()
    axe(shown.page)


def test_high_contrast(player: OpenPlayer, axe: CheckAxe) -> None:
    shown = player(training(step=SECOND - 1), forced_colors="active")
    fresh = shown.find(".names tr.fresh th").first.evaluate("(cell) => getComputedStyle(cell).borderLeftWidth")
    assert fresh == "4px"
    axe(shown.page)


def test_no_text_is_smaller_than_11_px(player: OpenPlayer) -> None:
    shown = player(training(step=SECOND - 1))
    sizes = shown.find(
        "svg text, .player *"
    ).evaluate_all("""(nodes) => nodes
      .filter((node) => node.checkVisibility() && [...node.childNodes].some((c) => c.nodeType === 3 && c.data.trim()))
      .filter((node) => !node.closest(".news, .live"))
      .map((node) => parseFloat(getComputedStyle(node).fontSize) * (node.closest("svg") ? node.getScreenCTM().a : 1))""")  # noqa: E501 - JavaScript
    assert min(sizes) >= 11


def test_a_step_of_a_hundred_iterations_changes_as_little_as_one_of_ten(player: OpenPlayer) -> None:
    few, many = (statistics.median(changes(player(training(turns)))) for turns in (10, 100))
    assert 0 < many <= 1.5 * few
    assert len(json.dumps(training(100))) < 2_000_000
