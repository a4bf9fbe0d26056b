"""A ``.grad`` that was used while it was None: why there was none."""

from __future__ import annotations

from gradwalk.failures.changed import switched_off
from gradwalk.failures.diagnosis import Diagnosis, Remedy, diagnosis
from gradwalk.failures.history import History, in_program
from gradwalk.failures.sentences import why_and_way
from gradwalk.failures.untracked import cut_between
from gradwalk.recording import Accumulate, BackwardCall, Cleared, Event, Idle, Statement, Value


def missing_gradient(history: History) -> Diagnosis:
    """``history.operands`` has the tensor whose ``.grad`` was None."""
    value = history.operands[0]
    found = _why(history, value, history.called(value, "this tensor"))
    return found._replace(values=(value.id,))


def nothing_to_clip(history: History) -> Diagnosis | None:
    """Gradients were to be clipped, and there is none yet."""
    idle = [event for event in history.all(Idle) if event.by == "clip" and event.span == history.failure.span]
    place = in_program(history.failure.span)
    remedy = None if place is None else Remedy("below-pass", place)
    return diagnosis("nothing-to-clip", remedy, count=len(idle[-1].values)) if idle else None


def _why(history: History, value: Value, name: str) -> Diagnosis:
    if (rebound := _rebound(history, value, name)) is not None:
        return rebound
    if not value.is_leaf and value.requires_grad and _is_updated(history, value):
        return diagnosis("grad-none-updated", line=history.line(value) or 0)
    if not value.requires_grad:
        off = switched_off(history, {value.id})
        return diagnosis("grad-none-untracked", None, off, name=name)
    if not value.is_leaf:
        return _computed(history, value, name)
    cleared = next((event for event in reversed(history.all(Cleared)) if _is_of(history, event, value)), None)
    written = [event for event in history.all(Accumulate) if history.values[event.leaf].tensor == value.tensor]
    if cleared is not None and not cleared.zeros and written:
        return diagnosis("grad-none-cleared", None, cleared, name=name, line=_line(cleared))
    return _never_written(history, value, name)


def _is_of(history: History, event: Cleared, value: Value) -> bool:
    return any(history.values[leaf].tensor == value.tensor for leaf in event.leaves)


def _line(event: Event) -> int:
    return 0 if event.span is None else event.span.line


def _never_written(history: History, value: Value, name: str) -> Diagnosis:
    calls = list(history.calls.values())
    place = in_program(history.failure.span)
    if not calls:
        remedy = None if place is None else Remedy("clear-if-there", place)
        return diagnosis("grad-none-early", remedy, name=name)
    if all(call.function == "grad" for call in calls):
        return diagnosis("grad-none-returned", None, calls[-1], line=_line(calls[-1]))
    last = next(call for call in reversed(calls) if call.function == "backward")
    leaves = {leaf for node in history.reached(last) if (leaf := history.nodes[node].leaf) is not None}
    reached = any(history.values[leaf].tensor == value.tensor for leaf in leaves)
    if reached or last.inputs:
        return diagnosis("grad-none", name=name)
    if (cut := cut_between(history, value, last.root)) is not None:
        why, way = why_and_way(history.recording, cut)
        given = {"name": name, "line": _line(last), "why": why, "way": way}
        return diagnosis("grad-none-cut", cut.remedy, cut.event, **given)
    root = history.called(history.values[last.root])
    return diagnosis("grad-none-unreached", None, last, name=name, root=root, line=_line(last))


def _computed(history: History, value: Value, name: str) -> Diagnosis:
    """The tensor is no leaf: its statement computed it, from a leaf without a name or from others."""
    statement, maker = history.binding(value), history.maker(value)
    if maker is None or maker.span is None:
        return diagnosis("grad-none", name=name)
    if statement is not None and nameless_leaf(history, value):
        return diagnosis("grad-none-made", leaf_last(history, value), statement, name=name, line=statement.span.line)
    call = next((event for event in reversed(history.all(BackwardCall)) if event.function == "backward"), None)
    place = None if statement is None else in_program(statement.span)
    there = call is not None and maker.node is not None and maker.node in history.reached(call)
    names = tuple(history.names(value)[:1])
    remedy = Remedy("retain-gradient", place, names) if there and names and place is not None else None
    return diagnosis("grad-none-computed", remedy, name=name, line=maker.span.line)


def nameless_leaf(history: History, value: Value) -> bool:
    """Whether all that a value is computed from are leaves without a name: nobody can ask them for their gradient."""
    leaves = [history.nodes[node].leaf for node in history.behind([history.node_of(value)])]
    found = [history.values[leaf] for leaf in leaves if leaf is not None]
    return bool(found) and not any(history.names(leaf) for leaf in found)


def leaf_last(history: History, value: Value) -> Remedy | None:
    """requires_grad at the end of the statement that gave a computed tensor its name."""
    statement = history.binding(value)
    place = None if statement is None else in_program(statement.span)
    return None if place is None else Remedy("leaf-last", place, tuple(history.names(value)[:1]))


def _rebound(history: History, value: Value, name: str) -> Diagnosis | None:
    """An update gave the name of a leaf to a new tensor; others of the same kind are to be mended with it."""
    statement = history.binding(value)
    if statement is None or not _was_leaf(history, value) or not _uses_gradient(history, statement):
        return None
    updates = [event for event in history.all(Statement) if _rebinds(history, event)]
    spans = [span for event in updates if (span := in_program(event.span)) is not None]
    others = tuple(span for span in dict.fromkeys(spans) if span != statement.span)
    maker, place = history.maker(value), in_program(statement.span)
    off = ("off",) if maker is not None and maker.mode else ()
    remedy = None if place is None else Remedy("update-in-place", place, off, others)
    return diagnosis("grad-none-rebound", remedy, statement, name=name, line=statement.span.line)


def _is_updated(history: History, value: Value) -> bool:
    """Whether a value is what an update gives: computed from a tensor and from that one's own gradient."""
    found, waiting = {value.id: value}, [value]
    for _ in range(_STEPS_BACK):
        makers = [maker for one in waiting if (maker := history.maker(one)) is not None]
        waiting = [history.values[edge.value] for maker in makers for edge in maker.edges if edge.value not in found]
        found |= {one.id: one for one in waiting}
    tensors = {one.tensor for one in found.values()}
    return any(one.grad_of in tensors for one in found.values() if one.grad_of is not None)


_STEPS_BACK = 6
"""So many operations lie between a gradient and the update that is made of it, at most."""


def _rebinds(history: History, event: Statement) -> bool:
    made = [history.values[bound.value] for bound in event.bindings if bound.value is not None]
    return any(v.operation is not None and _was_leaf(history, v) for v in made) and _uses_gradient(history, event)


def _was_leaf(history: History, value: Value) -> bool:
    """Whether one of its names stands, or stood, for a leaf too."""
    names = set(history.names(value))
    earlier = (other for other in history.values if other.tensor != value.tensor and names & set(history.names(other)))
    return any(other.is_leaf and other.requires_grad for other in earlier)


def _uses_gradient(history: History, statement: Statement) -> bool:
    """Whether an operation of the statement works with some ``.grad``."""
    lines = range(statement.span.line, statement.span.end_line + 1)
    inside = (o for o in history.operations if o.span is not None and o.span.line in lines)
    return any(history.values[edge.value].grad_of is not None for o in inside for edge in o.edges)
