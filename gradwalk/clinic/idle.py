"""Calls that did nothing where something was meant: clipping before there is a gradient, ``=+`` for ``+=``."""

from __future__ import annotations

from collections.abc import Iterator

from gradwalk.clinic.chart import Chart, listed
from gradwalk.clinic.finding import Finding
from gradwalk.program import Span
from gradwalk.recording import Accumulate, Idle, Statement, Update


def clipped_too_early(chart: Chart) -> Finding | None:
    """Gradients that were to be clipped before a pass made them, and that a step then took as they came."""
    waiting: dict[int, Idle] = {}
    came: set[int] = set()
    for event in chart.events:
        if isinstance(event, Idle) and event.by == "clip":
            tensors = {chart.values[value].tensor for value in event.values}
            came -= tensors
            waiting.update(dict.fromkeys(tensors, event))
        elif isinstance(event, Accumulate):
            came |= {chart.values[event.leaf].tensor} & waiting.keys()
        elif isinstance(event, Update):
            after = chart.values[event.after]
            if after.grad_of is not None:
                waiting.pop(after.grad_of, None)
            elif after.tensor in waiting and after.tensor in came and chart.is_step(event):
                return _too_early(chart, waiting[after.tensor], event, waiting.keys() & came)
    return None


def _too_early(chart: Chart, idle: Idle, step: Update, unclipped: set[int]) -> Finding | None:
    """None where the step takes a gradient that was clipped, too."""
    at = chart.at[id(step)]
    moved = {chart.values[e.after].tensor for e in chart.all(Update) if e.span == step.span and chart.is_step(e)}
    if not moved <= {chart.values[value].tensor for value in idle.values} or not moved <= unclipped:
        return None
    passed = next(one for one in reversed(chart.passes) if one.at < at)
    names = chart.names_of(moved)
    return chart.finding(
        "clipped-too-early", chart.at[id(idle)], values=idle.values, about=names, names=listed(names),
        line=chart.line_of(idle.span), walk=chart.line_of(passed.call.span), step=chart.line_of(step.span),
    )  # fmt: skip


def plus_for_sum(chart: Chart) -> Iterator[Finding]:
    """A variable that a loop gives ``+x`` in each turn, while only the last one goes into a pass: one a place."""
    given: dict[tuple[Span, str], list[tuple[Idle, int]]] = {}
    signed: dict[int, Idle] = {}
    for event in chart.events:
        if isinstance(event, Idle) and event.by == "+":
            signed.update(dict.fromkeys(event.values, event))
        elif isinstance(event, Statement):
            for binding in event.bindings:
                if binding.value in signed:
                    idle = signed[binding.value]
                    given.setdefault((event.span, binding.name), []).append((idle, binding.value))
    for (span, name), found in given.items():
        (first, _), lost = found[0], [value for _, value in found[:-1]]
        roots = {root.root for passed in chart.passes for root in passed.call.roots}
        if lost and not any(value in roots or chart.users.get(value) for value in lost) and found[-1][1] in (
            chart.behind_roots
        ):  # fmt: skip
            yield chart.finding(
                "plus-for-sum", chart.at[id(first)], values=(found[-1][1],), about=(name,), span=span, name=name,
                line=chart.line_of(span), count=len(found), lost=len(lost),
            )  # fmt: skip
