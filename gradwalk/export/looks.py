"""How a picture looks: the player's colours and styles, as a picture that stands alone writes them.

The colours are read from the page that stands alone (``page.css``), so that there is one list of them; styles are
those of ``picture.css``. A test compares what a browser makes of both.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Literal, cast, get_args

from gradwalk.export import CannotDraw
from gradwalk.graph import measures
from gradwalk.player import FOLDER

Theme = Literal["light", "dark"]
Colours = dict[str, str]
"""By what they stand for, as ``#rrggbb``."""

_NAMES = {
    "ground": "background", "panel": "secondary-background", "ink": "text", "rule": "border", "dim": "gray-text",
    "value": "blue", "value_soft": "blue-background", "local": "orange", "local_text": "orange-text",
    "local_soft": "orange-background", "above": "green", "below": "violet",
    "grad": "red", "grad_text": "red-text", "grad_soft": "red-background",
}  # fmt: skip
_NOW = {"forward": "value", "local": "local", "backward": "grad"}


def theme_named(name: str | None) -> Theme | None:
    """Raises CannotDraw for another name."""
    if name in (None, *get_args(Theme)):
        return cast("Theme | None", name)
    raise CannotDraw(f"There is no theme {name!r}: a picture is light or dark.")


@cache
def sheets() -> dict[str, Colours]:
    """The colours of each theme, by the names that ``page.css`` has for them."""
    found = re.findall(r"--st-([\w-]+)-color: (#[0-9a-f]{6})", (FOLDER / "page.css").read_text(encoding="utf-8"))
    half = len(found) // 2
    return {"light": dict(found[:half]), "dark": dict(found[half:])}


def colours(theme: Theme, phase: str) -> Colours:
    """With those of what is lit in a phase: ``now`` and ``now_soft``."""
    plain = {name: sheets()[theme][given] for name, given in _NAMES.items()}
    lit = _NOW.get(phase)
    mixed = {f"ink{share}": _mixed(plain["ink"], plain["ground"], share) for share in (13, 20, 35, 45, 55)}
    now = plain[lit] if lit else plain["ink"]
    soft = plain[f"{lit}_soft"] if lit else plain["panel"]
    return plain | mixed | {"now": now, "now_soft": soft, "now35": _mixed(now, plain["ground"], 35)}


