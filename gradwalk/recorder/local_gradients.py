"""Local gradients, read from the grad_fn nodes themselves.

A node called on a vector v gives vᵀJ for each of its operands; on the one-hot vectors it gives the rows of the local
Jacobians one by one. For an elementwise operation one call on ones gives every slope there is. What a node gives
depends on what it saved alone, so a node of the same kind with the same saved tensors, as each turn of a loop makes
them, is not asked again. Saved tensors must still be there: all this happens just before a backward() call.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from operator import attrgetter
from typing import Any, NamedTuple

import torch

from gradwalk.notation import Form, kernel
from gradwalk.program import Span
from gradwalk.recorder.copying import flat, new
from gradwalk.recorder.nodes import LiveGraph
from gradwalk.recorder.values import LiveValues
from gradwalk.recording import MAX_NUMBERS, LocalGradient, Number, Operation

_ROWS = 64
"""A Jacobian with more rows is kept as its size: each row costs a call."""
_HIDDEN = frozenset(("CopySlices", "AsStridedBackward0"))
"""Nodes that know more than what they say they saved."""

Shape = tuple[int, ...]
Place = tuple[int, Span | None, int, int]
"""``cell``, ``span``, ``call`` and ``operation`` of a LocalGradient event."""


class Jacobian(NamedTuple):
    """``edge``, ``form``, ``rows``, ``columns``, ``numbers`` and ``result`` of a LocalGradient event."""

    edge: int
    form: str
    rows: int
    columns: int
    numbers: tuple[Number, ...] | None
    result: int


class _Question(NamedTuple):
    """What is asked of a node: the slopes of its results (numbers of outputs) by its operands (edge, route)."""

    node: Any
    elementwise: bool
    outputs: tuple[int, ...]
    results: tuple[Shape, ...]
    """The shapes of those results."""
    targets: tuple[tuple[int, int], ...]
    operands: tuple[Shape, ...]
    """The shapes of those operands."""
    dtype: torch.dtype


class LocalGradients:
    """Reads those of one recording, as long as there is ``room`` for so many numbers."""

    def __init__(self, graph: LiveGraph, values: LiveValues, room: int) -> None:
        self._graph = graph
        self._values = values
        self._room = room
        self._known: dict[tuple[Any, ...], list[Jacobian]] = {}

    def read(self, index: int, operation: Operation, place: Place) -> list[LocalGradient]:
        """The local gradient of each result of a node by each operand that a gradient can flow to.

        Raises RuntimeError when saved tensors are gone or were changed, and TypeError for a Function of the program's
        own, which cannot be asked.
        """
        node, shape = self._graph.live(index), self._values.shape
        targets = [(number, edge[0], edge[2]) for number, edge in enumerate(operation.edges) if edge[2] is not None]
        operands = [shape(value) for _, value, _ in targets]
        first = operation.results[0]
        if not shape(first) and not any(operands) and len(operation.results) == 1:
            self._room -= len(targets)
            given = node(_one(self._values.dtype(first)))
            if not isinstance(given, tuple):
                given = (given,)
            cell, span, call, number = place
            return [
                new(LocalGradient, (cell, span, call, number, edge, "matrix", 1, 1, _real(_number(given[route])), 0))
                for edge, _, route in targets
            ]
        key = self._key(index, operation, operands)
        found = self._known.get(key) if key is not None else None
        if found is not None:
            self._graph.kept.check(index)
        else:
            found = self._diagonals(node, operation, targets, operands)
            if found is None and _has_numbers(node):
                found = [*map(_of_real, _answers(self._question(node, operation, targets, operands), self._room))]
            found = found or []
            if key is not None:
                self._known[key] = found
        self._room -= sum([len(j.numbers) for j in found if j.numbers is not None])
        return [new(LocalGradient, (*place, *jacobian)) for jacobian in found]

    def _diagonals(
        self, node: Any, operation: Operation, targets: Iterable[tuple[int, int, int]], operands: Sequence[Shape]
    ) -> list[Jacobian] | None:
        """What ``_answers`` gives where each element depends on those at its own place alone, and that is all there is:
        in a quarter of the time. None where it is not so."""
        if not operands:
            return None
        shape, rows = operands[0], math.prod(operands[0])
        alone = _is_elementwise(operation.kernel) and len(operation.results) == 1 and len(node._input_metadata) == 1
        full = alone and shape == self._values.shape(operation.results[0]) and all(one == shape for one in operands)
        if not full or not 1 < rows <= min(MAX_NUMBERS, self._room) or type(node).__name__ == "CopySlices":
            return None
        given = node(_ones(shape, self._values.dtype(operation.results[0])))
        slopes = given if isinstance(given, tuple) else (given,)
        return [
            new(Jacobian, (edge, "diagonal", rows, rows, _real(_flat(slopes[route], rows)), 0))
            for edge, _, route in targets
        ]

    def _key(self, index: int, operation: Operation, operands: Sequence[Shape]) -> tuple[Any, ...] | None:
        """What decides the answers of a node; None where something else may, or where nobody asks for the same again.

        What an operation made is saved once. What the program gave can be saved in every turn of a loop.
        """
        saved, values = self._graph.kept.saved(index), self._values
        if saved is None or values.shared_outside or self._room < 4 * MAX_NUMBERS:
            return None
        for item in saved:
            if item.value is not None and values.is_made(item.value):
                return None
        kind = type(self._graph.live(index))
        if kind.__name__ in _HIDDEN:
            return None
        routes = tuple([edge[2] for edge in operation.edges])
        results = tuple([values.shape(result) for result in operation.results])
        return (kind, saved, operation.kernel, routes, results, *operands, values.dtype(operation.results[0]))

    def _question(
        self, node: Any, operation: Operation, targets: Iterable[tuple[int, int, int]], operands: Iterable[Shape]
    ) -> _Question:
        outputs = tuple(self._outputs(node, operation))
        results = tuple(self._values.shape(operation.results[output]) for output in outputs)
        asked = tuple((edge, route) for edge, _, route in targets)
        dtype = self._values.dtype(operation.results[0])
        # Through a view, elements can stand in another order than in what it is a view of.
        elementwise = _is_elementwise(operation.kernel) and type(node).__name__ != "CopySlices"
        return _Question(node, elementwise, outputs, results, asked, tuple(operands), dtype)

    def _outputs(self, node: Any, operation: Operation) -> Iterator[int]:
        """Which results the node differentiates: not the index beside a maximum."""
        for number, result in enumerate(operation.results):
            if number < len(node._input_metadata) and self._values.tracked(result):
                yield number


def _has_numbers(node: Any) -> bool:
    """Not on the meta device: asked there, some nodes give what happens to lie in memory."""
    return all(each.device.type != "meta" for each in node._input_metadata)


@cache
def _is_elementwise(name: str) -> bool:
    return kernel(name).form is Form.ELEMENTWISE


def _answers(question: _Question, room: int) -> list[Jacobian]:
    found: list[Jacobian] = []
    for output, result in zip(question.outputs, question.results, strict=True):
        found += sorted(_answers_of(question, output, result, room), key=attrgetter("edge"))
    return found


def _answers_of(question: _Question, output: int, result: Shape, room: int) -> Iterator[Jacobian]:
    rows = math.prod(result)
    slopes = _slopes(question, output, result) if question.elementwise and rows <= min(MAX_NUMBERS, room) else None
    most = min(MAX_NUMBERS * 4, room) if rows <= _ROWS else 0
    dense: list[tuple[int, int, Shape]] = []
    for (edge, route), operand in zip(question.targets, question.operands, strict=True):
        columns = math.prod(operand)
        slope = None if slopes is None else slopes[route]
        if question.elementwise and operand == result and rows > 1:
            numbers = None if slopes is None else _flat(slope, rows)
            yield Jacobian(edge, "diagonal", rows, columns, numbers, output)
        elif rows * columns > most:
            yield Jacobian(edge, "large", rows, columns, None, output)
        elif slope is not None and slope.shape == result:
            yield Jacobian(edge, "matrix", rows, columns, _spread(slope, operand), output)
        else:
            dense.append((edge, route, operand))
    if dense:
        yield from _dense(question, output, result, dense)


def _slopes(question: _Question, output: int, result: Shape) -> tuple[torch.Tensor | None, ...]:
    """∂outᵢ/∂inᵢ for each operand, an operand that is broadcast at its full size."""
    return _call(question.node, _ones(result, question.dtype), output, len(question.node._input_metadata))


def _spread(slope: torch.Tensor, operand: Shape) -> tuple[Number, ...]:
    """The Jacobian by an operand that was broadcast: in each row one slope, where its element stands."""
    columns = math.prod(operand)
    places = torch.arange(columns).reshape(operand).expand(slope.shape).flatten().tolist()
    numbers: list[Number] = [0.0] * (columns * len(places))
    for row, (place, number) in enumerate(zip(places, flat(slope), strict=True)):
        numbers[row * columns + place] = number
    return tuple(numbers)


def _dense(
    question: _Question, output: int, result: Shape, targets: Iterable[tuple[int, int, Shape]]
) -> Iterator[Jacobian]:
    """Row by row; each call gives one row of every operand's Jacobian."""
    outputs = len(question.node._input_metadata)
    given = [_call(question.node, hot, output, outputs) for hot in _one_hot(result, question.dtype)]
    for edge, route, operand in targets:
        columns = math.prod(operand)
        numbers = _flat(_stacked([row[route] for row in given], operand), len(given) * columns)
        yield Jacobian(edge, "matrix", len(given), columns, numbers, output)


