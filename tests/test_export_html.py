"""A recording as one HTML page: it opens from the disk without a network, and a notebook shows it in place."""

from __future__ import annotations

import base64
import gzip
import hashlib
import html
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from xml.etree import ElementTree

import pytest
import torch
from playwright.sync_api import Browser, BrowserContext, Page, expect

from gradwalk import Recording, record, watch
from gradwalk.export.html import recording_html
from gradwalk.export.output import MOST_OPERATIONS
from tests.browser import Watch, becomes

MOST_BYTES = 150_000
SINE = """\
import torch
x = torch.tensor(4.0, requires_grad=True)
z = torch.sin(x**2)
z.backward()
"</script><!-- \\ud800 ∇"
"""
GRADIENT = "−7.6613"  # 2x cos(x²) at 4


@pytest.fixture(scope="module")
def sine() -> Recording:
    return record(SINE)


@pytest.fixture(scope="module")
def page_text(sine: Recording) -> str:
    return recording_html(sine, name="sine")


def hash_of(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def inside(text: str, start: str, end: str) -> str:
    return text.partition(start)[2].partition(end)[0]


# The text


def test_a_small_program_is_a_small_file_that_is_the_same_each_time(sine: Recording, page_text: str) -> None:
    assert len(page_text.encode()) < MOST_BYTES
    assert recording_html(sine, name="sine") == page_text


def test_its_policy_allows_its_own_script_and_styles_and_nothing_else(page_text: str) -> None:
    loader, style = inside(page_text, '<script type="module">', "</script>"), inside(page_text, "<style>", "</style>")
    player, sheet = (
        gzip.decompress(base64.b64decode(inside(page_text, f'id="{name}">', "</script>"))).decode()
        for name in ("player", "styles")
    )
    own = f"script-src {hash_of(loader)} {hash_of(player)}; style-src {hash_of(style)} {hash_of(sheet)}"
    policy = f"default-src 'none'; img-src data:; font-src data:; {own}"
    assert f'http-equiv="Content-Security-Policy" content="{policy}"' in page_text
    assert not re.search(r'\b(?:src|href)="', page_text)


def test_what_a_program_is_called_and_shows_ends_nothing(sine: Recording, page_text: str) -> None:
    assert page_text.count("</script>") == 4
    assert "<title>Gradwalk: &lt;b&gt;&amp;</title>" in recording_html(sine, name="<b>&")


# Files


def test_how_a_name_ends_says_what_is_written(sine: Recording, page_text: str, tmp_path: Path) -> None:
    sine.save(tmp_path / "sine.html")
    assert (tmp_path / "sine.html").read_text(encoding="utf-8") == page_text
    sine.save(str(tmp_path / "sine.SVG"), step=3)
    drawn = (tmp_path / "sine.SVG").read_text(encoding="utf-8")
    ElementTree.fromstring(drawn)  # noqa: S314  our own text
    assert "16" in drawn
    assert GRADIENT not in drawn, "the backward pass has not begun at step 3"
    sine.save(tmp_path / "sine.pdf", step=3, theme="dark")
    assert (tmp_path / "sine.pdf").read_bytes().startswith(b"%PDF")


def test_what_cannot_be_written_is_a_sentence(sine: Recording, tmp_path: Path) -> None:
    with pytest.raises(
        ValueError, match=r"^'walk.txt' does not say what to write: a name ends in .svg, .png, .pdf or .html\.$"
    ):
        sine.save(tmp_path / "walk.txt")
    with pytest.raises(ValueError, match=r"^There is no theme 'blue': a picture is light or dark\.$"):
        sine.save(tmp_path / "walk.png", theme="blue")
    with pytest.raises(ValueError, match=r"^A step is a number, counted from 0, and not '3'\.$"):
        sine.save(tmp_path / "walk.png", step="3")  # type: ignore[arg-type]
    with pytest.raises(
        ValueError, match=r"^What is open is the name of a box or a list of names, or 'all', and not 3\.$"
    ):
        sine.save(tmp_path / "walk.png", open=3)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"^gradwalk\.record\(\) takes a program's text or a function, and not int\.$"):
        record(3)  # type: ignore[arg-type]
    with pytest.raises(FileNotFoundError, match=r"walk.pdf cannot be written: No such file or directory\.$"):
        sine.save(tmp_path / "nowhere" / "walk.pdf")
    with pytest.raises(FileNotFoundError, match=r"walk.html cannot be written: No such file or directory\.$"):
        sine.save(tmp_path / "nowhere" / "walk.html")


