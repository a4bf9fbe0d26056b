"""Gradients that one loss leaves where it only passes through, and that go into another optimizer's step."""

from __future__ import annotations

from gradwalk.clinic.chart import Chart, is_zero
from gradwalk.clinic.finding import Finding
from gradwalk.recording import Accumulate, Assigned, Cleared, Stepped, Update


def left_over(chart: Chart) -> Finding | None:
    """A generator's loss walks through its discriminator: what it leaves there is in the discriminator's next step."""
    since: dict[int, list[Accumulate]] = {}
    cleared: set[int] = set()
    for event in chart.events:
        if isinstance(event, Accumulate) and not is_zero(event.added):
            since.setdefault(chart.values[event.leaf].tensor, []).append(event)
        elif isinstance(event, Cleared | Assigned):
            tensors = {chart.values[leaf].tensor for leaf in _leaves(event)}
            cleared |= tensors
            for tensor in tensors:
                since.pop(tensor, None)
        elif isinstance(event, Update) and event.optimizer is not None:
            tensor = chart.values[event.after].tensor
            found = since.pop(tensor, [])
            if tensor in cleared and (step := _step_between(chart, tensor, found)) is not None:
                return _told(chart, tensor, found, step, event)
    return None


def _leaves(event: Cleared | Assigned) -> tuple[int, ...]:
    return event.leaves if isinstance(event, Cleared) else (event.leaf,)


def _step_between(chart: Chart, tensor: int, found: list[Accumulate]) -> Stepped | None:
    """The step for which the first of two passes was, of an optimizer that does not hold this tensor; None where both
    passes may be meant for one step."""
    if len(found) < 2 or found[0].span == found[-1].span:
        return None
    first, last = chart.passes[found[0].call], chart.passes[found[-1].call]
    reached = {chart.values[event.leaf].tensor for event in first.accumulated}
    for step in chart.all(Stepped):
        held = {chart.values[value].tensor for value in step.parameters}
        if first.at < chart.at[id(step)] < last.at and held & reached and tensor not in held:
            return step
    return None


def _told(chart: Chart, tensor: int, found: list[Accumulate], step: Stepped, taken: Update) -> Finding:
    first = chart.passes[found[0].call]
    held = {chart.values[value].tensor for value in step.parameters}
    names = chart.names_of({chart.values[event.leaf].tensor for event in first.accumulated} - held)
    name = chart.called(chart.first[tensor], "a leaf")
    return chart.finding(
        "gradient-left-over", chart.at[id(found[-1])], about=names, values=(found[-1].leaf,), name=name,
        optimizer=taken.optimizer, taken=chart.line_of(taken.span), left=chart.line_of(found[0].span),
        line=chart.line_of(found[-1].span), other=step.optimizer, step=chart.line_of(step.span),
    )  # fmt: skip
