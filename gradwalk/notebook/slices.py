"""Where the parts of a JSON text stand, so that one of them can be replaced and every other character stays."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any, NamedTuple

_SPACE = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


class Slice(NamedTuple):
    start: int
    end: int
    value: Any


def members(text: str, start: int = 0) -> dict[str, Slice]:
    """The members of the object that begins at ``start``, by name. The text is JSON."""
    found: dict[str, Slice] = {}
    at = _skip(text, _skip(text, start) + 1)
    while text[at] != "}":
        name, at = _DECODER.raw_decode(text, at)
        found[name] = _value(text, _skip(text, at) + 1)
        at = _next(text, found[name].end)
    return found


def elements(text: str, start: int) -> list[Slice]:
    """The elements of the array that begins at ``start``."""
    found: list[Slice] = []
    at = _skip(text, start + 1)
    while text[at] != "]":
        found.append(_value(text, at))
        at = _next(text, found[-1].end)
    return found


def replaced(text: str, changes: Iterable[tuple[Slice, str]]) -> str:
    """The text with other texts in the places of these slices, none of which lies in another."""
    pieces, end = [], 0
    for (start, stop, _), new in sorted(changes, key=lambda change: change[0].start):
        pieces += [text[end:start], new]
        end = stop
    return "".join([*pieces, text[end:]])


def _value(text: str, at: int) -> Slice:
    start = _skip(text, at)
    value, end = _DECODER.raw_decode(text, start)
    return Slice(start, end, value)


def _next(text: str, end: int) -> int:
    """Where the next member begins, or the bracket that ends them."""
    at = _skip(text, end)
    return _skip(text, at + 1) if text[at] == "," else at


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at
