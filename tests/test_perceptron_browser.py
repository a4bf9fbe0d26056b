"""The page Perceptron in a real browser: stepping, dragging, typing, by hand, sharing, and everyone's access to it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, ViewportSize, WebSocketRoute, expect

from tests.browser import becomes, settled, still
from tests.conftest import CheckAxe, NewPage

PHONE: ViewportSize = {"width": 390, "height": 844}
EIGHT = "[" + ", ".join(["0.5"] * 8) + "]"
DENSE = "&".join(
    ["x=[1, 2]", f"w1=[{', '.join(['[1, -1]'] * 8)}]", f"b1={EIGHT}", "style=linear", "y=1"]
    + [f"w{layer}=[{', '.join([EIGHT] * 8)}]&b{layer}={EIGHT}" for layer in (2, 3)]
    + [f"w4={EIGHT}&b4=0.1&activation4=sigmoid"]
)
"""Four layers, three of them of eight units."""


class PerceptronPage:
    """The page, by what a person finds on it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.drawing = page.get_by_role("figure", name="The neuron, drawn")
        self.player = page.get_by_role("region", name="Player")

    def open(self, query: str = "") -> PerceptronPage:
        self.page.goto(f"/perceptron{query}")
        expect(self.drawing.locator("svg")).to_be_visible(timeout=90_000)
        settled(self.page)
        return self

    def field(self, name: str) -> Locator:
        return self.page.get_by_label(name, exact=True)

    def drawn(self, name: str) -> Locator:
        return self.drawing.get_by_role("slider", name=name)

    def slider(self, name: str) -> Locator:
        return self.page.get_by_role("slider", name=f"{name}, slider")

    def press(self, key: str, times: int = 1) -> None:
        for _ in range(times):
            self.page.keyboard.press(key)

    def expect_step(self, step: int) -> None:
        expect(self.player.locator("input.steps")).to_have_value(str(step))

    def view(self, title: str) -> None:
        self.page.get_by_role("radiogroup", name="View").get_by_text(title, exact=True).click()

    def expect_drawn(self, *texts: str) -> None:
        for text in texts:
            expect(self.drawing).to_contain_text(text)


@pytest.fixture
def shown(page: Page) -> PerceptronPage:
    return PerceptronPage(page).open()


# Stepping


def test_the_drawing_lights_up_in_step_with_the_graph_and_leads_to_its_steps(shown: PerceptronPage) -> None:
    shown.expect_drawn("z = ?", "ŷ = ?", "L = ?")
    expect(shown.drawing.locator(".now")).to_have_count(0)
    shown.press("ArrowRight", 2)
    shown.expect_drawn("z = 6.7", "ŷ = ?")
    expect(shown.drawing.get_by_role("button").filter(has_text="z =")).to_have_class(re.compile(r"\bnow\b"))
    shown.press("ArrowRight")
    shown.expect_drawn("ŷ = 0.9988", "L = ?")
    shown.press("End")
    shown.expect_drawn("L = 6.7012", "∇ 6.6918", "∇ 0.9988", "∇ 813.4")
    expect(shown.drawing).to_have_attribute("data-phase", "backward")
    shown.press("Home")
    shown.expect_drawn("z = ?")
    shown.drawing.get_by_role("button").filter(has_text="ŷ =").click()
    shown.expect_step(3)
    shown.press("Enter")
    shown.expect_step(3)


def test_it_begins_with_a_question_and_one_lit_button(shown: PerceptronPage, axe: CheckAxe) -> None:
    expect(shown.player.get_by_role("heading", name="How does loss change when w and b change?")).to_be_visible()
    axe(shown.page)
    shown.player.get_by_role("button", name="Press →").click()
    shown.expect_step(1)
    expect(shown.player.locator(".sentence")).to_have_text("v₁ = w · x = 6.7.")


