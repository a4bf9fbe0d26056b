"""The page Expression in a real browser: typing, dragging, stepping, sharing, and what must never happen."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, Route, ViewportSize, expect

from gradwalk.lessons.gallery import EXAMPLES
from tests.browser import becomes, settled, still
from tests.conftest import CheckAxe, NewPage

GRADIENT = "−7.6613"  # 2x cos(x²) at 4, lesson 1
PHONE: ViewportSize = {"width": 390, "height": 844}


class ExpressionPage:
    """The page, by what a person finds on it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.text = page.get_by_label("Expression", exact=True)
        self.player = page.get_by_role("region", name="Player")
        self.program = self.player.locator(".lines")
        self.examples = page.get_by_role("dialog", name="Examples")

    def open(self, address: str = "/") -> ExpressionPage:
        self.page.goto(address)
        expect(self.box("v0")).to_be_visible(timeout=30_000)
        settled(self.page)
        return self

    def choose(self, example: str) -> None:
        """An example, from its picture."""
        self.page.get_by_role("button", name="Examples").click()
        self.examples.locator(f'[data-key="{example}"]').click()

    def field(self, name: str) -> Locator:
        return self.page.get_by_label(name, exact=True)

    def slider(self, name: str) -> Locator:
        return self.page.get_by_role("slider", name=f"{name}, slider")

    def tracked(self, name: str) -> Locator:
        return self.page.get_by_role("switch", name=f"{name} requires grad")

    def box(self, name: str, picture: str = "Computation graph") -> Locator:
        return self.page.locator(f'svg[aria-label="{picture}"] [data-box="{name}"]')

    def lit(self, picture: str) -> Locator:
        return self.page.locator(f'svg[aria-label="{picture}"] .box.now')

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def expect_step(self, step: int) -> None:
        expect(self.player.locator("input.steps")).to_have_value(str(step))

    def expect_picture(self, dimmed: bool) -> None:
        stale = re.compile(r"\bstale\b")
        if dimmed:
            expect(self.player).to_have_class(stale)
        else:
            expect(self.player).not_to_have_class(stale)


@pytest.fixture
def shown(page: Page) -> ExpressionPage:
    return ExpressionPage(page).open()


# The main job


def test_keys_alone_lead_from_the_expression_to_its_gradient(shown: ExpressionPage) -> None:
    expect(shown.text).to_have_value("z = sin(x**2)")
    expect(shown.field("x")).to_have_value("4")
    expect(shown.box("v0")).to_contain_text("∇ ?")
    for _ in range(9):
        shown.press("ArrowRight")
    expect(shown.box("v0")).to_contain_text(f"∇ {GRADIENT}")
    expect(shown.page).to_have_url(re.compile(r"/\?z=sin\(x\*\*2\)&x=4&step=9$"))


def test_what_is_typed_before_the_form_can_hear_it_is_kept(page: Page) -> None:
    held: list[Route] = []
    script = re.compile(r"/gradwalk_form-\w+\.js$")
    page.route(script, lambda route: held.append(route))
    with page.expect_request(script):
        page.goto("/")
    shown = ExpressionPage(page)
    shown.text.fill("z = x**3")
    for request in held:
        request.continue_()
    expect(shown.page.locator("#read")).to_contain_text("3")
    expect(shown.text).to_have_value("z = x**3")


def test_the_answer_stands_beside_the_player(shown: ExpressionPage) -> None:
    shown.page.get_by_role("button", name="Show results").click()
    cells = shown.page.get_by_role("row", name=GRADIENT).get_by_role("cell")
    expect(cells).to_have_text([GRADIENT, *[re.compile(rf"^{GRADIENT}all digits agree$")] * 2])


def test_both_pictures_light_up_together(page: Page) -> None:
    shown = ExpressionPage(page).open("/?density=pytorch")
    pictures = shown.player.locator(".stages svg")
    expect(pictures).to_have_count(1)
    shown.page.get_by_role("button", name="Both").click()
    expect(pictures).to_have_count(2)  # torchviz drew nothing before
    shown.player.locator("input.steps").focus()
    lit = []
    for _ in range(9):
        shown.press("ArrowRight")
        lit.append((shown.lit("Computation graph").count() > 0, shown.lit("grad_fn graph").count() > 0))
    assert lit == [(True, True)] * 9


