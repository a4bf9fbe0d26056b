"""The page Code in a real browser: cells that are written, run, moved and mended, files, links, what never happens."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import FilePayload, Locator, Page, ViewportSize, expect

from gradwalk.address.program import to_query
from gradwalk.lessons import BY_SLUG
from gradwalk.notebook.programs import to_notebook
from tests.browser import becomes, settled, still
from tests.conftest import CheckAxe, NewPage

PHONE: ViewportSize = {"width": 390, "height": 844}
SHORT = "import torch\nx = torch.tensor(3.0, requires_grad=True)\ny = x*x\ny.backward()\nx.grad"
TWICE = SHORT.replace("x.grad", "y.backward()")
CELLS = (
    "# %% [markdown]\n# # Week 4\n# The slope $\\frac{dy}{dx}$ of **y**.\n# %%\nx = 2\nx\n# %%\nx + 1\n# %%\nx + 2\n"
)
PASTE = """(node, text) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", text);
    node.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
}"""


class CodePage:
    """The page, by what a person finds on it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.cells = page.locator("#cells > .cell")
        self.notebook = page.get_by_role("region", name="Notebook")
        self.player = page.get_by_role("region", name="Player")
        self.examples = page.get_by_role("dialog", name="Examples")
        self.refusal = page.locator("#refusal")
        self.told = page.locator("#told")

    def choose(self, lesson: str) -> None:
        self.page.get_by_role("button", name="Examples").click()
        self.examples.locator(f'[data-key="{lesson}"]').click()

    def open(self, query: str = "") -> CodePage:
        self.page.goto(f"/code?{query}" if query else "/code")
        expect(self.cells.first).to_be_visible(timeout=30_000)
        settled(self.page)
        return self

    def cell(self, number: int) -> Locator:
        """By its place in the notebook, from 0."""
        return self.cells.nth(number)

    def code(self, number: int = 0) -> Locator:
        return self.cell(number).get_by_role("textbox")

    def output(self, number: int = 0) -> Locator:
        return self.cell(number).locator(".items")

    def expect_code(self, number: int, source: str) -> None:
        expect(self.cell(number).locator(".cm-line")).to_have_text(source.split("\n"))

    def write(self, source: str, number: int = 0) -> None:
        """In place of what the cell has; letters as they are, without an editor's help."""
        self.code(number).click()
        self.press("Control+a")
        self.page.keyboard.insert_text(source)

    def paste(self, source: str, number: int = 0) -> None:
        """In place of what the cell has, as a long text gets there: a browser takes half a minute to type it."""
        self.code(number).click()
        self.press("Control+a")
        self.code(number).evaluate(PASTE, source)

    def run(self, source: str, number: int = 0) -> None:
        self.write(source, number)
        self.press("Control+Enter")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def marked(self, kind: str) -> Locator:
        return self.notebook.locator(f"mark.{kind}")

    def watch(self) -> None:
        """Leave the notebook for the player."""
        self.page.get_by_role("button", name="Next step").focus()

    def go_to(self, piece: str, most: int = 30) -> None:
        """Step until this piece of the program is marked."""
        for _ in range(most):
            if self.marked("now").all_inner_texts() == [piece]:
                return
            self.press("ArrowRight")
        raise AssertionError(f"No step marks {piece}.")

    def go_back_to(self, piece: str, most: int = 30) -> None:
        for _ in range(most):
            self.press("ArrowLeft")
            if self.marked("now").all_inner_texts() == [piece]:
                return
        raise AssertionError(f"No step marks {piece}.")

    def expect_step(self, step: int) -> None:
        expect(self.player.locator("input.steps")).to_have_value(str(step))


@pytest.fixture
def shown(page: Page) -> CodePage:
    return CodePage(page).open(to_query(SHORT))


@pytest.fixture
def cells(page: Page) -> CodePage:
    return CodePage(page).open(to_query(CELLS))


# The main job


