"""Values for variables that nobody gave one: a number, or a vector or matrix where the text uses the name as one."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

NUMBERS = ("2", "3", "-1", "0.5", "1.5", "-2")
"""In order of appearance."""
MOST = 8
"""A vector gets at most so many elements, whatever its largest index."""

_OF_VECTORS = frozenset("dot matmul inner outer mv mm".split())
_OF_MATRICES = frozenset("mv mm".split())


def defaults(tree: ast.Module, variables: Sequence[str]) -> tuple[str, ...]:
    """The text for each variable. All vectors have one size, so that they fit together: 2, or what indices need."""
    dimensions = _dimensions(tree)
    size = min(MOST, max([2, *(needed for node in ast.walk(tree) for needed in _needed(node))]))
    vectors = [name for name in variables if name in dimensions]
    return tuple(
        _default(vectors.index(name) if name in dimensions else position, dimensions.get(name, 0), size)
        for position, name in enumerate(variables)
    )


def _default(position: int, dimensions: int, size: int) -> str:
    if dimensions == 0:
        return NUMBERS[position % len(NUMBERS)]
    if dimensions == 1:
        return _row(position * size + 1, size)
    return f"[{', '.join(_row(first, size) for first in range(1, size * size, size))}]"


def _row(first: int, size: int) -> str:
    return f"[{', '.join(str(number) for number in range(first, first + size))}]"


def _dimensions(tree: ast.Module) -> dict[str, int]:
    """By name, how many dimensions the text asks of it; names that may be numbers are left out."""
    found: dict[str, int] = {}
    for node in ast.walk(tree):
        for name, dimensions in _asked(node):
            found[name] = max(dimensions, found.get(name, 0))
    return found


def _asked(node: ast.AST) -> Iterator[tuple[str, int]]:
    match node:
        case ast.BinOp(op=ast.MatMult(), left=left, right=right):
            yield from _operand(left)
            yield from _operand(right)
        case ast.Subscript(value=ast.Name(id=name), slice=index):
            yield name, len(index.elts) if isinstance(index, ast.Tuple) else 1
        case ast.Call(func=ast.Name(id=called), args=arguments) if called in _OF_VECTORS:
            yield from _operands(called, arguments)
        case ast.Call(func=ast.Attribute(value=value, attr=called), args=arguments) if called in _OF_VECTORS:
            module = isinstance(value, ast.Name) and value.id == "torch"
            yield from _operands(called, arguments if module else [value, *arguments])


def _operands(called: str, operands: Sequence[ast.expr]) -> Iterator[tuple[str, int]]:
    for position, operand in enumerate(operands):
        matrix = called in _OF_MATRICES and not (called == "mv" and position)
        for name, dimensions in _operand(operand):
            yield name, 2 if matrix else 1 if called != "matmul" else dimensions


def _operand(node: ast.expr) -> Iterator[tuple[str, int]]:
    """A capital names a matrix, as in ``X @ w`` and ``X.T @ w``."""
    if isinstance(node, ast.Attribute):
        node = node.value
    if isinstance(node, ast.Name):
        yield node.id, 2 if node.id[0].isupper() else 1


def _needed(node: ast.AST) -> Iterator[int]:
    """How many elements an index needs: 3 for ``x[2]`` and for ``x[-3]``."""
    if not isinstance(node, ast.Subscript):
        return
    for part in node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]:
        match part:
            case ast.Constant(value=int(number)):
                yield number + 1
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(number))):
                yield number
