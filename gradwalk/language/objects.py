"""Attributes of everything that is no tensor: what a program may read and set, by closed lists.

A module, a function's context and an instance of a class of the program's own have the attributes that the program gave
them; PyTorch's own are listed here. ``getattr`` is only ever used with a name from a list.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import numpy as np
import torch
from torch.autograd.forward_ad import UnpackedDualTensor
from torch.utils.data import TensorDataset

from gradwalk.language import arrays, containers, library
from gradwalk.language.collected import Named, Progress, Tables
from gradwalk.language.data import Loader
from gradwalk.language.run import Run

MODULE_METHODS = frozenset(
    "parameters named_parameters children modules named_children named_modules buffers state_dict load_state_dict "
    "zero_grad train eval requires_grad_ register_buffer register_parameter append extend "
    "double float register_forward_hook register_forward_pre_hook register_full_backward_hook apply add_module "
    "get_parameter "
    "named_buffers extra_repr to cpu cuda".split()
)
"""Methods of nn.Module; those that build an iterator give a list."""
LISTED = frozenset(
    "parameters named_parameters children modules named_children named_modules buffers named_buffers".split()
)
MODULE_ATTRIBUTES = frozenset(
    "training in_features out_features weight bias negative_slope dim p reduction inplace num_embeddings "
    "embedding_dim "
    "running_mean running_var num_features normalized_shape eps momentum kernel_size in_channels out_channels "
    "stride padding "
    "start_dim end_dim".split()
)
OPTIMIZER_METHODS = frozenset("step zero_grad state_dict add_param_group".split())
OPTIMIZER_ATTRIBUTES = frozenset("param_groups state defaults".split())
LOADER_ATTRIBUTES = frozenset("dataset batch_size drop_last".split())
SCHEDULER_METHODS = frozenset("step get_last_lr state_dict".split())
SCHEDULER_ATTRIBUTES = frozenset("last_epoch base_lrs gamma step_size optimizer".split())
NODE_ATTRIBUTES = frozenset(
    "next_functions variable saved_tensors _saved_self _saved_other _saved_result _saved_exponent "
    "_saved_mat1 _saved_mat2 _saved_input _saved_weight _saved_target".split()
)
NODE_METHODS = frozenset("name register_hook register_prehook".split())
CONTEXT_METHODS = frozenset("save_for_backward mark_dirty mark_non_differentiable set_materialize_grads".split())
CONTEXT_ATTRIBUTES = frozenset("saved_tensors needs_input_grad".split())
RESULTS = frozenset(
    "values indices U S V Vh Q R L eigenvalues eigenvectors sign logabsdet solution residuals rank "
    "singular_values inverse info min max".split()
)
"""What the tuples have by name that PyTorch and NumPy give."""
_PATHS = frozenset("mkdir exists is_file is_dir stem suffix parent parts".split())

ATTRIBUTES = (
    RESULTS
    | _PATHS
    | MODULE_METHODS
    | MODULE_ATTRIBUTES
    | SCHEDULER_METHODS
    | LOADER_ATTRIBUTES
    | arrays.ATTRIBUTES
    | frozenset((*arrays.METHODS, *arrays.DRAWS, "tensors", "manual_seed"))
    | SCHEDULER_ATTRIBUTES
    | OPTIMIZER_METHODS
    | OPTIMIZER_ATTRIBUTES
    | NODE_ATTRIBUTES
    | NODE_METHODS
    | CONTEXT_METHODS
    | CONTEXT_ATTRIBUTES
    | {name for methods in containers.METHODS.values() for name in methods}
    | {
        "apply",
        "fromkeys",
        "primal",
        "tangent",
        "send",
        "close",
        "dataset",
        "indices",
        "args",
        "remove",
        "type",
        "index",
    }
)
"""Everything that some object here may be asked for."""


@dataclass(frozen=True, slots=True)
class Plain:
    """A method that touches no tensor's numbers, not yet called."""

    call: Any
    listed: bool = False
    """Give a list in place of an iterator."""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Draw:
    """A function that draws random numbers, not yet called: of a generator, or by the name of the run's own."""

    source: Any
    name: str
    cost: Any


class Instance:
    """An object of a class of the program's own that has no base of PyTorch's. Each class has a type of its own."""

    def __init__(self, kind: Any) -> None:
        self.kind = kind
        self.fields: dict[str, Any] = {}


