"""A recording up to some place, or up to one of its failures, opened for those who look for the reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TypeVar

from gradwalk.notation.lines import line_name
from gradwalk.program import Span
from gradwalk.recording import (
    Accumulate,
    Array,
    Backward,
    BackwardCall,
    Entered,
    Event,
    Failure,
    Forward,
    Free,
    Hooked,
    Left,
    LocalGradient,
    Module,
    Operation,
    Recording,
    Statement,
    Switched,
    Taken,
    Update,
    Value,
)
from gradwalk.recording.causes import pieces

_Kind = TypeVar("_Kind")
_PARTS_OF_A_CALL = (LocalGradient, Backward, Accumulate, Hooked, Free)
_CALLS = ("torch.Tensor.backward", "torch.autograd.backward", "torch.autograd.grad", "backward", "grad")


class Past:
    """The events of a recording before a place. Values, operations and nodes are those of the whole, by their ids."""

    def __init__(self, recording: Recording, end: int) -> None:
        self.recording = recording
        self.values, self.operations, self.nodes = recording.values, recording.operations, recording.nodes
        self._modules, self.source = recording.modules, recording.source
        self.events = recording.events[:end]

    # Events

    def all(self, kind: type[_Kind], since: Event | None = None) -> list[_Kind]:
        """The events of a kind, in order; only those after an event where one is given."""
        start = 0 if since is None else next(at for at, event in enumerate(self.events) if event is since) + 1
        return [event for event in self.events[start:] if isinstance(event, kind)]

    @cached_property
    def calls(self) -> dict[int, BackwardCall]:
        """The backward passes that began, by number."""
        return {event.call: event for event in self.all(BackwardCall)}

    @cached_property
    def runs(self) -> Counter[Span]:
        """How often each backward pass's place in the program was reached."""
        return Counter(call.span for call in self.calls.values() if call.span is not None)

    def binding(self, value: Value) -> Statement | None:
        """The statement that first gave a name to a value's tensor."""
        for event in self.all(Statement):
            bound = (binding.value for binding in event.bindings if binding.value is not None)
            if any(self.values[number].tensor == value.tensor for number in bound):
                return event
        return None

    def last_binding(self, name: str) -> Statement | None:
        """The statement that last set a name."""
        found = reversed(self.all(Statement))
        return next((event for event in found if any(bound.name == name for bound in event.bindings)), None)

    # Values

    def maker(self, value: Value) -> Operation | None:
        return None if value.operation is None else self.operations[value.operation]

    def line(self, value: Value) -> int | None:
        """The line in which a value was made, or else was given a name."""
        maker, statement = self.maker(value), self.binding(value)
        span = maker.span if maker is not None else None if statement is None else statement.span
        return None if span is None or span.file else span.line

    @cached_property
    def _bound(self) -> dict[int, list[str]]:
        """The names that each tensor had been given before the failure, in order."""
        found: dict[int, list[str]] = {}
        for event in self.all(Statement):
            for bound in event.bindings:
                if bound.value is not None:
                    found.setdefault(self.values[bound.value].tensor, []).append(bound.name)
        return found

    def names(self, value: Value) -> list[str]:
        """The names that a value had by then, in order: variables, then those of a module's parameters, and of what a
        list, a dict or an object holds."""
        return list(dict.fromkeys((*self._bound.get(value.tensor, []), *filter(_is_way, value.names))))

    def called(self, value: Value, nameless: str = "this result") -> str:
        """Its name: the way from what holds it, else the variable's; for what has none, the line that it is from."""
        if names := self.names(value):
            return next(filter(_is_way, names), names[0])
        if made_in := self._made_in(value):
            return f"the result of {made_in}"
        line = self.line(value) if value.operation is not None else None
        return nameless if line is None else f"the result of {line_name(self.recording, line)}"

    def _made_in(self, value: Value) -> str:
        """The module that ended with it, before another one began in the same statement: that has no result yet."""
        operation = self.maker(value)
        module = None if operation is None else self.module(operation)
        if operation is None or module is None:
            return ""
        run = [event for event in self.events if isinstance(event, Forward | Entered | Left)]
        at = next((at for at, e in enumerate(run) if isinstance(e, Forward) and e.operation == operation.id), len(run))
        left, then = run[at + 1 : at + 2], run[at + 2 : at + 3]
        ends = any(isinstance(event, Left) and event.module == module.id for event in left)
        goes_on = any(isinstance(event, Entered) and event.span == left[0].span for event in then)
        return module.path if ends and goes_on else ""

    def module(self, operation: Operation) -> Module | None:
        return None if operation.module is None else self._modules[operation.module]

    def sources(self, values: Sequence[int]) -> set[int]:
        """The values that these were computed from, and they themselves, whether or not a gradient can flow."""
        found, waiting = set(values), list(values)
        while waiting:
            number = waiting.pop()
            maker = self.maker(self.values[number])
            before = self._before(number) if maker is None else [edge.value for edge in maker.edges]
            waiting += [other for other in before if other not in found]
            found.update(before)
        return found

    def _before(self, number: int) -> tuple[int, ...]:
        """The values whose numbers a value was made of, outside of operations; of one that only its flags tell from an
        earlier state of its tensor, that state."""
        if number in self._taken:
            return self._taken[number]
        states = self._states.get(self.values[number].tensor, ())
        return tuple(other.id for other in states if other.id < number)

    @cached_property
    def _states(self) -> dict[int, list[Value]]:
        """What operations made of each tensor, where it is no leaf that learns."""
        found: dict[int, list[Value]] = {}
        for value in self.values:
            if value.operation is not None and not value.version:
                found.setdefault(value.tensor, []).append(value)
        return found

    @cached_property
    def _taken(self) -> dict[int, tuple[int, ...]]:
        """The values whose numbers a value was made of, outside of operations; or its state before a flag changed."""
        switched = {event.after: (event.before,) for event in self.all(Switched)}
        return switched | {event.result: event.of for event in self.all(Taken) if event.result is not None}

    def computed_from(self, value: Value) -> set[int]:
        """What was computed from a tensor, and its own states."""
        found = {other.id for other in self.values if other.tensor == value.tensor}
        tensors = {value.tensor}
        for event in self.events:
            if isinstance(event, Forward):
                operation = self.operations[event.operation]
                if any(edge.value in found or self.values[edge.value].tensor in tensors for edge in operation.edges):
                    found.update(operation.results)
                    tensors.update(self.values[result].tensor for result in operation.results)
            elif isinstance(event, Taken) and event.result is not None and found & set(event.of):
                found.add(event.result)
        return found

    # The graph

    def node_of(self, value: Value) -> int | None:
        maker = self.maker(value)
        return None if maker is None else maker.node

    def reached(self, call: BackwardCall) -> set[int]:
        """The nodes behind what a backward pass starts from."""
        return self.behind([call.node, *(root.node for root in call.more)])

    def behind(self, starts: list[int | None]) -> set[int]:
        waiting, found = list(starts), set[int]()
        while waiting:
            node = waiting.pop()
            if node is not None and node not in found:
                found.add(node)
                waiting += [route.node for route in self.nodes[node].next]
        return found

    def age(self, node: int) -> int:
        """Which operation's node it is; −1 for one of none."""
        operation = self.nodes[node].operation
        return -1 if operation is None else operation

    def operation_of(self, node: int) -> Operation | None:
        operation = self.nodes[node].operation
        return None if operation is None else self.operations[operation]

    def made_by(self, nodes: set[int]) -> Iterator[Operation]:
        """The operations of nodes, the newest first."""
        return (self.operations[age] for age in sorted(map(self.age, nodes), reverse=True) if age >= 0)

    def changes(self, nodes: set[int], since: Event) -> list[Update]:
        """The changes in place, after an event, of leaves below these nodes and of what these nodes saved."""
        saved = {saved.value for node in nodes for saved in self.nodes[node].saved} | {
            self.nodes[n].leaf for n in nodes
        }
        storages = {self.values[value].storage for value in saved if value is not None}
        return [event for event in self.all(Update, since) if self.values[event.after].storage in storages]

    def crossings(self, nodes: set[int], since: Event) -> list[tuple[Value, Span | None]]:
        """The values from before an event through which what ran after it leads back, and the place that uses each.

        Those that have a name come first.
        """
        later = {event.operation for event in self.all(Forward, since)}
        inside = self._through_nameless({node for node in nodes if self.nodes[node].operation in later}) & nodes
        found = [
            (value, operation.span)
            for operation in sorted((self.operations[number] for number in later), key=lambda o: -o.id)
            for edge in operation.edges
            if (value := self.values[edge.value]).operation not in (None, *later)
            and self.node_of(value) in (nodes if edge.route is not None and operation.node in nodes else inside)
        ]
        once: dict[int, tuple[Value, Span | None]] = {}
        for value, span in found:
            once.setdefault(value.tensor, (value, span))
        return sorted(once.values(), key=lambda one: not self.names(one[0]))

    def _through_nameless(self, nodes: set[int]) -> set[int]:
        """The nodes right behind these, and behind those between that belong to no operation, as in a fused layer."""
        found, waiting = set[int](), list(nodes)
        while waiting:
            for route in self.nodes[waiting.pop()].next:
                if route.node is not None and route.node not in found:
                    found.add(route.node)
                    waiting += [route.node] if self.nodes[route.node].operation is None else []
        return found

    def storages_behind(self, node: int | None) -> set[int]:
        """The memory of the leaves that lie behind a node."""
        leaves = (self.nodes[number].leaf for number in self.behind([node]))
        return {self.values[leaf].storage for leaf in leaves if leaf is not None}

    def runs_again(self, operation: Operation, since: Event) -> bool:
        """Whether the piece of source that ran it has run the same kernel again after an event."""
        again = (self.operations[event.operation] for event in self.all(Forward, since))
        return any(o.span == operation.span and o.kernel == operation.kernel and o.id != operation.id for o in again)


