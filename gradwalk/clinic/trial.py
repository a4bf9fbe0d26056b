"""What comes of an edit that would mend a failure: told from a run of the changed program, before anybody keeps it."""

from __future__ import annotations

import re
from typing import NamedTuple

from gradwalk.clinic import findings
from gradwalk.clinic.chart import Chart, Pass, listed
from gradwalk.clinic.finding import Finding
from gradwalk.failures.fixes import Edit
from gradwalk.notation import short
from gradwalk.notation.lines import line_of
from gradwalk.recording import Event, Failure, Number, Recording, Update, Value

WRONG = frozenset({"stale-graph", "saved-changed"})
"""Findings of what an edit has made run and train wrongly."""
_MOST_LEAVES, _MOST_NUMBERS, _MOST_MESSAGE = 2, 4, 160


class Trial(NamedTuple):
    """What came of a changed program."""

    mends: bool
    """Whether the statement that failed is done now, and nothing is wrong that the edit has brought."""
    said: str


def tried(before: Recording, failure: Failure, edit: Edit, after: Recording) -> Trial:
    """What the changed program, recorded as ``after``, did where ``failure`` was in the one before."""
    place = _Place(before.source, failure, edit)
    cell = next((number for number, one in enumerate(after.cells) if place.first < _end(one.source, one.line)), 0)
    failures = [event for event in after.events if isinstance(event, Failure)]
    now = next((event for event in failures if event.cell == cell), None)
    if now is not None and not _gets_further(before, failure, after, now, place):
        return Trial(False, f"Tried: this change does not mend it. With it, {_stop(after, now)}")
    wrong = next((found for found in findings(after) if found.kind in WRONG), None)
    if wrong is not None:
        return Trial(False, f"Tried: with this change it runs, and trains wrongly. {wrong.what}")
    if now is not None:
        if _ends_there(edit, now):
            return Trial(False, f"Tried: this change takes the gradient away. With it, {_stop(after, now)}")
        if place.has(now.span.line):
            return Trial(True, f"Tried: with this change there is another reason left. {_stop(after, now, first=True)}")
        return Trial(True, f"Tried: with this change the statement runs, and then {_stop(after, now)}")
    what = "this cell" if failures else "the program"
    told = (f"Tried: with this change {what} runs to its end.", *_numbers(after, cell), *_left(after))
    return Trial(True, " ".join(told))


def tried_remark(before: Recording, remark: Finding, after: Recording) -> Trial:
    """What the changed program, recorded as ``after``, did of which ``remark`` was found before."""
    failed = [event for event in before.events if isinstance(event, Failure)]
    failures = [event for event in after.events if isinstance(event, Failure)]
    if len(failures) > len(failed):
        return Trial(False, f"Tried: with this change {_stop(after, failures[-1])}")
    found, now = findings(before), findings(after)
    kinds = {finding.kind for finding in found}
    if sum(one.kind == remark.kind for one in now) >= sum(one.kind == remark.kind for one in found):
        return Trial(False, "Tried: with this change, the same is still found.")
    new = next((one for one in now if one.kind not in kinds), None)
    if new is not None:
        return Trial(False, f"Tried: with this change it is gone, and there is something else: “{new.title}”.")
    return Trial(True, " ".join(("Tried: with this change, it is no longer found.", *_numbers(after, remark.cell))))


def _end(source: str, line: int) -> int:
    """The line behind a cell's last one."""
    return line + source.count("\n") + 1


class _Place:
    """The lines at which a failure stands in the changed program."""

    def __init__(self, source: str, failure: Failure, edit: Edit) -> None:
        old, line = source.split("\n"), failure.span.line
        new = (source[: edit.start] + edit.text + source[edit.end :]).split("\n")
        most = min(len(old), len(new))
        above = next((at for at in range(most) if old[at] != new[at]), most)
        below = next((at for at in range(most - above) if old[-1 - at] != new[-1 - at]), most - above)
        more = len(new) - len(old)
        self.first = line if line <= above else line + more if line > len(old) - below else above + 1
        self.last = len(new) - below if above < line <= len(old) - below else self.first

    def has(self, line: int) -> bool:
        return self.first <= line <= self.last


