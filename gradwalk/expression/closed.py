"""The wall of the short form: what was written is read once more, piece by piece, and has to be on closed lists.

Programs that forms write share a process, and some are run in the server's own. So it does not rest on the writers
alone that their text holds arithmetic on tensors and nothing else.
"""

from __future__ import annotations

import ast
from collections.abc import Container, Iterable

from gradwalk.expression.arithmetic import CONSTANTS
from gradwalk.expression.arithmetic import FUNCTIONS as ON_NUMBERS
from gradwalk.expression.spelling import span_of
from gradwalk.expression.table import ATTRIBUTES, FUNCTIONS, SHAPES
from gradwalk.program import ProgramError

_SYNTAX = (
    *(ast.Load, ast.Store, ast.Assign, ast.Name, ast.Attribute, ast.Call, ast.keyword, ast.Subscript, ast.Slice),
    *(ast.List, ast.Tuple, ast.UnaryOp, ast.USub, ast.UAdd, ast.BinOp, ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Mod),
    *(ast.Pow, ast.MatMult, ast.Compare, ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Constant),
)
_F = frozenset(name for name, entry in FUNCTIONS.items() if "F" in entry.modules)
_MEMBERS = {
    "torch": {name for name, entry in FUNCTIONS.items() if "torch" in entry.modules}
    | {"tensor", "float64", "maximum", "minimum", *CONSTANTS},
    "math": {*CONSTANTS, *ON_NUMBERS},
    "F": _F,
    "torch.nn.functional": _F,
}
"""What is written behind each module's name."""
_METHODS = {*ATTRIBUTES, *SHAPES, *(name for name, entry in FUNCTIONS.items() if entry.method)}
_KEYWORDS = {"dtype", *(word for entry in FUNCTIONS.values() for word in entry.keywords)}
_WITHOUT_MODULE = frozenset(("abs", "max", "min"))
"""Python's own functions of plain numbers."""


def check_written(tree: ast.Module, names: Container[str]) -> None:
    """Raise ProgramError for lines with anything in them but arithmetic on these names."""
    waiting: list[ast.AST] = list(tree.body)
    while waiting:
        node = waiting.pop()
        parts = _parts(node, names) if isinstance(node, _SYNTAX) else None
        if parts is None:
            raise ProgramError("This cannot be written as arithmetic on tensors.", span_of(node))
        waiting += parts


def _parts(node: ast.AST, names: Container[str]) -> Iterable[ast.AST] | None:
    """What is still to be looked at below a piece of syntax; None for one that is not listed."""
    match node:
        case ast.Assign(targets=[ast.Name()]) | ast.Call(func=ast.Attribute()):
            return ast.iter_child_nodes(node)
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in _WITHOUT_MODULE:
            return args
        case ast.Assign() | ast.Call() | ast.Attribute(ctx=ast.Store()) | ast.Subscript(ctx=ast.Store()):
            return None
        case ast.Name(id=name):
            return () if name in names else None
        case ast.Attribute(value=value, attr=name):
            module = _module(value, names)
            if module is not None:
                return () if name in _MEMBERS[module] else None
            return (value,) if name in _METHODS else None
        case ast.keyword(arg=name, value=value):
            return (value,) if name in _KEYWORDS else None
        case ast.Constant(value=value):
            return () if type(value) in (bool, int, float) else None
    return ast.iter_child_nodes(node)


def _module(node: ast.expr, names: Container[str]) -> str | None:
    """Which module this names; None for a value."""
    match node:
        case ast.Name(id="torch" | "math" | "F" as name) if name not in names:
            return name
        case ast.Attribute(value=ast.Attribute(value=ast.Name(id="torch"), attr="nn"), attr="functional"):
            return "torch.nn.functional"
    return None
