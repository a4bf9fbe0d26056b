"""A notebook file (.ipynb) is read: format 4 as it is, older ones as ``nbformat`` converts them."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from typing import Any

import nbformat

from gradwalk.notebook import KINDS, Cell, Notebook
from gradwalk.program import ProgramError

MOST_CELLS = 1000


def read_notebook(text: str) -> Notebook:
    """The notebook in the text of a file. Raises ProgramError, with a sentence, for anything else."""
    whole = _json(text)
    if not isinstance(whole, dict):
        raise _none("a .ipynb file holds an object with cells")
    if "worksheets" in whole or whole.get("nbformat") in (1, 2, 3):
        text = _converted(text)
        whole = json.loads(text)
    cells = whole.get("cells")
    if not isinstance(cells, list):
        raise _none("it has no cells")
    if len(cells) > MOST_CELLS:
        raise ProgramError(f"This notebook has {len(cells):,} cells; at most {MOST_CELLS:,} fit here.")
    return Notebook(tuple(_cell(number, cell) for number, cell in enumerate(cells)), text)


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise _none("a .ipynb file is JSON") from None


def _converted(text: str) -> str:
    """A file of an older format, as one of format 4."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return str(nbformat.writes(nbformat.reads(text, as_version=4), version=4))
    except Exception:  # it trusts what it is given, and whatever that breaks comes out
        raise _none("its cells cannot be read as format 3 or older has them") from None


def _cell(number: int, raw: Any) -> Cell:
    kind = raw.get("cell_type") if isinstance(raw, dict) else None
    if kind not in KINDS:
        raise _none(f"its cell {number + 1} has no type that notebooks have (code, markdown, raw)")
    identity = raw.get("id", "")
    return Cell(
        kind,
        _source(number, raw.get("source", "")),
        identity if isinstance(identity, str) else "",
        _object(number, raw, "metadata"),
        _object(number, raw, "attachments"),
        number,
    )


def _source(number: int, source: object) -> str:
    lines = source if isinstance(source, list) else [source]
    written = [line for line in lines if isinstance(line, str)]
    if len(written) < len(lines):
        raise _none(f"the source of its cell {number + 1} is no text")
    return "".join(written).replace("\r\n", "\n").replace("\r", "\n")


def _object(number: int, raw: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = raw.get(name, {})
    if not isinstance(found, dict):
        raise _none(f"the {name} of its cell {number + 1} are no object")
    return found


def _none(why: str) -> ProgramError:
    return ProgramError(f"This is no notebook: {why}.")


def restored(notebook: Notebook) -> Notebook:
    """A notebook whose cells know only which cells of the file they are: they get what the file says of those."""
    if not notebook.original:
        return notebook
    before = read_notebook(notebook.original)
    known = {cell.origin: cell for cell in before.cells}
    cells = (
        known[cell.origin]._replace(kind=cell.kind, source=cell.source)
        if cell.origin in known
        else cell._replace(origin=None)
        for cell in notebook.cells
    )
    return Notebook(tuple(cells), before.original)
