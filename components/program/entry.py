"""An entry: what a person has put into the editor, as the browser sends it and nobody has checked it yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeGuard

from gradwalk.address.program import MAX_FILE


class File(NamedTuple):
    """A file that somebody wants to open."""

    name: str
    text: str


@dataclass(frozen=True)
class Entry:
    text: str
    opened: str
    """Which program it belongs to."""
    count: int
    """The browser's number for this entry, given back so that it knows what was answered."""
    example: str | None = None
    """The example to open instead, by its slug."""
    file: File | None = None
    """The file to open instead."""
    save: bool = False
    """Whether the text is wanted as a notebook file."""


def read_entry(raw: object) -> Entry | None:
    """The entry that a browser sent; None for anything that the editor does not send."""
    if not isinstance(raw, Mapping):
        return None
    text, opened, count, example = (raw.get(name) for name in ("text", "opened", "count", "example"))
    if not (isinstance(text, str) and len(text) <= MAX_FILE and isinstance(opened, str) and _is_count(count)):
        return None
    if not (example is None or isinstance(example, str)):
        return None
    return Entry(text, opened, count, example, _file(raw.get("file")), raw.get("save") == "ipynb")


def _is_count(raw: object) -> TypeGuard[int]:
    return isinstance(raw, int) and not isinstance(raw, bool)


def _file(raw: object) -> File | None:
    if not isinstance(raw, Mapping):
        return None
    name, text = raw.get("name"), raw.get("text")
    return File(name[-200:], text) if isinstance(name, str) and isinstance(text, str) else None
