"""Local gradients, read from the grad_fn nodes themselves.

A node called on a vector v gives vᵀJ for each of its operands; on the one-hot vectors it gives the rows of the local
Jacobians one by one. For an elementwise operation the Jacobian is a diagonal, and one call on ones gives all of it.
The values that a node saved must still be there, so this happens just before a backward() call.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import torch

from gradwalk.language.library import ELEMENTWISE
from gradwalk.recording import MAX_NUMBERS, Number, Operation

_ROWS = 64
"""A Jacobian with more rows is kept as its size: each row costs a call."""


class Jacobian(NamedTuple):
    """``form``, ``rows``, ``columns`` and ``numbers`` of a LocalGradient event, for the edge at index ``edge``."""

    edge: int
    form: str
    rows: int
    columns: int
    numbers: tuple[Number, ...] | None


def local_gradients(
    node: Any,
    operation: Operation,
    result: tuple[int, ...],
    operands: Sequence[tuple[int, ...]],
    dtype: torch.dtype,
    allowed: int,
) -> list[Jacobian]:
    """The local gradient of a node's first result with respect to each operand that a gradient can flow to.

    ``result`` and ``operands`` are shapes; ``allowed`` bounds the entries of a Jacobian. Raises RuntimeError when
    the saved values are already freed.
    """
    targets = [(index, edge.route) for index, edge in enumerate(operation.edges) if edge.route is not None]
    if result == () and not any(operands):
        given = _call(node, _one(dtype), operation)
        return [Jacobian(index, "matrix", 1, 1, _first(given[route])) for index, route in targets]
    diagonal = operation.kernel.partition(".")[0].rstrip("_") in ELEMENTWISE
    rows = math.prod(result)
    found = []
    for index, route in targets:
        shape = operands[index]
        columns = math.prod(shape)
        if rows == columns == 1:
            found.append(
                Jacobian(index, "matrix", 1, 1, _first(_call(node, torch.ones(result, dtype=dtype), operation)[route]))
            )
        elif diagonal and shape == result:
            ones = _ones_row(node, operation, result, dtype, route) if rows <= min(MAX_NUMBERS, allowed) else None
            found.append(Jacobian(index, "diagonal", rows, columns, ones))
        elif rows <= _ROWS and rows * columns <= min(MAX_NUMBERS * 4, allowed):
            found.append(Jacobian(index, "matrix", rows, columns, _dense(node, operation, result, dtype, route, shape)))
        else:
            found.append(Jacobian(index, "large", rows, columns, None))
    return found


def entries(jacobians: Sequence[Jacobian]) -> int:
    return sum([len(j.numbers) for j in jacobians if j.numbers is not None])


@cache
def _one(dtype: torch.dtype) -> torch.Tensor:
    """The one-hot vector of a scalar. Nodes only read it."""
    return torch.ones((), dtype=dtype)


def _call(node: Any, upstream: torch.Tensor, operation: Operation) -> tuple[torch.Tensor | None, ...]:
    """vᵀJ for each operand. Further results of the node (an index beside a maximum) get no gradient."""
    further = len(node._input_metadata) - 1 if len(operation.results) > 1 else 0
    given = node(upstream, *(None,) * further) if further else node(upstream)
    return given if isinstance(given, tuple) else (given,)


def _first(tensor: torch.Tensor | None) -> tuple[Number, ...]:
    if tensor is None:
        return (0.0,)
    return (tensor.sum().item() if tensor.dim() else tensor.item(),)


def _ones_row(
    node: Any, operation: Operation, result: tuple[int, ...], dtype: torch.dtype, route: int
) -> tuple[Number, ...]:
    given = _call(node, torch.ones(result, dtype=dtype), operation)[route]
    return (0.0,) * math.prod(result) if given is None else tuple(given.flatten().tolist())


def _dense(
    node: Any, operation: Operation, result: tuple[int, ...], dtype: torch.dtype, route: int, shape: tuple[int, ...]
) -> tuple[Number, ...]:
    numbers: list[Number] = []
    rows = math.prod(result)
    for row in range(rows):
        hot = torch.zeros(rows, dtype=dtype)
        hot[row] = 1
        given = _call(node, hot.reshape(result), operation)[route]
        numbers += [0.0] * math.prod(shape) if given is None else given.sum_to_size(shape).flatten().tolist()
    return tuple(numbers)
