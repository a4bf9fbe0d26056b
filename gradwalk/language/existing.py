"""Names that exist in Python, NumPy and PyTorch: of these, what is not listed is refused; typing errors are not."""

from __future__ import annotations

import builtins
import math
import os
import sys
import types

import numpy as np
import torch

_KINDS: tuple[object, ...] = (
    *(object, type, int, float, complex, str, bytes, list, tuple, dict, set, frozenset, slice, range, property),
    *(types.FunctionType, types.MethodType, types.BuiltinFunctionType, types.CodeType, types.FrameType),
    *(types.GeneratorType, types.CoroutineType, types.AsyncGeneratorType, types.TracebackType, types.ModuleType),
    *(types.MappingProxyType, types.CellType, BaseException, ImportError, OSError, UnicodeError, SyntaxError),
    *(torch.Tensor, torch.nn.Module, torch.nn.Linear, torch.optim.Optimizer, torch.autograd.graph.Node),
    *(torch.autograd.Function, torch.autograd.function.FunctionCtx, torch.Generator, torch.dtype, torch.device),
    *(torch.Size, torch.utils.hooks.RemovableHandle, np.ndarray, np.float64),
)
_WHOLE = (torch, torch.nn, torch.nn.functional, torch.optim, torch.autograd, np, math, sys, os, builtins, types)

EVERYWHERE = frozenset(name for thing in (*_KINDS, *_WHOLE) for name in dir(thing))
"""What any object or module of these has."""

PRIVATE = frozenset(
    name
    for names in (vars(torch.nn.Module()), *map(dir, (torch.Tensor, torch.nn.Module, torch.optim.Optimizer)))
    for name in names
    if name.startswith("_")
)
"""Names with underscores that PyTorch works with."""
