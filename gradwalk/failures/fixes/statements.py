"""Remedies that write a statement anew: updates, changes in place, mistyped names."""

from __future__ import annotations

import ast
import re
from functools import cache

from gradwalk.expression.table import FUNCTIONS
from gradwalk.failures.fixes.places import Change, Code, attribute
from gradwalk.lessons import LESSONS
from gradwalk.parse import nearest, span_of
from gradwalk.program import Span
from gradwalk.recording import Failure


def without_gradients(code: Code, failure: Failure) -> list[Change] | None:
    """The update under ``with torch.no_grad():``."""
    statement = code.statement(failure.span)
    if statement is None or not isinstance(statement[0], ast.AugAssign | ast.Expr | ast.Assign):
        return None
    node, line = statement
    return [_under_no_grad(code, node, line, code.piece(node, line))]


def _under_no_grad(code: Code, node: ast.stmt, line: int, text: str, after: str = "") -> Change:
    start, end = code.start(node, line), code.end(node, line)
    indent = " " * (span_of(node, line).column - 1)
    body = text.replace("\n", "\n    ")
    rest = f"\n{indent}{after}" if after else ""
    return Change(start, end, f"with torch.no_grad():\n{indent}    {body}{rest}")


_OPERATORS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**", ast.MatMult: "@"}


def a_new_value(code: Code, failure: Failure) -> list[Change] | None:
    """``y = y + 1`` for the last ``y += 1``, and ``y = y.exp()`` for ``y.exp_()``, before the failure."""
    for node, line in reversed(list(code.all((ast.AugAssign, ast.Expr)))):
        if span_of(node, line)[:2] >= failure.span[:2]:
            continue
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name) and type(node.op) in _OPERATORS:
            value = code.piece(node.value, line)
            if isinstance(node.value, ast.BinOp | ast.BoolOp | ast.Compare | ast.IfExp | ast.Lambda):
                value = f"({value})"
            new = f"{node.target.id} = {node.target.id} {_OPERATORS[type(node.op)]} {value}"
            return [Change(code.start(node, line), code.end(node, line), new)]
        if (name := _changed_in_place(node)) is not None:
            method = attribute(node.value)
            at = code.end(method, line)
            start = code.start(node, line)
            return [Change(start, start, f"{name} = "), Change(at - 1, at, "")]
    return None


def _changed_in_place(node: ast.AST) -> str | None:
    """The name in ``y.exp_()``; not for methods that mean something else with the underscore."""
    if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)):
        return None
    function = node.value.func
    if not (isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name)):
        return None
    arithmetic = r"(add|sub|mul|div|pow|exp|log|sqrt|sin|cos|tanh|sigmoid|relu|abs|neg|clamp)_"
    return function.value.id if re.fullmatch(arithmetic, function.attr) else None


def detached(code: Code, failure: Failure) -> list[Change] | None:
    """``y = y.detach()`` for ``y.requires_grad_(False)`` and ``y.requires_grad = False``."""
    statement = code.statement(failure.span)
    if statement is None or "False" not in code.piece(*statement):
        return None
    node, line = statement
    target = node.targets[0] if isinstance(node, ast.Assign) else getattr(getattr(node, "value", None), "func", None)
    if not (isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name)):
        return None
    name = target.value.id
    return [Change(code.start(node, line), code.end(node, line), f"{name} = {name}.detach()")]


def update_in_place(code: Code, failure: Failure) -> list[Change] | None:
    """``w -= lr * w.grad`` under no_grad, for ``w = w - lr * w.grad``, whose new w is no leaf; then zero_()."""
    statement = code.statement(failure.span)
    if statement is None or not isinstance(statement[0], ast.Assign) or len(statement[0].targets) != 1:
        return None
    node, line = statement
    target, value = node.targets[0], node.value
    if not (isinstance(target, ast.Name) and isinstance(value, ast.BinOp) and isinstance(value.op, ast.Sub | ast.Add)):
        return None
    if not (isinstance(value.left, ast.Name) and value.left.id == target.id):
        return None
    sign = "-" if isinstance(value.op, ast.Sub) else "+"
    right = code.text[code.end(value.left, line) : code.end(node, line)].lstrip().removeprefix(sign).strip()
    return [_under_no_grad(code, node, line, f"{target.id} {sign}= {right}", f"{target.id}.grad.zero_()")]


def nearest_name(code: Code, failure: Failure) -> list[Change] | None:
    """The name that was probably meant, out of those that the program sets before."""
    match = re.fullmatch(r"name '(\w+)' is not defined", failure.message)
    if match is None:
        return None
    word = match[1]
    bound = {n.id for n, _ in code.all(ast.Name) if isinstance(n.ctx, ast.Store)}
    bound |= {n.name for n, _ in code.all(ast.FunctionDef | ast.ClassDef)}
    bound |= {alias.asname or alias.name for alias, _ in code.all(ast.alias)}
    meant = nearest(word, sorted(bound - {word}))
    wrong = [i for i in code.all(ast.Name) if i[0].id == word and _within_lines(span_of(*i), failure.span)]
    return [Change(code.start(*item), code.end(*item), meant) for item in wrong] if meant else None


def nearest_attribute(code: Code, failure: Failure) -> list[Change] | None:
    """``torch.tensor`` for ``torch.tensr``: the attribute that was probably meant, out of those that lessons use."""
    match = re.search(r"has no attribute '(\w+)'", failure.message)
    meant = nearest(match[1], _attributes()) if match else None
    if match is None or meant is None or abs(len(meant) - len(match[1])) > 2:
        return None
    places = [i for i in code.all(ast.Attribute) if i[0].attr == match[1] and _within_lines(span_of(*i), failure.span)]
    ends = [code.end(*place) for place in places]
    return [Change(end - len(match[1]), end, meant) for end in ends]


@cache
def _attributes() -> tuple[str, ...]:
    in_lessons = {word for lesson in LESSONS for word in re.findall(r"\.([A-Za-z_]\w+)", lesson.source)}
    return tuple(sorted({*in_lessons, *(name for name in FUNCTIONS if "." not in name)}))


def _within_lines(inner: Span, outer: Span) -> bool:
    return outer.line <= inner.line <= outer.end_line
