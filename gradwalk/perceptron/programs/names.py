"""The names that a network's numbers have in its program: ``w``, ``x2``, ``w1_21``, ``h1_2``, ``y_pred``."""

from __future__ import annotations

from dataclasses import dataclass

from gradwalk.perceptron.settings.model import LOGIT_LOSSES
from gradwalk.perceptron.settings.reading import Network


@dataclass(frozen=True)
class Names:
    """Names in the scalar style, where each number has its own. Layers, units and inputs count from 0 in arguments.

    An index that would always be 1 is left out: a single neuron has ``w``, ``b`` and ``z``, the second weight of the
    third unit in the first of two layers is ``w1_32``. Of several layers each number has an index: ``b2`` would be the
    second bias of a single one, so the bias of a second layer with one unit is ``b2_1``. The sum of the only output is
    ``z``, its activation ``y_pred``.
    """

    network: Network

    def x(self, place: int) -> str:
        return _indexed("x", place, self.network.inputs)

    def y(self, unit: int) -> str:
        return _indexed("y", unit, len(self.network.targets[0]))

    def w(self, layer: int, unit: int, place: int) -> str:
        shape = self.network.layers[layer]
        index = (str(unit + 1) if shape.units > 1 else "") + (str(place + 1) if shape.inputs > 1 else "")
        return self._of_layer("w", layer, index)

    def b(self, layer: int, unit: int) -> str:
        return self._of_layer("b", layer, self._unit(layer, unit))

    def z(self, layer: int, unit: int) -> str:
        if layer == len(self.network.layers) - 1 and self.network.outputs == 1:
            return "z"
        return self._of_layer("z", layer, self._unit(layer, unit))

    def a(self, layer: int, unit: int) -> str:
        """The activation's value; the last layer's is the prediction, ``y_pred``."""
        if layer == len(self.network.layers) - 1:
            return "y_pred" + self._unit(layer, unit)
        return self._of_layer("h", layer, self._unit(layer, unit))

    def given(self, layer: int, place: int) -> str:
        """What a layer gets: an input, or a unit of the layer before."""
        return self.x(place) if layer == 0 else self.a(layer - 1, place)

    def predicted(self, unit: int) -> str:
        """What the loss takes: ŷ, or z where the loss has an activation of its own."""
        last = len(self.network.layers) - 1
        return (self.z if self.network.loss in LOGIT_LOSSES else self.a)(last, unit)

    def _unit(self, layer: int, unit: int) -> str:
        return str(unit + 1) if self.network.layers[layer].units > 1 else ""

    def _of_layer(self, stem: str, layer: int, index: str) -> str:
        if len(self.network.layers) == 1:
            return stem + index
        return f"{stem}{layer + 1}_{index or 1}"


def _indexed(stem: str, place: int, count: int) -> str:
    return stem if count == 1 else f"{stem}{place + 1}"
