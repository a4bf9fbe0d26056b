"""The font of pages that stand alone: the signs that the player shows, out of the font that the site has: `make font`.

Boxes are as wide as their text in Source Sans, so a page without a server brings it along. Its licence wants another
name for a part of it: Gradwalk Sans. Written to ``gradwalk/player/sans.woff2``; a test compares its signs.
"""

from __future__ import annotations

from importlib.resources import files
from io import BytesIO
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

FONT = Path(__file__).resolve().parent.parent / "gradwalk" / "player" / "sans.woff2"
NAME = "Gradwalk Sans"
SIGNS = (
    "".join(map(chr, range(0x20, 0x7F)))
    + "αβγδεζηθκλμνξπρστφχψωσΔΣ°±×÷·½"
    + "⁰¹²³⁴⁵⁶⁷⁸⁹⁻₀₁₂₃₄₅₆₇₈₉ᵀ′″"
    + "−∂√∞∑∏≤≥≠≈→←↑↓…–—‘’“”•✓"
)
"""What boxes, sentences and tables are written with. Signs that the font lacks (∇) come from the reader's system."""
_WEIGHTS = (400, 700)
_FAMILY, _UNIQUE, _FULL = 1, 3, 4
_KEPT = (0, _FAMILY, 2, _UNIQUE, _FULL, 5, 6, 13, 14)
"""Names that stay: copyright, what it is called, version, licence."""


def made() -> bytes:
    """The font file, from the one that Streamlit's page loads."""
    (source,) = (files("streamlit") / "static" / "static" / "media").glob("SourceSansVF-Upright.ttf.*.woff2")  # type: ignore[attr-defined]
    font = TTFont(source, recalcTimestamp=False)
    options = Options(layout_features=[], name_IDs=list(_KEPT), hinting=False)
    options.drop_tables += ["BASE", "MVAR", "STAT"]
    subsetter = Subsetter(options)
    subsetter.populate(text=SIGNS)
    subsetter.subset(font)
    instantiateVariableFont(font, {"wght": _WEIGHTS}, inplace=True)
    for name in font["name"].names:
        if name.nameID in (_FAMILY, _UNIQUE, _FULL):
            name.string = NAME
        elif name.nameID not in (0, 7, 13):
            name.string = str(name).replace("SourceSans3VF", NAME.replace(" ", ""))
    font.flavor = "woff2"
    written = BytesIO()
    font.save(written)
    return written.getvalue()


if __name__ == "__main__":
    FONT.write_bytes(made())
    print(f"{FONT.name}: {FONT.stat().st_size:,} bytes")
