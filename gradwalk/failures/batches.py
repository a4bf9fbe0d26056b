"""A batch that lost its dimension on the way: which line laid its examples out as one, or as others."""

from __future__ import annotations

import math

from gradwalk.failures.diagnosis import Diagnosis, diagnosis
from gradwalk.failures.history import History, in_program
from gradwalk.recording import Event, Forward, Operation, Value

_LAYS_OUT = ("view", "reshape", "_unsafe_view", "flatten")
_MOST_BACK = 50


def target_batch(history: History) -> Diagnosis:
    """Rows of scores that are not as many as the targets: where as many examples were made others."""
    rows, targets = int(history.pieces["input"]), int(history.pieces["target"])
    counted = {"rows": _counted(rows, "row"), "targets": _counted(targets, "target")}
    found = _laid_out(history, rows, targets) if history.operands else None
    if found is None:
        return diagnosis("target-batch", **counted)
    operation, before, after = found
    given = {"before": list(before.shape), "after": list(after.shape), "features": math.prod(before.shape[1:])}
    line = 0 if operation.span is None else operation.span.line
    return diagnosis("target-batch-laid-out", None, _ran(history, operation), line=line, **counted, **given)


def _laid_out(history: History, rows: int, targets: int) -> tuple[Operation, Value, Value] | None:
    """The operation of the program that made so many rows of as many examples as there are targets."""
    value: Value | None = history.operands[0]
    for _ in range(_MOST_BACK):
        maker = None if value is None else history.maker(value)
        if value is None or maker is None or not maker.edges:
            return None
        inside = [history.values[edge.value] for edge in maker.edges]
        before = next((one for one in inside if one.shape[:1] == (targets,) and not _is_weight(one)), None)
        if maker.kernel.partition(".")[0] in _LAYS_OUT and before is not None and value.shape[:1] == (rows,):
            return (maker, before, value) if in_program(maker.span) is not None else None
        value = next((one for one in inside if one.shape[:1] == (rows,) and not _is_weight(one)), None)
    return None


def _is_weight(value: Value) -> bool:
    return value.is_leaf and value.requires_grad


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def _ran(history: History, operation: Operation) -> Event | None:
    return next((event for event in history.all(Forward) if event.operation == operation.id), None)


def flattened(history: History, given: Value) -> Diagnosis | None:
    """A linear layer that got one row of numbers, in which all examples of a batch lie one behind the other."""
    maker, inner = history.maker(given), int(history.pieces["inner"])
    if maker is None or len(given.shape) != 1 or maker.kernel.partition(".")[0] not in _LAYS_OUT or not maker.edges:
        return None
    before = history.values[maker.edges[0].value]
    if len(before.shape) < 2 or before.shape[0] < 2 or math.prod(before.shape[1:]) != inner:
        return None
    line = 0 if maker.span is None else maker.span.line
    return diagnosis(
        "matrix-shapes-batch", None, _ran(history, maker), line=line, before=list(before.shape),
        count=given.shape[0], examples=before.shape[0], inner=inner,
    )  # fmt: skip
