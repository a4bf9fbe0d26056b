"""What a notebook shows of a recording, in pages that do as Jupyter, VS Code, Colab and marimo do."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from gradwalk import Recording, record


@pytest.fixture(scope="module")
def sine() -> Recording:
    return record("import torch\nx = torch.tensor(4.0, requires_grad=True)\nz = torch.sin(x**2)\nz.backward()")


NOTEBOOKS = {
    "Jupyter": '<body data-jp-theme-light="{light}">',
    "VS Code": '<body class="vscode-{theme}">',
    "Colab": '<html theme="{theme}"><body>',
    "marimo": '<body class="{theme} {theme}-theme">',
}
WEBVIEW = (
    "default-src 'none'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' https: http: data:; font-src 'self' https:; connect-src https:; child-src https: data:;"
)
"""What VS Code allows what is shown in a notebook."""
LOADED = """async () => {
  const loaded = () => [...document.fonts].map((face) => face.status).filter((status) => status === "loaded");
  while (!loaded().length) await new Promise(requestAnimationFrame);
  return loaded();
}"""


@pytest.mark.parametrize("body", NOTEBOOKS.values(), ids=NOTEBOOKS)
def test_an_output_is_dark_where_its_notebook_is(browser: Browser, sine: Recording, tmp_path: Path, body: str) -> None:
    path = tmp_path / "notebook.html"
    with closing(browser.new_context(color_scheme="null")) as context:
        for theme, ground in (("light", "rgb(255, 255, 255)"), ("dark", "rgb(17, 20, 24)")):
            told = body.format(theme=theme, light=str(theme == "light").lower())
            path.write_text(f"<!doctype html>{told}{sine._repr_mimebundle_()['text/html']}", encoding="utf-8")
            page = context.new_page()
            page.goto(path.as_uri())
            shown = page.frame_locator("iframe")
            expect(shown.locator(".player .box").first).to_be_visible()
            expect(shown.locator("body")).to_have_css("background-color", ground)


def test_an_output_steps_with_its_font_under_the_policy_of_vs_codes_notebooks(
    browser: Browser, sine: Recording, tmp_path: Path
) -> None:
    """As its renderer puts it there: into ``innerHTML``, beside others."""
    path = tmp_path / "webview.html"
    output = json.dumps(sine._repr_mimebundle_()["text/html"]).replace("</", "<\\/")
    path.write_text(
        f"<!doctype html><meta http-equiv='Content-Security-Policy' content=\"{WEBVIEW}\"><p></p><p></p>"
        f"<script>for (const place of document.querySelectorAll('p')) place.innerHTML = {output}</script>",
        encoding="utf-8",
    )
    with closing(browser.new_context()) as context:
        page = context.new_page()
        page.goto(path.as_uri())
        for number in (0, 1):
            shown = page.frame_locator("iframe").nth(number)
            expect(shown.locator(".player .box").first).to_be_visible()
            shown.locator("input.steps").press("End")
            expect(shown.locator("input.steps")).not_to_have_value("0")
            loaded = "() => [...document.fonts].some((face) => face.status === 'loaded')"
            expect(shown.locator(".player")).to_be_visible()
            page.frames[number + 1].wait_for_function(loaded)
