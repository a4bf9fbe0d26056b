"""Notebook files (.ipynb) ↔ programs in the percent format. Only text is read; stored outputs are passed over."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

from gradwalk.program import ProgramError
from gradwalk.program.cells import CELL_MARK, split_cells

MOST_CELLS = 1000


def to_program(text: str) -> str:
    """The cells of a notebook as one program: code after ``# %%``, text after ``# %% [markdown]``.

    Raises ProgramError when the text is no notebook.
    """
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        raise ProgramError("This is no notebook: a .ipynb file is JSON.") from None
    if not isinstance(whole, dict):
        raise ProgramError("This is no notebook: a .ipynb file holds an object with cells.")
    return "\n".join(part for cell in _cells(whole) for part in _cell(cell)) + "\n"


def _cells(whole: dict[str, Any]) -> list[Any]:
    sheets = whole.get("worksheets")
    cells = whole.get("cells", sheets[0].get("cells") if isinstance(sheets, list) and sheets else None)
    if not isinstance(cells, list):
        raise ProgramError("This is no notebook: it has no cells.")
    if len(cells) > MOST_CELLS:
        raise ProgramError(f"This notebook has {len(cells):,} cells; at most {MOST_CELLS:,} fit here.")
    return cells


def _cell(cell: Any) -> list[str]:
    kind = cell.get("cell_type") if isinstance(cell, dict) else None
    source = _source(cell) if kind else ""
    if kind == "code":
        return ["# %%", source]
    if kind in ("markdown", "raw", "heading"):
        return ["# %% [markdown]", *(f"# {line}".rstrip() for line in source.split("\n"))]
    raise ProgramError("This is no notebook: one of its cells has no type.")


def _source(cell: dict[str, Any]) -> str:
    source = cell.get("source", cell.get("input", ""))
    lines = source if isinstance(source, list) else [source]
    if not all(isinstance(line, str) for line in lines):
        raise ProgramError("This is no notebook: the source of one of its cells is no text.")
    return "".join(lines).replace("\r\n", "\n")


def to_notebook(source: str) -> str:
    """A program as a notebook file, without outputs."""
    cells = [_written(index, *part) for index, part in enumerate(_parts(source))]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return json.dumps(
        {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5},
        ensure_ascii=False,
        indent=1,
    )


def _parts(source: str) -> list[tuple[str, bool]]:
    """All cells, those of text too, each with whether it is text."""
    parts: list[tuple[str, bool]] = []
    code = {line for _, line in split_cells(source)}
    lines = source.split("\n")
    starts = [0, *(i + 1 for i, line in enumerate(lines) if CELL_MARK.match(line)), len(lines) + 1]
    for start, end in pairwise(starts):
        body = lines[start : end - 1]
        if any(line.strip() for line in body):
            parts.append(("\n".join(body).strip("\n"), start + 1 not in code))
    return parts


def _written(index: int, text: str, markdown: bool) -> dict[str, Any]:
    identity = f"cell-{index}"
    if markdown:
        plain = "\n".join(line.removeprefix("# ").removeprefix("#") for line in text.split("\n"))
        return {"cell_type": "markdown", "id": identity, "metadata": {}, "source": plain.splitlines(keepends=True)}
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": identity,
        "metadata": {},
        "outputs": [],
        "source": text.splitlines(keepends=True),
    }