def is_node(value: Any) -> bool:
    """Whether a value is a node of the grad_fn graph."""
    return isinstance(value, torch.autograd.graph.Node | torch.autograd.function.BackwardCFunction)


def get_attribute(run: Run, base: Any, name: str) -> Any:
    """``base.name``. Raises AttributeError as Python does."""
    found = _found(run, base, name)
    if found is _MISSING:
        raise AttributeError(missing(base, name))
    return found


_MISSING = object()
_RESERVED = frozenset(vars(torch.nn.Module())) | frozenset(dir(torch.nn.Module))
"""Names of a module that PyTorch works with."""


def missing(base: Any, name: str) -> str:
    if isinstance(base, type):
        return f"type object '{base.__name__}' has no attribute '{name}'"
    if isinstance(kind := getattr(base, "name", None), str) and type(base).__name__ == "ClassObject":
        return f"type object '{kind}' has no attribute '{name}'"
    return f"'{_PYTHON_NAMES.get(type(base).__name__, type(base).__name__)}' object has no attribute '{name}'"


_PYTHON_NAMES = {
    "Procedure": "function",
    "Function": "builtin_function_or_method",
    "Method": "builtin_function_or_method",
}


def _found(run: Run, base: Any, name: str) -> Any:
    from gradwalk.language.classes import ClassObject, Parent

    if isinstance(base, Instance):
        if name in base.fields and base.kind.property_of(name) is None:
            return base.fields[name]
        return base.kind.member(name, base, _MISSING)
    if isinstance(base, ClassObject):
        return base.static(run, name, _MISSING)
    if isinstance(base, Parent):
        return base.member(name, _MISSING)
    if isinstance(base, torch.nn.Module):
        return _of_module(base, name)
    if isinstance(base, torch.optim.Optimizer):
        return _listed(base, name, OPTIMIZER_ATTRIBUTES, OPTIMIZER_METHODS)
    if isinstance(base, torch.optim.lr_scheduler.LRScheduler):
        return _listed(base, name, SCHEDULER_ATTRIBUTES, SCHEDULER_METHODS)
    if isinstance(base, torch.Generator):
        return Plain(base.manual_seed, name=name) if name == "manual_seed" else _MISSING
    if isinstance(base, torch.autograd.function.FunctionCtx):
        return _of_context(base, name)
    if is_node(base):
        return _listed(base, name, NODE_ATTRIBUTES, NODE_METHODS)
    if isinstance(base, Exception):
        return base.args if name == "args" else _MISSING
    if isinstance(base, torch.utils.hooks.RemovableHandle):
        return Plain(base.remove) if name == "remove" else _MISSING
    if arrays.is_array(base):
        return _of_array(base, name)
    if isinstance(base, Loader):
        return getattr(base, name) if name in LOADER_ATTRIBUTES else _MISSING
    if isinstance(base, TensorDataset):
        return base.tensors if name == "tensors" else _MISSING
    if isinstance(base, torch.utils.data.Subset):
        return getattr(base, name) if name in ("dataset", "indices") else _MISSING
    if isinstance(base, np.random.Generator | np.random.RandomState):
        return Draw(base, name, arrays.DRAWS[name]) if name in arrays.DRAWS else _MISSING
    if isinstance(base, torch.device):
        return base.type if name == "type" else _MISSING
    if isinstance(base, Iterator) and name in ("send", "close") and getattr(type(base), "gradwalk_items", False):
        return Plain(getattr(base, name), name=name) if hasattr(base, name) else _MISSING
    if isinstance(base, library.Builtin) and (base.name, name) == ("dict", "fromkeys"):
        return Plain(lambda keys, value=None: dict.fromkeys(run.checked(list(run.items(keys, run.at)), run.at), value))
    if isinstance(base, arrays.Walk):
        return _listed(base, name, arrays.WALK_ATTRIBUTES, frozenset(("iternext",)))
    if isinstance(base, Progress):
        return library.Silence(f"tqdm.{name}")
    if isinstance(base, UnpackedDualTensor):
        return getattr(base, name) if name in ("primal", "tangent") else _MISSING
    if isinstance(base, tuple) and name in RESULTS:
        return getattr(base, name, _MISSING)
    if isinstance(base, PurePosixPath):
        return _of_path(base, name)
    if isinstance(base, Named) and name in base.fields:
        return base[base.fields.index(name)]
    if name in ("__doc__", "__name__") and hasattr(base, "signature"):
        return base.doc if name == "__doc__" else base.name
    return _of_container(base, name)