# Typing


def test_what_is_typed_is_recorded_and_written_into_the_address_without_history(shown: ExpressionPage) -> None:
    before = shown.page.evaluate("history.length")
    shown.text.press("End")
    shown.text.press_sequentially(" + y", delay=20)
    expect(shown.field("y")).to_have_value("3")
    shown.field("y").fill("5")
    expect(shown.box("v1")).to_contain_text("5")
    expect(shown.page).to_have_url(re.compile(r"/\?z=sin\(x\*\*2\)\+%2B\+y&x=4&y=5$"))
    assert shown.page.evaluate("history.length") == before
    expect(shown.field("y")).to_be_focused()


def test_an_edit_brings_what_has_changed_and_no_script(page: Page) -> None:
    received: list[int] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: received.append(len(frame))))
    shown = ExpressionPage(page).open()
    received.clear()
    shown.text.fill("cos(x**2) + 1")
    expect(shown.player.locator(".lines")).to_contain_text("torch.cos")
    settled(page)
    assert 0 < sum(received) < 30_000


def test_a_mistyped_name_is_marked_and_mended_while_the_last_picture_stays(shown: ExpressionPage) -> None:
    shown.press("ArrowRight", "ArrowRight")
    shown.text.fill("z = sine(x**2)")
    expect(shown.page.locator("#marks mark")).to_have_text("sine")
    expect(shown.text).to_have_attribute("aria-invalid", "true")
    expect(shown.page.locator("#refusal")).to_contain_text("did you mean sin?")
    shown.expect_picture(dimmed=True)
    expect(shown.box("v0")).to_contain_text("4")
    shown.player.locator("input.steps").fill("0")
    expect(shown.player.locator(".begin")).to_be_hidden()  # what is typed has no steps to be called for
    shown.player.locator("input.steps").fill("2")
    expect(shown.text).to_have_value("z = sine(x**2)")
    shown.page.get_by_role("button", name="Use z = sin(x**2)").click()
    expect(shown.text).to_have_value("z = sin(x**2)")
    expect(shown.text).to_be_focused()
    shown.expect_picture(dimmed=False)
    expect(shown.page.locator("#marks mark")).to_have_count(0)
    shown.expect_step(2)


def test_what_a_button_or_an_example_replaced_comes_back(shown: ExpressionPage) -> None:
    shown.text.fill("z = sine(x**2) + 1")
    shown.page.get_by_role("button", name="Use z = sin(x**2) + 1").click()
    expect(shown.text).to_have_value("z = sin(x**2) + 1")
    shown.press("Control+z")
    expect(shown.text).to_have_value("z = sine(x**2) + 1")
    shown.press("Control+Shift+z")
    expect(shown.text).to_have_value("z = sin(x**2) + 1")
    shown.expect_picture(dimmed=False)
    shown.choose("f = (x + y)·z")
    expect(shown.text).to_have_value("q = x + y\nf = q*z")
    expect(shown.field("z")).to_have_value("-4")
    shown.text.focus()
    shown.press("Control+z")
    expect(shown.text).to_have_value("z = sin(x**2) + 1")
    expect(shown.program).to_contain_text("z = torch.sin(x**2) + 1")


def test_mathematics_is_read_and_shown_back(shown: ExpressionPage, axe: CheckAxe) -> None:
    shown.text.fill("y = mx + 2b")
    read = shown.page.get_by_role("group", name="Read as")
    expect(read).to_have_text("y=m·x+2b")
    expect(shown.page.locator("#hint")).to_have_text("mx is read as m*x. For one name write m_x.")
    expect(shown.text).to_have_attribute("aria-invalid", "false")
    shown.expect_picture(dimmed=False)
    expect(shown.program).to_contain_text("y = m*x + 2*b")
    axe(shown.page)
    shown.page.get_by_role("button", name="Use y = m_x + 2b").click()
    expect(shown.text).to_have_value("y = m_x + 2b")
    expect(shown.page.locator("#hint")).to_be_empty()