def test_a_program_is_written_run_and_walked_through_by_keys(shown: CodePage) -> None:
    shown.run(SHORT.replace("3.0", "4.0"))
    expect(shown.output()).to_have_text("tensor(8.)")
    expect(shown.page).to_have_url(re.compile(rf"/code\?{re.escape(to_query(SHORT.replace('3.0', '4.0')))}"))
    shown.watch()
    shown.go_to("x*x")
    shown.press("End")
    expect(shown.player).to_contain_text("∇ 8")


def test_it_is_reached_from_the_navigation(page: Page) -> None:
    page.goto("/")
    settled(page)
    page.get_by_role("link", name="Code").click()
    expect(page.locator("#cells").get_by_role("heading")).to_have_text("One derivative, by hand and by PyTorch")
    page.get_by_role("link", name="Expression").click()
    expect(page.get_by_label("Expression", exact=True)).to_be_visible()


def test_an_example_opens_at_its_start(shown: CodePage) -> None:
    shown.press("End")
    shown.choose("7c_twice")
    expect(shown.notebook.get_by_role("heading").first).to_be_visible()
    expect(shown.notebook).to_contain_text("Trying to backward through the graph a second time")
    shown.expect_step(0)
    expect(shown.page).to_have_url(re.compile(r"/code\?lesson=7c_twice$"))


# Cells


def test_texts_are_rendered_and_outputs_stand_below_their_cells(cells: CodePage) -> None:
    expect(cells.cell(0).get_by_role("heading", name="Week 4")).to_be_visible()
    expect(cells.cell(0).locator("math mfrac")).to_be_visible()
    expect(cells.cell(0).locator("strong")).to_have_text("y")
    expect(cells.output(1)).to_have_text("2")
    expect(cells.output(2)).to_have_text("3")
    expect(cells.output(3)).to_have_text("4")
    cells.cell(0).locator(".text").dblclick()
    cells.press("Control+End")
    cells.page.keyboard.type(" $x^2$, $ z_3 $, not $5 or $6")
    cells.press("Shift+Enter")
    expect(cells.cell(0).locator("math msup, math msub")).to_have_count(2)
    expect(cells.cell(1)).to_be_focused()


def test_a_formula_that_is_wider_than_the_notebook_is_set_smaller(shown: CodePage) -> None:
    wide = " ".join(rf"+ \frac{{\partial \ell_i}}{{\partial \omega_{{{number}}}}}" for number in range(9))
    shown.page.get_by_role("button", name="+ Text").click()
    shown.page.keyboard.insert_text(f"$$x^2$$\n\n$${wide}$$")
    shown.press("Shift+Enter")
    plain, fitted = (shown.page.locator(".formula.block").nth(number) for number in (0, 1))
    expect(fitted.locator("mfrac")).to_have_count(9)
    expect(fitted).to_have_attribute("style", re.compile(r"font-size: 0\.\d+em"))
    becomes(fitted, "place => place.scrollWidth <= place.clientWidth + 1")
    expect(plain).not_to_have_attribute("style", re.compile("font-size"))


FORMULAS = r"""\begin{eqnarray*}
w &=& 2x \\
b &=& 1
\end{eqnarray*}

<center>Recap: $o = \frac{1}{2}\sum_i y_i$, for $i < 3$</center>

$
f(x) = \mbox{ReLU}(\half x)
$

Then \begin{equation} \grad{w} = 0 \end{equation} holds, and $\grad{b}$.

$$\newcommand{\half}{\frac{1}{2}} \def\grad#1{\nabla_{#1} L}$$
"""


