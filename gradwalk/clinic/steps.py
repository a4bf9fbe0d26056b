"""Training loops that run and are wrong: gradients that add up, stale graphs, gradients of the data, a rising loss."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import chain, pairwise

from gradwalk.clinic.chart import Chart, Pass, is_zero, listed
from gradwalk.clinic.finding import Finding
from gradwalk.clinic.unused import in_lists
from gradwalk.notation import SHOWN_IN_VECTOR, array_text, first_elements, shape_text, short
from gradwalk.program import Span
from gradwalk.recording import (
    Accumulate,
    Array,
    Assigned,
    BackwardCall,
    Cleared,
    Constant,
    Failure,
    Update,
    Value,
)


def written(array: Array | Value) -> str:
    """One number, or a short vector, as it is; of more, the first few and the shape."""
    if array.numbers is None:
        return f"{shape_text(array.shape)} numbers"
    if len(array.numbers) == 1:
        return short(array.numbers[0])
    if len(array.shape) == 1 and len(array.numbers) <= SHOWN_IN_VECTOR:
        return array_text(array.shape, array.numbers)[0]
    return f"{first_elements(array.numbers, SHOWN_IN_VECTOR - 1)} ({shape_text(array.shape)})"


# zero_grad forgotten


def zero_grad_forgotten(chart: Chart) -> Finding | None:
    """A gradient that a step has used goes into another step: seen when that step is taken."""
    used: dict[int, Update] = {}
    added: dict[int, tuple[Accumulate, Update]] = {}
    passes: dict[int, list[list[Span | None]]] = {}
    """Of each tensor, and of each of its steps, where the passes stand that the step has taken."""
    for event in chart.events:
        if isinstance(event, Accumulate):
            tensor = chart.values[event.leaf].tensor
            passes.setdefault(tensor, [[]])[-1].append(event.span)
            if tensor in used and event.before is not None and not is_zero(event.before):
                added[tensor] = event, used[tensor]
        elif isinstance(event, Cleared | Assigned):
            leaves = event.leaves if isinstance(event, Cleared) else (event.leaf,)
            for leaf in leaves:
                used.pop(chart.values[leaf].tensor, None)
                added.pop(chart.values[leaf].tensor, None)
        elif isinstance(event, Update):
            after = chart.values[event.after]
            if after.grad_of is not None:  # the program tends to its gradients itself
                used.pop(after.grad_of, None)
                added.pop(after.grad_of, None)
            elif chart.is_step(event):
                if after.tensor in added:
                    return _not_cleared(chart, added, added[after.tensor], _gathered(passes[after.tensor]))
                used[after.tensor] = event
                passes.setdefault(after.tensor, []).append([])
    return None


def _gathered(steps: Sequence[Sequence[Span | None]]) -> int:
    """How many passes of one place each step has taken at least: several are gathered for a step on purpose."""
    return min((len(spans) for spans in steps), default=1) if len({*chain(*steps)}) == 1 else 1


def _not_cleared(
    chart: Chart, added: dict[int, tuple[Accumulate, Update]], first: tuple[Accumulate, Update], passes: int
) -> Finding:
    """``passes``: so many of one place at least were taken by each step."""
    event, step = first
    alike = {tensor: one for tensor, (one, _) in added.items() if one.call == event.call}
    names = chart.names_of(alike)
    sums = []
    for tensor, one in sorted(alike.items())[:2]:
        name = chart.called(chart.first[tensor], "a leaf")
        if one.before is not None and one.before.numbers and len(one.before.numbers) == 1:
            numbers = (short(array.numbers[0]) for array in (one.before, one.added, one.after) if array.numbers)
            before, plus, after = numbers
            sums.append(f"{name}.grad was {before}, {plus} is added, and it is {after}")
        else:
            sums.append(f"{name}.grad, {written(one.after)}, holds both")
    more = f" (and {len(alike) - 2} more)" if len(alike) > 2 else ""
    return chart.finding(
        "zero-grad-forgotten" if passes == 1 else "zero-grad-after-passes",
        chart.at[id(event)], about=names, values=[one.leaf for one in alike.values()], passes=passes,
        line=chart.line_of(event.span), step=chart.line_of(step.span), sums="; ".join(sums) + more, name=names[0],
    )  # fmt: skip


# One graph, walked again after its leaves have moved


def stale_graph(chart: Chart) -> Finding | None:
    """A result whose graph is walked twice, by one root or by two, with a step of one of its leaves between."""
    walked: dict[int, BackwardCall] = {}
    failed = {event.span for event in chart.all(Failure)}
    for passed in chart.passes:
        if passed is chart.passes[-1] and passed.call.span in failed:
            return None  # it came to what is freed: its failure says why
        again = [node for node in passed.backward if node in walked] if passed.accumulated else []
        for node, value in _ends(chart, again):
            if (step := _between(chart, walked[node], passed, node, value)) is not None:
                return _walked_again(chart, passed, step, node, value)
        for node in passed.backward:
            walked.setdefault(node, passed.call)
    return None


def _ends(chart: Chart, nodes: Sequence[int]) -> Iterator[tuple[int, Value]]:
    """Of these nodes, those that no other one of them leads to, and what their operations made."""
    inner = {route.node for node in nodes for route in chart.nodes[node].next}
    for node in nodes:
        if node in inner:
            continue
        operation = chart.operation_of(node)
        if operation is not None and operation.results:
            yield node, chart.values[operation.results[0]]


def _walked_again(chart: Chart, passed: Pass, step: Update, node: int, value: Value) -> Finding:
    old, new = chart.values[step.before], _now(chart, step, passed)
    leaf = next((chart.first[t] for t in _below(chart, node) if chart.first[t].storage == old.storage), old)
    name = chart.called(leaf, "a leaf")
    return chart.finding(
        "stale-graph", passed.at, values=(value.id, new.id), about=(name,),
        line=chart.line_of(passed.call.span), root=chart.called(value), name=name,
        step=chart.line_of(step.span), before=written(old), after=written(new),
    )  # fmt: skip


def _below(chart: Chart, node: int) -> set[int]:
    """The tensors of the leaves that a node leads to."""
    leaves = (chart.nodes[number].leaf for number in chart.behind([node]))
    return {chart.values[leaf].tensor for leaf in leaves if leaf is not None}


def _between(chart: Chart, before: BackwardCall, passed: Pass, node: int, value: Value) -> Update | None:
    """A step of a leaf below the node; not of one in whose memory the result lives, for that is as new as the leaf."""
    leaves = {tensor for tensor in _below(chart, node) if chart.first[tensor].storage != value.storage}
    memory = {chart.first[tensor].storage for tensor in leaves}
    stretch = chart.events[chart.at[id(before)] : passed.at]
    updates = [e for e in stretch if isinstance(e, Update)]
    steps = (e for e in updates if chart.is_step(e) and chart.values[e.after].tensor in leaves)
    through_data = (e for e in updates if e.operation is not None and chart.values[e.after].storage in memory)
    return next(steps, None) or next(through_data, None)


def _now(chart: Chart, step: Update, passed: Pass) -> Value:
    tensor = chart.values[step.after].tensor
    later = (e for e in chart.events[: passed.at] if isinstance(e, Update) and chart.values[e.after].tensor == tensor)
    return chart.values[max(later, key=lambda e: chart.at[id(e)]).after]


# A gradient for the data

LEAST_PASSES = 2


def data_gradient(chart: Chart) -> Iterator[Finding]:
    """Leaves beside those that are trained whose gradients pile up: nothing clears, uses or moves them.

    A pass that leads to nothing that is trained was made for the gradients of what it does lead to, and who asks for a
    derivative by a leaf, as an equation's network does, needs its flag.
    """
    if not chart.trained or not chart.whole:
        return
    added: dict[int, list[Accumulate]] = {}
    wanted: set[int] = set()
    for passed in chart.passes:
        for event in passed.accumulated:
            added.setdefault(chart.values[event.leaf].tensor, []).append(event)
        reached = {chart.values[event.leaf].tensor for event in passed.accumulated}
        wanted |= reached if reached.isdisjoint(chart.learns) else set()
    touched = {chart.values[leaf].tensor for event in chart.all(Cleared) for leaf in event.leaves}
    touched |= {chart.values[event.leaf].tensor for event in chart.all(Assigned)}
    touched |= {chart.values[event.after].tensor for event in chart.all(Update)}
    touched |= {chart.values[leaf].tensor for passed in chart.passes for leaf in passed.call.inputs}
    used = {chart.values[edge.value].grad_of for operation in chart.operations for edge in operation.edges}
    named = {value.grad_of for value in chart.values if value.grad_of is not None and _has_own_name(value)}
    stepped = {chart.values[event.after].tensor for event in chart.all(Update) if chart.is_step(event)}
    still = sorted(added.keys() - chart.learns - wanted - touched - used - named)
    pairs = [(chart.first[tensor], added[tensor]) for tensor in still if len(added[tensor]) >= LEAST_PASSES and stepped]
    found = [(value, events) for value, events in pairs if value.is_leaf and chart.names(value)]
    told: set[int] = set()
    for finding in in_lists(chart, found):
        told |= set(finding.values)
        yield finding
    for value, events in found:
        if value.id in told:
            continue
        name = chart.called(value)
        yield chart.finding(
            "data-requires-grad", chart.at[id(events[0])], values=(value.id,), about=(name,), name=name,
            passes=f"{len(events)} passes",
        )  # fmt: skip


def _has_own_name(value: Value) -> bool:
    return any(not name.endswith(".grad") for name in value.names)


# A loss that rises

LEAST_RISES = 4


def loss_rises(chart: Chart) -> Finding | None:
    """The root of one place rises pass by pass to the end, on the same data, while steps move what it hangs on."""
    turns: dict[object, list[Pass]] = {}
    for passed in chart.passes:
        if passed.is_backward and not passed.call.more and passed.call.span is not None:
            turns.setdefault(passed.call.span, []).append(passed)
    for found in turns.values():
        told = _rise(chart, found)
        if told is not None:
            return told
    return None


def _rise(chart: Chart, turns: Sequence[Pass]) -> Finding | None:
    losses = [chart.values[turn.call.root].numbers for turn in turns]
    numbers = [float(found[0]) if found is not None and len(found) == 1 else None for found in losses]
    end = next((at for at, number in enumerate(numbers) if number is not None and not math.isfinite(number)), None)
    if end is not None:  # it rises beyond all numbers
        turns, numbers = turns[:end], numbers[:end]
    rises = 0
    for before, after in zip(reversed(numbers[:-1]), reversed(numbers[1:]), strict=True):
        if before is None or after is None or not before < after:
            break
        rises += 1
    first, last = (numbers[0], numbers[-1]) if numbers else (None, None)
    if rises < LEAST_RISES or first is None or last is None or last <= first:
        return None
    late = turns[-rises - 1 :]
    if len({_data(chart, turn) for turn in late}) != 1:
        return None
    steps = [_step_after(chart, turn, following) for turn, following in pairwise(late)]
    if not all(_goes_down(chart, turn, step) for turn, step in zip(late, steps, strict=False)):
        return None
    if (step := steps[0]) is None:
        return None
    moved = chart.names_of({chart.values[e.after].tensor for e in _steps(chart, late[0], late[1])})
    rate = next((f", with {c.name} = {c.text}" for c in _settings(step) if c.name == "lr"), "")
    shown = [short(number) for number in numbers[-rises - 1 :] if number is not None]
    told = ", ".join(shown) if len(shown) < 7 else f"{', '.join(shown[:3])}, …, {', '.join(shown[-2:])}"
    return chart.finding(
        "loss-rises", late[1].at, values=[turn.call.root for turn in late], about=moved,
        root=chart.called(chart.values[turns[-1].call.root], "the loss"), count=rises,
        line=chart.line_of(late[0].call.span), numbers=told, mover=step.optimizer or "the program",
        rate=rate, names=listed(moved),
    )  # fmt: skip


def _settings(step: Update) -> tuple[Constant, ...]:
    return step.settings


def _data(chart: Chart, turn: Pass) -> frozenset[int]:
    """What the root was computed from and is not trained; values drawn at random on the way differ by themselves."""
    sources = chart.sources([turn.call.root])
    return frozenset(
        number
        for number in sources
        if chart.values[number].tensor not in chart.learns
        and ((maker := chart.maker(chart.values[number])) is None or not maker.edges)
    )


def _goes_down(chart: Chart, turn: Pass, step: Update | None) -> bool:
    """Whether a step is known to go against the gradient of its pass: somebody may climb on purpose."""
    if step is None:
        return False
    before, after = chart.values[step.before], chart.values[step.after]
    found = (e.after.numbers for e in turn.accumulated if chart.values[e.leaf].tensor == after.tensor)
    gradient = next(found, None)
    if gradient is None or before.numbers is None or after.numbers is None:
        return False
    moved = (float(new) - float(old) for old, new in zip(before.numbers, after.numbers, strict=True))
    return sum(slope * move for slope, move in zip(gradient, moved, strict=True)) < 0


def _steps(chart: Chart, turn: Pass, following: Pass) -> list[Update]:
    stretch = chart.events[turn.at : following.at]
    return [event for event in stretch if isinstance(event, Update) and chart.is_step(event)]


def _step_after(chart: Chart, turn: Pass, following: Pass) -> Update | None:
    leaves = chart.leaves_below(turn.call)
    return next((e for e in _steps(chart, turn, following) if chart.values[e.after].tensor in leaves), None)
