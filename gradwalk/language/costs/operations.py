"""What operations on tensors cost: elementwise, reductions, shapes, pieces."""

from __future__ import annotations

import math

import torch

from gradwalk.language.costs.arguments import (
    LISTED,
    Arguments,
    Keywords,
    broadcast_shape,
    broadcast_size,
    numbers,
    product_of,
    size,
    split,
    tensors,
    whole,
)
from gradwalk.program import ProgramError


def same(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    """As large as the largest argument."""
    if len(args) == 1 and isinstance(args[0], torch.Tensor):
        return size(args[0]), 0
    return max((size(t) for t in tensors((*args, *kwargs.values()))), default=1), 0


def broadcast(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    """As large as its arguments broadcast against each other."""
    return broadcast_size(list(tensors((*args, *kwargs.values())))), 0


def arithmetic(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    """An operator with a tensor on at least one side. ``[0] * tensor`` repeats the list."""
    left, right = args
    if not isinstance(right, torch.Tensor):
        left, right = right, left
    if isinstance(left, torch.Tensor):
        return broadcast_size((left, right)), 0
    if isinstance(left, str | list | tuple):  # a tensor that holds one whole number can say how often
        return len(left) * abs(whole(right) or 1), 0
    if (shape := getattr(left, "shape", None)) is not None:  # an array
        return math.prod(broadcast_shape((shape, right.shape))), 0
    return size(right), 0


def selected(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    """where: three tensors are broadcast; a condition alone gives the places where it holds, one vector a dimension."""
    found = list(tensors((*args, *kwargs.values())))
    return (size(found[0]) * max(1, found[0].dim()), 0) if len(found) == 1 else (broadcast_size(found), 0)


def divided(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    """Division. Rounded toward zero, the smallest whole number by −1 ends the process, not the operation."""
    if kwargs.get("rounding_mode") == "trunc":
        _check_smallest(*list(tensors((*args, *kwargs.values())))[:2])
    return broadcast(args, kwargs)


def _check_smallest(*operands: torch.Tensor) -> None:
    for operand in operands:
        whole = operand.dtype.is_signed and not operand.dtype.is_floating_point
        if whole and bool((operand == torch.iinfo(operand.dtype).min).any()):
            raise ProgramError("The smallest whole number of its dtype cannot be divided so; floats can.")


def moved(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    """``.to(…)``: another dtype, never another device."""
    if any(isinstance(item, str) and item != "cpu" for item in (*args, *kwargs.values())):
        raise ProgramError("Tensors stay on the CPU here; .to(torch.float64) changes their dtype.")
    return same(args, kwargs)


def joined(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    return sum(max(LISTED, size(t)) for t in tensors((*args, *kwargs.values()))), 0


def outer(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    elements = math.prod(size(t) for t in tensors((*args, *kwargs.values())))
    return elements, elements


def diagonal(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    """A vector becomes a square matrix."""
    base, rest = split(args, kwargs)
    if not isinstance(base, torch.Tensor):
        return 1, 0
    return (size(base) + sum(numbers(rest))) ** 2 if base.dim() == 1 else size(base), 0


def expanded(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    """Repeated along sizes; an expanded view counts in full."""
    base, rest = split(args, kwargs)
    return (size(base) * product_of(numbers(rest)), 0) if isinstance(base, torch.Tensor) else (1, 0)


def classes(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    """one_hot; PyTorch would read the number of classes out of the tensor."""
    base = args[0] if args else kwargs.get("target", kwargs.get("input"))
    given = whole(args[1] if len(args) > 1 else kwargs.get("num_classes"))
    if given is None or given < 1:
        raise ProgramError("one_hot() needs num_classes here: F.one_hot(target, num_classes=3).")
    return (size(base) if isinstance(base, torch.Tensor) else 1) * given, 0


def chosen(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    """index_select(input, dim, index): rows may be repeated. take(input, index) picks single numbers."""
    found = list(tensors((*args, *kwargs.values())))
    dim = whole(args[1] if len(args) > 1 else kwargs.get("dim"))
    if len(found) < 2 or dim is None or not -found[0].dim() <= dim < found[0].dim():
        return max((size(t) for t in found), default=1), 0
    return max(1, size(found[0]) // max(1, found[0].shape[dim])) * size(found[1]), 0


def divided_up(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    """unbind, chunk, split: a view for each piece, and a piece may be a single number."""
    found = next(tensors((*args, *kwargs.values())), None)
    if found is None:
        return 1, 0
    pieces = max(found.shape, default=1)
    return max(size(found), LISTED * pieces), 0


def squared(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    """A matrix with a row and a column for each number: diagflat, block_diag, cov; of cartesian_prod as well."""
    found = [size(t) for t in tensors((*args, *kwargs.values()))]
    counts = sum(numbers(item for item in (*args, *kwargs.values()) if not isinstance(item, torch.Tensor)))
    return max((sum(found) + counts) ** 2, math.prod(found) * len(found)), 0


def interleaved(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    """repeat_interleave(x, repeats): a number, or one for each element."""
    base, rest = split(args, kwargs)
    repeats = next((item for item in rest if isinstance(item, torch.Tensor)), None)
    if not isinstance(base, torch.Tensor):
        return 1, 0
    if repeats is None:
        return size(base) * product_of(numbers(rest)), 0
    return size(base) * max(1, int(repeats.abs().max()) if repeats.numel() else 1), 0


def padded(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    """pad: each dimension grows by what stands for it, from the last one on. A pool makes at most so many places."""
    base, rest = split(args, kwargs)
    if not isinstance(base, torch.Tensor):
        return 1, 0
    return size(base) * product_of(1 + number for number in numbers(rest)), 0


def crossed(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    """meshgrid: as many grids as vectors, each as large as all together."""
    found = [size(t) for t in tensors(args)]
    return math.prod(found) * max(1, len(found)), 0


def embedded(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    """A row of the table for each index."""
    found = list(tensors(args))[:2]
    return math.prod((size(found[0]), *found[1].shape[1:])) if len(found) == 2 else 1, 0


def samples(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    """multinomial: so many draws for each row."""
    base, rest = split(args, kwargs)
    return (size(base) * product_of(numbers(rest)), 0) if isinstance(base, torch.Tensor) else (1, 0)
