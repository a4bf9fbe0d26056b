"""The letters of elements: in ``X + b`` the bias is ``b_j`` beside ``X_ij``, and a sum over rows leaves ``v_j``.

They say which element of the result hangs on which element of an operand, so each of them is worked out from the shapes
that were recorded. Where those do not say, there are no letters.
"""

from __future__ import annotations

import ast
import math
from typing import NamedTuple

from gradwalk.analysis.index import Index
from gradwalk.formula.mathml import Tree
from gradwalk.notation import Form, kernel_of
from gradwalk.recording import Operation

_MOST = 4
"""A tensor of more dimensions goes without letters."""
_ALPHABET = "ijklmnpqrst"
_PLAIN = "ijklm"
ALL = tuple(range(16))
"""Every dimension that a tensor may have."""

Shape = tuple[int, ...]


class Letters(NamedTuple):
    """The letters of a result and of an operand; ``1`` stands for a dimension of one element."""

    result: str
    operand: str

    @property
    def summed(self) -> str:
        """What a gradient is summed over on its way back."""
        return "".join(letter for letter in self.result if letter != "1" and letter not in self.operand)


def alphabet(index: Index) -> str:
    """The letters of indices: none that the program uses as a name."""
    free = [letter for letter in _ALPHABET if letter not in index.taken]
    return "".join(free)[: len(_PLAIN)]


def element_letters(index: Index, shape: Shape) -> str:
    """The letters of all dimensions; of many dimensions a single one, for all elements in a row."""
    free = alphabet(index)
    return _written(free[: len(shape)], shape) if len(shape) <= _MOST else free[:1]


def letters(index: Index, operation: Operation, edge: int, result: int = 0) -> Letters | None:
    """How the elements of a result hang on those of an operand; None where each may hang on any."""
    found = _places(index, operation, edge, result)
    return None if found is None else spelled(index, found)


def spelled(index: Index, found: Letters) -> Letters | None:
    """With the letters that are free in this program; None where they are too few."""
    free = alphabet(index)
    if len(free) < len(_PLAIN):
        return None
    own = str.maketrans(_PLAIN, free)
    return Letters(found.result.translate(own), found.operand.translate(own))


def _places(index: Index, operation: Operation, edge: int, result: int) -> Letters | None:
    """The same with the letters i to m."""
    known = kernel_of(operation)
    shape = index.values[operation.results[result]].shape
    operand = index.values[operation.edges[edge].value].shape
    constants = {constant.name: constant.text for constant in operation.constants}
    if known.form in (Form.ELEMENTWISE, Form.EXPAND) or operation.edges[edge].name in known.added:
        return broadcast(shape, operand)
    if known.loss:
        return broadcast(shape, operand) if constants.get("reduction") == "0" else _reduced(shape, operand, ALL)
    if known.name == "nll_loss_forward" and operation.edges[edge].name == "self":
        return _reduced(shape, operand, (len(operand) - 1,) if constants.get("reduction") == "0" else ALL)
    if known.form is Form.ORDER:
        return _reordered(operand, permutation(known.name, len(operand), constants))
    if known.form is Form.REDUCTION and len(operation.edges) == 1:
        return _reduced(shape, operand, dimensions(constants.get("dim"), len(operand)))
    if known.form is Form.GROUP and len(operand) == len(shape) <= _MOST:
        return _grouped(shape, dimensions(constants.get("dim"), len(operand)))
    return None


def named(name: Tree, letters_: str) -> Tree:
    """A name with its letters as an index."""
    return ["msub", name, ["mi", letters_]] if letters_ else name


def broadcast(shape: Shape, operand: Shape) -> Letters | None:
    """The letters from i on of an operand that is broadcast to the shape of the result; None where it does not fit."""
    if len(shape) > _MOST or len(operand) > len(shape):
        return None
    if any(small not in (1, large) for small, large in zip(operand[::-1], shape[::-1], strict=False)):
        return None
    right = _PLAIN[len(shape) - len(operand) : len(shape)]
    return Letters(_written(_PLAIN[: len(shape)], shape), _written(right, operand))


def permutation(name: str, rank: int, constants: dict[str, str]) -> tuple[int, ...] | None:
    """Which dimension of the operand each dimension of the result is."""
    order = list(range(rank))
    if name in ("t", "numpy_T", "mT"):
        return tuple(order[::-1]) if rank == 2 or name == "numpy_T" else tuple(order) if rank < 2 else None
    if name == "transpose":
        first, second = (_number(constants.get(part)) for part in ("dim0", "dim1"))
        if first is None or second is None or not rank:
            return None
        order[first % rank], order[second % rank] = order[second % rank], order[first % rank]
        return tuple(order)
    found = dimensions(constants.get("dims"), rank) if name == "permute" else None
    return found if found is not None and sorted(found) == order else None


def dimensions(text: str | None, rank: int) -> tuple[int, ...] | None:
    """The dimensions that an argument such as ``dim=[0, -1]`` names; all of them where it names none."""
    if text in (None, "None", "[]", "()"):
        return tuple(range(rank))
    try:
        found = ast.literal_eval(text or "")
    except (ValueError, SyntaxError):
        return None
    numbers = found if isinstance(found, list | tuple) else [found]
    return tuple(number % max(rank, 1) for number in numbers) if all(type(n) is int for n in numbers) else None


def _number(text: str | None) -> int | None:
    found = dimensions(text, 1 << 30) if text is not None else None
    return None if found is None or len(found) != 1 else int(text or "0")


def _written(letters_: str, shape: Shape) -> str:
    """No letters for a single element."""
    if math.prod(shape) == 1:
        return ""
    return "".join(letter if size != 1 else "1" for letter, size in zip(letters_, shape, strict=True))


def _reordered(operand: Shape, order: tuple[int, ...] | None) -> Letters | None:
    if order is None or len(operand) > _MOST:
        return None
    own = _written(_PLAIN[: len(operand)], operand)
    return Letters("".join(own[place] for place in order) if own else "", own)


def _reduced(shape: Shape, operand: Shape, reduced: tuple[int, ...] | None) -> Letters | None:
    if reduced is None or len(operand) > _MOST:
        return None
    kept = tuple(1 if place in reduced else size for place, size in enumerate(operand))
    left = tuple(size for place, size in enumerate(operand) if place not in reduced)
    own = _written(_PLAIN[: len(operand)], operand)
    if shape == kept:
        return Letters(_written(_PLAIN[: len(operand)], kept), own)
    if shape != left:
        return None
    rest = "".join(letter for place, letter in enumerate(_PLAIN[: len(operand)]) if place not in reduced)
    return Letters(_written(rest, left), own)


def _grouped(shape: Shape, along: tuple[int, ...] | None) -> Letters | None:
    """Elements along one dimension mix: the operand's has the next letter there."""
    if along is None or len(along) != 1 or math.prod(shape) == 1:
        return None
    [place] = along
    own = _written(_PLAIN[: len(shape)], shape)
    if own[place] == "1":
        return None
    return Letters(own, own[:place] + _PLAIN[len(shape)] + own[place + 1 :])