def test_formulas_are_read_as_jupyter_reads_them(shown: CodePage) -> None:
    """As lecturers write them: old environments, in HTML, over three lines, with definitions that hold in all texts."""
    shown.page.get_by_role("button", name="+ Text").click()
    shown.page.keyboard.insert_text(FORMULAS)
    shown.press("Shift+Enter")
    shown.page.get_by_role("button", name="+ Text").click()
    shown.page.keyboard.insert_text(r"Again $\grad{x}$ with $\half$.")
    shown.press("Shift+Enter")
    texts = shown.page.locator(".cell .text").filter(visible=True)
    expect(texts.last.locator("math msub")).to_have_count(1)
    expect(texts.last.locator("math mfrac")).to_have_count(1)
    first = texts.nth(-2)
    expect(first.locator("math mtable mtr").first.locator("mtd")).to_have_count(3)
    expect(first.locator("math mfrac")).to_have_count(2)
    expect(first.get_by_text("ReLU")).to_have_count(1)
    expect(first.locator(".formula")).to_have_count(7)
    expect(texts.locator(".formula code")).to_have_count(0)


def test_a_cell_runs_all_above_it_and_outputs_that_are_older_say_so(cells: CodePage) -> None:
    cells.write("x = 5\nx", 1)
    expect(cells.cell(1)).to_contain_text("Older than its cell")
    expect(cells.cell(2)).to_contain_text("Older than the cells above")
    cells.code(2).click()
    cells.press("Control+Enter")
    expect(cells.output(1)).to_have_text("5")
    expect(cells.output(2)).to_have_text("6")
    expect(cells.cell(2).locator(".age")).to_be_hidden()
    expect(cells.output(3)).to_have_text("4")
    expect(cells.cell(3)).to_contain_text("Older than the cells above")
    cells.page.get_by_role("button", name="Run all", exact=True).click()
    expect(cells.output(3)).to_have_text("7")
    cells.write("x = 6\nx", 1)
    cells.code(2).click()
    cells.page.get_by_role("button", name="Run all above").locator("visible=true").click()
    expect(cells.output(1)).to_have_text("6")
    expect(cells.output(2)).to_have_text("6")  # of the run before
    expect(cells.cell(2)).to_contain_text("Older")


def test_jupyters_keys_and_undo_across_cells(cells: CodePage) -> None:
    cells.code(1).click()
    cells.press("Escape")
    expect(cells.cell(1)).to_be_focused()
    cells.press("b")
    expect(cells.cells).to_have_count(5)
    expect(cells.cell(2)).to_be_focused()
    cells.press("Enter")
    cells.page.keyboard.type("a = 1")
    cells.press("Enter")
    cells.page.keyboard.type("b = 2")
    cells.press("Home", "Control+Shift+Minus")
    cells.expect_code(2, "a = 1")
    cells.expect_code(3, "b = 2")
    cells.press("Escape", "m")
    expect(cells.cell(3).locator(".text")).to_have_text("b = 2")
    cells.press("y", "ArrowUp", "Shift+M")
    cells.expect_code(2, "a = 1\nb = 2")
    cells.press("d", "d")
    expect(cells.cells).to_have_count(4)
    cells.press("z")
    cells.expect_code(2, "a = 1\nb = 2")
    cells.page.get_by_role("button", name="Move up").locator("visible=true").click()
    cells.expect_code(1, "a = 1\nb = 2")
    for _ in range(30):  # keys that come slowly are taken back one by one
        cells.press("Control+z")
    expect(cells.cells).to_have_count(4)
    cells.expect_code(1, "x = 2\nx")
    expect(cells.cell(2).locator(".age")).to_be_hidden()


def test_keys_of_an_editor(shown: CodePage) -> None:
    shown.write("")
    shown.page.keyboard.type("def f(x):")
    shown.press("Enter")
    shown.page.keyboard.type("return x")
    shown.expect_code(0, "def f(x):\n    return x")
    shown.press("Shift+Tab")
    shown.expect_code(0, "def f(x):\nreturn x")
    shown.press("Control+a", "Tab")
    shown.expect_code(0, "    def f(x):\n    return x")
    shown.press("Control+z")
    shown.expect_code(0, "def f(x):\nreturn x")
    shown.press("Escape", "Shift+Tab")
    expect(shown.cell(0)).not_to_be_focused()
    expect(shown.code()).not_to_be_focused()


