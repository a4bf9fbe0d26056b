"""The films in the docs, made from the real pages: `make films`.

One of a backward pass: the page Expression in Learn, step after step with its movement. One of a training run, with a
still picture: the page's own drawing, epoch after epoch, as its slider moves. And the README's still pictures.
"""

from __future__ import annotations

import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect, sync_playwright

from gradwalk.address.program import to_code
from tests.browser import FLAGS, ROOT, browser_path, running_server, settled

PICTURES = ROOT / "docs" / "pictures"
NETWORK = "w1=[[1, 1], [1, 1], [1, 1], [1, 1]]&b1=[0, 0, 0, 0]&activation1=tanh&w2=[1, 1, 1, 1]&activation2=sigmoid"
QUERY = f"/perceptron?x=[1, 1]&y=1&{NETWORK}&view=train&data=moons&epochs=100&epoch=100"
EPOCHS = (*range(20), *range(20, 101, 4))
FRAME_MS, LAST_MS = 120, 2500
EXPRESSION = "/?z=x**2*sin(x)&x=2&density=learn"
MOVES, MOVE_MS, READ_MS = (0.15, 0.35, 0.55, 0.75, 0.9), 70, 1300
"""Of a step's movement, which parts are frames; how long each is seen, and how long what the step says."""
SET = """(share) => {
  const player = [...document.querySelectorAll("*")].map((one) => one.shadowRoot).find((root) => root?.querySelector(".player"));
  const moving = player.getAnimations().filter((one) => !(one instanceof CSSTransition));
  for (const one of moving) {
    one.pause();
    if (share < 1) one.currentTime = share * one.effect.getComputedTiming().endTime;
    else one.finish();
  }
  return moving.length;
}"""  # noqa: E501 - JavaScript
NAN = """\
# %% [markdown]
# ## Why is my loss nan?
# A line that learns the logarithm of its data.

# %%
import torch

x = torch.tensor([0.5, 1.0, 2.0, 4.0])
y = x.log()
w = torch.tensor(2.0, requires_grad=True)
opt = torch.optim.SGD([w], lr=4.0)

# %%
for step in range(4):
    loss = ((w * x).log() - y).pow(2).mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
    print(step, loss.item(), w.item())
"""
STILLS = {
    "player-light": ("/?z=sin(x**2)&x=4&density=learn&step=7", "light", 800),
    "player-dark": ("/?z=sin(x**2)&x=4&density=learn&step=7", "dark", 800),
    "perceptron-light": ("/perceptron?density=learn&step=36", "light", 860),
    "code-light": (f"/code?code={to_code(NAN)}&density=learn&step=28", "light", 900),
}
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
        found.append(picture_of(view))
    size = (max(each.width for each in found), max(each.height for each in found))
    return [on_one_size(each, size) for each in found]


def backward(page: Page) -> tuple[list[Image.Image], list[int]]:
    """One pass from the first step to the last, each with its movement."""
    page.goto(EXPRESSION)
    player = page.get_by_role("region", name="Player")
    expect(player.locator("[data-box=v0]")).to_be_visible(timeout=LONG)
    settled(page)
    player.get_by_role("button", name="Skip").click()
    page.mouse.move(0, 0)
    steps = int(player.locator("input.steps").get_attribute("max") or 0)
    found, times = [picture_of(player)], [READ_MS]
    for step in range(1, steps + 1):
        page.keyboard.press("ArrowRight")
        expect(player).to_have_attribute("data-step", str(step))
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        for share in MOVES if page.evaluate(SET, 0) else ():
            page.evaluate(SET, share)
            found.append(picture_of(player))
            times.append(MOVE_MS)
        page.evaluate(SET, 1)
        expect(player.locator("[data-moving]")).to_have_count(0)
        found.append(picture_of(player))
        times.append(READ_MS if step < steps else LAST_MS)
    size = (max(each.width for each in found), max(each.height for each in found))
    return [on_one_size(each, size) for each in found], times


def still(browser: Browser, url: str, name: str) -> None:
    query, scheme, height = STILLS[name]
    viewport = ViewportSize(width=1280, height=height)
    context = browser.new_context(base_url=url, viewport=viewport, color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(query)
    expect(page.get_by_role("region", name="Player").locator("svg [data-box]").first).to_be_visible(timeout=LONG)
    settled(page)
    if page.get_by_role("button", name="Skip").is_visible():
        page.get_by_role("button", name="Skip").click()
    page.screenshot(path=PICTURES / f"{name}.png")
    context.close()


def picture_of(place: Locator) -> Image.Image:
    return Image.open(BytesIO(place.screenshot())).convert("RGB")


def save(name: str, film: list[Image.Image], times: list[int]) -> None:
    first, *others = film
    first.save(PICTURES / name, save_all=True, append_images=others, duration=times, loop=0, quality=70)


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
        save("backward.webp", *backward(page))
        at_its_end(page)
        page.screenshot(path=PICTURES / "training-light.png")
        run = frames(page)
        for name in STILLS:
            still(browser, url, name)
        browser.close()
    save("training.webp", run, [FRAME_MS] * (len(run) - 1) + [LAST_MS])


if __name__ == "__main__":
    main()