def test_a_walk_is_saved_when_it_is_done(tmp_path: Path) -> None:
    with watch() as walk:
        with pytest.raises(RuntimeError, match="This recording is not done yet"):
            walk.save(tmp_path / "walk.html")
        assert walk._repr_mimebundle_().keys() == {"text/plain"}
        torch.autograd.backward(torch.tensor(4.0, requires_grad=True).sin())
    walk.save(tmp_path / "walk.html", step=2)
    assert (tmp_path / "walk.html").stat().st_size < MOST_BYTES
    assert walk._repr_mimebundle_().keys() == {"text/html", "image/svg+xml", "text/plain"}


# What a notebook shows


def test_a_notebook_gets_the_page_a_picture_and_words(sine: Recording, page_text: str) -> None:
    shown = sine._repr_mimebundle_()
    assert shown["text/plain"] == f"<Recording of 2 operations and 1 backward pass, PyTorch {torch.__version__}>"
    assert html.unescape(inside(shown["text/html"], 'srcdoc="', '"\n')) == recording_html(sine)
    assert 'sandbox="allow-scripts allow-downloads allow-modals"' in shown["text/html"]
    assert base64.b64decode(inside(shown["text/html"], "base64,", '"')).decode() == shown["image/svg+xml"]
    assert GRADIENT in shown["image/svg+xml"]


def test_what_has_no_steps_is_said_in_words() -> None:
    assert record("x = 1")._repr_mimebundle_().keys() == {"text/plain"}


def test_what_failed_before_its_first_operation_is_explained_in_words() -> None:
    failed = record("import torch\nw = torch.ones(2, requires_grad=True)\nloss = w * torch.ones(3)\n")
    (told,) = failed._repr_mimebundle_().values()
    assert "nothing to step through" in told
    assert "The shapes do not fit  (line 3)" in told
    assert "in dimension 0 they are 2 and 3" in told.replace("\n  ", " ")


def test_very_many_steps_are_told_only_when_asked_for() -> None:
    turn = "y = x\nfor i in range({}):\n    y = torch.sin(y)\ny.backward()\n"
    source = f"import torch\nx = torch.tensor(1.0, requires_grad=True)\n{turn}"
    (told,) = record(source.format(MOST_OPERATIONS + 1))._repr_mimebundle_().values()
    assert "2,001 operations" in told
    assert "save('walk.html')" in told


