"""How tensors are written, with settings of a program's own.

PyTorch keeps its print options and its default dtype for the whole process. A program that sets them here gets a copy
of PyTorch's own printing module to itself, in which they differ; nobody else's tensors are written otherwise.
"""

from __future__ import annotations

import importlib.util
import threading
from types import ModuleType
from typing import Any

import torch

THRESHOLD = 1000
"""PyTorch writes a summary above this many elements, unless it is told otherwise."""
_MOST = {"precision": 16, "threshold": 10_000, "edgeitems": 10, "linewidth": 1000}


class _Here(threading.local):
    """The settings of the program that this thread runs."""

    printing: Any = None
    dtype: torch.dtype = torch.float32


_HERE = _Here()


class _Torch:
    """Stands for the module torch in the copy: with a default dtype of its own."""

    def __getattr__(self, name: str) -> Any:
        return _default_dtype if name == "get_default_dtype" else vars(torch)[name]


def _default_dtype() -> torch.dtype:
    return _HERE.dtype


def settings() -> tuple[Any, torch.dtype]:
    """What the program of this thread has set, for another thread that goes on with it."""
    return _HERE.printing, _HERE.dtype


def take(settings: tuple[Any, torch.dtype]) -> None:
    """Go on with a program of another thread."""
    _HERE.printing, _HERE.dtype = settings


def reset() -> None:
    """Forget what a program has set."""
    _HERE.printing, _HERE.dtype = None, torch.float32


def written(tensor: torch.Tensor) -> str:
    """The repr of a tensor."""
    if _HERE.printing is None or isinstance(tensor, torch.nn.Parameter):
        return repr(tensor)
    return str(_HERE.printing._str(tensor))


def threshold() -> float:
    """Above this many elements a tensor is summarized."""
    return THRESHOLD if _HERE.printing is None else float(_HERE.printing.PRINT_OPTS.threshold)


def set_options(**options: Any) -> None:
    """torch.set_printoptions for this program."""
    for name, most in _MOST.items():
        if isinstance(given := options.get(name), int | float):
            options[name] = min(given, most)
    printing = _own()
    printing.set_printoptions(**options)
    printing.PRINT_OPTS.threshold = min(printing.PRINT_OPTS.threshold, _MOST["threshold"])


def dtype() -> torch.dtype:
    """The default dtype of this program."""
    return _HERE.dtype


def set_dtype(dtype: torch.dtype) -> None:
    """torch.set_default_dtype for this program."""
    if not dtype.is_floating_point:
        raise TypeError("only floating-point types are supported as the default type")
    _own()
    _HERE.dtype = dtype


def _own() -> ModuleType:
    """This program's copy of PyTorch's printing module."""
    if _HERE.printing is None:
        source = importlib.util.find_spec("torch._tensor_str")
        if source is None or source.loader is None:
            raise RuntimeError("PyTorch's printing module is missing")
        made = importlib.util.module_from_spec(source)
        source.loader.exec_module(made)
        vars(made)["torch"] = _Torch()
        _HERE.printing = made
    return _HERE.printing  # type: ignore[no-any-return]  # a module
