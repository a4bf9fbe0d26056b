"""A recording opened for reading: its parts by id, their names on the screen, and where each contribution arrives."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cached_property
from typing import NamedTuple

from gradwalk.analysis.boxes import boxes_of
from gradwalk.notation import pretty, value_names
from gradwalk.recording import (
    Accumulate,
    Array,
    Backward,
    BackwardCall,
    Forward,
    LocalGradient,
    Operation,
    Recording,
    State,
    Update,
    Value,
)


class Arrival(NamedTuple):
    """What a node hands to one operand in the backward pass, as the ``position``-th of ``uses`` of that value."""

    edge: int
    value: int
    array: Array
    position: int
    uses: int


class Move(NamedTuple):
    """What an update of a leaf worked with: its ``.grad``, and what the optimizer remembered before."""

    grad: Array | None
    before: tuple[State, ...]


class Index:
    """Look-ups over one recording, each made once, in time linear in its length."""

    def __init__(
        self,
        recording: Recording,
        grads: Mapping[int, Array] | None = None,
        states: Mapping[int, Update] | None = None,
    ) -> None:
        """``grads`` and ``states`` are what leaves (by tensor) had in .grad and in an optimizer before it."""
        self.recording = recording
        self.places = boxes_of(recording)
        self.labels = value_names(recording)
        """The name of each value's tensor."""
        self.names = _with_states(recording, self.labels)
        self.shown = {value: pretty(name) for value, name in self.names.items()}
        self.values: dict[int, Value] = {value.id: value for value in recording.values}
        self.operations: dict[int, Operation] = {operation.id: operation for operation in recording.operations}
        self.nodes = {node.id: node for node in recording.nodes}
        self.calls: dict[int, BackwardCall] = {}
        self.locals: dict[tuple[int, int, int], LocalGradient] = {}
        """Those of first results, by call, operation and edge."""
        self.arrivals: dict[tuple[int, int], list[Arrival]] = {}
        """What a node hands on, by call and node."""
        self.contributions: dict[tuple[int, int], list[Array]] = {}
        """Everything that arrives at a value, in the engine's order, by call and value."""
        self.gradients: dict[tuple[int, int], Array] = {}
        """The whole gradient of a value, as the engine summed it, by call and value."""
        self.updates: dict[int, Update] = {}
        """The change in place that an operation made, by operation."""
        self.moves: dict[int, Move] = {}
        """What an update worked with, by the id of the value after it."""
        self.given = dict(grads or {})
        """The .grad of leaves, by tensor, before all this."""
        self.accumulated: list[Accumulate] = []
        self.ran: set[int] = set()
        """The operations that run in this recording, and not before it."""
        present, remembered = dict(self.given), dict(states or {})
        for event in recording.events:
            if isinstance(event, BackwardCall):
                self.calls[event.call] = event
                self.gradients[event.call, event.root] = event.seed
            elif isinstance(event, LocalGradient):
                if not event.result:
                    self.locals[event.call, event.operation, event.edge] = event
            elif isinstance(event, Accumulate):
                self.gradients[event.call, event.leaf] = event.added
                self.accumulated.append(event)
                present[self.values[event.leaf].tensor] = event.after
            elif isinstance(event, Update):
                tensor = self.values[event.after].tensor
                self.moves[event.after] = Move(present.get(tensor), event.given or _own(event, remembered.get(tensor)))
                if event.operation is not None:
                    self.updates[event.operation] = event
                if event.optimizer is not None:
                    remembered[tensor] = event
            elif isinstance(event, Forward):
                self.ran.add(event.operation)
            elif isinstance(event, Backward):
                self._note(event)
        self._count_uses()

    def _note(self, event: Backward) -> None:
        operation = self.operation_of(event.node)
        if operation is None:
            return
        for value, upstream in zip(operation.results, event.upstream, strict=False):
            if upstream is not None:
                self.gradients[event.call, value] = upstream
        found = self.arrivals.setdefault((event.call, event.node), [])
        for number, edge in enumerate(operation.edges):
            array = event.contributions[edge.route] if edge.route is not None else None
            if array is not None:
                arrived = self.contributions.setdefault((event.call, edge.value), [])
                arrived.append(array)
                found.append(Arrival(number, edge.value, array, len(arrived), 0))

    @cached_property
    def users(self) -> dict[int, list[tuple[Operation, int]]]:
        """Where a value is used: operations, each with the number of the edge."""
        found: dict[int, list[tuple[Operation, int]]] = {}
        for operation in self.recording.operations:
            for number, edge in enumerate(operation.edges):
                found.setdefault(edge.value, []).append((operation, number))
        return found

    @cached_property
    def taken(self) -> frozenset[str]:
        """The names of values, which nothing else in a formula may have."""
        return frozenset(self.names.values())

    def reached(self, call: int) -> set[int]:
        """The nodes that a backward call can come to."""
        seen: set[int] = set()
        roots = [self.calls[call].node, *(root.node for root in self.calls[call].more)]
        waiting = [node for node in roots if node is not None]
        while waiting:
            node = waiting.pop()
            if node not in seen:
                seen.add(node)
                waiting += [route.node for route in self.nodes[node].next if route.node is not None]
        return seen

    def adds_up(self, call: int, value: int) -> bool:
        """Whether a value's gradient is the sum of what arrived; a hook may have changed it."""
        total, parts = self.gradients.get((call, value)), self.contributions.get((call, value), ())
        if total is None or total.numbers is None or any(part.numbers is None for part in parts):
            return total is not None
        sums = (sum(map(float, row)) for row in zip(*(part.numbers or () for part in parts), strict=True))
        return all(_close(one, other) for one, other in zip(sums, total.numbers, strict=True))

    def arriving(self, event: Backward) -> tuple[int, ...]:
        """The results at which a gradient arrives: of a split, say, several, or not the first."""
        operation = self.operation_of(event.node)
        results = () if operation is None else operation.results
        return tuple(value for value, upstream in zip(results, event.upstream, strict=False) if upstream is not None)

    def _count_uses(self) -> None:
        for (call, _), found in self.arrivals.items():
            found[:] = [arrival._replace(uses=len(self.contributions[call, arrival.value])) for arrival in found]

    def operation_of(self, node: int) -> Operation | None:
        operation = self.nodes[node].operation
        return None if operation is None else self.operations[operation]

    def box(self, value: int) -> str:
        """The id of the box that shows a value: ``v3`` for one that no operation made, ``o5`` with its operation."""
        return self.places.of[value]

    def target(self, call: int) -> str:
        """The name of the number that a backward call differentiates: the root, or ``L`` where a seed weighs it."""
        event = self.calls[call]
        if not self.weighed(call):
            return self.names[event.root]
        return next(letter for letter in ("L", "ell", "L0") if letter not in self.names.values())

    def weighed(self, call: int) -> bool:
        """Whether the call was given a seed that makes a difference: a single 1 makes none."""
        event = self.calls[call]
        return event.seed_given and not (math.prod(event.seed.shape) == 1 and event.seed.numbers == (1.0,))

    def copies(self, operation: Operation, edge: int) -> int:
        """Which place of several an operand takes: 1, 2, … when one value is used more than once, else 0."""
        same = [number for number, other in enumerate(operation.edges) if other.value == operation.edges[edge].value]
        return same.index(edge) + 1 if len(same) > 1 else 0


def _close(one: float, other: float) -> bool:
    """Equal but for rounding, or both without a value."""
    return math.isclose(one, other, rel_tol=1e-3, abs_tol=1e-4) or not (math.isfinite(one) and math.isfinite(other))


def _own(event: Update, past: Update | None) -> tuple[State, ...]:
    """What this optimizer remembered: nothing at its first step, nor of what another one did."""
    first = any(state.name == "step" and state.array.numbers == (1.0,) for state in event.state)
    return () if past is None or first or past.optimizer != event.optimizer else past.state


def _with_states(recording: Recording, names: dict[int, str]) -> dict[int, str]:
    """The names with a prime for each change in place that autograd recorded: ``y' = y + 1`` for ``y += 1``.

    An update outside the graph, as of a weight under no_grad, keeps the plain name.
    """
    names, primes = dict(names), dict[int, int]()
    changed = {o.results[0] for o in recording.operations if o.in_place and o.node is not None and o.results}
    for value in recording.values if changed else ():
        primes[value.tensor] = primes.get(value.tensor, 0) + (value.id in changed)
        names[value.id] += "'" * primes[value.tensor]
    return names
