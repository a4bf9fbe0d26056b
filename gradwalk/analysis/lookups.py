"""What the events of a recording say of each value, node and pass: look-ups, each made once, in linear time."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, NamedTuple, TypeVar, cast

from gradwalk.analysis.boxes import boxes_of
from gradwalk.analysis.ledger import array_of
from gradwalk.analysis.states import Before, ledger_after, own_state, with_states
from gradwalk.notation import pretty, value_names
from gradwalk.recording import (
    Accumulate,
    Array,
    Backward,
    BackwardCall,
    Forward,
    Hooked,
    LocalGradient,
    Moved,
    Operation,
    Recording,
    Result,
    State,
    Update,
    Value,
)

_Answer = TypeVar("_Answer")


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


class Lookups:
    """Over one recording; ``index.Index`` adds what follows from them."""

    def __init__(self, recording: Recording, before: Before = Before()) -> None:  # noqa: B008 - it is frozen
        self.recording = recording
        self.places = boxes_of(recording)
        self.labels = value_names(recording)
        """The name of each value's tensor."""
        self.names = with_states(recording, self.labels)
        self.shown = {value: pretty(name) for value, name in self.names.items()}
        self.values: dict[int, Value] = {value.id: value for value in recording.values}
        self.operations: dict[int, Operation] = {operation.id: operation for operation in recording.operations}
        self.nodes = {node.id: node for node in recording.nodes}
        self.calls: dict[int, BackwardCall] = {}
        self.walked: dict[int, frozenset[int]] = {}
        """By call: those of its nodes that another pass has gone through before."""
        self.walkable: dict[int, bool] = {}
        """By call: whether all that its nodes saved was there when it began, and was what it had been."""
        self.locals: dict[tuple[int, int, int], LocalGradient] = {}
        """Those of first results, by call, operation and edge."""
        self.arrivals: dict[tuple[int, int], list[Arrival]] = {}
        """What a node hands on, by call and node."""
        self.contributions: dict[tuple[int, int], list[Array]] = {}
        """Everything that arrives at a value, in the engine's order, by call and value."""
        self.hooked: dict[tuple[int, int], list[Hooked]] = {}
        """The hooks that were given the sum of it, one after the other, by call and value."""
        self.gradients: dict[tuple[int, int], Array] = {}
        """The whole gradient of a value, as the engine summed it and hooks left it, by call and value."""
        self.updates: dict[int, Update] = {}
        """The change in place that an operation made, by operation."""
        self.moved: dict[int, tuple[int, ...]] = {}
        """The values that other tensors are after a change of their memory, by the id of the value that was changed."""
        self.moves: dict[int, Move] = {}
        """What an update worked with, by the id of the value after it."""
        self._answers: dict[Hashable, object] = {}
        self._reached: dict[int, frozenset[int]] = {}
        self._states: dict[tuple[int, int], set[int]] = {}
        """The values that a gradient arrives at, by call and tensor."""
        self._known: dict[int, bool] = {}
        """By call: whether each node that it can come to belongs to an operation or a leaf."""
        self.before = before
        self.accumulated: list[Accumulate] = []
        self.ran: set[int] = set()
        """The operations that run in this recording, and not before it."""
        self._changed: int | None = None
        """The value that the event before changed in place."""
        self._ledger = ledger_after(recording, before)
        for event in recording.events:
            if (note := _NOTES.get(type(event))) is not None:
                note(self, event)
            self._ledger.note(event)
            self._changed = event.after if isinstance(event, Update) else None
        self._count_uses()

    def _call(self, event: BackwardCall) -> None:
        self.calls[event.call] = event
        for root in event.roots:
            self.gradients[event.call, root.root] = root.seed
        reached = self.reached(event.call)
        self.walked[event.call] = reached & self._ledger.walked
        self.walkable[event.call] = all(map(self._intact, reached))

    def _intact(self, node: int) -> bool:
        saved = [self.values[saved.value] for saved in self.nodes[node].saved if saved.value is not None]
        now = ((value, self._ledger.now.get(value.tensor, value.id)) for value in saved)
        return node not in self._ledger.freed and all(self.values[new].version == old.version for old, new in now)

    def _local(self, event: LocalGradient) -> None:
        if not event.result:
            self.locals[event.call, event.operation, event.edge] = event

    def _hook(self, event: Hooked) -> None:
        self.hooked.setdefault((event.call, event.value), []).append(event)

    def _result(self, event: Result) -> None:
        if event.value is not None:
            self.gradients[event.call, event.of] = array_of(self.values[event.value])

    def _accumulate(self, event: Accumulate) -> None:
        self.gradients[event.call, event.leaf] = event.added
        self.accumulated.append(event)

    def _update(self, event: Update) -> None:
        tensor = self.values[event.after].tensor
        before = event.given or own_state(event, self._ledger.steps.get(tensor))
        self.moves[event.after] = Move(self._ledger.grad(tensor), before)
        if event.operation is not None:
            self.updates[event.operation] = event

    def _move(self, event: Moved) -> None:
        if self._changed is not None:
            self.moved[self._changed] = event.values

    def _forward(self, event: Forward) -> None:
        self.ran.add(event.operation)

    def _backward(self, event: Backward) -> None:
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
                self._states.setdefault((event.call, self.values[edge.value].tensor), set()).add(edge.value)
                arrived.append(array)
                found.append(Arrival(number, edge.value, array, len(arrived), 0))

    def once(self, question: Hashable, answer: Callable[[], _Answer]) -> _Answer:
        """The answer to a question that many steps ask; it is looked for once."""
        if question not in self._answers:
            self._answers[question] = answer()
        return cast("_Answer", self._answers[question])

    def reached(self, call: int) -> frozenset[int]:
        """The nodes that a backward call can come to; looked for once."""
        if call not in self._reached:
            self._reached[call] = frozenset(self._reachable(call))
        return self._reached[call]

    def _reachable(self, call: int) -> set[int]:
        seen: set[int] = set()
        waiting = [root.node for root in self.calls[call].roots if root.node is not None]
        while waiting:
            node = waiting.pop()
            if node not in seen and node in self.nodes:
                seen.add(node)
                waiting += [route.node for route in self.nodes[node].next if route.node is not None]
        return seen

    def _count_uses(self) -> None:
        for (call, _), found in self.arrivals.items():
            found[:] = [arrival._replace(uses=len(self.contributions[call, arrival.value])) for arrival in found]

    def operation_of(self, node: int) -> Operation | None:
        operation = self.nodes[node].operation
        return None if operation is None else self.operations[operation]


_NOTES: dict[type, Callable[[Lookups, Any], None]] = {
    BackwardCall: Lookups._call,
    LocalGradient: Lookups._local,
    Hooked: Lookups._hook,
    Backward: Lookups._backward,
    Accumulate: Lookups._accumulate,
    Result: Lookups._result,
    Update: Lookups._update,
    Moved: Lookups._move,
    Forward: Lookups._forward,
}