def test_an_exponent_is_raised_in_its_box_and_heard(shown: ExpressionPage) -> None:
    shown.text.fill("z = e^x")
    title = shown.player.locator(".view .title", has_text="z = e")
    expect(title).to_have_text("z = e^x")
    heights = title.evaluate(
        "(title) => ['e', 'x'].map((sign) => title.getStartPositionOfChar(title.textContent.indexOf(sign)).y)"
    )
    assert heights[1] < heights[0] - 2


def test_after_two_refused_texts_the_one_that_is_shown_is_typeset(shown: ExpressionPage) -> None:
    read = shown.page.get_by_role("group", name="Read as")
    expect(read).to_have_class("read")
    expect(read).not_to_be_empty()
    before = read.text_content()
    shown.text.fill("z = x @ x")
    expect(shown.page.locator("#words")).to_contain_text("PyTorch: ")
    expect(read).not_to_have_text(str(before))
    shown.text.fill("z = sin(x))")
    expect(read).to_have_class("read stale")
    expect(read).to_have_text(str(before))


def test_what_has_two_readings_is_asked(shown: ExpressionPage) -> None:
    shown.text.fill("z = 1/2x + 1")
    expect(shown.page.locator("#refusal")).to_have_text("1/2x can be read in two ways: 1/2*x or 1/(2*x).")
    read = shown.page.get_by_role("group", name="Read as")
    expect(read).to_have_class("read stale")
    expect(shown.page.locator("#marks mark")).to_have_text("1/2x")
    expect(shown.page.get_by_role("button", name="Use z = 1/2*x + 1")).to_be_visible()
    shown.page.get_by_role("button", name="Use z = 1/(2*x) + 1").click()
    expect(shown.text).to_have_value("z = 1/(2*x) + 1")
    expect(read).to_have_class("read")
    shown.expect_picture(dimmed=False)


def test_results_are_covered_until_they_are_asked_for(shown: ExpressionPage) -> None:
    table, ask = shown.page.get_by_role("table"), shown.page.get_by_role("button", name="Show results")
    expect(ask).to_be_visible()
    expect(table).to_have_count(0)
    expect(shown.page.get_by_text("In symbols")).to_be_hidden()
    ask.focus()
    shown.press("Enter")
    expect(table).to_contain_text(GRADIENT)
    expect(shown.page.get_by_role("button", name="Hide results")).to_be_focused()
    shown.field("x").fill("2")
    expect(table).to_contain_text("−2.6146")
    shown.page.reload()
    expect(table).to_contain_text("−2.6146", timeout=30_000)
    shown.page.get_by_role("button", name="Hide results").click()
    expect(table).to_be_hidden()
    shown.page.reload()
    expect(ask).to_be_visible(timeout=30_000)
    expect(table).to_have_count(0)


