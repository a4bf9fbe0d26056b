"""Why a scalar's local gradient is what it is: the sentence that fits the operation and its numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from gradwalk.analysis.index import Index
from gradwalk.explain.pieces import NEARLY_FLAT, jumps
from gradwalk.explain.wording import SLOPES
from gradwalk.notation import Kernel, kernel_of
from gradwalk.recording import LocalGradient, Operation, Value


class Slope(NamedTuple):
    """The local gradient of a scalar operation, and what it is taken of."""

    operation: Operation
    edge: int
    number: float
    operands: Sequence[Value]
    result: str
    operand: str

    def at(self) -> float:
        numbers = self.operands[self.edge].numbers
        return float(numbers[0]) if numbers else math.nan

    def constant(self, name: str) -> bool:
        return any(constant.name == name for constant in self.operation.constants)


_CORNERS = ("relu corner", "abs corner", "clamp corner", "tie")
"""Where the two sides have different slopes, so that PyTorch's number says of neither how much the result changes."""


def slope(index: Index, operation: Operation, event: LocalGradient) -> str:
    """One sentence on why a scalar's local gradient is what it is; an empty text where there is nothing to add."""
    key, pieces = _seen(index, operation, event)
    return SLOPES[key].format(**pieces) if key in SLOPES else ""


def corner(index: Index, operation: Operation, event: LocalGradient) -> bool:
    """Whether a scalar operation has a corner at this number."""
    return _seen(index, operation, event)[0] in _CORNERS


def _seen(index: Index, operation: Operation, event: LocalGradient) -> tuple[str, dict[str, str]]:
    """Which sentence there is, if any, and its pieces."""
    if event.rows * event.columns != 1 or event.numbers is None:
        return "", {}
    edge = operation.edges[event.edge]
    seen = Slope(
        operation,
        event.edge,
        float(event.numbers[0]),
        [index.values[other.value] for other in operation.edges],
        index.shown[operation.results[event.result]],
        index.shown[edge.value],
    )
    return _slope_key(kernel_of(operation), edge.name, seen), {"result": seen.result, "operand": seen.operand}


_TRUTH = {"True": "1", "False": "0"}
"""Python's bool is a number."""


def _at_a_bound(operation: Operation, at: float) -> bool:
    """Whether clamp was given a bound that is just this number, and lets some others through."""
    bounds = {one.name: _TRUTH.get(one.text, one.text) for one in operation.constants if one.text != "None"}
    low, high = (float(bounds.get(name, none)) for name, none in (("min", -math.inf), ("max", math.inf)))
    return low < high and at in (low, high) and math.isfinite(at)


def _slope_key(known: Kernel, argument: str, seen: Slope) -> str:
    at = seen.at()
    kernel = known.told
    if kernel == "mul":
        return "mul constant" if seen.constant("other") else "mul"
    if kernel == "div":
        return "div numerator" if argument == "self" else "div denominator"
    if kernel == "pow":
        return "pow" if argument == "self" and seen.constant("exponent") else ""
    if kernel == "relu":
        return "relu corner" if at == 0 else "relu open" if at > 0 else "relu closed"
    if kernel == "clamp":
        return "clamp corner" if _at_a_bound(seen.operation, at) else ""
    if kernel == "abs":
        return "abs corner" if at == 0 else ""
    if kernel in ("sigmoid", "tanh"):
        return f"{kernel} flat" if abs(seen.number) < NEARLY_FLAT else kernel
    if known.name in ("maximum", "minimum"):
        return {1.0: "winner", 0.0: "loser", 0.5: "tie"}.get(seen.number, "")
    if known.stairs:
        return "jump" if jumps(known, seen.operands[seen.edge].numbers) else "step"
    return kernel
