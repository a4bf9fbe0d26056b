"""Small pieces of sentences: what an operation is called, and an array in a few words."""

from __future__ import annotations

import math
from collections.abc import Sequence

from gradwalk.explain.wording import OPERATIONS
from gradwalk.formula.arrays import number_text
from gradwalk.formula.local import MOVES
from gradwalk.notation import call_name, function_name, shape_text
from gradwalk.recording import Array, Node, Number, Operation, Value

NEARLY_FLAT = 0.01
PRODUCTS = frozenset(("mm", "mv", "bmm", "addmm", "matmul"))
CHOICES = frozenset(("select", "slice", "index", "gather", "masked_select", "index_select", "diagonal", "narrow"))
STEPS = frozenset(
    ("argmax", "argmin", "argsort", "gt", "ge", "lt", "le", "eq", "ne", "isnan", "isinf", "isfinite", "logical_not",
     "logical_and", "logical_or", "count_nonzero", "nonzero", "bincount")
)  # fmt: skip
"""What gives indices, truth values or counts: it has no derivative at all."""
STAIRS = frozenset(("floor", "ceil", "round", "trunc", "sign", "sgn"))
_MIXES = MOVES | PRODUCTS | CHOICES | {"_softmax", "_log_softmax", "cumsum", "cumprod", "flip", "roll"}


def elementwise(operation: Operation) -> bool:
    """Whether each element of the result comes from the same element of the operands."""
    return call_name(operation) not in _MIXES


def jumps(kernel: str, numbers: Sequence[Number] | None) -> bool:
    """Whether a staircase has a step at this one number, so that it is not flat there."""
    if kernel not in STAIRS or not numbers or not math.isfinite(numbers[0]):
        return False
    number = numbers[0]
    if kernel in ("sign", "sgn"):
        return number == 0
    if kernel == "round":
        return abs(number) % 1 == 0.5
    return float(number).is_integer() and (kernel != "trunc" or number != 0)


def own_function(operation: Operation, node: Node) -> bool:
    """Whether it is a torch.autograd.Function that the program wrote."""
    return node.name == f"{operation.kernel}Backward"


def gist(array: Array | Value) -> str:
    """An array in a sentence: its number, its few numbers, or its shape."""
    text = number_text(array.shape, array.numbers)
    return text if text is not None else f"{shape_text(array.shape)} numbers"


def called(operation: Operation) -> str:
    """What the operation is called in a sentence: ``sin``, ``the square``, ``multiplication``."""
    name = call_name(operation)
    squared = name == "pow" and any(c.name == "exponent" and c.text in ("2", "2.0") for c in operation.constants)
    return OPERATIONS.get("square" if squared else name, function_name(name))