def test_a_newcomer_meets_a_question_one_lit_button_and_a_tour(shown: ExpressionPage, axe: CheckAxe) -> None:
    player = shown.player
    expect(player.get_by_role("heading", name="How does z change when x changes?")).to_be_visible()
    for jargon in ("SinBackward0", "requires_grad", "leaf", "dtype", "torch."):
        expect(shown.page.get_by_text(jargon).locator("visible=true")).to_have_count(0)
    expect(shown.page.get_by_text("∇ gradient", exact=True)).to_be_visible()
    tour = player.get_by_role("region", name="Tour")
    expect(tour).to_contain_text("1 of 4")
    for _ in range(3):
        tour.get_by_role("button", name="Next").click()
    axe(shown.page)
    tour.get_by_role("button", name="Done").click()
    expect(player.get_by_role("img", name="z when x changes", exact=True)).to_be_visible()  # its height is not told yet
    player.get_by_role("button", name="Press →").click()
    shown.expect_step(1)
    expect(player.locator(".sentence")).to_have_text("v₁ = x² = 16.")
    shown.press("ArrowRight", "ArrowRight")
    expect(player.get_by_role("img", name="v₁ when x changes; at x = 4 it is 16, slope × 8")).to_be_visible()
    shown.press("End")
    expect(player.locator(".sentence")).to_have_text("Move x by 0.01, and z moves by about −0.07661.")
    expect(player.locator("input.steps")).to_have_attribute("aria-valuetext", re.compile(": What it means$"))
    point = player.get_by_role("slider", name="x, its point on the curve")
    point.press("ArrowRight")
    expect(shown.field("x")).to_have_value("4.1")
    expect(point).to_have_attribute("aria-valuetext", "4.1")
    shown.expect_step(9)
    place = still(point)
    shown.page.mouse.move(place["x"] + 18, place["y"] + 18)
    shown.page.mouse.down()
    shown.page.mouse.move(place["x"] - 22, place["y"] + 18, steps=4)
    expect(shown.field("x")).not_to_have_value("4.1")
    shown.page.mouse.up()
    before = float(shown.field("x").input_value())
    curve = still(player.locator(".plot"))
    shown.page.mouse.click(curve["x"] + 0.9 * curve["width"], curve["y"] + 20)  # a click is enough
    expect(shown.field("x")).not_to_have_value(f"{before:g}")
    assert float(shown.field("x").input_value()) > before
    shown.field("x").fill("4")
    expect(player.locator(".sentence")).to_have_text("Move x by 0.01, and z moves by about −0.07661.")
    settled(shown.page)  # no answer to an earlier number is on its way
    player.get_by_role("button", name="Move x").click()
    expect(player.get_by_text("x = 4.01 gives z = −0.3636: it moved by −0.07570.")).to_be_visible()
    closely = player.get_by_role("img", name="Very close to the point: where x moves by 0.01")
    ends = closely.locator(".tangent, .point").evaluate_all(
        "all => all.map(one => Number(one.getAttribute('y2') ?? one.getAttribute('cy')))"
    )
    promised, before, came = ends
    # What sin((x + 0.01)²) did, against 0.01 times the slope, which autograd found.
    assert (came - before) / (promised - before) == pytest.approx(0.07570 / 0.076613, abs=0.005)
    shown.press("ArrowLeft")
    expect(closely).to_be_hidden()
    shown.press("End")
    player.get_by_role("button", name="PyTorch", exact=True).click()
    expect(player.get_by_text("SinBackward0").first).to_be_visible()
    expect(shown.page.get_by_text("dtype")).to_be_visible()
    expect(shown.page).to_have_url(re.compile("density=pytorch&step=9$"))
    shown.page.reload()
    expect(tour).to_be_hidden(timeout=30_000)
    expect(player.get_by_text("SinBackward0").first).to_be_visible()


def test_powers_are_typeset_in_sentences_and_heard_with_their_sign(shown: ExpressionPage) -> None:
    shown.open("/?z=2**x%2Bx**1.5&x=3&step=2")
    sentence = shown.player.locator(".sentence")
    expect(sentence).to_contain_text("v₂ = x^1.5 = 5.1962.")
    expect(sentence.locator("sup")).to_have_text("1.5")
    caret = sentence.locator(".caret")
    expect(caret).to_have_text("^")
    expect(caret).to_have_css("width", "1px")


def test_the_names_of_the_pages_show_where_the_focus_is(shown: ExpressionPage) -> None:
    shown.page.keyboard.press("Tab")
    link = shown.page.get_by_role("link", name="Perceptron")
    link.focus()
    expect(link).to_have_css("outline-style", "solid")
    expect(link).to_have_css("outline-width", "2px")


def test_a_single_refused_sign_has_a_mark_that_is_seen(shown: ExpressionPage) -> None:
    shown.text.fill("z = sin(x!)")
    mark = shown.page.locator("#marks mark.short")
    expect(mark).to_have_text("!")
    widths = mark.evaluate("(node) => [parseFloat(getComputedStyle(node, '::after').width), node.offsetWidth]")
    assert widths[0] >= 2.9 * widths[1]


