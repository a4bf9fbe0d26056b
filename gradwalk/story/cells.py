"""What the cells of a recording showed, for the editor: texts, and failures with their reasons and ways out."""

from __future__ import annotations

from typing import TypedDict

from gradwalk.failures.explanation import diagnose, explained
from gradwalk.failures.fixes import Edit, edit
from gradwalk.program import Place
from gradwalk.recording import Failure, Output, Recording, Stopped


class Tried(TypedDict):
    """What came of a change. ``mends`` is None as long as nobody knows; what does not mend is not offered."""

    mends: bool | None
    said: str


class Fix(TypedDict):
    """A change of the text, counted in characters, and the line as it will read."""

    start: int
    end: int
    text: str
    label: str
    tried: Tried | None
    """None where nobody tries it."""


class Item(TypedDict):
    """Something shown. ``stream`` is an Output's, or ``failure``; the rest belongs to failures."""

    stream: str
    text: str
    mime: str
    """Of a picture ``image/svg+xml``, and ``text`` is the SVG; or ``image/png``, and it is base64."""
    alternative: str
    """What a picture is in plain text."""
    density: int
    """Of a PNG: how many of its pixels stand in one of the page's."""
    type: str
    traceback: str
    """As Jupyter shows it."""
    why: str
    way_out: str
    """Of several ways, each on a line of its own."""
    fix: Fix | None
    span: Place | None


class ShownCell(TypedDict):
    title: str
    line: int
    items: list[Item]


def shown_cells(recording: Recording) -> list[ShownCell]:
    """The cells that showed something, in order."""
    items: list[list[Item]] = [[] for _ in recording.cells]
    for event in recording.events:
        if isinstance(event, Output):
            _add(items[event.cell], event)
        elif isinstance(event, Stopped):
            items[event.cell].append(_item("notice", event.text))
        elif isinstance(event, Failure):
            items[event.cell].append(_failure(recording, event))
    several = len(recording.cells) > 1
    return [
        ShownCell(title=f"Cell {number}" if several else "Output", line=cell.line, items=_trimmed(shown))
        for number, (cell, shown) in enumerate(zip(recording.cells, items, strict=True), 1)
        if shown
    ]


def _add(items: list[Item], event: Output) -> None:
    """Prints in a row are one text, as on a terminal."""
    if items and event.stream == items[-1]["stream"] and event.stream in ("print", "stderr"):
        items[-1]["text"] += event.text
    else:
        items.append(_item(event.stream, event.text, event.mime, event.alternative, event.density))


def _trimmed(items: list[Item]) -> list[Item]:
    for item in items:
        item["text"] = item["text"].removesuffix("\n")
    return items


def _item(stream: str, text: str, mime: str = "text/plain", alternative: str = "", density: int = 1) -> Item:
    return Item(
        stream=stream,
        text=text,
        mime=mime,
        alternative=alternative,
        density=density,
        type="",
        traceback="",
        why="",
        way_out="",
        fix=None,
        span=None,
    )


def _fix(change: Edit) -> Fix:
    return Fix(start=change.start, end=change.end, text=change.text, label=change.label, tried=None)


def _failure(recording: Recording, event: Failure) -> Item:
    """Without a diagnosis the message stands alone: an explanation would only repeat it."""
    found = diagnose(recording, event)
    told = explained(event, found)
    change = edit(recording.source, found.remedy) if found is not None else None
    return Item(
        stream="failure",
        text=event.message,
        mime="text/plain",
        alternative="",
        density=1,
        type=event.type,
        traceback=event.traceback,
        why=told.why if found is not None else "",
        way_out="\n".join(told.ways) if found is not None else "",
        fix=None if change is None else _fix(change),
        span=event.span.place,
    )
