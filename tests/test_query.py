"""A query is read as it was meant: by a form, by a program, or by somebody who types a sum."""

from __future__ import annotations

from urllib.parse import quote, urlencode

import pytest

from gradwalk.address.expression import Document, from_query, to_query
from gradwalk.address.query import decoded, encoded


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("z=x+y", "x+y"),
        ("z=x**2+1", "x**2+1"),
        ("z=sin(x)+cos(x)", "sin(x)+cos(x)"),
        ("z=x+y+z", "x+y+z"),
        ("z=2+%CF%80", "2+π"),
        ("z=x%20y", "x y"),
        ("z=x%2By", "x+y"),
        ("z=x+%2B+y", "x + y"),
        ("z=x+-+1", "x - 1"),
        ("z=[1,+2]", "[1, 2]"),
        ("z=%5B1%2C+2%5D", "[1, 2]"),
        ("z=2%20x+1", "2 x 1"),
        ("z=1e+5", "1e+5"),
        ("z=", ""),
    ],
)
def test_a_plus_between_two_terms_is_a_plus(typed: str, read: str) -> None:
    assert decoded(typed) == {"z": read}


def test_lines_of_text_are_read_as_forms_write_them() -> None:
    assert decoded("text=y+=+x+#+a+word") == {"text": "y = x # a word"}


@pytest.mark.parametrize("value", ["x + y", "2 x", "x y + 1", "x*y", "[1, 2]", "", "a b c", "π r", "100% 5", "x+y 2"])
@pytest.mark.parametrize("name", ["z", "text"])
def test_what_is_written_is_read_back(name: str, value: str) -> None:
    assert decoded(encoded(name, value, safe="*()[],=/:@!")) == {name: value}


@pytest.mark.parametrize("text", ["z = x + y", "z = 2 x", "z = x y", "y = m x + b", "z = sin(x) cos(x)"])
def test_a_document_comes_back_by_its_own_address_and_by_a_programs(text: str) -> None:
    document = Document(text)
    assert from_query(decoded(to_query(document)))[0].text == text
    assert (
        from_query(decoded(f"z={quote(text[4:])}" if text.startswith("z") else f"y={quote(text[4:])}"))[0].text == text
    )
    if "+" in text:
        assert from_query(decoded(urlencode({text[0]: text[4:]})))[0].text == text