def test_a_slider_shows_no_place_for_what_is_no_plain_number(shown: ExpressionPage) -> None:
    shown.field("x").fill("1/2")
    expect(shown.slider("x")).to_have_class("unset")
    expect(shown.slider("x")).to_be_disabled()
    shown.field("x").fill("123456789.123")
    expect(shown.slider("x")).to_be_enabled()
    assert shown.field("x").evaluate("(node) => node.scrollWidth <= node.clientWidth")


def test_the_mark_lies_exactly_under_the_text(shown: ExpressionPage) -> None:
    shown.text.fill("y = x**2\nz = sine(y) + a_rather_long_name_that_wraps_here + 1")
    expect(shown.page.locator("#marks mark")).to_have_text("sine")
    sizes = (
        "(node) => { const s = getComputedStyle(node); return [s.font, s.padding, s.lineHeight, node.clientWidth]; }"
    )
    assert shown.text.evaluate(sizes) == shown.page.locator("#marks").evaluate(sizes)
    assert shown.text.evaluate("(node) => node.scrollHeight <= node.clientHeight")


def test_a_value_that_is_no_number_stays_in_its_field_under_a_sentence(shown: ExpressionPage) -> None:
    shown.field("x").fill("four")
    expect(shown.page.locator("#value-x-refusal")).to_contain_text("The value of x may contain")
    expect(shown.field("x")).to_have_value("four")
    expect(shown.slider("x")).to_be_disabled()
    shown.expect_picture(dimmed=True)
    shown.field("x").fill("2")
    expect(shown.box("v0")).to_contain_text("2")
    shown.expect_picture(dimmed=False)
    expect(shown.slider("x")).to_be_enabled()


def test_quick_typing_never_loses_a_letter(shown: ExpressionPage) -> None:
    text = "out = exp(-x**2) * cos(x) + tanh(x) / (1 + abs(x))"
    shown.text.fill("")
    shown.text.press_sequentially(text, delay=8)
    shown.expect_picture(dimmed=False)
    expect(shown.page.get_by_role("button", name="out = v₅ + v₉")).to_be_visible()
    expect(shown.text).to_have_value(text)


def test_a_value_comes_back_with_its_variable(shown: ExpressionPage) -> None:
    shown.text.fill("z = x*y")
    shown.field("y").fill("7")
    expect(shown.box("v1")).to_contain_text("7")
    shown.text.fill("z = x")
    expect(shown.field("y")).to_have_count(0)
    shown.text.fill("z = x + y")
    expect(shown.field("y")).to_have_value("7")


# Values


def test_a_slider_changes_the_numbers_and_keeps_the_step(shown: ExpressionPage) -> None:
    shown.press("End")
    shown.expect_step(9)
    shown.slider("x").focus()
    shown.press(*["ArrowLeft"] * 20)
    expect(shown.field("x")).to_have_value("2")
    expect(shown.box("v0")).to_contain_text("∇ −2.6146")  # lesson 1: at 2
    shown.expect_step(9)
    expect(shown.page).to_have_url(re.compile(r"x=2&step=9$"))


def test_on_the_whole_screen_each_value_has_its_slider(shown: ExpressionPage) -> None:
    dial = shown.page.locator(".dials").get_by_role("slider", name="x")
    expect(dial).to_be_hidden()
    shown.press("f")
    expect(dial).to_be_visible()
    dial.focus()
    shown.press("ArrowRight")
    expect(shown.box("v0")).to_contain_text("4.1")
    shown.expect_step(0)  # the keys were the slider's
    shown.press("f")
    expect(dial).to_be_hidden()
    expect(shown.field("x")).to_have_value("4.1")


