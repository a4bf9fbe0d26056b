"""The table of the chain: factors with formulas and numbers, their product, autograd, a central difference."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from gradwalk.comparison import remarks
from gradwalk.comparison.differences import shape, slopes, step
from gradwalk.perceptron.chain.evaluation import evaluated, in_float64
from gradwalk.perceptron.chain.factors import LOSS, Factor, Factors, Leaf, Path, latex_fields
from gradwalk.perceptron.chain.filled import filled_factor, filled_product
from gradwalk.perceptron.chain.measured import by_autograd, by_hand, loss_along, values
from gradwalk.perceptron.chain.shortcut import ShortCut, short_cut
from gradwalk.perceptron.chain.symbols import derivative, symbol
from gradwalk.perceptron.programs.losses import EPSILON
from gradwalk.perceptron.programs.program import program, write
from gradwalk.perceptron.programs.scalar import styled
from gradwalk.perceptron.settings.reading import Network, Row

MAX_PATHS = 16
"""So many paths from the loss to a weight are listed; the gradient is that of all."""


class FactorRow(NamedTuple):
    """One factor."""

    key: str
    """``dL_dy_pred``"""
    left: str
    """LaTeX of ∂L/∂ŷ."""
    right: str
    """Its formula in LaTeX."""
    filled: str | None
    """The same with the numbers put in; None for several rows, and where the formula has no name in it."""
    code: str
    """The formula in the language of expressions."""
    hand: Row
    """The formula's value, one number a row of the batch, in the network's dtype."""
    autograd: Row
    """The same from autograd; empty where PyTorch refuses."""


class PathRow(NamedTuple):
    """One way from the loss to the leaf."""

    factors: tuple[str, ...]
    """The keys of its factors, from the loss back."""
    product: float
    """Their product, summed over the rows, in double precision."""


class Gradient(NamedTuple):
    """The gradient of the loss with respect to one weight or bias, four ways."""

    leaf: str
    left: str
    """LaTeX of ∂L/∂w."""
    right: str
    """The product of the factors in LaTeX."""
    filled: str | None
    """The same with the factors' numbers; None for several rows or paths."""
    hand: float
    """The product of the factors by formula, in the network's dtype, as in the lesson."""
    exact: float
    """The same in float64."""
    autograd: float | None
    """``.grad``; None where backward() failed."""
    difference: float | None
    """(f(w+h) − f(w−h)) / 2h in float64; None where there is none."""
    remark: str | None
    """Why they disagree, where they do."""


class Chain(NamedTuple):
    leaf: str
    factors: tuple[FactorRow, ...]
    """Each factor on any path, once, from the loss back."""
    paths: tuple[PathRow, ...]
    path_count: int
    """How many there are; ``paths`` has at most ``MAX_PATHS``."""
    gradient: Gradient
    short_cut: ShortCut | None
    """ŷ − y and its like, where it exists."""


def leaves(network: Network) -> tuple[str, ...]:
    """The names of all weights and biases, in the order of the scalar program."""
    return tuple(leaf.name for leaf in Factors(network).leaves)


@lru_cache(maxsize=256)
def chain(network: Network, leaf: str = "") -> Chain:
    """The chain from the loss to one weight or bias; to the first one where the name is unknown.

    The factors' numbers are those of the network in the scalar style; autograd's gradient is that of the style that the
    network has.
    """
    factors = Factors(network)
    target = factors.leaf(leaf)
    found = factors.behind(target)
    hand, _ = by_hand(network, target.name, found)
    autograd = by_autograd(network, found)
    inputs = values(network, sorted({name for factor in found for name in factor.names}))
    rows = tuple(_row(network, factor, hand, autograd, inputs) for factor in found)
    paths = tuple(_path(path, hand) for path in factors.paths(target, MAX_PATHS))
    count = factors.path_count(target)
    cut = short_cut(network, target.unit if target.layer == factors.last else 0)
    return Chain(target.name, rows, paths, count, gradient(network, target.name), cut)


