"""What a program may import, and what is in it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from gradwalk import costs, library
from gradwalk.layers import LAYERS, OPTIMIZERS, OptimizerClass
from gradwalk.library import Context, Function, Module, Seed


@dataclass(frozen=True, slots=True)
class Silence:
    """Something that draws or styles: whatever is asked of it, nothing happens."""

    name: str


@dataclass(frozen=True, slots=True)
class Engine:
    """torch.autograd.grad and its relatives, which the listener runs."""

    name: str


@dataclass(frozen=True, slots=True)
class ParameterClass:
    """torch.nn.Parameter."""

    name: str = "Parameter"


@dataclass(frozen=True, slots=True)
class DeviceClass:
    """torch.device: the CPU is the one device here."""

    name: str = "torch.device"


def _cuda_is_available() -> bool:
    return False


def _size(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[int, int]:
    return max((t.numel() for t in costs.tensors(args)), default=1), 0


def _variable(data: torch.Tensor, requires_grad: bool = False) -> torch.Tensor:
    """What old lessons wrap a tensor in."""
    return data.requires_grad_(requires_grad)


_CONSTANTS = {"pi": math.pi, "e": math.e, "inf": math.inf, "nan": math.nan}
_FUNCTIONAL = Module("torch.nn.functional", dict(library.FUNCTIONAL))
_NN = Module(
    "torch.nn",
    {"functional": _FUNCTIONAL, "Module": torch.nn.Module, "Parameter": ParameterClass(), **LAYERS},
)
_OPTIM = Module("torch.optim", {name: OptimizerClass(name, getattr(torch.optim, name)) for name in OPTIMIZERS})
_JACOBIANS = Module(
    "torch.autograd.functional", {name: Engine(f"functional.{name}") for name in ("jacobian", "hessian", "vjp", "jvp")}
)
_AUTOGRAD = Module(
    "torch.autograd",
    {
        "grad": Engine("grad"),
        "backward": Engine("backward"),
        "Function": torch.autograd.Function,
        "functional": _JACOBIANS,
        "Variable": Function(
            "Variable", lambda data, requires_grad=False: data.requires_grad_(requires_grad), _size, "plain"
        ),
    },
)
_CUDA = Module("torch.cuda", {"is_available": Function("torch.cuda.is_available", _cuda_is_available, _size, "plain")})

_TORCH = Module(
    "torch",
    {
        **library.TORCH_FUNCTIONS,
        **library.DTYPES,
        **{name: Context("torch." + name, make) for name, make in library.CONTEXTS.items()},
        **_CONSTANTS,
        "manual_seed": Seed(),
        "nn": _NN,
        "optim": _OPTIM,
        "autograd": _AUTOGRAD,
        "cuda": _CUDA,
        "Tensor": torch.Tensor,
        "device": DeviceClass(),
        "from_numpy": Function("torch.from_numpy", torch.from_numpy, _size, "creation"),
        "relu": library.TORCH_FUNCTIONS["relu"],
        "__version__": torch.__version__,
    },
)


def _array(name: str, cost: costs.Cost) -> Function:
    return Function("np." + name, getattr(np, name), cost, "array")


_NUMPY = Module(
    "numpy",
    {
        **_CONSTANTS,
        **{name: _array(name, _size) for name in "array sin cos tan exp log sqrt abs tanh mean sum".split()},
        **{name: _array(name, costs.sizes) for name in ("zeros", "ones")},
        "linspace": _array("linspace", costs.linspace),
        "arange": _array("arange", costs.arange),
        "float32": np.float32,
        "float64": np.float64,
        "ndarray": np.ndarray,
    },
)

_SILENT = "matplotlib matplotlib.pyplot matplotlib.ticker seaborn warnings torchviz IPython.display".split()
SILENT = {name: Silence(name) for name in _SILENT}

MODULES: dict[str, Any] = {
    "torch": _TORCH,
    "torch.nn": _NN,
    "torch.nn.functional": _FUNCTIONAL,
    "torch.optim": _OPTIM,
    "torch.autograd": _AUTOGRAD,
    "torch.autograd.functional": _JACOBIANS,
    "math": Module("math", library.MATH),
    "numpy": _NUMPY,
    **SILENT,
}
