"""Calls of PyTorch's classes: layers, optimizers, loaders, devices, and the engine."""

from __future__ import annotations

import ast
from typing import Any

import torch
from torch import nn

from gradwalk.language import costs, layers
from gradwalk.language.calls.later import Args, Kwargs, handed
from gradwalk.language.classes import CustomFunction
from gradwalk.language.data import Loader
from gradwalk.language.layers import Layer, OptimizerClass
from gradwalk.language.modules import DeviceClass, Engine, LoaderClass, ParameterClass
from gradwalk.language.run import Run


def check_device(device: Any) -> None:
    if str(device) != "cpu":
        raise AssertionError("Torch not compiled with CUDA enabled")


def custom(run: Run, target: CustomFunction, args: Args, kwargs: Kwargs, node: ast.expr) -> Any:
    return run.listener.custom(target.name, target.call, args, run.span(node))


def layer(run: Run, target: Layer, args: Args, kwargs: Kwargs, node: ast.expr) -> nn.Module:
    run.budget.operation(layers.layer_elements(target, args, kwargs), 0, run.span(node))
    return layers.make_layer(target, args, kwargs, run.generator)


def parameter(run: Run, target: ParameterClass, args: Args, kwargs: Kwargs, node: ast.expr) -> nn.Parameter:
    return nn.Parameter(*args, **kwargs)


def optimizer(run: Run, target: OptimizerClass, args: Args, kwargs: Kwargs, node: ast.expr) -> Any:
    if target.name == "LambdaLR":
        args = tuple(handed(run, item, node) for item in args)
        kwargs = {name: handed(run, item, node) for name, item in kwargs.items()}
    return target.kind(*args, **kwargs)


def module(run: Run, target: nn.Module, args: Args, kwargs: Kwargs, node: ast.expr) -> Any:
    """A layer of PyTorch's own is one call; a module of the program's own leads back into the program."""
    if isinstance(target, nn.Sequential) and not _has_hooks(target):
        (value,) = args
        for part in target:
            value = module(run, part, (value,), {}, node)
        return value
    if isinstance(target, nn.Sequential):
        return run.apply(layers.whole_call(target), args, node, kwargs)
    if type(target) in layers.KINDS:
        return run.apply(layers.layer_call(target, run.generator), args, node, kwargs)
    if type(target).forward is nn.Module.forward:
        raise NotImplementedError(f'Module [{type(target).__name__}] is missing the required "forward" function')
    return target(*args, **kwargs)


def _has_hooks(module: nn.Module) -> bool:
    """Hooks of a container are called by PyTorch, when the container is."""
    return bool(module._forward_hooks or module._forward_pre_hooks or module._backward_hooks)


def engine(run: Run, target: Engine, args: Args, kwargs: Kwargs, node: ast.expr) -> Any:
    if target.name not in ("grad", "backward") and args:
        args = (_measured(run, target.name, args, kwargs, node), *args[1:])
    return run.listener.engine(target.name, args, kwargs, run.span(node))


def _measured(run: Run, name: str, args: Args, kwargs: Kwargs, node: ast.expr) -> Any:
    """The function of a Jacobian, which has a row for each number that it gives and a column for each that it takes."""
    columns = sum(costs.size(t) for t in costs.tensors((*args[1:2], kwargs.get("inputs"))))
    function: Any = handed(run, args[0], node)
    if name == "functional.hessian":
        run.budget.operation(columns * columns, 0, run.span(node))
    if name != "functional.jacobian" or not callable(function):
        return function

    def measured(*inner: Any) -> Any:
        result = function(*inner)
        rows = sum(costs.size(t) for t in costs.tensors((result,)))
        run.budget.operation(rows * columns, 0, run.span(node))
        return result

    return measured


def loader(run: Run, target: LoaderClass, args: Args, kwargs: Kwargs, node: ast.expr) -> Loader:
    passed = ("num_workers", "generator", "pin_memory", "persistent_workers")
    given = {name: value for name, value in kwargs.items() if name not in passed}
    if "collate_fn" in given:
        given["collate_fn"] = handed(run, given["collate_fn"], node)
    return Loader(kwargs.get("generator", run.generator), *args, **given)


def device(run: Run, target: DeviceClass, args: Args, kwargs: Kwargs, node: ast.expr) -> torch.device:
    return torch.device(*args)
