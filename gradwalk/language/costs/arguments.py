"""What the arguments of a call hold: tensors, sizes, whole numbers, and what they are broadcast to."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import torch

Arguments = tuple[Any, ...]


Keywords = dict[str, Any]


Cost = Callable[[Arguments, Keywords], tuple[int, int]]
"""Arguments → elements of the largest tensor, multiplications. A ProgramError without a place refuses the call."""


HUGE = 10**18


MOST = 1 << 20
"""Counting stops here: more is refused anyway."""


DEEPEST = 64


LISTED = 64
"""What each tensor of a list to be joined costs at least: the recording keeps an edge for it."""


def tensors(items: Iterable[Any]) -> Iterator[torch.Tensor]:
    """The tensors among arguments, one level of lists included."""
    for item in items:
        if isinstance(item, torch.Tensor):
            yield item
        elif isinstance(item, list | tuple):
            yield from (part for part in item if isinstance(part, torch.Tensor))


def size(tensor: torch.Tensor) -> int:
    """Elements, at least one; empty dimensions count as 1."""
    return tensor.numel() or math.prod(max(1, length) for length in tensor.shape)


def broadcast_size(found: Sequence[torch.Tensor]) -> int:
    if not found:
        return 1
    if len(found) == 1 or all(t.shape == found[0].shape for t in found):
        return size(found[0])
    return math.prod(broadcast_shape([t.shape for t in found]))


def broadcast_shape(shapes: Iterable[Sequence[int]]) -> tuple[int, ...]:
    """The shape of the result; of shapes that do not fit, PyTorch says so."""
    found = list(shapes)
    rank = max(map(len, found), default=0)
    padded = [(1,) * (rank - len(shape)) + tuple(shape) for shape in found]
    return tuple(max(1, *lengths) for lengths in zip(*padded, strict=True)) if padded else ()


ORDER = ("input", "mat1", "other", "mat2", "weight")
"""Operands of products when they are named, first to last."""


def operands(args: Arguments, kwargs: Keywords) -> list[torch.Tensor]:
    return list(tensors((*args, *(kwargs[name] for name in ORDER if name in kwargs))))


def split(args: Arguments, kwargs: Keywords) -> tuple[Any, list[Any]]:
    """The tensor that a function is about, and its other arguments."""
    if args:
        return args[0], [*args[1:], *kwargs.values()]
    return kwargs.get("input"), [item for name, item in kwargs.items() if name != "input"]


def whole(item: Any) -> int | None:
    """The whole number that PyTorch will read out of an argument, if it reads one: a NumPy number is one too."""
    if isinstance(item, torch.Tensor):
        return int(item) if item.numel() == 1 and not item.dtype.is_floating_point else None
    if isinstance(item, bool) or not hasattr(type(item), "__index__"):
        return None
    try:
        return operator.index(item)
    except TypeError:  # an array of several
        return None


def numbers(items: Iterable[Any]) -> Iterator[int]:
    for item in items:
        if isinstance(item, list | tuple):
            yield from numbers(item)
        elif (number := whole(item)) is not None:
            yield abs(number)


def product_of(numbers: Iterable[int]) -> int:
    return math.prod(max(1, number) for number in numbers)


def number(item: Any) -> float | None:
    if isinstance(item, torch.Tensor):
        return item.item() if item.numel() == 1 else None
    return item if isinstance(item, int | float) else whole(item)


def has_shape(item: Any) -> bool:
    """A tensor, or an array of NumPy's."""
    return hasattr(item, "shape") and hasattr(item, "dtype")