def test_without_graphviz_a_notebook_reads_why(sine: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    shown = record(SINE.replace("x", "of_a_size_of_its_own"))._repr_mimebundle_()  # places of equal graphs are kept
    assert shown.keys() == {"text/plain"}
    assert "Graphviz's program `dot` was not found" in shown["text/plain"]


# In a browser, from the disk, without a network

NEEDED = "These steps are shown by a script, in a browser of 2023 or later."


@pytest.fixture
def offline(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(offline=True, viewport={"width": 1000, "height": 800})
    yield context
    context.close()


def opened(context: BrowserContext, path: Path, at: str = "") -> tuple[Page, Watch]:
    watched = Watch("file:///")
    page = context.new_page()
    watched.over(page)
    page.goto(path.as_uri() + at)
    return page, watched


def test_it_steps_from_the_disk_without_a_network(offline: BrowserContext, page_text: str, tmp_path: Path) -> None:
    path = tmp_path / "sine.html"
    path.write_text(page_text, encoding="utf-8")
    page, watched = opened(offline, path)
    expect(page).to_have_title("Gradwalk: sine")
    page.locator("input.steps").focus()
    page.keyboard.press("End")
    expect(page.locator('[data-box="v0"]').first).to_contain_text(GRADIENT)
    page.wait_for_url(re.compile(r"#step=\d+$"))
    page.reload()
    expect(page.locator('[data-box="v0"]').first).to_contain_text(GRADIENT)
    page.evaluate("location.hash = '#step=2'")
    expect(page.locator("input.steps")).to_have_value("2")
    assert page.locator("h1, h2:not(.question), h3").evaluate_all("(all) => all.map((one) => one.tagName)")[:3] == (
        ["H1", "H2", "H3"]
    )
    assert watched.problems == []


def test_a_browser_that_is_too_old_shows_a_sentence(offline: BrowserContext, page_text: str, tmp_path: Path) -> None:
    path = tmp_path / "sine.html"
    path.write_text(page_text, encoding="utf-8")
    offline.add_init_script("delete globalThis.DecompressionStream")
    page, _ = opened(offline, path)
    expect(page.get_by_text(NEEDED)).to_be_visible()


def test_without_scripts_a_notebook_has_a_sentence(browser: Browser, sine: Recording, tmp_path: Path) -> None:
    """What the frame holds is opened as a page: a sandboxed frame has a process of its own, which Playwright now and
    then tells too late that scripts are off."""
    path, inside = tmp_path / "notebook.html", tmp_path / "frame.html"
    path.write_text(sine._repr_mimebundle_()["text/html"], encoding="utf-8")
    with closing(browser.new_context(offline=True, java_script_enabled=False)) as context:
        page, _ = opened(context, path)
        inside.write_text(page.locator("iframe").get_attribute("srcdoc") or "", encoding="utf-8")
        page, _ = opened(context, inside)
        expect(page.get_by_text(NEEDED)).to_be_visible()


def test_on_paper_it_is_light_and_nothing_is_cut(offline: BrowserContext, tmp_path: Path) -> None:
    chain = "".join(f"x{number + 1} = torch.sin(x{number})\n" for number in range(25))
    path = tmp_path / "chain.html"
    record(f"import torch\nx0 = torch.tensor(1.0, requires_grad=True)\n{chain}x25.backward()").save(path)
    page, watched = opened(offline, path)
    page.emulate_media(color_scheme="dark")
    cut = "(node) => node.scrollHeight > node.clientHeight + 1 || node.scrollWidth > node.clientWidth + 1"
    view, lines = page.locator(".view").first, page.locator(".lines")
    for node in (view, lines):
        becomes(node, cut)
    page.emulate_media(media="print", color_scheme="dark")
    for node in (view, lines):
        becomes(node, f"(node) => !({cut})(node)")
    for name in ("body", ".player"):
        expect(page.locator(name)).to_have_css("background-color", "rgb(255, 255, 255)")
    expect(page.locator(".bar")).to_be_hidden()
    assert watched.problems == []


def test_two_outputs_on_one_page_step_by_themselves(offline: BrowserContext, sine: Recording, tmp_path: Path) -> None:
    """And the notebook around them is closed to them."""
    path = tmp_path / "notebook.html"
    output = sine._repr_mimebundle_()["text/html"]
    path.write_text(f"<!doctype html><title>Notebook</title>{output}{output}", encoding="utf-8")
    page, watched = opened(offline, path)
    first, second = (page.frame_locator("iframe").nth(number).locator("input.steps") for number in (0, 1))
    second.focus()
    page.keyboard.press("End")
    expect(second).not_to_have_value("0")
    expect(first).to_have_value("0")
    frame = page.frames[1]
    assert frame.evaluate("() => { try { return parent.document.title } catch (error) { return error.name } }") == (
        "SecurityError"
    )
    assert watched.problems == []


def test_a_small_program_that_something_is_found_in_says_so_on_its_page(
    offline: BrowserContext, tmp_path: Path
) -> None:
    path = tmp_path / "nan.html"
    record("import torch\nx = torch.tensor([0.0, 4.0], requires_grad=True)\ny = x.sqrt() * x\ny.sum().backward()").save(
        path
    )
    page, watched = opened(offline, path)
    page.get_by_role("button", name="line 3, step").click()
    expect(page.locator(".words .title")).to_have_text("Backward through the square root")
    assert watched.problems == []
