"""Small pieces of sentences: what an operation is called, and an array in a few words."""

from __future__ import annotations

import math
from collections.abc import Sequence

from gradwalk.analysis.index import Index
from gradwalk.analysis.overwritten import Overwritten
from gradwalk.formula.arrays import number_text
from gradwalk.notation import Kernel, function_name, kernel, kernel_of, shape_text
from gradwalk.recording import Array, Number, Operation, Value

NEARLY_FLAT = 0.01


def jumps(known: Kernel, numbers: Sequence[Number] | None) -> bool:
    """Whether a staircase has a step at this one number, so that it is not flat there."""
    if not known.stairs or not numbers or not math.isfinite(numbers[0]):
        return False
    number = numbers[0]
    if known.name in ("sign", "sgn"):
        return number == 0
    if known.name == "round":
        return abs(number) % 1 == 0.5
    return float(number).is_integer() and (known.name != "trunc" or number != 0)


def size(value: Array | Value) -> int:
    return math.prod(value.shape)


def gist(array: Array | Value) -> str:
    """An array in a sentence: its number, its few numbers, or its shape."""
    text = number_text(array.shape, array.numbers)
    return text if text is not None else f"{shape_text(array.shape)} numbers"


def overwritten_pieces(index: Index, node: int, found: Overwritten) -> dict[str, str]:
    """What a node had saved, and what is there now."""
    saved = index.shown[found.saved.id]
    return {"node": index.nodes[node].name, "saved": saved, "before": gist(found.saved), "after": gist(found.after)}


def called(operation: Operation) -> str:
    """What the operation is called in a sentence: ``sin``, ``the square``, ``multiplication``."""
    known = kernel_of(operation)
    if known.name == "pow" and any(c.name == "exponent" and c.text in ("2", "2.0") for c in operation.constants):
        known = kernel("square")
    return known.title or function_name(known.name)
