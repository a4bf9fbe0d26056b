"""The page Code in a real browser: typing, running, mending, files, links, and what must never happen."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Locator, Page, ViewportSize, expect

from gradwalk.address.program import to_query
from gradwalk.lessons import BY_SLUG
from gradwalk.notebook.programs import to_notebook, to_program
from tests.browser import settled
from tests.conftest import CheckAxe, NewPage

PHONE: ViewportSize = {"width": 390, "height": 844}
SHORT = "import torch\nx = torch.tensor(3.0, requires_grad=True)\ny = x*x\ny.backward()\nx.grad"
TWICE = SHORT.replace("x.grad", "y.backward()")


class CodePage:
    """The page, by what a person finds on it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.text = page.get_by_label("Program", exact=True)
        self.layer = page.locator("#layer")
        self.outputs = page.locator("#outputs")
        self.player = page.get_by_role("region", name="Player")
        self.examples = page.get_by_label("Example", exact=True)
        self.refusal = page.locator("#refusal")
        self.told = page.locator("#told")

    def open(self, query: str = "") -> CodePage:
        self.page.goto(f"/code?{query}" if query else "/code")
        expect(self.layer.locator(".line").first).to_be_attached(timeout=30_000)
        settled(self.page)
        return self

    def write(self, source: str) -> None:
        self.text.fill(source)
        expect(self.outputs).not_to_have_class(re.compile(r"\bold\b"))

    def caret(self, start: int, end: int | None = None) -> None:
        self.text.evaluate("(area, [a, b]) => { area.focus(); area.setSelectionRange(a, b); }", [start, end or start])

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def marked(self, kind: str) -> Locator:
        return self.layer.locator(f"mark.{kind}")

    def watch(self) -> None:
        """Leave the editor for the player."""
        self.page.get_by_role("button", name="Next step").focus()

    def go_to(self, piece: str, most: int = 30) -> None:
        """Step until this piece of the program is marked."""
        for _ in range(most):
            if self.marked("now").all_inner_texts() == [piece]:
                return
            self.press("ArrowRight")
        raise AssertionError(f"No step marks {piece}.")

    def expect_step(self, step: int) -> None:
        expect(self.player.locator("input.steps")).to_have_value(str(step))


@pytest.fixture
def shown(page: Page) -> CodePage:
    return CodePage(page).open()


# The main job


def test_a_pasted_program_runs_and_is_walked_through_by_keys(shown: CodePage) -> None:
    shown.write(SHORT)
    expect(shown.outputs).to_contain_text("tensor(6.)")
    expect(shown.page).to_have_url(re.compile(r"/code\?code=[\w-]+"))
    shown.watch()
    shown.go_to("x*x")
    shown.press("End")
    expect(shown.player).to_contain_text("∇ 6")


def test_it_is_reached_from_the_navigation(page: Page) -> None:
    page.goto("/")
    settled(page)
    page.get_by_role("link", name="Code").click()
    expect(page.get_by_label("Program", exact=True)).to_have_value(BY_SLUG["1a_derivative"].source)
    page.get_by_role("link", name="Expression").click()
    expect(page.get_by_label("Expression", exact=True)).to_be_visible()


def test_an_example_opens_at_its_start(shown: CodePage) -> None:
    shown.press("End")
    shown.examples.select_option("7c_twice")
    expect(shown.text).to_have_value(BY_SLUG["7c_twice"].source)
    shown.expect_step(0)
    expect(shown.page).to_have_url(re.compile(r"/code\?lesson=7c_twice$"))
    expect(shown.outputs).to_contain_text("Trying to backward through the graph a second time")


# Mending


def test_a_failure_is_mended_with_one_click_that_can_be_undone(shown: CodePage) -> None:
    shown.write(TWICE)
    expect(shown.outputs).to_contain_text("RuntimeError: Trying to backward through the graph a second time")
    expect(shown.marked("wrong")).to_have_text("y.backward()")
    shown.page.get_by_role("button", name="Use y.backward(retain_graph=True)").click()
    expect(shown.text).to_have_value(TWICE.replace("y.backward()", "y.backward(retain_graph=True)", 1))
    expect(shown.marked("wrong")).to_have_count(0)
    expect(shown.outputs).to_be_hidden()
    shown.press("Control+z")
    expect(shown.text).to_have_value(TWICE)