def test_a_program_of_markup_is_text(shown: CodePage) -> None:
    shown.run("# <img src=x onerror=alert(1)>\nprint('<b id=bold>bold</b>')\n1/0")
    expect(shown.output()).to_contain_text("<b id=bold>bold</b>")
    shown.page.get_by_role("button", name="+ Text").click()
    for hostile in (
        "<img src='https://example.com/a.png' onerror=alert(1)><script>alert(2)</script>",
        "<b id=bold style='position:fixed'>x</b> [a](javascript:alert(3)) $\\href{javascript:alert(4)}{x}$",
    ):
        shown.page.keyboard.insert_text(hostile)
    shown.press("Escape")
    expect(shown.cell(1).locator(".text b")).to_have_text("x")
    expect(shown.page.locator("#bold")).to_have_count(0)
    expect(shown.notebook.locator("script, img, [onerror], [style*=fixed], a[href^=javascript]")).to_have_count(0)


# Mending


def test_a_failure_is_mended_with_one_click_that_can_be_undone(shown: CodePage) -> None:
    shown.run(TWICE)
    expect(shown.output()).to_contain_text("RuntimeError: Trying to backward through the graph a second time")
    expect(shown.marked("wrong")).to_have_text("y.backward()")
    shown.cell(0).get_by_text("Traceback", exact=True).click()
    expect(shown.cell(0).locator(".traceback")).to_contain_text("----> ")
    expect(shown.output()).to_contain_text("Tried: with this change the program runs to its end. y is 9; x.grad is 12.")
    shown.page.get_by_role("button", name="Use y.backward(retain_graph=True)").click()
    shown.expect_code(0, TWICE.replace("y.backward()", "y.backward(retain_graph=True)", 1))
    expect(shown.marked("wrong")).to_have_count(0)
    expect(shown.output()).to_be_hidden()
    shown.code().click()
    shown.press("Control+z")
    shown.expect_code(0, TWICE)


def test_what_does_not_mend_is_not_offered(shown: CodePage) -> None:
    shown.run("for turn in tqdm(range(3)):\n    print(turn)")
    expect(shown.output()).to_contain_text("Tried: this change does not mend it. With it, line 1 stops:")
    expect(shown.page.get_by_role("button", name="Use")).to_have_count(0)


def test_marks_count_characters_of_every_kind(shown: CodePage) -> None:
    shown.run("s = '𝑥🙂'; 1/0")
    expect(shown.marked("wrong")).to_have_text("1/0")


# The player


def test_cells_and_player_are_one_thing(cells: CodePage) -> None:
    source = "# %% [markdown]\n# a\n# %%\n" + SHORT.replace("y.backward()\n", "y.backward()\n# %%\n")
    frames: list[object] = []
    cells.page.on("websocket", lambda socket: socket.on("framesent", lambda frame: frames.append(frame)))
    cells.open(to_query(source))
    sent = len(frames)
    cells.cell(1).locator(".cm-line").nth(2).get_by_text("x*x").click()
    expect(cells.marked("now")).to_have_text("x*x")
    expect(cells.player.locator("h3.title")).to_have_text("Forward through multiplication")
    cells.output(2).locator(".shown").click()
    expect(cells.marked("now")).to_have_text("x.grad")
    cells.cell(1).get_by_role("button", name="Show cell 1 in the player").click()
    expect(cells.marked("now")).to_contain_text("tensor")
    assert len(frames) == sent  # without the server
    cells.watch()
    cells.go_to("x*x")
    title = cells.player.locator("h3.title").inner_text()
    cells.code(1).focus()
    cells.press("Control+Home")
    cells.page.keyboard.insert_text("a = 1\nb = 2\n")
    expect(cells.marked("now")).to_have_count(0)
    cells.press("Control+Enter")
    expect(cells.marked("now")).to_have_text("x*x")
    expect(cells.player.locator("h3.title")).to_have_text(title)


# Files and links


