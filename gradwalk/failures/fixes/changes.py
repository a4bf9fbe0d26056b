"""Edits of changes in place, and of what else stands between an operation and its tensors."""

from __future__ import annotations

import ast
import re

from gradwalk.failures.diagnosis import Remedy
from gradwalk.program.syntax import Change, Code, behind, name_of

_OPERATORS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**", ast.MatMult: "@"}
_ARITHMETIC = re.compile(r"(add|sub|mul|div|pow|exp|log|sqrt|sin|cos|tanh|sigmoid|relu|abs|neg|clamp|square)_")
"""Methods whose new tensor has their name without the underscore."""


def a_new_value(code: Code, remedy: Remedy) -> list[Change] | None:
    """``y = y + 1`` for ``y += 1``, ``y = y.exp()`` for ``y.exp_()``, and a call without inplace=True."""
    node = code.statement(remedy.span)
    call = code.at(remedy.span, ast.Call)
    if call is not None and isinstance(node, ast.Assign):
        return _without_keyword(code, call, "inplace") or _without_underscore(code, call)
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name) and type(node.op) in _OPERATORS:
        value = code.piece(node.value)
        if isinstance(node.value, ast.BinOp | ast.BoolOp | ast.Compare | ast.IfExp | ast.Lambda):
            value = f"({value})"
        new = f"{node.target.id} = {node.target.id} {_OPERATORS[type(node.op)]} {value}"
        return [Change(code.start(node), code.end(node), new)]
    if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)):
        return None
    method = node.value.func
    if not (isinstance(method, ast.Attribute) and isinstance(method.value, ast.Name)):
        return None
    if not _ARITHMETIC.fullmatch(method.attr):
        return None
    end, start = code.end(method), code.start(node)
    return [Change(start, start, f"{method.value.id} = "), Change(end - 1, end, "")]


def _without_underscore(code: Code, call: ast.Call) -> list[Change] | None:
    """``torch.relu(y)`` for ``torch.relu_(y)``."""
    function = call.func
    if not (
        isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name) and function.value.id == "torch"
    ):
        return None
    return [Change((end := code.end(function)) - 1, end, "")] if _ARITHMETIC.fullmatch(function.attr) else None


def without_inplace(code: Code, remedy: Remedy) -> list[Change] | None:
    """inplace=True out of the call that makes the module, where only one such call is in the program."""
    (kind,) = remedy.names
    calls = [call for call in code.all(ast.Call) if name_of(call.func) == kind]
    given = [(call, item) for call in calls for item in call.keywords if item.arg == "inplace"]
    return _without_keyword(code, calls[0], "inplace") if len(given) == 1 == len(calls) else None


def _without_keyword(code: Code, call: ast.Call, name: str) -> list[Change] | None:
    keyword = next((item for item in call.keywords if item.arg == name), None)
    if keyword is None:
        return None
    start, end = code.start(keyword), code.end(keyword)
    before = code.text[:start].rstrip()
    if before.endswith(","):
        return [Change(len(before) - 1, end, "")]
    after = re.match(r"\s*,\s*", code.text[end:])
    return [Change(start, end + (after.end() if after else 0), "")]


def clone_the_alias(code: Code, remedy: Remedy) -> list[Change] | None:
    """``.clone()`` behind ``.detach()``."""
    call = code.call(remedy.span, "detach")
    return None if call is None else [Change(end := code.end(call), end, ".clone()")]


def clone_before(code: Code, remedy: Remedy) -> list[Change] | None:
    """``y = y.clone()`` as a line of its own before the statement that changes an element of it."""
    (name,) = remedy.names
    statement = code.statement(remedy.span)
    if statement is None or not name.isidentifier() or not code.alone(statement):
        return None
    if not any(node.id == name for node in ast.walk(statement) if isinstance(node, ast.Name)):
        return None
    at = code.start(statement)
    return [Change(at, at, f"{name} = {name}.clone()\n{code.indent(statement)}")]


def reshape(code: Code, remedy: Remedy) -> list[Change] | None:
    """``.reshape(…)`` for ``.view(…)``."""
    call = code.call(remedy.span, "view")
    if call is None or not isinstance(call.func, ast.Attribute):
        return None
    end = code.end(call.func)
    return [Change(end - len("view"), end, "reshape")]


