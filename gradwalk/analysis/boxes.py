"""Which box of the computation graph shows which value, and which operations have no box of their own.

A leaf keeps one box while its numbers change in place: an update moves the value in it. So does every tensor whose
memory changes without an operation of its own. What a program computes only to update a leaf (``0.1 * w.grad``), and
changes of a ``.grad`` in place, are steps without boxes.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from typing import NamedTuple

from gradwalk.recording import Operation, Recording, Value


class Boxes(NamedTuple):
    of: Mapping[int, str]
    """The id of the box that shows a value: ``v3`` for one that no operation made, ``o5`` with its operation."""
    leaves: Mapping[int, str]
    """The tensors that are leaves with a gradient at some time, and the box of each."""
    hidden: Mapping[int, str]
    """Operations without a box, and the box of the leaf that they are about (empty when it is not in the picture)."""


def boxes_of(recording: Recording) -> Boxes:
    """In time linear in the length of the recording."""
    leaves = {v.tensor for v in recording.values if v.requires_grad and v.is_leaf and v.operation is None}
    places = _Places(recording, leaves)
    boxes = {value.id: places.box(value) for value in recording.values}
    homes = {tensor: places.homes[tensor] for tensor in leaves}
    return Boxes(boxes, homes, _hidden(recording, homes, boxes))


class _Places:
    """Boxes are made by operations, or stand for what none made; a later state without an operation has none."""

    def __init__(self, recording: Recording, leaves: set[int]) -> None:
        self._operations = recording.operations
        self._leaves = leaves
        self.homes: dict[int, str] = {}
        """The first box of each tensor."""
        self._made: dict[int, list[tuple[int, str]]] = {}
        """Those that operations made, by tensor, with the version from which on they show it."""
        for value in recording.values:
            made = self._made_by(value)
            if made is not None:
                self._made.setdefault(value.tensor, []).append((value.version, f"o{made.id}"))
            self.homes.setdefault(value.tensor, self._own(value))
        for states in self._made.values():
            states.sort(key=lambda state: state[0])

    def box(self, value: Value) -> str:
        if self._made_by(value) is not None:
            return self._own(value)
        states = self._made.get(value.tensor, [])
        at = bisect_right(states, value.version, key=lambda state: state[0])
        return states[at - 1][1] if at else self.homes[value.tensor]

    def _made_by(self, value: Value) -> Operation | None:
        """The operation whose box shows it; a leaf that is changed in place stays where it is."""
        made = None if value.operation is None else self._operations[value.operation]
        return None if made is None or (value.tensor in self._leaves and made.node is None) else made

    @staticmethod
    def _own(value: Value) -> str:
        return f"v{value.id}" if value.operation is None else f"o{value.operation}"


def _hidden(recording: Recording, homes: Mapping[int, str], boxes: Mapping[int, str]) -> dict[int, str]:
    values = recording.values
    memory = {value.storage: boxes[value.id] for value in values if value.tensor in homes}
    hidden: dict[int, str] = {}
    users: dict[int, list[int]] = {}
    for operation in recording.operations:
        for edge in operation.edges:
            users.setdefault(edge.value, []).append(operation.id)
        if operation.in_place and operation.node is None and operation.results:
            result = values[operation.results[0]]
            if result.grad_of is not None:
                hidden[operation.id] = homes.get(result.grad_of, "")
            elif result.tensor in homes or (result.storage in memory and not result.names):
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
