"""The total derivative of a scalar result with respect to a leaf, in symbols: the whole chain rule at once."""

from __future__ import annotations

from functools import lru_cache
from threading import Lock
from typing import NamedTuple

import sympy
from sympy import Expr, Symbol

from gradwalk.recording import Recording, Value
from gradwalk.symbolic.arguments import InexpressibleError
from gradwalk.symbolic.budget import ExhaustedError, within
from gradwalk.symbolic.chain import Chain, Found, find
from gradwalk.symbolic.compose import Branches, composed, holding
from gradwalk.symbolic.evaluate import evaluate
from gradwalk.symbolic.latex import latex_element, latex_name
from gradwalk.symbolic.shortest import is_larger, shortest
from gradwalk.symbolic.summation import SUM_INDEX, Summation
from gradwalk.symbolic.symbols import element, scalar, summed

MAX_DERIVATIVE_NODES = 400
MAX_LATEX = 300
"""A longer formula would not be read."""
MAX_CALLS = 200_000
"""Function calls inside SymPy, for the derivative and all its forms."""
MAX_SUMMED = 64
"""A formula that sums over more elements is not evaluated."""

_STUMBLES = (ArithmeticError, ValueError, TypeError, NotImplementedError, RecursionError)
"""What SymPy raises where it has no answer. A formula is an extra: the page goes on without it."""

_LOCK = Lock()


class Derivative(NamedTuple):
    latex: str
    """In the reader's names; an element of a vector is ``x_i``."""
    number: float
    """Its value in double precision at the recorded values of the leaves."""
    here: bool
    """Whether comparisons (of a relu, a clamp, a max) were decided as they are at the recorded values."""


def derivative(recording: Recording, root: int, leaf: int, position: int = 0) -> Derivative | None:
    """The derivative of value ``root``, of one element, by element ``position`` (row-major) of the leaf ``leaf``.

    Both are ids of values. It is the derivative of the function that was computed, also along paths that detach() or
    no_grad() hid from autograd. Vectors are followed where their elements do not mix before a sum or a mean. A
    comparison keeps its branches while the formula stays short; else the branch that holds is taken. None where an
    operation has no rule, or where the formula grows beyond what a person reads.
    """
    try:
        found = find(recording, root)
    except InexpressibleError:
        return None
    tensor = recording.values[leaf].tensor
    wanted = next((place for place, value in enumerate(found.inputs) if value.tensor == tensor), None)
    if wanted is None:
        return None
    with _LOCK:  # a formula is worked out once, also when two people ask at the same moment
        formula, here = _differentiated(found.chain, wanted), False
        if formula is None and (branches := _branches(recording, found)) and any(branches):
            formula, here = _differentiated(found.chain, wanted, branches), True
    number = None if formula is None else _number(formula[0], found.inputs, position)
    return None if formula is None or number is None else Derivative(formula[1], number, here)


def _branches(recording: Recording, found: Found) -> Branches | None:
    used = {edge.value for operation in found.operations for edge in operation.edges}
    values = [recording.values[identity] for identity in used]
    if any(not value.numbers or len(value.numbers) != 1 for value in values):
        return None
    try:
        return holding(found, {value.id: float(value.numbers[0]) for value in values if value.numbers})
    except InexpressibleError:
        return None


@lru_cache(maxsize=1024)
def _differentiated(chain: Chain, wanted: int, branches: Branches | None = None) -> tuple[Expr, str] | None:
    symbol = (scalar if chain.sources[wanted].size == 1 else element)(wanted)
    if not chain.sources[wanted].is_name:
        return None

    def work() -> tuple[Expr, str] | None:
        derivative = sympy.diff(composed(chain, branches), symbol)
        return None if is_larger(derivative, MAX_DERIVATIVE_NODES) else shortest(derivative, _names(chain, wanted))

    try:
        found = within(MAX_CALLS, work)
    except (InexpressibleError, ExhaustedError, *_STUMBLES):
        return None
    return found if found is not None and len(found[1]) <= MAX_LATEX else None


def _names(chain: Chain, wanted: int) -> dict[Symbol, str]:
    """Each symbol's LaTeX. Under a sum the index is i, or j where i is the element differentiated by."""
    index = "i" if chain.sources[wanted].size == 1 else "j"
    names = {SUM_INDEX: index}
    for position, source in enumerate(chain.sources):
        if source.is_name:
            names[scalar(position)] = latex_name(source.text)
            names[element(position)] = latex_element(source.text, "i")
            names[summed(element(position))] = latex_element(source.text, index)
    return names


def _number(formula: Expr, inputs: tuple[Value, ...], position: int) -> float | None:
    """The formula's value at one element; None where a sum would take too long."""
    count = max((len(value.numbers or ()) for value in inputs), default=1) if formula.has(Summation) else 0
    if count > MAX_SUMMED:
        return None
    try:
        return evaluate(formula, _row(inputs, position), [_row(inputs, each) for each in range(count)])
    except (KeyError, OverflowError):
        return None  # a function or a number that floating point does not have


def _row(inputs: tuple[Value, ...], position: int) -> dict[Symbol, float]:
    """The value of each source, of vectors that of one element."""
    row: dict[Symbol, float] = {}
    for place, value in enumerate(inputs):
        numbers = value.numbers or ()
        if len(numbers) == 1:
            row[scalar(place)] = float(numbers[0])
        elif position < len(numbers):
            row[element(place)] = float(numbers[position])
    return row
