"""The table of names: what each name of the program is bound to, from which step on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gradwalk.analysis.events import grad_owners
from gradwalk.notation import array_text
from gradwalk.recording import (
    Accumulate,
    Array,
    Binding,
    Cleared,
    Event,
    Forward,
    Recording,
    Statement,
    Update,
    Value,
)

Cell = dict[str, Any]

PASSED_OVER = frozenset(
    ("function", "type", "module", "builtin_function_or_method", "Class", "ClassObject", "Function", "Procedure")
)
"""Bindings to functions, classes and modules, which are no data."""


_TURNING = frozenset(("t", "transpose", "permute", "numpy_T", "flip", "diagonal"))
"""Views that show the same memory in another order."""


class NamesTable:
    """Follows the events of a whole recording, under its own ids, and writes a cell whenever a name's changes."""

    def __init__(self, recording: Recording) -> None:
        self._values = recording.values
        self._operations = recording.operations
        self._nodes = recording.nodes
        self._owners = grad_owners(recording)
        self._bound: dict[str, Value | str] = {}
        self._at: dict[int, dict[str, None]] = {}
        """The names of each memory, in the order in which they were bound."""
        self._grads: dict[int, Array] = {}
        self._later: dict[int, list[Value]] = {}
        """The states of a tensor that no operation made, which show what a change elsewhere did to it."""
        for value in recording.values:
            self._later.setdefault(value.tensor, []).append(value)
        self.cells: dict[str, list[list[Any]]] = {}

    def told(self) -> dict[str, Any]:
        return {"rows": [{"name": name} for name in self.cells], "cells": self.cells}

    def is_leaf(self, name: str) -> bool:
        """Whether the name stands for a leaf that requires a gradient."""
        bound = self._bound.get(name)
        return isinstance(bound, Value) and bound.requires_grad and self._kind(bound) == "leaf"

    def note(self, event: Event, step: int) -> None:
        for name in sorted(self._changed(event)):
            self._write(name, step)

    def _changed(self, event: Event) -> set[str]:
        note = _NOTES.get(type(event))
        return note(self, event) if note else set()

    def statement(self, event: Statement) -> set[str]:
        changed: set[str] = set()
        for binding in event.bindings:
            if binding.value is not None or binding.text not in PASSED_OVER:
                changed |= self._bind(binding)
        return changed

    def _bind(self, binding: Binding) -> set[str]:
        name, old = binding.name, self._bound.get(binding.name)
        others: set[str] = set()
        if isinstance(old, Value):
            self._at[old.storage].pop(name, None)
            others |= self._at[old.storage].keys()
        if binding.value is None:
            self._bound[name] = binding.text
            return {name} | others
        value = self._values[binding.value]
        self._bound[name] = value
        sharing = self._at.setdefault(value.storage, {})
        for other in sharing:
            bound = self._bound[other]
            if isinstance(bound, Value) and bound.tensor == value.tensor:
                self._bound[other] = value
        sharing[name] = None
        return {name} | others | sharing.keys()

    def forward(self, event: Forward) -> set[str]:
        """An operation meets a tensor in a state that nothing told of, as after ``requires_grad_(False)``."""
        changed: set[str] = set()
        for edge in self._operations[event.operation].edges:
            value = self._values[edge.value]
            for name in self._at.get(value.storage, ()):
                bound = self._bound[name]
                if isinstance(bound, Value) and bound.tensor == value.tensor and bound.id < value.id:
                    self._bound[name] = value
                    changed.add(name)
        return changed

    def update(self, event: Update) -> set[str]:
        after = self._values[event.after]
        if event.after in self._owners:
            self._grads[self._owners[event.after]] = Array(after.shape, after.dtype, after.numbers)
            return self._names_of(self._owners[event.after])
        changed: set[str] = set()
        for name in self._at.get(after.storage, ()):
            bound = self._bound[name]
            if isinstance(bound, Value):
                self._bound[name] = self._state(bound, after)
                changed.add(name)
        return changed

    def _state(self, bound: Value, after: Value) -> Value:
        """What a name's tensor is after a change in place of its memory, which may have come through another tensor."""
        if bound.tensor == after.tensor:
            return after._replace(requires_grad=after.requires_grad or bound.requires_grad)
        later = next((v for v in self._later[bound.tensor] if v.id > after.id), None)
        if later is not None:
            return later
        kernel = "" if bound.operation is None else self._operations[bound.operation].kernel
        alike = bound.shape == after.shape and kernel.split(".")[0] not in _TURNING
        return bound._replace(numbers=after.numbers if alike else None)

    def accumulate(self, event: Accumulate) -> set[str]:
        tensor = self._values[event.leaf].tensor
        self._grads[tensor] = event.after
        return self._names_of(tensor)

    def cleared(self, event: Cleared) -> set[str]:
        changed: set[str] = set()
        for leaf in event.leaves:
            tensor = self._values[leaf].tensor
            grad = self._grads.pop(tensor, None)
            if event.zeros and grad is not None and grad.numbers is not None:
                self._grads[tensor] = grad._replace(numbers=(0.0,) * len(grad.numbers))
            changed |= self._names_of(tensor)
        return changed

    def _names_of(self, tensor: int) -> set[str]:
        return {name for name, bound in self._bound.items() if isinstance(bound, Value) and bound.tensor == tensor}

    def _write(self, name: str, step: int) -> None:
        cell = self._cell(name)
        entries = self.cells.setdefault(name, [])
        if entries and entries[-1][0] == step:
            entries.pop()
        if not entries or entries[-1][1] != cell:
            entries.append([step, cell])

    def _cell(self, name: str) -> Cell:
        bound = self._bound[name]
        if isinstance(bound, str):
            kind = "text" if bound[:1] in "'\"" else "number" if _is_number(bound) else "object"
            return {"value": [bound], "grad": None, "requires_grad": False, "kind": kind, "shares": None}
        grad = self._grads.get(bound.tensor)
        cell = {
            "value": array_text(bound.shape, bound.numbers),
            "grad": None if grad is None else array_text(grad.shape, grad.numbers),
            "requires_grad": bound.requires_grad,
            "kind": self._kind(bound),
            "shares": next((other for other in self._at[bound.storage] if other != name), None),
        }
        return {**cell, "version": bound.version} if bound.version else cell

    def _kind(self, value: Value) -> str:
        node = None if value.operation is None else self._operations[value.operation].node
        if node is not None:
            return self._nodes[node].name
        return "leaf" if value.requires_grad else "constant"


def _is_number(text: str) -> bool:
    try:
        complex(text)
    except ValueError:
        return text in ("True", "False", "None")
    return True


_NOTES: dict[type, Callable[[NamesTable, Any], set[str]]] = {
    Statement: NamesTable.statement,
    Forward: NamesTable.forward,
    Update: NamesTable.update,
    Accumulate: NamesTable.accumulate,
    Cleared: NamesTable.cleared,
}
