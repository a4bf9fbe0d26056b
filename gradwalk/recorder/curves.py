"""The curves around a recording's numbers: each operation on scalars along one operand, and the root along each leaf.

The kernels that ran are run again by PyTorch, with one operand taken along a row of points. A curve that does not go
through the recorded value is none of this operation, and is left out. A recording may come from a program that lies,
and this process is not that program's alone: only a closed list of kernels runs, on real numbers, with plain constants.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping, Sequence
from typing import Any

import torch

from gradwalk.notation import Form, kernel
from gradwalk.recording import BackwardCall, Operation, Recording
from gradwalk.recording.curve import NUDGE, POINTS, Curve

MOST_OPERATIONS = 60
"""A recording of more operations has no curves."""
REACH = (1.5, 4.0)
"""How far a curve goes to either side: three quarters of the operand, within these bounds."""
HALVINGS = 5
"""A curve that bends too often for its points is drawn over half as far, and so on; after so many it is left out."""
SEEN = 0.005
"""Of a curve's height: a difference that is seen."""
OFF, STRAY = 0.006, 0.1
"""Of the values' whole range: how far a value between two points may be off their line, which is a pixel or so; and how
many may be further, as beside a pole."""


Way = Sequence[Operation]


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
            if edge.route is not None and known[edge.value].is_floating_point():
                row = _row(known[edge.value])
                values = _run(operation, known, {number: row})
                curve = None if values is None else _curve(row, values, known[edge.value], result)
                if curve is not None:
                    found[f"e{operation.id}.{number}"] = curve
    return found


def _along_leaves(recording: Recording) -> dict[str, Curve]:
    call = next((event for event in reversed(recording.events) if isinstance(event, BackwardCall)), None)
    known = _scalars(recording)
    if call is None or call.root not in known:
        return {}
    way = leading_to(call.root, recording)
    if not all(_can_run(each, known) for each in way):
        return {}
    found = {}
    for leaf in recording.values:
        given = leaf.is_leaf and leaf.requires_grad and leaf.id in known and leaf.operation is None
        if given and not _is_cut(way, leaf.id):
            curve = _along_leaf(way, known, leaf.id, call.root)
            if curve is not None:
                found[f"v{leaf.id}"] = curve
    return found


def leading_to(root: int, recording: Recording) -> Way:
    """The operations that a value hangs on, in the order in which they ran."""
    wanted, found = {root}, []
    for operation in reversed(recording.operations):
        if wanted.intersection(operation.results):
            found.append(operation)
            wanted.update(edge.value for edge in operation.edges)
    return found[::-1]


def _is_cut(way: Way, leaf: int) -> bool:
    """Whether autograd leaves out a part of what hangs on a leaf, as under no_grad: its gradient is then no slope."""
    moved = {leaf}
    for operation in way:
        if any(edge.value in moved for edge in operation.edges):
            if operation.node is None:
                return True
            moved.update(operation.results)
    return False


