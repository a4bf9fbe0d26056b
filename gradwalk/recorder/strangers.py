"""Tensors that must not be read, and stretches in which none is what it seems.

A class with a ``__torch_dispatch__`` of its own answers for its tensors: to read one would run that class's code, and a
tracer's fake tensor has no numbers at all. While a tracer looks on, what we read would become a part of its trace.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor
from torch.nn.parameter import Parameter, is_lazy

TRACED = (
    "What a tracer runs (make_fx, torch.export, aot_function) and what runs on fake tensors has no numbers of its own "
    "and is not recorded."
)
ANSWERS = (
    "What runs on tensors of a class with a __torch_dispatch__ of its own, as nested and masked tensors are, is not "
    "recorded; its result appears as a value where it is a plain tensor."
)

_is_wrapped = torch._C._functorch.is_functorch_wrapped_tensor
_modes = torch._C._len_torch_dispatch_stack
_mode = torch._C._get_dispatch_mode
_TRACERS = tuple(torch._C._TorchDispatchModeKey.__members__.values())
_SILENT: Any = Tensor.__torch_dispatch__
_PLAIN = frozenset((Tensor, Parameter, int, float, bool, str, type(None), torch.dtype, torch.device, slice))
"""Types of which nothing has to be asked."""


def answers(kind: type) -> bool:
    """Whether a class of tensors answers for what runs on them."""
    return kind not in _PLAIN and getattr(kind, "__torch_dispatch__", _SILENT) is not _SILENT


def is_stand_in(tensor: Tensor) -> bool:
    """Whether a tensor must not be read: it only stands for others, inside of a transform of torch.func, or for a lazy
    layer's parameter, which has no shape yet, or its class answers for it, or a tracer looks on."""
    return _is_wrapped(tensor) or bool(is_lazy(tensor)) or answers(type(tensor)) or tracing()


def any_answers(things: Iterable[Any]) -> bool:
    """Whether there is a tensor among some arguments, or in a list among them, whose class answers for it."""
    for thing in things:
        kind = type(thing)
        if kind in _PLAIN:
            continue
        if kind is list or kind is tuple:
            if any_answers(thing):
                return True
        elif issubclass(kind, Tensor) and answers(kind):
            return True
    return False


def tracing() -> bool:
    """Whether a tracer looks on, or all tensors that are made here are fake ones."""
    return bool(_modes()) and any(_mode(key) is not None for key in _TRACERS)
