"""A picture as PNG and PDF: Typst draws the SVG, in the font that it was measured in; in the PDF, text stays text."""

from __future__ import annotations

from typing import Literal

import typst

from gradwalk.export import CannotDraw
from gradwalk.export.marks import FONTS
from gradwalk.export.svg import Drawn, size_of, svg

Form = Literal["pdf", "png"]

SCALE = 2
"""Pixels of a PNG for each of the picture's."""
MOST_PIXELS = 16_000
"""Of a PNG's longer side; a larger picture is drawn smaller."""
MOST_POINTS = 14_400
"""Of a PDF's page, along either side: more is not in the format."""
_POINTS = 0.75
"""A CSS pixel in points."""
_DOTS = 72
"""A point is one dot at so many dots an inch."""

_PAGE = """\
#set document(title: sys.inputs.title, date: none)
#set page(width: {width:.3f}pt, height: {height:.3f}pt, margin: 0pt)
#image(bytes(sys.inputs.picture), format: "svg", width: 100%, height: 100%, alt: sys.inputs.title)
"""


def pdf(drawn: Drawn) -> bytes:
    """One page, as large as the picture; light unless it has a theme."""
    return _made(drawn, "pdf", MOST_POINTS, _DOTS)


def png(drawn: Drawn) -> bytes:
    """Light unless it has a theme."""
    return _made(drawn, "png", MOST_PIXELS / SCALE * _POINTS, _DOTS / _POINTS * SCALE)


def _made(drawn: Drawn, form: Form, most: float, dots: float) -> bytes:
    sides = size_of(drawn)
    scale = min(_POINTS, most / max(sides))
    width, height = (side * scale for side in sides)
    still = drawn._replace(theme=drawn.theme or "light", font=False)
    title = "".join(sign for sign in drawn.title if sign.isprintable())
    try:
        made = typst.compile(
            _PAGE.format(width=width, height=height).encode(),
            format=form,
            ppi=dots,
            sys_inputs={"picture": svg(still), "title": title},
            font_paths=typst.Fonts(font_paths=[str(FONTS)]),
        )
    except typst.TypstError as error:
        raise CannotDraw(f"Typst could not make the {form.upper()}: {error.message}") from error
    if not isinstance(made, bytes):
        raise CannotDraw(f"Typst made no {form.upper()}.")
    return made
