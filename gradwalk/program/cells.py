"""A text in the percent format (``# %%``) is cut into cells."""

from __future__ import annotations

import re
from collections.abc import Iterator

CELL_MARK = re.compile(r"#\s?%%(?P<rest>.*)")
"""The percent format, which editors and jupytext share."""


def split_cells(source: str) -> Iterator[tuple[str, int]]:
    """The cells of a text in the percent format, each with the number of its first line. Markdown cells are skipped."""
    lines = source.split("\n")
    start, text_cell = 0, False
    for number, line in enumerate([*lines, "# %%"]):
        if not (mark := CELL_MARK.match(line)):
            continue
        if not text_cell and any(part.strip() for part in lines[start:number]):
            yield "\n".join(lines[start:number]), start + 1
        start, text_cell = number + 1, "[markdown]" in mark["rest"]
