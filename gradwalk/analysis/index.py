"""A recording opened for reading: its look-ups, and what follows from them."""

from __future__ import annotations

import math
from collections.abc import Set
from functools import cached_property

from gradwalk.analysis.lookups import Arrival, Lookups
from gradwalk.analysis.overwritten import Overwritten, overwritten
from gradwalk.analysis.rule import follows
from gradwalk.recording import (
    Accumulate,
    Array,
    Backward,
    Hooked,
    Operation,
)

MODULE_HOOKS = "BackwardHookFunction"
"""What PyTorch puts around a module that has hooks for the way back: it hands on its input as it is."""


Place = tuple[int, int]
"""A backward call and a value."""


class Index(Lookups):
    """The look-ups of one recording, and the questions that its readers ask."""

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

    @cached_property
    def heads(self) -> frozenset[str]:
        """What shown names begin with: ``fc`` of ``fc.weight``."""
        return frozenset(name.partition(".")[0] for name in self.shown.values())

    @cached_property
    def last_accumulated(self) -> dict[int, Accumulate]:
        """By call, the last gradient that it adds to a ``.grad``."""
        return {event.call: event for event in self.accumulated}

    def leads_to(self, call: int, value: int) -> bool:
        """Whether a way leads from where a backward call starts to this value."""
        made = self.values[value].operation
        node = None if made is None else self.operations[made].node
        reached = self.reached(call)
        leaves = (self.nodes[number].leaf for number in reached)
        tensors = {self.values[leaf].tensor for leaf in leaves if leaf is not None}
        return node in reached or self.values[value].tensor in tensors

    def has_nan(self, value: int) -> bool:
        """Whether one of its numbers is none."""
        return self.once(("has nan", value), lambda: any(map(math.isnan, self.values[value].numbers or ())))

    def adds_up(self, call: int, value: int) -> bool:
        """Whether a value's gradient is the sum of what arrived; a hook may have changed it."""
        if any(event.before != event.after for event in self.hooked.get((call, value), ())):
            return False  # however little it was
        total, parts = self.gradients.get((call, value)), self.contributions.get((call, value), ())
        if total is None or total.numbers is None or any(part.numbers is None for part in parts):
            return total is not None or len(parts) == 1
        sums = (sum(map(float, row)) for row in zip(*(part.numbers or () for part in parts), strict=True))
        return all(_close(one, other) for one, other in zip(sums, total.numbers, strict=True))

    def changed_on_arrival(self, event: Backward) -> Array | None:
        """What came to the only result of a node, where something else is what the node was given, and no hook of a
        tensor was seen to change it. None where it was not so, or where the numbers do not say."""
        return self.once(("changed on arrival", event.call, event.node), lambda: self._changed_on_arrival(event))

    def _changed_on_arrival(self, event: Backward) -> Array | None:
        operation, upstream = self.operation_of(event.node), event.upstream[0]
        if operation is None or len(operation.results) != 1 or upstream is None or upstream.numbers is None:
            return None
        value = self.values[operation.results[0]]
        seeds = [root.seed for root in self.calls[event.call].roots if root.root == value.id]
        came = [*seeds, *self.contributions.get((event.call, value.id), ())]
        known = not self._states.get((event.call, value.tensor), set()) - {value.id}
        if not (came and known and self._all_known(event.call)) or (event.call, value.id) in self.hooked:
            return None
        if any(part.numbers is None or part.shape != upstream.shape for part in came):
            return None
        sums = tuple(sum(map(float, row)) for row in zip(*(part.numbers or () for part in came), strict=True))
        same = all(_close(one, other) for one, other in zip(sums, upstream.numbers, strict=True))
        return None if same else upstream._replace(numbers=sums)

    @cached_property
    def altered(self) -> frozenset[Place]:
        """The gradients, by call and value, that need not be the target's derivative: a hook changed them, or one on
        the way to them, or they come through a backward() that the program wrote."""
        found: set[Place] = set()
        for event in self.recording.events:
            if isinstance(event, Hooked) and event.before != event.after:
                found.add((event.call, event.value))
            elif isinstance(event, Accumulate) and (event.call, self._used(event.leaf)) in found:
                found.add((event.call, event.leaf))
            elif isinstance(event, Accumulate) and (place := (event.call, event.leaf)) in self.contributions:
                rooted = any(root.root == event.leaf for root in self.calls[event.call].roots)
                found |= set() if rooted or self.adds_up(*place) else {place}
            elif isinstance(event, Backward) and (operation := self.operation_of(event.node)) is not None:
                found |= self._altered_by(event, operation, found)
        return frozenset(found)

    def _used(self, leaf: int) -> int:
        """A leaf as the forward pass used it, before somebody changed it through ``.data``."""
        tensor = self.values[leaf].tensor
        changed = (one.saved for one in self.overwritten.values() if one.saved.tensor == tensor)
        return next((saved.id for saved in changed), leaf)

    def _altered_by(self, event: Backward, operation: Operation, found: Set[Place]) -> set[Place]:
        call, arrivals = event.call, self.arrivals.get((event.call, event.node), ())
        ahead = {(call, operation.results[0])} if self.changed_on_arrival(event) is not None else set()
        if ahead or not found.isdisjoint((call, value) for value in operation.results):
            return ahead | {(call, arrival.value) for arrival in arrivals}
        if operation.kernel == MODULE_HOOKS:
            return {(call, arrival.value) for arrival in arrivals if arrival.array not in event.upstream}
        if self.arriving(event) != operation.results[:1] and not self.own(operation):
            return set()
        return {(call, arrival.value) for arrival in arrivals if not self.by_rule(call, operation, arrival)}

    def by_rule(self, call: int, operation: Operation, arrival: Arrival) -> bool:
        """Whether what comes to an operand from the operation's first result is what the derivative gives, as far as
        the recording has the numbers: a hook of the node may have changed it, or somebody what the node had saved."""
        place = (call, operation.id, arrival.edge, arrival.value, arrival.position)
        return self.once(("by rule", *place), lambda: self._by_rule(call, operation, arrival))

    def _by_rule(self, call: int, operation: Operation, arrival: Arrival) -> bool:
        local = self.locals.get((call, operation.id, arrival.edge))
        upstream = self.gradients.get((call, operation.results[0]))
        if self.overwritten_of(call, operation) is not None:
            return False
        if self.own(operation) or local is None or upstream is None:
            return not self.own(operation)
        return follows(upstream, local, arrival.array)

    def overwritten_of(self, call: int, operation: Operation) -> Overwritten | None:
        return None if operation.node is None else self.overwritten.get((call, operation.node))

    @cached_property
    def overwritten(self) -> dict[tuple[int, int], Overwritten]:
        """By call and node, what the node had saved and was changed since, unseen by autograd."""
        return overwritten(self.recording)

    def own(self, operation: Operation) -> bool:
        """Whether it is a torch.autograd.Function of the program: what its backward() gives is its own affair."""
        return operation.node is not None and self.nodes[operation.node].name == f"{operation.kernel}Backward"

    def _all_known(self, call: int) -> bool:
        if call not in self._known:
            nodes = (self.nodes[node] for node in self.reached(call))
            self._known[call] = all(node.operation is not None or node.leaf is not None for node in nodes)
        return self._known[call]

    def arriving(self, event: Backward) -> tuple[int, ...]:
        """The results at which a gradient arrives: of a split, say, several, or not the first."""
        operation = self.operation_of(event.node)
        results = () if operation is None else operation.results
        return tuple(value for value, upstream in zip(results, event.upstream, strict=False) if upstream is not None)

    def box(self, value: int) -> str:
        """The id of the box that shows a value: ``v3`` for one that no operation made, ``o5`` with its operation."""
        return self.places.of[value]

    def target(self, call: int) -> str:
        """The name of the number that a call differentiates: the root, or ``L`` where it is weighed."""
        event = self.calls[call]
        if not self.weighed(call):
            return self.names[event.root]
        return next(letter for letter in ("L", "ell", "L0") if letter not in self.names.values())

    def weighed(self, call: int) -> bool:
        """Whether a call differentiates more than its root alone: several, or one whose seed is not a single 1."""
        event = self.calls[call]
        return bool(event.more) or (
            event.seed_given and not (math.prod(event.seed.shape) == 1 and event.seed.numbers == (1.0,))
        )

    def copies(self, operation: Operation, edge: int) -> int:
        """Which place of several an operand takes: 1, 2, … when one value is used more than once, else 0."""
        same = [number for number, other in enumerate(operation.edges) if other.value == operation.edges[edge].value]
        return same.index(edge) + 1 if len(same) > 1 else 0


def _close(one: float, other: float) -> bool:
    """Equal but for rounding, or both without a value."""
    return math.isclose(one, other, rel_tol=1e-3, abs_tol=1e-4) or not (math.isfinite(one) and math.isfinite(other))