def test_xor_ends_with_what_its_gradients_mean_and_one_press_does_it(page: Page) -> None:
    """PyTorch's loss with w₂[0] = 8.01 is by 0.0001099 less, and the gradient there is −0.01111."""
    shown = PerceptronPage(page).open("?preset=xor")
    shown.press("End")
    expect(shown.player.locator(".sentence")).to_have_text(
        "Of all 9 numbers, loss changes fastest with w₂[0] = 8: move it by 0.01, and loss moves by about −0.0001111."
    )
    shown.player.get_by_role("button", name="Move w₂[0]").click()
    expect(shown.player.locator(".moved")).to_have_text(
        "w₂[0] = 8.01 gives loss = 0.03227: it moved by −0.0001099, and 0.01 times the gradient of w₂[0] is about "
        "−0.0001111."
    )


def test_a_press_of_a_key_asks_nothing_of_the_server(page: Page) -> None:
    sent: list[str | bytes] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    shown = PerceptronPage(page).open()
    before = len(sent)
    shown.press("ArrowRight", 12)
    shown.expect_drawn("L = 6.7012")
    assert len(sent) == before


def test_the_lessons_neuron_is_a_dozen_steps_until_its_loss_is_opened(shown: PerceptronPage) -> None:
    """The loss by hand is a function of nine operations: forward, local gradients and backward are one step each."""
    steps = shown.player.locator("input.steps")
    seen: list[str] = []
    while not seen or seen[-1] != "40":
        shown.press("ArrowRight")
        expect(steps).not_to_have_value(seen[-1] if seen else "0")
        seen.append(steps.input_value())
    assert seen == ["1", "2", "3", "12", "13", "14", "15", "16", "25", "34", "35", "36", "37", "38", "39", "40"]
    shown.player.locator('[data-box="g1"]').press("Enter")
    expect(shown.player.locator('[data-box="o3"]')).to_contain_text("clamp")


def test_the_drawn_neuron_stands_on_the_stage_and_comes_back(shown: PerceptronPage) -> None:
    stage = shown.player.locator(".guest")
    shown.press("f")
    expect(stage.locator("svg")).to_be_visible()
    shown.press("PageDown", 4)
    expect(stage).to_contain_text("L = 6.7012")
    stage.get_by_role("slider", name="weight w of x").focus()
    shown.press("ArrowRight", 10)
    expect(stage).to_contain_text("w = 2")
    expect(stage).to_contain_text("z = 13.4")
    shown.press("f")
    expect(stage.locator("svg")).to_have_count(0)
    expect(shown.drawing.locator("svg")).to_be_visible()
    expect(shown.field("w")).to_have_value("2")


# Changing numbers


def test_numbers_of_the_drawing_are_dragged_and_moved_by_keys_and_the_step_stays(shown: PerceptronPage) -> None:
    shown.press("ArrowRight", 4)
    shown.expect_drawn("L = 6.7012")
    box = still(shown.drawn("weight w of x"))
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    shown.page.mouse.move(*middle)
    shown.page.mouse.down()
    shown.page.mouse.move(middle[0] + 30, middle[1], steps=10)
    shown.page.mouse.up()
    expect(shown.field("w")).to_have_value("2")
    shown.expect_drawn("w = 2", "z = 13.4")
    shown.drawn("bias b").focus()
    shown.press("ArrowRight", 10)
    expect(shown.field("b")).to_have_value("1")
    expect(shown.drawn("bias b")).to_have_attribute("aria-valuenow", "1")
    shown.expect_drawn("z = 14.4")
    shown.expect_step(12)


def test_the_point_on_the_loss_as_a_function_of_a_weight_moves_the_weight(shown: PerceptronPage) -> None:
    shown.press("End")
    picture = shown.page.locator(".say > .slope")
    expect(
        picture.get_by_role("img", name="loss when w changes; at w = 1 it is 6.7012, slope ∇ 6.6918")
    ).to_be_visible()
    shown.page.get_by_role("button", name="Move w").click()
    expect(shown.page.get_by_text("w = 1.01 gives loss = 6.7682: it moved by 0.06701")).to_be_visible()
    shown.press("ArrowLeft")  # away from what is seen very close
    shown.press("End")
    picture.get_by_role("slider", name="w, its point on the curve").focus()
    shown.press("ArrowRight")
    expect(shown.field("w")).to_have_value("1.1")
    expect(picture.get_by_role("slider", name="w, its point on the curve")).to_have_attribute("aria-valuenow", "1.1")
    shown.expect_drawn("w = 1.1")