def _stacked(rows: Sequence[torch.Tensor | None], operand: Shape) -> torch.Tensor | None:
    """The rows in one tensor; None where the node says that all of them are zero."""
    there = [row for row in rows if row is not None]
    if not there:
        return None
    if len(there) < len(rows):
        found, none = iter(there), torch.zeros_like(there[0])
        there = [none if row is None else next(found) for row in rows]
    stacked, shape = torch.stack(there), there[0].shape
    if shape == operand:
        return stacked
    ahead = (1,) * (len(shape) - len(operand))  # an operand that was broadcast has fewer dimensions, or shorter ones
    return stacked.sum_to_size((len(rows), *ahead, *operand))


def _call(node: Any, upstream: torch.Tensor, output: int, outputs: int) -> tuple[torch.Tensor | None, ...]:
    """vᵀJ for each operand, with v at one of the node's outputs and nothing at the others."""
    others = (None,) * (outputs - output - 1)
    given = node(*(None,) * output, upstream, *others) if outputs > 1 else node(upstream)
    return given if isinstance(given, tuple) else (given,)


@lru_cache(maxsize=8)
def _one(dtype: torch.dtype) -> torch.Tensor:
    """The one-hot vector of a scalar. Nodes only read it."""
    return torch.ones((), dtype=dtype)


@lru_cache(maxsize=64)
def _ones(shape: Shape, dtype: torch.dtype) -> torch.Tensor:
    """Read only, too."""
    return torch.ones(shape, dtype=dtype)


@lru_cache(maxsize=64)
def _one_hot(shape: Shape, dtype: torch.dtype) -> tuple[torch.Tensor, ...]:
    """The one-hot vectors of a shape, in row-major order."""
    size = math.prod(shape)
    return torch.eye(size, dtype=dtype).reshape(size, *shape).unbind(0)


def _real(numbers: tuple[Number, ...] | None) -> tuple[Number, ...] | None:
    """Complex numbers are not kept."""
    return None if numbers and complex in map(type, numbers) else numbers


def _of_real(jacobian: Jacobian) -> Jacobian:
    numbers = _real(jacobian.numbers)
    return jacobian if numbers is jacobian.numbers else jacobian._replace(numbers=numbers)


def _number(tensor: torch.Tensor | None) -> tuple[Number, ...]:
    if tensor is None:
        return (0.0,)
    return (tensor.item() if not tensor.dim() else tensor.sum().item(),)


def _flat(tensor: torch.Tensor | None, size: int) -> tuple[Number, ...]:
    return (0.0,) * size if tensor is None else flat(tensor)
