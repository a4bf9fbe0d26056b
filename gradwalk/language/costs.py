"""What a call will cost, predicted before it runs: how large a tensor it makes, and how often it multiplies.

Sizes count elements, an expanded view at its full size. A dimension of size 0 counts as 1: summing ``zeros(10**9, 0)``
makes a vector of 10⁹ elements out of none.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import torch

from gradwalk.program import ProgramError

Arguments = tuple[Any, ...]
Keywords = dict[str, Any]
Cost = Callable[[Arguments, Keywords], tuple[int, int]]
"""Arguments → elements of the largest tensor, multiplications. A ProgramError without a place refuses the call."""

_HUGE = 10**18
_MOST = 1 << 20
"""Counting stops here: more is refused anyway."""
_DEEPEST = 64
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
    """index_select(input, dim, index): rows may be repeated. take(input, index) picks single numbers."""
    found = list(tensors((*args, *kwargs.values())))
    dim = _whole(args[1] if len(args) > 1 else kwargs.get("dim"))
    if len(found) < 2 or dim is None or not -found[0].dim() <= dim < found[0].dim():
        return max((size(t) for t in found), default=1), 0
    return max(1, size(found[0]) // max(1, found[0].shape[dim])) * size(found[1]), 0


def divided_up(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    """unbind, chunk, split: a view for each piece, and a piece may be a single number."""
    found = next(tensors((*args, *kwargs.values())), None)
    if found is None:
        return 1, 0
    pieces = max(found.shape, default=1)
    return max(size(found), _LISTED * pieces), 0


def cubed(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    """A decomposition of square matrices: n³ multiplications each."""
    found = max((size(t) for t in tensors((*args, *kwargs.values()))), default=1)
    return found, found * math.isqrt(found)


def squared(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    """A matrix with a row and a column for each number: diagflat, block_diag, cov; of cartesian_prod as well."""
    found = [size(t) for t in tensors((*args, *kwargs.values()))]
    numbers = sum(_numbers(item for item in (*args, *kwargs.values()) if not isinstance(item, torch.Tensor)))
    return max((sum(found) + numbers) ** 2, math.prod(found) * len(found)), 0


def interleaved(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    """repeat_interleave(x, repeats): a number, or one for each element."""
    base, rest = _split(args, kwargs)
    repeats = next((item for item in rest if isinstance(item, torch.Tensor)), None)
    if not isinstance(base, torch.Tensor):
        return 1, 0
    if repeats is None:
        return size(base) * _product_of(_numbers(rest)), 0
    return size(base) * max(1, int(repeats.abs().max()) if repeats.numel() else 1), 0


def powered(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    """matrix_power: a product for each bit of the exponent, twice."""
    power = _whole(args[1] if len(args) > 1 else kwargs.get("n")) or 1
    found, work = cubed(args, {})
    return found, 2 * work * abs(power).bit_length()


def padded(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    """pad: each dimension grows by what stands for it, from the last one on. A pool makes at most so many places."""
    base, rest = _split(args, kwargs)
    if not isinstance(base, torch.Tensor):
        return 1, 0
    return size(base) * _product_of(1 + number for number in _numbers(rest)), 0


def renewed(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    """new_zeros(2, 3), new_full((2, 3), 7.0): made from sizes."""
    rest = args[1:2] if args and isinstance(args[1] if len(args) > 1 else None, list | tuple) else args[1:]
    return sizes(rest, {name: item for name, item in kwargs.items() if name == "size"})


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
    """conv1d, conv2d: for each image and each output channel, as many numbers as the padded image gives."""
    found = list(tensors((*args, *(kwargs[name] for name in _ORDER if name in kwargs))))[:2]
    if len(found) < 2 or found[1].dim() < 3:
        return same(tuple(found), {})
    images, weight = found
    named = dict(
        zip(("stride", "padding"), [item for item in args if not isinstance(item, torch.Tensor)], strict=False)
    )
    stride, padding = (named | kwargs).get("stride", 1), (named | kwargs).get("padding", 0)
    spatial = weight.dim() - 2
    across = zip(images.shape[-spatial:], weight.shape[2:], _each(stride, 1), _each(padding, 0), strict=False)
    places = math.prod((length + 2 * (pad + kernel)) // max(1, step) + 1 for length, kernel, step, pad in across)
    rows = images.shape[0] if images.dim() == weight.dim() else 1
    elements = max(1, rows) * max(1, weight.shape[0]) * places
    return max(elements, size(images), size(weight)), places * max(1, rows) * size(weight)


def _each(setting: Any, default: int) -> list[int]:
    """A stride or a padding for each dimension. Words such as "same" keep the size."""
    if isinstance(setting, list | tuple):
        return [abs(_whole(item) or default) for item in setting]
    return [abs(_whole(setting) or default)] * 3


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
    """The whole number that PyTorch will read out of an argument, if it reads one: a NumPy number is one too."""
    if isinstance(item, torch.Tensor):
        return int(item) if item.numel() == 1 and not item.dtype.is_floating_point else None
    if isinstance(item, bool) or not hasattr(type(item), "__index__"):
        return None
    try:
        return operator.index(item)
    except TypeError:  # an array of several
        return None


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
    """PyTorch calls it size, NumPy shape; NumPy's dtype can have a shape of its own."""
    return sizes((args[0] if args else (), *(kwargs.get(name, ()) for name in ("size", "shape", "dtype"))), {})