def _along_leaf(way: Way, known: Mapping[int, torch.Tensor], leaf: int, root: int) -> Curve | None:
    """As far as straight lines between its points are true to it; of few points where they will do."""
    moved = (known[leaf] + NUDGE).reshape(1)
    for halved in range(HALVINGS):
        row = _row(known[leaf], 8 * POINTS - 7, 0.5**halved)
        values = _along(way, known, leaf, torch.cat([row, moved])).get(root)
        if values is None or not values.dim():
            return None
        each = next((each for each in (4, 2) if _is_fine(values[: -1 : each // 2])), None)
        if each is not None:
            curve = _curve(row[::each], values[:-1:each], known[leaf], known[root])
            if curve is None:
                return None
            coarse = row.dtype == torch.float32 and _is_coarse(
                values[:-1], _along(way, _doubled(known), leaf, row.double()).get(root)
            )
            return curve._replace(nudged=_finite(values[-1].item()), coarse=coarse)
    return None


def _doubled(known: Mapping[int, torch.Tensor]) -> dict[int, torch.Tensor]:
    return {number: value.double() if value.is_floating_point() else value for number, value in known.items()}


def _is_coarse(values: torch.Tensor, exact: torch.Tensor | None) -> bool:
    """Whether values are so far from those in float64 that it is seen, where both are finite."""
    if exact is None or exact.shape != values.shape:
        return False
    both = values.isfinite() & exact.isfinite()
    if not bool(both.any()):
        return False
    seen = values[both].double()
    height = float(seen.max() - seen.min())
    return height > 0 and float((seen - exact[both]).abs().max()) > SEEN * height


def _is_fine(values: torch.Tensor) -> bool:
    """Whether the odd ones lie on the lines between the even ones."""
    ends, between = values[::2], values[1::2]
    off = (between - (ends[:-1] + ends[1:]) / 2).abs()
    finite = values[values.isfinite()]
    return not len(finite) or bool((off > OFF * (finite.max() - finite.min())).double().mean() <= STRAY)


def _along(way: Way, known: Mapping[int, torch.Tensor], leaf: int, row: torch.Tensor) -> dict[int, torch.Tensor]:
    """All values, with one leaf taken along a row."""
    now = dict(known) | {leaf: row}
    for operation in way:
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


_DTYPES = {"float32": torch.float32, "float64": torch.float64, "bool": torch.bool}
"""Whole numbers have no slope; and some divisions of theirs end a process."""
_NONE = frozenset("_to_copy copy fill zero lift_fresh".split())
"""Kernels that make numbers of another dtype, or anything of nothing."""
_LONGEST = 40
"""Characters of a constant."""


def _can_run(operation: Operation, known: Mapping[int, torch.Tensor]) -> bool:
    """One result, out of known scalars, each element by itself, and nothing changed in place."""
    known_kernel = kernel(operation.kernel)
    elementwise = known_kernel.form is Form.ELEMENTWISE and known_kernel.name not in _NONE and not operation.in_place
    return elementwise and len(operation.results) == 1 and all(edge.value in known for edge in operation.edges)


def _run(operation: Operation, known: Mapping[int, torch.Tensor], given: Mapping[int, torch.Tensor]) -> Any:
    """The operation's kernel, on known values and those that are ``given`` for some operands; None where it refuses."""
    name, _, overload = operation.kernel.partition(".")
    arguments: dict[str, Any] = {}
    try:
        if "out" in overload:
            return None
        run = getattr(getattr(torch.ops.aten, name), overload or "default")
        for number, edge in enumerate(operation.edges):
            arguments[edge.name] = given.get(number, known[edge.value])
        for constant in operation.constants:
            arguments[constant.name] = _plain(constant.text)
        values = run(**arguments)
    except (ArithmeticError, AttributeError, MemoryError, RuntimeError, TypeError, ValueError, SyntaxError):
        return None
    return values if isinstance(values, torch.Tensor) and values.dtype in _DTYPES.values() else None


def _plain(text: str) -> object:
    """A number, a truth value, None or a word. Raises ValueError and SyntaxError for anything else."""
    found = ast.literal_eval(text) if len(text) <= _LONGEST else ()
    if not isinstance(found, int | float | str | None):
        raise ValueError(f"{text[:_LONGEST]} is no plain constant.")
    return found


def _row(at: torch.Tensor, points: int = POINTS, share: float = 1.0) -> torch.Tensor:
    place = float(at)
    reach = share * min(max(REACH[0], 0.75 * abs(place)), REACH[1])
    return torch.linspace(place - reach, place + reach, points, dtype=at.dtype)


def _curve(row: torch.Tensor, values: torch.Tensor, at: torch.Tensor, result: torch.Tensor) -> Curve | None:
    """The middle of the row is the recorded operand: there the curve has to have the recorded result."""
    point = (float(at), float(result))
    if values.shape != row.shape or not all(map(math.isfinite, point)):
        return None
    if not math.isclose(values[len(values) // 2].item(), point[1], rel_tol=1e-3, abs_tol=1e-4):
        return None
    listed = tuple(map(_finite, values.tolist()))
    return Curve(row[0].item(), row[-1].item(), listed, point)


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) else None