def test_a_line_takes_hold_of_its_weight(page: Page) -> None:
    shown = PerceptronPage(page).open("?preset=classes")
    chip = shown.drawn("weight w₁₂ of x₂")
    before = chip.evaluate("chip => getComputedStyle(chip).opacity")
    ends = (
        shown.drawing.locator(".edge .hit")
        .nth(1)
        .evaluate(
            "line => [0.7, 0.8].map(at => line.getPointAtLength(at * line.getTotalLength())).map(({x, y}) => [x, y])"
        )
    )
    box = still(shown.drawing.locator("svg"))
    x, y = box["x"] + ends[1][0], box["y"] + ends[1][1]
    page.mouse.move(x, y)
    expect(chip).not_to_have_css("opacity", before)
    page.mouse.down()
    page.mouse.move(x + 15, y, steps=4)
    page.mouse.up()
    expect(chip).to_have_attribute("aria-valuenow", "0.7")
    expect(page).to_have_url(re.compile(r"w=\[\[0\.1,\+0\.7\]"))


def test_what_is_typed_stays_whether_it_is_refused_or_typed_quickly(shown: PerceptronPage) -> None:
    shown.field("w").fill("two")
    expect(shown.page.locator('[id="cell-w.0.0.0-refusal"]')).to_contain_text("w may contain numbers")
    expect(shown.field("w")).to_have_attribute("aria-invalid", "true")
    expect(shown.drawing).to_have_class(re.compile(r"\bstale\b"))
    expect(shown.field("w")).to_have_value("two")
    shown.field("w").fill("1/2")
    expect(shown.drawing).not_to_have_class(re.compile(r"\bstale\b"))
    shown.expect_drawn("w = 0.5")
    expect(shown.page).to_have_url(re.compile(r"w=1/2&"))
    shown.field("x").fill("")
    shown.field("x").press_sequentially("3.14159", delay=15)
    shown.expect_drawn("3.1416")
    expect(shown.field("x")).to_have_value("3.14159")


def test_a_sign_is_told_without_colour_and_the_trap_is_explained(shown: PerceptronPage) -> None:
    line = shown.drawing.locator(".edge:not(.link) .line").first
    assert line.get_attribute("stroke-dasharray") is None
    thin = float(line.get_attribute("stroke-width") or 0)
    shown.field("w").fill("-4")
    shown.expect_drawn("w = −4")
    expect(line).to_have_attribute("stroke-dasharray", re.compile(r"\d"))
    assert float(line.get_attribute("stroke-width") or 0) > thin
    shown.field("w").fill("1")
    shown.field("x").fill("16")
    expect(shown.drawing.locator(".warning")).to_be_visible()
    shown.slider("x").focus()
    shown.press("ArrowRight", 2)
    expect(shown.drawing.locator(".warning")).to_contain_text("z = 17")
    shown.player.locator("input.steps").focus()
    shown.press("End")
    shown.expect_drawn("L = inf", "log(1 − ŷ) = log(0)")


def test_who_steps_by_keys_finds_the_lit_box_in_a_low_window(new_page: NewPage) -> None:
    page = new_page(viewport={"width": 1024, "height": 768}, reduced_motion="reduce")
    page.goto("/perceptron?step=13")
    settled(page)
    player = page.get_by_role("region", name="Player")
    for _ in range(6):
        before = player.get_attribute("data-step") or ""
        page.keyboard.press("ArrowRight")
        expect(player).not_to_have_attribute("data-step", before)
        expect(player.locator(".view .box.now").first).to_be_in_viewport(ratio=0.9)
        expect(player.get_by_role("button", name="Next step")).to_be_in_viewport(ratio=1)


# Building a network


