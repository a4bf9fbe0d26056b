"""The default dtype of a program that has set one: what PyTorch would take from the process is given to each call."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

_ALWAYS = frozenset(
    "torch.zeros torch.ones torch.rand torch.randn torch.empty torch.eye torch.linspace torch.logspace".split()
)
"""Made of floats whatever they are given."""


def with_default(name: str, args: tuple[Any, ...], kwargs: dict[str, Any], dtype: torch.dtype) -> dict[str, Any]:
    """The keywords of a call that makes a tensor, with the dtype that a default of ``dtype`` gives it."""
    if "dtype" in kwargs:
        return kwargs
    floats = name in _ALWAYS or (name in _BY_VALUE and _of_floats((*args, *kwargs.values())))
    return {**kwargs, "dtype": dtype} if floats else kwargs


_BY_VALUE = frozenset("torch.tensor torch.as_tensor torch.full torch.arange".split())


def _of_floats(items: tuple[Any, ...]) -> bool:
    """Whether there is one of Python's floats among numbers, and nothing with a dtype of its own."""
    found, stack = False, list(items)
    while stack:
        item = stack.pop()
        if isinstance(item, list | tuple):
            stack.extend(item)
        elif isinstance(item, torch.Tensor | np.ndarray | np.generic):
            return False
        found = found or isinstance(item, float)
    return found
