"""The local derivatives along a path from the loss to a weight, each as a formula: dL/dŷ, dŷ/dz, dz/dw."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import islice, product
from typing import NamedTuple

from gradwalk.perceptron.programs.activations import ACTIVATIONS
from gradwalk.perceptron.programs.losses import LOSSES
from gradwalk.perceptron.programs.names import Names
from gradwalk.perceptron.settings.model import LOGIT_LOSSES
from gradwalk.perceptron.settings.reading import Network

LOSS = "L"
"""What the loss is called in a derivative; in a program it is ``loss``."""


class Leaf(NamedTuple):
    """A weight or a bias. Layers, units and inputs count from 0."""

    name: str
    layer: int
    unit: int
    place: int | None
    """Which input the weight multiplies; None for a bias."""


class Factor(NamedTuple):
    """One factor of the chain. The texts carry ``{}`` fields, whose names ``fields`` maps to the program's names."""

    above: str
    """The name of what is differentiated: ``L``, ``y_pred``, ``z``."""
    below: str
    code_form: str
    """The derivative in the language of expressions."""
    latex_form: str
    fields: tuple[tuple[str, str], ...]

    @property
    def key(self) -> str:
        """``dL_dy_pred``, as the lesson names such a variable."""
        return f"d{self.above}_d{self.below}"

    @property
    def code(self) -> str:
        return self.code_form.format(**dict(self.fields))

    @property
    def names(self) -> tuple[str, ...]:
        """The program's names that stand in it."""
        return tuple(name for _, name in self.fields)


class Path(NamedTuple):
    """One way from the loss back to a leaf."""

    factors: tuple[Factor, ...]


