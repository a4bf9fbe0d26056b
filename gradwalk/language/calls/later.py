"""Functions that PyTorch or Python will call later: what they do goes through the budget of the run."""

from __future__ import annotations

import ast
from typing import Any

import torch

from gradwalk.language.classes import ClassObject, CustomFunction
from gradwalk.language.layers import Layer, OptimizerClass
from gradwalk.language.library import Builtin, Context, Function, Method, Silence
from gradwalk.language.modules import Engine
from gradwalk.language.objects import Draw, Instance, Plain
from gradwalk.language.procedures import Procedure
from gradwalk.language.run import Run
from gradwalk.language.standard import Standard

Args = tuple[Any, ...]
Kwargs = dict[str, Any]


def note_hook(run: Run, value: Any) -> None:
    """Remember a hook that was set, so that it goes when the run does."""
    if isinstance(value, torch.utils.hooks.RemovableHandle):
        run.handles.append(value)


def handed(run: Run, value: Any, node: ast.expr) -> Any:
    """A function that PyTorch or Python will call later. What is none of the program's own goes through its budget."""
    if isinstance(value, list):
        return [handed(run, item, node) for item in value]
    if isinstance(value, Procedure) or not isinstance(value, _CALLABLE):
        return value

    def again(*args: Any, **kwargs: Any) -> Any:
        return run.call(value, args, node, kwargs)

    return again


TAKING_FUNCTIONS = frozenset(
    "Tensor.register_hook Tensor.register_post_accumulate_grad_hook register_hook register_prehook "
    "register_forward_hook register_forward_pre_hook register_full_backward_hook apply sort".split()
)


_CALLABLE: tuple[type, ...] = (
    *(Function, Method, type, Builtin, Plain, torch.nn.Module, ClassObject, Instance, CustomFunction, Context),
    *(Layer, OptimizerClass, Engine, Silence, Draw, Standard),
)
"""What a program may call, beside its own functions."""
