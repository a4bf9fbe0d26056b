"""An entry: what a person wants of the notebook, as the browser sends it and nobody has checked it yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeGuard

from gradwalk.address.program import MAX_FILE
from gradwalk.notebook import KINDS, Cell, Kind
from gradwalk.notebook.reading import MOST_CELLS


class File(NamedTuple):
    """A file that somebody wants to open."""

    name: str
    text: str


class Saving(NamedTuple):
    """What is wanted as a notebook file."""

    cells: tuple[Cell, ...]
    original: str
    """The text of the file that they were opened from; empty where there is none."""
    outputs: bool
    """Whether with what the last run has shown."""


class Goes(NamedTuple):
    """Where the player is to go."""

    step: int | None = None
    lines: tuple[int, int] | None = None
    """To the first step of these lines, unless it is at one of them."""


@dataclass(frozen=True)
class Entry:
    text: str
    """The whole program, as it was when somebody last ran any of it. That it is too long is said where it would run."""
    opened: str
    """Which program it belongs to."""
    count: int
    """The browser's number for this entry, given back so that it knows what was answered."""
    upto: int | None = None
    """So many of its lines are to run; None for all."""
    example: str | None = None
    """The example to open instead, by its slug."""
    file: File | None = None
    """The file to open instead."""
    save: Saving | None = None
    stop: bool = False
    """Whether what runs is to end."""
    goes: Goes | None = None


def read_entry(raw: object) -> Entry | None:
    """The entry that a browser sent; None for anything that the notebook does not send."""
    if not isinstance(raw, Mapping):
        return None
    text, opened, count, example, upto = (raw.get(name) for name in ("text", "opened", "count", "example", "upto"))
    if not (isinstance(text, str) and isinstance(opened, str) and _is_count(count)):
        return None
    if not (example is None or isinstance(example, str)) or not (upto is None or _is_count(upto)):
        return None
    file, save, goes = _file(raw.get("file")), _saving(raw.get("save")), _goes(raw.get("goes"))
    return Entry(text, opened, count, upto, example, file, save, raw.get("stop") is True, goes)


def _is_count(raw: object) -> TypeGuard[int]:
    return isinstance(raw, int) and not isinstance(raw, bool)


def _file(raw: object) -> File | None:
    if not isinstance(raw, Mapping):
        return None
    name, text = raw.get("name"), raw.get("text")
    return File(name[-200:], text) if isinstance(name, str) and isinstance(text, str) else None


def _goes(raw: object) -> Goes | None:
    if not isinstance(raw, Mapping):
        return None
    step, lines = raw.get("step"), raw.get("lines")
    if _is_count(step) and step >= 0:
        return Goes(step=step)
    if isinstance(lines, list) and len(lines) == 2 and _is_count(lines[0]) and _is_count(lines[1]):
        return Goes(lines=(lines[0], lines[1]))
    return None


def _saving(raw: object) -> Saving | None:
    if not isinstance(raw, Mapping):
        return None
    cells, original = raw.get("cells"), raw.get("original")
    if not (isinstance(cells, list) and len(cells) <= MOST_CELLS and isinstance(original, str)):
        return None
    found = [cell for one in cells if (cell := _cell(one)) is not None]
    if len(found) < len(cells) or len(original) > MAX_FILE or sum(len(cell.source) for cell in found) > MAX_FILE:
        return None
    return Saving(tuple(found), original, raw.get("outputs") is True)


def _cell(raw: object) -> Cell | None:
    if not isinstance(raw, Mapping):
        return None
    kind, source, origin = raw.get("kind"), raw.get("source"), raw.get("origin")
    if not (_is_kind(kind) and isinstance(source, str) and (origin is None or _is_count(origin))):
        return None
    return Cell(kind, source, origin=origin)


def _is_kind(raw: object) -> TypeGuard[Kind]:
    return raw in KINDS