@lru_cache(maxsize=1024)
def gradient(network: Network, leaf: str) -> Gradient:
    """One weight's or bias's gradient: by hand, by autograd, by a central difference."""
    factors = Factors(network)
    target = factors.leaf(leaf)
    found = factors.behind(target)
    numbers, hand = by_hand(network, target.name, found)
    _, exact = by_hand(in_float64(network), target.name, found)
    autograd = _autograd(network, target.name)
    difference, remark = _difference(network, target, hand, autograd)
    layers = len(network.layers)
    left = derivative(LOSS, symbol(target.name, layers))
    right = _product(factors.paths(target, 1)[0], layers)
    if factors.path_count(target) > 1:
        right = rf"{right} + \dots"
    if network.rows > 1:
        right = rf"\sum_{{i=1}}^{{{network.rows}}} \left({right}\right)"
    filled = None
    if network.rows == 1 and factors.path_count(target) == 1 and all(numbers.get(each.key) for each in found):
        filled = filled_product([numbers[each.key][0] for each in found], hand)
    return Gradient(target.name, left, right, filled, hand, exact, autograd, difference, remark)


def _row(
    network: Network, factor: Factor, hand: dict[str, Row], autograd: dict[str, Row], inputs: dict[str, Row]
) -> FactorRow:
    layers = len(network.layers)
    left = derivative(symbol(factor.above, layers), symbol(factor.below, layers))
    right = latex_fields(factor, {name: symbol(name, layers) for name in factor.names})
    filled = None
    if network.rows == 1 and factor.names and all(name in inputs for name in factor.names):
        gives = hand.get(factor.key) or (math.nan,)
        filled = filled_factor(factor, [inputs[name][0] for name in factor.names], gives[0])
    return FactorRow(
        factor.key, left, right, filled, factor.code, hand.get(factor.key, ()), autograd.get(factor.key, ())
    )


def _path(path: Path, hand: dict[str, Row]) -> PathRow:
    keys = tuple(factor.key for factor in path.factors)
    rows = [hand.get(key, ()) for key in keys]
    return PathRow(keys, sum(map(math.prod, zip(*rows, strict=False))) if _finite(rows) else math.nan)


def _finite(rows: Sequence[Row]) -> bool:
    return all(row and all(map(math.isfinite, row)) for row in rows)


def _product(path: Path, layers: int) -> str:
    parts = (derivative(symbol(factor.above, layers), symbol(factor.below, layers)) for factor in path.factors)
    return r" \cdot ".join(parts)


def _autograd(network: Network, leaf: str) -> float | None:
    """The leaf's ``.grad`` in the network's own style."""
    found = evaluated(program(network) + f"\n{leaf_code(network, leaf)}.grad\n")
    return found[place_of(network, leaf)] if found else None


def leaf_code(network: Network, leaf: str) -> str:
    """The tensor that holds a leaf in the network's own program: ``w``, ``W1``, ``layer1.weight``."""
    target = Factors(network).leaf(leaf)
    if network.style == "scalar":
        return target.name
    return write(network).leaves[2 * target.layer + (target.place is None)]


def place_of(network: Network, leaf: str) -> int:
    """Where in that tensor the leaf stands, counted row by row."""
    target = Factors(network).leaf(leaf)
    if network.style == "scalar":
        return 0
    if target.place is None:
        return target.unit
    return target.unit * network.layers[target.layer].inputs + target.place


def _difference(network: Network, target: Leaf, hand: float, autograd: float | None) -> tuple[float | None, str | None]:
    """The slope of the loss by a central difference, and why it is not autograd's number, where it is not."""
    function, here = loss_along(in_float64(network), target)
    middle = function(here)
    if not math.isfinite(middle):
        return None, remarks.no_value("loss", middle)
    found = slopes(function, here, middle, step(here))
    form = shape(function, here, middle, found)
    if form == "kink":
        return found.central, remarks.kink(found, autograd)
    if form == "jump":
        return None, remarks.jump("loss")
    if form == "undefined":
        return None, remarks.edge("loss", found)
    if autograd is not None and not math.isfinite(autograd):
        finer = _autograd(styled(in_float64(network)), target.name)
        if finer is not None and math.isfinite(finer):
            return found.central, remarks.coarse(network.dtype, autograd, finer)
    if _is_clamped(network) and (autograd is None or abs(hand - autograd) > EPSILON * max(1, abs(hand))):
        return found.central, _CLAMPED
    return found.central, None


_CLAMPED = (
    "ŷ lies outside 1e-8 … 1 − 1e-8, where clamp holds it: the loss does not change with w there, and autograd "
    "gives 0. The formula by hand leaves the clamp out."
)


def _is_clamped(network: Network) -> bool:
    if network.loss != "bce":
        return False
    factors = Factors(network)
    names = [factors.names.predicted(unit) for unit in range(network.outputs)]
    found = values(in_float64(network), names)
    return any(not EPSILON <= p <= 1 - EPSILON for row in found.values() for p in row)
