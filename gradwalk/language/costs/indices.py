"""What an index gives: rows, columns, masks, lists of places."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch

from gradwalk.language.costs.arguments import DEEPEST, LISTED, Arguments, Keywords, broadcast_shape, has_shape, size


def indexed(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    """A whole number takes a dimension away, a slice keeps it, lists and arrays of indices may repeat rows."""
    base, key = args[0], args[1]
    if not has_shape(base):
        return LISTED * sum(size(t) for t in args[2:] if isinstance(t, torch.Tensor)), 0  # into a slice, one by one
    found = _picked(base, key if isinstance(key, tuple) else (key,))
    if isinstance(key, list):  # a list of lists can also mean one index for each dimension
        found = max(found, _picked(base, tuple(key)))
    if len(args) > 2 and isinstance(args[2], torch.Tensor):
        found = max(found, size(args[2]))
    return found, 0


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
        if has_shape(part) and str(part.dtype).endswith("bool"):
            picks.append((math.prod(max(1, length) for length in part.shape),))
            taken = len(part.shape)
        elif isinstance(part, list | tuple | range) or has_shape(part):
            picks.append(_index_shape(part))
        dims[position : position + taken] = [1] * len(dims[position : position + taken])
        position += taken
    return math.prod(broadcast_shape(picks)) * math.prod(dims)


def _index_shape(part: Any) -> tuple[int, ...]:
    """The shape of nested lists of indices, by their first items; PyTorch refuses lists that are not even."""
    found: list[int] = []
    while isinstance(part, list | tuple | range) and len(part) and len(found) < DEEPEST:
        found.append(len(part))
        part = part[0]
    return (*found, *part.shape) if has_shape(part) else tuple(found)
