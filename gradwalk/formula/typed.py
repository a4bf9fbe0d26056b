"""A typed expression as mathematics is written: one MathML tree for each line of the short form."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from gradwalk.formula.mathml import Tree, name_tree
from gradwalk.notation import MINUS
from gradwalk.program import python_parser

_SIGNS: dict[type[ast.AST], str] = {
    ast.Add: "+",
    ast.Sub: MINUS,
    ast.Mod: "mod",
    ast.UAdd: "+",
    ast.USub: MINUS,
    ast.Eq: "=",
    ast.NotEq: "≠",
    ast.Lt: "<",
    ast.LtE: "≤",
    ast.Gt: ">",
    ast.GtE: "≥",
}
_FENCES = {"abs": ("|", "|"), "floor": ("⌊", "⌋"), "ceil": ("⌈", "⌉")}
_NAMES = {"pi": "π", "inf": "∞", "tau": "τ"}
_CALLED = {"sigmoid": "σ", "expit": "σ", "log2": "log₂", "log10": "log₁₀"}
_RAISED = frozenset("sin cos tan sinh cosh tanh log ln".split())
"""Functions of which mathematics writes the power behind the name: sin²(x)."""
_SUM, _PRODUCT, _SIGN, _POWER, _ATOM = range(5)
"""How tightly an expression holds together."""


def typed_lines(text: str, root: str) -> list[Tree]:
    """The lines of a text in the short form, each as ``name = …``; ``root`` names a last one without a name."""
    plain = "\n".join(line.strip() for line in text.split("\n"))
    written = _Written(plain)
    return [_line(written, statement, root) for statement in python_parser.module(plain).body]


def _line(written: _Written, statement: ast.stmt, root: str) -> Tree:
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            return ["math", name_tree(name), ["mo", "="], written.tree(value)]
        case ast.Expr(value=ast.Name(id=name)):
            return ["math", name_tree(name)]
        case ast.Expr(value=value):
            return ["math", name_tree(root), ["mo", "="], written.tree(value)]
    return ["math", ["mtext", written.source(statement)]]


class _Written:
    """Writes the parts of one text."""

    def __init__(self, text: str) -> None:
        self._text = text

    def source(self, node: ast.AST) -> str:
        return ast.get_source_segment(self._text, node) or ""

    def tree(self, node: ast.expr) -> Tree:
        match node:
            case ast.Name(id=name):
                return ["mi", _NAMES[name]] if name in _NAMES else name_tree(name)
            case ast.BinOp(op=ast.Div(), left=left, right=right):
                return ["mfrac", self.tree(left), self.tree(right)]
            case ast.BinOp(op=ast.Pow(), left=left, right=right):
                return self._power(left, right)
            case ast.BinOp(op=ast.Mult() | ast.MatMult()):
                return self._product(node)
            case ast.BinOp(op=op, left=left, right=right):
                return ["mrow", self._held(left, _SUM), ["mo", _SIGNS[type(op)]], self._held(right, _PRODUCT)]
            case ast.UnaryOp(op=op, operand=operand):
                return ["mrow", ["mo", _SIGNS.get(type(op), "")], self._held(operand, _PRODUCT)]
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                return ["mrow", self.tree(left), ["mo", _SIGNS.get(type(op), "")], self.tree(right)]
            case ast.Call(func=func, args=args, keywords=[]) if (called := _function(func)) is not None:
                return self._call(called, args)
            case ast.Attribute(value=ast.Name(id="torch" | "math"), attr=name) if name in ("pi", "e", "inf"):
                return ["mi", _NAMES.get(name, name)]
            case ast.Attribute(value=value, attr="T" | "mT"):
                return ["msup", self._held(value, _ATOM), ["mo", "⊤"]]
        return ["mn" if isinstance(node, ast.Constant) else "mtext", self.source(node)]

    def _held(self, node: ast.expr, least: int) -> Tree:
        """A part in brackets, unless it holds together by itself."""
        tree = self.tree(node)
        return tree if _holds(node) >= least else ["mrow", ["mo", "("], tree, ["mo", ")"]]

    def _product(self, node: ast.BinOp) -> Tree:
        left, right = self._held(node.left, _PRODUCT), self._held(node.right, _SIGN)
        plain = isinstance(node.left, ast.Constant) and not _starts_with_number(node.right)
        if isinstance(node.op, ast.MatMult) or plain:
            return ["mrow", left, right]
        return ["mrow", left, ["mo", "·"], right]

    def _power(self, base: ast.expr, exponent: ast.expr) -> Tree:
        above = self.tree(exponent)
        match base, exponent:
            case ast.Call(func=ast.Name(id=name), args=[_], keywords=[]), ast.Constant(value=int()) if name in _RAISED:
                called = self.tree(base)
                return ["mrow", ["msup", called[1], above], *called[2:]]
        fenced = isinstance(base, ast.Call) and not (isinstance(base.func, ast.Name) and base.func.id in _FENCES)
        return ["msup", self._fenced([base]) if fenced else self._held(base, _ATOM), above]

    def _call(self, name: str, args: Sequence[ast.expr]) -> Tree:
        if name in ("sqrt", "root") and len(args) == 1:
            return ["msqrt", self.tree(args[0])]
        if name in _FENCES and len(args) == 1:
            opening, closing = _FENCES[name]
            return ["mrow", ["mo", opening], self.tree(args[0]), ["mo", closing]]
        return ["mrow", ["mi", _CALLED.get(name, name)], self._fenced(args)]

    def _fenced(self, parts: Sequence[ast.expr]) -> Tree:
        row: Tree = ["mrow", ["mo", "("]]
        for number, part in enumerate(parts):
            if number:
                row.append(["mo", ","])
            row.append(self.tree(part))
        return [*row, ["mo", ")"]]


def _function(node: ast.expr) -> str | None:
    """The name of a called function, with or without its module; None for a method."""
    match node:
        case ast.Name(id=name) | ast.Attribute(value=ast.Name(id="torch" | "F" | "math"), attr=name):
            return name
    return None


def _holds(node: ast.expr) -> int:
    match node:
        case ast.BinOp(op=ast.Div()):
            return _SIGN
        case ast.BinOp(op=ast.Mult() | ast.MatMult()):
            return _PRODUCT
        case ast.BinOp(op=ast.Pow()):
            return _POWER
        case ast.BinOp() | ast.Compare() | ast.UnaryOp():
            return _SUM
    return _ATOM


def _starts_with_number(node: ast.expr) -> bool:
    while isinstance(node, ast.BinOp):
        if isinstance(node.op, ast.Div):
            return True
        node = node.left
    return isinstance(node, ast.Constant)