def test_a_notebook_is_opened_and_saved_without_loss(shown: CodePage, tmp_path: Path) -> None:
    notebook = json.loads(to_notebook(BY_SLUG["3a_mean"].source))
    for cell in notebook["cells"]:
        cell["metadata"] = {"tags": ["own"]}
        if cell["cell_type"] == "code":
            cell["outputs"] = [{"output_type": "display_data", "metadata": {}, "data": {"image/png": "A" * 900_000}}]
        else:
            cell["attachments"] = {"a.png": {"image/png": "iVBORw0KGgo="}}
    path = tmp_path / "Lecture 3.ipynb"
    text = "\ufeff" + json.dumps(notebook, indent=2).replace("\n", "\r\n")  # as an editor on Windows writes it
    path.write_bytes(text.encode())
    shown.page.get_by_label("A notebook or a Python file").set_input_files(path)
    expect(shown.notebook).to_contain_text("tensor([0.6667, 1.3333, 2.0000])")

    def saved(kind: str) -> bytes:
        with shown.page.expect_download() as download:
            shown.page.get_by_label("Save as").select_option(kind)
        download.value.save_as(tmp_path / "saved")
        assert download.value.suggested_filename == "Lecture 3.ipynb"
        return (tmp_path / "saved").read_bytes()

    assert saved("ipynb") == path.read_bytes()
    with_outputs = json.loads(saved("outputs").decode("utf-8-sig"))
    assert [cell["metadata"] for cell in with_outputs["cells"]] == [{"tags": ["own"]}] * len(notebook["cells"])
    shown_there = json.dumps(with_outputs)
    assert "tensor([0.6667, 1.3333, 2.0000])" in shown_there
    assert "A" * 900 not in shown_there
    shown.page.reload()
    expect(shown.notebook).to_contain_text("tensor([0.6667, 1.3333, 2.0000])")
    assert saved("ipynb") == path.read_bytes()


def test_a_python_file_is_dropped_saved_and_refused(shown: CodePage, tmp_path: Path) -> None:
    dropped = shown.page.evaluate_handle(
        """(text) => { const data = new DataTransfer();
        data.items.add(new File([text], "dropped.py")); return data; }""",
        written := "\ufeff" + CELLS.replace("\n", "\r\n"),
    )
    shown.notebook.dispatch_event("drop", {"dataTransfer": dropped})
    expect(shown.cells).to_have_count(4)
    expect(shown.output(3)).to_have_text("4")
    with shown.page.expect_download() as download:
        shown.page.get_by_label("Save as").select_option("py")
    download.value.save_as(tmp_path / "saved")
    assert (tmp_path / "saved").read_bytes() == written.encode()
    chooser = shown.page.get_by_label("A notebook or a Python file")
    chooser.set_input_files(FilePayload(name="broken.ipynb", mimeType="", buffer=b"\x89PNG\x00\xff"))
    expect(shown.told).to_contain_text("This is no notebook")
    chooser.set_input_files(FilePayload(name="huge.py", mimeType="text/plain", buffer=b"#" * 7_000_000))
    expect(shown.told).to_contain_text("huge.py has more than 6,000,000 characters of text.")
    expect(shown.cells).to_have_count(4)


def test_empty_lines_at_a_cells_start_count_as_in_jupyter(page: Page) -> None:
    shown = CodePage(page).open(to_query("# %%\n1\n# %%\n\n\nx = 2\nx\n# %%\n\n3\n"))
    for number in range(3):
        expect(shown.output(number)).to_have_text(f"{number + 1}")
    cells: list[dict[str, object]] = [
        {"cell_type": "code", "metadata": {}, "source": "\n\nx = 1\n1 / 0", "outputs": [], "execution_count": None}
    ]
    file = json.dumps({"cells": cells * 2, "metadata": {}, "nbformat": 4, "nbformat_minor": 4})
    chooser = page.get_by_label("A notebook or a Python file")
    chooser.set_input_files(FilePayload(name="a.ipynb", mimeType="", buffer=file.encode()))
    expect(shown.output(1)).to_contain_text("ZeroDivisionError")
    numbers = shown.cell(1).locator(".cm-lineNumbers .cm-gutterElement")
    expect(numbers).to_have_count(5)
    for line, counted in enumerate(["", "", "1", "2"], start=1):  # the first one holds the width
        expect(numbers.nth(line)).to_have_text(counted)
    expect(page.locator(".finding-strip").get_by_role("button").last).to_contain_text("cell 2, line 2")