def test_a_mistyped_module_fails_as_in_python(shown: CodePage) -> None:
    shown.write(SHORT.replace("import torch", "import torhc"))
    expect(shown.outputs).to_contain_text("No module named 'torhc'")


def test_marks_count_characters_of_every_kind(shown: CodePage) -> None:
    shown.write("s = '𝑥🙂'; 1/0")
    expect(shown.marked("wrong")).to_have_text("1/0")


# Typing


def test_the_mouse_puts_the_caret_where_it_clicks(shown: CodePage) -> None:
    shown.write("one\ntwo\nthree")
    shown.watch()
    line = shown.layer.locator(".line").nth(1).bounding_box()
    assert line
    shown.page.mouse.click(line["x"] + line["width"] - 20, line["y"] + line["height"] / 2)
    expect(shown.text).to_be_focused()
    shown.page.keyboard.type("!")
    expect(shown.text).to_have_value("one\ntwo!\nthree")


def test_keys_of_an_editor(shown: CodePage) -> None:
    shown.text.fill("")
    shown.text.press_sequentially("def f(x):")
    shown.press("Enter")
    shown.text.press_sequentially("return x")
    expect(shown.text).to_have_value("def f(x):\n    return x")
    shown.press("Shift+Tab")
    expect(shown.text).to_have_value("def f(x):\nreturn x")
    shown.press("Control+a", "Tab")
    expect(shown.text).to_have_value("    def f(x):\n    return x")
    shown.press("Control+z")
    expect(shown.text).to_have_value("def f(x):\nreturn x")
    shown.caret(10)
    shown.press("Tab")
    expect(shown.text).to_have_value("def f(x):\n    return x")


def test_escape_and_tab_leave_the_editor(shown: CodePage) -> None:
    shown.caret(0)
    shown.press("Escape", "Shift+Tab")
    expect(shown.page.get_by_role("button", name="Share")).to_be_focused()
    expect(shown.text).to_have_value(BY_SLUG["1a_derivative"].source)


def test_control_and_enter_run_at_once(shown: CodePage) -> None:
    shown.text.fill("7 * 6")
    shown.press("Control+Enter")
    expect(shown.outputs).to_contain_text("42")
    expect(shown.text).to_have_value("7 * 6")


def test_quick_typing_never_loses_a_letter(shown: CodePage) -> None:
    shown.text.fill("")
    shown.text.press_sequentially("import torch\n" + "print(torch.ones(2).sum() + 1)\n" * 4, delay=5)
    expect(shown.outputs).to_contain_text("tensor(3.)\ntensor(3.)\ntensor(3.)\ntensor(3.)")
    expect(shown.text).to_have_value("import torch\n" + "print(torch.ones(2).sum() + 1)\n" * 4)


def test_the_letters_lie_exactly_under_the_caret(shown: CodePage) -> None:
    shown.write("# %%\nx = 1\t# 𝑥 × 2\n" + "y = 'a rather long line that goes on and on' + 'and on and on'\n" * 40)
    sizes = """(node) => { const s = getComputedStyle(node); const box = node.getBoundingClientRect();
        return [s.fontFamily, s.fontSize, s.lineHeight, s.tabSize, box.x, box.y, box.width, box.height]; }"""
    assert shown.text.evaluate(sizes) == shown.layer.evaluate(sizes)
    assert shown.text.evaluate("(area) => area.scrollHeight <= area.clientHeight + 1")
    assert shown.layer.inner_text().rstrip("\n").count("\n") >= 40
    expect(shown.page.locator("#layer .line")).to_have_count(43)


def test_a_program_of_markup_is_text(shown: CodePage) -> None:
    hostile = "# <img src=x onerror=alert(1)>\nprint('<b id=bold>bold</b>')\n1/0"
    shown.write(hostile)
    expect(shown.outputs).to_contain_text("<b id=bold>bold</b>")
    expect(shown.page.locator("#bold")).to_have_count(0)
    expect(shown.layer.locator("img")).to_have_count(0)


