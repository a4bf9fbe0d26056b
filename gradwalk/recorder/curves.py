"""The curves around a recording's numbers: each operation on scalars along one operand, and the root along each leaf.

The kernels that ran are run again by PyTorch, with one operand taken along a row of points. A curve that does not go
through the recorded value is none of this operation, and is left out.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping
from typing import Any

import torch

from gradwalk.notation import Form, kernel
from gradwalk.recording import BackwardCall, Operation, Recording
from gradwalk.recording.curve import NUDGE, POINTS, Curve

MOST_OPERATIONS = 60
"""A recording of more operations has no curves."""
REACH = (1.5, 4.0)
"""How far a curve goes to either side: three quarters of the operand, within these bounds."""


def curves(recording: Recording) -> dict[str, Curve]:
    """By edge (``e3.0``, the first operand of operation 3) and by leaf (``v0``: the root of the last pass along it)."""
    if len(recording.operations) > MOST_OPERATIONS:
        return {}
    with torch.no_grad():
        return _along_edges(recording) | _along_leaves(recording)


def _along_edges(recording: Recording) -> dict[str, Curve]:
    known = _scalars(recording)
    found = {}
    for operation in recording.operations:
        if not _can_run(operation, known):
            continue
        result = known.get(operation.results[0])
        if result is None:
            continue
        for number, edge in enumerate(operation.edges):
            if edge.route is not None:
                row = _row(known[edge.value])
                values = _run(operation, known, {number: row})
                curve = None if values is None else _curve(row, values, known[edge.value], result)
                if curve is not None:
                    found[f"e{operation.id}.{number}"] = curve
    return found


def _along_leaves(recording: Recording) -> dict[str, Curve]:
    call = next((event for event in reversed(recording.events) if isinstance(event, BackwardCall)), None)
    known = _scalars(recording)
    if call is None or call.root not in known or not all(_can_run(each, known) for each in recording.operations):
        return {}
    found = {}
    for leaf in recording.values:
        if leaf.is_leaf and leaf.requires_grad and leaf.id in known and leaf.operation is None:
            row = _row(known[leaf.id])
            moved = known[leaf.id] + NUDGE
            values = _along(recording, known, leaf.id, torch.cat([row, moved.reshape(1)])).get(call.root)
            if values is None or not values.dim():
                continue
            curve = _curve(row, values[:-1], known[leaf.id], known[call.root])
            if curve is not None:
                found[f"v{leaf.id}"] = curve._replace(nudged=_finite(values[-1].item()))
    return found


def _along(
    recording: Recording, known: Mapping[int, torch.Tensor], leaf: int, row: torch.Tensor
) -> dict[int, torch.Tensor]:
    """All values, with one leaf taken along a row."""
    now = dict(known) | {leaf: row}
    for operation in recording.operations:
        values = _run(operation, now, {})
        if values is None:
            return {}
        now[operation.results[0]] = values
    return now


def _scalars(recording: Recording) -> dict[int, torch.Tensor]:
    """The values that are single numbers, by id, as PyTorch has them."""
    return {
        value.id: torch.tensor(value.numbers[0], dtype=_DTYPES[value.dtype])
        for value in recording.values
        if not value.shape and value.numbers is not None and value.dtype in _DTYPES
    }


_DTYPES = {"float32": torch.float32, "float64": torch.float64, "bool": torch.bool, "int64": torch.int64}


def _can_run(operation: Operation, known: Mapping[int, torch.Tensor]) -> bool:
    """One result, out of known scalars, each element by itself, and nothing changed in place."""
    elementwise = kernel(operation.kernel).form is Form.ELEMENTWISE and not operation.in_place
    return elementwise and len(operation.results) == 1 and all(edge.value in known for edge in operation.edges)


def _run(operation: Operation, known: Mapping[int, torch.Tensor], given: Mapping[int, torch.Tensor]) -> Any:
    """The operation's kernel, on known values and those that are ``given`` for some operands; None where it refuses."""
    name, _, overload = operation.kernel.partition(".")
    arguments: dict[str, Any] = {}
    try:
        run = getattr(getattr(torch.ops.aten, name), overload or "default")
        for number, edge in enumerate(operation.edges):
            arguments[edge.name] = given.get(number, known[edge.value])
        for constant in operation.constants:
            arguments[constant.name] = ast.literal_eval(constant.text)
        return run(**arguments)
    except (AttributeError, RuntimeError, TypeError, ValueError, SyntaxError):
        return None


def _row(at: torch.Tensor) -> torch.Tensor:
    place = float(at)
    reach = min(max(REACH[0], 0.75 * abs(place)), REACH[1])
    return torch.linspace(place - reach, place + reach, POINTS, dtype=at.dtype)


def _curve(row: torch.Tensor, values: torch.Tensor, at: torch.Tensor, result: torch.Tensor) -> Curve | None:
    """The middle of the row is the recorded operand: there the curve has to have the recorded result."""
    point = (float(at), float(result))
    if values.shape != row.shape or not all(map(math.isfinite, point)):
        return None
    if not math.isclose(values[POINTS // 2].item(), point[1], rel_tol=1e-3, abs_tol=1e-4):
        return None
    listed = tuple(map(_finite, values.tolist()))
    return Curve(row[0].item(), row[-1].item(), listed, point)


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) else None