def test_dragging_ends_at_the_number_under_the_finger(shown: ExpressionPage) -> None:
    shown.slider("x").scroll_into_view_if_needed()
    box = still(shown.slider("x"))
    middle = box["y"] + box["height"] / 2
    shown.page.mouse.move(box["x"] + box["width"] * 0.7, middle)
    shown.page.mouse.down()
    shown.page.mouse.move(box["x"] + box["width"] * 0.25, middle, steps=40)
    shown.page.mouse.up()
    value = shown.field("x").input_value()
    assert -6 < float(value) < -4
    expect(shown.box("v0")).to_contain_text(value.replace("-", "−"))


@pytest.mark.parametrize(
    ("typed", "after"),
    [
        ("0.25", "0.3"),
        ("300", "310"),
        ("-0.003", "-0.0029"),
        ("0", "0.1"),
        ("1e6", "1020000"),
        ("7.5e-7", "0.00000078"),
    ],
)
def test_a_sliders_range_and_step_follow_the_number(shown: ExpressionPage, typed: str, after: str) -> None:
    shown.field("x").fill(typed)
    shown.slider("x").press("ArrowRight")
    expect(shown.field("x")).to_have_value(after)


def test_vectors_have_a_seed_of_ones_that_can_be_changed(shown: ExpressionPage) -> None:
    shown.field("x").fill("[1, 2, 3]")
    seed = shown.page.get_by_label("Seed v")
    expect(seed).to_have_value("[1, 1, 1]")
    expect(shown.page.locator("#seed-why")).to_have_text(
        "z has 3 elements; backward() needs one number for each: the seed v."
    )
    expect(shown.slider("x")).to_have_count(0)
    shown.field("x").fill("[1, 2]")
    expect(seed).to_have_value("[1, 1]")
    seed.fill("[0, 1]")
    expect(shown.program).to_contain_text("z.backward(torch.tensor([0.0, 1.0]))")
    shown.field("x").fill("2")
    expect(seed).to_be_hidden()
    expect(shown.slider("x")).to_be_enabled()


def test_dtype_and_requires_grad(page: Page) -> None:
    shown = ExpressionPage(page).open("/?density=pytorch")
    shown.page.get_by_role("radio", name="float64").check()
    expect(shown.program).to_contain_text("x = torch.tensor(4.0, dtype=torch.float64, requires_grad=True)")
    shown.tracked("x").click()
    expect(shown.page.get_by_text("element 0 of tensors does not require grad")).to_be_visible()
    expect(shown.page).to_have_url(re.compile(r"constants=x&dtype=float64"))
    shown.tracked("x").press(" ")
    expect(shown.page.get_by_text("element 0 of tensors does not require grad")).to_be_hidden()


def test_sizes_that_do_not_fit_are_marked_and_told_once(shown: ExpressionPage) -> None:
    shown.text.fill("z = dot(x, w)")
    expect(shown.page.locator("#refusal")).to_contain_text("x is a number here, and this takes a vector")
    expect(shown.page.locator("#marks mark")).to_have_text("dot(x, w)")
    expect(shown.page.get_by_text("1D tensors expected")).to_have_count(1)
    shown.expect_picture(dimmed=True)
    shown.field("x").fill("[1, 2]")
    expect(shown.page.locator("#refusal")).to_be_empty()
    expect(shown.page.locator("#words")).to_be_hidden()
    shown.expect_picture(dimmed=False)


def test_another_structure_begins_at_the_start(shown: ExpressionPage) -> None:
    shown.press("End")
    shown.expect_step(9)
    shown.text.fill("z = sin(x**3)")
    expect(shown.page).to_have_url(re.compile(r"x\*\*3\)&x=4&step=9$"))
    shown.text.fill("z = sin(x**3) + exp(x)")
    expect(shown.program).to_contain_text("z = torch.sin(x**3) + torch.exp(x)")
    shown.expect_step(0)


