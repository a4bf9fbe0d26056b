"""What the cells of a recording showed, for the editor: texts, failures with reasons and ways out, and remarks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

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
    """Something shown. ``stream`` is an Output's, ``failure`` or ``remark``; the rest belongs to these two."""

    stream: str
    text: str
    mime: str
    """Of a picture ``image/svg+xml``, and ``text`` is the SVG; or ``image/png``, and it is base64."""
    alternative: str
    """What a picture is in plain text."""
    density: int
    """Of a PNG: how many of its pixels stand in one of the page's."""
    type: str
    """Of a remark, its title."""
    number: int
    """Which of the failures, or of the findings, it is."""
    step: int | None
    """The step that tells it; None where nobody knows."""
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


def shown_cells(recording: Recording, story: Mapping[str, Any] | None = None) -> list[ShownCell]:
    """The cells that showed something, in order; with the ``story`` (``timeline``) also what is found in them."""
    items: list[list[Item]] = [[] for _ in recording.cells]
    steps = [] if story is None else [at for at, step in enumerate(story["steps"]) if step.get("kind") == "failure"]
    failures = 0
    for event in recording.events:
        if isinstance(event, Output):
            _add(items[event.cell], event)
        elif isinstance(event, Stopped):
            items[event.cell].append(_item("notice", event.text))
        elif isinstance(event, Failure):
            step = steps[failures] if failures < len(steps) else None
            items[event.cell].append(_failure(recording, event, failures, step))
            failures += 1
    for number, found in enumerate(story["findings"] if story is not None else ()):
        items[found["cell"]].append(_remark(found, number))
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
        number=0,
        step=None,
        traceback="",
        why="",
        way_out="",
        fix=None,
        span=None,
    )


def _fix(change: Edit) -> Fix:
    return Fix(start=change.start, end=change.end, text=change.text, label=change.label, tried=None)


def _remark(found: Mapping[str, Any], number: int) -> Item:
    """``found`` is a finding as the story has it."""
    fix = found.get("fix")
    return Item(
        stream="remark",
        text=found["what"],
        mime="text/plain",
        alternative="",
        density=1,
        type=found["title"],
        number=number,
        step=found["step"],
        traceback="",
        why=found["why"],
        way_out=found["way_out"],
        fix=None if fix is None else _fix(Edit(**fix)),
        span=found["span"],
    )


def _failure(recording: Recording, event: Failure, number: int, step: int | None) -> Item:
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
        number=number,
        step=step,
        traceback=event.traceback,
        why=told.why if found is not None else "",
        way_out="\n".join(told.ways) if found is not None else "",
        fix=None if change is None else _fix(change),
        span=event.span.place,
    )
