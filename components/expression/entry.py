"""An entry: what a person has put into the form, as the browser sends it and nobody has checked it yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeGuard

MAX_FIELDS = 64
DTYPES = ("float32", "float64")


@dataclass(frozen=True)
class Entry:
    text: str
    given: Mapping[str, str]
    """What stands in the fields of variables, by name; a name that the text no longer has is kept for its return."""
    constants: frozenset[str]
    """The variables that need no gradient."""
    dtype: str
    seed: str | None
    """None: nobody typed one, so it is ones."""
    opened: str
    """Which document it belongs to."""
    count: int
    """The browser's number for this entry, given back so that it knows what was answered."""
    example: str | None
    """The title of the example to open instead."""


def read_entry(raw: object) -> Entry | None:
    """The entry that a browser sent; None for anything that the form does not send."""
    if not isinstance(raw, Mapping):
        return None
    text, given, constants, dtype = (raw.get(name) for name in ("text", "given", "constants", "dtype"))
    seed, opened, count, example = (raw.get(name) for name in ("seed", "opened", "count", "example"))
    if not (isinstance(text, str) and isinstance(opened, str) and isinstance(count, int) and dtype in DTYPES):
        return None
    if not (_texts_by_name(given) and _names(constants) and _text_or_none(seed) and _text_or_none(example)):
        return None
    blank = seed is None or not seed.strip()
    return Entry(text, given, frozenset(constants), dtype, None if blank else seed, opened, count, example)


def _texts_by_name(raw: object) -> TypeGuard[Mapping[str, str]]:
    if not isinstance(raw, Mapping) or len(raw) > MAX_FIELDS:
        return False
    return all(isinstance(part, str) for pair in raw.items() for part in pair)


def _names(raw: object) -> TypeGuard[list[str]]:
    return isinstance(raw, list) and len(raw) <= MAX_FIELDS and all(isinstance(name, str) for name in raw)


def _text_or_none(raw: object) -> TypeGuard[str | None]:
    return raw is None or isinstance(raw, str)
