"""A placed graph as the player draws it, as an SVG file that stands alone: no script, no link, its font inside."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

from gradwalk.export.looks import Theme, style
from gradwalk.export.marks import arrow_shape, cut_place, hatching, number, too_wide, way_back, width_of
from gradwalk.export.moment import NOTHING, Moment, Slot
from gradwalk.graph import heat, measures
from gradwalk.graph.paths import pieces_of
from gradwalk.player import FOLDER

MARGIN = 16
LEGEND_HEIGHT = 34
LEGEND_WIDTH = 550
CHIP_SIZE, CHIP_HEIGHT, CHIP_OVER = 12, 17, 26
"""Of what hangs on a box, which may be so much wider."""
GRADIENTS = frozenset({"leaf", "operation", "group"})
VALUES = GRADIENTS | {"input", "untracked"}

Json = Mapping[str, Any]


class Drawn(NamedTuple):
    """What the file shows."""

    placed: Json
    """A placed graph in the player's form."""
    moment: Moment
    title: str
    numbers: bool = True
    """Whether values and gradients stand on it: not on torchviz's picture."""
    kept: bool = False
    """Whether it shows what nodes keep for backward."""
    theme: Theme | None = None
    """Without one it is the reader's."""
    font: bool = True
    """Whether the font is inside, for those who do not have it."""


def size_of(drawn: Drawn) -> tuple[float, float]:
    """Width and height in pixels."""
    width, height = (drawn.placed[side] + 2 * MARGIN for side in ("width", "height"))
    return (max(width, LEGEND_WIDTH), height + LEGEND_HEIGHT) if drawn.numbers else (width, height)


def svg(drawn: Drawn) -> str:
    """The file's text: well-formed XML, every text in it escaped."""
    placed, moment = drawn.placed, drawn.moment
    legend = _legend(drawn) if drawn.numbers else []
    width, height = size_of(drawn)
    corner = f'x="{-MARGIN}" y="{-MARGIN}" width="{width:g}" height="{height:g}"'
    size = f'viewBox="{-MARGIN} {-MARGIN} {width:g} {height:g}" width="{width:g}" height="{height:g}"'
    kind = f"phase-{moment.phase or 'none'}{' failed' if moment.failed else ''}"
    pieces = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" class="{kind}">',
        f"<title>{_plain(drawn.title)}</title>",
        f"<style>{_font() if drawn.font else ''}{style(drawn.theme, moment.phase)}</style>",
        f'<rect class="ground" {corner}/>',
        *(_lines(arrow, drawn) for arrow in placed["arrows"]),
        *(_box(box, drawn) for box in placed["boxes"]),
        *(_labels(arrow, drawn) for arrow in placed["arrows"]),
        *legend,
        "</svg>\n",
    ]
    return "\n".join(piece for piece in pieces if piece)


@cache
def _font() -> str:
    data = base64.b64encode((FOLDER / "sans.woff2").read_bytes()).decode("ascii")
    return (
        f'@font-face {{ font-family: "Gradwalk Sans"; font-weight: 400 700; src: url(data:font/woff2;base64,{data}) }}'
    )


def _plain(text: str) -> str:
    """Text for XML, which has no place for control characters, nor for halves of surrogate pairs."""
    return escape("".join(c for c in text if c.isprintable() or c == " "))


def _text(kind: str, x: float, y: float, text: str, size: float = 0, room: float = 0) -> str:
    """A line of text; squeezed where it would be wider than its room."""
    squeezed = room and too_wide(text, size, room)
    return _line_of_text(kind, x, y, text, room if squeezed else 0)


_RAISED = re.compile(r"\^([^\s^()·+<]+)([^<]*)")
"""An exponent, and what follows it on its line."""
_UP = 5
"""Pixels of an exponent over its base."""


def _raised(found: re.Match[str]) -> str:
    up, rest = found.groups()
    down = f'<tspan dy="{_UP}">{_RAISED.sub(_raised, rest)}</tspan>' if rest else ""
    return f'<tspan font-size="0.72em" dy="-{_UP}">{up}</tspan>{down}'


def _line_of_text(kind: str, x: float, y: float, text: str, length: float) -> str:
    wide = f' textLength="{number(length)}" lengthAdjust="spacingAndGlyphs"' if length else ""
    return f'<text class="{kind}" x="{number(x)}" y="{number(y)}"{wide}>{_plain(text)}</text>' if text else ""


def _rect(kind: str, x: float, y: float, width: float, height: float, radius: float) -> str:
    at = f'x="{number(x)}" y="{number(y)}" ' if x or y else ""
    named = f'class="{kind}" ' if kind else ""
    return f'<rect {named}{at}width="{number(width)}" height="{number(height)}" rx="{radius:g}"/>'


def _rule(width: float, y: float) -> str:
    return f'<line x1="8" x2="{number(width - 8)}" y1="{number(y)}" y2="{number(y)}"/>'


# Boxes


