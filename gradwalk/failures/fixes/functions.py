"""Edits of a Function of the program's own: what its forward() saves, and how its backward() takes that out."""

from __future__ import annotations

import ast

from gradwalk.failures.diagnosis import Remedy
from gradwalk.program.syntax import Change, Code, name_of


def save_for_backward(code: Code, remedy: Remedy) -> list[Change] | None:
    """One ctx.save_for_backward(…) of all that backward() takes out by names that forward() has, too."""
    forward, backward = (_method(code, remedy.names[0], name) for name in ("forward", "backward"))
    if forward is None or backward is None or not forward.args.args:
        return None
    taken = [node for node in ast.walk(backward) if isinstance(node, ast.Assign) and _is_saved(node.value)]
    names = _names(taken[0].targets[0]) if len(taken) == 1 else []
    returns = [node for node in ast.walk(forward) if isinstance(node, ast.Return)]
    if not names or len(returns) != 1 or not code.alone(returns[0]) or not set(names) <= _known(forward):
        return None
    calls = [node for node in ast.walk(forward) if isinstance(node, ast.Expr) and _saves(node.value)]
    if not all(code.alone(call) and call in forward.body for call in calls):
        return None
    written = f"{forward.args.args[0].arg}.save_for_backward({', '.join(names)})"
    if not calls:
        at = code.start(returns[0])
        return [Change(at, at, f"{written}\n{code.indent(returns[0])}")]
    gone = [Change(code.start(call) - len(code.indent(call)), code.end(call) + 1, "") for call in calls[:-1]]
    return [*gone, Change(code.start(calls[-1]), code.end(calls[-1]), written)]


def unpack_saved(code: Code, remedy: Remedy) -> list[Change] | None:
    """``y, = ctx.saved_tensors`` for ``y = ctx.saved_tensors``."""
    backward = _method(code, remedy.names[0], "backward")
    taken = [n for n in ast.walk(backward) if isinstance(n, ast.Assign) and _is_saved(n.value)] if backward else []
    if len(taken) != 1 or _names(taken[0].targets[0]) != [remedy.names[1]]:
        return None
    return [Change(end := code.end(taken[0].targets[0]), end, ",")]


def with_return(code: Code, remedy: Remedy) -> list[Change] | None:
    """``return y`` behind a function's last statement, which is ``y = …``; ``return f(x)`` for ``f(x)``."""
    last = code.statement(remedy.span)
    if last is None or not code.alone(last):
        return None
    if isinstance(last, ast.Expr) and name_of(getattr(last.value, "func", last.value)) != "print":
        return [Change(at := code.start(last), at, "return ")]
    target = last.targets[0] if isinstance(last, ast.Assign) and len(last.targets) == 1 else None
    target = last.target if isinstance(last, ast.AugAssign) else target
    if isinstance(target, ast.Name | ast.Tuple) and (target_names := _names(target)):
        return [Change(at := code.end(last), at, f"\n{code.indent(last)}return {', '.join(target_names)}")]
    return None


def _method(code: Code, owner: str, name: str) -> ast.FunctionDef | None:
    classes = [node for node in code.all(ast.ClassDef) if node.name == owner]
    found = [node for one in classes for node in one.body if isinstance(node, ast.FunctionDef) and node.name == name]
    return found[0] if len(found) == 1 else None


def _is_saved(value: ast.expr) -> bool:
    return isinstance(value, ast.Attribute) and value.attr == "saved_tensors"


def _saves(value: ast.expr) -> bool:
    return isinstance(value, ast.Call) and name_of(value.func) == "save_for_backward"


def _names(target: ast.expr) -> list[str]:
    elements = target.elts if isinstance(target, ast.Tuple | ast.List) else [target]
    return [node.id for node in elements if isinstance(node, ast.Name)] if all(map(_is_name, elements)) else []


def _is_name(node: ast.expr) -> bool:
    return isinstance(node, ast.Name)


def _known(function: ast.FunctionDef) -> set[str]:
    """What is given to it, and what it gives a value."""
    bound = {node.id for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    return bound | {one.arg for one in function.args.args[1:]}