class History(Past):
    """What happened before a failure."""

    def __init__(self, recording: Recording, failure: Failure) -> None:
        place = next((at for at, event in enumerate(recording.events) if event is failure), len(recording.events))
        super().__init__(recording, place)
        self.failure = failure
        self.pieces = pieces(failure.type, failure.message)
        """Those of the failure's message, by name."""

    @property
    def operands(self) -> list[Value]:
        """What the call was given that failed."""
        return [self.values[number] for number in self.failure.operands]

    def facts(self, name: str) -> list[str]:
        """What the recorder noted about the failure under a name."""
        return [fact.text for fact in self.failure.facts if fact.name == name]

    @cached_property
    def failed_call(self) -> BackwardCall | None:
        """The backward pass in which the failure happened; one that never began is made up from what it was given."""
        last = next((event for event in reversed(self.events) if isinstance(event, BackwardCall)), None)
        if last is not None and last.span == self.failure.span and not self._ended(last):
            return last
        if not (self.failure.call in _CALLS and self.operands):
            return None
        root = self.operands[0]
        seed = Array(root.shape, root.dtype, None)
        return BackwardCall(
            self.failure.cell, self.failure.span, -1, root.id, self.node_of(root), seed, seed_given=False,
            retain_graph=False, function="grad" if self.failure.call.endswith("grad") else "backward",
        )  # fmt: skip

    def _ended(self, call: BackwardCall) -> bool:
        """Whether something has happened since that is no part of a backward pass."""
        return any(not isinstance(event, _PARTS_OF_A_CALL) for event in self.all(object, call))

    @cached_property
    def freed(self) -> dict[int, Free]:
        """The nodes that had lost what they saved before the failed pass, with the event that tells of it."""
        failed = None if self.failed_call is None else self.failed_call.call
        gone: dict[int, Free] = {}
        for event in self.all(Free):
            if event.call != failed:
                gone.update((node, event) for node in event.nodes if node not in gone)
        return gone


def _is_way(name: str) -> bool:
    """Whether it leads to a thing from another that holds it, as ``net.weight`` and ``ws[0]`` do."""
    return "." in name or "[" in name


def in_program(span: Span | None) -> Span | None:
    """A place in the program's own text; None for one in another file."""
    return span if span is not None and not span.file else None
