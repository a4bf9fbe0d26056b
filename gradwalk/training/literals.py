"""Numbers as a program writes them, so that PyTorch reads back exactly the same tensor."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterable
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
    parts = [wrapped(_items(numbers.shape, [literal(number, numbers.dtype) for number in numbers.flat]))]
    parts += [f"dtype=torch.{numbers.dtype}"] if numbers.dtype != "float32" else []
    return f"torch.tensor({', '.join([*parts, *arguments])})"


def _items(shape: tuple[int, ...], texts: list[str]) -> str | list[str]:
    """The number itself, or the items of the outermost list."""
    if not shape:
        return texts[0]
    size = math.prod(shape[1:])
    inner = [_items(shape[1:], texts[place * size : (place + 1) * size]) for place in range(shape[0])]
    return [item if isinstance(item, str) else f"[{', '.join(item)}]" for item in inner]


def wrapped(items: str | Iterable[str], width: int = 96) -> str:
    """A list in brackets, over several lines where it does not fit into one; a text as it is."""
    if isinstance(items, str):
        return items
    parts = list(items)
    if sum(len(part) + 2 for part in parts) <= width:
        return f"[{', '.join(parts)}]"
    lines, line = [], ""
    for part in parts:
        if line and len(line) + len(part) + 2 > width:
            lines.append(line)
            line = ""
        line += f"{part}, "
    return "[\n" + "".join(f"    {each.rstrip()}\n" for each in (*lines, line)) + "]"
