"""Arguments that PyTorch leaves out when one of its Python functions hands its call to a mode, as recorders are.

``torch.nn.functional.l1_loss(x, y, weight=w)`` is handed on without its weight, and would be another loss. What is left
out stands in the frame of the function that hands its call on.
"""

from __future__ import annotations

from types import FrameType
from typing import Any

import torch
from torch.overrides import handle_torch_function

HANDED_ON = handle_torch_function.__code__
LEFT_OUT: dict[Any, tuple[str, ...]] = {
    torch.nn.functional.l1_loss: ("weight",),
    torch.Tensor.dim_order: ("ambiguity_check",),
    torch.chain_matmul: ("out",),
}
"""By function. A test reads PyTorch's sources for others."""


def completed(func: Any, kwargs: dict[str, Any] | None, frame: FrameType) -> dict[str, Any]:
    """The keyword arguments of a call that ``frame`` hands on, with those that are left out."""
    given = kwargs or {}
    if frame.f_code is not HANDED_ON or frame.f_back is None:
        return given
    there = frame.f_back.f_locals
    return {**{name: there[name] for name in LEFT_OUT[func] if name in there}, **given}
