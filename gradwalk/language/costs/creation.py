"""What it costs to make a tensor from numbers."""

from __future__ import annotations

import torch

from gradwalk.language.costs.arguments import HUGE, MOST, Arguments, Keywords, number, numbers, product_of, size, whole
from gradwalk.language.costs.operations import broadcast


def normal(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    """normal(mean, std, size) of numbers, or normal(mean, std) of tensors."""
    shape = args[2] if len(args) > 2 else kwargs.get("size", ())
    return max(product_of(numbers([shape])), broadcast(args, kwargs)[0]), 0


def sizes(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    """Made from sizes: zeros(2, 3), zeros((2, 3)), zeros(size=(2, 3))."""
    return product_of(numbers((*args, *kwargs.values()))), 0


def full(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    """PyTorch calls it size, NumPy shape; NumPy's dtype can have a shape of its own."""
    return sizes((args[0] if args else (), *(kwargs.get(name, ()) for name in ("size", "shape", "dtype"))), {})


def eye(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    given = list(numbers((*args, *kwargs.values())))
    return product_of(given * 2 if len(given) == 1 else given), 0


def arange(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    """arange(end), arange(start, end), arange(start, end, step); each may be named. NumPy says stop for end."""
    kwargs = {"end" if name == "stop" else name: item for name, item in kwargs.items()}
    places = ("end",) if len(args) == 1 and "end" not in kwargs else ("start", "end", "step")
    given = {"start": 0, "end": 0, "step": 1} | kwargs | dict(zip(places, args, strict=False))
    start, end, step = (number(given[name]) for name in ("start", "end", "step"))
    if start is None or end is None or not step:
        return 1, 0
    try:
        length = (end - start) / step
    except OverflowError:
        return HUGE, 0
    return (int(length) + 1 if 0 <= length < HUGE else HUGE if length > 0 else 1), 0


def linspace(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    steps = whole(args[2] if len(args) > 2 else kwargs.get("steps", kwargs.get("num")))
    return abs(steps or 1), 0


def written(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    """torch.tensor of a list: the list is already there, and bounded, but a range inside it is not."""
    found, stack = 0, [*args, *kwargs.values()]
    while stack and found <= MOST:  # a list that holds itself has no end
        item = stack.pop()
        if isinstance(item, list | tuple):
            found += 1
            stack.extend(item[: MOST + 1])
        else:
            found += size(item) if isinstance(item, torch.Tensor) else len(item) if isinstance(item, range) else 1
    return found, 0


def typed(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    """torch.Tensor of data, or of sizes."""
    return sizes(args, kwargs) if all(isinstance(item, int) for item in args) else written(args, kwargs)


def drawn(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    """Random numbers: ``size=``, or the last argument; each number between them counts."""
    shape = kwargs.get("size", args[-1] if len(args) > 1 else ())
    first = args[0] if args else ()
    return max(product_of(numbers([shape])), getattr(first, "size", 1) if not isinstance(first, int) else 1), 0


def renewed(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    """new_zeros(2, 3), new_full((2, 3), 7.0): made from sizes."""
    rest = args[1:2] if args and isinstance(args[1] if len(args) > 1 else None, list | tuple) else args[1:]
    return sizes(rest, {name: item for name, item in kwargs.items() if name == "size"})
