"""Numbers as a program writes them, so that PyTorch reads back exactly the same tensor."""

from __future__ import annotations

import math
import struct
from typing import NamedTuple


class Numbers(NamedTuple):
    """A tensor's numbers: nested as its shape says, and flat in row-major order."""

    shape: tuple[int, ...]
    flat: tuple[float, ...]
    dtype: str = "float32"


def literal(number: float, dtype: str = "float32") -> str:
    """The shortest text that PyTorch reads back as the same number of this dtype: ``0.1`` for its nearest float32."""
    if math.isnan(number):
        return "torch.nan"
    if math.isinf(number):
        return "torch.inf" if number > 0 else "-torch.inf"
    if dtype != "float32":
        return repr(float(number))
    texts = (f"{number:.{digits}g}" for digits in range(1, 10))
    found = next((text for text in texts if _single(float(text)) == _single(number)), repr(number))
    return repr(float(found))


def _single(number: float) -> bytes:
    """The bytes of the nearest float32; none for a number that rounds past the largest."""
    try:
        return struct.pack("f", number)
    except OverflowError:
        return b""


def tensor_text(numbers: Numbers, *arguments: str) -> str:
    """``torch.tensor([[0.5, 1.0]], requires_grad=True)``."""
    parts = [_nested(numbers.shape, [literal(number, numbers.dtype) for number in numbers.flat])]
    parts += [f"dtype=torch.{numbers.dtype}"] if numbers.dtype != "float32" else []
    return f"torch.tensor({', '.join([*parts, *arguments])})"


def _nested(shape: tuple[int, ...], texts: list[str]) -> str:
    if not shape:
        return texts[0]
    size = math.prod(shape[1:])
    items = [_nested(shape[1:], texts[place * size : (place + 1) * size]) for place in range(shape[0])]
    return f"[{', '.join(items)}]"
