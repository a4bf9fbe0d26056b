"""Placed boxes and arrows as an SVG file that stands alone: no script, no link, light or dark as the reader prefers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

from gradwalk.graph import measures
from gradwalk.graph.layout import Point
from gradwalk.graph.measures import text_width
from gradwalk.graph.paths import Pieces, pieces_of, reversed_pieces, shifted

MARGIN = 16
LEGEND_HEIGHT = 34
HEAD_LENGTH, HEAD_HALF = 9.0, 4.2


class Drawn(NamedTuple):
    """What the file shows: a placed graph in the player's form, the text of its slots, and what is lit."""

    placed: Mapping[str, Any]
    texts: Mapping[str, Sequence[str]]
    now: frozenset[str]
    phase: str
    """``forward``, ``local``, ``backward``: the colour of what is lit."""
    title: str


def svg(drawn: Drawn) -> str:
    """The file's text: well-formed XML, every text in it escaped."""
    placed = drawn.placed
    legend = _legend(placed["height"] + 2 * MARGIN) if drawn.texts else []
    width = max(placed["width"] + 2 * MARGIN, 550 if legend else 0)
    height = placed["height"] + 2 * MARGIN + (LEGEND_HEIGHT if legend else 0)
    size = f'viewBox="{-MARGIN} {-MARGIN} {width:g} {height:g}" width="{width:g}" height="{height:g}"'
    pieces = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" class="phase-{drawn.phase or "all"}">',
        f"<title>{_plain(drawn.title)}</title>",
        f"<style>{STYLE}</style>",
        f'<rect class="ground" x="{-MARGIN}" y="{-MARGIN}" width="{width:g}" height="{height:g}"/>',
        *(_arrow(arrow, drawn) for arrow in placed["arrows"]),
        *(_box(box, drawn) for box in placed["boxes"]),
        *(_arrow_texts(arrow, drawn.texts) for arrow in placed["arrows"]),
        *legend,
        "</svg>\n",
    ]
    return "\n".join(piece for piece in pieces if piece)


def _plain(text: str) -> str:
    """Text for XML, which has no place for control characters, nor for halves of surrogate pairs."""
    return escape("".join(c for c in text if c.isprintable() or c == " "))


def _text(kind: str, x: float, y: float, text: str, width: float = 0, room: float = math.inf) -> str:
    """A line of text about ``width`` pixels wide; squeezed where it would be wider than its room."""
    wide = f' textLength="{room:g}" lengthAdjust="spacingAndGlyphs"' if width > room else ""
    return f'<text class="{kind}" x="{x:g}" y="{y:g}"{wide}>{_plain(text)}</text>'


def _box(box: Mapping[str, Any], drawn: Drawn) -> str:
    lit = " now" if {box["id"], box["group"]} & drawn.now else ""
    root = " root" if box["root"] else ""
    head = f'<g class="box {box["kind"]}{root}{lit}" transform="translate({box["x"]:g},{box["y"]:g})">'
    frame = f'<rect width="{box["w"]:g}" height="{box["h"]:g}" rx="9"/>'
    texts = _value_texts(box, drawn.texts) if box["lines"] else _code_texts(box)
    return "".join([head, frame, *texts, "</g>"])


def _value_texts(box: Mapping[str, Any], texts: Mapping[str, Sequence[str]]) -> Iterable[str]:
    middle, room = box["w"] / 2, box["w"] - 10
    title, subtitle = box["title"], box["subtitle"]
    yield _text("title", middle, measures.TITLE_BASELINE, title, text_width(title, measures.TITLE_SIZE, True), room)
    yield _text(
        "subtitle", middle, measures.SUBTITLE_BASELINE, subtitle, text_width(subtitle, measures.SUBTITLE_SIZE), room
    )
    yield f'<line x1="8" x2="{box["w"] - 8:g}" y1="{measures.RULE}" y2="{measures.RULE}"/>'
    for part, mark, first in (("value", "", 0), ("grad", "∇ ", box["lines"])):
        lines = texts.get(f"{box.get('shows', box['id'])}.{part}", ())
        down = 0.5 if box["lines"] == 2 and len(lines) == 1 else 0  # one line stands in the middle of two
        for number, line in enumerate(lines):
            y = measures.FIRST_BASELINE + (first + number + down) * measures.LINE_HEIGHT
            text = (mark if number == 0 else "") + line
            yield _text(part, middle, y, text, text_width(text, measures.NUMBER_SIZE), room)


def _code_texts(box: Mapping[str, Any]) -> Iterable[str]:
    lines = box["title"].split("\n")
    first = box["h"] / 2 - measures.CODE_LINE * (len(lines) - 1) / 2 + 4.5
    for number, line in enumerate(lines):
        y = first + number * measures.CODE_LINE
        yield _text("code", box["w"] / 2, y, line, len(line) * measures.CODE_ADVANCE, box["w"] - 8)


def _arrow(arrow: Mapping[str, Any], drawn: Drawn) -> str:
    pieces = pieces_of(arrow["path"])
    lit = " now" if arrow["id"] in drawn.now else ""
    kind = "arrow" if arrow["tracked"] else "arrow plain untracked" if arrow.get("plain") else "arrow untracked"
    shapes = [f'<g class="{kind}{lit}">', _line(pieces)]
    if f"{arrow['id']}.flow" in drawn.texts:
        back = _line(shifted(reversed_pieces(pieces), 0, measures.FLOW_SHIFT))
        shapes.append(f'<g class="flow">{back}</g>')
    return "".join([*shapes, "</g>"])