# The step


def test_the_editor_follows_the_player_without_the_server(shown: CodePage) -> None:
    frames: list[object] = []
    shown.page.on("websocket", lambda socket: socket.on("framesent", lambda frame: frames.append(frame)))
    shown.open("lesson=2b_autograd")
    sent = len(frames)
    shown.watch()
    shown.press(*["ArrowRight"] * 5)
    expect(shown.marked("now").first).to_be_visible()
    assert len(frames) == sent
    shown.caret(0)
    shown.text.press_sequentially("# ")
    expect(shown.marked("now")).to_have_count(0)


# Files and links


def test_a_notebook_is_opened_without_its_pictures(shown: CodePage, tmp_path: Path) -> None:
    notebook = json.loads(to_notebook(BY_SLUG["3a_mean"].source))
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = [{"data": {"image/png": "A" * 900_000}}]
    path = tmp_path / "Lecture 3.ipynb"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    shown.page.get_by_label("A notebook or a Python file").set_input_files(path)
    expect(shown.text).to_have_value(to_program(to_notebook(BY_SLUG["3a_mean"].source)))
    expect(shown.outputs).to_contain_text("tensor([0.6667, 1.3333, 2.0000])")


def test_a_file_can_be_dropped_on_the_editor(shown: CodePage) -> None:
    dropped = shown.page.evaluate_handle(
        """(text) => { const data = new DataTransfer();
        data.items.add(new File([text], "dropped.py")); return data; }""",
        SHORT,
    )
    shown.text.dispatch_event("drop", {"dataTransfer": dropped})
    expect(shown.text).to_have_value(SHORT)
    expect(shown.outputs).to_contain_text("tensor(6.)")


def test_a_wrong_file_gets_a_sentence_and_nothing_is_lost(shown: CodePage, tmp_path: Path) -> None:
    shown.write(SHORT)
    path = tmp_path / "broken.ipynb"
    path.write_bytes(b"\x89PNG\x00\xff")
    chooser = shown.page.get_by_label("A notebook or a Python file")
    chooser.set_input_files(path)
    expect(shown.told).to_contain_text("This is no notebook")
    expect(shown.text).to_have_value(SHORT)
    expect(shown.outputs).to_contain_text("tensor(6.)")
    chooser.set_input_files(FilePayload(name="huge.py", mimeType="text/plain", buffer=b"#" * 2_000_000))
    expect(shown.told).to_contain_text("huge.py has more than 1,000,000 characters of text.")
    expect(shown.text).to_have_value(SHORT)
    shown.caret(0)
    shown.press("Enter")
    expect(shown.told).to_be_hidden()


def test_a_program_is_saved_as_python_and_as_a_notebook(shown: CodePage, tmp_path: Path) -> None:
    shown.write(SHORT)
    for kind in ("py", "ipynb"):
        with shown.page.expect_download() as download:
            shown.page.get_by_label("Save as").select_option(kind)
        path = tmp_path / download.value.suggested_filename
        download.value.save_as(path)
        assert path.name == f"1a_derivative.{kind}"
        saved = path.read_text(encoding="utf-8")
        assert saved == SHORT if kind == "py" else to_program(saved) == f"# %%\n{SHORT}\n"


def test_a_shared_link_opens_the_same_program_at_the_same_step(shown: CodePage, new_page: NewPage) -> None:
    shown.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    shown.write(SHORT)
    shown.watch()
    shown.press("ArrowRight", "ArrowRight")
    shown.page.get_by_role("button", name="Share").click()
    expect(shown.told).to_contain_text("The link is copied")
    link = shown.page.evaluate("navigator.clipboard.readText()")
    assert link.endswith(f"/code?{to_query(SHORT)}&step=2")
    page = new_page()
    page.goto(link)
    other = CodePage(page)
    expect(other.text).to_have_value(SHORT)
    other.expect_step(2)
    expect(other.marked("now")).to_have_text(shown.marked("now").inner_text())
    title = "h3.title"
    assert other.player.locator(title).inner_text() == shown.player.locator(title).inner_text()


