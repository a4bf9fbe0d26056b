"""A notebook as data: its cells in order, and the file that they came from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

Kind = Literal["code", "markdown", "raw"]
KINDS: tuple[Kind, ...] = ("code", "markdown", "raw")


class Cell(NamedTuple):
    """One cell. Its source is what an author types, without marks of any file format."""

    kind: Kind
    source: str
    id: str = ""
    """What the file calls it; empty where its format has no names for cells."""
    metadata: Mapping[str, Any] = {}
    attachments: Mapping[str, Any] = {}
    """Pictures of a text, by name: a base64 text by type."""
    origin: int | None = None
    """Which cell of the file it is; None for one that was added since."""


class Notebook(NamedTuple):
    cells: tuple[Cell, ...]
    original: str = ""
    """The text of the file that it was read from; empty where there is none."""