def _gets_further(before: Recording, failure: Failure, after: Recording, now: Failure, place: _Place) -> bool:
    """Whether the cell fails later now: further down, in a later turn, or at the same place for the next reason."""
    line = now.span.line
    if place.has(line):
        cell = sum(event.cell == failure.cell for event in before.events)
        return _kind(now) != _kind(failure) and sum(event.cell == now.cell for event in after.events) >= cell
    there = sum(_line(event) == failure.span.line for event in before.events)
    return line > place.last or sum(place.has(_line(event)) for event in after.events) > there


def _ends_there(edit: Edit, now: Failure) -> bool:
    """Whether an edit that detaches made what backward() was to go back from lose its graph."""
    lost = now.cause == "nothing-requires-grad" or "has no attribute 'backward'" in now.message
    return "detach()" in edit.text and lost


def _line(event: Event) -> int:
    return 0 if event.span is None or event.span.file else event.span.line


def _kind(failure: Failure) -> tuple[str, str]:
    """Its type and its message, whatever numbers stand in it."""
    return failure.type, re.sub(r"\d+", "0", failure.message)


def _stop(after: Recording, failure: Failure, *, first: bool = False) -> str:
    message = failure.message.split("\n")[0]
    cut = message if len(message) <= _MOST_MESSAGE else f"{message[:_MOST_MESSAGE]}…"
    line = line_of(after, failure.span)
    return f"{line.capitalize() if first else line} stops: {failure.type}: {cut}"


def _left(after: Recording) -> list[str]:
    """What the clinic says of the changed program."""
    left = [found for found in findings(after) if found.kind != "failure"]
    return [f"What is left then, in {line_of(after, found.span)}: “{found.title}”." for found in left[:1]]


def _numbers(after: Recording, cell: int) -> list[str]:
    """What the last backward pass of a cell started from, turn by turn, and what came to the leaves behind it; of a
    cell without one, that of the first cell below that has."""
    chart = Chart(after)
    found = [one for one in chart.passes if one.is_backward]
    place = min((one.call.cell for one in found if one.call.cell >= cell), default=None)
    passes = [one for one in found if one.call.cell == place]
    if not passes or not chart.whole:
        return []
    root = _roots(chart, [one for one in passes if one.call.span == passes[-1].call.span])
    leaves = [_leaf(chart, chart.values[event.leaf]) for event in passes[-1].accumulated]
    told = [*root, *(leaves if len(leaves) <= _MOST_LEAVES and all(leaves) else [])]
    return [f"{'; '.join(told)}."] if told else []


def _roots(chart: Chart, passes: list[Pass]) -> list[str]:
    """What one place went back from, each time that it did."""
    values = [chart.values[one.call.root] for one in passes]
    name = chart.called(values[-1], "")
    numbers = [number for value in values if (number := _single(value)) is not None]
    if not name or len(numbers) < len(values) or not values[-1].names:
        return []
    if len(numbers) == 1:
        return [f"{name} is {short(numbers[0])}"]
    return [f"{name} is {_row(numbers)} in its {len(numbers)} passes"]


def _row(numbers: list[Number]) -> str:
    shown = [short(number) for number in numbers]
    return listed(shown) if len(shown) <= _MOST_NUMBERS else f"{', '.join(shown[:2])}, …, {shown[-1]}"


def _leaf(chart: Chart, leaf: Value) -> str:
    """How far a leaf has moved; its gradient, where nothing moved it."""
    name, states = chart.called(leaf, ""), [value for value in chart.values if value.tensor == leaf.tensor]
    moved = [event for event in chart.all(Update) if chart.values[event.after].tensor == leaf.tensor]
    first, last = _single(states[0]), _single(chart.values[moved[-1].after]) if moved else None
    if not name or first is None:
        return ""
    if last is not None:
        return f"{name} goes from {short(first)} to {short(last)}"
    given = [one.after.numbers for passed in chart.passes for one in passed.accumulated if one.leaf == leaf.id]
    return f"{name}.grad is {short(given[-1][0])}" if given and given[-1] and len(given[-1]) == 1 else ""


def _single(value: Value) -> Number | None:
    return value.numbers[0] if value.numbers is not None and len(value.numbers) == 1 else None