def test_what_takes_long_says_that_it_is_worked_at(new_page: NewPage) -> None:
    page = new_page()
    held: list[tuple[WebSocketRoute, str | bytes]] = []
    holds = False

    def between(browser: WebSocketRoute) -> None:
        server = browser.connect_to_server()
        browser.on_message(lambda message: held.append((server, message)) if holds else server.send(message))

    page.route_web_socket("**/_stcore/stream", between)
    page.goto("/perceptron")
    settled(page)
    working = page.get_by_text("Working …", exact=True)
    expect(working).to_be_hidden()
    holds = True
    page.get_by_role("button", name="Add a layer").click()
    expect(working).to_be_visible()
    holds = False
    for server, message in held:
        server.send(message)
    expect(page.get_by_role("button", name="More units in layer 1")).to_be_visible()
    expect(working).to_be_hidden()


def test_a_network_grows_by_buttons_that_keep_the_focus(shown: PerceptronPage) -> None:
    shown.page.get_by_role("button", name="Add a layer").click()
    shown.expect_drawn("Layer 1: tanh")
    more = shown.page.get_by_role("button", name="More units in layer 1")
    more.click()
    more.click()
    shown.expect_drawn("Layer 1: tanh", "Layer 2: sigmoid")
    expect(shown.drawing.locator(".unit")).to_have_count(5)
    expect(more).to_be_focused()
    shown.page.get_by_role("button", name="More rows").click()
    expect(shown.drawing.get_by_text("Row 1 of 2")).to_be_visible()
    shown.drawing.get_by_role("button", name="Next row").click()
    expect(shown.drawing.get_by_text("Row 2 of 2")).to_be_visible()
    shown.page.get_by_role("button", name="Remove layer 1").click()
    expect(shown.drawing.locator(".unit")).to_have_count(0)


def test_a_preset_is_one_press_away(shown: PerceptronPage) -> None:
    shown.press("End")
    shown.page.get_by_role("button", name="Linear regression").click()
    shown.expect_step(0)
    shown.press("End")
    shown.expect_drawn("L = 1", "∇ −2")
    expect(shown.page).to_have_url(re.compile(r"preset=regression&step="))
    shown.page.get_by_role("button", name="More …").click()
    shown.page.get_by_role("button", name="XOR, solved by hand").click()
    shown.expect_drawn("Row 1 of 4")


# By hand


def test_the_step_outlives_a_look_at_the_table_and_the_first_wrong_factor_is_found(shown: PerceptronPage) -> None:
    shown.press("ArrowRight", 3)
    expect(shown.page).to_have_url(re.compile("step=3"))
    shown.view("By hand")
    shown.expect_drawn("L = 6.7012", "∇ ?")
    expect(shown.page.get_by_text("∇ 6.6918")).to_have_count(0)
    shown.page.get_by_role("button", name="Show the gradients").click()
    shown.expect_drawn("∇ 6.6918")
    shown.page.get_by_role("button", name="Cover the gradients").click()
    shown.expect_drawn("∇ ?")
    shown.view("Step through")
    shown.expect_step(3)
    expect(shown.page).to_have_url(re.compile(r"/perceptron\?step=3$"))
    shown.view("By hand")
    chain = shown.page.get_by_role("row", name="dL/dw")
    expect(shown.page.get_by_label("dL/dŷ", exact=True)).to_be_visible()
    expect(chain).to_be_hidden()  # first one's own derivation, then the answers
    shown.page.get_by_text("By hand against autograd").click()
    expect(chain).to_contain_text("not tried yet")
    expect(chain).not_to_contain_text("6.69")
    tried = shown.page.get_by_role("row", name="dL/dŷ")
    expect(tried.get_by_role("cell")).to_have_text(["?"] * 3)
    shown.page.get_by_label("dL/dŷ", exact=True).fill("(y_pred - y)/(1 - y_pred)")
    expect(shown.page.get_by_text("The factor ŷ is missing below the line.")).to_be_visible()
    expect(tried).to_contain_text("813.")
    expect(chain).not_to_contain_text("6.69")
    shown.page.get_by_text("Three ways to compute this loss").click()
    expect(shown.page.get_by_text("as soon as you have tried one above")).to_be_visible()
    shown.page.get_by_role("button", name="Show all answers").click()
    expect(chain).to_contain_text("6.691762447357178")
    expect(shown.page.get_by_role("button", name="Show all answers")).to_be_hidden()
    expect(shown.page.get_by_text("as soon as you have tried one above")).to_have_count(0)
    shown.page.get_by_label("dz/dw", exact=True).fill("x")
    expect(shown.page.get_by_text("The first slip is in dL/dŷ; 1 of 2 are right.")).to_be_visible()
    expect(shown.page).to_have_url(re.compile("view=hand"))
    shown.page.reload()
    expect(shown.page.get_by_label("dL/dŷ", exact=True)).to_have_value("(y_pred - y)/(1 - y_pred)", timeout=90_000)
    expect(shown.page.get_by_text("The factor ŷ is missing below the line.")).to_be_visible()


