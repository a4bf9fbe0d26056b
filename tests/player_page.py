"""The player on a page of its own: no server, no Streamlit, the same content-security policy and theme variables."""

from __future__ import annotations

import base64
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route

from components.player.packed import joined, packed
from components.shared.assets import HERE as COMPONENTS
from gradwalk.player import styles
from gradwalk.player.modules import bundled
from tests.browser import ROOT, Watch

ORIGIN = "https://player.test"
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; object-src 'none'"
)

# Streamlit mounts a version 2 component in this way: its styles and its module's default export, on a shadow root.
MOUNT = """
async ([script, styles]) => {
  const module = await import(URL.createObjectURL(new Blob([script], { type: "text/javascript" })));
  window.mounted = {};
  window.mount = (host, data) => {
    const place = document.getElementById(host);
    const root = place.shadowRoot || place.attachShadow({ mode: "open" });
    if (!root.childNodes.length) root.append(Object.assign(document.createElement("style"), { textContent: styles }));
    const setTriggerValue = (...asked) => { window.asked = [...(window.asked || []), asked]; };
    const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
    window.mounted[host] = module.default({ data: bytes, parentElement: root, setTriggerValue });
  };
}
"""

# Everything that a step shows: texts of the pictures and what is lit, the words, the marked source, the scrubber.
LOOK = """
(host) => {
  const root = document.getElementById(host).shadowRoot;
  const classes = (node) => [...node.classList].sort().join(" ");
  const texts = (selector) => [...root.querySelectorAll(selector)].map((node) => `${classes(node)}: ${node.textContent}`);
  const step = root.querySelector("input.steps");
  return JSON.stringify([
    texts(".stage svg text:not(.movement *)"), [...root.querySelectorAll(".now")].map((node) => node.textContent),
    [...root.querySelectorAll(".flow:not(.unknown)")].length, texts(".words *"), texts(".line.current, mark"),
    step.value, step.getAttribute("aria-valuetext"), texts(".phase, .segment"), root.querySelector(".player").dataset.phase,
  ]);
}
"""  # noqa: E501 - JavaScript


def theme_variables(scheme: str) -> str:
    """The theme's colours as Streamlit hands them to a component: ``redColor`` is ``--st-red-color``."""
    theme = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["theme"][scheme]
    names = {key: "".join(f"-{c.lower()}" if c.isupper() else c for c in key) for key in theme}
    return "".join(f"--st-{names[key]}: {value};" for key, value in theme.items())


def _html(scheme: str) -> str:
    style = f":root {{ {theme_variables(scheme)} --st-font: sans-serif; --st-code-font: monospace }}"
    body = "body { margin: 16px; background: var(--st-background-color); color: var(--st-text-color) }"
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Player</title>'
        f'<meta name="viewport" content="width=device-width"><style>{style} {body}</style></head>'
        f'<body><main><h1>Player</h1><h2>Here</h2><div id="first"></div><div id="second"></div></main></body></html>'
    )


def _as_sent(data: Mapping[str, Any]) -> str:
    """The bytes that a server sends, in base64. Parts that are bytes already are packed."""
    parts = {name: part if isinstance(part, bytes) else packed(part) for name, part in data.items()}
    return base64.b64encode(joined(parts)).decode("ascii")


