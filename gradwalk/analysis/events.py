"""The events of a recording as they are told: local gradients ahead of their seed, and where a ``.grad`` was cleared.

Nothing runs when ``zero_grad()`` or ``w.grad = None`` takes a gradient away, so the recording shows it only by what the
next backward() finds. Here it becomes an event of its own, at the statement that did it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from gradwalk.program import Span
from gradwalk.recording import (
    Accumulate,
    Array,
    Backward,
    BackwardCall,
    Binding,
    Cleared,
    Event,
    LocalGradient,
    Recording,
    Statement,
    Update,
    Value,
)

_CLEARS = re.compile(r"zero_grad\s*\(|\.grad\s*=\s*None")
_GIVES = re.compile(r"(\w+)\.grad\s*=(?!=|\s*None\b)")

_SWITCH = re.compile(r"(\w+)\.(?:requires_grad_\(|requires_grad\s*=|detach_\()")


def events_in_order(recording: Recording) -> tuple[Event, ...]:
    """All events; a backward() that never started leaves neither its seed nor its local gradients."""
    events = _switched(recording, _in_order(recording.events))
    clears = _clears(recording, events)
    if not clears:
        return tuple(events)
    found: list[Event] = []
    for position, event in enumerate(events):
        if position in clears:
            found.append(clears[position])
        found.append(event)
    return tuple(found)


def _in_order(events: Sequence[Event]) -> list[Event]:
    started = {event.call for event in events if isinstance(event, Backward | Accumulate)}
    ordered: list[Event] = []
    waiting: BackwardCall | None = None
    for event in events:
        if isinstance(event, BackwardCall):
            waiting = event if event.call in started else None
            continue
        if isinstance(event, LocalGradient) and event.call not in started:
            continue
        if waiting is not None and not isinstance(event, LocalGradient):
            ordered.append(waiting)
            waiting = None
        ordered.append(event)
    return ordered


def _switched(recording: Recording, events: list[Event]) -> list[Event]:
    """``x.requires_grad_(False)`` binds nothing, but what stands behind the name is another from there on."""
    lines = recording.source.split("\n")
    bound: dict[str, int] = {}
    for position, event in enumerate(events):
        if not isinstance(event, Statement):
            continue
        bound.update((binding.name, binding.value) for binding in event.bindings if binding.value is not None)
        match = None if event.bindings else _SWITCH.match(source_at(lines, event.span))
        if match is not None and match[1] in bound:
            old = recording.values[bound[match[1]]]
            later = (v for v in recording.values[old.id :] if v.tensor == old.tensor and v.operation is None)
            new = next((v.id for v in later if v.requires_grad != old.requires_grad), None)
            if new is not None:
                bound[match[1]] = new
                events[position] = event._replace(bindings=(Binding(match[1], new, ""),))
    return events


def source_at(lines: Sequence[str], span: Span) -> str:
    """The piece of source that a span marks, its lines joined."""
    if span.line == span.end_line:
        return lines[span.line - 1][span.column - 1 : span.end_column - 1]
    first, last = lines[span.line - 1][span.column - 1 :], lines[span.end_line - 1][: span.end_column - 1]
    return "\n".join([first, *lines[span.line : span.end_line - 1], last])


def grad_owners(recording: Recording) -> dict[int, int]:
    """For each value that is a ``.grad``, the leaf's tensor whose gradient it is; known by their names."""
    leaves = {f"{name}.grad": v.tensor for v in recording.values if v.requires_grad for name in v.names}
    named = ((v.id, next((leaves[name] for name in v.names if name in leaves), None)) for v in recording.values)
    return {value: tensor for value, tensor in named if tensor is not None}


def _clears(recording: Recording, events: Sequence[Event]) -> dict[int, Cleared]:
    """By the position of the statement that cleared them."""
    lines = recording.source.split("\n")
    clearing = [
        position
        for position, event in enumerate(events)
        if isinstance(event, Statement) and _CLEARS.search(source_at(lines, event.span))
    ]
    if not clearing:
        return {}
    owners, known = grad_owners(recording), _Known()
    found: dict[int, dict[int, bool]] = {}
    bound: dict[str, int] = {}
    for position, event in enumerate(events):
        if isinstance(event, Statement):
            bound.update((binding.name, binding.value) for binding in event.bindings if binding.value is not None)
            given = _GIVES.match(source_at(lines, event.span))
            if given is not None and given[1] in bound:
                known.give(recording.values[bound[given[1]]], position)
        elif isinstance(event, Update) and event.after in owners:
            known.change(owners[event.after], recording.values[event.after], position)
        elif isinstance(event, Accumulate):
            tensor = recording.values[event.leaf].tensor
            held = known.grads.get(tensor)
            if held is not None and held[0] != event.before and _gone(event.before):
                at = next((p for p in reversed(clearing) if held[1] < p < position), None)
                if at is not None:
                    found.setdefault(at, {})[event.leaf] = event.before is not None
            known.write(tensor, event.leaf, event.after, position)
    for position in clearing:  # of the last ones nothing tells that comes later
        text = source_at(lines, events[position].span or Span(1, 1, 1, 1))
        named = None if "zero_grad" in text else text.partition(".grad")[0]
        if position not in found and (leaves := known.since(position, named, recording)):
            found[position] = dict.fromkeys(leaves, "set_to_none=False" in text)
    return {
        position: Cleared(events[position].cell, events[position].span, tuple(leaves), any(leaves.values()))
        for position, leaves in found.items()
    }


class _Known:
    """What each leaf's ``.grad`` held, since which event, and the leaf's value then."""

    def __init__(self) -> None:
        self.grads: dict[int, tuple[Array, int, int]] = {}

    def write(self, tensor: int, leaf: int, grad: Array, position: int) -> None:
        self.grads[tensor] = (grad, position, leaf)

    def give(self, leaf: Value, position: int) -> None:
        """The program put a gradient there itself; which one, the recording does not say."""
        self.write(leaf.tensor, leaf.id, Array(leaf.shape, leaf.dtype, None), position)

    def change(self, tensor: int, grad: Value, position: int) -> None:
        if tensor in self.grads:
            leaf = self.grads[tensor][2]
            self.write(tensor, leaf, Array(grad.shape, grad.dtype, grad.numbers), position)

    def since(self, position: int, name: str | None, recording: Recording) -> list[int]:
        """The leaves (those of one name) whose gradients nothing has written since; they are forgotten."""
        done = {
            tensor: held
            for tensor, held in self.grads.items()
            if held[1] < position and (name is None or name in recording.values[held[2]].names)
        }
        self.grads = {tensor: held for tensor, held in self.grads.items() if tensor not in done}
        return [leaf for _, _, leaf in done.values()]


def _gone(grad: Array | None) -> bool:
    return grad is None or (grad.numbers is not None and not any(grad.numbers))
