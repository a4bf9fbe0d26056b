"""What a program may import, and what is in it."""

from __future__ import annotations

import copy
import math
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from gradwalk.language import arrays, costs, grids, library, torch_tools
from gradwalk.language.layers import LAYERS, OPTIMIZERS, SCHEDULERS, OptimizerClass
from gradwalk.language.library import Context, Function, Module, Seed, Silence
from gradwalk.language.objects import Draw
from gradwalk.language.standard import STANDARD, Standard
from gradwalk.program import ProgramError


@dataclass(frozen=True, slots=True)
class Engine:
    """torch.autograd.grad and its relatives, which the listener runs."""

    name: str


@dataclass(frozen=True, slots=True)
class ParameterClass:
    """torch.nn.Parameter."""

    name: str = "Parameter"


@dataclass(frozen=True, slots=True)
class LoaderClass:
    """torch.utils.data.DataLoader."""

    name: str = "DataLoader"


@dataclass(frozen=True, slots=True)
class Copy:
    """copy.copy and copy.deepcopy."""

    name: str
    call: Any


@dataclass(frozen=True, slots=True)
class DeviceClass:
    """torch.device: the CPU is the one device here."""

    name: str = "torch.device"


_LEGACY = "seed rand randn random randint uniform normal choice permutation shuffle random_sample".split()


