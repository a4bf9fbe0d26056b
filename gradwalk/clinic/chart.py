"""A recording opened for the clinic: which tensors are trained, what each pass gave, and which steps moved them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

from gradwalk.clinic.finding import Finding, Row
from gradwalk.clinic.wording import SENTENCES
from gradwalk.failures.history import Past
from gradwalk.notation.lines import line_of
from gradwalk.program import Span
from gradwalk.recording import (
    Accumulate,
    Array,
    Backward,
    BackwardCall,
    Event,
    Forward,
    LocalGradient,
    Number,
    Operation,
    Output,
    Recording,
    Result,
    Stepped,
    Update,
    Value,
)

MOST_NAMES = 4
_Kind = TypeVar("_Kind")


class Pass(NamedTuple):
    """One backward pass, as far as it came."""

    call: BackwardCall
    at: int
    """Where its call stands among the events."""
    backward: dict[int, Backward]
    """What each node did, in the engine's order."""
    accumulated: tuple[Accumulate, ...]

    @property
    def is_backward(self) -> bool:
        """Whether it fills the ``.grad`` of all leaves that it reaches."""
        return self.call.function == "backward" and not self.call.inputs


class Chart(Past):
    """Look-ups over a whole recording, each made once."""

    def __init__(self, recording: Recording) -> None:
        super().__init__(recording, len(recording.events))
        self._kinds: dict[type, list[Any]] = {}
        self.modules = recording.modules
        self.at = {id(event): place for place, event in enumerate(self.events)}
        self.ran = {event.operation: at for at, event in enumerate(self.events) if isinstance(event, Forward)}
        """Where each operation ran."""

    def all(self, kind: type[_Kind], since: Event | None = None) -> list[_Kind]:
        if since is not None:
            return super().all(kind, since)
        if kind not in self._kinds:
            self._kinds[kind] = super().all(kind)
        return self._kinds[kind]

    @cached_property
    def whole(self) -> bool:
        """Whether nothing is known to have run unseen: no limit was reached, and there is no notice."""
        notices = (event for event in self.all(Output) if event.stream == "notice")
        return self.recording.complete and next(notices, None) is None

    def line_of(self, span: Span | None) -> str:
        """What a place of the program is called."""
        return line_of(self.recording, span)

    # Tensors

    @cached_property
    def parameters(self) -> dict[int, str]:
        """The tensors that are parameters of modules that ran, with their names."""
        found: dict[int, str] = {}
        for module in self.modules:
            for parameter in module.parameters:
                value = self.values[parameter.value]
                named = (name for name in value.names if name.endswith(parameter.name))
                found.setdefault(value.tensor, next(named, parameter.name))
        return found

    @cached_property
    def held(self) -> frozenset[int]:
        """The tensors that optimizers held at their steps."""
        return frozenset(self.values[value].tensor for event in self.all(Stepped) for value in event.parameters)

    @cached_property
    def trained(self) -> frozenset[int]:
        """Leaves that this recording trains: held by an optimizer, or moved against their gradient by hand."""
        moved = {self.values[e.after].tensor for e in self.all(Update) if self.is_step(e)}
        return frozenset(self.held | moved)

    @cached_property
    def learns(self) -> frozenset[int]:
        """Those, and all parameters of modules."""
        return frozenset(self.trained | self.parameters.keys())

    def is_step(self, update: Update) -> bool:
        """Whether an update moves a leaf by what its gradient gave."""
        before = self.values[update.before]
        if not (before.is_leaf and before.requires_grad):
            return False
        return update.optimizer is not None or (update.operation is not None and self._uses_gradient(update, before))

    def _uses_gradient(self, update: Update, leaf: Value) -> bool:
        """Whether the numbers that it was changed by were made from its own ``.grad``."""
        waiting = [] if update.operation is None else [edge.value for edge in self.operations[update.operation].edges]
        for _ in range(_STEPS_BACK):
            found = [self.values[number] for number in waiting]
            if any(value.grad_of == leaf.tensor for value in found):
                return True
            made = (self.maker(value) for value in found if value.tensor != leaf.tensor)
            waiting = [edge.value for operation in made if operation is not None for edge in operation.edges]
        return False

    def called(self, value: Value, nameless: str = "this result") -> str:
        return self.parameters.get(value.tensor) or super().called(value, nameless)

    def named(self, value: Value, nameless: str) -> str:
        """Its name; of what has none, what it is here, and not which line gave it."""
        return self.called(value) if value.tensor in self.parameters or self.names(value) else nameless

    def names_of(self, tensors: Iterable[int]) -> list[str]:
        """The names of tensors, in the order in which they were met."""
        return [self.called(self.first[tensor], "a tensor") for tensor in sorted(tensors)]

    @cached_property
    def first(self) -> dict[int, Value]:
        """The first value of each tensor."""
        found: dict[int, Value] = {}
        for value in self.values:
            found.setdefault(value.tensor, value)
        return found

    # Passes

    @cached_property
    def passes(self) -> list[Pass]:
        found: dict[int, tuple[int, BackwardCall, dict[int, Backward], list[Accumulate]]] = {}
        for at, event in enumerate(self.events):
            if isinstance(event, BackwardCall):
                found[event.call] = at, event, {}, []
            elif isinstance(event, Backward):
                found[event.call][2].setdefault(event.node, event)
            elif isinstance(event, Accumulate):
                found[event.call][3].append(event)
        return [Pass(call, at, backward, tuple(added)) for at, call, backward, added in found.values()]

    @cached_property
    def locals(self) -> dict[tuple[int, int, int], LocalGradient]:
        """Those of first results, by call, operation and edge."""
        return {(e.call, e.operation, e.edge): e for e in self.all(LocalGradient) if not e.result}

    @cached_property
    def given_gradient(self) -> frozenset[int]:
        """The tensors for which there was a gradient at some time, in whichever way."""
        leaves = {event.leaf for event in self.all(Accumulate)}
        leaves |= {event.of for event in self.all(Result) if event.value is not None}
        owners = {value.grad_of for value in self.values if value.grad_of is not None}
        return frozenset({self.values[leaf].tensor for leaf in leaves} | owners)

    def leaves_below(self, call: BackwardCall) -> set[int]:
        """The tensors of the leaves that a pass can reach."""
        leaves = (self.nodes[node].leaf for node in self.reached(call))
        return {self.values[leaf].tensor for leaf in leaves if leaf is not None}

    @cached_property
    def roots(self) -> frozenset[int]:
        """The values that backward passes start from."""
        return frozenset(root.root for passed in self.passes for root in passed.call.roots)

    @cached_property
    def behind_roots(self) -> frozenset[int]:
        """The values that some backward pass's root was computed from, and the roots."""
        return frozenset(self.sources([*self.roots]))

    @cached_property
    def users(self) -> dict[int, list[Operation]]:
        """The operations that use a value."""
        found: dict[int, list[Operation]] = {}
        for operation in self.operations:
            for number in dict.fromkeys(edge.value for edge in operation.edges):
                found.setdefault(number, []).append(operation)
        return found

    def outermost(self, operation: Operation) -> int | None:
        """The module that the program called, in which an operation ran."""
        module = operation.module
        while module is not None and (parent := self.modules[module].parent) is not None:
            module = parent
        return module

    # Findings

    def finding(
        self,
        kind: str,
        at: int,
        /,
        *,
        values: Iterable[int] = (),
        about: Iterable[str] = (),
        rows: Iterable[Row] = (),
        span: Span | None = None,
        given: Mapping[str, object] = MappingProxyType({}),
        **pieces: object,
    ) -> Finding:
        """A finding at an event, with the sentences of its kind. ``about``: the names that it speaks of."""
        title, what, why, way_out = SENTENCES[kind]
        event = self.events[at]
        written = [text.format(**given, **pieces) for text in (what, why, way_out)]
        what, why, way_out = (text[:1].upper() + text[1:] if _PLAIN.match(text) else text for text in written)
        place = event.span if span is None else span
        measured = not SENTENCES[kind][3]
        return Finding(
            kind, title, what, why, way_out, at, event.cell, place, tuple(values), tuple(about), tuple(rows), measured
        )