def eye(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    given = list(_numbers((*args, *kwargs.values())))
    return _product_of(given * 2 if len(given) == 1 else given), 0


def arange(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    """arange(end), arange(start, end), arange(start, end, step); each may be named. NumPy says stop for end."""
    kwargs = {"end" if name == "stop" else name: item for name, item in kwargs.items()}
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
    return item if isinstance(item, int | float) else _whole(item)


def linspace(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    steps = _whole(args[2] if len(args) > 2 else kwargs.get("steps", kwargs.get("num")))
    return abs(steps or 1), 0


def written(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    """torch.tensor of a list: the list is already there, and bounded, but a range inside it is not."""
    found, stack = 0, [*args, *kwargs.values()]
    while stack and found <= _MOST:  # a list that holds itself has no end
        item = stack.pop()
        if isinstance(item, list | tuple):
            found += 1
            stack.extend(item[: _MOST + 1])
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
    """A whole number takes a dimension away, a slice keeps it, lists and arrays of indices may repeat rows."""
    base, key = args[0], args[1]
    if not _has_shape(base):
        return _LISTED * sum(size(t) for t in args[2:] if isinstance(t, torch.Tensor)), 0  # into a slice, one by one
    found = _picked(base, key if isinstance(key, tuple) else (key,))
    if isinstance(key, list):  # a list of lists can also mean one index for each dimension
        found = max(found, _picked(base, tuple(key)))
    if len(args) > 2 and isinstance(args[2], torch.Tensor):
        found = max(found, size(args[2]))
    return found, 0


def _has_shape(item: Any) -> bool:
    """A tensor, or an array of NumPy's."""
    return hasattr(item, "shape") and hasattr(item, "dtype")


def _picked(base: Any, keys: tuple[Any, ...]) -> int:
    dims: list[int] = [max(1, length) for length in base.shape]
    picks: list[Sequence[int]] = []
    position = 0
    for number, part in enumerate(keys):
        if part is Ellipsis:
            position = max(0, len(dims) - sum(item is not None for item in keys[number + 1 :]))
            continue
        if part is None or isinstance(part, bool):
            continue
        if isinstance(part, slice):
            position += 1
            continue
        taken = 1
        if _has_shape(part) and str(part.dtype).endswith("bool"):
            picks.append((math.prod(max(1, length) for length in part.shape),))
            taken = len(part.shape)
        elif isinstance(part, list | tuple | range) or _has_shape(part):
            picks.append(_index_shape(part))
        dims[position : position + taken] = [1] * len(dims[position : position + taken])
        position += taken
    return math.prod(_broadcast_shape(picks)) * math.prod(dims)


def _index_shape(part: Any) -> tuple[int, ...]:
    """The shape of nested lists of indices, by their first items; PyTorch refuses lists that are not even."""
    found: list[int] = []
    while isinstance(part, list | tuple | range) and len(part) and len(found) < _DEEPEST:
        found.append(len(part))
        part = part[0]
    return (*found, *part.shape) if _has_shape(part) else tuple(found)