def _generator(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def _legacy_generator(seed: int = 0) -> np.random.RandomState:
    return np.random.RandomState(seed)


def _picks(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[int, int]:
    """random.sample(population, k), random.choices(population, k=…)."""
    counts = [abs(item) for item in (*args, *kwargs.values()) if isinstance(item, int)]
    return costs.written(args, {})[0] + sum(counts), 0


def _no_sleep(seconds: float) -> None:
    """Nobody has to wait here."""


def _size(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[int, int]:
    return max((t.numel() for t in costs.tensors(args)), default=1), 0


def typed(args: tuple[Any, ...], dtype: torch.dtype) -> torch.Tensor:
    """torch.Tensor([1, 2]) of data, torch.Tensor(2, 3) of sizes; what is not initialized is zero here."""
    if all(isinstance(item, int) for item in args):
        return torch.zeros(*(args or (0,)), dtype=dtype)
    return torch.tensor(args[0], dtype=dtype)


def _random_split(run: Any, node: Any, dataset: Any, lengths: Any, generator: Any = None) -> list[Any]:
    if len(dataset) > run.budget.limits.items:
        raise ProgramError(f"A data set may have at most {run.budget.limits.items:,} items here.", run.span(node))
    return torch.utils.data.random_split(dataset, lengths, generator=generator or run.generator)


def _set_numpy_options(run: Any, node: Any, **options: Any) -> None:
    """NumPy keeps these for each thread. They are put back when the run ends."""
    allowed = {"precision": 16, "threshold": 10_000, "edgeitems": 10, "linewidth": 1000}
    bounded = {name: min(most, options[name]) for name, most in allowed.items() if isinstance(options.get(name), int)}
    np.set_printoptions(**bounded, suppress=bool(options.get("suppress")))


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
_SEQUENCES = Module(
    "torch.nn.utils.rnn",
    {"pad_sequence": Function("pad_sequence", torch.nn.utils.rnn.pad_sequence, costs.squared)},
)
_CLIPPING = ("clip_grad_norm_", "clip_grad_value_", "parameters_to_vector", "vector_to_parameters")
_UTILS = Module(
    "torch.nn.utils",
    {
        "rnn": _SEQUENCES,
        **{
            name: Function(f"nn.utils.{name}", getattr(torch.nn.utils, name), costs.joined, "plain")
            for name in _CLIPPING
        },
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
    "torch.autograd.functional",
    {name: Engine(f"functional.{name}") for name in ("jacobian", "hessian", "vjp", "jvp", "hvp", "vhp")},
)
_PROFILER = Silence("torch.profiler")
_AUTOGRAD = Module(
    "torch.autograd",
    {
        "grad": Engine("grad"),
        "backward": Engine("backward"),
        "gradcheck": Engine("gradcheck"),
        "gradgradcheck": Engine("gradgradcheck"),
        "no_grad": Context("torch.no_grad", torch.no_grad),
        "enable_grad": Context("torch.enable_grad", torch.enable_grad),
        "set_grad_enabled": Context("torch.set_grad_enabled", library.CONTEXTS["set_grad_enabled"]),
        "inference_mode": Context("torch.inference_mode", torch.no_grad),
        "Function": torch.autograd.Function,
        "functional": _JACOBIANS,
        "graph": torch_tools.GRAPH,
        "profiler": _PROFILER,
        "forward_ad": torch_tools.FORWARD,
        **torch_tools.AUTOGRAD,
        "Variable": Function(
            "Variable", lambda data, requires_grad=False: data.requires_grad_(requires_grad), _size, "plain"
        ),
    },
)
_RANDOM_OF_TORCH = Module("torch.random", {"manual_seed": Seed()})
_CUDA = Module("torch.cuda", dict(torch_tools.CUDA))

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


_DATA = Module(
    "torch.utils.data",
    {
        "DataLoader": LoaderClass(),
        "TensorDataset": Function("TensorDataset", torch.utils.data.TensorDataset, _size, "plain"),
        "Dataset": torch.utils.data.Dataset,
        "Subset": Function("Subset", torch.utils.data.Subset, _size, "plain"),
        "ConcatDataset": Function("ConcatDataset", torch.utils.data.ConcatDataset, _size, "plain"),
        "random_split": Standard("torch.utils.data.random_split", _random_split),
    },
)
_DECOMPOSITIONS = (
    "eig eigh eigvals eigvalsh svd svdvals qr cholesky lstsq pinv matrix_rank slogdet cond matrix_norm matrix_exp "
    "inv_ex solve_triangular"
).split()
_LINALG = Module(
    "torch.linalg",
    {
        name: Function("torch.linalg." + name, getattr(torch.linalg, name), cost)
        for name, cost in (
            *((name, costs.cubed) for name in _DECOMPOSITIONS),
            ("matrix_power", costs.powered),
            ("multi_dot", costs.outer),
            ("vecdot", costs.broadcast),
            ("cross", costs.broadcast),
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
        "random": _RANDOM_OF_TORCH,
        "profiler": _PROFILER,
        "nn": _NN,
        "optim": _OPTIM,
        "utils": Module("torch.utils", {"data": _DATA, "checkpoint": torch_tools.CHECKPOINT}),
        "func": torch_tools.FUNC,
        **torch_tools.TORCH,
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
        "__version__": str(torch.__version__),
    },
)


_NUMPY = Module(
    "numpy",
    {
        **_CONSTANTS,
        **arrays.FUNCTIONS,
        **arrays.GATHERED,
        **grids.NUMPY,
        **{name: getattr(np, name) for name in "float32 float64 int32 int64 ndarray bool_ newaxis".split()},
        "random": Module(
            "numpy.random",
            {
                **{name: Draw("numpy.random", name, arrays.DRAWS[name]) for name in _LEGACY},
                "RandomState": Function("np.random.RandomState", _legacy_generator, _size, "plain"),
                "default_rng": Function("np.random.default_rng", _generator, _size, "plain"),
            },
        ),
        "linalg": Module("numpy.linalg", arrays.LINALG),
        "set_printoptions": Standard("numpy.set_printoptions", _set_numpy_options),
        "testing": Module("numpy.testing", arrays.TESTING),
    },
)
_RANDOM = Module(
    "random",
    {
        name: Draw("random", name, costs.written)
        for name in "random randint uniform choice shuffle gauss seed randrange normalvariate triangular".split()
    }
    | {name: Draw("random", name, _picks) for name in ("sample", "choices")},
)
_TIME = Module(
    "time",
    {
        name: Function(f"time.{name}", call, _size, "plain")
        for name, call in (
            ("time", time.time),
            ("perf_counter", time.perf_counter),
            ("monotonic", time.monotonic),
            ("sleep", _no_sleep),
        )
    },
)

_SILENT = (
    "matplotlib matplotlib.pyplot matplotlib.ticker matplotlib.cm matplotlib.colors matplotlib.patches "
    "matplotlib.animation mpl_toolkits mpl_toolkits.mplot3d seaborn warnings torchviz graphviz typing __future__ "
    "matplotlib_inline matplotlib_inline.backend_inline"
).split()
SILENT = {name: Silence(name) for name in _SILENT}

MODULES: dict[str, Any] = {
    "torch": _TORCH,
    "torch.nn": _NN,
    "torch.nn.functional": _FUNCTIONAL,
    "torch.nn.init": _INIT,
    "torch.nn.utils": _UTILS,
    "torch.nn.utils.rnn": _SEQUENCES,
    "torch.optim": _OPTIM,
    "torch.optim.lr_scheduler": _SCHEDULERS,
    "torch.autograd": _AUTOGRAD,
    "torch.autograd.functional": _JACOBIANS,
    "math": Module("math", library.MATH),
    "numpy": _NUMPY,
    "numpy.random": _NUMPY.names["random"],
    "numpy.testing": _NUMPY.names["testing"],
    "numpy.linalg": _NUMPY.names["linalg"],
    "random": _RANDOM,
    "time": _TIME,
    "copy": Module("copy", {"copy": Copy("copy.copy", copy.copy), "deepcopy": Copy("copy.deepcopy", copy.deepcopy)}),
    **STANDARD,
    "torch.utils": _TORCH.names["utils"],
    "torch.utils.checkpoint": torch_tools.CHECKPOINT,
    "torch.autograd.graph": torch_tools.GRAPH,
    "torch.autograd.forward_ad": torch_tools.FORWARD,
    "torch.func": torch_tools.FUNC,
    "torch.random": _RANDOM_OF_TORCH,
    "torch.profiler": _PROFILER,
    "torch.autograd.profiler": _PROFILER,
    "torch.cuda": _CUDA,
    "torch.utils.data": _DATA,
    **SILENT,
}
