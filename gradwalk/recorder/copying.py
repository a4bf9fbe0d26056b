"""Copies of a tensor's numbers, as a recording keeps them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import chain
from typing import Any

import torch

from gradwalk.recording import MAX_NUMBERS, Array, Number, Summary

new: Any = tuple.__new__
"""``new(Edge, (…))`` is ``Edge(…)`` in half the time: a recording is made of very many small tuples."""

_opened = chain.from_iterable
_DTYPES: dict[torch.dtype, str] = {}


def dtype_name(dtype: torch.dtype) -> str:
    """``float32`` for torch.float32."""
    if (name := _DTYPES.get(dtype)) is None:
        name = _DTYPES[dtype] = str(dtype).removeprefix("torch.")
    return name


def flat(tensor: torch.Tensor) -> tuple[Number, ...]:
    """All numbers of a tensor. Lists are opened here: ``flatten`` would take as long as all the rest."""
    numbers: Any = tensor.tolist()
    dimensions = tensor.dim()
    if dimensions == 2:
        return tuple(_opened(numbers))
    if dimensions == 0:
        return (numbers,)
    for _ in range(dimensions - 1):
        numbers = _opened(numbers)
    return tuple(numbers)


_FEW = 64
"""An array of so many elements is small: all of its numbers are kept as long as there is any room."""
_FIRST = 4
"""Elements that the summary of a larger one begins with."""


def version_of(tensor: torch.Tensor) -> int:
    """How often autograd has counted a change in place; 0 for a tensor of inference mode, which counts none."""
    try:
        return tensor._version
    except RuntimeError:
        return 0


class Copier:
    """Copies the numbers of tensors, until there are ``room`` of them; scalars always.

    Larger arrays have a smaller room of their own, so that the size of a recording follows the number of operations
    and not that of a model.
    """

    def __init__(self, room: int, large: int | None = None, keep: Iterable[torch.Tensor] = ()) -> None:
        self._room = room
        self._large = room if large is None else min(room, large)
        self._keep = {id(tensor): tensor for tensor in keep}
        self._shapes: dict[tuple[int, ...], tuple[int, ...]] = {}
        """One tuple for each: a recording is full of the same few, and Python's collector looks at every one."""

    def array(self, tensor: torch.Tensor, alike: Summary | None = None) -> Array:
        """A copy of a tensor's numbers. ``alike``: the summary of one that has the same elements, in any order."""
        kind = tensor.dtype
        dtype = _DTYPES.get(kind) or dtype_name(kind)
        size = tensor.shape
        if (shape := self._shapes.get(size)) is None:
            shape = tuple(size)
            self._shapes[shape] = shape
        if not shape and tensor.layout is torch.strided and not kind.is_complex and not tensor.is_meta:
            scalar: Array = new(Array, ((), dtype, (tensor.item(),), None))
            return scalar
        if alike is not None and not self._keep:
            large: Array = new(Array, (shape, dtype, None, _reordered(tensor, alike)))
            return large
        numbers = self._numbers(tensor, kind)
        if numbers is not None:
            few: Array = new(Array, (shape, dtype, numbers, None))
            return few
        return Array(shape, dtype, None, summary_of(tensor) if alike is None else _reordered(tensor, alike))

    def _numbers(self, tensor: torch.Tensor, kind: torch.dtype) -> tuple[Number, ...] | None:
        size = tensor.numel()
        if tensor.layout is not torch.strided or kind.is_complex or tensor.is_meta:
            return None
        if self._keep and id(tensor) in self._keep:
            return flat(tensor)
        if size > MAX_NUMBERS or self._room <= 0 or (size > _FEW and self._large <= 0):
            return None
        self._room -= size
        if size > _FEW:
            self._large -= size
        try:
            return flat(tensor)
        except RuntimeError:  # a quantized tensor gives no numbers
            return None


_NOTHING = Summary((), None, None, None, 0, 0)
ZEROS = Summary((0.0,) * _FIRST, 0.0, 0.0, 0.0, 0, 0)
"""Of a large tensor that is all zeros."""


def summary_of(tensor: torch.Tensor) -> Summary:
    """A few elements and the least, greatest and mean of a tensor, and how many of its elements are not finite."""
    if tensor.layout is not torch.strided or tensor.is_complex() or tensor.is_meta or not tensor.numel():
        return _NOTHING
    if tensor.is_quantized:
        return _NOTHING
    tensor = tensor.detach()
    first = first_of(tensor)
    flat, times = _flat_view(tensor)
    if not tensor.is_floating_point():
        whole = flat.to(torch.int64) if tensor.dtype is torch.bool else flat
        low, high = torch.aminmax(whole)
        return Summary(first, float(low), float(high), float(whole.double().mean()), 0, 0)
    if tensor.element_size() < 4:
        flat = flat.float()
    low, high = torch.aminmax(flat)
    total = flat.sum().item()
    if math.isfinite(total):  # and so is each element
        summary: Summary = new(Summary, (first, low.item(), high.item(), total / flat.numel(), 0, 0))
        return summary
    return _with_holes(flat, first, times)


def first_of(tensor: torch.Tensor) -> tuple[Number, ...]:
    """The first few elements of a detached tensor, in the order of rows."""
    if tensor.is_contiguous():
        return tuple(tensor.as_strided((min(_FIRST, tensor.numel()),), (1,)).tolist())
    return tuple(tensor.as_strided((min(_FIRST, tensor.size(-1)),), (tensor.stride(-1),)).tolist())


def _reordered(tensor: torch.Tensor, alike: Summary) -> Summary:
    """The summary of the same elements in another order."""
    if alike.least is None:
        return alike
    summary: Summary = new(Summary, (first_of(tensor.detach()), *alike[1:]))
    return summary


def _flat_view(tensor: torch.Tensor) -> tuple[torch.Tensor, int]:
    """All elements in one row, in the order of memory, which is quick to read; those that stand for many only once, and
    for how many."""
    if tensor.is_contiguous():
        return tensor.view(-1), 1
    times = 1
    for dimension in reversed(range(tensor.dim())):
        if tensor.stride(dimension) == 0:
            times *= tensor.size(dimension)
            tensor = tensor.select(dimension, 0)
    tensor = tensor.permute(sorted(range(tensor.dim()), key=tensor.stride, reverse=True))
    return (tensor.view(-1) if tensor.is_contiguous() else tensor.reshape(-1)), times


def _with_holes(flat: torch.Tensor, first: tuple[Number, ...], times: int) -> Summary:
    """Of a tensor in which some elements are not finite, or whose sum is not."""
    nan = flat.isnan()
    there = flat[~nan]
    holes = int(nan.sum()) * times, int(flat.isinf().sum()) * times
    if not there.numel():
        return Summary(first, None, None, None, *holes)
    least, greatest = torch.aminmax(there)
    return Summary(first, float(least), float(greatest), float(there.double().mean()), *holes)
