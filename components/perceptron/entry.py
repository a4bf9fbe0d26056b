"""An entry: what a person has put into the perceptron's form, as the browser sends it and nobody has checked it yet."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeGuard

from gradwalk.address.bounds import MAX_CHARACTERS
from gradwalk.address.perceptron import MAX_ANSWER

MAX_CELLS = 600
MAX_TEXT = 200
MAX_WHOLE = 4000
"""Characters of a field that holds a whole list."""
MAX_ACTIONS = 40

_CELL = re.compile(r"[xyb]\.\d\.\d|w\.\d\.\d\.\d")
_KEY = re.compile(r"d[A-Za-z0-9_]{1,20}_d[A-Za-z0-9_]{1,20}")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,7}")
_WHOLE = re.compile(r"[xy]|[wb][1-4]?")

Action = tuple[str, ...]
"""What was pressed: ``("inputs", "3")``, ``("units", "0", "2")``, ``("loss", "mse")``, ``("preset", "xor")`` …"""


@dataclass(frozen=True)
class Entry:
    cells: Mapping[str, str]
    """What stands in the fields, by their ids."""
    whole: Mapping[str, str]
    """What stands in the fields that hold whole lists, where settings could not be split into cells."""
    actions: tuple[Action, ...]
    opened: str
    """Which document it belongs to."""
    count: int
    """The browser's number for this entry, given back so that it knows what was answered."""
    address: str = ""
    """The query of the page's address when it was sent: what it changes, where another process has shown that."""


@dataclass(frozen=True)
class HandEntry:
    """What was typed into the view "By hand"."""

    answers: Mapping[str, str]
    """Formulas by the keys of their derivatives."""
    wrt: str
    """The weight whose chain is shown; empty where nobody chose one."""
    opened: str
    count: int


def read_hand_entry(raw: object) -> HandEntry | None:
    """The same for the view "By hand"."""
    if not isinstance(raw, Mapping):
        return None
    answers, wrt, opened, count = (raw.get(name) for name in ("answers", "wrt", "opened", "count"))
    if not (isinstance(opened, str) and isinstance(count, int) and not isinstance(count, bool)):
        return None
    if not (_texts(answers, _KEY, MAX_ANSWER) and isinstance(wrt, str) and (not wrt or _NAME.fullmatch(wrt))):
        return None
    return HandEntry(answers, wrt, opened, count)


def read_entry(raw: object) -> Entry | None:
    """The entry that a browser sent; None for anything that the form does not send."""
    if not isinstance(raw, Mapping):
        return None
    cells, whole, actions = raw.get("cells"), raw.get("whole"), raw.get("actions")
    opened, count = raw.get("opened"), raw.get("count")
    if not (isinstance(opened, str) and isinstance(count, int) and not isinstance(count, bool)):
        return None
    if not (_texts(cells, _CELL, MAX_TEXT) and _texts(whole, _WHOLE, MAX_WHOLE) and _actions(actions)):
        return None
    address = raw.get("address", "")
    if not (isinstance(address, str) and len(address) <= MAX_CHARACTERS):
        return None
    return Entry(cells, whole, tuple(tuple(action) for action in actions), opened, count, address)


def _texts(raw: object, names: re.Pattern[str], longest: int) -> TypeGuard[Mapping[str, str]]:
    if not isinstance(raw, Mapping) or len(raw) > MAX_CELLS:
        return False
    return all(
        isinstance(name, str) and names.fullmatch(name) and isinstance(text, str) and len(text) <= longest
        for name, text in raw.items()
    )


def _actions(raw: object) -> TypeGuard[list[list[str]]]:
    if not isinstance(raw, list) or len(raw) > MAX_ACTIONS:
        return False
    return all(
        isinstance(action, list)
        and 1 <= len(action) <= 3
        and all(isinstance(word, str) and len(word) <= MAX_TEXT for word in action)
        for action in raw
    )
