"""The operations between a root and its sources as plain text, so that equal ones share one derivative."""

from __future__ import annotations

import math
from typing import NamedTuple

from gradwalk.recording import Operation, Recording, Value
from gradwalk.symbolic.arguments import InexpressibleError

MAX_OPERATIONS = 64


class Source(NamedTuple):
    text: str
    """The reader's name for it, or the number that it is."""
    size: int
    """The number of its elements."""

    @property
    def is_name(self) -> bool:
        return self.text.isidentifier() and self.text not in ("inf", "nan")


class Call(NamedTuple):
    """One operation; its operands are positions among the sources (from 0 on) or the results (−1, −2, …)."""

    kernel: str
    operands: tuple[tuple[str, int], ...]
    constants: tuple[tuple[str, str], ...]
    size: int
    """The number of elements of its result."""


class Chain(NamedTuple):
    sources: tuple[Source, ...]
    calls: tuple[Call, ...]
    """Each after those that it uses; the last gives the root."""


class Found(NamedTuple):
    chain: Chain
    inputs: tuple[Value, ...]
    """The value of each source."""
    operations: tuple[Operation, ...]
    """The operation of each call."""


def find(recording: Recording, root: int) -> Found:
    """Walk back from the value ``root``, with a stack; raises InexpressibleError for more than ``MAX_OPERATIONS``.

    Values have one element or all the same shape; other shapes raise as well, because their elements mix.
    """
    places: dict[int, int] = {}
    inputs: list[Value] = []
    calls: list[Call] = []
    operations: list[Operation] = []
    stack = [root]
    while stack:
        value = recording.values[stack[-1]]
        maker = _maker(value)
        if value.id in places:
            stack.pop()
        elif maker is None:
            places[value.id] = len(inputs)
            inputs.append(value)
        else:
            made = recording.operations[maker]
            missing = [edge.value for edge in made.edges if edge.value not in places]
            stack.extend(reversed(missing))  # the first operand is met first
            if not missing:
                _check(made, value, len(calls))
                calls.append(_call(made, places, math.prod(value.shape)))
                operations.append(made)
                places[value.id] = -len(calls)
    values = [recording.values[identity] for identity in places]
    if len({value.shape for value in values if math.prod(value.shape) != 1}) > 1:
        raise InexpressibleError
    return Found(Chain(tuple(map(_source, inputs)), tuple(calls)), tuple(inputs), tuple(operations))


def _check(made: Operation, value: Value, count: int) -> None:
    if count == MAX_OPERATIONS or made.results[0] != value.id:
        raise InexpressibleError


def _maker(value: Value) -> int | None:
    """The operation that made a value; None for sources: what was written down, and leaves that were updated."""
    if not value.numbers:
        raise InexpressibleError
    return None if value.is_leaf and value.requires_grad else value.operation


def _source(value: Value) -> Source:
    size = math.prod(value.shape)
    if value.names:
        return Source(value.names[0], size)
    if size != 1 or not value.numbers:
        raise InexpressibleError
    return Source(repr(float(value.numbers[0])), 1)


def _call(made: Operation, places: dict[int, int], size: int) -> Call:
    return Call(
        made.kernel,
        tuple((edge.name, places[edge.value]) for edge in made.edges),
        tuple((constant.name, constant.text) for constant in made.constants),
        size,
    )
