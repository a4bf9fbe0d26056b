"""What a program may import, and what is in it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from gradwalk import costs, library
from gradwalk.layers import LAYERS, OPTIMIZERS, SCHEDULERS, OptimizerClass
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


def typed(args: tuple[Any, ...], dtype: torch.dtype) -> torch.Tensor:
    """torch.Tensor([1, 2]) of data, torch.Tensor(2, 3) of sizes; what is not initialized is zero here."""
    if all(isinstance(item, int) for item in args):
        return torch.zeros(*(args or (0,)), dtype=dtype)
    return torch.tensor(args[0], dtype=dtype)


_CONSTANTS = {"pi": math.pi, "e": math.e, "inf": math.inf, "nan": math.nan}
_FUNCTIONAL = Module("torch.nn.functional", dict(library.FUNCTIONAL))
_DRAWN = "normal_ uniform_ xavier_uniform_ xavier_normal_ kaiming_uniform_ kaiming_normal_ trunc_normal_".split()
_INIT = Module(
    "torch.nn.init",
    {
        name: Function(f"nn.init.{name}", getattr(torch.nn.init, name), costs.same, "init")
        for name in (*_DRAWN, "zeros_", "ones_", "constant_", "eye_", "calculate_gain")
    },
)
library.RANDOM |= {f"nn.init.{name}" for name in _DRAWN}
_UTILS = Module(
    "torch.nn.utils",
    {
        name: Function(f"nn.utils.{name}", getattr(torch.nn.utils, name), costs.joined, "plain")
        for name in ("clip_grad_norm_", "clip_grad_value_", "parameters_to_vector", "vector_to_parameters")
    },
)
_NN = Module(
    "torch.nn",
    {
        "functional": _FUNCTIONAL,
        "init": _INIT,
        "utils": _UTILS,
        "Module": torch.nn.Module,
        "Parameter": ParameterClass(),
        **LAYERS,
    },
)
_SCHEDULERS = Module(
    "torch.optim.lr_scheduler",
    {name: OptimizerClass(name, getattr(torch.optim.lr_scheduler, name)) for name in SCHEDULERS},
)
_OPTIM = Module(
    "torch.optim",
    {
        "lr_scheduler": _SCHEDULERS,
        **{name: OptimizerClass(name, getattr(torch.optim, name)) for name in OPTIMIZERS},
    },
)
_JACOBIANS = Module(
    "torch.autograd.functional", {name: Engine(f"functional.{name}") for name in ("jacobian", "hessian", "vjp", "jvp")}
)
_AUTOGRAD = Module(
    "torch.autograd",
    {
        "grad": Engine("grad"),
        "backward": Engine("backward"),
        "gradcheck": Engine("gradcheck"),
        "gradgradcheck": Engine("gradgradcheck"),
        "no_grad": Context("torch.no_grad", torch.no_grad),
        "enable_grad": Context("torch.enable_grad", torch.enable_grad),
        "Function": torch.autograd.Function,
        "functional": _JACOBIANS,
        "Variable": Function(
            "Variable", lambda data, requires_grad=False: data.requires_grad_(requires_grad), _size, "plain"
        ),
    },
)
_CUDA = Module("torch.cuda", {"is_available": Function("torch.cuda.is_available", _cuda_is_available, _size, "plain")})

_TYPED = (
    ("Float", torch.float32),
    ("Double", torch.float64),
    ("Long", torch.int64),
    ("Int", torch.int32),
    ("Bool", torch.bool),
)


def _typed(dtype: torch.dtype) -> Any:
    def make(*args: Any) -> torch.Tensor:
        return typed(args, dtype)

    return make


_LINALG = Module(
    "torch.linalg",
    {
        name: Function("torch.linalg." + name, getattr(torch.linalg, name), cost)
        for name, cost in (
            ("norm", costs.cubed),
            ("vector_norm", costs.same),
            ("det", costs.cubed),
            ("inv", costs.cubed),
            ("solve", costs.cubed),
        )
    },
)
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
        **{
            f"{name}Tensor": Function(f"torch.{name}Tensor", _typed(kind), costs.typed, "creation")
            for name, kind in _TYPED
        },
        "Size": Function("torch.Size", torch.Size, _size, "plain"),
        "Generator": Function("torch.Generator", torch.Generator, _size, "plain"),
        "numel": library.TORCH_FUNCTIONS["numel"],
        "linalg": _LINALG,
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
    "torch.nn.init": _INIT,
    "torch.nn.utils": _UTILS,
    "torch.optim": _OPTIM,
    "torch.optim.lr_scheduler": _SCHEDULERS,
    "torch.autograd": _AUTOGRAD,
    "torch.autograd.functional": _JACOBIANS,
    "math": Module("math", library.MATH),
    "numpy": _NUMPY,
    **SILENT,
}
