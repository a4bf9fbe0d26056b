"""The pictures of Train in the docs, made from the real page: `make films`.

One still picture, and one film of a training run: the page's own drawing, epoch after epoch, as its slider moves.
"""

from __future__ import annotations

import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

from tests.browser import FLAGS, ROOT, browser_path, running_server, settled

PICTURES = ROOT / "docs" / "pictures"
NETWORK = "w1=[[1, 1], [1, 1], [1, 1], [1, 1]]&b1=[0, 0, 0, 0]&activation1=tanh&w2=[1, 1, 1, 1]&activation2=sigmoid"
QUERY = f"/perceptron?x=[1, 1]&y=1&{NETWORK}&view=train&data=moons&epochs=100&epoch=100"
EPOCHS = (*range(20), *range(20, 101, 4))
FRAME_MS, LAST_MS = 120, 2500
LONG = 120_000


def at_its_end(page: Page) -> None:
    """The run is over, and what came of it is said."""
    page.goto(QUERY)
    settled(page)
    expect(page.get_by_text("Epoch 100 of 100")).to_be_visible(timeout=LONG)
    expect(page.get_by_role("status").filter(has_text="points")).to_be_visible(timeout=LONG)
    expect(page.get_by_role("img", name="the path of the run: after 100 epochs")).to_be_visible(timeout=LONG)


def frames(page: Page) -> list[Image.Image]:
    slider, view = page.get_by_role("slider", name="Epoch"), page.get_by_role("region", name="Training")
    found = []
    for epoch in EPOCHS:
        slider.evaluate("(slider, to) => { slider.value = to; slider.dispatchEvent(new Event('input')); }", epoch)
        expect(page.get_by_text(f"Epoch {epoch} of 100")).to_be_visible()
        expect(page.get_by_role("img", name=f"the path of the run: after {epoch} epoch")).to_be_visible()
        found.append(Image.open(BytesIO(view.screenshot())).convert("RGB"))
    size = (max(each.width for each in found), max(each.height for each in found))
    return [on_one_size(each, size) for each in found]


def on_one_size(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """The sentence of the end makes the view higher; a film has one height."""
    whole = Image.new("RGB", size, "white")
    whole.paste(picture)
    return whole


def main() -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        running_server(Path(folder) / "log") as url,
        sync_playwright() as play,
    ):
        browser = play.chromium.launch(executable_path=browser_path(), args=list(FLAGS))
        page = browser.new_context(base_url=url, viewport={"width": 1280, "height": 1000}).new_page()
        at_its_end(page)
        page.screenshot(path=PICTURES / "training-light.png")
        first, *others = frames(page)
        browser.close()
    times = [FRAME_MS] * len(others) + [LAST_MS]
    first.save(PICTURES / "training.webp", save_all=True, append_images=others, duration=times, loop=0, quality=70)


if __name__ == "__main__":
    main()
