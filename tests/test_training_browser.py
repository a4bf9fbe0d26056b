"""The Train view in a real browser: run, stop, scrub, put points down, step inside."""

from __future__ import annotations

import re

import pytest
import torch
from playwright.sync_api import Page, expect

from tests.browser import REST_SECONDS, settled, still
from tests.conftest import CheckAxe, NewPage

LONG = 1000.0 * REST_SECONDS
PHONE = {"width": 390, "height": 844}


def opened(page: Page, query: str = "") -> Page:
    page.goto(f"/perceptron?view=train&{query}")
    settled(page)
    expect(page.get_by_role("slider", name="Epoch")).to_be_attached(timeout=LONG)
    return page


def run(page: Page) -> None:
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_role("button", name="Run again")).to_be_visible(timeout=LONG)


def test_run_scrub_and_step_inside(page: Page, axe: CheckAxe) -> None:
    opened(page, "preset=two_layers&data=xor&epochs=60")
    expect(page.get_by_role("radiogroup", name="dtype")).to_be_hidden()  # in Learn nobody is asked for it
    run(page)
    expect(page.get_by_text("Epoch 60 of 60")).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("the path of the run: after 60 epochs"))).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="of 4 points")).to_be_visible(timeout=LONG)
    axe(page)
    slider = page.get_by_role("slider", name="Epoch")
    slider.focus()
    page.keyboard.press("Home")
    expect(page.get_by_text("Epoch 0 of 60")).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("^Loss after 0 epochs: this run "))).to_be_visible()
    expect(
        page.get_by_role("img", name=re.compile("^Gradient length by layer after 0 epochs: layer 1 0"))
    ).to_be_visible()
    expect(page.get_by_role("group", name=re.compile("^The network 2-2-1: .* after 0 epochs; "))).to_be_visible()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", re.compile("^epoch 2, loss "))
    expect(page).to_have_url(re.compile("epoch=2$"))
    page.get_by_role("button", name="Step through the next update, below").click()
    expect(page.get_by_role("heading", name="After 2 epochs, the next step: zero_grad")).to_be_visible(timeout=LONG)
    expect(page.get_by_role("heading", name="After 2 epochs")).to_be_focused()
    expect(page.get_by_role("heading", name="After 2 epochs")).to_be_in_viewport()
    expect(page.get_by_text("The gradients are cleared").first).to_be_visible(timeout=LONG)
    expect(page).to_have_url(re.compile("epoch=2&inside=0"))
    axe(page)
    page.get_by_role("button", name="Close").click()  # and one stands at the run again
    expect(page.get_by_role("heading", name="After 2 epochs")).to_have_count(0, timeout=LONG)
    expect(page.get_by_role("button", name="Step through the next update, below")).to_be_focused()
    expect(slider).to_be_in_viewport()


def test_it_opens_with_points_that_one_neuron_can_part_and_asks_before_it_runs(page: Page) -> None:
    opened(page, "view=train&epochs=40")
    expect(page.get_by_text("Is there one that parts these points? Press Run.")).to_be_visible()
    run(page)
    expect(page.get_by_role("status").filter(has_text="All 4 points are told apart")).to_be_visible(timeout=LONG)
    slider = page.get_by_role("slider", name="Epoch")
    slider.focus()
    page.keyboard.press("ArrowLeft")
    said = page.locator(".course")
    expect(said).to_contain_text(re.compile(r"^From epoch 29 to 39 the loss (fell|hardly moved,) from 0\.\d+ to "))
    found = re.search(r"(fell|moved,) from (\S+) to (\S+); (\d+) of 4 points are right", said.inner_text())
    assert found
    expect(page.get_by_text(f"loss {found[3]}", exact=True)).to_be_visible()
    expect(page.get_by_text(f"{found[4]} of 4 right", exact=True)).to_be_visible()
    assert (float(found[2]) - float(found[3]) > 0.02 * float(found[2])) == (found[1] == "fell")


def weights(page: Page) -> list[float]:
    """How thick the lines are drawn."""
    found: list[str] = page.locator(".weightline .edge").evaluate_all(
        "all => all.map((e) => e.getAttribute('stroke-width'))"
    )
    return [float(width) for width in found]


