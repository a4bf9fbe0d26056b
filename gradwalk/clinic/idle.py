"""What did nothing where something was meant: clipping before there is a gradient, ``=+`` for ``+=``, losses that no
pass starts from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gradwalk.clinic.chart import Chart, listed, numel
from gradwalk.clinic.finding import Finding
from gradwalk.program import Span
from gradwalk.recording import Accumulate, BackwardCall, Idle, Statement, Taken, Update


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


LEAST_LOST = 2


def losses_lost(chart: Chart) -> Iterator[Finding]:
    """Losses that a loop computes one after the other, of which only the last one goes into a pass, and then into a
    step: one finding a place. Of a loss that was looked at something may have been decided."""
    looked_at = {value for taken in chart.all(Taken) for value in taken.of}
    given: dict[tuple[Span, str], list[int]] = {}
    told: set[Span] = set()
    for event in chart.events:
        if isinstance(event, Statement):
            for one in event.bindings:
                if one.value is not None and _is_loss(chart, one.value):
                    given.setdefault((event.span, one.name), []).append(one.value)
        elif isinstance(event, BackwardCall):
            for (span, name), values in given.items():
                lost = values[:-1]
                unused = not any(v in chart.roots or chart.users.get(v) or v in looked_at for v in lost)
                if (
                    values[-1] == event.root
                    and len(lost) >= LEAST_LOST
                    and unused
                    and span not in told
                    and _alike(chart, values)
                    and _step_follows(chart, event)
                ):
                    told.add(span)
                    yield chart.finding(
                        "loss-lost", chart.at[id(event)], values=(values[-1],), about=(name,), name=name,
                        line=chart.line_of(span), walk=chart.line_of(event.span), count=len(values),
                    )  # fmt: skip
            given.clear()


def _is_loss(chart: Chart, number: int) -> bool:
    value = chart.values[number]
    return numel(value) == 1 and value.operation is not None and value.node is not None


def _alike(chart: Chart, values: Sequence[int]) -> bool:
    """Whether the same leaves lie behind all of them."""
    nodes = [chart.values[number].node for number in values]
    return len({frozenset(_leaves(chart, node)) for node in nodes if node is not None}) == 1


def _leaves(chart: Chart, node: int) -> set[int]:
    leaves = (chart.nodes[number].leaf for number in chart.behind([node]))
    return {chart.values[leaf].tensor for leaf in leaves if leaf is not None}


def _step_follows(chart: Chart, call: BackwardCall) -> bool:
    """Whether a step was taken with what a pass gave, before another one ran."""
    at = chart.at[id(call)]
    following = next((passed.at for passed in chart.passes if passed.at > at), len(chart.events))
    return any(isinstance(event, Update) and chart.is_step(event) for event in chart.events[at:following])
