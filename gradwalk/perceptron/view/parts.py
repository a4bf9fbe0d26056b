"""The parts of a drawn network, such as the weight ``w1.0.2``: which recorded values hold their numbers, and where."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

from gradwalk.notation import pretty
from gradwalk.perceptron.programs.names import Names
from gradwalk.perceptron.settings.model import LOGIT_LOSSES
from gradwalk.perceptron.settings.reading import Network
from gradwalk.recording import BackwardCall, Operation, Recording, Value


class Part(NamedTuple):
    """``places`` says where its number stands in the value: one for each row of the batch, or a single one for all."""

    value: Value | None
    places: tuple[int, ...]
    label: str
    name: str
    """What it is, in words."""
    made: tuple[Operation, ...] = ()
    """The operations that make it, from the parts before it on."""


def parts(recording: Recording, network: Network) -> dict[str, Part]:
    """``x0``, ``w1.0.2`` (layer, unit, input), ``b1.0``, ``z1.0``, ``a1.0``, ``y0`` and ``L``; all count from 0."""
    return dict(_Parts(recording, network).all())


class _Parts:
    def __init__(self, recording: Recording, network: Network) -> None:
        self.values = {value.id: value for value in recording.values}
        self.operations = {operation.id: operation for operation in recording.operations}
        self.named = {name: value for value in reversed(recording.values) for name in value.names}
        self.root = next((e.root for e in recording.events if isinstance(e, BackwardCall)), None)
        self.network = network
        self.names = Names(network)
        self.scalar = network.style == "scalar"
        self.last = len(network.layers) - 1
        self.known: set[int] = set()
        """Values of parts that are already told: the way to the next part begins there."""

    def all(self) -> Iterator[tuple[str, Part]]:
        inputs, width = self.network.inputs, len(self.network.targets[0])
        for i in range(inputs):
            yield f"x{i}", self._given("x", self.names.x(i), i, inputs)
        for k in range(width):
            yield f"y{k}", self._given("y", self.names.y(k), k, width)
        for layer in range(self.last + 1):
            yield from self._layer(layer)
        loss = self.values.get(self.root) if self.root is not None else None
        yield "L", Part(loss, (0,), "L", "loss", self._way(loss))

    def _given(self, stem: str, own: str, place: int, width: int) -> Part:
        found = self.named.get(own) or self.named.get(stem) or self.named.get(stem.upper())
        places = self._places(found, place, width)
        self.known |= {found.id} if found else set()
        kind = {"x": "input", "y": "target"}[stem]
        return Part(found, places, pretty(own), f"{kind} {pretty(own)}")

    def _places(self, value: Value | None, place: int, width: int) -> tuple[int, ...]:
        """One for each row: a column of its own, or one of ``width`` columns beside each other."""
        rows = self.network.rows
        size = math.prod(value.shape) if value else 0
        return tuple(range(rows)) if size == rows else tuple(row * width + place for row in range(rows))

    def _layer(self, layer: int) -> Iterator[tuple[str, Part]]:
        units = self.network.layers[layer].units
        for kind in ("z", "a"):
            for unit in range(units):
                name = getattr(self.names, kind)(layer, unit)
                stem = "z" if kind == "z" else "y_pred" if layer == self.last else "h"
                index = "" if layer == self.last else str(layer + 1)
                found = self.named.get(name if self.scalar else f"{stem}{index}")
                part = Part(found, self._places(found, unit, units), _shown(name), self._said(kind, layer, unit))
                if kind == "z":
                    yield from self._weights(layer, unit, found)
                elif found is None or (self.network.loss in LOGIT_LOSSES and layer == self.last):
                    yield f"a{layer}.{unit}", self._passed_on(layer, unit, part)
                    continue
                yield f"{kind}{layer}.{unit}", part._replace(made=self._way(found))
            self.known |= self._values_of(layer, kind)

    def _passed_on(self, layer: int, unit: int, part: Part) -> Part:
        """Where the loss takes z itself, z is what goes out."""
        name = self.names.z(layer, unit)
        found = self.named.get(name if self.scalar else "z")
        return part._replace(value=found, label=pretty(name), name=f"output {pretty(name)}", made=self._way(found))

    def _values_of(self, layer: int, kind: str) -> set[int]:
        units = range(self.network.layers[layer].units)
        stem = "z" if kind == "z" else "y_pred" if layer == self.last else "h"
        names = [getattr(self.names, kind)(layer, unit) for unit in units]
        names += [] if self.scalar else [stem if layer == self.last else f"{stem}{layer + 1}"]
        return {self.named[name].id for name in names if name in self.named}

    def _said(self, kind: str, layer: int, unit: int) -> str:
        if len(self.network.layers) == 1 and self.network.layers[layer].units == 1:
            return "sum z" if kind == "z" else "prediction ŷ"
        return f"{'sum' if kind == 'z' else 'output'} of unit {unit + 1} in layer {layer + 1}"

    def _weights(self, layer: int, unit: int, sums: Value | None) -> Iterator[tuple[str, Part]]:
        shape = self.network.layers[layer]
        w, b = (None, None) if self.scalar else self._leaves(layer, sums)
        for i in range(shape.inputs):
            name = self.names.w(layer, unit, i)
            found, place = (self.named.get(name), 0) if self.scalar else (w, unit * shape.inputs + i)
            said = f"weight {pretty(name)} of {_shown(self.names.given(layer, i))}"
            yield f"w{layer}.{unit}.{i}", Part(found, (place,), pretty(name), said)
        name = self.names.b(layer, unit)
        found, place = (self.named.get(name), 0) if self.scalar else (b, unit)
        yield f"b{layer}.{unit}", Part(found, (place,), pretty(name), f"bias {pretty(name)}")

    def _leaves(self, layer: int, sums: Value | None) -> tuple[Value | None, Value | None]:
        """The tensors of a layer's weights and biases, by what its sums are made of."""
        way = self._way(sums)
        used = [self.values[edge.value] for operation in way for edge in operation.edges]
        leaves = [value for value in dict.fromkeys(used) if value.is_leaf and value.requires_grad]
        weights, bias, *_ = [*leaves, None, None]
        return weights, bias

    def _way(self, value: Value | None) -> tuple[Operation, ...]:
        """The operations between the parts before it and this value, in the order in which they ran."""
        waiting = [] if value is None or value.id in self.known else [value]
        found: dict[int, Operation] = {}
        while waiting:
            made_by = waiting.pop().operation
            if made_by is None or made_by in found:
                continue
            found[made_by] = self.operations[made_by]
            waiting += [self.values[e.value] for e in found[made_by].edges if e.value not in self.known]
        return tuple(found[number] for number in sorted(found))


def _shown(name: str) -> str:
    """``ŷ`` for ``y_pred``, ``ŷ₂`` for ``y_pred2``."""
    return pretty(name.replace("y_pred", "ŷ")) if name.startswith("y_pred") else pretty(name)