def test_it_draws_while_it_runs_and_one_button_holds_it(page: Page) -> None:
    opened(page, "preset=two_layers&data=moons&batch=10&epochs=5000&optimizer=adam")
    before = weights(page)
    epoch = page.locator("output.epoch")
    page.get_by_role("button", name="Run", exact=True).click()
    line = page.locator(".weightline .edge").first
    expect(line).not_to_have_attribute("stroke-width", f"{before[0]:.2f}", timeout=LONG)
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Continue")).to_be_visible()
    expect(epoch).not_to_have_text("Epoch 0 of 5,000")
    reached = page.locator(".bar input").evaluate("(slider) => parseFloat(slider.style.getPropertyValue('--reached'))")
    assert 0 < reached < 100  # the run waits for who watches it
    assert weights(page) != before
    page.get_by_role("slider", name="Epoch").focus()
    page.keyboard.press("Home")
    expect(epoch).to_have_text("Epoch 0 of 5,000")
    for number, width in enumerate(before):
        expect(page.locator(".weightline .edge").nth(number)).to_have_attribute("stroke-width", f"{width:.2f}")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(epoch).not_to_have_text("Epoch 0 of 5,000", timeout=LONG)


def test_between_two_pictures_the_network_is_that_of_its_own_epoch(page: Page) -> None:
    opened(page, "view=train&data=or&epochs=300&momentum=0.9")  # more epochs than pictures are sent of
    run(page)
    told = [row.tolist() for row in _parameters(300)]
    slider = page.get_by_role("slider", name="Epoch")
    for epoch in (5, 7, 8, 21, 227, 299, 300):
        slider.evaluate("(s, at) => { s.value = at; s.dispatchEvent(new Event('input', {bubbles: true})); }", epoch)
        expect(page.get_by_text(f"Epoch {epoch} of 300")).to_be_visible()
        shown = [f"{value:.2f}".replace("-", "−") for value in told[epoch]]
        expect(page.locator("text.weight")).to_have_text(shown[:2])
        expect(page.locator("text.bias").last).to_have_text(f"b {shown[2]}")
        expect(page.get_by_role("group", name=re.compile(f" after {epoch} epochs; "))).to_be_attached()
        expect(
            page.get_by_role("img", name=re.compile(f"the path of the run: after {epoch} epochs at"))
        ).to_be_attached()
        expect(page.locator(".stage.behind")).to_have_count(0)


def test_while_it_plays_all_panels_stand_at_an_epoch_that_has_a_picture(page: Page) -> None:
    opened(page, "view=train&data=or&epochs=900")  # one in five
    page.get_by_role("button", name="Run", exact=True).click()
    stood = page.locator(".training").evaluate(
        r"""async (view) => {
            const [found, start] = [new Set(), performance.now()];
            const passed = () => performance.now() - start;
            while (passed() < 2000 || (found.size <= 2 && passed() < 30_000)) {
              await new Promise(requestAnimationFrame);
              const [epoch] = view.querySelector("output.epoch").textContent.match(/\d+/);
              const words = view.querySelector(".network svg").getAttribute("aria-label");
              const [, drawn] = words.match(/after (\d+) epoch/);
              found.add(`${epoch} ${drawn}`);
            }
            return [...found];
        }"""
    )
    assert len(stood) > 2
    assert all(epoch == drawn for epoch, drawn in (pair.split() for pair in stood))


def _parameters(epochs: int) -> list[torch.Tensor]:
    """PyTorch's own weights and bias after 0, 1, … epochs of OR."""
    x, y = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), torch.tensor([[0.0], [1.0], [1.0], [1.0]])
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(2, 1), torch.nn.Sigmoid())
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5, momentum=0.9)
    rows = []
    for _ in range(epochs + 1):
        rows.append(torch.cat([parameter.detach().reshape(-1) for parameter in model.parameters()]))
        optimizer.zero_grad()
        torch.nn.functional.binary_cross_entropy(model(x), y).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    return rows


