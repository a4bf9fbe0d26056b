"""How far a program's numbers are from the corners of its operations: beyond one, a slope says nothing any more."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from gradwalk.analysis.index import Index
from gradwalk.notation import base_name
from gradwalk.recording import LocalGradient, Number, Operation

KINKED = frozenset("relu abs clamp maximum minimum leaky_relu sign amax amin max min".split())
"""Operations that have a corner or a jump, and are smooth on both sides of it."""
_SPARE = 2.0
"""A corner is surely not met when it is so many times as far away as the slopes say that a number moves."""
_TRUTH = {"True": "1", "False": "0"}
"""Python's bool is a number."""


def off_corner(index: Index, operation: Operation) -> bool:
    """Whether none of the operation's elements is at a corner."""
    found = _distances(index, operation)
    return found is not None and all(distance > 0 for distance in found)


def at_corner(index: Index) -> Operation | None:
    """The first watched operation that has an element exactly at its corner."""
    for operation in index.recording.operations:
        if base_name(operation.kernel) in KINKED and _follows(index, operation):
            found = _distances(index, operation)
            if found is not None and not all(found):
                return operation
    return None


def clear(index: Index, leaf: int, nudge: float, element: int | None) -> bool:
    """Whether an element of a leaf, or all of them, can move by ``nudge`` and no operation comes near to a corner.

    How far each element moves at most is what the local gradients say, multiplied along the ways and added.
    """
    local = index.once("local gradients", lambda: _local_gradients(index))
    count = len(index.values[leaf].numbers or (0.0,))
    moves = {leaf: [nudge if element in (None, place) else 0.0 for place in range(count)]}
    for operation in index.recording.operations:
        if not any(any(moves.get(edge.value, ())) for edge in operation.edges):
            continue
        if len(operation.results) != 1 and base_name(operation.kernel) not in _ONE_COUNTS:
            return False
        if base_name(operation.kernel) in KINKED and not _stays_off(index, operation, moves):
            return False
        moved = _moved(index, operation, moves, local)
        if moved is None:
            return False
        moves[operation.results[0]] = moved
    return True


_ONE_COUNTS = frozenset(("nll_loss_forward",))
"""Of several results only the first one hangs on what moves."""
_Local = dict[tuple[int, int], LocalGradient]
_Moves = dict[int, list[float]]


def _local_gradients(index: Index) -> _Local:
    found = (event for event in index.recording.events if isinstance(event, LocalGradient) and event.result == 0)
    return {(event.operation, event.edge): event for event in found}


def _stays_off(index: Index, operation: Operation, moves: _Moves) -> bool:
    """Whether each element is further from its corner than it, and what it is compared with, can move."""
    found = _distances(index, operation)
    most = sum(max(moves.get(edge.value, (0.0,))) for edge in operation.edges)
    return found is not None and min(found, default=math.inf) >= _SPARE * most


def _moved(index: Index, operation: Operation, moves: _Moves, local: _Local) -> list[float] | None:
    """How far each element of the result moves at most; None where that is not known."""
    total: list[float] = []
    for number, edge in enumerate(operation.edges):
        steps = moves.get(edge.value, [])
        if not any(steps):
            continue
        event = local.get((operation.id, number))
        if event is None:
            if _follows(index, operation):
                return None
            continue
        if event.numbers is None:
            return None
        slopes = [abs(float(each)) for each in event.numbers]
        part = _times(event, slopes, steps)
        total = [one + other for one, other in zip(total or [0.0] * len(part), part, strict=True)]
    return total


def _times(event: LocalGradient, slopes: list[float], steps: list[float]) -> list[float]:
    """Local gradients times how far an operand's elements move; of one that is broadcast the largest counts."""
    if event.form == "diagonal":
        each = steps if len(steps) == len(slopes) else [max(steps)] * len(slopes)
        return [slope * step for slope, step in zip(slopes, each, strict=True)]
    rows = [slopes[start : start + event.columns] for start in range(0, len(slopes), event.columns)]
    return [sum(slope * step for slope, step in zip(row, steps, strict=True)) for row in rows]


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
    if kernel in ("relu", "abs", "leaky_relu", "sign") and len(known) == 1:
        return _from(known[0], (0.0,))
    if kernel in ("amax", "amin", "max", "min") and len(known) == 1:
        return _between(known[0], kernel.endswith("max")) if not index.values[operation.results[0]].shape else None
    if kernel == "clamp" and len(known) == 1:
        given = (_TRUTH.get(one.text, one.text) for one in operation.constants if one.text != "None")
        return _from(known[0], tuple(map(float, given)))
    if kernel in ("maximum", "minimum") and len(known) == 2 and len(known[0]) == len(known[1]):
        return [abs(float(one) - float(other)) for one, other in zip(*known, strict=True)]
    return None


def _between(numbers: Sequence[Number], greatest: bool) -> list[float]:
    """How far the greatest (or the least) of all is from the next one."""
    ordered = sorted((float(number) for number in numbers), reverse=greatest)
    return [abs(ordered[0] - ordered[1])] if len(ordered) > 1 else [math.inf]


def _from(numbers: Sequence[Number], corners: Iterable[float]) -> list[float]:
    places = tuple(corners)
    return [min((abs(float(number) - corner) for corner in places), default=math.inf) for number in numbers]
