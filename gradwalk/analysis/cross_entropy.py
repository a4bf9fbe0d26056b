"""A binary cross entropy that a program writes by hand, known by what its operations compute and not by its text.

What leads from a probability and a target to the root is computed again, in plain Python and with other numbers, so
that no number on the page changes the picture. Where it is −(y·log p + (1 − y)·log(1 − p)) each time, but for an ε, or
the mean or the sum of that, it is called so.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from gradwalk.analysis.index import Index
from gradwalk.recording import Operation

Numbers = list[float]

MOST = 24
"""Operations of one."""
MOST_ELEMENTS = 64
_POINTS = ((0.3, 1.0), (0.8, 0.0), (0.6, 0.25), (0.15, 0.7), (0.9, 1.0))
"""Probabilities and targets that are tried besides."""
_CLOSE = 1e-5
"""An ε in a logarithm is no more."""


class CrossEntropy(NamedTuple):
    begin: int
    """The place of its first operation; it goes on to the last one."""
    probability: int
    target: int
    """The values that it is of."""


def cross_entropy(index: Index, operations: Sequence[int]) -> CrossEntropy | None:
    """The binary cross entropy that the last ``operations`` are, by their numbers; None where they are none."""
    found = index.recording.operations
    logs = [number for number in operations[-MOST:] if _name(found[number]) == "log"]
    if len(logs) != 2 or not found[operations[-1]].results:
        return None
    ways = (_way(index, operations, probability) for probability in _candidates(index, logs))
    return min(
        (way for way in ways if way is not None),
        key=lambda way: (not index.values[way.probability].names, way.begin),
        default=None,
    )


def _way(index: Index, operations: Sequence[int], probability: int) -> CrossEntropy | None:
    """The one that begins behind this probability."""
    inside = _from(index, operations[-1], probability)
    begin = len(operations) - len(inside)
    if len(inside) > MOST or set(operations[begin:]) != inside:
        return None
    others = _inputs(index, operations[begin:]) - {probability}
    if len(others) != 1 or not _is_one(index, operations[begin:], probability, *others):
        return None
    return CrossEntropy(begin, probability, *others)


def _candidates(index: Index, logs: Sequence[int]) -> list[int]:
    """What the logarithms are of, and what that was computed from: an ε may be added, or a clamp stand between."""
    found = [edge.value for number in logs for edge in index.operations[number].edges]
    for value in found[:12]:
        made = index.values[value].operation
        if made is not None and _name(index.operations[made]) in ("add", "clamp", "rsub", "sub"):
            found += [edge.value for edge in index.operations[made].edges]
    return list(dict.fromkeys(found))


def _name(operation: Operation) -> str:
    return operation.kernel.partition(".")[0]


def _from(index: Index, last: int, stop: int) -> set[int]:
    """The operations that lead to the last one, without those that lead to a value."""
    inside, waiting = set[int](), [last]
    while waiting and len(inside) <= MOST:
        number = waiting.pop()
        if number in inside:
            continue
        inside.add(number)
        for edge in index.operations[number].edges:
            made = index.values[edge.value].operation
            if edge.value != stop and made is not None:
                waiting.append(made)
    return inside


def _inputs(index: Index, operations: Sequence[int]) -> set[int]:
    inside = {result for number in operations for result in index.operations[number].results}
    return {edge.value for number in operations for edge in index.operations[number].edges} - inside


def _is_one(index: Index, operations: Sequence[int], probability: int, target: int) -> bool:
    of = index.values[probability], index.values[target]
    count = math.prod(of[0].shape)
    if of[0].shape != of[1].shape or not 0 < count <= MOST_ELEMENTS:
        return False
    turned = [[_POINTS[(place + by) % len(_POINTS)] for place in range(count)] for by in range(len(_POINTS))]
    tries = [([one for one, _ in points], [other for _, other in points]) for points in turned]
    computed = [(_computed(index, operations, {probability: p, target: y}), p, y) for p, y in tries]
    return any(
        all(found is not None and _alike(found, _expected(p, y, how)) for found, p, y in computed) for how in _HOW
    )


_HOW = ("each", "mean", "sum")


def _alike(found: Numbers, expected: Numbers) -> bool:
    pairs = zip(found, expected, strict=False)
    return len(found) == len(expected) and all(math.isclose(a, b, rel_tol=_CLOSE) for a, b in pairs)


def _expected(p: Numbers, y: Numbers, how: str) -> Numbers:
    """The formula itself."""
    each = [-(b * math.log(a) + (1 - b) * math.log(1 - a)) for a, b in zip(p, y, strict=True)]
    return each if how == "each" else [sum(each) / (len(each) if how == "mean" else 1)]


def _computed(index: Index, operations: Sequence[int], given: Mapping[int, Numbers]) -> Numbers | None:
    """What the operations give of other numbers; None for an operation that is not known here."""
    known = dict(given)
    for number in operations:
        operation = index.operations[number]
        try:
            result = _run(operation, [known[edge.value] for edge in operation.edges])
        except (ArithmeticError, KeyError, ValueError):
            return None
        if result is None or len(operation.results) != 1 or operation.in_place:
            return None
        known[operation.results[0]] = result
    return known[index.operations[operations[-1]].results[0]]


def _run(operation: Operation, operands: Sequence[Numbers]) -> Numbers | None:
    constants = {constant.name: constant.text for constant in operation.constants}
    name = _name(operation)
    if name in ("mean", "sum") and not constants:
        (only,) = operands
        return [sum(only) / (len(only) if name == "mean" else 1)]
    if name in ("log", "neg"):
        return [math.log(one) if name == "log" else -one for one in operands[0]]
    if name == "clamp" and constants.keys() <= {"min", "max"}:
        least, most = (float(constants.get(side, otherwise)) for side, otherwise in (("min", "-inf"), ("max", "inf")))
        return [min(max(one, least), most) for one in operands[0]]
    if name not in _BINARY or constants.keys() - {"other"}:
        return None
    one, other = operands[0], operands[1] if len(operands) > 1 else [float(constants["other"])]
    if len(one) != len(other) and 1 not in (len(one), len(other)):
        return None
    length = max(len(one), len(other))
    pairs = zip(one * (length // len(one)), other * (length // len(other)), strict=True)
    return [_BINARY[name](a, b) for a, b in pairs]


_BINARY: Mapping[str, Callable[[float, float], float]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "rsub": lambda a, b: b - a,
    "mul": lambda a, b: a * b,
}
