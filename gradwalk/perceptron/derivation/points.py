"""Places at which a learner's derivation is compared with autograd: the present one, and random others."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from gradwalk.perceptron.chain.evaluation import columns, evaluated, in_float64
from gradwalk.perceptron.chain.factors import LOSS, Factor, Factors, Leaf
from gradwalk.perceptron.chain.measured import base_name, local_code
from gradwalk.perceptron.programs import program as programs
from gradwalk.perceptron.programs.activations import ACTIVATIONS
from gradwalk.perceptron.programs.scalar import parameters, styled
from gradwalk.perceptron.settings.reading import Matrix, Network, Row

SAME_TARGET = 2
OTHER_TARGET = 3
TRIES = 16
FEW_TRIES = 4
"""For a network with more factors than are asked for, whose program is long."""
MAX_FACTORS = 12
MARGIN = 1e-3
"""How far a point stays from a kink, in z."""


class Point(NamedTuple):
    """One place. All numbers are PyTorch's, in float64, one a row of the batch."""

    kind: str
    """``here``, ``same target`` or ``other target``."""
    values: Mapping[str, Row]
    """The names that a formula may use."""
    right: Mapping[str, Row]
    """Each derivative by autograd, by its key."""


def asked(network: Network, leaf: str) -> tuple[tuple[Factor, ...], tuple[Leaf, ...]]:
    """The factors and the gradients that a derivation consists of: of a weight, and of the bias beside it.

    Of a network with more factors than ``MAX_FACTORS`` only the gradients.
    """
    factors = Factors(network)
    target = factors.leaf(leaf)
    bias = next(each for each in factors.leaves if each[1:3] == target[1:3] and each.place is None)
    leaves = (target,) if target == bias else (target, bias)
    found = {factor.key: factor for each in leaves for factor in factors.behind(each)}
    return tuple(found.values()) if len(found) <= MAX_FACTORS else (), leaves


@lru_cache(maxsize=128)
def points(network: Network, leaf: str, seed: int = 0) -> tuple[Point, ...]:
    """The present point first, then random ones, away from kinks and on both sides of them.

    Points that PyTorch refuses, and random ones that lie badly in every try, are left out.
    """
    double = in_float64(styled(network))
    chance = random.Random(f"{seed} {leaf}")  # noqa: S311 - no secret, and the same for every visitor
    found = [_point(double, leaf, "here")]
    same = SAME_TARGET + (OTHER_TARGET if network.loss == "cross_entropy" else 0)  # a formula may be for one class
    for number in range(SAME_TARGET + OTHER_TARGET):
        kind = "same target" if number < same else "other target"
        found.append(_drawn(double, leaf, kind, chance, number))
    return tuple(point for point in found if point.values)


def _drawn(network: Network, leaf: str, kind: str, chance: random.Random, number: int) -> Point:
    """The first of some tries that lies well; without values where none does."""
    for _ in range(TRIES if asked(network, leaf)[0] else FEW_TRIES):
        drawn = _random(network, chance, kind == "other target")
        point = _point(drawn, leaf, kind)
        if point.values and _lies_well(drawn, leaf, point, number):
            return point
    return Point(kind, {}, {})


def _random(network: Network, chance: random.Random, new_target: bool) -> Network:
    def some(count: int, least: float, most: float) -> Row:
        return tuple(round(chance.choice((-1, 1)) * chance.uniform(least, most), 3) for _ in range(count))

    def weights(inputs: int) -> Row:
        """Smaller ones for more inputs, so that a sum of many saturates nothing."""
        return some(inputs, 0.3 / math.sqrt(inputs), 1.5 / math.sqrt(inputs))

    layers = tuple(
        replace(
            layer,
            weights=tuple(weights(layer.inputs) for _ in layer.weights),
            bias=some(layer.units, 0.1, 1.0),
        )
        for layer in network.layers
    )
    x = tuple(some(network.inputs, 0.3, 2.0) for _ in network.x)
    targets = _targets(network, chance) if new_target else network.targets
    return replace(network, x=x, layers=layers, targets=targets)


