"""Which box of the computation graph shows which value, and which operations have no box of their own.

A leaf keeps one box while its numbers change in place: an update moves the value in it. What a program computes only
to update a leaf (``0.1 * w.grad``), and changes of a ``.grad`` in place, are steps without boxes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from gradwalk.recording import Operation, Recording, Update, Value


class Boxes(NamedTuple):
    of: Mapping[int, str]
    """The id of the box that shows a value: ``v3`` for one that no operation made, ``o5`` with its operation."""
    leaves: frozenset[int]
    """The tensors that are leaves with a gradient at some time."""
    hidden: Mapping[int, str]
    """Operations without a box, and the box of the leaf that they are about (empty when it is not in the picture)."""


def boxes_of(recording: Recording) -> Boxes:
    """In time linear in the length of the recording."""
    operations = {operation.id: operation for operation in recording.operations}
    values = {value.id: value for value in recording.values}
    leaves = frozenset(v.tensor for v in recording.values if v.requires_grad and v.is_leaf and v.operation is None)
    homes: dict[int, str] = {}
    boxes: dict[int, str] = {}
    for value in recording.values:
        made = operations.get(value.operation) if value.operation is not None else None
        own = f"v{value.id}" if made is None else f"o{made.id}"
        if value.tensor in leaves and (made is None or made.node is None):
            own = homes.setdefault(value.tensor, own)
        boxes[value.id] = own
    return Boxes(boxes, leaves, _hidden(recording, values, leaves, boxes))


def _hidden(
    recording: Recording, values: Mapping[int, Value], leaves: frozenset[int], boxes: Mapping[int, str]
) -> dict[int, str]:
    grads = {f"{name}.grad": boxes[v.id] for v in recording.values if v.tensor in leaves for name in v.names}
    memory = {value.storage: boxes[value.id] for value in recording.values if value.tensor in leaves}
    hidden: dict[int, str] = {}
    users: dict[int, list[int]] = {}
    for operation in recording.operations:
        for edge in operation.edges:
            users.setdefault(edge.value, []).append(operation.id)
        if operation.in_place and operation.node is None and operation.results:
            result = values[operation.results[0]]
            grad = next((grads.get(name, "") for name in result.names if name.endswith(".grad")), None)
            if grad is not None:
                hidden[operation.id] = grad
            elif result.tensor in leaves or (result.storage in memory and not result.names):
                hidden[operation.id] = memory[result.storage]
    for operation in reversed(recording.operations):
        target = _feeds(operation, hidden, users) if operation.node is None and operation.id not in hidden else None
        if target is not None and not any(values[result].names for result in operation.results):
            hidden[operation.id] = target
    return hidden


def _feeds(operation: Operation, hidden: Mapping[int, str], users: Mapping[int, list[int]]) -> str | None:
    """The leaf that this operation's results are used for, if they are used for nothing else."""
    found = [user for result in operation.results for user in users.get(result, ())]
    return hidden[found[-1]] if found and all(user in hidden for user in found) else None


def moved(recording: Recording) -> dict[int, Value]:
    """For each update outside autograd, by the id of the value after it: the leaf in the same memory that moved too.

    ``w.data -= 0.1`` changes a tensor that has no name; what a reader sees moving is ``w``.
    """
    states: dict[int, list[Value]] = {}
    for value in recording.values:
        if value.names and value.operation is None:
            states.setdefault(value.storage, []).append(value)
    values = {value.id: value for value in recording.values}
    found: dict[int, Value] = {}
    for event in recording.events:
        if isinstance(event, Update) and event.after in values and not values[event.after].names:
            later = [v for v in states.get(values[event.after].storage, ()) if v.id > event.after]
            if later:
                found[event.after] = later[0]
    return found
