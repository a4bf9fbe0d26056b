"""The font of pages that stand alone: it has the signs that the player shows, and the name that its licence wants."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest
from fontTools.subset import Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

from deploy.font import FONT, NAME, SIGNS, STILL, STILL_WEIGHTS, widths
from gradwalk.notation import GREEK, SUPERSCRIPTS, pretty


@pytest.fixture(scope="module")
def font() -> TTFont:
    return TTFont(FONT)


def test_it_has_the_signs_that_names_and_numbers_are_written_with(font: TTFont) -> None:
    known = {chr(code) for code in font.getBestCmap()}
    assert set(SIGNS) | {"∇"} <= known
    assert set(GREEK.values()) <= known
    assert set("-0123456789".translate(SUPERSCRIPTS) + pretty("v1234") + "−·×→") <= known


def test_it_does_not_bear_the_reserved_name(font: TTFont) -> None:
    names = {name.nameID: str(name) for name in font["name"].names}
    assert names[1] == names[4] == NAME
    assert not [number for number, name in names.items() if "Source" in name and number != 0]
    assert "Reserved Font Name" in names[0]
    assert "SIL Open Font License" in names[13]
    licence = (FONT.parent / "sans-licence.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence


def test_it_is_as_wide_as_the_font_that_boxes_are_measured_in(font: TTFont) -> None:
    """Streamlit's own file is the oracle for the width of every sign."""
    (source,) = (files("streamlit") / "static" / "static" / "media").glob("SourceSansVF-Upright.ttf.*.woff2")  # type: ignore[attr-defined]
    whole = TTFont(source)
    subsetter = Subsetter()
    subsetter.populate(text=SIGNS)
    subsetter.subset(whole)
    instantiateVariableFont(whole, {"wght": 400}, inplace=True)
    for sign in map(ord, SIGNS):
        assert font["hmtx"][font.getBestCmap()[sign]][0] == whole["hmtx"][whole.getBestCmap()[sign]][0], chr(sign)


def test_pictures_have_the_same_signs_in_each_weight_and_know_how_wide_they_are(font: TTFont) -> None:
    for weight in STILL_WEIGHTS:
        still = TTFont(STILL / f"sans-{weight}.ttf")
        assert still.getBestCmap().keys() == font.getBestCmap().keys()
        assert (still["OS/2"].usWeightClass, str(still["name"].getName(1, 3, 1))) == (weight, NAME)
        if weight == 600:
            assert json.loads((STILL / "widths.json").read_text(encoding="utf-8")) == widths(still)
