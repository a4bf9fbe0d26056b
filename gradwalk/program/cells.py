"""A text in the percent format (``# %%``) is cut into cells."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

CELL_MARK = re.compile(r"#\s?%%(?P<rest>.*)")
"""The percent format, which editors and jupytext share."""
_TEXT = {"markdown": "markdown", "md": "markdown", "raw": "raw"}
_TYPE = re.compile(rf"\[({'|'.join(_TEXT)})\]")


def kind_of_mark(line: str) -> Literal["code", "markdown", "raw"]:
    """What the cell is that begins with this line."""
    found = _TYPE.search(line)
    return "code" if found is None else "raw" if _TEXT[found[1]] == "raw" else "markdown"


def split_cells(source: str) -> Iterator[tuple[str, int]]:
    """The code cells of a text in the percent format, each with the number of its first line; no empty ones."""
    lines = source.split("\n")
    start, text_cell = 0, False
    for number, line in enumerate([*lines, "# %%"]):
        if not CELL_MARK.match(line):
            continue
        if not text_cell and any(part.strip() for part in lines[start:number]):
            yield "\n".join(lines[start:number]), start + 1
        start, text_cell = number + 1, kind_of_mark(line) != "code"
