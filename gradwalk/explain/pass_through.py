"""A node of the backward pass, with what its sentence may need."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from gradwalk.analysis.index import Index
from gradwalk.analysis.lookups import Arrival
from gradwalk.explain.pieces import gist
from gradwalk.explain.wording import BACKWARD
from gradwalk.notation import constant_text, short
from gradwalk.recording import Array, Number, Operation, Value


@dataclass(frozen=True)
class Pass:
    """A node of the backward pass: what arrives at it and what it hands on."""

    index: Index
    call: int
    operation: Operation
    upstream: Array
    arrivals: Sequence[Arrival]

    @property
    def result(self) -> Value:
        return self.index.values[self.operation.results[0]]

    def names(self) -> list[str]:
        return [self.index.shown[arrival.value] for arrival in self.arrivals]

    def scalar(self) -> bool:
        return not self.upstream.shape and all(not arrival.array.shape for arrival in self.arrivals)

    def single(self) -> bool:
        return len(self.arrivals) == 1

    def operand(self, number: int = 0) -> Value:
        return self.index.values[self.arrivals[number].value]

    def local(self, number: int = 0) -> float:
        """The scalar local gradient on the way of one arrival."""
        event = self.index.locals.get((self.call, self.operation.id, self.arrivals[number].edge))
        return float(event.numbers[0]) if event is not None and event.numbers else math.nan

    def slopes(self, number: int = 0) -> tuple[Number, ...] | None:
        """The whole local gradient on the way of one arrival, where it is kept as a matrix."""
        event = self.index.locals.get((self.call, self.operation.id, self.arrivals[number].edge))
        return event.numbers if event is not None and event.form == "matrix" else None

    def diagonal(self) -> bool:
        events = (self.index.locals.get((self.call, self.operation.id, arrival.edge)) for arrival in self.arrivals)
        return all(event is not None and event.form == "diagonal" for event in events)

    def argument(self, number: int = 0) -> str:
        return self.operation.edges[self.arrivals[number].edge].name

    def constant(self, name: str) -> str | None:
        return next((constant_text(c.text) for c in self.operation.constants if c.name == name), None)

    def say(self, key: str, **pieces: str | int) -> str:
        """A sentence about the first arrival; further pieces as given."""
        first = self.arrivals[0]
        known: dict[str, str | int] = {
            "operand": self.index.shown[first.value],
            "result": self.index.shown[self.result.id],
            "contribution": gist(first.array),
            "number": gist(self.operand()),
            "local": short(self.local()),
            "count": math.prod(self.operand().shape),
        }
        return BACKWARD[key].format(**known | pieces)
