"""Edits around backward(): what it keeps, what it starts from, and in which turn its graph is made."""

from __future__ import annotations

import ast
from typing import TypeGuard

from gradwalk.failures.diagnosis import Remedy
from gradwalk.program import Span
from gradwalk.program.syntax import Change, Code, behind, has, name_of, with_argument

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
    """``.sum()`` (or ``.mean()``) before ``.backward()``, or in the first argument of ``torch.autograd.grad``."""
    call, (method,) = code.call(remedy.span, *_CALLS), remedy.names or ("sum",)
    if call is None:
        return None
    if call.args and isinstance(call.args[0], ast.List | ast.Tuple):
        return None
    if call.args and isinstance(call.func, ast.Attribute):
        return behind(code, call.args[0], f".{method}()")
    if isinstance(call.func, ast.Attribute):
        at = code.text.rindex(".", 0, code.end(call.func))
        return [Change(at, at, f".{method}()")]
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


def below_the_pass(code: Code, remedy: Remedy) -> list[Change] | None:
    """A statement moved to behind the next one in its block that is a backward()."""
    statement = code.statement(remedy.span)
    if statement is None or not code.alone(statement):
        return None
    later = [one for one in code.block(statement) if one.lineno > statement.lineno]
    found = next((one for one in later if isinstance(one, ast.Expr) and _is_backward(one.value)), None)
    if found is None or not code.alone(found):
        return None
    at, start = code.end(found), code.start(statement) - len(code.indent(statement))
    moved = Change(at, at, f"\n{code.indent(statement)}{code.piece(statement)}")
    return [Change(start, min(code.end(statement) + 1, at), ""), moved]


def _is_backward(value: ast.expr) -> bool:
    return isinstance(value, ast.Call) and name_of(value.func) == "backward"


def into_the_loop(code: Code, remedy: Remedy) -> list[Change] | None:
    """The statements that make the graph, moved from just before the loop into its body.

    Only where each of them stands for itself on one line, in the block in which the loop stands, before it. Where
    something before the loop uses what they made, they stay there too; a loop that goes on as long as that is large
    makes it anew at the end of each turn.
    """
    loop = _loop_around(code, remedy)
    if loop is None:
        return None
    before = code.block(loop)[: code.block(loop).index(loop)]
    made = [code.statement(span) for span in remedy.more]
    moved = [node for node in before if node in made and _is_plain(node, code)]
    if not moved or len(moved) != len(remedy.more):
        return None
    first, last = loop.body[0], loop.body[-1]
    if first.lineno == loop.lineno or not code.alone(first) or not code.alone(last):
        return None
    names = {target.id for node in moved for target in node.targets if isinstance(target, ast.Name)}
    texts, indent = [code.piece(node) for node in moved], code.indent(first)
    if names & _used(loop.test if isinstance(loop, ast.While) else loop.iter):
        return [Change(code.end(last), code.end(last), "".join(f"\n{indent}{text}" for text in texts))]
    rest = [node for node in before[before.index(moved[0]) :] if node not in moved]
    gone = [] if any(names & _used(node) for node in rest) else [_line_gone(code, node) for node in moved]
    return [*gone, Change(code.start(first), code.start(first), "".join(f"{text}\n{indent}" for text in texts))]


def _used(node: ast.AST) -> set[str]:
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}


def _loop_around(code: Code, remedy: Remedy) -> ast.For | ast.While | None:
    node: ast.AST | None = code.statement(remedy.span)
    while node is not None and not isinstance(node, ast.For | ast.While):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            return None
        node = code.parents.get(node)
    return node


def _is_plain(node: ast.stmt, code: Code) -> TypeGuard[ast.Assign]:
    one_line = node.lineno == node.end_lineno and code.alone(node)
    return isinstance(node, ast.Assign) and one_line and all(isinstance(target, ast.Name) for target in node.targets)


def _line_gone(code: Code, node: ast.stmt) -> Change:
    return Change(code.offset(node.lineno, 1), code.offset(node.lineno + 1, 1), "")


def detach_before(code: Code, remedy: Remedy) -> list[Change] | None:
    """``h = h.detach()`` as a line of its own before the statement that uses the value of the turn before.

    The first places are those of the names, one each; the others are calls that kept their graph for it.
    """
    uses = list(zip(remedy.names, (remedy.span, *remedy.more), strict=False))
    statements: dict[ast.stmt, list[str]] = {}
    for name, span in uses:
        statement = code.statement(span)
        if statement is None or not name.isidentifier() or not code.alone(statement):
            return None
        if not isinstance(statement, ast.Assign | ast.AugAssign | ast.Expr) or not _in_a_loop(code, statement):
            return None
        if not any(node.id == name for node in code.within(span, ast.Name)):
            return None
        statements.setdefault(_first_to_read(code, statement, name), []).append(name)
    changes = [_detached(code, statement, names) for statement, names in statements.items()]
    kept = [change for span in remedy.more[len(uses) - 1 :] for change in _without_keeping(code, span)]
    return [*changes, *kept]


def _first_to_read(code: Code, statement: ast.stmt, name: str) -> ast.stmt:
    """The first statement of this one's block that reads a variable as the turn before has left it."""
    for one in code.block(statement):
        names = [node for node in ast.walk(one) if isinstance(node, ast.Name) and node.id == name]
        if one is statement or any(isinstance(node.ctx, ast.Store) for node in names):
            break
        if names and code.alone(one):
            return one
    return statement


def _detached(code: Code, statement: ast.stmt, names: list[str]) -> Change:
    at, cut = code.start(statement), ", ".join(f"{name}.detach()" for name in names)
    return Change(at, at, f"{', '.join(names)} = {cut}\n{code.indent(statement)}")


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
