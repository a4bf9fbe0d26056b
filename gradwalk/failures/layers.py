"""A linear layer that was given another number of features: who made them, and where the layer itself is made."""

from __future__ import annotations

import ast
import math

from gradwalk.failures.batches import flattened
from gradwalk.failures.diagnosis import Diagnosis, Remedy, diagnosis
from gradwalk.failures.history import History
from gradwalk.notation import Form, kernel_of
from gradwalk.program import Span
from gradwalk.program.syntax import Code, name_of
from gradwalk.recording import Value


def linear_features(history: History) -> Diagnosis:
    """Images in front of a linear layer were perhaps to be made flat."""
    given = history.operands[0] if history.operands else None
    if given is not None and len(given.shape) >= 3:
        shape = given.shape
        pieces = {"inner": history.pieces["inner"], "input": list(shape), "flat": math.prod(shape[1:])}
        return diagnosis("matrix-shapes-unflattened", **pieces)
    if given is not None and (batch := flattened(history, given)) is not None:
        return batch
    source = None if given is None else _layer_before(history, given)
    maker = None if source is None else history.maker(source)
    module = None if maker is None else history.module(maker)
    origin = "" if module is None else f", as {module.path} made them"
    key, remedy, line = "matrix-shapes-linear", _made_here(history), 0
    if remedy is not None:
        key, line = "matrix-shapes-linear-made", remedy.span.line
    seen = tuple(
        dict.fromkeys(value.id for value in (given, source) if value is not None and value.operation is not None)
    )
    return diagnosis(key, remedy, origin=origin, line=line, **history.pieces)._replace(values=seen)


def _layer_before(history: History, value: Value) -> Value | None:
    """What a linear layer gave, where only functions of each element come between."""
    maker = history.maker(value)
    while maker is not None:
        module = history.module(maker)
        if module is not None and module.type == "Linear":
            return value
        operands = [history.values[edge.value] for edge in maker.edges]
        if kernel_of(maker).form is not Form.ELEMENTWISE or len(operands) != 1 or operands[0].shape != value.shape:
            return None
        (value,) = operands
        maker = history.maker(value)
    return None


def _made_here(history: History) -> Remedy | None:
    """The one place of the program that makes a linear layer of these sizes."""
    columns, inner, outer = (history.pieces[name] for name in ("columns", "inner", "outer"))
    code = Code(history.source)
    calls = [call for call in code.all(ast.Call) if name_of(call.func) == "Linear"]
    found = [call for call in calls if [_whole(argument) for argument in call.args[:2]] == [inner, outer]]
    if len(found) != 1:
        return None
    node = found[0].args[0]
    start = code.start(node) - code.offset(node.lineno, 1) + 1
    span = Span(node.lineno, start, node.lineno, start + code.end(node) - code.start(node))
    return Remedy("features", span, (columns,))


def _whole(argument: ast.expr) -> str:
    return str(argument.value) if isinstance(argument, ast.Constant) and type(argument.value) is int else ""
