"""The short cut ŷ − y: where loss and activation fit together, dL/dz needs no division."""

from __future__ import annotations

import math
from typing import NamedTuple

from gradwalk.notation import short
from gradwalk.perceptron.chain.by_hand import forward, joined, translated
from gradwalk.perceptron.chain.evaluation import evaluated, in_float64
from gradwalk.perceptron.chain.factors import Factors, latex_fields
from gradwalk.perceptron.chain.symbols import derivative, symbol
from gradwalk.perceptron.settings.reading import Network, Row

_BCE = ("bce", "binary_cross_entropy")


class ShortCut(NamedTuple):
    left: str
    """LaTeX of ∂L/∂z."""
    right: str
    code: str
    short: Row
    """ŷ − y, one number a row, in the network's dtype."""
    long: Row
    """dL/dŷ · dŷ/dz, computed as two factors in that dtype; empty where the loss takes z and has no such factors."""
    exact: Row
    """ŷ − y in float64."""
    why: str
    """Why it is numerically better."""


def short_cut(network: Network, unit: int = 0) -> ShortCut | None:
    """The short cut of one output; None where there is none."""
    factors = Factors(network)
    unit = unit if unit < network.outputs else 0
    z = symbol(factors.names.z(factors.last, unit), len(network.layers))
    left = derivative("L", z)
    if factors.logits:
        factor = factors.of_loss(unit)
        names = {name: symbol(name, len(network.layers)) for name in factor.names}
        exact = _rows(in_float64(network), factor.code)
        return ShortCut(left, latex_fields(factor, names), factor.code, _rows(network, factor.code), (), exact, _LOGITS)
    if network.loss not in _BCE or network.layers[-1].activation != "sigmoid":
        return None
    predicted, target = factors.names.predicted(unit), factors.names.y(unit)
    p, y = (symbol(name, len(network.layers)) for name in (predicted, target))
    count = factors.divisor
    code, right = f"{predicted} - {target}", f"{p} - {y}"
    if count > 1:
        code, right = f"({code}) / {count}", rf"\frac{{1}}{{{count}}} ({right})"
    long = _rows(network, f"({factors.of_loss(unit).code}) * ({factors.of_activation(factors.last, unit).code})")
    found, exact = _rows(network, code), _rows(in_float64(network), code)
    return ShortCut(left, right, code, found, long, exact, _why(found, long))


def _rows(network: Network, code: str) -> Row:
    """A formula's value, one number a row."""
    return evaluated(joined(forward(network), translated([f"answer = {code}"], network.dtype), "answer"))


_LOGITS = (
    "This loss contains its activation, so PyTorch computes the difference at once: nothing is divided by a number "
    "that may round to 0, and no log meets a 0."
)
_CANCEL = "ŷ(1 − ŷ) stands below the line in dL/dŷ and above it in dŷ/dz, and cancels."


def _why(found: Row, long: Row) -> str:
    for first, second in zip(found, long, strict=False):
        if not math.isfinite(second):
            two = f"Computed as two factors, dL/dz is {short(second)} here"
            return f"{_CANCEL} {two}; ŷ − y divides by nothing: {short(first)}."
    return f"{_CANCEL} ŷ − y divides by nothing; the two factors lose digits close to 0 and 1, and give nan at ŷ = 1."
