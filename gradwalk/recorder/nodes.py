"""Which live grad_fn is which Node, and where it leads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import count
from operator import methodcaller
from typing import Any, Protocol

import torch

from gradwalk.recorder.copying import new
from gradwalk.recorder.keeping import Keeping
from gradwalk.recorder.values import LiveValues
from gradwalk.recording import Node, Route


class Given(Protocol):
    """What routing needs to know of an operand."""

    @property
    def source(self) -> Any: ...
    @property
    def requires_grad(self) -> bool: ...
    @property
    def floating(self) -> bool: ...
    @property
    def value(self) -> int: ...


def node_of(tensor: torch.Tensor) -> Any:
    """Its grad_fn; None as well where PyTorch refuses to say, as for a view from under no_grad that was changed."""
    try:
        return tensor.grad_fn
    except RuntimeError:
        return None


class LiveGraph:
    """PyTorch's own graph: gives each grad_fn node an id and keeps what it is connected to."""

    def __init__(self, values: LiveValues) -> None:
        self._values = values
        values.node_id = self._node_id
        values.saved_result = self._saved_result
        self._ids: dict[Any, int] = {}
        self._live: list[Any] = []
        self._routes: list[tuple[Route, ...]] = []
        self._operations: dict[int, int] = {}
        self._leaves: dict[int, int] = {}
        self.kept = Keeping(self._live, values)

    def discover(self, roots: Iterable[Any]) -> dict[int, int]:
        """Give ids to the nodes that are reachable and new. Returns sequence number → id of the new ones."""
        numbered: dict[int, int] = {}
        ids, live = self._ids, self._live
        for root in roots:
            if root is not None and root not in ids:
                ids[root] = len(live)
                live.append(root)
        for index in count(len(self._routes)):
            if index == len(live):
                return numbered
            node = live[index]
            following = node.next_functions
            routes: list[Route] = []
            for target, output in following:
                if target is None:
                    place = None
                elif (place := ids.get(target)) is None:
                    place = ids[target] = len(live)
                    live.append(target)
                routes.append(new(Route, (place, output)))
            self._routes.append(tuple(routes))
            if not following and type(node).__name__ == "AccumulateGrad":
                self._leaves[index] = self._values.value_of(node.variable)
            else:
                numbered[node._sequence_nr()] = index
        return numbered

    def added(self, node: Any, operands: int, args: Sequence[Any]) -> list[int | None] | None:
        """A new node whose targets are known all: the entry of its next_functions for each operand.

        None, with nothing done, where that is not so, or where the entries stand neither for the operands nor for all
        arguments.
        """
        entries = node.next_functions
        ids, live = self._ids, self._live
        routes = []
        for target, output in entries:
            place = None
            if target is not None and (place := ids.get(target)) is None:
                return None
            routes.append(new(Route, (place, output)))
        if len(entries) == operands:
            found = [number if route[0] is not None else None for number, route in enumerate(routes)]
        elif len(entries) == len(args):
            found = [
                number if routes[number][0] is not None else None
                for number, argument in enumerate(args)
                if isinstance(argument, torch.Tensor)
            ]
        else:
            return None
        ids[node] = len(live)
        live.append(node)
        self._routes.append(tuple(routes))
        return found

    def routes(self, node: int, operands: Sequence[Given]) -> list[int | None]:
        """Which entry of the node's next_functions belongs to each operand.

        next_functions has one entry for each differentiable argument, in the order of the arguments; arguments such
        as indices have none.
        """
        entries = self._routes[node]
        if len(entries) == len(operands):
            return [number if target is not None else None for number, (target, _) in enumerate(entries)]
        found: list[int | None] = []
        position = 0
        for operand in operands:
            fits = operand.floating and position < len(entries) and self._fits(entries[position].node, operand)
            found.append(position if fits and entries[position].node is not None else None)
            position += fits
        return found

    def _fits(self, target: int | None, operand: Given) -> bool:
        if target is None or not operand.requires_grad:
            return target is None and not operand.requires_grad
        if operand.source is not None:
            return self._live[target] is operand.source
        leaf = self._leaves.get(target)
        return leaf is not None and self._values.same_tensor(leaf, operand.value)

    def made_by(self, node: int, operation: int, results: Sequence[int]) -> None:
        """The node belongs to this operation."""
        self._operations[node] = operation
        self.kept.read(node, results)

    def _saved_result(self, tensor: torch.Tensor) -> int | None:
        return self.kept.result(self._ids.get(node_of(tensor), -1), tensor)

    def _node_id(self, tensor: torch.Tensor) -> int | None:
        node = node_of(tensor)
        if node is None:
            return None
        if node not in self._ids:
            self.discover((node,))
        return self._ids[node]

    def knows(self, node: Any) -> bool:
        return node in self._ids

    def id_of(self, node: Any) -> int:
        return self._ids[node]

    def live(self, index: int) -> Any:
        return self._live[index]

    def leaf_of(self, index: int) -> int | None:
        return self._leaves.get(index)

    def operation_of(self, index: int) -> int | None:
        return self._operations.get(index)

    def targets(self, index: int) -> tuple[Route, ...]:
        """Where a node's contributions go."""
        return self._routes[index]

    def between(self, reached: Iterable[int], ends: Iterable[Any]) -> list[int]:
        """Those of these nodes that a pass runs which is asked for the gradients that arrive at the ends alone."""
        behind: dict[int, list[int]] = {}
        for index in reached:
            for target, _ in self._routes[index]:
                if target is not None:
                    behind.setdefault(target, []).append(index)
        needed: set[int] = set()
        stack = [self._ids[end] for end in ends if end in self._ids]
        while stack:
            for index in behind.get(stack.pop(), ()):
                if index not in needed:
                    needed.add(index)
                    stack.append(index)
        return sorted(needed | {self._ids[end] for end in ends if end in self._ids and self._ids[end] in self._leaves})

    def reachable_from(self, roots: Sequence[Any]) -> list[int]:
        """The ids of all nodes that a pass from these roots can reach, oldest first."""
        self.discover(roots)
        seen: set[int] = set()
        routes = self._routes
        stack = [self._ids[root] for root in roots]
        while stack:
            index = stack.pop()
            if index not in seen:
                seen.add(index)
                stack += [target for target, _ in routes[index] if target is not None]
        return sorted(seen)

    def release(self) -> None:
        """Drop the nodes.

        The newest go first. A chain whose oldest nodes were let go of before its newest is destroyed by recursion, and
        some 40,000 nodes overflow the stack.
        """
        self._ids.clear()
        self._live.sort(key=methodcaller("_sequence_nr"))
        while self._live:
            self._live.pop()

    def ids(self) -> dict[int, int]:
        """id(grad_fn) → Node id."""
        return {id(node): index for index, node in enumerate(self._live)}

    def complete(self) -> None:
        """Finish what an exception from outside has interrupted: it may come between any two lines of ours, as that of
        a time that is up does."""
        if self._ids:
            node, index = next(reversed(self._ids.items()))
            if index == len(self._live):
                self._live.append(node)
        self.discover(())

    def finished(self) -> tuple[Node, ...]:
        operation, leaf, saved = self._operations.get, self._leaves.get, self.kept.told
        return tuple(
            [
                new(Node, (index, type(node).__name__, operation(index), routes, leaf(index), saved(index)))
                for index, (node, routes) in enumerate(zip(self._live, self._routes, strict=True))
            ]
        )
