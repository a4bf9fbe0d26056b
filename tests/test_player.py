"""The player in a real browser: every step, every control, and what must never happen on the page."""

from __future__ import annotations

import itertools
import re
import statistics
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from components.player.packed import compact
from deploy.sketches import drawn, file_of, sketches
from gradwalk.player import FOLDER
from tests.browser import ROOT, settled
from tests.conftest import CheckAxe
from tests.player_page import OpenPlayer, changes, players
from tests.player_story import SINE_GRADIENT, long_chain, sine

LAST = 8  # of z = sin(x²): 2 steps forward, 2 local gradients, 4 back


@pytest.fixture
def player(browser: Browser) -> Iterator[OpenPlayer]:
    with players(browser, sine) as make:
        yield make


def test_keys_alone_lead_from_the_input_to_the_gradient(player: OpenPlayer) -> None:
    shown = player()
    expect(shown.box("v0")).to_have_text("xleaf4∇ ?")
    expect(shown.box("o1")).to_have_text("z = sin(v₁)SinBackward0?∇ ?")
    shown.press(*["ArrowRight"] * 2)
    expect(shown.box("o1")).to_have_text("z = sin(v₁)SinBackward0−0.2879∇ ?")
    shown.press(*["ArrowRight"] * (LAST - 2))
    expect(shown.box("v0")).to_have_text(f"xleaf4∇ {SINE_GRADIENT}")
    expect(shown.find(".label .local")).to_have_text(["× 8", "× −0.9577"])
    expect(shown.find(".label .flowing")).to_have_text([f"∇ {SINE_GRADIENT}", "∇ −0.9577"])
    shown.press("ArrowRight")
    assert shown.step == LAST


@pytest.mark.parametrize("large", [False, True])
def test_a_call_that_was_overtaken_takes_nothing_away(
    player: OpenPlayer, monkeypatch: pytest.MonkeyPatch, large: bool
) -> None:
    """Of a long run the beginning comes first; the whole may come while the first call's script still loads."""
    shown = player()
    data = sine()
    if large:
        monkeypatch.setattr(import_module("components.player.packed"), "_LARGE", 1)
        data = {**data, "story": compact(data["story"])}
    shown.overtaken({**data, "opened": "the whole"})
    expect(shown.box("o1")).to_be_visible()
    shown.press("End")
    expect(shown.box("v0")).to_have_text(f"xleaf4∇ {SINE_GRADIENT}")
    shown.remove()
    expect(shown.find(".player")).to_have_count(0)


