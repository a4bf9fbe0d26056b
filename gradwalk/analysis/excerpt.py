"""A stretch of a recording as a recording of its own, with its values, operations and nodes numbered anew."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from gradwalk.recording import (
    Accumulate,
    Backward,
    BackwardCall,
    Cleared,
    Event,
    Forward,
    Free,
    LocalGradient,
    Node,
    Operation,
    Picture,
    Recording,
    Route,
    Saved,
    Statement,
    Update,
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


def excerpt_of(recording: Recording, stretch: Sequence[Event]) -> Excerpt:
    """The excerpt that a stretch of events makes.

    It holds the operations of the stretch and those that lead to the root of its backward() (without one, to what its
    operations use), wherever they ran. What else comes from before is there as a value that nothing made.
    """
    return _Excerpt(recording, stretch).made()


class _Excerpt:
    def __init__(self, recording: Recording, stretch: Sequence[Event]) -> None:
        self._whole = recording
        self._stretch = stretch
        self._call = next((event for event in stretch if isinstance(event, BackwardCall)), None)
        self._values: dict[int, int] = {}
        self._tensors: dict[int, int] = {}
        self._storages: dict[int, int] = {}
        self._operations = {number: place for place, number in enumerate(self._needed())}
        self._nodes = {number: place for place, number in enumerate(self._reached())}
        self._number_values()

    def made(self) -> Excerpt:
        whole = self._whole
        excerpt = replace(
            whole,
            values=tuple(self._value(whole.values[number]) for number in self._values),
            operations=tuple(self._operation(whole.operations[number]) for number in self._operations),
            nodes=tuple(self._node(whole.nodes[number]) for number in self._nodes),
            events=tuple(self._event(event) for event in self._stretch),
            pictures=tuple(self._pictures()),
        )
        return Excerpt(excerpt, self._values, self._tensors, self._nodes)

    def _needed(self) -> list[int]:
        operations, values = self._whole.operations, self._whole.values
        found = {event.operation for event in self._stretch if isinstance(event, Forward)}
        if self._call is not None:
            waiting = [self._call.root]
        else:
            waiting = [edge.value for number in found for edge in operations[number].edges]
        seen: set[int] = set()
        while waiting:
            made = values[waiting.pop()].operation
            if made is None or made in seen or operations[made].node is None:
                continue
            seen.add(made)
            waiting += [edge.value for edge in operations[made].edges]
        return sorted(found | seen)

    def _reached(self) -> list[int]:
        """The nodes of the operations, each followed by what it hands on to, and all others behind the root."""
        nodes, operations = self._whole.nodes, self._whole.operations
        found: dict[int, None] = {}
        for number in self._operations:
            if (node := operations[number].node) is not None:
                found[node] = None
                found.update((route.node, None) for route in nodes[node].next if route.node is not None)
        waiting = [] if self._call is None or self._call.node is None else [self._call.node]
        seen: set[int] = set()
        while waiting:
            node = waiting.pop()
            if node not in seen:
                seen.add(node)
                waiting += [route.node for route in nodes[node].next if route.node is not None]
        return [*found, *sorted(seen - found.keys())]

    def _number_values(self) -> None:
        nodes, operations = self._whole.nodes, self._whole.operations
        for number in self._operations:
            self._meet(edge.value for edge in operations[number].edges)
            self._meet(operations[number].results)
        for node in self._nodes:
            self._meet(saved.value for saved in nodes[node].saved)
        for event in self._stretch:
            if isinstance(event, BackwardCall):
                self._meet([event.root])
            elif isinstance(event, Accumulate):
                self._meet([event.leaf])
            elif isinstance(event, Update):
                self._meet([event.before, event.after])
            elif isinstance(event, Statement):
                self._meet(binding.value for binding in event.bindings)
            elif isinstance(event, Cleared):
                self._meet(event.leaves)
        for node in self._nodes:  # a leaf that was updated since is met in its present state
            leaf = nodes[node].leaf
            if leaf is not None and self._whole.values[leaf].tensor not in self._tensors:
                self._meet([leaf])

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

    def _state_of(self, leaf: int) -> int:
        """The first state of a leaf in this excerpt."""
        if leaf in self._values:
            return self._values[leaf]
        tensor = self._whole.values[leaf].tensor
        return next(place for number, place in self._values.items() if self._whole.values[number].tensor == tensor)

    def _event(self, event: Event) -> Event:
        values, nodes = self._values, self._nodes
        if isinstance(event, Statement):
            bound = [b._replace(value=None if b.value is None else values[b.value]) for b in event.bindings]
            return event._replace(bindings=tuple(bound))
        if isinstance(event, Forward):
            return event._replace(operation=self._operations[event.operation])
        if isinstance(event, LocalGradient):
            return event._replace(call=0, operation=self._operations[event.operation])
        if isinstance(event, BackwardCall):
            node = None if event.node is None else nodes[event.node]
            return event._replace(call=0, root=values[event.root], node=node)
        if isinstance(event, Backward):
            return event._replace(call=0, node=nodes[event.node])
        if isinstance(event, Accumulate):
            node = None if event.node is None else nodes[event.node]
            return event._replace(call=0, node=node, leaf=values[event.leaf])
        if isinstance(event, Free):
            return event._replace(call=0, nodes=tuple(nodes[node] for node in event.nodes if node in nodes))
        if isinstance(event, Update):
            operation = None if event.operation is None else self._operations.get(event.operation)
            return event._replace(operation=operation, before=values[event.before], after=values[event.after])
        if isinstance(event, Cleared):
            return event._replace(leaves=tuple(values[leaf] for leaf in event.leaves))
        return event

    def _pictures(self) -> Iterable[Picture]:
        for picture in self._whole.pictures:
            if picture.call == (-1 if self._call is None else self._call.call):
                call = 0 if self._call is not None else -1
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
