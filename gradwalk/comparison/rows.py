"""The table beside the player: each leaf's gradient by autograd, in symbols, and by a central difference."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from gradwalk.comparison import remarks
from gradwalk.comparison.differences import slopes, step
from gradwalk.comparison.experiment import Experiment, Leaf
from gradwalk.comparison.verdict import Measured, verdict
from gradwalk.expression.expression import Expression
from gradwalk.notation import in_latex, short
from gradwalk.recording import BackwardCall, Recording
from gradwalk.symbolic import Derivative, derivative

MAX_ELEMENTS = 16


class Row(NamedTuple):
    """One element of one leaf."""

    leaf: str
    element: tuple[int, ...]
    """Its index; empty for a scalar."""
    autograd: float | None
    """None where the leaf's ``.grad`` is None."""
    symbol_latex: str | None
    """The derivative in symbols (LaTeX), of the function that was computed; None where there is no short formula."""
    symbol: float | None
    """The same with the numbers put in, in double precision."""
    difference: float | None
    """(f(x+h) − f(x−h)) / 2h in float64, through PyTorch's own forward pass."""
    remark: str | None
    """Why they disagree, where they do, and what the row does not show."""


def answer(recording: Recording, expression: Expression) -> tuple[Row, ...]:
    """The rows for all leaves that require a gradient, in the order of their names' appearance.

    ``recording`` is that of ``program(expression)``; without a backward call in it there are no rows. At most
    ``MAX_ELEMENTS`` elements are shown, of each leaf at least one; the last row of a leaf says how many more it has.
    """
    backward = next((event for event in reversed(recording.events) if isinstance(event, BackwardCall)), None)
    if backward is None:
        return ()
    experiment = Experiment(recording, expression, backward)
    leaves = experiment.leaves[:MAX_ELEMENTS]
    return tuple(
        row
        for leaf, count in zip(leaves, _shares([math.prod(leaf.value.shape) for leaf in leaves]), strict=True)
        for row in _rows(experiment, leaf, count)
    )


def _shares(sizes: Sequence[int]) -> list[int]:
    """How many elements of each leaf are shown: an equal share first, then what is left from the first leaf on."""
    shares = [min(size, MAX_ELEMENTS // len(sizes)) for size in sizes]
    for position, size in enumerate(sizes):
        shares[position] += min(size - shares[position], MAX_ELEMENTS - sum(shares))
    return shares


def _rows(experiment: Experiment, leaf: Leaf, count: int) -> Iterator[Row]:
    size = math.prod(leaf.value.shape)
    for position in range(count):
        row = _row(experiment, leaf, position)
        if position == count - 1 and size > count:
            rest = remarks.more(row.leaf, size - count)
            row = row._replace(remark=f"{row.remark} {rest}" if row.remark else rest)
        yield row


def _row(experiment: Experiment, leaf: Leaf, position: int) -> Row:
    name, gradient = leaf.variable.name, leaf.gradient
    autograd = float(gradient.numbers[position]) if gradient is not None and gradient.numbers else None
    symbols = _symbols(experiment, leaf, position)
    function, x = experiment.along(name, position)
    found = slopes(function, x, experiment.middle, step(x))
    measured = Measured(name, position, autograd, symbols.number if symbols else None, found, function, x)
    judged = verdict(experiment, measured)
    why = judged.remark or (remarks.piece() if symbols and symbols.here else None)
    latex, symbol = (symbols.latex, symbols.number) if symbols and judged.has_slope else (None, None)
    difference = _finite(found.central) if judged.resolved else None
    return Row(name, _index(position, leaf.value.shape), autograd, latex, symbol, difference, why)


def _index(position: int, shape: Sequence[int]) -> tuple[int, ...]:
    index: list[int] = []
    for size in reversed(shape):
        position, place = divmod(position, size)
        index.insert(0, place)
    return tuple(index)


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) else None


def _symbols(experiment: Experiment, leaf: Leaf, position: int) -> Derivative | None:
    """The derivative in symbols, times the seed where that is not 1."""
    found = derivative(experiment.recording, experiment.root.id, leaf.value.id, position)
    if found is None or experiment.seed is None or len(experiment.seed) != 1:
        return None
    seed = float(experiment.seed[0])
    if seed == 1:
        return found
    latex = rf"{in_latex(short(seed))} \cdot \left({found.latex}\right)"
    return found._replace(latex=latex, number=seed * found.number)