# Train


def test_xor_gets_its_hidden_layer(page: Page) -> None:
    page.goto("/perceptron?view=train&data=xor")
    page.get_by_role("button", name="Run", exact=True).click(timeout=90_000)
    page.get_by_role("button", name="Add a hidden layer of four tanh units").click(timeout=90_000)
    expect(page.get_by_text("Layer 2, output")).to_be_visible()
    expect(page.get_by_role("group", name=re.compile("^The network 2-4-1: "))).to_be_visible()
    page.get_by_role("radiogroup", name="View").get_by_text("Step through", exact=True).click()
    expect(page.locator(".unit")).to_have_count(5)


# Sharing


def test_a_shared_address_shows_the_same_step_elsewhere_and_the_program_opens_in_code(
    shown: PerceptronPage, new_page: NewPage
) -> None:
    shown.field("w").fill("-0.5")
    shown.expect_drawn("w = −0.5")
    expect(shown.page.get_by_role("radiogroup", name="dtype")).to_be_hidden()  # in Learn nobody is asked for it
    expect(shown.page.get_by_role("radiogroup", name="Written as")).to_be_hidden()
    shown.player.get_by_role("button", name="PyTorch", exact=True).click()
    shown.page.get_by_role("radio", name="float64").check(force=True)
    shown.press("Tab")
    shown.player.locator("input.steps").focus()
    shown.press("ArrowRight", 2)
    expect(shown.page).to_have_url(re.compile(r"w=-0.5.*dtype=float64&density=pytorch&step=2$"))
    there = shown.page.url.partition("/perceptron")[2]
    other = PerceptronPage(new_page()).open(there)
    expect(other.field("w")).to_have_value("-0.5")
    other.expect_step(2)
    other.expect_drawn("z = −3.35")
    shown.page.get_by_role("link", name="Open the program in Code").click()
    code = shown.page.locator("#cells")
    expect(code).to_contain_text("loss = binary_cross_entropy_loss(y_pred, y)", timeout=90_000)


# Everyone, everywhere

OVERLAPS = """(drawing) => {
  const shown = (element) => {
    const { opacity, visibility } = getComputedStyle(element);
    return opacity !== "0" && visibility !== "hidden";
  };
  const wanted = ".chip .frame, .pill .frame, .unit > .part:first-child > .frame, .chip .grad, .chip .number";
  const parts = [...drawing.querySelectorAll(wanted)].filter((part) => part.textContent || part.tagName === "rect");
  const boxes = parts.filter((part) => shown(part) && shown(part.closest(".part")));
  const told = boxes.map((part) => [part, part.closest(".part"), part.getBBox()]);
  const found = [];
  told.forEach(([part, owner, a], i) => told.slice(i + 1).forEach(([other, another, b]) => {
    if (owner === another) return;
    const across = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
    const up = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
    if (across > 1 && up > 1) found.push(`${owner.textContent} on ${another.textContent}`);
  }));
  return [boxes.length, found];
}"""