def test_a_program_that_is_too_long_for_a_link_is_offered_as_a_file(shown: CodePage) -> None:
    shown.write("\n".join(f"x{n} = {n * 7919 % 10007}" for n in range(1500)) + "\n42")
    expect(shown.outputs).to_contain_text("42")
    shown.page.get_by_role("button", name="Share").click()
    expect(shown.told).to_contain_text("too long for a link. Save it as a file")


def test_a_program_that_is_too_long_for_an_address_outlives_a_reload(shown: CodePage) -> None:
    source = "\n".join(f"x{n} = {n * 7919 % 10007}" for n in range(1500)) + "\n42"
    shown.write(source)
    expect(shown.outputs).to_contain_text("42")
    expect(shown.page).to_have_url(re.compile(r"/code$"))
    shown.page.reload()
    expect(shown.text).to_have_value(source, timeout=30_000)
    expect(shown.outputs).to_contain_text("42")
    shown.examples.select_option("1d_leaf")
    expect(shown.text).to_have_value(BY_SLUG["1d_leaf"].source)


def test_a_tampered_link_opens_the_first_example_with_a_notice(page: Page) -> None:
    shown = CodePage(page).open("code=AAAA&step=2x")
    expect(page.get_by_test_id("stAlert")).to_have_count(2)
    expect(shown.text).to_have_value(BY_SLUG["1a_derivative"].source)


# Everyone, everywhere


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_stands_in_the_way_of_assistive_technology(new_page: NewPage, axe: CheckAxe, scheme: str) -> None:
    shown = CodePage(new_page(color_scheme=scheme)).open("lesson=7d_in_place&step=3")
    axe(shown.page)
    shown.text.fill(SHORT + "#" * 60_000)
    expect(shown.refusal).not_to_be_empty()
    axe(shown.page, '[data-testid="stMain"] .st-key-workbench-form')


@pytest.mark.parametrize("query", ["", "lesson=7c_twice&step=4", "lesson=4d_training_loop"])
def test_a_phone_needs_no_sideways_scrolling(new_page: NewPage, query: str) -> None:
    page = new_page(viewport=PHONE, has_touch=True, is_mobile=True)
    CodePage(page).open(query)
    assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
    places = [page.locator(f".st-key-workbench-{place}").bounding_box() for place in ("form", "player")]
    tops = [place["y"] for place in places if place is not None]
    assert tops == sorted(tops)
    for name in ("Open", "Share"):
        box = page.get_by_role("button", name=name, exact=True).bounding_box()
        assert box is not None
        assert box["height"] >= 44


def test_on_a_phone_the_picture_comes_before_the_text_of_the_program(new_page: NewPage, axe: CheckAxe) -> None:
    page = new_page(viewport=PHONE, has_touch=True, is_mobile=True)
    shown = CodePage(page).open("lesson=7c_twice&step=12")
    expect(shown.text).to_be_hidden()
    expect(page.locator(".stage").first).to_be_in_viewport()
    expect(shown.outputs.locator(".fix").first).to_be_visible()  # a way out stays in reach
    edit = page.locator("#fold")
    expect(edit).to_have_attribute("aria-expanded", "false")
    edit.click()
    expect(edit).to_have_attribute("aria-expanded", "true")
    expect(shown.text).to_be_visible()
    axe(page, '[data-testid="stMain"] .st-key-workbench-form')


def test_a_long_line_goes_on_below_and_keeps_its_number(shown: CodePage) -> None:
    shown.write("x = 1\ny = [" + ", ".join(map(str, range(60))) + "]\nz = 2\n")
    one, long, last = (shown.layer.locator(".line").nth(n).bounding_box() for n in range(3))
    assert one is not None
    assert long is not None
    assert last is not None
    assert long["height"] > 2.5 * one["height"]
    assert last["y"] >= long["y"] + long["height"] - 1
    assert shown.text.evaluate("(area) => area.scrollWidth <= area.clientWidth")
