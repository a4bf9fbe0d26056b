"""What each statement does in a run."""

from __future__ import annotations

import ast
from typing import Any

import torch

from gradwalk import library
from gradwalk.program import ProgramError
from gradwalk.run import Run, statement
from gradwalk.vocabulary import imported


class _Break(Exception):
    """A break statement."""


class _Continue(Exception):
    """A continue statement."""


@statement(ast.Expr)
def _expression(run: Run, node: ast.Expr) -> Any:
    return run.value(node.value)


@statement(ast.Assign)
def _assign(run: Run, node: ast.Assign) -> None:
    value = run.value(node.value)
    for target in node.targets:
        bind(run, target, value)


@statement(ast.AugAssign)
def _augmented(run: Run, node: ast.AugAssign) -> None:
    """``w -= …`` changes a tensor in place; a plain number is bound anew."""
    old = run.value(_loaded(node.target))
    new = run.value(node.value)
    table = library.IN_PLACE if isinstance(old, torch.Tensor) else library.OPERATORS
    bind(run, node.target, run.apply(table[type(node.op).__name__], (old, new), node))


def bind(run: Run, target: ast.expr, value: Any) -> None:
    """Put a value where an assignment points."""
    run.at = target
    if isinstance(target, ast.Name):
        run.names[target.id] = value
        run.bound.append(target.id)
    elif isinstance(target, ast.Tuple | ast.List):
        _unpack(run, target, value)
    elif isinstance(target, ast.Subscript):
        base = run.value(target.value)
        run.apply(library.STORE, (base, run.value(target.slice), value), target)
        run.checked(base, target)
    elif isinstance(target, ast.Attribute):
        _set_attribute(run, target, value)


def _unpack(run: Run, target: ast.Tuple | ast.List, value: Any) -> None:
    items = list(run.items(value, target))
    wanted = len(target.elts)
    if len(items) < wanted:
        raise ValueError(f"not enough values to unpack (expected {wanted}, got {len(items)})")
    if len(items) > wanted:
        raise ValueError(f"too many values to unpack (expected {wanted})")
    for part, item in zip(target.elts, items, strict=True):
        bind(run, part, item)


def _set_attribute(run: Run, target: ast.Attribute, value: Any) -> None:
    base = run.value(target.value)
    if not isinstance(base, torch.Tensor) or target.attr not in library.SETTABLE:
        raise AttributeError(f"'{type(base).__name__}' object attribute '{target.attr}' cannot be set here")
    if target.attr == "data":
        run.listener.replace_data(base, value, run.span(target))
    else:
        setattr(base, target.attr, value)


def _loaded(target: ast.Name | ast.Attribute | ast.Subscript) -> ast.expr:
    """The same place, to be read."""
    if isinstance(target, ast.Name):
        read: ast.expr = ast.Name(target.id, ast.Load())
    elif isinstance(target, ast.Attribute):
        read = ast.Attribute(target.value, target.attr, ast.Load())
    else:
        read = ast.Subscript(target.value, target.slice, ast.Load())
    return ast.copy_location(read, target)


@statement(ast.If)
def _if(run: Run, node: ast.If) -> None:
    run.block(node.body if run.value(node.test) else node.orelse)


@statement(ast.For)
def _for(run: Run, node: ast.For) -> None:
    for item in run.items(run.value(node.iter), node.iter):
        run.budget.step(run.span(node))
        bind(run, node.target, item)
        if not _turn(run, node.body):
            return
    run.block(node.orelse)


@statement(ast.While)
def _while(run: Run, node: ast.While) -> None:
    while run.value(node.test):
        run.budget.step(run.span(node))
        if not _turn(run, node.body):
            return
    run.block(node.orelse)


def _turn(run: Run, body: list[ast.stmt]) -> bool:
    """One turn of a loop; False after a break."""
    try:
        run.block(body)
    except _Continue:
        return True
    except _Break:
        return False
    return True


@statement(ast.Break)
def _break(run: Run, node: ast.Break) -> None:
    raise _Break


@statement(ast.Continue)
def _continue(run: Run, node: ast.Continue) -> None:
    raise _Continue


@statement(ast.With)
def _with(run: Run, node: ast.With) -> None:
    contexts = [run.value(item.context_expr) for item in node.items]
    for context, item in zip(contexts, node.items, strict=True):
        if not isinstance(context, torch.no_grad | torch.enable_grad):
            raise ProgramError(
                "Only with torch.no_grad(): and torch.enable_grad(): work here.", run.span(item.context_expr)
            )
    _within(run, contexts, node.body)


def _within(run: Run, contexts: list[Any], body: list[ast.stmt]) -> None:
    if not contexts:
        run.block(body)
        return
    with contexts[0]:
        _within(run, contexts[1:], body)


@statement(ast.Assert)
def _assert(run: Run, node: ast.Assert) -> None:
    if not run.value(node.test):
        raise AssertionError(*([run.text(run.value(node.msg), node)] if node.msg else []))


@statement(ast.Import)
def _import(run: Run, node: ast.Import) -> None:
    for item in node.names:
        run.names[item.asname or item.name] = library.MODULES[item.name]


@statement(ast.ImportFrom)
def _import_from(run: Run, node: ast.ImportFrom) -> None:
    for item in node.names:
        run.names[item.asname or item.name] = imported(node.module or "", item.name, run.span(item))


@statement(ast.Pass)
def _pass(run: Run, node: ast.Pass) -> None:
    pass
