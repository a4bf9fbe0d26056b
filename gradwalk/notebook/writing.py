"""A notebook becomes a file again: what nobody changed stays as it was, letter for letter."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

import nbformat

from gradwalk.notebook import Cell, Notebook
from gradwalk.notebook.reading import read_notebook
from gradwalk.notebook.slices import Slice, elements, members, replaced

Outputs = Mapping[int, Sequence[Mapping[str, Any]]]
"""What cells showed, by their position in the notebook, as a notebook file has it."""

_KERNEL = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
_LANGUAGE = {"language_info": {"name": "python"}}


def write_notebook(notebook: Notebook, outputs: Outputs | None = None) -> str:
    """The text of the file. With ``outputs``, code cells get these and no others.

    Without them a cell that was changed loses the outputs that the file had for it: they are another program's.
    """
    if not notebook.original:
        return _fresh(notebook.cells, outputs or {})
    before = read_notebook(notebook.original).cells
    if notebook.cells == before and outputs is None:
        return notebook.original
    text = notebook.original
    place = members(text)["cells"]
    old = elements(text, place.start)
    style = _Style(text, [text[one.start : one.end] for one in old])
    made = [
        _cell(style, before, cell, None if outputs is None else outputs.get(at, ()))
        for at, cell in enumerate(notebook.cells)
    ]
    return replaced(text, [(place, style.array(made, old, place))])


class _Style:
    """How the file is laid out: its indent, its line ends, whether it escapes letters, whether cells have names."""

    def __init__(self, text: str, cells: list[str]) -> None:
        self.cells = cells
        self._text = text
        found = re.match(r"\{\r?\n([ \t]+)", text)
        self._indent = found[1] if found else None
        self._end = "\r\n" if "\r\n" in text else "\n"
        self._ascii = text.isascii()
        version = members(text)
        minor = version["nbformat_minor"].value if "nbformat_minor" in version else 0
        self.named = isinstance(minor, int) and minor >= 5
        self._known = set(re.findall(r'"id": ?"([^"]*)"', text))

    def dump(self, value: object, depth: int) -> str:
        text = json.dumps(value, indent=self._indent, ensure_ascii=self._ascii)
        return text.replace("\n", self._end + (self._indent or "") * depth)

    def array(self, cells: list[str], old: list[Slice], place: Slice) -> str:
        """The cells between the brackets and commas that the file has."""
        if not cells:
            return "[]"
        line = self._end + (self._indent or "") * 2 if self._indent else ""
        start, comma, end = f"[{line}", f",{line or ' '}", f"{line.removesuffix(self._indent or '')}]"
        if old:
            start, end = self._text[place.start : old[0].start], self._text[old[-1].end : place.end]
        if len(old) > 1:
            comma = self._text[old[0].end : old[1].start]
        return start + comma.join(cells) + end

    def name(self) -> str:
        """A name that no cell of the file has."""
        name = next(name for number in count(1) if (name := f"added-{number}") not in self._known)
        self._known.add(name)
        return name


def _cell(style: _Style, before: Sequence[Cell], cell: Cell, shown: Sequence[Mapping[str, Any]] | None) -> str:
    known = cell.origin is not None and 0 <= cell.origin < len(before)
    old = before[cell.origin] if known and cell.origin is not None else None
    if old is None or old.kind != cell.kind or cell.origin is None:
        return style.dump(_new(style, cell, old, shown or ()), 2)
    raw = style.cells[cell.origin]
    parts = members(raw)
    changes: list[tuple[str, object]] = []
    if cell.source != old.source:
        changes.append(("source", _lines(cell.source, parts.get("source"))))
    changes += [
        (name, new) for name in ("metadata", "attachments") if (new := getattr(cell, name)) != getattr(old, name)
    ]
    if cell.kind == "code" and (shown is not None or cell.source != old.source):
        changes += [("outputs", list(shown or ())), ("execution_count", _count(shown or ()))]
    if all(name in parts for name, _ in changes):
        return replaced(
            raw, [(parts[name], style.dump(value, 3)) for name, value in changes if parts[name].value != value]
        )
    return style.dump({**json.loads(raw), **dict(changes)}, 2)


def _new(style: _Style, cell: Cell, old: Cell | None, shown: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A cell that was added, or has become one of another kind."""
    name = (old.id if old is not None else cell.id) or style.name()
    return _made(cell, name if style.named else "", shown)


def _made(cell: Cell, name: str, shown: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A cell as a file has it, its members in the order in which Jupyter writes them."""
    code = {"execution_count": _count(shown)} if cell.kind == "code" else {}
    attached = {"attachments": dict(cell.attachments)} if cell.attachments and cell.kind != "code" else {}
    outputs = {"outputs": list(shown)} if cell.kind == "code" else {}
    return {
        **attached,
        "cell_type": cell.kind,
        **code,
        **({"id": name} if name else {}),
        "metadata": dict(cell.metadata),
        **outputs,
        "source": cell.source.splitlines(keepends=True),
    }


def _count(shown: Sequence[Mapping[str, Any]]) -> int | None:
    return next((output["execution_count"] for output in shown if output.get("execution_count")), None)


def _lines(source: str, before: Slice | None) -> object:
    """A source in the form that the file has for it: a list of lines, or one text."""
    return source if before is not None and isinstance(before.value, str) else source.splitlines(keepends=True)


def _fresh(cells: Sequence[Cell], outputs: Outputs) -> str:
    """A notebook that comes from no file."""
    names = {cell.id for cell in cells if cell.id}
    spare = (name for number in count(1) if (name := f"cell-{number}") not in names)
    written = [_made(cell, cell.id or next(spare), outputs.get(at, ())) for at, cell in enumerate(cells)]
    whole = {"cells": written, "metadata": {**_KERNEL, **_LANGUAGE}, "nbformat": 4, "nbformat_minor": 5}
    return str(nbformat.writes(nbformat.from_dict(whole))) + "\n"