def _box(box: Json, drawn: Drawn) -> str:
    ids = {box["id"], box["group"]}
    slot = drawn.moment.slots.get(f"{box['group']}.saved", NOTHING)
    more = {
        "root": box["root"],
        "now": ids & drawn.moment.now,
        "freed": box["kind"] == "saved" and slot.gone,
        "unborn": not drawn.numbers and ids & drawn.moment.unborn,
    }
    names = " ".join(["box", box["kind"], *(name for name, yes in more.items() if yes)])
    w, h = box["w"], box["h"]
    parts = [
        f'<g class="{names}" transform="translate({number(box["x"])},{number(box["y"])})">',
        *(_rect("behind", by, by, w, h, 9) for by in (5, 2.5) if box["kind"] == "group"),
        _rect("halo", -4, -4, w + 8, h + 8, 13),
        _rect("frame", 0, 0, w, h, 9),
        *([f'<path class="hatch" d="{hatching(w, h)}"/>'] if _outside(box, drawn.moment) else []),
        *(_value_texts(box, drawn) if box["kind"] in VALUES else _code_texts(box, slot)),
        "</g>",
    ]
    return "".join(parts)


def _outside(box: Json, moment: Moment) -> bool:
    return moment.program and box["kind"] == "untracked"


def _value_texts(box: Json, drawn: Drawn) -> Iterator[str]:
    moment = drawn.moment
    middle, lines = box["w"] / 2, max(1, box["lines"])
    title = _text("title", middle, measures.TITLE_BASELINE, box["title"], measures.TITLE_SIZE, box["w"] - 12)
    yield _RAISED.sub(_raised, title)
    yield _text("subtitle", middle, measures.SUBTITLE_BASELINE, box["subtitle"], measures.SUBTITLE_SIZE, box["w"] - 8)
    if box["kind"] == "group" and not box.get("shows"):  # a group of leaves has no numbers of its own
        return
    yield _rule(box["w"], measures.RULE)
    shown = box.get("shows", box["id"])
    gradient = box["kind"] in GRADIENTS and not box.get("untracked")
    if box.get("heat"):
        for kind in ("value", "grad") if gradient else ("value",):
            yield _heat(kind, moment.slots.get(f"{shown}.{kind}.heat", NOTHING), box["w"])
    yield from _numbers("value", moment.slots.get(f"{shown}.value", NOTHING), "", box, 0, lines)
    if gradient:
        yield from _numbers("grad", moment.slots.get(f"{shown}.grad", NOTHING), "∇ ", box, lines, lines)
    yield _version(box, moment.slots.get(f"{box['id']}.version", NOTHING))
    if drawn.kept:
        yield _chip(box, moment.slots.get(f"{box['group']}.saved", NOTHING))


def _heat(of: str, slot: Slot, room: float) -> str:
    """A tensor's map left of the title, and right of it that of its gradient."""
    if not slot.lines:
        return ""
    [text] = slot.lines
    width, height = heat.size_of(text, heat.SIDE)
    left = heat.BESIDE if of == "value" else room - heat.BESIDE - width
    ground = _rect("heat-ground", 0, 0, width, height, 1)
    paths = (
        f'<path class="heat-{kind}" d="{path}" opacity="{strong:g}"/>'
        for kind, strong, path in heat.squares(text, heat.SIDE)
    )
    place = f"translate({number(left)},{number(heat.MIDDLE - height / 2)})"
    return f'<g class="heat of-{of}" transform="{place}">{ground}{"".join(paths)}</g>'


def _numbers(kind: str, slot: Slot, mark: str, box: Json, first: int, most: int) -> Iterator[str]:
    lines = [f"{mark}?"] if slot.lines is None else [mark + slot.lines[0], *slot.lines[1:]]
    down = 0.5 if most == 2 and len(lines) == 1 else 0  # one line stands in the middle of two
    names = f"{kind}{' unknown' if slot.lines is None else ''}{' fresh' if slot.fresh else ''}"
    for place, line in enumerate(lines[:most]):
        y = measures.FIRST_BASELINE + (first + place + down) * measures.LINE_HEIGHT
        yield _text(names, box["w"] / 2, y, line, measures.NUMBER_SIZE, box["w"] - 10)


def _version(box: Json, slot: Slot) -> str:
    """How often a value has been changed in place, in the box's corner."""
    if not slot.lines:
        return ""
    text = f"version {slot.lines[0]}"
    width = round(width_of(text, CHIP_SIZE) + 10, 2)
    frame = _rect("", box["w"] - width + 5, -9, width, CHIP_HEIGHT, 8)
    words = _text("", box["w"] - width / 2 + 5, 3, text)
    return f'<g class="version{" fresh" if slot.fresh else ""}">{frame}{words}</g>'