def _targets(network: Network, chance: random.Random) -> Matrix:
    def one(old: float) -> float:
        if network.loss == "hinge":
            return -old
        if network.loss in ("squared_error", "mse"):
            return round(chance.uniform(-2, 2), 3)
        return round(chance.uniform(0.1, 0.9), 3)

    return tuple(tuple(one(old) for old in row) for row in network.targets)


def _lies_well(network: Network, leaf: str, point: Point, number: int) -> bool:
    """Away from kinks, clamps and saturation; in turn on one side and on the other of those on the way to the leaf."""
    factors = Factors(network)
    target = factors.leaf(leaf)
    for place, layer in enumerate(network.layers):
        if not ACTIVATIONS[layer.activation].kink:
            continue
        for unit in range(layer.units):
            sums = point.values[factors.names.z(place, unit)]
            if any(abs(z) < MARGIN for z in sums):
                return False
            own = place == target.layer and unit == target.unit
            if own and (sums[0] > 0) != (number % 3 != 2):
                return False
    predicted = [point.values[factors.names.predicted(unit)] for unit in range(network.outputs)]
    if network.loss in ("bce", "binary_cross_entropy"):
        return all(0.05 < p < 0.95 for row in predicted for p in row)
    if network.loss == "hinge":
        margins = [
            1 - y[unit] * predicted[unit][row] for row, y in enumerate(network.targets) for unit in range(len(y))
        ]
        return min(map(abs, margins)) > MARGIN and (margins[0] > 0) == (number % 2 == 0)
    return all(math.isfinite(p) for row in predicted for p in row)


def _point(network: Network, leaf: str, kind: str) -> Point:
    """Values, factors and gradients in one run; without values where PyTorch refuses."""
    factors, leaves = asked(network, leaf)
    names = names_of(network)
    base = base_name(network)
    lines = [programs.forward_program(network), *_extra(network), "found = []"]
    lines += [f"found.append({_code(name)} + torch.zeros_like({base}))" for name in names]
    lines += [f"found.append({local_code(factor, network.rows)} + torch.zeros_like({base}))" for factor in factors]
    lines += ["loss.backward()"]
    lines += [f"found.append({each.name}.grad + torch.zeros_like({base}))" for each in leaves]
    flat = evaluated("\n".join([*lines, "torch.stack([each.detach() for each in found])"]))
    if not flat:
        return Point(kind, {}, {})
    rows = columns(flat, network.rows)
    keys = [*(factor.key for factor in factors), *(f"d{LOSS}_d{each.name}" for each in leaves)]
    right = dict(zip(keys, rows[len(names) :], strict=True))
    count = Factors(network).divisor
    values = dict(zip(names, rows, strict=False)) | {"N": (float(count if count > 1 else network.rows),) * network.rows}
    return Point(kind, values, right)


def names_of(network: Network) -> tuple[str, ...]:
    """The names that a formula may use: inputs, targets, weights, biases, sums, activations, the loss."""
    names = Factors(network).names
    units = [(place, unit) for place, layer in enumerate(network.layers) for unit in range(layer.units)]
    found: Sequence[str] = [
        *(names.x(place) for place in range(network.inputs)),
        *(names.y(unit) for unit in range(len(network.targets[0]))),
        *(name for name, _ in parameters(network)),
        *(names.z(place, unit) for place, unit in units),
        *(names.a(place, unit) for place, unit in units),
        LOSS,
    ]
    return tuple(dict.fromkeys(found))


def _code(name: str) -> str:
    return "loss" if name == LOSS else name


def _extra(network: Network) -> list[str]:
    """Lines that give a name to what a formula may use and the program does not name."""
    factors = Factors(network)
    lines = []
    if len(network.targets[0]) > 1:
        lines.append(f"{', '.join(map(factors.names.y, range(network.outputs)))} = y.unbind(-1)")
    if network.loss == "cross_entropy":
        shares = ", ".join(factors.names.a(factors.last, unit) for unit in range(network.outputs))
        lines.append(f"{shares} = torch.softmax(z, -1).unbind(-1)")
    elif factors.logits:
        lines += [
            f"{factors.names.a(factors.last, unit)} = torch.sigmoid({factors.names.z(factors.last, unit)})"
            for unit in range(network.outputs)
        ]
    return lines
