"""Strangers' text in a real browser: the tricks of markup, Graphviz and LaTeX stay the text that they are, everywhere.

Nothing runs, nothing is loaded, and no element is made of it; a page that complained in its console would fail as well.
"""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import Page, expect

from gradwalk.address.program import to_query
from tests.browser import REST_SECONDS, settled

TRICKS = (
    "<img src=x onerror='window.ran=1' class=stranger>",
    "<svg onload='window.ran=1' class=stranger></svg>",
    "</script><script class=stranger>window.ran=1</script>",
    "[here](javascript:window.ran=1) ![x](/stranger.png) :red[x]",
    r"$\href{javascript:window.ran=1}{x}$ \htmlClass{stranger}{x}",
    r"\N\G\E <B CLASS='stranger'>x</B> \" ]; stranger [URL='javascript:window.ran=1'",
    "\u202edesrever\u2066 \x1b]8;;http://stranger\x1b\\",
)
ALL = " ".join(TRICKS)
PROGRAM = f"""import torch
# {TRICKS[0]}
text = {ALL!r}
x = torch.tensor(2.0, requires_grad=True)
print(text, x)
y = x * x
y.backward()
{{text: y}}
# %%
raise ValueError(text)
"""
LOADED = """() => {
    const roots = [document], found = [];
    for (const root of roots)
        for (const one of root.querySelectorAll("*")) {
            if (one.shadowRoot) roots.push(one.shadowRoot);
            if (one.matches(".stranger, [src*=stranger], [onerror], [onload], [href^='javascript' i]"))
                found.push(one.outerHTML.slice(0, 200));
        }
    return [window.ran ?? null, found];
}"""


def harmless(page: Page) -> None:
    settled(page)
    assert page.evaluate(LOADED) == [None, []]


def test_in_the_address_of_an_expression(page: Page) -> None:
    for query in (f"z={quote(ALL)}", f"z=x&x={quote(ALL)}", f"z=x&{quote(TRICKS[0])}=2", f"z=x&v={quote(ALL)}"):
        page.goto(f"/?{query}")
        harmless(page)


def test_in_the_fields_of_an_expression(page: Page) -> None:
    page.goto("/")
    settled(page)
    text = page.get_by_label("Expression", exact=True)
    for trick in TRICKS:
        text.fill(f"z = x + {trick}")
        expect(page.locator("#refusal").first).not_to_be_empty()
        harmless(page)


def test_in_a_program_what_it_prints_and_what_it_raises(page: Page) -> None:
    page.goto(f"/code?{to_query(PROGRAM)}")
    outputs = page.locator("#cells .items")
    expect(outputs.first).to_contain_text(TRICKS[0], timeout=REST_SECONDS * 1000)
    expect(outputs.last).to_contain_text("ValueError")
    harmless(page)
    following = page.get_by_role("button", name="Next step")
    for _ in range(12):
        following.click()
    harmless(page)


def test_in_a_notebook(page: Page, tmp_path: Path) -> None:
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": [ALL, "\n# %%\n", ALL]},
        {"cell_type": "code", "metadata": {}, "source": PROGRAM, "outputs": [{"data": {"text/html": ALL}}]},
    ]
    path = tmp_path / "<img src=x onerror=window.ran=1 class=stranger>.ipynb"
    path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}), encoding="utf-8")
    page.goto("/code")
    settled(page)
    page.get_by_label("A notebook or a Python file").set_input_files(path)
    expect(page.locator("#cells .items:visible").first).to_contain_text(TRICKS[0], timeout=REST_SECONDS * 1000)
    harmless(page)


def test_in_the_address_of_a_perceptron(page: Page) -> None:
    for query in ("names", "x", "w", "b", "y", "preset", "activation", "loss", "view", "points", "data"):
        page.goto(f"/perceptron?{query}={quote(ALL)}")
        harmless(page)


def test_in_the_points_of_a_training(page: Page) -> None:
    page.goto("/perceptron?view=train&data=own")
    settled(page)
    points = page.get_by_role("textbox", name="Points")
    for trick in TRICKS[:4]:
        points.fill(f"0, 1, {trick}")
        points.press("Control+Enter")
        expect(page.get_by_test_id("stApp")).to_contain_text("Row", timeout=REST_SECONDS * 1000)
        harmless(page)
