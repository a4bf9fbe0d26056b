"""A stretch of a recording as a recording of its own, with its values, operations and nodes numbered anew."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from gradwalk.analysis.ledger import Ledger
from gradwalk.analysis.references import CALLS, HELD, NODES, OPERATIONS, VALUES, values_in
from gradwalk.recording import (
    BackwardCall,
    Event,
    Forward,
    LocalGradient,
    Module,
    Node,
    Operation,
    Picture,
    Recording,
    Route,
    Saved,
    Statement,
    Value,
)


class Excerpt(NamedTuple):
    recording: Recording
    values: Mapping[int, int]
    """The values of the whole recording under their numbers in the excerpt."""
    tensors: Mapping[int, int]
    """Its tensors likewise."""
    nodes: Mapping[int, int]
    """Its nodes likewise."""


def excerpt_of(recording: Recording, stretch: Sequence[Event], before: Ledger) -> Excerpt:
    """The excerpt that a stretch of events makes, after what ``before`` knows.

    It holds the operations of the stretch and those that lead to the roots of its backward pass (without one, to what
    its operations use), wherever they ran. What else comes from before is there as a value that nothing made.
    """
    return _Excerpt(recording, stretch, before).made()


class _Excerpt:
    def __init__(self, recording: Recording, stretch: Sequence[Event], before: Ledger) -> None:
        self._whole = recording
        self._stretch = stretch
        calls = [event for event in stretch if isinstance(event, BackwardCall)]
        self._calls = {event.call: place for place, event in enumerate(calls)}
        self._roots = [root for event in calls[:1] for root in event.roots]
        self._values: dict[int, int] = {}
        self._tensors: dict[int, int] = {}
        self._storages: dict[int, int] = {}
        self._operations = {number: place for place, number in enumerate(self._needed())}
        self._nodes = {number: place for place, number in enumerate(self._reached())}
        self._number_values(before)

    def made(self) -> Excerpt:
        whole = self._whole
        excerpt = replace(
            whole,
            values=tuple(self._value(whole.values[number]) for number in self._values),
            operations=tuple(self._operation(whole.operations[number]) for number in self._operations),
            nodes=tuple(self._node(whole.nodes[number]) for number in self._nodes),
            events=tuple(self._event(event) for event in self._stretch),
            pictures=tuple(self._pictures()),
            modules=tuple(map(self._module, whole.modules)),
        )
        return Excerpt(excerpt, self._values, self._tensors, self._nodes)

    def _needed(self) -> list[int]:
        operations, values = self._whole.operations, self._whole.values
        found = {event.operation for event in self._stretch if isinstance(event, Forward)}
        passed = {event.operation for event in self._stretch if isinstance(event, LocalGradient)}
        if self._roots:
            waiting = [root.root for root in self._roots]
        else:
            waiting = [edge.value for number in found for edge in operations[number].edges]
        seen: set[int] = set()
        while waiting:
            made = values[waiting.pop()].operation
            if made is None or made in seen or operations[made].node is None:
                continue
            seen.add(made)
            waiting += [edge.value for edge in operations[made].edges]
        return sorted(found | passed | seen)

    def _reached(self) -> list[int]:
        """The nodes of the operations, each followed by what it hands on to, and all others behind the roots."""
        nodes, operations = self._whole.nodes, self._whole.operations
        found: dict[int, None] = {}
        for number in self._operations:
            if (node := operations[number].node) is not None:
                found[node] = None
                found.update((route.node, None) for route in nodes[node].next if route.node is not None)
        waiting = [root.node for root in self._roots if root.node is not None]
        seen: set[int] = set()
        while waiting:
            node = waiting.pop()
            if node not in seen:
                seen.add(node)
                waiting += [route.node for route in nodes[node].next if route.node is not None]
        return [*found, *sorted(seen - found.keys())]

    def _number_values(self, before: Ledger) -> None:
        nodes, operations = self._whole.nodes, self._whole.operations
        for number in self._operations:
            self._meet(edge.value for edge in operations[number].edges)
            self._meet(operations[number].results)
        for node in self._nodes:
            self._meet(saved.value for saved in nodes[node].saved)
        for event in self._stretch:
            self._meet(values_in(event))
        for node in self._nodes:  # a leaf that was updated since is met in its present state
            leaf = nodes[node].leaf
            if leaf is not None and self._whole.values[leaf].tensor not in self._tensors:
                self._meet([before.now.get(self._whole.values[leaf].tensor, leaf)])
        tensors = list(self._tensors)
        self._meet(before.now.get(tensor) for tensor in tensors)
        self._meet(before.grad_value(tensor) for tensor in tensors)

    def _meet(self, values: Iterable[int | None]) -> None:
        for number in values:
            if number is not None and number not in self._values:
                self._values[number] = len(self._values)
                value = self._whole.values[number]
                self._tensors.setdefault(value.tensor, len(self._tensors))
                self._storages.setdefault(value.storage, len(self._storages))

    def _value(self, value: Value) -> Value:
        return value._replace(
            id=self._values[value.id],
            tensor=self._tensors[value.tensor],
            storage=self._storages[value.storage],
            operation=None if value.operation is None else self._operations.get(value.operation),
            grad_of=None if value.grad_of is None else self._tensors.get(value.grad_of),
            node=None if value.node is None else self._nodes.get(value.node),
        )

    def _operation(self, operation: Operation) -> Operation:
        return operation._replace(
            id=self._operations[operation.id],
            edges=tuple(edge._replace(value=self._values[edge.value]) for edge in operation.edges),
            results=tuple(self._values[result] for result in operation.results),
            node=None if operation.node is None else self._nodes[operation.node],
        )

    def _node(self, node: Node) -> Node:
        return Node(
            self._nodes[node.id],
            node.name,
            None if node.operation is None else self._operations.get(node.operation),
            tuple(Route(None if r.node is None else self._nodes.get(r.node), r.output) for r in node.next),
            None if node.leaf is None else self._state_of(node.leaf),
            tuple(Saved(s.name, None if s.value is None else self._values[s.value], s.text) for s in node.saved),
        )

    def _module(self, module: Module) -> Module:
        """With those of its parameters that are there."""
        there = [p._replace(value=self._values[p.value]) for p in module.parameters if p.value in self._values]
        return module._replace(parameters=tuple(there))

    def _state_of(self, leaf: int) -> int:
        """The first state of a leaf in this excerpt."""
        if leaf in self._values:
            return self._values[leaf]
        tensor = self._whole.values[leaf].tensor
        return next(place for number, place in self._values.items() if self._whole.values[number].tensor == tensor)

    def _event(self, event: Event) -> Event:
        """The event with the excerpt's numbers for what it mentions."""
        changes: dict[str, Any] = {}
        for fields, numbers in (
            (VALUES, self._values), (HELD, self._values), (OPERATIONS, self._operations), (NODES, self._nodes),
            (CALLS, self._calls),
        ):  # fmt: skip
            for field in fields.get(type(event), ()):
                changes[field] = _renumbered(getattr(event, field), numbers)
        if isinstance(event, Statement):
            values = self._values
            changes["bindings"] = tuple(
                [b._replace(value=None if b.value is None else values[b.value]) for b in event.bindings]
            )
        elif isinstance(event, BackwardCall):
            changes["more"] = tuple(
                root._replace(root=self._values[root.root], node=_renumbered(root.node, self._nodes))
                for root in event.more
            )
        return event._replace(**changes) if changes else event

    def _pictures(self) -> Iterable[Picture]:
        for picture in self._whole.pictures:
            if picture.call == next(iter(self._calls), -1):
                call = 0 if self._calls else -1
                yield Picture(call, self._renamed(picture.plain), self._renamed(picture.saved))

    def _renamed(self, source: str) -> str:
        """torchviz's picture under ids of the excerpt; they stand in quotes, at the start of lines and after arrows."""
        return _PLACE.sub(self._new_name, source)

    def _new_name(self, place: re.Match[str]) -> str:
        kind, number, rest = place.groups()
        numbers = self._values if kind == "v" else self._nodes
        new = numbers.get(int(number))
        return f'"{kind}{"x" + number if new is None else new}{rest}"'


_PLACE = re.compile(r'(?:(?<=^)|(?<=" -> ))"([nvs])(\d+)((?:_\w*)?)"', re.MULTILINE)


def _renumbered(mentioned: Any, numbers: Mapping[int, int]) -> Any:
    """A number, or a tuple of them; of a tuple those are left out that the excerpt does not have."""
    if isinstance(mentioned, tuple):
        return tuple([numbers[number] for number in mentioned if number in numbers])
    return None if mentioned is None else numbers.get(mentioned)
