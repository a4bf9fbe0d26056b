"""What a program can hold of PyTorch: functions, methods, modules, and what stands for nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch

from gradwalk.language.costs import Cost


@dataclass(frozen=True, slots=True)
class Function:
    """Something a program may call."""

    name: str
    call: Callable[..., Any]
    cost: Cost
    kind: str = "operation"
    """``operation`` (watched), ``operator`` (the same, but only for tensors themselves, not for lists of them),
    ``creation`` (makes values from numbers) or ``plain`` (touches no graph)."""


@dataclass(frozen=True, slots=True)
class Module:
    """An imported module: only the listed names."""

    name: str
    names: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Method:
    """A method of a tensor, not yet called."""

    function: Function
    base: torch.Tensor


@dataclass(frozen=True, slots=True)
class Silence:
    """Something that draws or styles: whatever is asked of it, nothing happens."""

    name: str


@dataclass(frozen=True, slots=True)
class Absent:
    """A module, or what a program takes out of one, that is not available. Whatever uses it fails."""

    name: str


@dataclass(frozen=True, slots=True)
class Builtin:
    """One of Python's own functions, by name."""

    name: str


@dataclass(frozen=True, slots=True)
class Context:
    """torch.no_grad and its relatives."""

    name: str
    make: Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Seed:
    """torch.manual_seed: it seeds this program's own generator, never the process's."""

    name: str = "torch.manual_seed"
