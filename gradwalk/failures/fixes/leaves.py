"""Edits where a leaf is made or changed: numbers that can require a gradient, its flag, its updates, its ``.grad``."""

from __future__ import annotations

import ast

from gradwalk.failures.diagnosis import Remedy
from gradwalk.failures.fixes.places import Change, Code, name_of, with_argument

_CREATIONS = frozenset(
    "tensor arange ones zeros full eye rand randn randint ones_like zeros_like full_like linspace".split()
)


def floats(code: Code, remedy: Remedy) -> list[Change] | None:
    """Float literals in the tensor that was to require a gradient, or a dtype where there are none."""
    statement = code.statement(remedy.span)
    creation = None if statement is None else _creation(code, statement) or _creation_before(code, statement)
    if creation is None:
        return None
    for keyword in creation.keywords:
        if keyword.arg == "dtype":
            return [Change(code.start(keyword.value), code.end(keyword.value), "torch.float32")]
    numbers = [node for node in ast.walk(creation.args[0]) if _is_integer(node)] if creation.args else []
    if name_of(creation.func) == "tensor" and numbers:
        return [Change(end := code.end(node), end, ".0") for node in numbers]
    return [with_argument(code, creation, "dtype=torch.float32")]


def _is_integer(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) is int


def _creation(code: Code, node: ast.AST) -> ast.Call | None:
    calls = (child for child in ast.walk(node) if isinstance(child, ast.Call))
    return next((call for call in calls if name_of(call.func) in _CREATIONS), None)


def _creation_before(code: Code, statement: ast.stmt) -> ast.Call | None:
    """Where the name that stands in the statement was made: ``x = torch.tensor(3)`` for ``x.requires_grad_()``."""
    names = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
    for node in reversed(list(code.all(ast.Assign))):
        target = node.targets[0]
        if code.start(node) < code.start(statement) and isinstance(target, ast.Name) and target.id in names:
            return _creation(code, node)
    return None


def track(code: Code, remedy: Remedy) -> list[Change] | None:
    """requires_grad=True in the call that makes the leaf."""
    statement = code.statement(remedy.span)
    if not (isinstance(statement, ast.Assign) and isinstance(call := statement.value, ast.Call)):
        return None
    if _creation(code, call) is not call or any(item.arg == "requires_grad" for item in call.keywords):
        return None
    return [with_argument(code, call, "requires_grad=True")]


def under_no_grad(code: Code, remedy: Remedy) -> list[Change] | None:
    """The statement under ``with torch.no_grad():``."""
    statement = code.statement(remedy.span)
    if not isinstance(statement, ast.AugAssign | ast.Expr | ast.Assign) or not code.alone(statement):
        return None
    return [_under_no_grad(code, statement, code.piece(statement))]


def _under_no_grad(code: Code, node: ast.stmt, text: str, after: str = "") -> Change:
    indent = code.indent(node)
    body = text.replace("\n", "\n    ")
    rest = f"\n{indent}{after}" if after else ""
    return Change(code.start(node), code.end(node), f"with torch.no_grad():\n{indent}    {body}{rest}")


def update_in_place(code: Code, remedy: Remedy) -> list[Change] | None:
    """``w -= lr * w.grad`` under no_grad, for ``w = w - lr * w.grad``, whose new w is no leaf; then zero_()."""
    node = code.statement(remedy.span)
    if not isinstance(node, ast.Assign) or len(node.targets) != 1 or not code.alone(node):
        return None
    target, value = node.targets[0], node.value
    if not (isinstance(target, ast.Name) and isinstance(value, ast.BinOp) and isinstance(value.op, ast.Sub | ast.Add)):
        return None
    if not (isinstance(value.left, ast.Name) and value.left.id == target.id):
        return None
    sign = "-" if isinstance(value.op, ast.Sub) else "+"
    right = code.text[code.end(value.left) : code.end(node)].lstrip().removeprefix(sign).strip()
    return [_under_no_grad(code, node, f"{target.id} {sign}= {right}", f"{target.id}.grad.zero_()")]


def clear_if_there(code: Code, remedy: Remedy) -> list[Change] | None:
    """``x.grad = None`` for ``x.grad.zero_()``; other changes of a gradient only where there is one."""
    statement = code.statement(remedy.span)
    if not (isinstance(statement, ast.Expr) and isinstance(call := statement.value, ast.Call)):
        return None
    grad = next((node for node in ast.walk(call) if isinstance(node, ast.Attribute) and node.attr == "grad"), None)
    if grad is None or not code.alone(statement) or name_of(call.func) not in ("zero_", "detach_", "data"):
        return None
    if name_of(call.func) == "zero_":
        return [Change(code.end(grad), code.end(statement), " = None")]
    indent = code.indent(statement)
    text = f"if {code.piece(grad)} is not None:\n{indent}    {code.piece(statement)}"
    return [Change(code.start(statement), code.end(statement), text)]


def grad_to_none(code: Code, remedy: Remedy) -> list[Change] | None:
    """``w.grad = None`` for ``w.grad = 0``."""
    statement = code.statement(remedy.span)
    if not (isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Constant)):
        return None
    target = statement.targets[0]
    if not (isinstance(target, ast.Attribute) and target.attr == "grad"):
        return None
    return [Change(code.start(statement.value), code.end(statement.value), "None")]


def detached(code: Code, remedy: Remedy) -> list[Change] | None:
    """``y = y.detach()`` for ``y.requires_grad_(False)`` and ``y.requires_grad = False``."""
    statement = code.statement(remedy.span)
    if statement is None or "False" not in code.piece(statement):
        return None
    call = statement.value if isinstance(statement, ast.Expr) else None
    target: ast.AST | None = call.func if isinstance(call, ast.Call) else None
    if isinstance(statement, ast.Assign):
        target = statement.targets[0]
    if not (isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name)):
        return None
    name = target.value.id
    return [Change(code.start(statement), code.end(statement), f"{name} = {name}.detach()")]