class PlayerPage:
    """A page with a player on it, as ``open_player`` opens it."""

    def __init__(self, page: Page, host: str = "first") -> None:
        self.page = page
        self.host = host

    def find(self, selector: str) -> Locator:
        return self.page.locator(f"#{self.host}").locator(selector)

    def mount(self, data: dict[str, Any]) -> PlayerPage:
        """Mount the player, or hand new data to the one that is mounted."""
        self.page.evaluate("([host, data]) => window.mount(host, data)", [self.host, _as_sent(data)])
        return self

    def second(self, data: dict[str, Any]) -> PlayerPage:
        return PlayerPage(self.page, "second").mount(data)

    def remove(self) -> None:
        """As Streamlit does: its place is taken out of the page, and then what it has handed back is called."""
        script = """(host) => {
          document.getElementById(host).replaceWith(Object.assign(document.createElement("div"), { id: host }));
          window.mounted[host]();
        }"""
        self.page.evaluate(script, self.host)

    def overtaken(self, data: dict[str, Any]) -> None:
        """Newer data while an older call is on its way: what that one handed back is called behind the newer call."""
        script = "([host, data]) => { const older = window.mounted[host]; window.mount(host, data); older(); }"
        self.page.evaluate(script, [self.host, _as_sent(data)])

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    @property
    def step(self) -> int:
        return int(self.find("input.steps").input_value())

    @property
    def look(self) -> str:
        return str(self.page.evaluate(LOOK, self.host))

    def box(self, name: str, picture: str = "Computation graph") -> Locator:
        """A box by the id of what it shows, such as ``o1``."""
        return self.find(f'svg[aria-label="{picture}"] [data-box="{name}"]')

    def lit(self, picture: str = "Computation graph") -> list[str]:
        boxes = self.find(f'svg[aria-label="{picture}"] .box.now')
        return sorted(str(box.get_attribute("data-box")) for box in boxes.all())


def changes(shown: PlayerPage, most: int = 60) -> list[int]:
    """What each key press changes on the page, in changes of a node, from the first step on."""
    counts: list[int] = shown.page.evaluate(
        """(most) => {
          const root = document.getElementById("first").shadowRoot;
          const watch = new MutationObserver(() => {});
          watch.observe(root, { subtree: true, childList: true, attributes: true, characterData: true });
          const last = Number(root.querySelector("input.steps").max);
          return Array.from({ length: Math.min(most, last) }, () => {
            const key = { key: "ArrowRight", bubbles: true, composed: true };
            document.body.dispatchEvent(new KeyboardEvent("keydown", key));
            return watch.takeRecords().length;
          });
        }""",
        most,
    )
    assert shown.step == len(counts)
    return counts


def new_context(browser: Browser, density: str = "pytorch", **options: Any) -> BrowserContext:
    """The profile of somebody who has chosen a density: most tests are about all that there is to be seen."""
    context = browser.new_context(**({"viewport": {"width": 1280, "height": 800}} | options))
    context.add_init_script(f"try {{ localStorage['gradwalk.density'] ??= '{density}'; }} catch {{}}")
    return context


def open_player(context: BrowserContext, data: dict[str, Any], watch: Watch, scheme: str = "light") -> PlayerPage:
    """Open a page at ``https://player.test/`` in the context and mount the player with this data."""

    def answer(route: Route) -> None:
        if route.request.url.endswith("favicon.ico"):
            route.fulfill(status=204)
        else:
            headers = {"Content-Security-Policy": POLICY, "Content-Type": "text/html; charset=utf-8"}
            route.fulfill(headers=headers, body=_html(scheme))

    page = context.new_page()
    watch.over(page)
    page.route("**/*", answer)
    page.goto(f"{ORIGIN}/")
    page.evaluate(MOUNT, [bundled(COMPONENTS / "player" / "player.js"), styles()])
    return PlayerPage(page).mount(data)


OpenPlayer = Callable[..., PlayerPage]


@contextmanager
def players(browser: Browser, usual: Callable[[], dict[str, Any]]) -> Iterator[OpenPlayer]:
    """Opens players: ``player(data, scheme="dark", viewport={...})``; without data, with the ``usual``.

    In the end no page may have had an error.
    """
    watch = Watch(ORIGIN)
    contexts = []

    def make(data: dict[str, Any] | None = None, scheme: str = "light", **options: Any) -> PlayerPage:
        contexts.append(new_context(browser, color_scheme=scheme, **options))
        return open_player(contexts[-1], data or usual(), watch, scheme)

    yield make
    for context in contexts:
        context.close()
    assert not watch.problems, "\n".join(watch.problems)
