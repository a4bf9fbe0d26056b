"""Remedies where a leaf is made: numbers that can require a gradient, and the flag that asks for it."""

from __future__ import annotations

import ast
from typing import Any

from gradwalk.failures.fixes.places import Change, Code, attribute, with_argument
from gradwalk.parse import span_of
from gradwalk.recording import Failure


def floats(code: Code, failure: Failure) -> list[Change] | None:
    """Float literals in the tensor that was to require a gradient, or a dtype where there are none."""
    statement = code.statement(failure.span)
    if statement is None:
        return None
    creation = _creation_in(*statement) or _creation_of(code, failure, statement)
    if creation is None:
        return None
    call, line = creation
    for keyword in call.keywords:
        if keyword.arg == "dtype":
            return [Change(code.start(keyword.value, line), code.end(keyword.value, line), "torch.float32")]
    numbers = [node for node in ast.walk(call.args[0]) if _is_integer(node)] if call.args else []
    if attribute(call).attr == "tensor" and numbers:
        return [Change(end := code.end(node, line), end, ".0") for node in numbers]
    return [with_argument(code, call, line, "dtype=torch.float32")]


def _is_integer(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) is int


_CREATIONS = frozenset(
    ("tensor", "arange", "ones", "zeros", "full", "eye", "randint", "ones_like", "zeros_like", "full_like")
)


def _creation_in(node: ast.AST, line: int) -> tuple[ast.Call, int] | None:
    for child in ast.walk(node):
        if isinstance(child, ast.Call) and isinstance(child.func, ast.Attribute) and child.func.attr in _CREATIONS:
            return child, line
    return None


def _creation_of(code: Code, failure: Failure, statement: tuple[Any, int]) -> tuple[ast.Call, int] | None:
    """Where the name that stands in the statement was made: ``x = torch.tensor(3)`` for ``x.requires_grad_()``."""
    names = {node.id for node in ast.walk(statement[0]) if isinstance(node, ast.Name)}
    for node, line in reversed(list(code.all(ast.Assign))):
        before = span_of(node, line)[:2] < failure.span[:2]
        if before and isinstance(node.targets[0], ast.Name) and node.targets[0].id in names:
            return _creation_in(node, line)
    return None


def track_a_leaf(code: Code, failure: Failure) -> list[Change] | None:
    """requires_grad=True where a program that never says it makes its last tensor of floats."""
    if "requires_grad" in code.text or "no_grad" in code.text or "detach" in code.text:
        return None
    for node, line in reversed(list(code.all(ast.Assign))):
        value = node.value
        made = isinstance(value, ast.Call) and _creation_in(value, line) == (value, line)
        if made and span_of(node, line)[:2] < failure.span[:2] and not any(_is_integer(n) for n in ast.walk(value)):
            return [with_argument(code, value, line, "requires_grad=True")]
    return None
