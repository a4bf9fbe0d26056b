"""The programs of docs/clinic.md: what people ask when training does not work, each as it is answered there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_PAGE = Path(__file__).resolve().parent.parent / "docs" / "clinic.md"
_SECTION = re.compile(r"^### (?P<title>.+)\n\n(?P<words>(?:.+\n)+)(?P<rest>(?:(?!^##).*\n)*)", re.MULTILINE)
_PROGRAM = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


class Question(NamedTuple):
    title: str
    summary: str
    """The first sentence of its answer."""
    source: str


def questions() -> Iterator[Question]:
    """In the order of the page; of several programs under one title, each says which one it is."""
    for section in _SECTION.finditer(_PAGE.read_text(encoding="utf-8")):
        programs = _PROGRAM.findall(section["rest"])
        summary = re.split(r"(?<=\.) |: ", _plain(section["words"]))[0].rstrip(".") + "."
        for number, source in enumerate(programs, start=1):
            more = f" ({number} of {len(programs)})" if len(programs) > 1 else ""
            yield Question(_plain(section["title"]) + more, summary, source.strip())


def _plain(text: str) -> str:
    """Without Markdown's signs, in one line."""
    return " ".join(re.sub(r"\[([^\]]*)\]\([^)]*\)|[`*]", lambda found: found[1] or "", text).split())
