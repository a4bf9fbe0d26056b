"""What Python and PyTorch print of a value: their own repr, bounded before the work."""

from __future__ import annotations

import builtins
from collections import deque
from collections.abc import Callable
from pathlib import PurePath
from types import FunctionType
from typing import Any

import numpy as np
import torch

from gradwalk.language.arithmetic import flat_size
from gradwalk.language.collected import Tables
from gradwalk.language.library import Builtin, Function, Method, Module, Silence
from gradwalk.language.tensor_text import THRESHOLD, threshold, written
from gradwalk.pretty import laid_out

PRINTED_DIMENSIONS = 4
"""The summary of a large tensor still grows with the number of dimensions."""


def printing_cost(value: Any, limit: int) -> int:
    """How many numbers and pieces of text a repr has, lists inside it opened; counting stops above the limit."""
    return flat_size(value, limit, _pieces)


def _pieces(item: Any) -> int:
    """What is written of one thing that is no list."""
    if isinstance(item, set | frozenset | deque):
        return len(item)
    if isinstance(item, torch.nn.Module):
        return 10 * sum(1 for _ in item.modules())
    if isinstance(item, torch.Tensor):
        return int(min(item.numel(), threshold()))
    return len(item) // 10 if isinstance(item, str) else 0


def shown(value: Any) -> str:
    """The repr of a value as a notebook shows it."""
    if isinstance(value, torch.Tensor):
        return _tensor(value)
    if isinstance(value, Builtin):
        return repr(getattr(builtins, value.name))
    if isinstance(value, Function):
        return f"<built-in function {value.name.rpartition('.')[2]}>"
    if isinstance(value, Method):
        method = value.function.name.rpartition(".")[2]
        if isinstance(getattr(torch.Tensor, method, None), FunctionType):
            return f"<bound method Tensor.{method} of {shown(value.base)}>"
        return f"<built-in method {method} of {type(value.base).__name__} object at {hex(id(value.base))}>"
    if isinstance(value, Silence):
        return f"<{value.name} is passed over here>"
    if isinstance(value, Module):
        return f"<module '{value.name}'>"
    if (name := CLASSES.get(type(value).__name__)) is not None and type(value).__name__ not in (
        "Procedure",
        "Function",
        "Method",
    ):
        return f"<class '{name(value)}'>"
    if type(value) is tuple:
        inner = ", ".join(shown(item) for item in value)
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    if isinstance(value, list):
        return "[" + ", ".join(shown(item) for item in value) + "]"
    if isinstance(value, Tables):
        return f"defaultdict({shown(value.factory)}, {shown(dict(value))})"
    if isinstance(value, dict) and type(value) is dict:
        return "{" + ", ".join(f"{shown(key)}: {shown(item)}" for key, item in value.items()) + "}"
    if isinstance(value, type):
        return f"<class '{_type_name(value)}'>"
    return repr(value)


CLASSES: dict[str, Callable[[Any], str]] = {
    "ClassObject": lambda value: f"__main__.{value.name}",
    "Layer": lambda value: _type_name(value.kind),
    "OptimizerClass": lambda value: _type_name(value.kind),
    "ParameterClass": lambda value: "torch.nn.parameter.Parameter",
    "Context": lambda value: _type_name(value.make) if isinstance(value.make, type) else value.name,
    "Procedure": lambda value: f"<function __main__.{value.signature()}>",
    "Function": lambda value: _function(value.name),
    "Method": lambda value: shown(value) if "bound method" in shown(value) else f"<function {value.function.name}>",
    "Builtin": lambda value: _builtin(value.name),
}
"""What IPython shows of the classes and functions that this library has objects of its own for."""


def _function(name: str) -> str:
    start, _, last = name.rpartition(".")
    return f"<function {'torch._VariableFunctionsClass' if start == 'torch' else start}.{last}>"


def _builtin(name: str) -> str:
    found = getattr(builtins, name)
    return (
        name
        if isinstance(found, type)
        else str(found).replace("<built-in", "<function").replace("function function", "function")
    )


def displayed(value: Any) -> str:
    """What IPython shows of a cell's last expression: a type by its name, long containers over several lines."""
    return laid_out(value, _leaf)


def _type_name(kind: type) -> str:
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _leaf(value: Any) -> str:
    """IPython names a type, and an object that has no text of its own, without Python's extra words."""
    if isinstance(value, type):
        return _type_name(value)
    if (name := CLASSES.get(type(value).__name__)) is not None:
        return name(value)
    if getattr(type(value), "__repr__", None) is object.__repr__:
        return f"<{_type_name(type(value))} at {hex(id(value))}>"
    return shown(value)


def printed(value: Any) -> str:
    """What print() writes of a value."""
    if isinstance(value, str):
        return value
    own = isinstance(value, Exception | np.ndarray | np.generic | np.dtype | torch.device | PurePath) or hasattr(
        type(value), "_gradwalk_class"
    )
    return str(value) if own else shown(value)


def _tensor(tensor: torch.Tensor) -> str:
    if tensor.numel() > THRESHOLD and tensor.dim() > PRINTED_DIMENSIONS:
        shape = ", ".join(str(size) for size in tensor.shape)
        return f"tensor of shape ({shape}), too large to print"
    return written(tensor)


def formatted(value: Any, spec: str) -> str:
    """One field of an f-string: Python's own format with a spec that the parser has checked."""
    if isinstance(value, torch.Tensor):
        return format(value, spec) if value.dim() == 0 or spec else shown(value)
    return format(value, spec) if isinstance(value, int | float | str) or spec else printed(value)