def test_each_line_of_a_python_file_keeps_its_own_end(shown: CodePage, tmp_path: Path) -> None:
    written = "x = 1\r\ny = 2\nx\r# %%\r\ny\r\n\r\n# %%\r\nx + y\n"

    def saved() -> str:
        with shown.page.expect_download() as download:
            shown.page.get_by_label("Save as").select_option("py")
        download.value.save_as(tmp_path / "saved")
        return (tmp_path / "saved").read_bytes().decode()

    chooser = shown.page.get_by_label("A notebook or a Python file")
    chooser.set_input_files(FilePayload(name="mixed.py", mimeType="text/x-python", buffer=written.encode()))
    expect(shown.output(2)).to_have_text("3")
    assert saved() == written
    shown.write("y = 5\nx = 1\ny = 2\nx")
    shown.page.reload()
    expect(shown.cells).to_have_count(3)
    assert saved() == f"y = 5\r\n{written}"  # a new line ends as most do


def test_a_shared_link_opens_the_same_program_at_the_same_step(shown: CodePage, new_page: NewPage) -> None:
    shown.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    shown.watch()
    shown.press("ArrowRight", "ArrowRight")
    shown.page.get_by_role("button", name="Share").click()
    expect(shown.told).to_contain_text("The link is copied")
    link = shown.page.evaluate("navigator.clipboard.readText()")
    assert link.endswith(f"/code?{to_query(SHORT)}&step=2")
    page = new_page()
    page.goto(link)
    other = CodePage(page)
    other.expect_code(0, SHORT)
    other.expect_step(2)
    expect(other.marked("now")).to_have_text(shown.marked("now").inner_text())
    other.write("7 * 6")  # and one that has not run
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Share").click()
    expect(other.told).to_contain_text("The link is copied")
    page.goto(page.evaluate("navigator.clipboard.readText()"))
    expect(other.output()).to_have_text("42")


def test_what_is_typed_outlives_a_reload_and_a_refusal(shown: CodePage) -> None:
    shown.write("1 + 1  # not run")
    shown.page.reload()
    shown.expect_code(0, "1 + 1  # not run")
    expect(shown.output()).to_have_text("tensor(6.)")
    expect(shown.cell(0).locator(".age")).to_have_text("Older than its cell: it has changed since it ran.")
    long = "\n".join(f"x{n} = {n * 7919 % 10007}" for n in range(1500)) + "\n42"
    shown.paste(long)
    shown.press("Control+Enter")
    expect(shown.output()).to_have_text("42")
    expect(shown.page).to_have_url(re.compile(r"/code(\?step=\d+)?$"))
    shown.page.get_by_role("button", name="Share").click()
    expect(shown.told).to_contain_text("too long for a link. Save it as a file")
    shown.page.reload()
    expect(shown.output()).to_have_text("42")
    shown.paste("\n".join(["#" * 99] * 2_001))
    shown.press("Control+Enter")
    expect(shown.refusal).to_contain_text("at most 200,000 fit here")
    expect(shown.player).to_have_class(re.compile(r"\bstale\b"))
    shown.page.reload()
    expect(shown.refusal).to_contain_text("at most 200,000 fit here")


def test_what_the_browser_cannot_keep_is_said_before_it_is_lost(shown: CodePage) -> None:
    shown.page.evaluate("sessionStorage.setItem('other', 'x'.repeat(5_230_000))")
    shown.paste("\n".join(["1 + 1  " + "#" * 93] * 200))
    expect(shown.told).to_contain_text("larger than what the browser keeps for a reload")
    assert not shown.page.evaluate("dispatchEvent(new Event('beforeunload', { cancelable: true }))")
    shown.write("1 + 1")
    expect(shown.told).to_have_text("")


