"""Which names a statement of Python binds, by its syntax."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

Names = tuple[str, ...]


def bound_by(statement: ast.stmt) -> Names:
    """The names that a simple statement has bound when it is done, each once."""
    match statement:
        case ast.Assign(targets=targets, value=value):
            return _once([*_walrus(value), *(name for target in targets for name in _names(target))])
        case ast.AugAssign(target=target, value=value) | ast.AnnAssign(target=target, value=ast.expr() as value):
            return _once([*_walrus(value), *_names(target)])
        case ast.Expr(value=value):
            return _once(_walrus(value))
        case _:
            return ()


def bound_by_block(owner: ast.AST) -> Names:
    """The names that a compound statement has bound when its block begins, each once."""
    match owner:
        case ast.For(target=target) | ast.AsyncFor(target=target):
            return _once(_names(target))
        case ast.With(items=items) | ast.AsyncWith(items=items):
            return _once(name for item in items if item.optional_vars for name in _names(item.optional_vars))
        case ast.While(test=test) | ast.If(test=test):
            return _once(_walrus(test))
        case ast.match_case(pattern=pattern):
            parts = [getattr(node, "name", getattr(node, "rest", None)) for node in ast.walk(pattern)]
            return _once(name for name in parts if name)
        case _:
            return ()


def arguments(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Names:
    """The names of what a function is given, but ``self`` and ``cls``."""
    given = function.args
    found = [*given.posonlyargs, *given.args, given.vararg, *given.kwonlyargs, given.kwarg]
    return _once(one.arg for one in found if one is not None and one.arg not in ("self", "cls", "ctx"))


def deleted_by(statement: ast.stmt) -> Names:
    """The names that are gone after a ``del``."""
    if isinstance(statement, ast.Delete):
        return _once(name for target in statement.targets for name in _names(target))
    return ()


def declared(function: ast.FunctionDef | ast.AsyncFunctionDef, kind: type[ast.Global] | type[ast.Nonlocal]) -> Names:
    """The names that a function declares ``global`` or ``nonlocal``, not counting functions and classes inside it."""
    found: list[str] = []
    stack: list[ast.AST] = [*function.body]
    while stack:
        node = stack.pop()
        if isinstance(node, kind):
            found += node.names
        elif isinstance(node, ast.stmt | ast.ExceptHandler | ast.match_case) and not isinstance(node, _SCOPES):
            stack += ast.iter_child_nodes(node)
    return _once(found)


_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_QUICK = (ast.Constant, ast.Name)


def _once(names: Iterable[str]) -> Names:
    return tuple(dict.fromkeys(names))


def _names(target: ast.expr) -> Iterator[str]:
    stack = [target]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Tuple | ast.List):
            stack += reversed(node.elts)
        elif isinstance(node, ast.Starred):
            stack.append(node.value)


def _walrus(value: ast.expr) -> Iterator[str]:
    """Names that ``:=`` certainly binds on the way: not those of a branch that may not be taken, nor of a lambda."""
    if isinstance(value, _QUICK):
        return
    stack: list[ast.AST] = [value]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.NamedExpr):
            yield node.target.id
            stack.append(node.value)
        elif isinstance(node, ast.BoolOp):
            stack.append(node.values[0])
        elif isinstance(node, ast.IfExp):
            stack.append(node.test)
        elif isinstance(node, ast.Compare):
            stack += [node.left, node.comparators[0]]
        elif not isinstance(node, ast.Lambda | ast.GeneratorExp | ast.ListComp | ast.SetComp | ast.DictComp):
            stack += ast.iter_child_nodes(node)
