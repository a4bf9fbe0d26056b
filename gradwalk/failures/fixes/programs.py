"""Edits of names, imports, classes and calls: what stands around the mathematics."""

from __future__ import annotations

import ast
import re

from gradwalk.failures.diagnosis import Remedy
from gradwalk.program.syntax import Change, Code, behind


def rename(code: Code, remedy: Remedy) -> list[Change] | None:
    """The name, attribute or keyword that is there, for the one that is not, in the lines of the failure."""
    wrong, right = remedy.names
    lines = range(remedy.span.line, remedy.span.end_line + 1)
    ends = [code.end(n) for n in code.all(ast.Name) if n.id == wrong and n.lineno in lines]
    ends += [code.end(n) for n in code.all(ast.Attribute) if n.attr == wrong and n.end_lineno in lines]
    starts = [code.start(n) for n in code.all(ast.keyword) if n.arg == wrong and n.lineno in lines]
    changes = [Change(end - len(wrong), end, right) for end in ends]
    return [*changes, *(Change(start, start + len(wrong), right) for start in starts)] or None


def rename_import(code: Code, remedy: Remedy) -> list[Change] | None:
    """The name that is there, in the import, and wherever the program uses what it would have been given."""
    wrong, right = remedy.names
    statement = code.statement(remedy.span)
    if not isinstance(statement, ast.Import | ast.ImportFrom):
        return None
    start = code.start(statement)
    found = [start + one.start() for one in re.finditer(rf"\b{re.escape(wrong)}\b", code.piece(statement))]
    if any(alias.name.partition(".")[0] == wrong and alias.asname is None for alias in statement.names):
        found += [code.start(node) for node in code.all(ast.Name) if node.id == wrong]
    return [Change(at, at + len(wrong), right) for at in found]


def rename_attribute(code: Code, remedy: Remedy) -> list[Change] | None:
    """The attribute that was meant, wherever the program has the other one."""
    wrong, right = remedy.names
    ends = [code.end(node) for node in code.all(ast.Attribute) if node.attr == wrong]
    return [Change(end - len(wrong), end, right) for end in ends] or None


def add_import(code: Code, remedy: Remedy) -> list[Change] | None:
    """The import as the first line of the cell, below what only IPython reads there."""
    first = max((line for line in code.cells if line <= remedy.span.line), default=None)
    if first is None:
        return None
    while first < remedy.span.line and (
        not code.lines[first - 1].strip() or code.lines[first - 1].lstrip()[0] in "%!#"
    ):
        first += 1
    at = code.offset(first, 1)
    return [Change(at, at, f"{remedy.names[0]}\n")]


def append(code: Code, remedy: Remedy) -> list[Change] | None:
    """A piece of text behind the first argument of the failed call."""
    call = code.at(remedy.span, ast.Call)
    return behind(code, call.args[0], remedy.names[0]) if call is not None and call.args else None


def bracket(code: Code, remedy: Remedy) -> list[Change] | None:
    """``[w]`` for the first argument ``w``."""
    call = code.at(remedy.span, ast.Call)
    if call is None or not call.args:
        return None
    first = call.args[0]
    return [Change(code.start(first), code.end(first), f"[{code.piece(first)}]")]


def as_list(code: Code, remedy: Remedy) -> list[Change] | None:
    """``list(net.parameters())[0]`` for ``net.parameters()[0]``."""
    found = code.at(remedy.span, ast.Subscript)
    if found is None:
        return None
    return [Change(code.start(found.value), code.end(found.value), f"list({code.piece(found.value)})")]


def call(code: Code, remedy: Remedy) -> list[Change] | None:
    """The parentheses behind a method that was assigned instead of called."""
    statement = code.statement(remedy.span)
    if not (isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Attribute)):
        return None
    if statement.value.attr != remedy.names[0] or remedy.names[0] not in _NEED_NOTHING:
        return None
    return [Change(end := code.end(statement.value), end, "()")]


_NEED_NOTHING = frozenset(
    "sum mean exp log sin cos tanh sigmoid relu sqrt abs norm prod max min std var square".split()
)
"""Methods of tensors that can be called without arguments."""


def super_init(code: Code, remedy: Remedy) -> list[Change] | None:
    """``super().__init__()`` as the first line of the ``__init__`` in which the failure happened."""
    inits = [n for n in code.all(ast.FunctionDef) if n.name == "__init__" and n.lineno <= remedy.span.line]
    around = [node for node in inits if remedy.span.line <= (node.end_lineno or 0)]
    if not around:
        return None
    bare = [node.value for node in around[-1].body if isinstance(node, ast.Expr) and _is_init(node.value)]
    if bare:
        return [Change(end := code.end(bare[0]), end, "()")]
    if "super()" in code.piece(around[-1]):
        return None
    body = around[-1].body
    documented = isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant) and len(body) > 1
    first = body[1] if documented else body[0]
    at = code.start(first)
    separate = f"\n{code.indent(first)}" if code.alone(first) else "; "
    return [Change(at, at, f"super().__init__(){separate}")]


