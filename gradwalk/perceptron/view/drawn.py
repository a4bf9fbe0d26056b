"""A recorded network as the drawing of its neurons: the numbers of each part at each step, and what lights it up."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from gradwalk.analysis import Analysis
from gradwalk.notation import short
from gradwalk.perceptron.settings.reading import Network
from gradwalk.perceptron.view.curves import curve
from gradwalk.perceptron.view.parts import Part, parts
from gradwalk.perceptron.view.words import ACTIVATION_NAMES, LOSS_NAMES, limits
from gradwalk.recording import LocalGradient, Number

Json = dict[str, Any]
Slots = Mapping[str, Sequence[Sequence[Any]]]


def drawn(analysis: Analysis, story: Mapping[str, Any], network: Network) -> Json:
    """The drawing's data for JSON: ``inputs``, ``targets``, ``rows``, ``loss``, ``layers``, ``parts``, ``quiet``.

    At ``quiet`` steps nothing is lit: they speak of no part more than of another.

    A part has a ``label``, a ``name``, its ``numbers`` (one for each row, or one for all; None for one that is not
    finite), ``value`` and ``grad`` as entries ``[step, texts]``, perhaps the ``slope`` of its activation, the ``boxes``
    of the computation graph that make it and the arrows that run ``out`` of it. A target has the ``limits`` of its
    slider as well.
    """
    found = parts(analysis.recording, network)
    ends = {"limits": limits(network.loss, network.outputs)}
    draw = _Drawn(analysis, story["slots"])
    layers = [
        {
            "units": layer.units,
            "label": ACTIVATION_NAMES[layer.activation],
            "curve": curve(layer.activation, _sums(found, place)),
        }
        for place, layer in enumerate(network.layers)
    ]
    return {
        "inputs": network.inputs,
        "targets": len(network.targets[0]),
        "rows": network.rows,
        "loss": LOSS_NAMES[network.loss],
        "layers": layers,
        "parts": {part: draw.told(part, found) for part in found}
        | {f"y{k}": draw.told(f"y{k}", found) | ends for k in range(len(network.targets[0]))},
        "quiet": [number for number, step in enumerate(story["steps"]) if step["kind"] == "free"],
    }


def _sums(found: Mapping[str, Part], layer: int) -> list[float]:
    chosen = [part for name, part in found.items() if name.startswith(f"z{layer}.")]
    return [number for part in chosen for number in _numbers(part) if number is not None]


def _numbers(part: Part) -> list[float | None]:
    held = part.value.numbers if part.value else None
    return [_finite(held[place]) if held and place < len(held) else None for place in part.places]


def _finite(number: Number) -> float | None:
    return float(number) if math.isfinite(number) else None


class _Drawn:
    def __init__(self, analysis: Analysis, slots: Slots) -> None:
        recording = analysis.recording
        self.index = analysis.episodes[0].index
        self.slots = slots
        self.call = next(iter(self.index.calls), 0)
        self.arrows: dict[int, list[str]] = defaultdict(list)
        """By value: the arrows that run from it."""
        for operation in recording.operations:
            for number, edge in enumerate(operation.edges):
                self.arrows[edge.value].append(f"e{operation.id}.{number}")
        self.slopes = [event for event in recording.events if isinstance(event, LocalGradient)]

    def told(self, name: str, found: Mapping[str, Part]) -> Json:
        part = found[name]
        if part.value is None:
            empty: Json = {name: [] for name in ("numbers", "value", "grad", "boxes", "out")}
            return empty | {"label": part.label, "name": part.name}
        box = self.index.box(part.value.id)
        made = [f"o{operation.id}" for operation in part.made]
        told = {
            "label": part.label,
            "name": part.name,
            "numbers": _numbers(part),
            "value": self._texts(f"{box}.value", part, part.value.numbers),
            "grad": self._texts(f"{box}.grad", part, self._gradient(part.value.id)),
            "boxes": made or ([box] if box.startswith("v") else []),
            "out": self.arrows[part.value.id],
        }
        slope = self._slope(name, part, found)
        return told if slope is None else told | {"slope": slope}

    def _gradient(self, value: int) -> tuple[Number, ...] | None:
        gradient = self.index.gradients.get((self.call, value))
        return gradient.numbers if gradient else None

    def _texts(self, slot: str, part: Part, numbers: Sequence[Number] | None) -> list[list[Any]]:
        """As the slot tells it where the value is a single number; else its elements, once they are all there."""
        entries = self.slots.get(slot, ())
        if part.value is not None and not part.value.shape:
            return [[step, [lines[0]]] for step, lines in entries if lines]
        if not entries or numbers is None:
            return []
        texts = [short(numbers[place]) if place < len(numbers) else "?" for place in part.places]
        return [[entries[-1][0] if slot.endswith(".grad") else entries[0][0], texts]]

    def _slope(self, name: str, part: Part, found: Mapping[str, Part]) -> list[Any] | None:
        """The local gradient of an activation that is one operation on z, and the step that tells it."""
        sums = found.get(f"z{name[1:]}") if name.startswith("a") else None
        if sums is None or sums.value is None or len(part.made) != 1:
            return None
        for event in self.slopes:
            edge = self.index.operations[event.operation].edges[event.edge]
            entries = self.slots.get(f"e{event.operation}.{event.edge}.local")
            if event.operation == part.made[0].id and edge.value == sums.value.id and entries and event.numbers:
                size = 1 if event.form == "diagonal" else event.columns + 1
                slopes = [event.numbers[place * size] for place in part.places if place * size < len(event.numbers)]
                return [entries[0][0], [_finite(slope) for slope in slopes]]
        return None