def test_an_example_opens_at_its_start(shown: ExpressionPage, axe: CheckAxe) -> None:
    shown.press("End")
    shown.page.get_by_role("button", name="Examples").press("Enter")
    expect(shown.examples.locator(".card")).to_have_count(len(EXAMPLES))
    expect(shown.examples.locator(":focus")).to_contain_text("z = sin(x²)")
    axe(shown.page)
    shown.press("ArrowRight", "ArrowDown", "ArrowLeft")  # they lead among the pictures, and the player keeps its step
    shown.press("Escape")
    shown.expect_step(9)
    shown.choose("f = (x + y)·z")
    expect(shown.text).to_have_value("q = x + y\nf = q*z")
    expect(shown.field("z")).to_have_value("-4")
    shown.expect_step(0)
    expect(shown.page.locator("#note", has_text="+ hands its gradient on to both sides")).to_be_visible()
    shown.slider("z").press("ArrowRight")
    expect(shown.page.locator("#note", has_text="+ hands its gradient on to both sides")).to_be_hidden()
    shown.choose("f = (x + y)·z")
    expect(shown.field("z")).to_have_value("-4")
    shown.choose("z = sin(x²)")
    expect(shown.field("x")).to_have_value("4")


# The address


def test_a_shared_address_shows_the_same_step_elsewhere(shown: ExpressionPage, new_page: NewPage) -> None:
    shown.text.fill("y = x**2\nz = sin(y)\nu = exp(z)")
    shown.field("x").fill("2")
    expect(shown.page).to_have_url(re.compile("u=exp"))
    shown.player.locator("input.steps").focus()
    shown.press(*["ArrowRight"] * 7)
    expect(shown.page).to_have_url(re.compile("step=7"))
    other = ExpressionPage(new_page()).open(shown.page.url)
    for place in (other, ExpressionPage(shown.page).open(shown.page.url)):
        expect(place.text).to_have_value("y = x**2\nz = sin(y)\nu = exp(z)")
        expect(place.field("x")).to_have_value("2")
        place.expect_step(7)
    title = "h3.title"
    expect(other.player.locator(title)).to_have_text(shown.player.locator(title).inner_text())


def test_a_tampered_address_opens_with_a_notice(page: Page) -> None:
    shown = ExpressionPage(page).open("/?z=sin(x**2)&x=<b>&dtype=int8&step=9e9")
    expect(page.get_by_test_id("stAlert")).to_have_count(3)
    expect(page.get_by_test_id("stAlert").first).to_contain_text("it got its default")
    expect(shown.field("x")).to_have_value("2")


# Everyone, everywhere


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_stands_in_the_way_of_assistive_technology(new_page: NewPage, axe: CheckAxe, scheme: str) -> None:
    shown = ExpressionPage(new_page(color_scheme=scheme)).open("/?q=x%2By&f=q*z&x=-2&y=5&z=-4&step=9")
    axe(shown.page)
    shown.text.fill("f = (x + y)*zz + sine(2)")
    expect(shown.page.locator("#refusal")).not_to_be_empty()
    shown.expect_picture(dimmed=True)
    for place in ("form", "answer"):  # the player is dimmed on purpose, beyond the contrast of text to be read
        axe(shown.page, f".st-key-workbench-{place}")
    shown.text.fill("y = x**2")
    shown.field("x").fill("[1, 2, 3]")
    expect(shown.page.get_by_label("Seed v")).to_be_visible()
    axe(shown.page)


@pytest.mark.parametrize("query", ["", "?n=x1*w1%2Bx2*w2%2Bb&o=tanh(n)&step=12", "?y=x**2&x=[1,2,3]"])
def test_a_phone_needs_no_sideways_scrolling(new_page: NewPage, query: str) -> None:
    page = new_page(viewport=PHONE, has_touch=True, is_mobile=True)
    shown = ExpressionPage(page).open(f"/{query}")
    page.wait_for_function("() => document.scrollingElement.scrollWidth <= innerWidth")
    tops = [still(page.locator(f".st-key-workbench-{place}"))["y"] for place in ("form", "player", "answer")]
    assert tops == sorted(tops)
    for control in (shown.field("x₁" if "x1" in query else "x"), shown.page.get_by_role("button", name="Show results")):
        assert still(control)["height"] >= 24