def test_a_run_is_stopped_and_what_it_did_until_then_is_shown(shown: CodePage) -> None:
    stop = shown.notebook.locator("xpath=ancestor::*[@id='notebook']").get_by_role("button", name="Stop", exact=True)
    expect(stop).to_be_hidden()
    shown.run(f"{SHORT}\nimport time\ntime.sleep(60)\n")
    expect(stop).to_be_visible()
    expect(shown.page.get_by_text("Stop", exact=True).locator("visible=true")).to_have_count(1)  # not Streamlit's too
    for part in ("code-notebook", "program-player"):  # it is read meanwhile
        expect(shown.page.locator(f".st-key-{part}")).to_have_css("opacity", "1")
    assert Axe().run(shown.page, "main").response["violations"] == []  # ``axe`` would wait for the run's end
    stop.click()
    expect(shown.output()).to_contain_text("KeyboardInterrupt")
    expect(stop).to_be_hidden()
    shown.watch()
    shown.press("End")
    expect(shown.player).to_contain_text("The program was stopped")
    shown.go_back_to("y.backward()")
    expect(shown.player).to_contain_text("∇ 6")
    shown.run("6 * 7")
    expect(shown.output()).to_have_text("42")


def test_a_long_warning_leaves_room_for_what_explains_the_failure(shown: CodePage) -> None:
    loop = "for i in range(2):\n    loss = (w * 3 - 1)**2\n    loss.backward()\n    w = w - 0.1 * w.grad"
    shown.run(f"import torch\nw = torch.tensor(1.0, requires_grad=True)\n{loop}")
    warning = shown.output().locator("details.warning")
    expect(warning.locator("summary")).to_have_text(re.compile("^UserWarning: The .grad attribute of a Tensor"))
    expect(warning.locator("pre")).to_be_hidden()
    expect(shown.output().locator(".failure")).to_contain_text("backward() writes .grad only for leaves")
    warning.locator("summary").click()
    expect(warning.locator("pre")).to_be_visible()
    expect(warning.locator("pre")).to_contain_text(re.compile(r"^<ipython-input[\s\S]*w = w - 0\.1 \* w\.grad$"))
    becomes(warning, "(node) => node.scrollWidth <= node.clientWidth")


def test_the_table_of_names_has_room_for_ways_into_modules(new_page: NewPage) -> None:
    page = new_page(viewport={"width": 1440, "height": 900})
    net = "torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.ReLU(), torch.nn.Linear(3, 1))"
    shown = CodePage(page).open(
        to_query(f"import torch\ntarget = {net}\nloss = target(torch.ones(1, 2)).sum()\nloss.backward()")
    )
    shown.watch()
    shown.press("End")
    table = shown.player.locator(".names")
    expect(table.locator("th", has_text="target.0.weight")).to_be_visible()
    becomes(table, "(node) => node.scrollWidth <= node.clientWidth")


def test_a_retina_figure_is_as_large_as_in_jupyter(shown: CodePage) -> None:
    plot = "import matplotlib.pyplot as plt\nplt.plot([1, 3, 2]);"
    widths = []
    for kind in ("png", "retina"):
        shown.run(f"%config InlineBackend.figure_format = '{kind}'\n{plot}\n")
        expect(shown.output().locator("img[srcset]")).to_have_count(int(kind == "retina"))
        widths.append(shown.output().locator("img").evaluate("image => image.decode().then(() => image.naturalWidth)"))
    assert abs(widths[0] - widths[1]) <= 1


def test_what_is_opened_is_written_in_while_it_runs(page: Page) -> None:
    page.goto(f"/code?{to_query('while True: pass')}")
    shown = CodePage(page)
    expect(shown.code()).to_be_visible(timeout=30_000)
    shown.run("6 * 7")
    expect(shown.output()).to_have_text("42")
    shown.expect_code(0, "6 * 7")
    expect(page.locator("#state")).to_have_text("")


