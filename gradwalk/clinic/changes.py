"""Saved values that were changed where autograd does not count it, before the pass that needs them."""

from __future__ import annotations

from collections.abc import Iterator

from gradwalk.clinic.chart import Chart, Pass
from gradwalk.clinic.finding import Finding
from gradwalk.clinic.steps import written
from gradwalk.recording import Moved, Update, Value


def unseen(chart: Chart) -> Iterator[Finding]:
    """One finding for each place that changed such a value: the pass ran, and its gradient is of other numbers."""
    changed = _changes(chart)
    places = set()
    for passed in chart.passes:
        for node in passed.backward:
            found = _found(chart, node, passed, changed)
            if found is None:
                continue
            saved, event, after = found
            if event.span in places:
                continue
            places.add(event.span)
            operation = chart.operation_of(node)
            name = chart.called(saved, "a value")
            yield chart.finding(
                "saved-changed", chart.at[id(event)], values=(saved.id, after.id), about=(name,), name=name,
                node=chart.nodes[node].name, line=chart.line_of(None if operation is None else operation.span),
                change=chart.line_of(event.span), walk=chart.line_of(passed.call.span), before=written(saved),
                after=written(after),
            )  # fmt: skip


_Changes = dict[int, list[tuple[int, Update, Value]]]


def _changes(chart: Chart) -> _Changes:
    """By tensor: what it became, at which event, and by which change."""
    found: _Changes = {}
    last: Update | None = None
    for at, event in enumerate(chart.events):
        if isinstance(event, Update):
            last = event
            after = chart.values[event.after]
            found.setdefault(after.tensor, []).append((at, event, after))
        elif isinstance(event, Moved) and last is not None:
            for number in event.values:
                found.setdefault(chart.values[number].tensor, []).append((at, last, chart.values[number]))
    return found


def _found(chart: Chart, node: int, passed: Pass, changed: _Changes) -> tuple[Value, Update, Value] | None:
    """A saved value that was other numbers under the same version when the node ran; the change, and what it was."""
    made = chart.nodes[node].operation
    if made is None or made not in chart.ran:
        return None
    walked = chart.at[id(passed.backward[node])]
    for saved in chart.nodes[node].saved:
        value = None if saved.value is None else chart.values[saved.value]
        if value is None or value.numbers is None:
            continue
        states = [one for one in changed.get(value.tensor, ()) if chart.ran[made] < one[0] < walked]
        if not states or any(after.version != value.version or after.storage != value.storage for *_, after in states):
            continue
        _, event, after = states[-1]
        if event.operation != made and after.numbers is not None and after.numbers != value.numbers:
            return value, event, after
    return None
