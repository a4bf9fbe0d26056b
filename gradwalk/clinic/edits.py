"""A change of the program that takes what a finding tells out of it: for the findings that one small edit mends.

What is to change, and where, is known from the recording; only how it is written comes from the syntax around it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable

from gradwalk.clinic.finding import Finding
from gradwalk.failures.fixes import Edit, difference
from gradwalk.program import Span
from gradwalk.program.syntax import Change, Code, behind, name_of
from gradwalk.recording import Recording, Update

_Builder = Callable[[Code, Recording, Finding, Span], list[Change] | None]


def edit_of(recording: Recording, finding: Finding) -> Edit | None:
    """None where the program around it is not as the edit needs it."""
    build, span = _BUILDERS.get(finding.kind), finding.span
    if build is None or span is None or span.file:
        return None
    code = Code(recording.source)
    if not code.has(span):
        return None
    changes = build(code, recording, finding, span)
    return difference(code.text, code.changed(changes)) if changes else None


def _clear_before(code: Code, recording: Recording, finding: Finding, place: Span) -> list[Change] | None:
    """``optimizer.zero_grad()`` as a line of its own before the pass, where one optimizer takes the steps."""
    statement = code.statement(place)
    is_pass = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call)
    if not is_pass or statement is None or not code.alone(statement):
        return None
    steps = {event.span for event in recording.events if isinstance(event, Update) and event.optimizer is not None}
    found = [code.call(span, "step") if span and not span.file and code.has(span) else None for span in steps]
    names = {code.piece(call.func.value) if call and isinstance(call.func, ast.Attribute) else "" for call in found}
    if len(names) != 1 or not all(name.isidentifier() for name in names):
        return None
    at = code.start(statement)
    return [Change(at, at, f"{names.pop()}.zero_grad()\n{code.indent(statement)}")]


def _same_shape(code: Code, recording: Recording, finding: Finding, place: Span) -> list[Change] | None:
    """``.squeeze(1)`` behind the column of the pair."""
    node = code.at(place, ast.BinOp, ast.Call)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
        pair = [node.left, node.right]
    elif isinstance(node, ast.Call) and len(node.args) >= len(finding.values):
        pair = node.args[: len(finding.values)]
    else:
        return None
    shapes = [recording.values[value].shape for value in finding.values]
    column = next((at for at, shape in enumerate(shapes) if len(shape) == 2), None)
    return None if column is None else behind(code, pair[column], ".squeeze(1)")


def _number_alone(code: Code, recording: Recording, finding: Finding, place: Span) -> list[Change] | None:
    """``total += loss.item()`` for ``total += loss``."""
    statement = code.statement(place)
    if isinstance(statement, ast.AugAssign) and isinstance(statement.op, ast.Add):
        term = statement.value
    elif isinstance(statement, ast.Assign) and isinstance(statement.value, ast.BinOp):
        sides, target = [statement.value.left, statement.value.right], code.piece(statement.targets[0])
        others = [side for side in sides if code.piece(side) != target]
        if len(others) != 1 or not isinstance(statement.value.op, ast.Add):
            return None
        (term,) = others
    else:
        return None
    return behind(code, term, ".item()") if isinstance(term, ast.Name) else None


def _scores_themselves(code: Code, recording: Recording, finding: Finding, place: Span) -> list[Change] | None:
    """``cross_entropy(z, y)`` for ``cross_entropy(softmax(z, 1), y)``."""
    loss = code.at(place, ast.Call)
    if loss is None or not loss.args or not isinstance(made := loss.args[0], ast.Call):
        return None
    if name_of(made.func) not in ("softmax", "sigmoid"):
        return None
    function = made.func
    is_method = isinstance(function, ast.Attribute) and not (
        isinstance(function.value, ast.Name) and function.value.id in ("torch", "F", "functional")
    )
    if is_method and isinstance(function, ast.Attribute):
        return [Change(code.end(function.value), code.end(made), "")]
    return [Change(code.start(made), code.end(made), code.piece(made.args[0]))] if made.args else None


_BUILDERS: dict[str, _Builder] = {
    "zero-grad-forgotten": _clear_before,
    "broadcast-loss": _same_shape,
    "running-sum": _number_alone,
    "softmax-twice": _scores_themselves,
    "sigmoid-twice": _scores_themselves,
}