def test_a_long_program_comes_packed_and_looks_the_same(player: OpenPlayer, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = player()
    expect(plain.find(".words .title")).to_have_text("Start")
    monkeypatch.setattr(import_module("components.player.packed"), "_LARGE", 1)
    parts = {name: compact(sine()[name]) for name in ("graphs", "story")}
    shown = player(sine() | parts)
    expect(shown.find(".words .title")).to_have_text("Start")
    assert shown.look == plain.look
    shown.mount(sine() | parts)
    shown.mount(sine() | {"step": 2, "opened": "another"})  # the newest counts, whatever is still being opened
    expect(shown.find("input.steps")).to_have_value("2")


def test_a_step_looks_the_same_however_it_is_reached(player: OpenPlayer) -> None:
    shown = player()
    forwards = [shown.look]
    for _ in range(LAST):
        shown.press("ArrowRight")
        forwards.append(shown.look)
    backwards = [shown.look]
    for _ in range(LAST):
        shown.press("ArrowLeft")
        backwards.append(shown.look)
    at_once = [player(sine(step=step)).look for step in (0, 3, 6, LAST)]
    assert len(set(forwards)) == LAST + 1
    assert backwards[::-1] == forwards
    assert at_once == [forwards[step] for step in (0, 3, 6, LAST)]


# Presses keys one after another, without waiting, and says of each where it leads, and what is on its way then.
MOVES = """
async (keys) => {
  const found = [];
  for (const key of keys) found.push(await pressed(key));
  return found;
  async function pressed(key) {
  document.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  const root = document.getElementById("first").shadowRoot;
  const texts = (selector) => [...root.querySelectorAll(selector)].map((node) => node.textContent);
  const value = texts(".box.now .value")[0] ?? "";
  await new Promise((done) => requestAnimationFrame(done)); // what moves begins with the frame
  return [Number(root.querySelector("input.steps").value), texts(".movement .token text"), value];
  }
}
"""


def test_a_step_forwards_moves_what_explains_it_and_the_next_key_cuts_it_short(player: OpenPlayer) -> None:
    shown = player()
    assert shown.page.evaluate(MOVES, ["ArrowRight", "ArrowRight", "ArrowLeft", "End"]) == [
        [1, ["4"], "16"],  # x = 4 flows into the square; 16 stands there at once
        [2, ["16"], "−0.2879"],
        [1, [], "16"],
        [LAST, [], ""],
    ]
    shown.press("Home", *["ArrowRight"] * 4)
    assert shown.page.evaluate(MOVES, ["ArrowRight", "ArrowRight"]) == [
        [5, ["1", "−0.9577"], "−0.2879"],  # 1 leaves sin, meets its factor, and becomes −0.9577
        [6, ["−0.9577", SINE_GRADIENT], "16"],
    ]
    expect(shown.find("[data-moving]")).to_have_count(0)
    assert shown.look == player(sine(step=6)).look
    still = player(reduced_motion="reduce")
    assert still.page.evaluate(MOVES, ["ArrowRight"]) == [[1, [], "16"]]


def test_the_glossary_is_the_same_in_the_player_and_in_the_docs() -> None:
    pattern = r'^  "([^"]+)": "([^"]+)",$'
    table = re.findall(pattern, (FOLDER / "glossary.js").read_text(encoding="utf-8"), re.MULTILINE)
    docs = re.findall(
        r"^\| ([^|]+) \| ([^|]+) \| [^|]*\|$", (ROOT / "docs/glossary.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert docs == [("term", "what it is"), *table]
    assert table == sorted(table)


def test_each_term_has_its_small_picture_and_the_docs_have_the_same_ones() -> None:
    table = re.findall(r'^  "([^"]+)": "', (FOLDER / "glossary.js").read_text(encoding="utf-8"), re.MULTILINE)
    assert list(sketches()) == table
    docs = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
    for term, shapes in sketches().items():
        assert file_of(term).read_text(encoding="utf-8") == drawn(shapes)
        assert f"](pictures/terms/{file_of(term).name})" in docs


def test_a_term_says_what_it_means(player: OpenPlayer) -> None:
    shown = player(sine(step=3), density="learn")
    shown.find(".legend .term").filter(has_text="local gradient").click()
    expect(shown.find(".meaning")).to_contain_text("Local gradient: How many times as much")
    expect(shown.find(".meaning .sketch")).to_contain_text("× 8")
    shown.press("ArrowRight")
    expect(shown.find(".meaning")).to_be_hidden()


def test_home_end_and_space_work_without_a_click(player: OpenPlayer) -> None:
    shown = player()
    shown.press("End")
    assert shown.step == LAST
    shown.press("Home")
    assert shown.step == 0
    shown.press(" ")
    expect(shown.find("button[aria-label=Pause]")).to_be_visible()
    expect(shown.find("input.steps")).to_have_value("1", timeout=4000)
    shown.press(" ")
    expect(shown.find("button[aria-label=Play]")).to_be_visible()


def test_buttons_move_and_the_ends_say_so(player: OpenPlayer) -> None:
    shown = player()
    expect(shown.find("button[aria-label='First step']")).to_have_attribute("aria-disabled", "true")
    for name, step in (("Next", 1), ("Last", LAST), ("Previous", LAST - 1), ("First", 0)):
        shown.find(f"button[aria-label='{name} step']").click()
        assert shown.step == step


def test_playing_at_speed_ends_at_the_last_step(player: OpenPlayer) -> None:
    shown = player()
    shown.find("select").select_option("16")
    shown.find("button[aria-label=Play]").click()
    expect(shown.find("input.steps")).to_have_value(str(LAST), timeout=4000)
    expect(shown.find("button[aria-label=Play]")).to_be_visible()


def test_keys_belong_to_whatever_else_takes_them(player: OpenPlayer) -> None:
    shown = player()
    shown.page.evaluate("""() => {
      const place = document.body.appendChild(document.createElement("div")).attachShadow({ mode: "open" });
      place.append(Object.assign(document.createElement("textarea"), { value: "x**2" }));
      document.body.append(Object.assign(document.createElement("input"), { type: "range" }));
      document.body.append(Object.assign(document.createElement("button"), { textContent: "elsewhere" }));
    }""")
    for field in ("textarea", "body > input"):
        shown.page.locator(field).focus()
        shown.press("ArrowRight", "End", " ")
        assert shown.step == 0, field
    shown.page.locator("body > button").focus()
    shown.press("ArrowRight", " ", "Control+ArrowRight", "Alt+ArrowRight")
    assert shown.step == 1


def test_of_two_players_the_last_used_takes_the_keys(player: OpenPlayer) -> None:
    first = player()
    second = first.second(sine())
    first.press("ArrowRight")
    assert (first.step, second.step) == (1, 0)
    second.find(".sentence").click()
    first.press("ArrowRight", "ArrowRight")
    assert (first.step, second.step) == (1, 2)
    second.remove()
    first.press("ArrowRight")
    assert first.step == 2


def test_the_scrubber_is_dragged_clicked_and_typed_at(player: OpenPlayer) -> None:
    shown = player()
    segments = [segment.bounding_box() for segment in shown.find(".segment").all()]
    assert len(segments) == LAST
    middle = [(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2) for box in segments if box]
    mouse = shown.page.mouse
    for step, (x, y) in enumerate(middle, start=1):
        mouse.click(x, y)
        assert shown.step == step
    mouse.move(*middle[6])
    mouse.down()
    mouse.move(*middle[2])
    assert shown.step == 3
    mouse.move(middle[0][0] - 200, middle[0][1] + 60)
    assert shown.step == 0
    mouse.up()
    mouse.move(*middle[4])
    assert shown.step == 0
    shown.find("input.steps").focus()
    shown.press("ArrowUp", "ArrowRight")
    assert shown.step == 2
    words = shown.find("input.steps").get_attribute("aria-valuetext")
    assert words == "Step 2 of 8, Forward · 2 of 2: Forward: z = sin(v₁)"


def test_a_touch_moves_the_scrubber(player: OpenPlayer) -> None:
    shown = player(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    shown.find(".segment").nth(4).tap()
    assert shown.step == 5


def test_a_click_on_a_box_goes_to_its_step_in_the_phase(player: OpenPlayer) -> None:
    shown = player(sine(step=1))
    shown.box("o1").click()
    assert shown.step == 2
    shown.press("ArrowRight")
    shown.box("o0").click()
    assert shown.step == 4
    shown.press("End")
    shown.box("o1").click()
    assert shown.step == 5
    shown.box("v0").click()
    assert shown.step == 7


def test_boxes_are_reached_by_keys(player: OpenPlayer) -> None:
    shown = player(sine(step=2))
    expect(shown.find('.box[tabindex="0"]')).to_have_attribute("data-box", "o1")
    shown.box("o1").focus()
    shown.press("ArrowUp", "Enter")
    expect(shown.box("o0")).to_be_focused()
    assert shown.step == 1


def test_both_pictures_light_up_together(player: OpenPlayer) -> None:
    shown = player(sine(step=6))
    assert shown.lit() == ["o0"]
    shown.find("button[data-view=both]").click()
    assert (shown.lit(), shown.lit("grad_fn graph")) == (["o0"], ["n0"])
    shown.press("ArrowRight")
    assert (shown.lit(), shown.lit("grad_fn graph")) == (["v0"], ["a0", "v0"])
    shown.find("button[data-view=grad_fn]").click()
    expect(shown.find("svg[aria-label='Computation graph']")).to_be_hidden()
    shown.press("ArrowLeft")
    assert shown.lit("grad_fn graph") == ["n0"]


def test_saved_values_can_be_switched_on_and_light_up_too(player: OpenPlayer) -> None:
    shown = player(sine(step=6))
    shown.find("button[data-view=grad_fn]").click()
    expect(shown.box("s0_self", "grad_fn graph")).to_have_count(0)
    shown.find(".saved-switch input").check()
    expect(shown.box("s0_self", "grad_fn graph")).to_be_visible()
    assert shown.lit("grad_fn graph") == ["n0", "s0_self"]


def test_the_choice_of_picture_is_remembered(player: OpenPlayer) -> None:
    shown = player()
    shown.find("button[data-view=grad_fn]").click()
    shown.remove()
    shown.mount(sine())
    expect(shown.find("svg[aria-label='grad_fn graph']")).to_be_visible()


def test_without_a_grad_fn_graph_it_says_so(player: OpenPlayer) -> None:
    data = sine()
    shown = player(data | {"graphs": data["graphs"] | {"grad_fn": None}})
    shown.find("button[data-view=grad_fn]").click()
    expect(shown.find(".missing")).to_be_visible()
    shown.press("ArrowRight")
    assert shown.step == 1


def test_other_numbers_keep_the_position_and_the_picture(player: OpenPlayer) -> None:
    shown = player()
    shown.press(*["ArrowRight"] * 3)
    shown.box("o0").evaluate("(box) => { window.kept = box }")
    changed = sine(query="z=sin(x**2)&x=5")
    changed["story"]["slots"]["v0.value"] = [[0, ["5"]]]
    shown.mount(changed)
    expect(shown.box("v0")).to_have_text("xleaf5∇ ?")
    assert shown.step == 3
    assert shown.box("o0").evaluate("(box) => box === window.kept")
    assert shown.look == player(changed | {"step": 3}).look
    shown.page.wait_for_url("**/?z=sin(x**2)&x=5&density=pytorch&step=3")


def test_a_shorter_story_clamps_the_position_and_another_document_opens_at_its_own(player: OpenPlayer) -> None:
    shown = player(sine(step=LAST))
    shorter = sine()
    shorter["story"]["steps"] = shorter["story"]["steps"][:5]
    shorter["story"]["phases"] = shorter["story"]["phases"][:2]
    shown.mount(shorter)
    assert shown.step == 4
    shown.mount(sine(opened="second", step=6))
    assert shown.step == 6
    shown.mount(sine(opened="third", step=99))
    assert shown.step == LAST


def test_an_emptied_slot_is_unknown_again(player: OpenPlayer) -> None:
    data = sine(step=5)
    data["story"]["slots"]["o1.grad"].append([7, None])
    shown = player(data)
    expect(shown.box("o1").locator(".grad")).to_have_text("∇ 1")
    shown.press("ArrowRight", "ArrowRight")
    expect(shown.box("o1").locator(".grad")).to_have_text("∇ ?")


def test_nothing_is_parsed_as_html(player: OpenPlayer) -> None:
    hostile = "<img src=x onerror=alert(1)>"
    data = sine(step=5)
    data["story"]["steps"][5] |= {"title": hostile, "sentence": hostile}
    data["story"]["slots"]["v0.value"] = [[0, [hostile]]]
    data["story"]["code"] = f"# {hostile}\n"
    data["graphs"]["computation"]["wide"]["boxes"][0]["title"] = hostile
    shown = player(data)
    expect(shown.find(".words .title")).to_have_text(hostile)
    expect(shown.find(".formula .numbers")).to_contain_text("<b>7</b>")
    assert shown.find("img, script, b.x, mrow b, [onerror]").count() == 0


def test_the_formula_is_mathml_in_symbols_and_then_in_numbers(player: OpenPlayer) -> None:
    shown = player(sine(step=3))
    expect(shown.find(".formula math mi")).to_have_text(["∂z", "x"])
    expect(shown.find(".formula .numbers")).to_have_text("=−0.9577")
    namespaces = shown.find(".formula math *").evaluate_all("(nodes) => [...new Set(nodes.map((n) => n.namespaceURI))]")
    assert namespaces == ["http://www.w3.org/1998/Math/MathML"]


def test_the_source_is_marked_and_copied(player: OpenPlayer) -> None:
    data = sine(step=2)
    shown = player(data, permissions=["clipboard-read", "clipboard-write"])
    expect(shown.find(".lines .current")).to_have_text(["z = torch.sin(v)\n"])
    expect(shown.find(".lines mark")).to_have_text([" torch.sin(v)"])
    expect(shown.find(".lines .line")).to_have_count(7)
    shown.press("ArrowLeft")
    expect(shown.find(".lines .current")).to_have_text(["v = x**2\n"])
    shown.find("button.copy").click()
    expect(shown.find(".copied")).to_have_text("Copied")
    assert shown.page.evaluate("navigator.clipboard.readText()") == data["story"]["code"]


def test_without_a_clipboard_the_selection_is_copied(player: OpenPlayer) -> None:
    data = sine()
    shown = player(data)
    shown.page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    shown.find("button.copy").click()
    expect(shown.find(".copied")).to_have_text("Copied")
    shown.page.evaluate("document.body.append(document.createElement('textarea'))")
    shown.page.locator("textarea").focus()
    shown.press("Control+v")
    assert shown.page.locator("textarea").input_value().strip() == data["story"]["code"].strip()


def test_the_address_follows_and_is_not_written_too_often(player: OpenPlayer) -> None:
    shown = player(long_chain(40))
    shown.page.evaluate("""() => {
      window.written = [];
      const replace = history.replaceState.bind(history);
      history.replaceState = (...given) => { window.written.push(performance.now()); replace(...given); };
    }""")
    shown.press(*["ArrowRight"] * 60)
    shown.page.wait_for_url("**/?chain&density=pytorch&step=60")
    written = shown.page.evaluate("window.written")  # browsers refuse more than 100 in 30 s, however fast the keys are
    assert all(later - earlier >= 390 for earlier, later in itertools.pairwise(written))
    shown.press("Home")
    shown.page.wait_for_url("**/?chain&density=pytorch")


def test_each_step_is_said_to_a_screen_reader(player: OpenPlayer) -> None:
    shown = player()
    shown.press("ArrowRight")
    expect(shown.find("[aria-live=polite]")).to_have_text(
        "Step 1 of 8. Forward: v₁ = x². Forward: v₁ = x², and what it means."
    )


def test_the_last_good_picture_is_dimmed(player: OpenPlayer) -> None:
    shown = player()
    expect(shown.find(".stale-note")).to_be_hidden()
    shown.mount(sine(stale=True))
    expect(shown.find(".stale-note")).to_have_text("The last good picture and program")
    assert float(shown.find(".view").first.evaluate("(part) => getComputedStyle(part).opacity")) < 1
    dim = shown.find(".stale-note").evaluate("(part) => getComputedStyle(part).color")
    for part in (".lines", ".sentence"):  # to be read all the same
        assert shown.find(part).evaluate("(part) => getComputedStyle(part).color") == dim
    expect(shown.find(".code h3")).to_have_text("The last good program")
    shown.press("ArrowRight")
    assert shown.step == 1


@pytest.mark.parametrize("story", [None, {"phases": [], "steps": [], "slots": {}, "formulas": [], "code": ""}])
def test_without_a_story_it_says_what_to_do(player: OpenPlayer, story: Any) -> None:
    shown = player(sine(story=story, graphs=None))
    expect(shown.find(".empty")).to_have_text("Nothing has run yet. Type an expression, and its steps appear here.")
    shown.press("ArrowRight", "End", " ")
    shown.mount(sine())
    shown.press("ArrowRight")
    assert shown.step == 1


def test_when_it_is_removed_nothing_is_left(player: OpenPlayer) -> None:
    shown = player()
    shown.page.clock.install()
    shown.press("ArrowRight", " ")
    shown.remove()
    assert shown.find(".player").count() == 0
    address = shown.page.url
    shown.press("ArrowRight")
    shown.page.clock.run_for(10_000)
    assert shown.page.url == address


@pytest.mark.parametrize(("width", "height", "least"), [(1280, 800, 10), (390, 844, 11)])
def test_no_text_is_too_small(player: OpenPlayer, width: int, height: int, least: int) -> None:
    shown = player(long_chain(12) | {"step": 30}, viewport={"width": width, "height": height})
    sizes = shown.find(
        "svg text, .player *"
    ).evaluate_all("""(nodes) => nodes
      .filter((node) => node.textContent.trim() && node.checkVisibility() && [...node.childNodes].some((c) => c.nodeType === 3))
      .map((node) => parseFloat(getComputedStyle(node).fontSize) * (node.getScreenCTM && node.closest("svg") ? node.getScreenCTM().a : 1))""")  # noqa: E501 - JavaScript
    assert min(sizes) >= least


def test_a_long_picture_scrolls_to_the_current_box(player: OpenPlayer) -> None:
    shown = player(long_chain(60), reduced_motion="reduce")
    for key, box in (("End", "v0"), ("ArrowLeft", "v0"), ("Home", "v0"), ("ArrowRight", "o0")):
        shown.press(key)
        expect(shown.box(box)).to_be_in_viewport()
    shown.press(*["ArrowRight"] * 45)
    expect(shown.box("o45")).to_be_in_viewport()
    expect(shown.box("o45").locator(".value")).to_have_text("45.5")
    assert shown.box("o0").count() == 1
    expect(shown.box("o0")).to_be_hidden()


def test_the_picture_can_be_made_larger_smaller_and_whole(player: OpenPlayer) -> None:
    shown = player(long_chain(12))

    def width() -> float:
        box = shown.find("svg[aria-label='Computation graph']").bounding_box()
        return box["width"] if box else 0

    readable = width()
    shown.find("button[aria-label=Larger]").click()
    assert width() > 1.2 * readable
    shown.find("button[aria-label='Whole picture']").click()
    assert width() <= 1280
    shown.find("button[aria-label='Whole picture']").click()
    assert width() == readable


def test_a_phone_gets_the_tall_picture_and_large_targets(player: OpenPlayer) -> None:
    shown = player(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    first, second = shown.box("v0").bounding_box(), shown.box("o0").bounding_box()
    assert first is not None
    assert second is not None
    assert second["y"] > first["y"]
    assert abs(second["x"] - first["x"]) < 2
    targets = [(b, b.bounding_box()) for b in shown.find("button, select, .scrubber").all() if b.is_visible()]
    small = [b.get_attribute("aria-label") or b.inner_text() for b, box in targets if box and box["height"] < 44]
    assert not small
    assert shown.page.evaluate("document.documentElement.scrollWidth") <= 390


def test_targets_are_24_px_at_least(player: OpenPlayer) -> None:
    shown = player()
    boxes = [target.bounding_box() for target in shown.find("button, select, .saved-switch, .scrubber").all()]
    assert all(min(box["width"], box["height"]) >= 24 for box in boxes if box)


def test_full_screen_is_larger_and_ends_with_the_same_button(player: OpenPlayer) -> None:
    shown = player()
    size = shown.find(".sentence").evaluate("(text) => parseFloat(getComputedStyle(text).fontSize)")
    shown.find("button[aria-label='Full screen']").click()
    expect(shown.find(".player.on-screen")).to_be_visible()
    larger = shown.find(".sentence").evaluate("(text) => parseFloat(getComputedStyle(text).fontSize)")
    assert larger > size
    shown.find("button[aria-label='Full screen']").click()
    expect(shown.find(".player:not(.on-screen)")).to_be_visible()


def test_without_full_screen_it_fills_the_window(player: OpenPlayer) -> None:
    shown = player()
    shown.page.evaluate("() => { Element.prototype.requestFullscreen = () => Promise.reject(new Error('no')); }")
    shown.find("button[aria-label='Full screen']").click()
    expect(shown.find(".player.filled.on-screen")).to_be_visible()
    shown.press("Escape")
    expect(shown.find(".player:not(.on-screen)")).to_be_visible()


def test_reduced_motion_scrolls_at_once(player: OpenPlayer) -> None:
    shown = player(long_chain(30), reduced_motion="reduce")
    shown.page.evaluate("""() => {
      window.ways = new Set();
      const scroll = Element.prototype.scrollTo;
      Element.prototype.scrollTo = function (to) { window.ways.add(to.behavior); scroll.call(this, to); };
    }""")
    shown.press(*["ArrowRight"] * 20)
    assert shown.page.evaluate("[...window.ways]") == ["instant"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("view", ["computation", "both"])
def test_axe_finds_nothing(player: OpenPlayer, axe: CheckAxe, scheme: str, view: str) -> None:
    shown = player(scheme=scheme)
    shown.find(f"button[data-view={view}]").click()
    for step in (0, 2, 4, 6):
        shown.mount(sine(step=step, opened=str(step)))
        axe(shown.page)


def test_high_contrast_keeps_the_current_box_apart(player: OpenPlayer, axe: CheckAxe) -> None:
    shown = player(sine(step=2), forced_colors="active")
    widths = [
        shown.box(name).locator(".frame").evaluate("(frame) => parseFloat(getComputedStyle(frame).strokeWidth)")
        for name in ("o0", "o1")
    ]
    assert widths[1] > widths[0] + 1
    axe(shown.page)


def test_a_step_changes_as_little_of_a_large_page_as_of_a_small_one(player: OpenPlayer) -> None:
    """So it takes as long: `make bench` measures how long that is."""
    small, large = (statistics.median(changes(player(long_chain(operations)))) for operations in (10, 500))
    assert 0 < large <= 1.5 * small


def test_stepping_says_nothing_to_the_server(page: Page) -> None:
    sent: list[str | bytes] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    page.goto("/?z=sin(x**2)&x=4")
    steps = page.locator("input.steps")
    expect(steps).to_be_attached(timeout=60_000)
    settled(page)
    sent.clear()
    for _ in range(int(steps.get_attribute("max") or 0)):
        page.keyboard.press("ArrowRight")
    expect(page.locator("[data-box=v0]").last).to_contain_text(SINE_GRADIENT)
    page.wait_for_url("**/?z=sin(x**2)&x=4&step=9")
    page.keyboard.press("Home")
    page.wait_for_url("**/?z=sin(x**2)&x=4")
    assert sent == []


def test_an_address_opens_at_its_step(page: Page) -> None:
    page.goto("/?z=sin(x**2)&x=4&step=6")
    expect(page.locator("input.steps")).to_have_value("6", timeout=60_000)
    expect(page.locator(".label .flowing").last).to_have_text("∇ −0.9577")
    page.reload()
    expect(page.locator("input.steps")).to_have_value("6", timeout=60_000)