def _chip(box: Json, slot: Slot) -> str:
    """What the node keeps for backward hangs on its box; at the step that frees it, it is struck out, and then gone."""
    freed = slot.lines is None and slot.fresh and bool(slot.before)
    text = ", ".join(slot.lines or (slot.before if freed and slot.before else ()))
    if not text:
        return ""
    width = round(min(max(width_of(text, CHIP_SIZE) + 16, 40), box["w"] + CHIP_OVER), 2)
    frame = _rect("", (box["w"] - width) / 2, box["h"] - 4, width, CHIP_HEIGHT, 4)
    words = _text("", box["w"] / 2, box["h"] + 9, text, CHIP_SIZE, width - 10)
    return f'<g class="chip{" freed" if freed else ""}">{frame}{words}</g>'


def _code_texts(box: Json, slot: Slot) -> Iterator[str]:
    """Lines as torchviz writes them: a row of dashes between the name and its attributes; values that nodes keep."""
    lines = box["title"].split("\n")
    kept = _kept_value(lines[0].strip(), slot) if box["kind"] == "saved" else None
    for place, line in enumerate(lines):
        y = box["h"] / 2 + (place - (len(lines) - 1) / 2) * measures.CODE_LINE
        if re.fullmatch("-+", line):
            yield _rule(box["w"], y)
            continue
        known = kept is not None and place == len(lines) - 1
        text = kept if known and kept is not None else line
        squeezed = len(text) * measures.CODE_ADVANCE > box["w"] - 8
        names = f"detail{'' if place else ' name'}{' known' if known else ''}"
        yield _line_of_text(names, box["w"] / 2, y + 4.5, text, box["w"] - 8 if squeezed else 0)


def _kept_value(name: str, slot: Slot) -> str | None:
    lines = slot.before if slot.gone else slot.lines
    start = f"{name} = "
    return next((line.removeprefix(start) for line in lines or () if line.startswith(start)), None)


# Arrows


def _lines(arrow: Json, drawn: Drawn) -> str:
    pieces = pieces_of(arrow["path"])
    more = {
        "untracked": not arrow["tracked"],
        "plain": arrow.get("plain"),
        "cut": arrow.get("cut"),
        "now": _ids(arrow) & drawn.moment.now,
    }
    names = " ".join(["arrow", *(name for name, yes in more.items() if yes)])
    parts = [f'<g class="{names}">', *_shapes(arrow_shape(pieces))]
    if arrow.get("cut"):
        x, y, turn = cut_place(pieces)
        place = f"translate({number(x)},{number(y)}) rotate({number(turn)})"
        parts.append(f'<path class="cut-mark" d="M-6,8L0,-8M0,8L6,-8" transform="{place}"/>')
    if (flow := _flow(arrow, drawn)) and flow.lines is not None:
        parts += ['<g class="flow">', *_shapes(arrow_shape(way_back(arrow["path"]))), "</g>"]
    return "".join([*parts, "</g>"])


def _ids(arrow: Json) -> set[str]:
    return {arrow["id"], *arrow.get("edges", ())}


def _shapes(shape: tuple[str, str]) -> Iterable[str]:
    return f'<path class="line" d="{shape[0]}"/>', f'<path class="head" d="{shape[1]}"/>'


def _flow(arrow: Json, drawn: Drawn) -> Slot | None:
    """The gradient that goes back along an arrow; of several that do so, none is shown."""
    edges: Sequence[str] = arrow.get("edges") or [arrow["id"]]
    if not arrow["tracked"] or not drawn.numbers or len(edges) > 1:
        return None
    return drawn.moment.slots.get(f"{edges[0]}.flow", NOTHING)


def _labels(arrow: Json, drawn: Drawn) -> str:
    x, y = arrow["label"]
    slots = drawn.moment.slots
    local = NOTHING if arrow.get("edges") or not arrow["tracked"] else slots.get(f"{arrow['id']}.local", NOTHING)
    below = y + measures.FLOW_SHIFT + 15
    texts = [
        _text(f"{kind}{' fresh' if slot.fresh else ''}", x, at, mark + slot.lines[0], measures.EDGE_SIZE, arrow["room"])
        for kind, mark, slot, at in (("local", "× ", local, y - 7), ("flowing", "∇ ", _flow(arrow, drawn), below))
        if slot and slot.lines and drawn.numbers
    ]
    lit = " now" if _ids(arrow) & drawn.moment.now else ""
    return f'<g class="label{lit}">{"".join(texts)}</g>' if texts else ""


def _legend(drawn: Drawn) -> list[str]:
    """The words of the player's legend."""
    y = drawn.placed["height"] + 2 * MARGIN
    entries = [("value", "● value", 0), ("local", "× local gradient", 75), ("grad", "∇ gradient, flowing back", 205)]
    if any(box["kind"] in ("input", "untracked") for box in drawn.placed["boxes"]):
        entries.append(("dim", "dashed: needs no gradient", 385))
    return [f'<text class="legend {kind}" x="{x}" y="{y:g}">{_plain(text)}</text>' for kind, text, x in entries]