def test_a_cure_is_one_press_away_and_two_runs_lie_over_each_other(page: Page, axe: CheckAxe) -> None:
    opened(page, "view=train&data=xor&epochs=60")
    run(page)
    page.get_by_role("button", name="Add a hidden layer of four tanh units").click(timeout=LONG)
    expect(page.get_by_role("group", name=re.compile("^The network 2-4-1: "))).to_be_visible(timeout=LONG)
    expect(page.get_by_role("button", name="Run again")).to_be_visible(timeout=LONG)
    expect(page.get_by_role("status").filter(has_text="points")).to_be_visible(timeout=LONG)
    expect(page.locator("path.loss.kept").first).to_be_attached()
    expect(page.get_by_text("2-1, SGD 0.5, momentum 0.9")).to_be_visible()
    axe(page)


def test_the_weights_of_a_unit_are_told_by_key_and_by_touch(page: Page, new_page: NewPage, axe: CheckAxe) -> None:
    opened(page, "preset=two_layers&data=xor&epochs=5")
    run(page)
    page.get_by_role("img", name="Layer 1, unit 1").focus()
    page.keyboard.press("ArrowDown")
    told = page.locator(".network .pointed")
    expect(page.get_by_role("img", name=re.compile(r"^Layer 1, unit 2: w₂₁⁽¹⁾ = "))).to_be_focused()
    expect(told).to_have_text(re.compile(r"^w₂₁⁽¹⁾ = .*, +b₂⁽¹⁾ = "))
    expect(page.locator(".weightline.lit")).to_have_count(2)
    axe(page)
    before = told.inner_text()
    page.get_by_role("slider", name="Epoch").focus()
    page.keyboard.press("Home")
    expect(page.locator(".weightline.lit")).to_have_count(0)
    page.get_by_role("img", name="Layer 1, unit 2").focus()  # the one that Tab reaches again
    expect(told).not_to_have_text(before)
    phone = opened(new_page(viewport=PHONE, has_touch=True, is_mobile=True), "preset=two_layers&data=xor&epochs=5")
    phone.get_by_role("img", name="Layer 2, unit 1").tap()
    expect(phone.locator(".network .pointed")).to_have_text(re.compile(r"^w₁⁽²⁾ = .*, +w₂⁽²⁾ = .*, +b₁⁽²⁾ = "))
    expect(phone.locator(".network .pointed")).to_be_in_viewport()


def test_points_are_put_down_by_clicks(page: Page, axe: CheckAxe) -> None:
    opened(page, "data=own")
    expect(page.get_by_role("group", name="An empty plane")).to_be_visible()
    box = still(page.locator(".field .around"))
    middle, height = box["x"] + box["width"] / 2 + 13, box["y"] + box["height"] / 2 + 13
    page.mouse.click(middle, height)
    area = page.get_by_role("textbox", name="Points")
    expect(area).to_have_value(re.compile(r"^-?0\.\d+, -?0\.\d+, 0$"), timeout=LONG)
    page.get_by_role("radio", name="class 1").check()
    page.mouse.click(middle + 60, height)
    expect(area).to_have_value(re.compile(r", 0\n.*, 1$"), timeout=LONG)
    axe(page)
    expect(page.get_by_role("group", name=re.compile("2 points of two classes"))).to_be_visible()
    page.mouse.click(middle + 60, height)
    expect(area).to_have_value(re.compile(r", 0$"), timeout=LONG)


@pytest.mark.parametrize("options", [{"color_scheme": "dark"}, {"viewport": PHONE}], ids=["dark", "phone"])
def test_it_holds_in_the_dark_and_on_a_phone(new_page: NewPage, axe: CheckAxe, options: dict[str, object]) -> None:
    page = opened(new_page(**options), "data=line&lr=0.05&epochs=40&epoch=40")
    expect(page.get_by_role("slider", name="Epoch")).to_be_enabled(timeout=LONG)
    expect(page.get_by_role("group", name=re.compile("the fitted line after 40 epochs"))).to_be_visible()
    page.wait_for_function("() => document.documentElement.scrollWidth <= innerWidth")
    axe(page)