class Factors:
    """The factors of one network."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.names = Names(network)
        self.last = len(network.layers) - 1
        self.logits = network.loss in LOGIT_LOSSES

    @cached_property
    def leaves(self) -> tuple[Leaf, ...]:
        """Every weight and bias, in the order of the scalar program."""
        names = self.names
        return tuple(
            leaf
            for number, layer in enumerate(self.network.layers)
            for unit in range(layer.units)
            for leaf in (
                *(Leaf(names.w(number, unit, place), number, unit, place) for place in range(layer.inputs)),
                Leaf(names.b(number, unit), number, unit, None),
            )
        )

    def leaf(self, name: str) -> Leaf:
        """The leaf of this name, or the first one."""
        return next((leaf for leaf in self.leaves if leaf.name == name), self.leaves[0])

    # One factor

    def of_loss(self, unit: int) -> Factor:
        """dL/dŷ of one output, or dL/dz where the loss takes z."""
        predicted = self.names.predicted(unit)
        if self.network.loss == "cross_entropy":
            return self._of_cross_entropy(unit)
        loss = LOSSES[self.network.loss]
        code, latex = self._averaged(loss.derivative, loss.latex)
        return Factor(LOSS, predicted, code, latex, (("p", predicted), ("y", self.names.y(unit))))

    @property
    def divisor(self) -> int:
        """The N of a mean: how many elements the loss averages over."""
        if self.network.loss == "cross_entropy":
            return self.network.rows
        return self.network.rows * self.network.outputs if LOSSES[self.network.loss].averages else 1

    def _averaged(self, code: str, latex: str) -> tuple[str, str]:
        count = self.divisor
        if count == 1:
            return code, latex
        return f"({code}) / {count}", rf"\frac{{{{1}}}}{{{{{count}}}}} \left({latex}\right)"

    def _of_cross_entropy(self, unit: int) -> Factor:
        """softmax(z) − 1 at the right class, softmax(z) at the others."""
        sums = [self.names.z(self.last, each) for each in range(self.network.outputs)]
        total = " + ".join(f"exp({{z{each}}})" for each in range(len(sums)))
        total_latex = " + ".join(f"e^{{{{{{z{each}}}}}}}" for each in range(len(sums)))
        code = f"exp({{z{unit}}}) / ({total}) - where({{y}} == {unit}, 1, 0)"
        latex = rf"\frac{{{{e^{{{{{{z{unit}}}}}}}}}}}{{{{{total_latex}}}}} - [{{y}} = {unit}]"
        fields = (*((f"z{each}", name) for each, name in enumerate(sums)), ("y", "y"))
        return Factor(LOSS, sums[unit], *self._averaged(code, latex), fields)

    def of_activation(self, layer: int, unit: int) -> Factor:
        """dŷ/dz, or dh/dz of a hidden unit."""
        entry = ACTIVATIONS[self.network.layers[layer].activation]
        a, z = self.names.a(layer, unit), self.names.z(layer, unit)
        used = tuple((name, text) for name, text in (("a", a), ("z", z)) if f"{{{name}}}" in entry.derivative)
        return Factor(a, z, entry.derivative, entry.latex, used)

    def of_sum(self, layer: int, unit: int, place: int) -> Factor:
        """dz/dh: the weight on the way to the unit before."""
        weight = self.names.w(layer, unit, place)
        below = self.names.given(layer, place)
        return Factor(self.names.z(layer, unit), below, "{w}", "{w}", (("w", weight),))

    def of_leaf(self, leaf: Leaf) -> Factor:
        """dz/dw, which is the input, and dz/db, which is 1."""
        z = self.names.z(leaf.layer, leaf.unit)
        if leaf.place is None:
            return Factor(z, leaf.name, "1", "1", ())
        return Factor(z, leaf.name, "{x}", "{x}", (("x", self.names.given(leaf.layer, leaf.place)),))

    # Chains of them

    def path_count(self, leaf: Leaf) -> int:
        count = 1
        for layer in self.network.layers[leaf.layer + 1 :]:
            count *= layer.units
        return count

    def paths(self, leaf: Leaf, most: int) -> tuple[Path, ...]:
        """The first ways from the loss to the leaf, each with its factors in the order of the backward pass."""
        later = [range(layer.units) for layer in self.network.layers[leaf.layer + 1 :]]
        return tuple(Path(tuple(self._along(leaf, units))) for units in islice(product(*later), most))

    def _along(self, leaf: Leaf, later: tuple[int, ...]) -> Iterator[Factor]:
        units = (leaf.unit, *later)
        yield self.of_loss(units[-1])
        for layer in range(self.last, leaf.layer - 1, -1):
            unit = units[layer - leaf.layer]
            if layer < self.last or not self.logits:
                yield self.of_activation(layer, unit)
            if layer > leaf.layer:
                yield self.of_sum(layer, unit, units[layer - leaf.layer - 1])
        yield self.of_leaf(leaf)

    def behind(self, leaf: Leaf) -> tuple[Factor, ...]:
        """Every factor on any path to the leaf, each once, from the loss back."""
        found: dict[str, Factor] = {}
        for factor in self._all(leaf):
            found.setdefault(factor.key, factor)
        return tuple(found.values())

    def _all(self, leaf: Leaf) -> Iterator[Factor]:
        layers = self.network.layers
        single = leaf.layer == self.last
        for unit in [leaf.unit] if single else range(self.network.outputs):
            yield self.of_loss(unit)
        for layer in range(self.last, leaf.layer - 1, -1):
            units = [leaf.unit] if layer == leaf.layer else list(range(layers[layer].units))
            if layer < self.last or not self.logits:
                yield from (self.of_activation(layer, unit) for unit in units)
            if layer > leaf.layer:
                before = [leaf.unit] if layer - 1 == leaf.layer else list(range(layers[layer - 1].units))
                yield from (self.of_sum(layer, unit, place) for place in before for unit in units)
        yield self.of_leaf(leaf)


def latex_fields(factor: Factor, latex: Mapping[str, str]) -> str:
    """The factor's right side in LaTeX, with ``latex`` for each of the program's names: a symbol or a number."""
    return factor.latex_form.format(**{field: latex[name] for field, name in factor.fields})