@pytest.mark.parametrize("width", [1024, 1920])
def test_no_number_of_the_drawing_lies_on_another(new_page: NewPage, width: int) -> None:
    page = new_page(viewport={"width": width, "height": 1000})
    for query in (
        "?preset=xor",
        "?preset=xor&step=60",
        "?preset=two_layers&step=60",
        f"?{DENSE}",
    ):
        shown = PerceptronPage(page).open(query)
        still(shown.drawing.locator("svg"))
        count, found = shown.drawing.locator("svg").evaluate(OVERLAPS)
        assert count > 5
        assert found == []


@pytest.mark.parametrize(
    ("scheme", "query"),
    [
        ("light", "?preset=xor&style=scalar&step=40"),
        ("dark", "?step=20"),
        ("light", "?view=hand&preset=step"),
        ("dark", "?view=hand&preset=trap&dz_dw=w"),
    ],
)
def test_nothing_stands_in_the_way_of_assistive_technology(
    new_page: NewPage, axe: CheckAxe, scheme: str, query: str
) -> None:
    axe(PerceptronPage(new_page(color_scheme=scheme)).open(query).page)


@pytest.mark.parametrize("query", ["?preset=trap&step=12", "?preset=classes&view=hand"])
def test_a_phone_needs_no_sideways_scrolling(new_page: NewPage, query: str) -> None:
    page = new_page(viewport=PHONE, has_touch=True, is_mobile=True)
    shown = PerceptronPage(page).open(query)
    page.get_by_role("button", name="Settings", exact=True).click()
    page.wait_for_function("() => document.scrollingElement.scrollWidth <= innerWidth")
    form = still(page.get_by_role("combobox", name="Loss"))
    assert still(shown.drawing)["y"] < form["y"]


def test_drawing_controls_and_sentence_are_seen_without_scrolling(new_page: NewPage) -> None:
    page = new_page(viewport={"width": 1280, "height": 800})
    shown = PerceptronPage(page).open("?step=6")
    assert shown.field("w").evaluate("field => getComputedStyle(field).borderTopWidth") == "1px"
    for seen in (shown.drawing.locator("svg"), shown.player.locator("h3.title"), shown.player.locator(".formula")):
        box = still(seen.first)
        assert box["y"] + box["height"] < 800


def test_an_address_that_does_not_fit_says_what_to_do(page: Page) -> None:
    page.goto("/perceptron?x=1e9")
    settled(page)
    expect(page.get_by_text("numbers between −1,000,000 and 1,000,000 work")).to_be_visible()
    what_to_do = "Nothing has run yet. Choose settings that fit, and the steps appear here."
    expect(page.locator(".empty")).to_have_text(what_to_do)


def test_four_layers_of_eight_fold_by_layers_and_open_at_their_inputs(page: Page) -> None:
    eight = [[0.1 * (row - column) for column in range(8)] for row in range(8)]
    layers = "".join(f"&w{n}={eight if n > 1 else [row[:2] for row in eight]}&b{n}={[0.1] * 8}" for n in (1, 2, 3))
    acts = "".join(f"&activation{n}=tanh" for n in (1, 2, 3))
    last = f"&w4={eight[:5]}&b4={[0.1] * 5}&activation4=sigmoid"
    page.goto(f"/perceptron?density=learn&loss=mse&x=[1, 2]&y=[1, 0, 0, 0, 0]{layers}{acts}{last}")
    settled(page)
    view = page.get_by_role("region", name="Player").locator(".view").first
    expect(view.get_by_text("z₁⁽¹⁾ … h₈⁽¹⁾")).to_be_attached()  # the folded boxes follow the layers
    becomes(  # it does not open on an empty corner
        view,
        """(view) => [...view.querySelectorAll("[data-box]")].filter((box) => {
          const [one, room] = [box.getBoundingClientRect(), view.getBoundingClientRect()];
          return one.left >= room.left && one.right <= room.right && one.top >= room.top && one.bottom <= room.bottom;
        }).length >= 3""",
    )
    for count in (6, 7, 8):
        page.get_by_role("button", name="More units in layer 4").click()
        expect(page.locator(".unit")).to_have_count(24 + count, timeout=90_000)
    expect(view.get_by_text("z₁⁽⁴⁾ … z₈⁽⁴⁾")).to_be_attached(timeout=90_000)
