"""The form's entry: what a browser sends is checked by its shape before anything reads it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from components.expression.entry import MAX_FIELDS, Entry, read_entry
from tests.browser import ROOT

FOLDERS = [ROOT / "components" / name for name in ("expression", "shared")]

SENT: dict[str, Any] = {
    "text": "z = sin(x**2)",
    "given": {"x": "4"},
    "constants": ["x"],
    "dtype": "float64",
    "seed": "[1, 2]",
    "opened": "first",
    "count": 3,
    "example": None,
}


def test_an_entry_as_the_form_sends_it() -> None:
    expected = Entry("z = sin(x**2)", {"x": "4"}, frozenset({"x"}), "float64", "[1, 2]", "first", 3, None)
    assert read_entry(SENT) == expected


@pytest.mark.parametrize("seed", [None, "", "  "])
def test_a_blank_seed_is_no_seed(seed: str | None) -> None:
    entry = read_entry(SENT | {"seed": seed})
    assert entry is not None
    assert entry.seed is None


@pytest.mark.parametrize(
    "change",
    [
        {"text": 4},
        {"text": None},
        {"given": [["x", "4"]]},
        {"given": {"x": 4}},
        {"given": {f"x{number}": "1" for number in range(MAX_FIELDS + 1)}},
        {"constants": "x"},
        {"constants": [1]},
        {"constants": ["x"] * (MAX_FIELDS + 1)},
        {"dtype": "float16"},
        {"dtype": ["float32"]},
        {"seed": 1.0},
        {"opened": None},
        {"count": "3"},
        {"example": 0},
    ],
)
def test_anything_else_is_no_entry(change: dict[str, object]) -> None:
    assert read_entry(SENT | change) is None


@pytest.mark.parametrize("raw", [None, "z = x", 3, [], {}])
def test_what_is_no_mapping_is_no_entry(raw: object) -> None:
    assert read_entry(raw) is None


@pytest.mark.parametrize(
    "script", [path for folder in FOLDERS for path in folder.glob("*.js")], ids=lambda path: path.name
)
def test_what_a_person_typed_is_never_read_as_html(script: Path) -> None:
    text = script.read_text(encoding="utf-8")
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", text)


@pytest.mark.parametrize(
    "sheet", [path for folder in FOLDERS for path in folder.glob("*.css")], ids=lambda path: path.name
)
def test_every_colour_comes_from_the_theme(sheet: Path) -> None:
    assert not re.findall(r"#[0-9a-f]{3,8}\b|rgb\(|hsl\(", sheet.read_text(encoding="utf-8").replace("#use", ""))
