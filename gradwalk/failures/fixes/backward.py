"""Edits around backward(): what it keeps, what it starts from, and in which turn its graph is made."""

from __future__ import annotations

import ast

from gradwalk.failures.diagnosis import Remedy
from gradwalk.failures.fixes.places import Change, Code, behind, has, with_argument
from gradwalk.program import Span

_CALLS = ("backward", "grad")


def keep_the_graph(code: Code, remedy: Remedy) -> list[Change] | None:
    """retain_graph=True in the call that released the graph."""
    call = code.call(remedy.span, *_CALLS)
    return None if call is None or has(call, "retain_graph") else [with_argument(code, call, "retain_graph=True")]


def create_the_graph(code: Code, remedy: Remedy) -> list[Change] | None:
    """create_graph=True in the call whose gradient is to have a graph."""
    call = code.call(remedy.span, *_CALLS)
    return None if call is None or has(call, "create_graph") else [with_argument(code, call, "create_graph=True")]


def sum_the_root(code: Code, remedy: Remedy) -> list[Change] | None:
    """``.sum()`` before ``.backward()``, or in the first argument of ``torch.autograd.grad``."""
    call = code.call(remedy.span, *_CALLS)
    if call is None:
        return None
    if call.args and isinstance(call.func, ast.Attribute):
        return behind(code, call.args[0], ".sum()")
    if isinstance(call.func, ast.Attribute):
        at = code.text.rindex(".", 0, code.end(call.func))
        return [Change(at, at, ".sum()")]
    return None


def a_seed_of_ones(code: Code, remedy: Remedy) -> list[Change] | None:
    """``torch.ones_like(z)`` as the seed of ``z.backward(v)``."""
    call = code.call(remedy.span, "backward")
    if call is None or not isinstance(call.func, ast.Attribute):
        return None
    seeds = [*call.args, *(item.value for item in call.keywords if item.arg == "gradient")]
    if not seeds:
        return None
    return [Change(code.start(seeds[0]), code.end(seeds[0]), f"torch.ones_like({code.piece(call.func.value)})")]


def into_the_loop(code: Code, remedy: Remedy) -> list[Change] | None:
    """The statements that make the graph, moved from just before the loop into its body.

    Only where each of them stands for itself on one line, in the block in which the loop stands, before it.
    """
    loop = _loop_around(code, remedy)
    if loop is None:
        return None
    block = next((body for body in _blocks(code.parents.get(loop)) if loop in body), [])
    made = [code.statement(span) for span in remedy.more]
    moved = [node for node in block[: block.index(loop)] if node in made] if block else []
    if not moved or len(moved) != len(remedy.more) or not all(_is_plain(code, node) for node in moved):
        return None
    first = loop.body[0]
    if first.lineno == loop.lineno or not code.alone(first):
        return None
    indent = code.indent(first)
    text = "".join(f"{code.piece(node)}\n{indent}" for node in moved)
    return [*(_line_gone(code, node) for node in moved), Change(code.start(first), code.start(first), text)]


def _loop_around(code: Code, remedy: Remedy) -> ast.For | ast.While | None:
    node: ast.AST | None = code.statement(remedy.span)
    while node is not None and not isinstance(node, ast.For | ast.While):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            return None
        node = code.parents.get(node)
    return node


def _blocks(node: ast.AST | None) -> list[list[ast.stmt]]:
    found = [getattr(node, name, None) for name in ("body", "orelse", "finalbody")]
    return [block for block in found if isinstance(block, list)]


def _is_plain(code: Code, node: ast.stmt) -> bool:
    one_line = node.lineno == node.end_lineno and code.alone(node)
    return isinstance(node, ast.Assign) and one_line and all(isinstance(target, ast.Name) for target in node.targets)


def _line_gone(code: Code, node: ast.stmt) -> Change:
    return Change(code.offset(node.lineno, 1), code.offset(node.lineno + 1, 1), "")


def detach_before(code: Code, remedy: Remedy) -> list[Change] | None:
    """``h = h.detach()`` as a line of its own before the statement that uses the value of the turn before."""
    (name,) = remedy.names
    statement = code.statement(remedy.span)
    if statement is None or not name.isidentifier() or not code.alone(statement):
        return None
    if not isinstance(statement, ast.Assign | ast.AugAssign | ast.Expr) or not _in_a_loop(code, statement):
        return None
    if not any(node.id == name for node in code.within(remedy.span, ast.Name)):
        return None
    at = code.start(statement)
    kept = [change for span in remedy.more for change in _without_keeping(code, span)]
    return [Change(at, at, f"{name} = {name}.detach()\n{code.indent(statement)}"), *kept]


def _without_keeping(code: Code, span: Span) -> list[Change]:
    """The call of backward() without retain_graph=True, where that is all that it is given."""
    call = code.call(span, "backward")
    if call is None or call.args or [item.arg for item in call.keywords] != ["retain_graph"]:
        return []
    return [Change(code.start(call.keywords[0]), code.end(call.keywords[0]), "")]


def _in_a_loop(code: Code, node: ast.AST) -> bool:
    parent = code.parents.get(node)
    while parent is not None and not isinstance(parent, ast.FunctionDef | ast.ClassDef):
        if isinstance(parent, ast.For | ast.While):
            return True
        parent = code.parents.get(parent)
    return False


def retain_the_gradient(code: Code, remedy: Remedy) -> list[Change] | None:
    """``y.retain_grad()`` as a line of its own after the statement that made y."""
    (name,) = remedy.names
    statement = code.statement(remedy.span)
    if statement is None or not name.isidentifier() or not code.alone(statement):
        return None
    if not (isinstance(statement, ast.Assign) and any(code.piece(target) == name for target in statement.targets)):
        return None
    end = code.end(statement) + len(code.text[code.end(statement) :].partition("\n")[0])
    return [Change(end, end, f"\n{code.indent(statement)}{name}.retain_grad()")]
