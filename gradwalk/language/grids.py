"""NumPy's walks over the places of an array, nditer, ndenumerate and ndindex, and einsum with its cost."""

from __future__ import annotations

import ast
import math
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from gradwalk.language.arrays import Walk, checked
from gradwalk.language.standard import Standard
from gradwalk.program import ProgramError

if TYPE_CHECKING:
    from gradwalk.language.run import Run

_FLAGS = ("multi_index", "c_index")
_OPERAND_FLAGS = ("readonly", "readwrite")


def _nditer(run: Run, node: ast.AST, array: Any, flags: Any = (), op_flags: Any = ("readonly",)) -> Walk:
    given = _array(run, node, array)
    for name, listed in ((flags, _FLAGS), (op_flags, _OPERAND_FLAGS)):
        if not isinstance(name, list | tuple) or any(item not in listed for item in name):
            raise ProgramError(f"np.nditer takes one array here, and of flags {' or '.join(listed)}.", run.span(node))
    return Walk(given, list(flags), list(op_flags))


def _ndenumerate(run: Run, node: ast.AST, array: Any) -> Any:
    return zip(*_places(run, node, array), strict=True)


def _places(run: Run, node: ast.AST, array: Any) -> tuple[list[tuple[int, ...]], list[Any]]:
    found = list(np.ndenumerate(_array(run, node, array)))
    return [place for place, _ in found], [item for _, item in found]


def _ndindex(run: Run, node: ast.AST, *shape: Any) -> Any:
    lengths = shape[0] if len(shape) == 1 and isinstance(shape[0], list | tuple) else shape
    if not all(isinstance(length, int | np.integer) for length in lengths):
        raise TypeError("an integer is required for the lengths of np.ndindex")
    run.budget.operation(math.prod(max(0, int(length)) for length in lengths), 0, run.span(node))
    return map(tuple, product(*map(range, map(int, lengths))))


def _einsum(run: Run, node: ast.AST, equation: Any, *operands: Any) -> Any:
    """One multiplication for each combination of the letters."""
    if not isinstance(equation, str) or "." in equation or not operands:
        raise ProgramError(
            "np.einsum() takes an equation of letters here: np.einsum('ij,jk->ik', a, b).", run.span(node)
        )
    given = [_array(run, node, item) for item in operands]
    lengths: dict[str, int] = {}
    for letters, operand in zip(equation.replace(" ", "").partition("->")[0].split(","), given, strict=False):
        for letter, length in zip(letters, operand.shape, strict=False):
            lengths[letter] = max(lengths.get(letter, 1), length)
    whole = math.prod(lengths.values())
    run.budget.operation(whole, whole, run.span(node))
    return checked(np.einsum(equation, *given))


def _array(run: Run, node: ast.AST, value: Any) -> np.ndarray[Any, Any]:
    """The array itself: a list is to be made one by np.array, where its cost is known."""
    if not isinstance(value, np.ndarray | np.generic):
        raise ProgramError("This takes an array here: np.array(…) makes one of a list.", run.span(node))
    found = np.asarray(value)
    run.budget.operation(max(1, found.size), 0, run.span(node))
    return found


NUMPY: dict[str, Any] = {
    name: Standard(f"numpy.{name}", rule)
    for name, rule in (
        ("nditer", _nditer),
        ("ndenumerate", _ndenumerate),
        ("ndindex", _ndindex),
        ("einsum", _einsum),
    )
}
"""What ``numpy`` has of these."""
