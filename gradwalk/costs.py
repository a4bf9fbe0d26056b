"""What a call will cost, predicted before it runs: how large a tensor it makes, and how often it multiplies.

Sizes count elements, an expanded view at its full size. A dimension of size 0 counts as 1: summing ``zeros(10**9, 0)``
makes a vector of 10⁹ elements out of none.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import torch

from gradwalk.program import ProgramError

Arguments = tuple[Any, ...]
Keywords = dict[str, Any]
Cost = Callable[[Arguments, Keywords], tuple[int, int]]
"""Arguments → elements of the largest tensor, multiplications. A ProgramError without a place refuses the call."""

_HUGE = 10**18
_LISTED = 64
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


def same(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    """As large as the largest argument."""
    if len(args) == 1 and isinstance(args[0], torch.Tensor):
        return size(args[0]), 0
    return max((size(t) for t in tensors((*args, *kwargs.values()))), default=1), 0


def broadcast(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    """As large as its arguments broadcast against each other."""
    return _broadcast_size(list(tensors((*args, *kwargs.values())))), 0


def _broadcast_size(found: Sequence[torch.Tensor]) -> int:
    if not found:
        return 1
    if len(found) == 1 or all(t.shape == found[0].shape for t in found):
        return size(found[0])
    return math.prod(_broadcast_shape([t.shape for t in found]))


def _broadcast_shape(shapes: Iterable[Sequence[int]]) -> tuple[int, ...]:
    """The shape of the result; of shapes that do not fit, PyTorch says so."""
    found = list(shapes)
    rank = max(map(len, found), default=0)
    padded = [(1,) * (rank - len(shape)) + tuple(shape) for shape in found]
    return tuple(max(1, *lengths) for lengths in zip(*padded, strict=True)) if padded else ()


def arithmetic(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    """An operator with a tensor on at least one side. ``[0] * tensor`` repeats the list."""
    left, right = args
    if not isinstance(right, torch.Tensor):
        left, right = right, left
    if isinstance(left, torch.Tensor):
        return _broadcast_size((left, right)), 0
    if isinstance(left, str | list | tuple):  # a tensor that holds one whole number can say how often
        return len(left) * abs(_whole(right) or 1), 0
    if (shape := getattr(left, "shape", None)) is not None:  # an array
        return math.prod(_broadcast_shape((shape, right.shape))), 0
    return size(right), 0


def selected(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    """where: three tensors are broadcast; a condition alone gives the places where it holds, one vector a dimension."""
    found = list(tensors((*args, *kwargs.values())))
    return (size(found[0]) * max(1, found[0].dim()), 0) if len(found) == 1 else (_broadcast_size(found), 0)


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
    return sum(max(_LISTED, size(t)) for t in tensors((*args, *kwargs.values()))), 0


def outer(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    elements = math.prod(size(t) for t in tensors((*args, *kwargs.values())))
    return elements, elements


_ORDER = ("input", "mat1", "other", "mat2", "weight")
"""Operands of products when they are named, first to last."""


def _operands(args: Arguments, kwargs: Keywords) -> list[torch.Tensor]:
    return list(tensors((*args, *(kwargs[name] for name in _ORDER if name in kwargs))))


def product(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    """a @ b; of addmm(input, a, b) too. PyTorch copies a broadcast operand, so that counts as well."""
    pair = _operands(args, kwargs)[-2:]
    if len(pair) < 2 or not pair[0].dim() or not pair[1].dim():
        return same(tuple(pair), {})
    a, b = pair
    rows, inner = (a.shape[-2] if a.dim() > 1 else 1), max(1, a.shape[-1])
    columns = b.shape[-1] if b.dim() > 1 else 1
    batches = math.prod(_broadcast_shape((a.shape[:-2], b.shape[:-2])))
    rows, columns = batches * max(1, rows), max(1, columns)
    return max(rows * columns, rows * inner, batches * inner * columns), rows * columns * inner


def linear(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    """input @ weight.T: the last dimensions of both meet. A bias comes third."""
    pair = _operands(args, kwargs)[:2]
    if len(pair) < 2 or not pair[0].dim() or not pair[1].dim():
        return same(tuple(pair), {})
    inner = max(1, pair[0].shape[-1])
    rows, columns = max(1, size(pair[0]) // inner), max(1, size(pair[1]) // inner)
    return max(rows * columns, size(pair[0]), size(pair[1])), rows * columns * inner


def _split(args: Arguments, kwargs: Keywords) -> tuple[Any, list[Any]]:
    """The tensor that a function is about, and its other arguments."""
    if args:
        return args[0], [*args[1:], *kwargs.values()]
    return kwargs.get("input"), [item for name, item in kwargs.items() if name != "input"]


def diagonal(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    """A vector becomes a square matrix."""
    base, rest = _split(args, kwargs)
    if not isinstance(base, torch.Tensor):
        return 1, 0
    return (size(base) + sum(_numbers(rest))) ** 2 if base.dim() == 1 else size(base), 0


def expanded(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    """Repeated along sizes; an expanded view counts in full."""
    base, rest = _split(args, kwargs)
    return (size(base) * _product_of(_numbers(rest)), 0) if isinstance(base, torch.Tensor) else (1, 0)


def classes(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    """one_hot; PyTorch would read the number of classes out of the tensor."""
    base = args[0] if args else kwargs.get("target", kwargs.get("input"))
    given = _whole(args[1] if len(args) > 1 else kwargs.get("num_classes"))
    if given is None or given < 1:
        raise ProgramError("one_hot() needs num_classes here: F.one_hot(target, num_classes=3).")
    return (size(base) if isinstance(base, torch.Tensor) else 1) * given, 0


def chosen(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    """index_select, take: rows may be repeated."""
    return math.prod(size(t) for t in tensors((*args, *kwargs.values()))), 0


def cubed(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    """A decomposition of square matrices: n³ multiplications each."""
    found = max((size(t) for t in tensors((*args, *kwargs.values()))), default=1)
    return found, found * math.isqrt(found)


def crossed(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    """meshgrid: as many grids as vectors, each as large as all together."""
    found = [size(t) for t in tensors(args)]
    return math.prod(found) * max(1, len(found)), 0


def einsum(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    """One multiplication for each combination of the letters."""
    equation = args[0] if args else None
    operands = list(tensors(args[1:]))
    if not isinstance(equation, str) or "." in equation:
        raise ProgramError("torch.einsum() takes an equation of letters here: torch.einsum('ij,jk->ik', a, b).")
    lengths: dict[str, int] = {}
    for letters, operand in zip(equation.replace(" ", "").partition("->")[0].split(","), operands, strict=False):
        for letter, length in zip(letters, operand.shape, strict=False):
            lengths[letter] = max(lengths.get(letter, 1), length)
    whole = math.prod(lengths.values())
    return whole, whole


def convolved(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    """Each weight meets at most each number of the input, and padding counts as input."""
    found = list(tensors((*args, *(kwargs[name] for name in _ORDER if name in kwargs))))[:2]
    work = math.prod(size(t) for t in found)
    padding = sum(_numbers([*args[3:], *kwargs.values()]))
    return max(size(t) for t in found) * (1 + padding) ** 2 if found else 1, work * (1 + padding) ** 2


def embedded(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    """A row of the table for each index."""
    found = list(tensors(args))[:2]
    return math.prod((size(found[0]), *found[1].shape[1:])) if len(found) == 2 else 1, 0


def samples(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    """multinomial: so many draws for each row."""
    base, rest = _split(args, kwargs)
    return (size(base) * _product_of(_numbers(rest)), 0) if isinstance(base, torch.Tensor) else (1, 0)


# Made from numbers


def normal(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    """normal(mean, std, size) of numbers, or normal(mean, std) of tensors."""
    shape = args[2] if len(args) > 2 else kwargs.get("size", ())
    return max(_product_of(_numbers([shape])), broadcast(args, kwargs)[0]), 0


def _whole(item: Any) -> int | None:
    """The whole number that PyTorch will read out of an argument, if it reads one."""
    if isinstance(item, torch.Tensor):
        return int(item) if item.numel() == 1 and not item.dtype.is_floating_point else None
    return item if isinstance(item, int) and not isinstance(item, bool) else None


def _numbers(items: Iterable[Any]) -> Iterator[int]:
    for item in items:
        if isinstance(item, list | tuple):
            yield from _numbers(item)
        elif (number := _whole(item)) is not None:
            yield abs(number)


def _product_of(numbers: Iterable[int]) -> int:
    return math.prod(max(1, number) for number in numbers)


def sizes(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    """Made from sizes: zeros(2, 3), zeros((2, 3)), zeros(size=(2, 3))."""
    return _product_of(_numbers((*args, *kwargs.values()))), 0


def full(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    return sizes((args[0] if args else kwargs.get("size", ()),), {})


def eye(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    given = list(_numbers((*args, *kwargs.values())))
    return _product_of(given * 2 if len(given) == 1 else given), 0


def arange(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    """arange(end), arange(start, end), arange(start, end, step); each may be named."""
    places = ("end",) if len(args) == 1 and "end" not in kwargs else ("start", "end", "step")
    given = {"start": 0, "end": 0, "step": 1} | kwargs | dict(zip(places, args, strict=False))
    start, end, step = (_number(given[name]) for name in ("start", "end", "step"))
    if start is None or end is None or not step:
        return 1, 0
    try:
        length = (end - start) / step
    except OverflowError:
        return _HUGE, 0
    return (int(length) + 1 if 0 <= length < _HUGE else _HUGE if length > 0 else 1), 0


def _number(item: Any) -> float | None:
    if isinstance(item, torch.Tensor):
        return item.item() if item.numel() == 1 else None
    return item if isinstance(item, int | float) else None


def linspace(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    steps = _whole(args[2] if len(args) > 2 else kwargs.get("steps"))
    return abs(steps or 1), 0


def written(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    """torch.tensor of a list: the list is already there, and bounded, but a range inside it is not."""
    found, stack = 0, [*args, *kwargs.values()]
    while stack:
        item = stack.pop()
        if isinstance(item, list | tuple):
            stack.extend(item)
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
    return max(_product_of(_numbers([shape])), getattr(first, "size", 1) if not isinstance(first, int) else 1), 0


# Indices


def indexed(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    """A whole number takes a dimension away, a slice keeps it, lists and tensors of indices may repeat rows."""
    base, key = args[0], args[1]
    if not isinstance(base, torch.Tensor):
        return _LISTED * sum(size(t) for t in args[2:] if isinstance(t, torch.Tensor)), 0  # into a slice, one by one
    found = _picked(base, key if isinstance(key, tuple) else (key,))
    if isinstance(key, list):  # a list of lists can also mean one index for each dimension
        found = max(found, _picked(base, tuple(key)))
    if len(args) > 2 and isinstance(args[2], torch.Tensor):
        found = max(found, size(args[2]))
    return found, 0


def _picked(base: torch.Tensor, keys: tuple[Any, ...]) -> int:
    dims = [max(1, length) for length in base.shape]
    picks: list[Sequence[int]] = []
    position = 0
    for part in keys:
        if isinstance(part, torch.Tensor) and part.dtype is torch.bool:
            picks.append((size(part),))
            taken = part.dim()
        elif isinstance(part, list | tuple | range | torch.Tensor):
            picks.append(_index_shape(part))
            taken = 1
        else:
            if isinstance(part, slice) or part is None or isinstance(part, bool):
                position += isinstance(part, slice)
                continue
            taken = 1
        dims[position : position + taken] = [1] * len(dims[position : position + taken])
        position += taken
    return math.prod(_broadcast_shape(picks)) * math.prod(dims)


def _index_shape(part: Any) -> tuple[int, ...]:
    """The shape of nested lists of indices, by their first items; PyTorch refuses lists that are not even."""
    found: list[int] = []
    while isinstance(part, list | tuple | range) and len(part):
        found.append(len(part))
        part = part[0]
    return (*found, *part.shape) if isinstance(part, torch.Tensor) else tuple(found)
