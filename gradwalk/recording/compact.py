"""The floating point numbers of an array as a short text: their bytes, in base64.

They stay exactly what they are. A float32 takes five letters so, and some twenty as JSON writes it.
"""

from __future__ import annotations

import base64
import sys
from array import array
from collections.abc import Sequence

_FEW = 4
"""So many numbers are as short as they are."""


def compact(numbers: Sequence[float]) -> str | None:
    """The text; None where numbers are few, or not all of floating point, or where one is no number."""
    if len(numbers) < _FEW or set(map(type, numbers)) != {float}:
        return None
    plain = list(numbers)
    for kind in "fd":
        found: array[float] = array(kind, plain)
        if found.tolist() == plain:  # nan is not nan
            return kind + base64.b64encode(_little(found).tobytes()).decode("ascii")
    return None


def numbers_of(text: str) -> tuple[float, ...]:
    """The numbers again. Raises ValueError for what is no such text."""
    if text[:1] not in ("f", "d"):
        raise ValueError("an array's text begins with f or d")
    found: array[float] = array(text[0])
    found.frombytes(base64.b64decode(text[1:], validate=True))
    return tuple(_little(found).tolist())


def _little(found: array[float]) -> array[float]:
    """With its bytes in the order of most machines, or in this one's again."""
    if sys.byteorder == "big":
        found.byteswap()
    return found