def _is_init(value: ast.expr) -> bool:
    """``super().__init__`` without its parentheses."""
    return isinstance(value, ast.Attribute) and value.attr == "__init__"


def static(code: Code, remedy: Remedy) -> list[Change] | None:
    """``.apply(x)`` for ``MyFunction()(x)``, and @staticmethod before the class's methods that lack it."""
    calls = [c for c in code.within(remedy.span, ast.Call) if isinstance(c.func, ast.Call) and not c.func.args]
    if len(calls) != 1 or not isinstance(made := calls[0].func, ast.Call) or not isinstance(made.func, ast.Name):
        return None
    classes = [node for node in code.all(ast.ClassDef) if node.name == made.func.id]
    if not classes:
        return None
    changes = [Change(code.end(made.func), code.end(made), ".apply")]
    for node in classes[-1].body:
        if isinstance(node, ast.FunctionDef) and node.name in ("forward", "backward") and not node.decorator_list:
            at = code.start(node)
            changes.append(Change(at, at, f"@staticmethod\n{code.indent(node)}"))
    return changes


def return_nones(code: Code, remedy: Remedy) -> list[Change] | None:
    """None for each further input, in the only ``return`` of a Function's backward()."""
    name, count = remedy.names
    classes = [node for node in code.all(ast.ClassDef) if node.name == name]
    methods = [n for node in classes for n in node.body if isinstance(n, ast.FunctionDef) and n.name == "backward"]
    returns = [n for method in methods for n in ast.walk(method) if isinstance(n, ast.Return)]
    if len(returns) != 1 or (value := returns[0].value) is None:
        return None
    at = code.end(value)
    if isinstance(value, ast.Tuple) and code.text[at - 1] == ")":
        at -= 1
    return [Change(at, at, ", None" * int(count))]


def small_tensor(code: Code, remedy: Remedy) -> list[Change] | None:
    """``torch.tensor([2.0], requires_grad=True)`` for ``torch.Tensor([2.0], requires_grad=True)``."""
    found = code.call(remedy.span, "Tensor", "FloatTensor")
    if found is None or not found.args or not isinstance(found.func, ast.Attribute):
        return None
    numbers = [node.value for node in ast.walk(found.args[0]) if isinstance(node, ast.Constant)]
    if not numbers or not all(isinstance(number, float) for number in numbers):
        return None
    end = code.end(found.func)
    return [Change(end - len(found.func.attr), end, "tensor")]


def choose_device(code: Code, remedy: Remedy) -> list[Change] | None:
    """The choice between GPU and CPU, wherever the program says "cuda"."""
    choice = '"cuda" if torch.cuda.is_available() else "cpu"'
    texts = [node for node in code.all(ast.Constant) if node.value in ("cuda", "cuda:0") and not _chosen(code, node)]
    changes = [Change(code.start(node), code.end(node), _in_its_place(code, node, choice)) for node in texts]
    for node in code.all(ast.Call):
        if isinstance(node.func, ast.Attribute) and node.func.attr == "cuda" and not node.args:
            end = code.end(node.func)
            changes.append(Change(end - len("cuda"), code.end(node), f"to({choice})"))
    return changes or None


def _chosen(code: Code, node: ast.AST) -> bool:
    return isinstance(code.parents.get(node), ast.IfExp)


def _in_its_place(code: Code, node: ast.AST, text: str) -> str:
    plain = isinstance(code.parents.get(node), ast.Call | ast.keyword | ast.Assign)
    return text if plain else f"({text})"


def close(code: Code, remedy: Remedy) -> list[Change] | None:
    """The missing bracket at the end of its line, if the text is Python then."""
    line = code.lines[remedy.span.line - 1]
    opened = line[remedy.span.column - 1 : remedy.span.column]
    partner = {"(": ")", "[": "]", "{": "}"}.get(opened)
    return None if partner is None else _at_line_end(code, remedy, line, partner)


def close_cell(code: Code, remedy: Remedy) -> list[Change] | None:
    """The missing bracket at the end of the cell, if the text is Python then."""
    line = code.lines[remedy.span.line - 1]
    return next(filter(None, (_at_line_end(code, remedy, line, partner) for partner in ")]}")), None)


def colon(code: Code, remedy: Remedy) -> list[Change] | None:
    """The missing colon at the end of its line, if the text is Python then."""
    return _at_line_end(code, remedy, code.lines[remedy.span.line - 1], ":")


def _at_line_end(code: Code, remedy: Remedy, line: str, text: str) -> list[Change] | None:
    if "#" in line:
        return None
    at = code.offset(remedy.span.line, len(line.rstrip()) + 1)
    change = Change(at, at, text)
    return [change] if _is_python(code.changed([change]), remedy.span.line) else None


def _is_python(text: str, line: int) -> bool:
    """Whether the cell around a line can be read."""
    changed = Code(text)
    first = max((number for number in changed.cells if number <= line), default=1)
    following = min((number for number in changed.cells if number > line), default=len(changed.lines) + 1)
    return any(first <= node.lineno < following for node in changed.all(ast.stmt))
