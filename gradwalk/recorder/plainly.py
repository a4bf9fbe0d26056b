"""What a variable stands for that is no tensor, in a few words."""

from __future__ import annotations

from typing import Any

import numpy
import torch

_NUMPY = frozenset((numpy.float64, numpy.float32, numpy.int64, numpy.int32, numpy.bool_))
"""Single numbers of NumPy's."""
_FEW = 3


def in_words(value: Any) -> str:
    """A number or a text as it is, of anything else its kind. Nothing of the program's own runs for it."""
    plain = value.item() if type(value) in _NUMPY else value
    return repr(plain) if type(plain) in (int, float, bool, str) or plain is None else _kind(plain)


def _kind(value: Any) -> str:
    """What kind of thing it is; of a tuple or a list of tensors, how many and of which shapes."""
    kind = type(value).__name__
    if type(value) not in (tuple, list) or not value or not all(type(one) is torch.Tensor for one in value[:_FEW]):
        return kind
    if len(value) > _FEW:
        return kind
    shapes = ", ".join("×".join(map(str, one.shape)) or "one number" for one in value)
    return f"{kind} of {len(value)} tensor{'s' if len(value) > 1 else ''}: {shapes}"
