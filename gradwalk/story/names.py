"""The table of names: what each name of the program stands for, from which step on."""

from __future__ import annotations

import re
from typing import Any

from gradwalk.analysis.ledger import Ledger
from gradwalk.analysis.variables import Variables
from gradwalk.notation import array_text
from gradwalk.recording import Array, Event, Forward, Recording, Statement, Value

Cell = dict[str, Any]

MEMBERS = 24
"""Rows at most of what a module, a list, a dict or an object holds."""
_ROOT = re.compile(r"\w+(?=[.\[])")
"""The variable that a way such as ``net.weight`` or ``ws[0]`` starts from."""


class NamesTable:
    """Follows the events of a whole recording, under its own ids, and writes a cell whenever a name's changes.

    Variables have rows, and so have leaves that learn and that only a module, a list, a dict or an object holds, from
    their first use on, until the variable that leads there stands for something else.
    """

    def __init__(self, recording: Recording) -> None:
        self._lost = not recording.complete and not recording.values
        """Of a process that was ended, only what it had shown is there."""
        self._nodes = recording.nodes
        self._operations = recording.operations
        self._ledger = Ledger(recording.values, recording.operations)
        self._tensors = {value.id: value.tensor for value in recording.values}
        self._variables = Variables(self._tensors)
        self._members: dict[str, int] = {}
        """The tensor that each way leads to."""
        self._seen: set[str] = set()
        self._memory: dict[str, int] = {}
        """The memory that each name's tensor lives in."""
        self._sharing: dict[int, dict[str, None]] = {}
        """The names of each memory, in the order in which they came to it."""
        self._texts: dict[int, list[str]] = {}
        self.cells: dict[str, list[list[Any]]] = {}

    def data(self) -> dict[str, Any]:
        cells = {name: entries for name, entries in self.cells.items() if entries}
        rows = [{"name": name, "member": True} if name in self._seen else {"name": name} for name in cells]
        found: dict[str, Any] = {"rows": rows, "cells": cells}
        return {**found, "lost": True} if self._lost else found

    def is_leaf(self, name: str) -> bool:
        """Whether the name stands for a leaf that requires a gradient."""
        bound = self._variables.bound(name)
        return isinstance(bound, int) and self._kind(self._ledger.value(bound)) == "leaf"

    def note(self, event: Event, step: int) -> None:
        names = self._variables.note(event)
        if tensors := self._ledger.note(event):
            names |= set(self._variables.names_of(tensors))
            names |= {name for name, tensor in self._members.items() if tensor in tensors}
        names |= self._meet(event)
        for name in sorted(names | self._moved(names)):
            self._write(name, step)

    def _meet(self, event: Event) -> set[str]:
        """The ways to leaves that an operation uses, and those that end with a variable that stands for another."""
        if isinstance(event, Statement):
            bound = {binding.name for binding in event.bindings}
            gone = {name for name in self._members if _root(name) in bound} if bound else set()
            for name in gone:
                del self._members[name]
            return gone
        found: set[str] = set()
        for edge in self._operations[event.operation].edges if isinstance(event, Forward) else ():
            value = self._ledger.value(self._tensors[edge.value])
            name = value.names[0] if value.names else ""
            if not (value.is_leaf and value.requires_grad) or self._members.get(name) == value.tensor:
                continue
            if not (root := _root(name)) or self._variables.bound(root) is None:
                continue  # no variable leads there
            if name in self.cells or len(self._seen) < MEMBERS:
                self._seen.add(name)
                self._members[name] = value.tensor
                found.add(name)
        return found

    def _bound(self, name: str) -> int | str | None:
        return self._members[name] if name in self._members else self._variables.bound(name)

    def _moved(self, names: set[str]) -> set[str]:
        """Follow which memory these names' tensors live in; gives the other names of what they leave and come to."""
        others: set[str] = set()
        for name in sorted(names):
            bound = self._bound(name)
            new = self._ledger.value(bound).storage if isinstance(bound, int) else None
            old = self._memory.get(name)
            if new == old:
                continue
            if old is not None:
                del self._sharing[old][name]
                others |= self._sharing[old].keys()
            if new is None:
                del self._memory[name]
            else:
                self._memory[name] = new
                others |= self._sharing.setdefault(new, {}).keys()
                self._sharing[new][name] = None
        return others

    def _write(self, name: str, step: int) -> None:
        cell = self._cell(name)
        entries = self.cells.setdefault(name, []) if cell is not None else self.cells.get(name, [])
        if entries and entries[-1][0] == step:
            entries.pop()
        if (entries[-1][1] if entries else None) != cell:
            entries.append([step, cell])

    def _cell(self, name: str) -> Cell | None:
        bound = self._bound(name)
        if bound is None:
            return None
        cell = _plain(bound) if isinstance(bound, str) else self._tensor(name, bound)
        return {**cell, "local": True} if self._variables.is_local(name) else cell

    def _tensor(self, name: str, tensor: int) -> Cell:
        value, grad = self._ledger.value(tensor), self._ledger.grad(tensor)
        cell = {
            "value": self._text(value),
            "grad": None if grad is None else _lines(grad),
            "requires_grad": value.requires_grad,
            "kind": self._kind(value),
            "shares": next((other for other in self._sharing[value.storage] if other != name), None),
        }
        return {**cell, "version": value.version} if value.version else cell

    def _text(self, value: Value) -> list[str]:
        if value.id not in self._texts:
            self._texts[value.id] = _lines(value)
        return self._texts[value.id]

    def _kind(self, value: Value) -> str:
        """The name of its grad_fn; of a tensor without one, whether it gets a gradient."""
        if value.node is not None:
            return self._nodes[value.node].name
        return "leaf" if value.requires_grad else "constant"


def _root(name: str) -> str:
    """The variable that a way starts from; empty for what is none."""
    found = _ROOT.match(name)
    return "" if found is None or name.endswith(".grad") else found[0]


def _lines(array: Array | Value) -> list[str]:
    return array_text(array.shape, array.numbers)


def _plain(text: str) -> Cell:
    """What is no tensor."""
    kind = "text" if text[:1] in "'\"" else "number" if _is_number(text) else "object"
    return {"value": [text], "grad": None, "requires_grad": False, "kind": kind, "shares": None}


def _is_number(text: str) -> bool:
    try:
        complex(text)
    except ValueError:
        return text in ("True", "False", "None")
    return True
