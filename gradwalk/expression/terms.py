"""Writes each part of an expression in PyTorch's form: numbers, names, operators, comparisons, indices, lists."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any

from gradwalk.expression import calls
from gradwalk.expression.arguments import check_whole
from gradwalk.expression.arithmetic import CONSTANTS, combine, number
from gradwalk.expression.draft import RESERVED, Draft, Piece
from gradwalk.expression.numbers import MAX_DIMENSIONS, MAX_ELEMENTS, Numbers, shape_of
from gradwalk.expression.spelling import span_of
from gradwalk.expression.table import ATTRIBUTES
from gradwalk.expression.unknown import module_of, unknown
from gradwalk.program import ProgramError


def write(draft: Draft, node: ast.expr) -> Piece:
    """One part of an expression, and all parts below it. What is not listed here does not exist."""
    if (writer := _WRITERS.get(type(node))) is None:
        raise ProgramError(
            "This has no place in an expression; + - * / ** @ and functions such as sin(x) do.", span_of(node)
        )
    return writer(draft, node)


def _constant(draft: Draft, node: ast.Constant) -> Piece:
    return Piece(draft.source.of(node), number(node))


def _name(draft: Draft, node: ast.Name) -> Piece:
    return draft.name(node)


def _unary(draft: Draft, node: ast.UnaryOp) -> Piece:
    if not isinstance(node.op, ast.USub | ast.UAdd):
        raise ProgramError("Before a value stands + or - at most.", span_of(node))
    inner = draft.write(node.operand)
    text = draft.source.spliced(node, [(node.operand, inner.text)])
    if inner.number is None:
        return Piece(text)
    return Piece(text, -inner.number if isinstance(node.op, ast.USub) else inner.number)


def _binary(draft: Draft, node: ast.BinOp) -> Piece:
    if not isinstance(node.op, ast.Add | ast.Sub | ast.Mult | ast.Div | ast.Mod | ast.Pow | ast.MatMult):
        raise ProgramError("This sign has no meaning here; + - * / ** and @ do.", span_of(node))
    left, right = draft.write(node.left), draft.write(node.right)
    if isinstance(node.op, ast.MatMult) and not (left.number is None and right.number is None):
        raise ProgramError("@ joins vectors and matrices; write * to multiply by a number.", span_of(node))
    text = draft.source.spliced(node, [(node.left, left.text), (node.right, right.text)])
    if left.number is None or right.number is None:
        return Piece(text)
    return Piece(text, combine(node.op, left.number, right.number, node))


def _compare(draft: Draft, node: ast.Compare) -> Piece:
    if len(node.ops) > 1:
        raise ProgramError("One comparison at a time; write (0 < x)*(x < 1) for both.", span_of(node))
    right = node.comparators[0]
    pieces = draft.write(node.left), draft.write(right)
    if all(piece.number is not None for piece in pieces):
        raise ProgramError("This compares two plain numbers; one side needs a variable.", span_of(node))
    return Piece(draft.source.spliced(node, [(node.left, pieces[0].text), (right, pieces[1].text)]))


def _attribute(draft: Draft, node: ast.Attribute) -> Piece:
    module = module_of(draft, node.value)
    if module in RESERVED and node.attr in CONSTANTS:
        draft.modules.update({"math"} & {module})
        return Piece(draft.source.of(node), CONSTANTS[node.attr])
    if module or node.attr not in ATTRIBUTES:
        raise unknown(draft, node, node.attr)
    base = draft.write(node.value)
    if base.number is not None:
        raise ProgramError(f"A plain number has no .{node.attr}.", span_of(node))
    return Piece(draft.source.spliced(node, [(node.value, base.text)]))


def _subscript(draft: Draft, node: ast.Subscript) -> Piece:
    base = draft.write(node.value)
    if base.number is not None:
        raise ProgramError("A plain number has no elements.", span_of(node))
    for part in node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]:
        for bound in (part.lower, part.upper, part.step) if isinstance(part, ast.Slice) else (part,):
            if bound is not None:
                check_whole(bound)
    return Piece(draft.source.spliced(node, [(node.value, base.text)]))


def _list(draft: Draft, node: ast.List) -> Piece:
    return Piece(draft.tensor(list_of_numbers(draft, node)))


def list_of_numbers(draft: Draft, node: ast.expr, depth: int = 0) -> Numbers:
    """A number or a list that is written down, as floats in its shape."""
    if not isinstance(node, ast.List):
        return _element(draft, node)
    if depth == MAX_DIMENSIONS or not 0 < len(node.elts) <= MAX_ELEMENTS:
        raise ProgramError(
            "A list holds one number at least, at most 256, and has at most 3 dimensions.", span_of(node)
        )
    rows = tuple(list_of_numbers(draft, item, depth + 1) for item in node.elts)
    try:
        shape_of(rows)
    except ProgramError as error:
        raise ProgramError(error.message, span_of(node)) from None
    return rows


def _element(draft: Draft, node: ast.expr) -> float:
    piece = draft.write(node)
    if piece.number is None:
        sentence = "A list holds plain numbers here; make the whole list one variable, and give it its values beside."
        raise ProgramError(sentence, span_of(node))
    return float(piece.number)


def _tuple(draft: Draft, node: ast.Tuple) -> Piece:
    raise ProgramError("A comma stands between arguments; write [1, 2, 3] for a vector of numbers.", span_of(node))


def _call(draft: Draft, node: ast.Call) -> Piece:
    if calls.is_torch_tensor(draft, node):
        return Piece(draft.tensor(list_of_numbers(draft, node.args[0])))
    return calls.call(draft, node)


_WRITERS: Mapping[type[ast.expr], Callable[[Draft, Any], Piece]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.UnaryOp: _unary,
    ast.BinOp: _binary,
    ast.Compare: _compare,
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.List: _list,
    ast.Tuple: _tuple,
    ast.Call: _call,
}