def detach_for_numpy(code: Code, remedy: Remedy) -> list[Change] | None:
    """``.detach().numpy()`` for ``.numpy()``."""
    call = code.call(remedy.span, "numpy")
    if call is None or not isinstance(call.func, ast.Attribute):
        return None
    at = code.text.rindex(".", 0, code.end(call.func))
    return [Change(at, at, ".detach()")]


def detach_the_arguments(code: Code, remedy: Remedy) -> list[Change] | None:
    """``.detach()`` behind the arguments of a call that are tracked: by their name, or as an operation's result."""
    call = code.at(remedy.span, ast.Call)
    if call is None:
        return None
    tracked = {code.offset(span.line, span.column): code.offset(span.end_line, span.end_column) for span in remedy.more}
    changes: list[Change] = []
    for value in (*call.args, *(item.value for item in call.keywords)):
        named = isinstance(value, ast.Name) and value.id in remedy.names
        if named or tracked.get(code.start(value)) == code.end(value):
            changes += behind(code, value, ".detach()")
    return changes or None


def convert(code: Code, remedy: Remedy) -> list[Change] | None:
    """``.long()``, say, behind an argument of the failed call: a variable, or what an operation made there."""
    method, *names = remedy.names
    found: list[ast.expr] = [node for node in code.within(remedy.span, ast.Name) if node.id in names]
    places = [(code.offset(s.line, s.column), code.offset(s.end_line, s.end_column)) for s in remedy.more]
    made = [node for node in code.within(remedy.span, ast.Call) if (code.start(node), code.end(node)) in places]
    arguments = [node for node in found or made if _is_argument(code, node)]
    return behind(code, arguments[0], f".{method}") if len(arguments) == 1 else None


def _is_argument(code: Code, node: ast.expr) -> bool:
    """Whether it is an argument of a call, or what a method is called of."""
    parent = code.parents.get(node)
    called = isinstance(parent, ast.Attribute) and isinstance(code.parents.get(parent), ast.Call)
    return called or isinstance(parent, ast.keyword) or (isinstance(parent, ast.Call) and node in parent.args)


def keep_the_tensor(code: Code, remedy: Remedy) -> list[Change] | None:
    """Without ``.item()``; ``torch.sin(x)`` for ``math.sin(x)``."""
    call = code.at(remedy.span, ast.Call)
    if call is None or not isinstance(function := call.func, ast.Attribute):
        return None
    if function.attr == "item" and not call.args:
        without = Change(code.text.rindex(".", 0, code.end(function)), code.end(call), "")
        outer = code.parents.get(call)
        return [without, *(_of_torch(code, outer.func) if isinstance(outer, ast.Call) else [])]
    return _of_torch(code, function) or None


def _of_torch(code: Code, function: ast.expr) -> list[Change]:
    """``torch.sin`` for ``math.sin``."""
    if not isinstance(function, ast.Attribute) or not isinstance(function.value, ast.Name):
        return []
    if function.value.id != "math" or function.attr not in _OF_MATH:
        return []
    return [Change(code.start(function.value), code.end(function.value), "torch")]


_OF_MATH = frozenset("sin cos tan exp log sqrt tanh sinh cosh asin acos atan log2 log10 log1p expm1 erf".split())
"""Functions of one tensor that have the same name in torch."""


def rsample(code: Code, remedy: Remedy) -> list[Change] | None:
    """``.rsample(…)`` for ``.sample(…)``."""
    call = code.call(remedy.span, "sample")
    if call is None or not isinstance(call.func, ast.Attribute):
        return None
    end = code.end(call.func)
    return [Change(end - len("sample"), end, "rsample")]


def no_grad_mode(code: Code, remedy: Remedy) -> list[Change] | None:
    """torch.no_grad for the torch.inference_mode under which the tensor was made."""
    lines = {span.line for span in remedy.more}
    found = [node for node in code.all(ast.Attribute) if node.attr == "inference_mode" and _covers(code, node, lines)]
    if len(found) != 1:
        return None
    end = code.end(found[0])
    return [Change(end - len("inference_mode"), end, "no_grad")]


def _covers(code: Code, node: ast.AST, lines: set[int]) -> bool:
    """Whether the with statement, or the function below the decorator, holds these lines."""
    around: ast.AST | None = node
    while around is not None and not isinstance(around, ast.With | ast.FunctionDef):
        around = code.parents.get(around)
    return around is not None and all(around.lineno <= line <= (around.end_lineno or 0) for line in lines)