def _arrow_texts(arrow: Mapping[str, Any], texts: Mapping[str, Sequence[str]]) -> str:
    x, y = arrow["label"]
    return "".join(
        _text(
            part, x, y + below, mark + line, text_width(mark + line, measures.EDGE_SIZE, part == "flow"), arrow["room"]
        )
        for part, mark, below in (("local", "× ", -7), ("flow", "∇ ", measures.FLOW_SHIFT + 15))
        for line in texts.get(f"{arrow['id']}.{part}", ())[:1]
    )


def _line(pieces: Pieces) -> str:
    """A line with a head at its end, whose last piece stops inside the head."""
    points = [point for piece in pieces for point in piece]
    tip = points[-1]
    before = next((point for point in reversed(points) if math.dist(point, tip) > 0.5), (tip[0] - 1, tip[1]))
    length = math.dist(before, tip)
    ux, uy = (tip[0] - before[0]) / length, (tip[1] - before[1]) / length
    base = (tip[0] - ux * HEAD_LENGTH, tip[1] - uy * HEAD_LENGTH)
    sides = [(base[0] - s * uy * HEAD_HALF, base[1] + s * ux * HEAD_HALF) for s in (1, -1)]
    shown = [*pieces[:-1], [*pieces[-1][:-1], base]]
    path = f"M{_at(points[0])}" + "".join("LC"[len(piece) > 2] + " ".join(map(_at, piece[1:])) for piece in shown)
    return f'<path class="line" d="{path}"/><path class="head" d="M{"L".join(map(_at, [tip, *sides]))}Z"/>'


def _at(point: Point) -> str:
    return f"{point[0]:.1f},{point[1]:.1f}"


def _legend(y: float) -> list[str]:
    entries = [("value", "value", 0), ("local", "× local gradient", 60), ("grad", "∇ gradient of the result", 200)]
    entries.append(("dim", "dashed: no gradient", 400))
    return [f'<text class="legend {kind}" x="{x}" y="{y:g}">{_plain(text)}</text>' for kind, text, x in entries]


_LAYOUT = f"""
text {{ font-family: Helvetica, Arial, "Liberation Sans", sans-serif; text-anchor: middle }}
.title {{ font-size: {measures.TITLE_SIZE}px; font-weight: 600 }}
.subtitle {{ font-size: {measures.SUBTITLE_SIZE}px }}
.value, .grad {{ font-size: {measures.NUMBER_SIZE}px }}
.grad, .flow {{ font-weight: 600 }}
text.local, text.flow {{ font-size: {measures.EDGE_SIZE}px; paint-order: stroke }}
text.local, text.flow {{ stroke-width: 4px; stroke-linejoin: round }}
.code {{ font: 13px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; white-space: pre }}
.legend {{ font-size: 13px; text-anchor: start }}
.box rect {{ stroke-width: 1.2 }}
.leaf rect, .tensor rect, .root rect {{ stroke-width: 1.8 }}
.input rect, .untracked rect, .saved rect, .untracked .line {{ stroke-dasharray: 4 3 }}
.box.now rect {{ stroke-width: 3; stroke-dasharray: none }}
.line {{ fill: none; stroke-width: 1.3 }}
.flow .line {{ stroke-width: 1.8 }}
.plain .head {{ visibility: hidden }}
.now .line, .now .flow .line {{ stroke-width: 3 }}
"""

_COLOURS = """
.ground {{ fill: {ground} }}
text {{ fill: {ink} }}
.subtitle, .legend.dim {{ fill: {dim} }}
text.value {{ fill: {value} }}
text.local {{ fill: {local}; stroke: {ground} }}
text.grad, text.flow {{ fill: {gradient} }}
text.flow {{ stroke: {ground} }}
text.legend {{ stroke: none }}
.box rect {{ fill: {ground}; stroke: {edge} }}
.box line {{ stroke: {rule} }}
.input rect, .untracked rect, .backward rect, .accumulate rect {{ fill: {panel} }}
.leaf rect, .tensor rect, .accumulate rect {{ stroke: {value} }}
.tensor rect {{ fill: {value_soft} }}
.saved rect {{ fill: {local_soft}; stroke: {local} }}
.root rect {{ stroke: {ink} }}
.line {{ stroke: {edge} }}
.head {{ fill: {edge} }}
.flow .line {{ stroke: {gradient} }}
.flow .head {{ fill: {gradient} }}
.phase-forward .box.now rect {{ fill: {value_soft}; stroke: {value} }}
.phase-local .box.now rect {{ fill: {local_soft}; stroke: {local} }}
.phase-backward .box.now rect {{ fill: {gradient_soft}; stroke: {gradient} }}
"""

_LIGHT = {
    "ground": "#ffffff", "panel": "#f7f7f5", "ink": "#1d1f23", "dim": "#6b7078", "edge": "#868a90", "rule": "#e3e3df",
    "value": "#0b6fb8", "value_soft": "#e6f1fa", "local": "#a86200", "local_soft": "#fbf0dc",
    "gradient": "#c2410c", "gradient_soft": "#fdeae1",
}  # fmt: skip
_DARK = {
    "ground": "#111418", "panel": "#171b20", "ink": "#e9ecef", "dim": "#98a0a9", "edge": "#7d858e", "rule": "#2a3037",
    "value": "#6cb8f2", "value_soft": "#14293b", "local": "#f0b35a", "local_soft": "#33270f",
    "gradient": "#ff8f66", "gradient_soft": "#3a1d12",
}  # fmt: skip

STYLE = _LAYOUT + _COLOURS.format(**_LIGHT) + f"@media (prefers-color-scheme: dark) {{{_COLOURS.format(**_DARK)}}}"
