"""What Python and PyTorch print of a value: their own repr, bounded before the work."""

from __future__ import annotations

from typing import Any

import torch

from gradwalk.library import Builtin, Context, Function, Method, Module

PRINTED_ELEMENTS = 1000
"""PyTorch prints a summary above this many elements; that summary still grows with the number of dimensions."""
PRINTED_DIMENSIONS = 4


def printing_cost(value: Any, limit: int) -> int:
    """How many numbers and pieces of text a repr has, lists inside it opened; counting stops above the limit."""
    found, stack = 0, [value]
    while stack and found <= limit:
        item = stack.pop()
        found += 1
        if isinstance(item, list | tuple):
            stack.extend(item[: limit + 1])
        elif isinstance(item, dict):
            stack.extend(list(item.values())[: limit + 1])
        elif isinstance(item, torch.nn.Module):
            found += 10 * sum(1 for _ in item.modules())
        elif isinstance(item, torch.Tensor):
            found += min(item.numel(), PRINTED_ELEMENTS)
        elif isinstance(item, str):
            found += len(item) // 10
    return found


def shown(value: Any) -> str:
    """The repr of a value as a notebook shows it."""
    if isinstance(value, torch.Tensor):
        return _tensor(value)
    if isinstance(value, Builtin | Function):
        return f"<function {value.name}>"
    if isinstance(value, Method):
        return f"<bound method {value.function.name}>"
    if isinstance(value, Module | Context):
        return f"<module '{value.name}'>" if isinstance(value, Module) else f"<class '{value.name}'>"
    if isinstance(value, tuple) and not isinstance(value, torch.Size):
        inner = ", ".join(shown(item) for item in value)
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    if isinstance(value, list):
        return "[" + ", ".join(shown(item) for item in value) + "]"
    if isinstance(value, dict) and type(value) is dict:
        return "{" + ", ".join(f"{shown(key)}: {shown(item)}" for key, item in value.items()) + "}"
    if isinstance(value, type):
        return f"<class '{_type_name(value)}'>"
    return repr(value)


WIDTH = 79
"""IPython breaks a tuple, a list or a dict that is wider."""


def displayed(value: Any) -> str:
    """What IPython shows of a cell's last expression: a type by its name, long containers over several lines."""
    return _broken(value, 0, 0)


def _type_name(kind: type) -> str:
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _leaf(value: Any) -> str:
    """IPython names a type, and an object that has no text of its own, without Python's extra words."""
    if isinstance(value, type):
        return _type_name(value)
    if getattr(type(value), "__repr__", None) is object.__repr__:
        return f"<{_type_name(type(value))} at {hex(id(value))}>"
    if isinstance(value, list | tuple | dict) and type(value) in (list, tuple, dict):
        return _one_line(value)
    return shown(value)


def _one_line(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_leaf(key)}: {_leaf(item)}" for key, item in value.items()) + "}"
    inner = ", ".join(map(_leaf, value))
    if isinstance(value, list):
        return f"[{inner}]"
    return f"({inner},)" if len(value) == 1 else f"({inner})"


def _broken(value: Any, indent: int, after: int) -> str:
    """``value`` from column ``indent`` on, with ``after`` characters to follow it on its last line."""
    text = _leaf(value)
    if type(value) not in (tuple, list, dict) or not value:
        return text.replace("\n", "\n" + " " * indent)
    if "\n" not in text and indent + len(text) + after <= WIDTH:
        return text
    inside = indent + 1
    if isinstance(value, dict):
        parts = [f"{shown(k)}: " + _broken(v, inside + len(shown(k)) + 2, 1) for k, v in value.items()]
        return "{" + (",\n" + " " * inside).join(parts) + "}"
    listed = (",\n" + " " * inside).join(_broken(item, inside, 1) for item in value)
    if isinstance(value, list):
        return f"[{listed}]"
    return f"({listed},)" if len(value) == 1 else f"({listed})"


def printed(value: Any) -> str:
    """What print() writes of a value."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, Exception) else shown(value)


def _tensor(tensor: torch.Tensor) -> str:
    if tensor.numel() > PRINTED_ELEMENTS and tensor.dim() > PRINTED_DIMENSIONS:
        shape = ", ".join(str(size) for size in tensor.shape)
        return f"tensor of shape ({shape}), too large to print"
    return repr(tensor)


def formatted(value: Any, spec: str) -> str:
    """One field of an f-string: Python's own format with a spec that the parser has checked."""
    if isinstance(value, torch.Tensor):
        return format(value, spec) if value.dim() == 0 else shown(value)
    return format(value, spec) if isinstance(value, int | float | str) else shown(value)
