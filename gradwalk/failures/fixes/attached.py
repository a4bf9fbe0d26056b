"""Edits that take a cut away: detach(), .data, no_grad, and numbers that were copied into a new tensor."""

from __future__ import annotations

import ast

from gradwalk.failures.diagnosis import Remedy
from gradwalk.failures.fixes.leaves import is_clearing, is_update
from gradwalk.program import Span
from gradwalk.program.syntax import Change, Code, name_of

_MODES = ("no_grad", "inference_mode")


def keep_attached(code: Code, remedy: Remedy) -> list[Change] | None:
    """The expression without its ``.detach()`` or ``.data``."""
    (name,) = remedy.names
    if name == "data":
        found = [node for node in code.within(remedy.span, ast.Attribute) if node.attr == name]
        return [_gone(code, found[0], found[0])] if len(found) == 1 else None
    call = code.call(remedy.span, name)
    if call is None or not isinstance(call.func, ast.Attribute) or call.args or call.keywords:
        return None
    return [_gone(code, call.func, call)]


def _gone(code: Code, attribute: ast.Attribute, whole: ast.expr) -> Change:
    return Change(code.text.rindex(".", 0, code.end(attribute)), code.end(whole), "")


def gradients_on(code: Code, remedy: Remedy) -> list[Change] | None:
    """The lines without the ``with torch.no_grad():`` or the decorator around them, where nothing else needs it."""
    node: ast.AST | None = code.statement(remedy.span)
    while node is not None and not _turns_off(node):
        node = code.parents.get(node)
    if not isinstance(node, ast.With | ast.FunctionDef):
        return None
    lines = range(node.lineno, (node.end_lineno or 0) + 1)
    if any(span.line in lines for span in remedy.more):
        return None
    return _undecorated(code, node) if isinstance(node, ast.FunctionDef) else _unwrapped(code, node)


def _turns_off(node: ast.AST) -> bool:
    if isinstance(node, ast.With):
        return len(node.items) == 1 and _is_mode(node.items[0].context_expr)
    return isinstance(node, ast.FunctionDef) and any(map(_is_mode, node.decorator_list))


def _is_mode(node: ast.expr) -> bool:
    function = node.func if isinstance(node, ast.Call) and not node.args and not node.keywords else node
    return isinstance(function, ast.Name | ast.Attribute) and name_of(function) in _MODES


def _undecorated(code: Code, node: ast.FunctionDef) -> list[Change]:
    return [
        Change(code.offset(one.lineno, 1), code.offset((one.end_lineno or one.lineno) + 1, 1), "")
        for one in node.decorator_list
        if _is_mode(one)
    ]


def _unwrapped(code: Code, node: ast.With) -> list[Change] | None:
    """The body, as far to the left as the ``with`` stood; the updates at its end stay under it."""
    first = node.body[0]
    stays = next((at for at, one in enumerate(node.body) if is_update(one)), len(node.body))
    if not all(is_update(one) or is_clearing(code, one) for one in node.body[stays:]):
        return None
    texts = [n for n in ast.walk(node) if isinstance(n, ast.Constant | ast.JoinedStr) and n.lineno != n.end_lineno]
    if texts or not code.alone(node):
        return None
    if first.lineno == node.lineno:
        return [Change(code.start(node), code.start(first), "")]
    outer, inner = len(code.indent(node)), len(code.indent(first))
    start, end = code.offset(first.lineno, 1), code.end(node.body[stays - 1])
    lines = code.text[start:end].split("\n")
    body = "\n".join(line[inner - outer :] if not line[: inner - outer].strip() else line for line in lines)
    if stays < len(node.body):
        body += f"\n{code.text[code.offset(node.lineno, 1) : start].rstrip()}"
    return [Change(code.offset(node.lineno, 1), end, body)]


def uncopied(code: Code, remedy: Remedy) -> list[Change] | None:
    """``torch.stack([a, b])`` for ``torch.tensor([a, b])``, and ``a`` for ``torch.tensor(a)``."""
    made = [call for call in code.within(remedy.span, ast.Call) if name_of(call.func) == "tensor"]
    made = made or [call for call in [code.call(remedy.span, "tensor")] if call is not None]
    if len(made) != 1 or len(made[0].args) != 1 or any(item.arg != "requires_grad" for item in made[0].keywords):
        return None
    (call,), (count,) = made, remedy.names
    items = [change for span in remedy.more if (change := _without_item(code, span)) is not None]
    if len(items) != len(remedy.more):
        return None
    given = call.args[0]
    if isinstance(given, ast.List) and len(given.elts) != int(count):
        return None
    several = isinstance(given, ast.List) or count != "1"
    text = f"torch.stack({code.piece(given)})" if several else _as_piece(code, call, given)
    inside = [change for change in items if code.start(call) <= change.start and change.end <= code.end(call)]
    return None if inside else [*items, Change(code.start(call), code.end(call), text)]


def _as_piece(code: Code, call: ast.Call, given: ast.expr) -> str:
    """The argument in the place of its call, in parentheses where it would else fall apart."""
    plain = isinstance(given, ast.Name | ast.Call | ast.Attribute | ast.Subscript)
    alone = isinstance(code.parents.get(call), ast.Assign)
    return code.piece(given) if plain or alone else f"({code.piece(given)})"


def _without_item(code: Code, span: Span) -> Change | None:
    call = code.call(span, "item")
    if call is None or not isinstance(call.func, ast.Attribute) or call.args:
        return None
    return _gone(code, call.func, call)


def drop_line(code: Code, remedy: Remedy) -> list[Change] | None:
    """The program without a statement that has its line for itself, and is not the only one of its block."""
    node = code.statement(remedy.span)
    block = getattr(code.parents.get(node), "body", []) if node is not None else []
    if not isinstance(node, ast.Expr) or not code.alone(node) or len(block) < 2:
        return None
    return [Change(code.offset(node.lineno, 1), code.offset((node.end_lineno or node.lineno) + 1, 1), "")]
