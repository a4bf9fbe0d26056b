"""The application around the pages: headers, policy, theme, and the start page in a real browser."""

from __future__ import annotations

import hashlib
import re
import tomllib
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page, expect

from app import index_page, streamlit_index
from components.shared.assets import base_path
from gradwalk.settings import SETTINGS
from serving.headers import security_headers
from tests.browser import Watch, running_server, settled
from tests.conftest import CheckAxe, NewPage

ROOT = Path(__file__).resolve().parent.parent
THEME = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["theme"]


def test_index_page_bears_our_name_and_says_where_the_server_is() -> None:
    html = "<head>\n<title>Streamlit</title></head><noscript>\nother\n</noscript>"
    ours = index_page(html, "/school/")
    assert "<title>Gradwalk</title>" in ours
    assert 'BACKEND_BASE_URL: location.origin + "/school/"' in ours
    assert "other" not in ours


@pytest.mark.parametrize("path", ["/", "/_stcore/health", "/favicon.png"])
def test_every_answer_carries_the_headers(server: str, path: str) -> None:
    with urlopen(server + path, timeout=10) as answer:  # noqa: S310 - our own server on loopback
        for name, value in security_headers(index_page(streamlit_index(), base_path()), SETTINGS).items():
            own = f"connect-src 'self' ws://{urlsplit(server).netloc} wss://{urlsplit(server).netloc};"
            assert answer.headers[name].replace(own, "connect-src 'self';") == value


def test_a_browser_that_is_too_old_or_runs_no_scripts_gets_a_sentence(new_page: NewPage) -> None:
    """What such a browser lacks is taken away; the older one stops at Streamlit's own script."""
    sentence = "Gradwalk needs JavaScript, and a browser from 2023 or later."
    page = new_page()
    page.goto("/")
    settled(page)
    expect(page.get_by_text(sentence)).to_be_hidden()
    old = new_page()
    old.add_init_script("delete globalThis.DecompressionStream")
    old.goto("/")
    expect(old.get_by_text(sentence)).to_be_visible()
    plain = new_page(java_script_enabled=False)
    plain.goto("/")
    expect(plain.locator("noscript p")).to_have_text(sentence)
    expect(plain.locator("noscript p")).to_be_visible()


def test_scripts_are_served_once_and_kept(server: str) -> None:
    with urlopen(server + "/", timeout=10) as answer:  # noqa: S310 - our own server on loopback
        [address] = re.findall(r'<link rel="modulepreload" href="([^"]+)">', answer.read().decode())
    with urlopen(server + address, timeout=10) as answer:  # noqa: S310
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
        assert hashlib.sha256(answer.read()).hexdigest().startswith(address[-len("0123456789abcdef.js") : -len(".js")])
    with pytest.raises(HTTPError, match="404"):
        urlopen(server + address.replace("player-", "player-0"), timeout=10)  # noqa: S310


def luminance(color: str) -> float:
    """Relative luminance of ``#rrggbb`` (WCAG 2.2)."""
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_wcags() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)  # the well-known gray that just fails


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "color", ["text", "link", "blue", "blueText", "orange", "orangeText", "red", "redText", "gray"]
)
def test_text_in_every_colour_can_be_read(scheme: str, color: str) -> None:
    theme = THEME[scheme]
    for ground in ("backgroundColor", "secondaryBackgroundColor", f"{color}BackgroundColor"):
        assert contrast(theme[f"{color}Color"], theme.get(ground, theme["backgroundColor"])) >= 4.5
    assert theme.get(f"{color}TextColor", theme[f"{color}Color"]) == theme[f"{color}Color"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_streamlits_white_on_the_primary_colour_can_be_read(scheme: str) -> None:
    assert contrast(THEME[scheme]["primaryColor"], "#ffffff") >= 4.5
    assert contrast(THEME[scheme]["primaryColor"], THEME[scheme]["backgroundColor"]) >= 3


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize(("path", "title"), [("/", "Expression"), ("/code", "Code")])
def test_a_link_opens_its_page(
    new_page: NewPage, axe: CheckAxe, scheme: str, width: int, path: str, title: str
) -> None:
    page = new_page(color_scheme=scheme, viewport={"width": width, "height": 860})
    page.goto(path)
    settled(page)
    expect(page).to_have_title(f"{title} · Gradwalk")
    expect(page.get_by_test_id("stHeaderLogo")).to_be_visible()
    axe(page)


def test_the_header_leads_to_every_page(page: Page) -> None:
    page.goto("/")
    settled(page)
    for path in (ROOT / "pages").glob("*.py"):
        if path.stem != "main":
            page.get_by_test_id("stHeader").get_by_role("link", name=path.stem.capitalize()).click()
            expect(page).to_have_title(f"{path.stem.capitalize()} · Gradwalk")
            settled(page)


def test_start_page_is_free_of_streamlits_own_buttons(page: Page) -> None:
    page.goto("/")
    settled(page)
    expect(page.get_by_text("Deploy")).to_have_count(0)
    page.get_by_test_id("stMainMenu").click()
    expect(page.get_by_text("Rerun")).to_have_count(0)
    expect(page.get_by_text("About")).to_be_visible()


def test_page_does_not_run_a_script_that_was_put_into_it(server: str, browser: Browser) -> None:
    context = browser.new_context(base_url=server)
    page = context.new_page()
    page.goto("/")
    settled(page)
    page.evaluate("""() => {
        const script = document.createElement("script");
        script.textContent = "window.ran = true";
        document.head.append(script);
        const image = document.createElement("img");
        image.src = "x";
        image.setAttribute("onerror", "window.ran = true");
        document.body.append(image);
        return new Promise(done => image.addEventListener("error", () => done()));
    }""")
    assert page.evaluate("window.ran") is None
    context.close()


def test_behind_a_proxy_under_a_path(tmp_path: Path, browser: Browser) -> None:
    with running_server(tmp_path / "log.txt", "/school/autograd") as url:
        watch = Watch(url)
        context = browser.new_context()
        page = context.new_page()
        watch.over(page)
        page.goto(f"{url}/?x=3")
        settled(page)
        expect(page.get_by_test_id("stHeaderLogo")).to_be_visible()
        assert page.url.startswith(f"{url}/?")
        context.close()
    assert not watch.problems


def test_the_name_can_be_read_when_a_visitor_changes_the_theme(page: Page) -> None:
    page.goto("/")
    settled(page)
    # The name is written by a style, which no locator sees.
    name = """(color) => {
        const style = getComputedStyle(document.querySelector(":has(> .stLogo)"), "::after");
        return style.content === '"Gradwalk"' && style.color === color;
    }"""
    page.wait_for_function(name, arg=rgb(THEME["light"]["textColor"]))
    page.get_by_test_id("stMainMenu").click()
    page.get_by_text("Dark").filter(visible=True).last.click()  # the player has a button of that name in a drawer
    expect(page.get_by_test_id("stApp")).to_have_css("background-color", rgb(THEME["dark"]["backgroundColor"]))
    page.wait_for_function(name, arg=rgb(THEME["dark"]["textColor"]))


def rgb(color: str) -> str:
    """``#rrggbb`` as browsers write it."""
    return f"rgb({', '.join(str(int(color[i : i + 2], 16)) for i in (1, 3, 5))})"