def test_picture_and_sentence_are_seen_without_scrolling(new_page: NewPage) -> None:
    page = new_page(viewport={"width": 1280, "height": 800})
    ExpressionPage(page).open("/?z=sin(x**2)&x=4&step=6")
    for seen in (page.get_by_role("heading", level=3).first, page.locator('svg[aria-label="Computation graph"]')):
        box = still(seen)
        assert box["y"] + box["height"] < 800


@pytest.mark.parametrize("density", ["learn", "pytorch"])
def test_where_nothing_can_be_run_the_form_says_as_much_as_elsewhere(density: str, new_page: NewPage) -> None:
    page = new_page()
    page.goto(f"/?z=x+if+x&x=2&density={density}")
    expect(page.get_by_text("There is no if here")).to_be_visible()
    expect(page.get_by_text("float64", exact=True)).to_be_visible(visible=density == "pytorch")


def test_a_key_after_a_press_on_the_white_draws_no_frame_around_the_page(page: Page) -> None:
    page.goto("/?z=sin(x**2)&x=4")
    settled(page)
    page.mouse.click(200, page.evaluate("innerHeight") - 20)
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("region", name="Player")).to_have_attribute("data-step", "1")
    assert page.evaluate("document.activeElement.tagName") == "BODY"


def test_a_loss_that_is_written_out_is_one_box_and_says_what_it_is(page: Page) -> None:
    page.goto("/?z=w*x%2Bb&y_hat=sigmoid(z)&loss=-(y*log(y_hat)%2B(1-y)*log(1-y_hat))&x=6.7&w=1&b=0&y=0&constants=x,y")
    player = page.get_by_role("region", name="Player")
    expect(player.get_by_role("button", name="Press →")).to_be_visible(timeout=30_000)
    settled(page)
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    expect(player.locator(".sentence")).to_have_text(
        "8 steps in one: the binary cross entropy of ŷ and y. In: ŷ and y. Open the box to see each."
    )
    steps = player.locator("input.steps")
    last = int(steps.get_attribute("max") or "0")
    presses = 4
    while steps.input_value() != str(last):
        page.keyboard.press("ArrowRight")
        presses += 1
        assert presses < 20
    assert presses <= 17


def test_a_sum_that_somebody_types_into_the_address_is_a_sum(page: Page) -> None:
    shown = ExpressionPage(page).open("/?z=sin(x)+y&x=0&y=3")
    expect(shown.text).to_have_value("z = sin(x)+y")
    shown.press("ArrowRight")
    expect(page).to_have_url(re.compile(r"/\?z=sin\(x\)%2By&x=0&y=3&step=1$"))


@pytest.mark.parametrize("address", ["/?z=sin(x**2)&x=4&step=9", "/?z=sin(x**2)&x=4&step=1"])
def test_the_point_can_be_set_on_a_page_that_an_address_has_opened(shown: ExpressionPage, address: str) -> None:
    shown.page.goto(address)
    point = shown.page.locator(".player").get_by_role("slider", name="x, its point on the curve")
    point.press("ArrowRight")
    expect(shown.field("x")).to_have_value("4.1")


def test_the_curve_of_a_text_that_was_left_is_dimmed_as_its_picture_is(shown: ExpressionPage) -> None:
    shown.text.fill("integral of x^2")
    expect(shown.page.get_by_text("Integrals are not part of this page")).to_be_visible()
    expect(shown.player.locator(".plot")).to_have_css("filter", "grayscale(1)")
    expect(shown.player.locator(".view").first).to_have_css("filter", "grayscale(1)")


def test_a_long_line_is_typeset_whole(shown: ExpressionPage) -> None:
    shown.text.fill("loss = -(y*log(y_hat) + (1 - y)*log(1 - y_hat))")
    line = shown.page.get_by_role("group", name="Read as").locator("p")
    expect(line).to_contain_text("loss")
    becomes(line, "(one) => one.scrollWidth <= one.clientWidth")
