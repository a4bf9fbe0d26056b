"""One picture, drawn twice: a file has every line, text and colour of what the player shows at that step."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from gradwalk import Recording, record
from gradwalk.export.html import recording_html
from gradwalk.export.pictures import NAMES, picture_at
from gradwalk.export.svg import svg
from gradwalk.story.timeline import timeline

PROGRAM = """\
import torch
x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
y = torch.sin(x ** 2)
y.mul_(2)
z = (y * x.detach()).mean()
z.backward()
z.backward()
"""
"""With a broadcast, a cut edge, a box outside of the graph, a version, saved values, a failure."""

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
    const place = thing.closest("[transform]")?.getAttribute("transform") || "";
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
        file.set_content(svg(picture_at(recording, step, kind, theme)))
        shown = f"svg[aria-label='{NAMES[kind]}']"
        assert plain(things(file, "svg")) == plain(things(player, shown)), steps[step]["title"]