_PATH_ATTRIBUTES = frozenset("name stem suffix parent parts".split())


def _of_path(base: PurePosixPath, name: str) -> Any:
    """A path is a text here: there are no files."""
    if name in _PATH_ATTRIBUTES:
        return getattr(base, name)
    if name in ("exists", "is_file", "is_dir"):
        return Plain(lambda: False, name=name)
    return Plain(lambda *_, **__: None, name=name) if name == "mkdir" else _MISSING


def _of_container(base: Any, name: str) -> Any:
    kind = dict if isinstance(base, OrderedDict | Tables) else type(base)
    method = containers.METHODS.get(kind, {}).get(name)
    if isinstance(base, OrderedDict):
        method = _ORDERED_VIEWS.get(name, method)
    if method is None:
        return _MISSING

    def call(*args: Any, **kwargs: Any) -> Any:
        return method(base, *args, **kwargs)

    return Plain(call, name=name)


_ORDERED_VIEWS: dict[str, Any] = {
    "keys": OrderedDict.keys,
    "values": OrderedDict.values,
    "items": OrderedDict.items,
}
"""They show themselves as odict_keys(…)."""


def _of_array(base: Any, name: str) -> Any:
    if name in arrays.METHODS and hasattr(type(base), name):
        return library.Method(arrays.method(base, name), base)
    return getattr(base, name, _MISSING) if name in arrays.ATTRIBUTES else _MISSING


def _listed(base: Any, name: str, attributes: frozenset[str], methods: frozenset[str]) -> Any:
    if name in methods:
        return Plain(getattr(base, name), name=name)
    return getattr(base, name, _MISSING) if name in attributes else _MISSING


def _of_module(base: torch.nn.Module, name: str) -> Any:
    """Parameters, layers and fields that it has been given, methods of its class, and PyTorch's listed ones."""
    own = vars(base)
    for group in ("_parameters", "_modules", "_buffers"):
        if name in own.get(group, ()):
            return own[group][name]
    if name in own and name not in _RESERVED:
        return own[name]
    kind = getattr(type(base), "_gradwalk_class", None)
    if kind is not None and (member := kind.member(name, base, None)) is not None:
        return member
    if name in MODULE_METHODS and hasattr(base, name):
        return Plain(getattr(base, name), name in LISTED, name)
    return getattr(base, name, _MISSING) if name in MODULE_ATTRIBUTES else _MISSING


def _of_context(base: Any, name: str) -> Any:
    """The ctx of a torch.autograd.Function, which is the node of the graph too."""
    if name in CONTEXT_METHODS or name in CONTEXT_ATTRIBUTES:
        found = getattr(base, name)
        return Plain(found, name=name) if name in CONTEXT_METHODS else found
    if name in NODE_ATTRIBUTES or name in NODE_METHODS:
        return _listed(base, name, NODE_ATTRIBUTES, NODE_METHODS)
    return vars(base).get(name, _MISSING)


def _may_set(base: Any, name: str) -> bool:
    if isinstance(base, torch.nn.Module):
        return name not in _RESERVED or name == "training"
    own = name not in CONTEXT_METHODS and not name.startswith("_")
    return isinstance(base, torch.autograd.function.FunctionCtx) and own


def set_attribute(base: Any, name: str, value: Any) -> None:
    """``base.name = value`` for an object that a program may give attributes."""
    from gradwalk.language.classes import ClassObject

    if isinstance(base, Instance):
        if (own := base.kind.property_of(name)) is None:
            base.fields[name] = value
        elif own.setter is None:
            raise AttributeError(f"property '{name}' of '{base.kind.name}' object has no setter")
        else:
            own.setter(base, value)
    elif isinstance(base, ClassObject):
        base.members[name] = value
    elif _may_set(base, name):
        setattr(base, name, value)
    else:
        raise AttributeError(f"'{type(base).__name__}' object has no attribute '{name}'")
