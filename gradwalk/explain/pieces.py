"""Small pieces of sentences: what an operation is called, and an array in a few words."""

from __future__ import annotations

import math
from collections.abc import Sequence

from gradwalk.formula.arrays import number_text
from gradwalk.notation import call_name, function_name, shape_text
from gradwalk.notation.kernels import Trait, has, kernel
from gradwalk.recording import Array, Node, Number, Operation, Value

NEARLY_FLAT = 0.01


def jumps(name: str, numbers: Sequence[Number] | None) -> bool:
    """Whether a staircase has a step at this one number, so that it is not flat there."""
    if not has(name, Trait.STAIRS) or not numbers or not math.isfinite(numbers[0]):
        return False
    number = numbers[0]
    if name in ("sign", "sgn"):
        return number == 0
    if name == "round":
        return abs(number) % 1 == 0.5
    return float(number).is_integer() and (name != "trunc" or number != 0)


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
    return kernel("square" if squared else name).called or function_name(name)