def test_a_tampered_link_opens_the_first_example_with_a_notice(page: Page) -> None:
    shown = CodePage(page).open("code=AAAA&step=2x")
    expect(page.get_by_test_id("stAlert")).to_have_count(2)
    expect(shown.notebook.get_by_role("heading")).to_have_text("One derivative, by hand and by PyTorch")


# Everyone, everywhere


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_stands_in_the_way_of_assistive_technology(new_page: NewPage, axe: CheckAxe, scheme: str) -> None:
    shown = CodePage(new_page(color_scheme=scheme)).open("lesson=7d_in_place&step=3")
    axe(shown.page)
    shown.write("x = 'é' + 1  # changed", 1)
    expect(shown.cell(1)).to_contain_text("Older than its cell")
    axe(shown.page, '[data-testid="stMain"] .st-key-workbench-form')


def test_a_phone_has_the_notebook_and_the_player_one_after_the_other(new_page: NewPage, axe: CheckAxe) -> None:
    page = new_page(viewport=PHONE, has_touch=True, is_mobile=True)
    shown = CodePage(page).open("lesson=7c_twice&step=4")
    expect(shown.player).to_be_hidden()
    page.wait_for_function("() => document.scrollingElement.scrollWidth <= innerWidth")
    for name in ("Run all", "Open", "Share", "Player"):
        assert still(page.get_by_role("button", name=name, exact=True))["height"] >= 44
    axe(page, '[data-testid="stMain"] .st-key-workbench-form')
    page.get_by_role("button", name="Player", exact=True).click()
    expect(page.locator(".stage").first).to_be_in_viewport()
    expect(shown.notebook).to_be_hidden()
    page.wait_for_function("() => document.scrollingElement.scrollWidth <= innerWidth")


def expect_clear(page: Page) -> None:
    """The lit box comes to stand above the words."""
    lit, words = page.locator(".box.now"), page.locator(".words")
    for _ in range(1200):
        box, sheet = lit.bounding_box(), words.bounding_box()
        if box and sheet and 0 <= box["y"] <= box["y"] + box["height"] <= sheet["y"]:
            return
        page.evaluate("() => new Promise(requestAnimationFrame)")
    raise AssertionError(f"{box} does not lie above {sheet}.")


def test_on_a_phone_what_the_notebook_leads_to_is_in_sight_and_the_way_back_too(new_page: NewPage) -> None:
    page = new_page(viewport=PHONE, has_touch=True, is_mobile=True)
    far = "import torch\nx = torch.tensor(2.0, requires_grad=True)\ny = x\nfor _ in range(7):\n    y = y * x\n"
    shown = CodePage(page).open(to_query(far + "# a line\n" * 60 + "# %%\nz = torch.sin(y)\nz.backward()\n"))
    shown.cell(1).locator(".cm-line").first.tap()
    expect(shown.marked("now")).to_have_text("torch.sin(y)")
    page.get_by_role("button", name="Player", exact=True).tap()
    expect_clear(page)
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowRight")
    expect_clear(page)
    page.get_by_role("button", name="Notebook", exact=True).tap()
    expect(shown.marked("now")).to_be_in_viewport()


def test_each_of_many_graphs_is_drawn_when_somebody_stops_at_it(cells: CodePage) -> None:
    grows = (
        "import torch\nx = torch.tensor(2.0, requires_grad=True)\nfor i in range(30):\n    y = x\n"
        "    for _ in range(i + 1):\n        y = y * 2\n    y.backward()\n"
    )
    cells.open(to_query(grows))
    title = cells.page.locator(".episode-title")
    expect(title).to_have_text("backward() 1 of 30")
    cells.press("End")
    for _ in range(2):  # the last is there, and the one before is not
        cells.press("PageUp")
    expect(title).to_have_text("backward() 29 of 30")
    expect(cells.player.locator(".stage .box").first).to_be_visible()
    expect(cells.player.get_by_text("one too many")).to_be_hidden()
    expect(title).to_have_text("backward() 29 of 30")