_STEPS_BACK = 6
"""So many operations lie between a gradient and the update that is made of it, at most."""
_PLAIN = re.compile(r"(the |this |a tensor|(line|cell) \d)")
"""How a sentence begins that does not begin with a name of the program."""


def listed(names: Sequence[str]) -> str:
    """``a, b and c``; of many, the first few and how many more."""
    names = list(dict.fromkeys(names))
    if len(names) > MOST_NAMES + 1:
        names = [*names[:MOST_NAMES], f"{len(names) - MOST_NAMES} more"]
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)


def base(operation: Operation) -> str:
    """A kernel's name without its overload."""
    return operation.kernel.partition(".")[0]


def constant(operation: Operation, name: str) -> str:
    return next((constant.text for constant in operation.constants if constant.name == name), "")


def numel(array: Array | Value) -> int:
    return math.prod(array.shape)


def extremes(array: Array | Value) -> tuple[Number, Number] | None:
    """The least and the greatest of its numbers; None where they are unknown, not finite, or where there are none."""
    if array.numbers is not None:
        found = array.numbers
        finite = all(map(math.isfinite, found))
        return (min(found), max(found)) if found and finite else None
    known = array.summary
    if known is None or known.nan or known.inf or known.least is None or known.greatest is None:
        return None
    return known.least, known.greatest


def largest(array: Array | Value) -> float | None:
    """The greatest size of a number in it."""
    found = extremes(array)
    return None if found is None else float(max(map(abs, found)))


def is_zero(array: Array | Value) -> bool:
    """Whether it is known to be nothing but zeros."""
    return largest(array) == 0
