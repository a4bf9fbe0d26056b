"""Parameters that got no gradient, and what cut their way to the loss."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from gradwalk.clinic.chart import Chart, Pass, listed, numel
from gradwalk.clinic.finding import Finding
from gradwalk.clinic.outside import copies_of, copy_of, only_end
from gradwalk.failures.diagnosis import Diagnosis
from gradwalk.failures.sentences import why_and_way
from gradwalk.failures.untracked import cut_by, cuts, taken_out
from gradwalk.recording import Event, Failure, Forward, Taken, Value


def without_gradient(chart: Chart) -> Iterator[Finding]:
    """One finding for each way in which parameters lost theirs. Nothing is said where something may have run unseen."""
    passed = next((passed for passed in reversed(chart.passes) if passed.is_backward and passed.accumulated), None)
    if passed is None or not chart.whole:
        return
    causes: dict[tuple[str, object], list[tuple[int, Value]]] = {}
    plain = _plain(chart)
    for value in _missing(chart, passed, plain):
        kind, at = _why(chart, value, passed)
        if value.tensor in plain and kind != "no-gradient-cut":
            continue  # whether it was to learn, nobody knows
        causes.setdefault((kind, _place(chart, kind, at)), []).append((at, value))
    for (kind, place), found in causes.items():
        which = min if isinstance(place, _Stretch) else max
        yield _told(chart, kind, which(at for at, _ in found), [value for _, value in found], passed)


class _Stretch(NamedTuple):
    """Operations one after the other that ran while gradients were off."""

    mode: str
    before: int
    """How many had run with gradients until then."""


def _place(chart: Chart, kind: str, at: int) -> object:
    """What ends the ways of several parameters: a piece of the program, or a stretch without gradients."""
    event = chart.events[at]
    mode = chart.operations[event.operation].mode if isinstance(event, Forward) else None
    if kind == "no-gradient-cut" and mode and isinstance(event, Forward):
        return _Stretch(mode, sum(not operation.mode for operation in chart.operations[: event.operation]))
    return event.span or at


def _plain(chart: Chart) -> set[int]:
    """Leaves that were made to require a gradient, where neither a module nor an optimizer says what is to learn."""
    if chart.held or chart.modules or chart.all(Failure):
        return set()  # a failure has its own reason
    named = (value for value in chart.values if value.names and value.is_leaf and value.requires_grad)
    return {value.tensor for value in named if value.operation is None and value.grad_of is None}


def _missing(chart: Chart, passed: Pass, plain: set[int]) -> list[Value]:
    """Tensors that were to learn, required a gradient all the time, and never had one."""
    got = {chart.values[event.leaf].tensor for one in chart.passes for event in one.accumulated}
    known: set[int] = plain | chart.held
    for module in chart.modules:
        tensors = {chart.values[parameter.value].tensor for parameter in module.parameters}
        if tensors & got and (not chart.held or tensors & chart.held):
            known |= tensors & chart.held if chart.held else tensors
    states: dict[int, list[Value]] = {}
    for value in chart.values:
        if value.tensor in known - chart.given_gradient:
            states.setdefault(value.tensor, []).append(value)
    copied = {tensor for one in chart.passes for tensor in copied_root(chart, one)}
    if chart.held and not chart.held & (got | copied):
        return []  # the optimizer and the pass have nothing to do with each other
    reached = {tensor for one in chart.passes for tensor in chart.leaves_below(one.call)}  # of one that failed, too
    there = [found[0] for tensor, found in states.items() if tensor not in reached
             if all(v.requires_grad and v.is_leaf for v in found)]  # fmt: skip
    newer = _newer(chart, got)
    there = [v for v in there if not any((name, v.shape if "." not in name else ()) in newer for name in v.names)]
    return [value for value in there if numel(value) and _is_before(chart, value, passed)]


def _newer(chart: Chart, got: set[int]) -> set[tuple[str, tuple[int, ...]]]:
    """Names and shapes of what got a gradient and no optimizer holds. What is held under such a name is of former
    times, and its optimizer is told of."""
    new = [chart.first[tensor] for tensor in got - chart.held if chart.held]
    named = ((name, value) for value in new for name in (*value.names, chart.parameters.get(value.tensor, "")))
    return {(name, value.shape if "." not in name else ()) for name, value in named}


def copied_root(chart: Chart, passed: Pass) -> frozenset[int]:
    """The tensors that a pass does not reach because its root was made of numbers that were copied from their graph."""
    way = chart.sources([root.root for root in passed.call.roots])
    copied = [number for event in chart.all(Taken) if event.result in way for number in event.of]
    nodes = chart.behind([chart.node_of(chart.values[number]) for number in copied])
    leaves = (chart.nodes[node].leaf for node in nodes)
    return frozenset(chart.values[leaf].tensor for leaf in leaves if leaf is not None)


def _is_before(chart: Chart, value: Value, passed: Pass) -> bool:
    """Whether a tensor was known before the pass: one that came later may have its own pass still to come."""
    made = [
        chart.ran[o.id] for o in chart.operations[:] if any(e.value == value.id for e in o.edges) and o.id in chart.ran
    ]
    return not made or made[0] < passed.at


def _why(chart: Chart, value: Value, passed: Pass) -> tuple[str, int]:
    """The kind of a finding, and the event at which the way ends."""
    below = chart.computed_from(value)
    users = [o for o in chart.operations if any(edge.value in below for edge in o.edges)]
    if not users and not any(set(event.of) & below for event in chart.all(Taken)):
        return "no-gradient-unused", passed.at
    way = below & chart.sources([root.root for root in passed.call.roots])
    for operation in users:
        if set(operation.results) & way and operation.id in chart.ran and cuts(chart, operation, below):
            return "no-gradient-cut", chart.ran[operation.id]
    for event in chart.all(Taken):
        if event.result in way and set(event.of) & below:
            return "no-gradient-cut", chart.at[id(event)]
        if event.by in ("item", "tolist", "numpy") and set(event.of) & below and not way:
            return "no-gradient-item", chart.at[id(event)]
    end = None if way else only_end(chart, users, below)
    return ("no-gradient-aside", passed.at) if end is None else ("no-gradient-outside", chart.ran[end.id])


def _told(chart: Chart, kind: str, at: int, values: list[Value], passed: Pass) -> Finding:
    names, event = chart.names_of(value.tensor for value in values), chart.events[at]
    pieces: dict[str, object] = {"names": listed(names), "root": chart.called(chart.values[passed.call.root]),
                                 "it": "them" if len(names) > 1 else "it"}  # fmt: skip
    if kind == "no-gradient-cut":
        found = taken_out(chart, event) if isinstance(event, Taken) else _cut(chart, event)
        pieces["why"], pieces["way"] = why_and_way(chart.recording, found)
    elif kind == "no-gradient-outside":
        pieces |= _outside(chart, event, passed)
    elif isinstance(event, Taken):
        pieces |= {
            "line": chart.line_of(event.span),
            "by": {"item": ".item() or float()"}.get(event.by, f".{event.by}()"),
        }
    return chart.finding(kind, at, values=[value.id for value in values], about=names, given=pieces)


def _outside(chart: Chart, event: Event, passed: Pass) -> dict[str, object]:
    """What ends the graph, and what has its numbers without an operation of PyTorch's."""
    why, _ = why_and_way(chart.recording, _cut(chart, event))
    root, new = chart.called(chart.values[passed.call.root]), None
    if isinstance(event, Forward):
        of = [chart.values[number] for number in chart.operations[event.operation].results]
        new = next((value for one in of if (value := copy_of(chart, one, passed.call.root)) is not None), None)
    if new is None:
        then = f"No operation of PyTorch's leads from there to {root}: what NumPy or Python computes has no graph."
        return {"why": why, "then": then, "new": root}
    name = next((chart.called(value) for value in copies_of(chart, new) if chart.names(value)), "")
    then = f"{name or 'A new tensor'} has just its numbers, as after .numpy() and torch.from_numpy."
    return {"why": why, "then": then, "new": name or root}


def _cut(chart: Chart, event: Event) -> Diagnosis:
    if not isinstance(event, Forward):
        raise TypeError("An operation cuts a way where it runs.")
    operation = chart.operations[event.operation]
    return cut_by(chart, operation, chart.values[operation.results[0]])
