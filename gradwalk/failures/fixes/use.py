"""Edits of how data, settings and distributions are handed on."""

from __future__ import annotations

import ast

from gradwalk.failures.diagnosis import Remedy
from gradwalk.program.syntax import Change, Code, has, name_of, with_argument


def one_argument_more(code: Code, remedy: Remedy) -> list[Change] | None:
    """An argument at the end of a call."""
    argument, function = remedy.names
    call = code.call(remedy.span, function)
    if call is None or has(call, argument.partition("=")[0]):
        return None
    return [with_argument(code, call, argument)]


def as_tensor(code: Code, remedy: Remedy) -> list[Change] | None:
    """``weight=torch.tensor([1.0, 2.0])`` for ``weight=[1.0, 2.0]``."""
    call = code.at(remedy.span, ast.Call)
    given = [item.value for item in call.keywords if item.arg == remedy.names[0]] if call is not None else []
    if len(given) != 1 or not isinstance(given[0], ast.List):
        return None
    numbers = [node.value for node in given[0].elts if isinstance(node, ast.Constant)]
    if len(numbers) != len(given[0].elts) or not all(isinstance(number, int | float) for number in numbers):
        return None
    whole = "" if all(isinstance(number, float) for number in numbers) else ", dtype=torch.float32"
    return [Change(code.start(given[0]), code.end(given[0]), f"torch.tensor({code.piece(given[0])}{whole})")]


def features(code: Code, remedy: Remedy) -> list[Change] | None:
    """``nn.Linear(8, 1)`` for ``nn.Linear(6, 1)``."""
    size = code.at(remedy.span, ast.Constant)
    return None if size is None else [Change(code.start(size), code.end(size), remedy.names[0])]


def uncall(code: Code, remedy: Remedy) -> list[Change] | None:
    """``w.grad`` for ``w.grad()``."""
    call = code.call(remedy.span, remedy.names[0])
    if call is None or call.args or call.keywords:
        return None
    return [Change(code.end(call.func), code.end(call), "")]


def in_range(code: Code, remedy: Remedy) -> list[Change] | None:
    """``for i in range(n)`` for ``for i in n``."""
    loop = code.at(remedy.span, ast.For)
    if loop is None or loop.lineno != remedy.span.line:
        return None
    return [Change(code.start(loop.iter), code.end(loop.iter), f"range({code.piece(loop.iter)})")]


def of_self(code: Code, remedy: Remedy) -> list[Change] | None:
    """``self.fc`` for ``fc``, wherever the method uses it."""
    methods = [node for node in code.all(ast.FunctionDef) if _around(node, remedy)]
    if not methods or not methods[-1].args.args:
        return None
    names = [n for n in ast.walk(methods[-1]) if isinstance(n, ast.Name) and n.id in remedy.names]
    owner = methods[-1].args.args[0].arg
    return [Change(at := code.start(node), at, f"{owner}.") for node in names] or None


def _around(node: ast.FunctionDef, remedy: Remedy) -> bool:
    return node.lineno <= remedy.span.line <= (node.end_lineno or node.lineno)


def rename_method(code: Code, remedy: Remedy) -> list[Change] | None:
    """``def __init__`` for ``def _init_``."""
    wrong, right = remedy.names
    methods = [node for node in code.all(ast.FunctionDef) if node.name == wrong]
    if len(methods) != 1:
        return None
    start = code.text.index(wrong, code.start(methods[0]))
    return [Change(start, start + len(wrong), right)]


def as_method(code: Code, remedy: Remedy) -> list[Change] | None:
    """``loss.backward()`` for ``torch.backward(loss)``."""
    call = code.call(remedy.span, remedy.names[0])
    if call is None or not call.args or not isinstance(call.args[0], ast.Name):
        return None
    rest = [code.piece(node) for node in (*call.args[1:], *call.keywords)]
    written = f"{call.args[0].id}.{remedy.names[0]}({', '.join(rest)})"
    return [Change(code.start(call), code.end(call), written)]


def as_logits(code: Code, remedy: Remedy) -> list[Change] | None:
    """``Categorical(logits=scores)`` for ``Categorical(scores)``, of scores that nothing has squashed."""
    call = code.call(remedy.span, remedy.names[0])
    if call is None or not call.args or call.keywords or len(call.args) != 1:
        return None
    if isinstance(call.args[0], ast.Call) and name_of(call.args[0].func) in ("softmax", "sigmoid", "relu", "exp"):
        return None
    return [Change(at := code.start(call.args[0]), at, "logits=")]


def make(code: Code, remedy: Remedy) -> list[Change] | None:
    """``nn.ReLU()`` for ``nn.ReLU``, wherever it stands as an argument there."""
    nodes = code.within(remedy.span, ast.Name, ast.Attribute)
    found = [node for node in nodes if name_of(node) in remedy.names and not _is_called(code, node)]
    return [Change(at := code.end(node), at, "()") for node in found] or None


def _is_called(code: Code, node: ast.expr) -> bool:
    outer = code.parents.get(node)
    return isinstance(outer, ast.Attribute) or (isinstance(outer, ast.Call) and outer.func is node)


def stacked(code: Code, remedy: Remedy) -> list[Change] | None:
    """``torch.stack(rows)`` for ``torch.tensor(rows)``."""
    call = code.at(remedy.span, ast.Call)
    if call is None or not isinstance(call.func, ast.Attribute) or len(call.args) != 1 or call.keywords:
        return None
    return [Change(code.end(call.func.value), code.end(call.func), ".stack")]


def swap(code: Code, remedy: Remedy) -> list[Change] | None:
    """``loss(scores, targets)`` for ``loss(targets, scores)``."""
    call = code.at(remedy.span, ast.Call)
    if call is None or len(call.args) != 2 or call.keywords or any(isinstance(one, ast.Starred) for one in call.args):
        return None
    first, second = call.args
    return [
        Change(code.start(first), code.end(first), code.piece(second)),
        Change(code.start(second), code.end(second), code.piece(first)),
    ]


def squeeze_last(code: Code, remedy: Remedy) -> list[Change] | None:
    """``x.squeeze(-1)`` for ``x.squeeze()``."""
    call = code.call(remedy.span, "squeeze")
    if call is None or call.args or call.keywords:
        return None
    return [Change(at := code.end(call) - 1, at, "-1")]
