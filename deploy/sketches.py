"""Writes docs/pictures/terms: the small pictures of the glossary, from the list that the player draws them from."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SCRIPT = ROOT / "gradwalk/player/sketches.js"
FOLDER = ROOT / "docs/pictures/terms"
WIDTH, HEIGHT, HEAD = 148, 64, 7
STYLE = """\
svg { color-scheme: light dark }
text { font: 600 13px system-ui, sans-serif; text-anchor: middle; fill: #767c84 }
rect { fill: none; stroke: #767c84; stroke-width: 1.4 }
path { fill: none; stroke: #767c84; stroke-width: 1.4 }
.head { fill: #767c84; stroke: none }
.leaf, .mark, .curve { stroke: #2b84cc } text.leaf, text.mark { stroke: none; fill: #2b84cc }
.curve { stroke-width: 2 } .tangent { stroke: #d4572a; stroke-width: 2 }
.dot { stroke: #2b84cc; stroke-width: 7; stroke-linecap: round }
.input, .kept { stroke-dasharray: 4 3 }
.kept, rect.local { stroke: #b3720c } text.kept, text.local { stroke: none; fill: #b3720c }
.root { stroke-width: 2.4 } text.root { stroke: none }
.stroke.grad, rect.grad { stroke: #d4572a } .head.grad, text.grad { stroke: none; fill: #d4572a }
.faint { opacity: 0.4 } text.dim { font-weight: 400 } text { stroke: none }
"""
"""Colours that can be read on white and on black, as a page of documentation may be either."""


def sketches() -> dict[str, list[list[Any]]]:
    """By term: each shape's name, and what it takes."""
    listed = SCRIPT.read_text(encoding="utf-8").partition("SKETCHES = ")[2].partition(";\n")[0]
    found: dict[str, list[list[Any]]] = json.loads(listed.replace(",\n}", "\n}"))
    return found


def file_of(term: str) -> Path:
    return FOLDER / f"{term.lower().replace(' ', '-')}.svg"


def drawn(shapes: list[list[Any]]) -> str:
    parts = "\n".join(part for shape, *rest in shapes for part in _SHAPES[shape](*rest))
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">'
    return f"{head}\n<style>\n{STYLE}</style>\n{parts}\n</svg>\n"


def _box(kind: str, x: float, y: float, width: float, height: float, text: str) -> Iterator[str]:
    yield f'<rect class="{kind}" x="{x}" y="{y}" width="{width}" height="{height}" rx="5"/>'
    yield from _words(kind, x + width / 2, y + height / 2 + 4.5, text)


def _words(kind: str, x: float, y: float, text: str) -> Iterator[str]:
    yield f'<text class="{kind}" x="{x:g}" y="{y:g}">{escape(text)}</text>'


def _path(kind: str, path: str) -> Iterator[str]:
    yield f'<path class="{kind}" d="{path}"/>'


def _line(kind: str, x1: float, y1: float, x2: float, y2: float) -> Iterator[str]:
    length = math.hypot(x2 - x1, y2 - y1)
    dx, dy = HEAD * (x2 - x1) / length, HEAD * (y2 - y1) / length
    x, y = x2 - dx, y2 - dy
    corners = ((x2, y2), (x - dy / 2, y + dx / 2), (x + dy / 2, y - dx / 2))
    yield from _path(f"{kind} stroke", f"M{x1},{y1}L{x:.1f},{y:.1f}")
    yield from _path(f"{kind} head", "M" + "L".join(f"{left:.1f},{top:.1f}" for left, top in corners) + "z")


def _cells(kind: str, x: float, y: float, columns: int, rows: int, side: float) -> Iterator[str]:
    for at in range(columns * rows):
        left, top = x + at % columns * side, y + at // columns * side
        yield f'<rect class="cell {kind}" x="{left}" y="{top}" width="{side}" height="{side}"/>'


_SHAPES: dict[str, Callable[..., Iterator[str]]] = {
    "box": _box,
    "text": _words,
    "path": _path,
    "line": _line,
    "cells": _cells,
}


def write() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for term, shapes in sketches().items():
        file_of(term).write_text(drawn(shapes), encoding="utf-8")


if __name__ == "__main__":
    write()
