"""Copies of a tensor's numbers, as a recording keeps them."""

from __future__ import annotations

from itertools import chain
from typing import Any

import torch

from gradwalk.recording import MAX_NUMBERS, Array, Number

new: Any = tuple.__new__
"""``new(Edge, (…))`` is ``Edge(…)`` in half the time: a recording is made of very many small tuples."""

_DTYPES: dict[torch.dtype, str] = {}


def dtype_name(dtype: torch.dtype) -> str:
    """``float32`` for torch.float32."""
    if (name := _DTYPES.get(dtype)) is None:
        name = _DTYPES[dtype] = str(dtype).removeprefix("torch.")
    return name


def numbers_of(tensor: torch.Tensor) -> tuple[Number, ...] | None:
    """The numbers of a tensor, flat in row-major order; None when there are too many."""
    return None if tensor.numel() > MAX_NUMBERS else flat(tensor)


def flat(tensor: torch.Tensor) -> tuple[Number, ...]:
    """All numbers of a tensor. Lists are opened here: ``flatten`` would take as long as all the rest."""
    numbers: Any = tensor.tolist()
    dimensions = tensor.dim()
    if dimensions == 0:
        return (numbers,)
    for _ in range(dimensions - 1):
        numbers = chain.from_iterable(numbers)
    return tuple(numbers)


class Copier:
    """Copies the numbers of tensors, until there are ``room`` of them; scalars always."""

    def __init__(self, room: int) -> None:
        self._room = room

    def array(self, tensor: torch.Tensor) -> Array:
        """A copy of a tensor's numbers."""
        dtype = _DTYPES.get(tensor.dtype) or dtype_name(tensor.dtype)
        if not tensor.dim():
            scalar: Array = new(Array, ((), dtype, (tensor.item(),), None))
            return scalar
        numbers = numbers_of(tensor) if self._room > 0 else None
        if numbers is not None:
            self._room -= len(numbers)
        return Array(tuple(tensor.shape), dtype, numbers)
