"""The font of pages and pictures that stand alone: the signs that the player shows, out of the site's: `make font`.

Boxes are as wide as their text in Source Sans, so what has no server brings it along. Its licence wants another name
for a part of it: Gradwalk Sans. Written to ``gradwalk/player/sans.woff2`` for browsers; for pictures in one file for
each weight to ``gradwalk/export/fonts``, with the width of each sign. A test compares its signs.
"""

from __future__ import annotations

import json
from copy import deepcopy
from importlib.resources import files
from io import BytesIO
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

GRADWALK = Path(__file__).resolve().parent.parent / "gradwalk"
FONT = GRADWALK / "player" / "sans.woff2"
STILL = GRADWALK / "export" / "fonts"
NAME = "Gradwalk Sans"
SIGNS = (
    "".join(map(chr, range(0x20, 0x7F)))
    + "αβγδεζηθκλμνξπρστφχψωσΔΣ°±×÷·½"
    + "⁰¹²³⁴⁵⁶⁷⁸⁹⁻₀₁₂₃₄₅₆₇₈₉ᵀ′″"
    + "−∂√∞∑∏≤≥≠≈→←↑↓…–—‘’“”•✓"
)
"""What boxes, sentences and tables are written with, besides ∇. Other signs come from the reader's system."""
_WEIGHTS = (400, 700)
STILL_WEIGHTS = (400, 600, 700)
"""A picture's text has one of these."""
_MEASURED = 600
"""Texts are measured at this weight, whatever they are."""
_FAMILY, _UNIQUE, _FULL, _POSTSCRIPT = 1, 3, 4, 6
_KEPT = (0, _FAMILY, 2, _UNIQUE, _FULL, 5, _POSTSCRIPT, 13, 14)
"""Names that stay: copyright, what it is called, version, licence."""


def made() -> bytes:
    """The font file for browsers, of all weights, from the one that Streamlit's page loads."""
    font = _subset()
    instantiateVariableFont(font, {"wght": _WEIGHTS}, inplace=True)
    _renamed(font)
    font.flavor = "woff2"
    return _written(font)


def still(weight: int) -> bytes:
    """The font file of one weight."""
    font = _subset()
    instantiateVariableFont(font, {"wght": weight}, inplace=True)
    _renamed(font, f"-{weight}")
    font["OS/2"].usWeightClass = weight
    font.flavor = None
    return _written(font)


def widths(font: TTFont) -> dict[str, int]:
    """How wide each sign is, in thousandths of the font's size."""
    return {chr(code): font["hmtx"][name][0] for code, name in sorted(font.getBestCmap().items())}


def _subset() -> TTFont:
    (source,) = (files("streamlit") / "static" / "static" / "media").glob("SourceSansVF-Upright.ttf.*.woff2")  # type: ignore[attr-defined]
    font = TTFont(source, recalcTimestamp=False)
    options = Options(layout_features=[], name_IDs=list(_KEPT), hinting=False)
    options.drop_tables += ["BASE", "HVAR", "MVAR", "STAT"]
    subsetter = Subsetter(options)
    subsetter.populate(text=SIGNS)
    subsetter.subset(font)
    _with_nabla(font)
    return font


def _with_nabla(font: TTFont) -> None:
    """Every gradient bears ∇, which the font lacks: it is its Δ upside down, in all weights."""
    delta = font.getBestCmap()[ord("Δ")]
    glyph = deepcopy(font["glyf"][delta])
    height = glyph.yMax
    glyph.coordinates = type(glyph.coordinates)([(x, height - y) for x, y in glyph.coordinates])
    font["glyf"]["nabla"] = glyph
    font["hmtx"]["nabla"] = font["hmtx"][delta]
    changes = deepcopy(font["gvar"].variations[delta])
    for change in changes:
        change.coordinates = [point and (point[0], -point[1]) for point in change.coordinates]
    font["gvar"].variations["nabla"] = changes
    for table in font["cmap"].tables:
        table.cmap[ord("∇")] = "nabla"


def _renamed(font: TTFont, weight: str = "") -> None:
    for name in font["name"].names:
        if name.nameID in (_FAMILY, _UNIQUE, _FULL):
            name.string = NAME
        elif name.nameID == _POSTSCRIPT:
            name.string = NAME.replace(" ", "") + weight
        elif name.nameID not in (0, 7, 13):
            name.string = str(name).replace("SourceSans3VF", NAME.replace(" ", ""))


def _written(font: TTFont) -> bytes:
    written = BytesIO()
    font.save(written)
    return written.getvalue()


if __name__ == "__main__":
    FONT.write_bytes(made())
    print(f"{FONT.name}: {FONT.stat().st_size:,} bytes")
    STILL.mkdir(exist_ok=True)
    for weight in STILL_WEIGHTS:
        path = STILL / f"sans-{weight}.ttf"
        path.write_bytes(still(weight))
        print(f"{path.name}: {path.stat().st_size:,} bytes")
    measured = widths(TTFont(STILL / f"sans-{_MEASURED}.ttf"))
    (STILL / "widths.json").write_text(json.dumps(measured, ensure_ascii=False) + "\n", encoding="utf-8")
