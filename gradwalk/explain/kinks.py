"""How far a program's numbers are from the corners of its operations: beyond one, a slope says nothing any more."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from gradwalk.analysis.index import Index
from gradwalk.notation import base_name
from gradwalk.recording import LocalGradient, Number, Operation

KINKED = frozenset(("relu", "abs", "clamp", "maximum", "minimum"))
"""Operations that have a corner, and are smooth on both sides of it."""
_SPARE = 2.0
"""A corner is surely not met when it is so many times as far away as the slopes say that a number moves."""
_TRUTH = {"True": "1", "False": "0"}
"""Python's bool is a number."""


def off_corner(index: Index, operation: Operation) -> bool:
    """Whether none of the operation's elements is at a corner."""
    found = _distances(index, operation)
    return found is not None and all(distance > 0 for distance in found)


def clear(index: Index, leaf: int, nudge: float) -> bool:
    """Whether a scalar leaf can move by ``nudge`` without that any operation comes near to a corner.

    How far each operand moves is what the local gradients say, multiplied along the ways and added.
    """
    local = {
        (event.operation, event.edge): float(event.numbers[0])
        for event in index.recording.events
        if isinstance(event, LocalGradient) and event.rows * event.columns == 1 and event.numbers
    }
    moves = {leaf: nudge}
    for operation in index.recording.operations:
        steps = [abs(moves.get(edge.value, 0.0)) for edge in operation.edges]
        if not any(steps):
            continue
        if any(index.values[edge.value].shape for edge in operation.edges) or len(operation.results) != 1:
            return False  # of several numbers each moves by its own
        if base_name(operation.kernel) in KINKED:
            found = _distances(index, operation)
            if found is None or min(found) < _SPARE * sum(steps):
                return False
        moves[operation.results[0]] = sum(
            step * abs(local.get((operation.id, number), math.inf if _follows(index, operation) else 0.0))
            for number, step in enumerate(steps)
            if step
        )
    return True


def _follows(index: Index, operation: Operation) -> bool:
    """Whether autograd watches the operation, so that its local gradients are known."""
    return any(index.values[result].requires_grad for result in operation.results)


def _distances(index: Index, operation: Operation) -> list[float] | None:
    """How far each element is from the nearest corner; None where the recording does not have the numbers."""
    kernel = base_name(operation.kernel)
    operands = [index.values[edge.value] for edge in operation.edges]
    numbers = [operand.numbers for operand in operands]
    if any(each is None for each in numbers):
        return None
    known = [each for each in numbers if each is not None]
    if kernel in ("relu", "abs") and len(known) == 1:
        return _from(known[0], (0.0,))
    if kernel == "clamp" and len(known) == 1:
        given = (_TRUTH.get(one.text, one.text) for one in operation.constants if one.text != "None")
        return _from(known[0], tuple(map(float, given)))
    if kernel in ("maximum", "minimum") and len(known) == 2 and len(known[0]) == len(known[1]):
        return [abs(float(one) - float(other)) for one, other in zip(*known, strict=True)]
    return None


def _from(numbers: Sequence[Number], corners: Iterable[float]) -> list[float]:
    places = tuple(corners)
    return [min((abs(float(number) - corner) for corner in places), default=math.inf) for number in numbers]
