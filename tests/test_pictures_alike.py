"""One picture, drawn twice: a file has every line, text and colour of what the player shows at that step."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from gradwalk import Recording, record
from gradwalk.export.html import recording_html
from gradwalk.export.looks import sheets
from gradwalk.export.pictures import NAMES, picture_at
from gradwalk.export.svg import size_of, svg
from gradwalk.player import FOLDER
from gradwalk.story.timeline import timeline
from tests.browser import at_rest
from tests.conftest import CheckAxe

PROGRAM = """\
import torch
x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
y = torch.sin(x ** 2)
y.mul_(2)
z = (y * x.detach()).mean()
z.backward()
z.backward()
"""
"""With a broadcast, a cut edge, a box outside of the graph, a version, saved tensors, a failure."""

DESCRIBED = """
(root) => {
  const shown = [...root.querySelectorAll("rect, path, line, text")].filter((thing) => {
    const style = getComputedStyle(thing);
    const there = style.visibility === "visible" && thing.checkVisibility();
    return there && (thing.tagName !== "text" || thing.textContent) && !thing.matches(".ground, .legend");
  });
  return shown.map((thing) => {
    const style = getComputedStyle(thing);
    const number = (name) => Number(thing.getAttribute(name) || 0);
    const around = thing.closest("[transform]");
    const place = around ? getComputedStyle(around).transform : "";
    const geometry = ["x", "width", "height", "rx", "x1", "x2", "y1", "y2", "textLength"].map(number);
    const stroke = style.stroke === "none" ? ["none"] : [style.stroke, style.strokeWidth, style.strokeDasharray];
    const text = thing.tagName === "text" ? [thing.textContent, style.fontSize, style.fontWeight] : [];
    return {
      is: [thing.tagName, thing.getAttribute("class") || "", place, thing.getAttribute("d") || "", ...text],
      at: [...geometry, number("y") + number("dy")],
      looks: [style.fill, style.opacity, ...stroke],
    };
  });
}
"""


@pytest.fixture(scope="module")
def recording() -> Recording:
    return record(PROGRAM, pictures=True)


@pytest.fixture(scope="module")
def pages(
    browser: Browser, recording: Recording, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Page, Page]]:
    path = tmp_path_factory.mktemp("alike") / "walk.html"
    path.write_text(recording_html(recording), encoding="utf-8")
    context = browser.new_context(offline=True, viewport={"width": 960, "height": 900})
    player, file = context.new_page(), context.new_page()
    player.goto(path.as_uri())
    yield player, file
    context.close()


def numbers_of(text: str) -> str:
    """Colours as a browser writes them, in one form: `rgb(1, 2, 3)`, or `color(srgb 0.1 0.2 0.3)` for a mixed one."""
    mixed = re.fullmatch(r"color\(srgb ([\d.]+) ([\d.]+) ([\d.]+)\)", text)
    return f"rgb({', '.join(str(round(float(part) * 255)) for part in mixed.groups())})" if mixed else text


def things(page: Page, selector: str) -> list[tuple[Any, ...]]:
    found = page.locator(selector).evaluate(DESCRIBED)
    for one in found:
        one["is"][2] = tuple(round(float(part), 2) for part in re.findall(r"-?[\d.]+", one["is"][2]))
    return sorted((*one["is"], *(round(at, 1) for at in one["at"]), *map(numbers_of, one["looks"])) for one in found)


def plain(found: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Without the names by which a style finds things: what counts is how they look."""
    return sorted((one[0], *one[2:]) for one in found)


@pytest.mark.browser
@pytest.mark.parametrize(("kind", "theme"), [("computation", "dark"), ("grad_fn-saved", "light")])
def test_a_file_has_what_the_player_shows(
    kind: str, theme: Any, pages: tuple[Page, Page], recording: Recording
) -> None:
    player, file = pages
    steps = timeline(recording)["steps"]
    phases = {(step["phase"], step["kind"]): number for number, step in enumerate(steps)}
    for page in pages:
        page.emulate_media(color_scheme=theme)
    player.goto(f"{player.url.partition('?')[0]}?density=pytorch&picture={kind}")
    for step in sorted({0, *phases.values()}):
        player.locator("input.steps").fill(str(step))
        expect(player.locator(".player")).to_have_attribute("data-step", str(step))
        at_rest(player)
        file.set_content(svg(picture_at(recording, step, kind, theme)))
        shown = f"svg[aria-label='{NAMES[kind]}']"
        assert plain(things(file, "svg")) == plain(things(player, shown)), steps[step]["title"]


@pytest.mark.browser
def test_the_page_gives_the_same_file_away(pages: tuple[Page, Page], recording: Recording, axe: CheckAxe) -> None:
    """By a key: SVG and PNG as files, and for PDF a page of the picture's size that the browser prints."""
    player, file = pages
    step = next(number for number, step in enumerate(timeline(recording)["steps"]) if step["kind"] == "backward")
    for page in pages:
        page.emulate_media(color_scheme="light")
    player.goto(f"{player.url.partition('?')[0]}?density=pytorch&picture=both")
    player.locator("input.steps").fill(str(step))
    player.keyboard.press("e")
    strip = player.get_by_role("group", name="Picture or page to take away")
    expect(strip.get_by_role("button", name="Light")).to_have_attribute("aria-pressed", "true")
    axe(player, ".take")
    strip.get_by_role("button", name="Dark").click()
    ours, torchvizs = (strip.get_by_role("group", name=name) for name in ("Computation graph", "grad_fn graph"))
    drawn = picture_at(recording, step, theme="dark")
    written = downloaded(player, ours.get_by_role("button", name="SVG")).decode()
    assert "data:font/woff2" in written
    file.set_content(written)
    given = things(file, "svg")
    file.set_content(svg(drawn))
    assert plain(given) == plain(things(file, "svg"))
    image = Image.open(BytesIO(downloaded(player, ours.get_by_role("button", name="PNG"))))
    assert image.size == pytest.approx([2 * side for side in size_of(drawn)], abs=2)
    assert image.convert("RGB").getpixel((3, 3)) == (0x11, 0x14, 0x18)
    player.evaluate("window.print = () => {}")  # the browser's own window, which nobody here can answer
    torchvizs.get_by_role("button", name="PDF").click()
    paper = player.pdf(prefer_css_page_size=True)
    sides = size_of(picture_at(recording, step, "grad_fn"))
    box = re.search(rb"/MediaBox *\[0 0 ([\d.]+) ([\d.]+)\]", paper)
    assert box is not None
    assert [float(side) for side in box.groups()] == pytest.approx([0.75 * side for side in sides], abs=1)
    assert paper.count(b"/Type /Page\n") == 1
    player.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(player.locator(".gradwalk-paper")).to_have_count(0)
    strip.get_by_role("button", name="PDF").first.press("Escape")
    expect(strip).to_be_hidden()


def downloaded(page: Page, button: Locator) -> bytes:
    with page.expect_download() as waiting:
        button.click()
    return Path(waiting.value.path()).read_bytes()


def test_a_page_gives_its_own_colours_to_pictures() -> None:
    """``page.css`` has them for the page, and ``still.js`` for pictures that look otherwise than the page does."""
    script = (FOLDER / "still.js").read_text(encoding="utf-8")
    for theme in ("light", "dark"):
        (line,) = re.findall(rf"^  {theme}: \{{ (.*) \}},$", script, flags=re.MULTILINE)
        assert {name.strip('"'): colour for name, colour in re.findall(r'([\w"-]+): "(#\w+)"', line)} == sheets()[theme]