def _mixed(one: str, other: str, share: int) -> str:
    """So many per cent of one colour in another: ``color-mix(in srgb, …)``."""
    pairs = [(int(one[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (1, 3, 5)]
    return "#" + "".join(f"{round((a * share + b * (100 - share)) / 100):02x}" for a, b in pairs)


def style(theme: Theme | None, phase: str) -> str:
    """The style sheet of a picture; without a theme it is the reader's, light where that is unknown."""
    sheet = _LAYOUT + _COLOURS.format(**colours(theme or "light", phase))
    if theme is None:
        sheet += f"@media (prefers-color-scheme: dark) {{{_COLOURS.format(**colours('dark', phase))}}}\n"
    return sheet


SANS = '"Gradwalk Sans", "Source Sans 3", "Source Sans Pro", "Source Sans", Helvetica, Arial, sans-serif'
MONOSPACED = '"DejaVu Sans Mono", ui-monospace, "SF Mono", Consolas, "Liberation Mono", monospace'
_LAYOUT = f"""
text {{ font-family: {SANS}; text-anchor: middle }}
.title {{ font-size: {measures.TITLE_SIZE}px; font-weight: 600 }}
.subtitle {{ font-size: {measures.SUBTITLE_SIZE}px }}
.value, .grad {{ font-size: {measures.NUMBER_SIZE}px }}
.grad, .flowing {{ font-weight: 600 }}
.unknown {{ font-weight: 400; opacity: 0.75 }}
.label text {{ font-size: {measures.EDGE_SIZE}px; paint-order: stroke; stroke-width: 4px; stroke-linejoin: round }}
.fresh, .label.now text {{ font-weight: 700 }}
.detail {{ font-family: {MONOSPACED}; font-size: 13px; white-space: pre }}
.name, .known {{ font-weight: 600 }}
.unborn .detail, .freed .detail {{ font-weight: 400 }}
.chip text, .version text {{ font-size: 12px; font-weight: 600 }}
.chip.freed text, .saved.freed .detail {{ text-decoration: line-through }}
.legend {{ font-size: 13px; text-anchor: start }}
.line, .halo, .hatch, .cut-mark {{ fill: none }}
.arrow .line {{ stroke-width: 1.3 }}
.arrow.untracked > .line {{ stroke-dasharray: 4 3 }}
.arrow.cut > .line {{ stroke-dasharray: 2 4 }}
.arrow.plain > .head {{ visibility: hidden }}
.flow .line {{ stroke-width: 1.8 }}
.cut-mark {{ stroke-width: 1.8 }}
.frame {{ stroke-width: 1.2 }}
.behind {{ stroke-width: 1 }}
.leaf .frame, .root .frame, .accumulate .frame, .tensor .frame {{ stroke-width: 1.6 }}
.output .frame {{ stroke-width: 2.2 }}
.input .frame, .untracked .frame {{ stroke-dasharray: 4 3 }}
.saved .frame {{ stroke-dasharray: 2 3 }}
.unborn .frame {{ stroke-dasharray: 2 4 }}
.chip rect {{ stroke-dasharray: 2 2 }}
.version rect {{ stroke-width: 1.2 }}
.version.fresh rect {{ stroke-width: 2.2 }}
.box.now .frame {{ stroke-width: 3; stroke-dasharray: none }}
.box.now .halo {{ stroke-width: 1; opacity: 0.55 }}
.phase-forward .arrow.now > .line, .phase-local .arrow.now > .line {{ stroke-width: 3 }}
.phase-backward .arrow.now .flow .line {{ stroke-width: 3.4 }}
.failed .box.now .chip rect {{ stroke-width: 2.2; stroke-dasharray: none }}
"""
_COLOURS = """
.ground {{ fill: {ground} }}
text {{ fill: {ink} }}
.subtitle, .detail, .legend.dim {{ fill: {dim} }}
.value {{ fill: {value} }}
.grad, .flowing {{ fill: {grad_text} }}
.local {{ fill: {local_text} }}
.unknown {{ fill: {dim} }}
.label text {{ stroke: {ground} }}
.box line {{ stroke: {rule} }}
.frame {{ fill: {ground}; stroke: {ink45} }}
.halo {{ stroke: none }}
.leaf .frame {{ stroke: {value} }}
.input .frame, .untracked .frame, .group .frame, .backward .frame, .accumulate .frame {{ fill: {panel} }}
.behind {{ fill: {panel}; stroke: {ink35} }}
.root .frame, .output .frame {{ stroke: {ink} }}
.accumulate .frame, .tensor .frame {{ stroke: {value} }}
.tensor .frame {{ fill: {value_soft} }}
.saved .frame {{ fill: {local_soft}; stroke: {local} }}
.box.unborn .frame {{ fill: {ground}; stroke: {ink20} }}
.box.now .frame {{ fill: {now_soft}; stroke: {now} }}
.box.now .halo {{ stroke: {now} }}
.box.now line {{ stroke: {now35} }}
.box.saved.freed .frame {{ fill: none; stroke: {ink20} }}
.name {{ fill: {ink} }}
.known {{ fill: {local_text} }}
.box.saved.freed .detail, .box.unborn .detail {{ fill: {dim} }}
.hatch {{ stroke: {ink13} }}
.heat-ground {{ fill: {ground}; stroke: {value}; stroke-width: 1 }}
.of-grad .heat-ground {{ stroke: {grad} }}
.heat-above {{ fill: {above} }}
.heat-below {{ fill: {below} }}
.heat-none {{ fill: {ink} }}
.arrow .line {{ stroke: {ink55} }}
.arrow .head {{ fill: {ink55} }}
.arrow .flow .line {{ stroke: {grad} }}
.arrow .flow .head {{ fill: {grad} }}
.cut-mark {{ stroke: {ink} }}
.phase-forward .arrow.now > .line, .phase-local .arrow.now > .line {{ stroke: {now} }}
.phase-forward .arrow.now > .head, .phase-local .arrow.now > .head {{ fill: {now} }}
.chip rect {{ fill: {local_soft}; stroke: {local} }}
.chip text {{ fill: {local_text} }}
.chip.freed rect {{ fill: {ground} }}
.failed .box.now .chip rect {{ fill: {grad_soft}; stroke: {grad} }}
.failed .box.now .chip text {{ fill: {grad_text} }}
.version rect {{ fill: {ground}; stroke: {value} }}
.version.fresh rect {{ fill: {value_soft} }}
.version text {{ fill: {value} }}
"""
