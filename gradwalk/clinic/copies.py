"""Passes that end at a copy: at a new leaf, made of numbers that had been taken out of the graph."""

from __future__ import annotations

from collections.abc import Iterator

from gradwalk.clinic.chart import Chart, Pass
from gradwalk.clinic.finding import Finding
from gradwalk.failures.untracked import OUT
from gradwalk.program import Span
from gradwalk.recording import BackwardCall, Event, Forward, Number, Statement, Taken, Value

_DIGITS = 4
"""A number with more digits behind the point than these is nobody's but the one that was taken out."""


def passes(chart: Chart) -> Iterator[Finding]:
    """The first pass of each place that reaches nothing but copies."""
    told: set[Span | None] = set()
    for passed in chart.passes:
        if passed.call.span not in told and chart.whole and (found := _end(chart, passed)) is not None:
            told.add(passed.call.span)
            yield found


def ends_at_copies(chart: Chart, passed: Pass) -> bool:
    return bool(_copies(chart, passed))


def _end(chart: Chart, passed: Pass) -> Finding | None:
    copies = _copies(chart, passed)
    if not copies:
        return None
    leaf, made, taken = copies[0]
    root, of = chart.values[passed.call.root], chart.values[taken.of[0]]
    name = chart.called(leaf, "a new tensor")
    way = "at {0} itself" if root.tensor == leaf.tensor else "at {0}, and goes no further"
    return chart.finding(
        "ends-at-copy", passed.at, values=(leaf.id, of.id), about=(name,), line=chart.line_of(passed.call.span),
        end=way.format(name), made=chart.line_of(made.span), name=name, by=OUT[taken.by],
        of=chart.called(of, "a tensor"),
        out="" if _within(taken.span, made.span) else f" in {chart.line_of(taken.span)}",
    )  # fmt: skip


def _copies(chart: Chart, passed: Pass) -> list[tuple[Value, Event, Taken]]:
    """The leaves that a pass reached, where each is made of numbers that were taken out; what is trained is none."""
    leaves = {chart.values[event.leaf].tensor for event in passed.accumulated}
    if not passed.is_backward or leaves & chart.trained:
        return []
    root = chart.values[passed.call.root].tensor
    found = [copy for leaf in sorted(leaves) if (copy := _copy(chart, chart.first[leaf], root)) is not None]
    return found if len(found) == len(leaves) else []


def _copy(chart: Chart, leaf: Value, root: int) -> tuple[Value, Event, Taken] | None:
    """Where a leaf was made of a number, and the event that had taken that number out of a tensor with a graph.

    Whoever starts anew from a number wants the new leaf's gradient. So that is sure only of a leaf at which the pass
    also starts, of one that has no name to read its gradient by, and where an optimizer waits for that of the others.
    """
    if not leaf.numbers or len(leaf.numbers) != 1 or leaf.operation is not None:
        return None
    found = [taken for taken in reversed(chart.all(Taken)) if _gave(chart, taken, leaf.numbers)]
    made = next((event for event in chart.events if leaf.tensor in _about(chart, event)), None) if found else None
    if made is None:
        return None
    meant = leaf.tensor != root and bool(leaf.names)
    for taken in found:
        leaves = _leaves(chart, chart.values[taken.of[0]])
        if leaves & chart.given_gradient or (meant and not leaves & chart.held):
            continue  # they learn otherwise, and the copy may be a beginning that was meant
        if chart.at[id(taken)] < chart.at[id(made)] and (_within(taken.span, made.span) or _is_long(leaf.numbers[0])):
            return leaf, made, taken
    return None


def _gave(chart: Chart, taken: Taken, numbers: tuple[Number, ...]) -> bool:
    """Whether just these numbers of a computed tensor were taken out."""
    if taken.by not in OUT or len(taken.of) != 1:
        return False
    of = chart.values[taken.of[0]]
    return of.operation is not None and of.numbers == numbers


def _leaves(chart: Chart, value: Value) -> set[int]:
    """The tensors that a value was computed from, as far as its graph leads."""
    found = (chart.nodes[node].leaf for node in chart.behind([chart.node_of(value)]))
    return {chart.values[leaf].tensor for leaf in found if leaf is not None}


def _about(chart: Chart, event: Event) -> set[int]:
    """The tensors that an event speaks of, as far as one can be new there."""
    if isinstance(event, Statement):
        found = [bound.value for bound in event.bindings if bound.value is not None]
    elif isinstance(event, Forward):
        found = [edge.value for edge in chart.operations[event.operation].edges]
    else:
        found = [event.root] if isinstance(event, BackwardCall) else []
    return {chart.values[number].tensor for number in found}


def _within(inner: Span | None, outer: Span | None) -> bool:
    if inner is None or outer is None or inner.file != outer.file:
        return False
    return outer[:2] <= inner[:2] and inner[2:4] <= outer[2:4]


def _is_long(number: object) -> bool:
    return isinstance(number, float) and number != round(number, _DIGITS)
