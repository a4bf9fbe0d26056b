"""Edits where a leaf is made or changed: numbers that can require a gradient, its flag, its updates, its ``.grad``."""

from __future__ import annotations

import ast

from gradwalk.failures.diagnosis import Remedy
from gradwalk.program import Span
from gradwalk.program.syntax import Change, Code, behind, name_of, with_argument

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
    """requires_grad=True where each of these leaves is made: in the call that makes it, or behind what computes it."""
    changes = [
        _tracked(code, span, name) for span, name in zip((remedy.span, *remedy.more), remedy.names, strict=False)
    ]
    whole = [change for found in changes if found is not None for change in found]
    return whole if all(found is not None for found in changes) else None


def _tracked(code: Code, span: Span, name: str) -> list[Change] | None:
    statement = code.statement(span)
    value = _assigned(statement, name) if isinstance(statement, ast.Assign) else None
    if value is None:
        return None
    made = _creation(code, value)
    if made is not value or not isinstance(made, ast.Call):
        return behind(code, value, ".requires_grad_()") if made is not None else None
    if any(item.arg == "requires_grad" for item in made.keywords):
        return None
    return [with_argument(code, made, "requires_grad=True")]


def _assigned(statement: ast.Assign, name: str) -> ast.expr | None:
    """What a statement assigns to a name, one of several too."""
    target, value = statement.targets[0], statement.value
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        pairs = zip(target.elts, value.elts, strict=True)
        return next((one for place, one in pairs if isinstance(place, ast.Name) and place.id == name), None)
    return value if isinstance(target, ast.Name) else None


def under_no_grad(code: Code, remedy: Remedy) -> list[Change] | None:
    """The statement under ``with torch.no_grad():``, and with it the updates of other leaves that follow it."""
    statement = code.statement(remedy.span)
    if not isinstance(statement, ast.AugAssign | ast.Expr | ast.Assign) or not code.alone(statement):
        return None
    last = _last_update(code, statement)
    text = code.text[code.start(statement) : code.end(last)]
    return [_under_no_grad(code, statement, text, last=last)]


def _last_update(code: Code, first: ast.stmt) -> ast.stmt:
    """The last of the updates that stand in a row: between them, gradients may be cleared."""
    block = code.block(first)
    last = first
    for node in block[block.index(first) :] if is_update(first) else ():
        if not (is_update(node) or is_clearing(code, node)) or not code.alone(node):
            break
        last = node if is_update(node) else last
    return last


def is_update(node: ast.stmt) -> bool:
    """``w -= lr * w.grad``."""
    if not isinstance(node, ast.AugAssign):
        return False
    return any(isinstance(one, ast.Attribute) and one.attr == "grad" for one in ast.walk(node.value))


def is_clearing(code: Code, node: ast.stmt) -> bool:
    """``w.grad.zero_()``, ``w.grad = None``."""
    return isinstance(node, ast.Expr | ast.Assign) and code.piece(node).endswith((".grad.zero_()", ".grad = None"))


def _under_no_grad(code: Code, node: ast.stmt, text: str, after: str = "", last: ast.stmt | None = None) -> Change:
    indent = code.indent(node)
    body = text.replace("\n", "\n    ")
    rest = f"\n{indent}{after}" if after else ""
    return Change(code.start(node), code.end(last or node), f"with torch.no_grad():\n{indent}    {body}{rest}")


def update_in_place(code: Code, remedy: Remedy) -> list[Change] | None:
    """``w -= lr * w.grad`` under no_grad, for ``w = w - lr * w.grad``, whose new w is no leaf; then zero_()."""
    found = [_update_in_place(code, span, off="off" in remedy.names) for span in (remedy.span, *remedy.more)]
    return [change for changes in found for change in changes or ()] if all(found) else None


def _update_in_place(code: Code, span: Span, *, off: bool) -> list[Change] | None:
    node = code.statement(span)
    if not isinstance(node, ast.Assign) or len(node.targets) != 1 or not code.alone(node):
        return None
    target, value = node.targets[0], node.value
    if not (isinstance(target, ast.Name) and isinstance(value, ast.BinOp) and isinstance(value.op, ast.Sub | ast.Add)):
        return None
    if not (isinstance(value.left, ast.Name) and value.left.id == target.id):
        return None
    sign = "-" if isinstance(value.op, ast.Sub) else "+"
    right = code.text[code.end(value.left) : code.end(node)].lstrip().removeprefix(sign).strip()
    clear = "" if _is_cleared(code, node, target.id) else f"{target.id}.grad.zero_()"
    if off:
        text = f"{target.id} {sign}= {right}" + (f"\n{code.indent(node)}{clear}" if clear else "")
        return [Change(code.start(node), code.end(node), text)]
    return [_under_no_grad(code, node, f"{target.id} {sign}= {right}", clear)]


def _is_cleared(code: Code, node: ast.stmt, name: str) -> bool:
    """Whether a later line clears this gradient already."""
    rest = code.text[code.end(node) :]
    return f"{name}.grad.zero_" in rest or f"{name}.grad = None" in rest


def leaf_last(code: Code, remedy: Remedy) -> list[Change] | None:
    """``torch.randn(3).double().requires_grad_()`` for ``torch.randn(3, requires_grad=True).double()``."""
    statement = code.statement(remedy.span)
    value = _assigned(statement, remedy.names[0]) if isinstance(statement, ast.Assign) and remedy.names else None
    if value is None:
        return None
    given = [(call, item) for call in ast.walk(value) if isinstance(call, ast.Call) for item in call.keywords]
    flags = [(call, item) for call, item in given if item.arg == "requires_grad"]
    if len(flags) != 1:
        return None
    ((_, item),) = flags
    before = code.text[: code.start(item)].rstrip()
    start = len(before) - 1 if before.endswith(",") else code.start(item)
    text = code.text[code.start(value) : start] + code.text[code.end(item) : code.end(value)]
    plain = isinstance(value, ast.Name | ast.Call | ast.Attribute | ast.Subscript)
    new = f"{text}.requires_grad_()" if plain else f"({text}).requires_grad_()"
    return [Change(code.start(value), code.end(value), new)]


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


def untrack(code: Code, remedy: Remedy) -> list[Change] | None:
    """``torch.zeros(1)`` for ``torch.zeros(1, requires_grad=True)``."""
    calls = [(call, item) for call in code.within(remedy.span, ast.Call) for item in call.keywords]
    found = [(call, item) for call, item in calls if item.arg == "requires_grad"]
    if len(found) != 1:
        return None
    call, item = found[0]
    others = [code.end(one) for one in (*call.args, *call.keywords) if code.end(one) < code.start(item)]
    return [Change(max(others), code.end(item), "")] if others else None
