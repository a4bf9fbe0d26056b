"""Copies of a tensor's numbers, as a recording keeps them."""

from __future__ import annotations

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
    if tensor.dim() == 0:
        return (tensor.item(),)
    if tensor.numel() > MAX_NUMBERS:
        return None
    return tuple(tensor.flatten().tolist()) if tensor.dim() > 1 else tuple(tensor.tolist())


class Copier:
    """Copies the numbers of tensors, until there are ``room`` of them; scalars always."""

    def __init__(self, room: int) -> None:
        self._room = room

    def array(self, tensor: torch.Tensor) -> Array:
        """A copy of a tensor's numbers."""
        dtype = _DTYPES.get(tensor.dtype) or dtype_name(tensor.dtype)
        if not tensor.dim():
            scalar: Array = new(Array, ((), dtype, (tensor.item(),)))
            return scalar
        numbers = numbers_of(tensor) if self._room > 0 else None
        if numbers is not None:
            self._room -= len(numbers)
        return Array(tuple(tensor.shape), dtype, numbers)
