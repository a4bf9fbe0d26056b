"""What a call does in a run, by what is called."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import nn

from gradwalk.language import arrays, costs, library
from gradwalk.language.calls.later import TAKING_FUNCTIONS, Args, Kwargs, handed, note_hook
from gradwalk.language.calls.pytorch import (
    check_device,
    custom,
    device,
    engine,
    layer,
    loader,
    module,
    optimizer,
    parameter,
)
from gradwalk.language.calls.supers import start_of_super, super_of
from gradwalk.language.classes import ClassObject, CustomFunction, Member
from gradwalk.language.exceptions import make
from gradwalk.language.layers import Layer, OptimizerClass
from gradwalk.language.library import Builtin, Context, Function, Method, Seed, Silence
from gradwalk.language.modules import Copy, DeviceClass, Engine, LoaderClass, ParameterClass, typed
from gradwalk.language.objects import Draw, Instance, Plain, is_node
from gradwalk.language.procedures import Procedure
from gradwalk.language.python_functions import TYPES, call_builtin, type_of
from gradwalk.language.run import CALL, Run, elements, expression
from gradwalk.language.standard import Standard
from gradwalk.program import ProgramError


@expression(ast.Call)
def _call(run: Run, node: ast.Call) -> Any:
    target = start_of_super(run, node.func) or run.value(node.func)
    args = tuple(elements(run, node.args))
    kwargs = _keywords(run, node.keywords) if node.keywords else {}
    run.at = node
    return call(run, target, args, kwargs, node)


def call(run: Run, target: Any, args: Args, kwargs: Kwargs, node: ast.expr) -> Any:
    """Call anything that a program can get hold of."""
    if kwargs and not isinstance(target, _OWN):
        _check_keywords(run, kwargs, node)
    if isinstance(target, Method):
        return _method(run, target, args, kwargs, node)
    if isinstance(target, Function):
        return run.apply(target, args, node, kwargs)
    if isinstance(target, Procedure):
        return target(*args, **kwargs)
    for kind, rule in _CALLS:
        if isinstance(target, kind):
            return rule(run, target, args, kwargs, node)
    if target is torch.Tensor:
        return run.apply(TENSOR, args, node, kwargs)
    if isinstance(target, type) and issubclass(target, np.generic):
        return run.apply(Function(target.__name__, target, arrays.same, "array"), args, node)
    if isinstance(target, type) and issubclass(target, Exception):
        return make(target, args)
    if isinstance(target, library.Absent):
        raise ModuleNotFoundError(f"No module named '{target.name}'")
    raise TypeError(f"'{type_of(target).__name__}' object is not callable")


CALL.append(call)


def _check_keywords(run: Run, kwargs: Kwargs, node: ast.expr) -> None:
    """A function of PyTorch's under a name of the program's own still takes listed keywords only."""
    for name in kwargs:
        if name not in library.KEYWORDS and not library.is_mistyped(name):
            raise ProgramError(f"The keyword {name} is not part of this language.", run.span(node))


def _keywords(run: Run, nodes: list[ast.keyword]) -> Kwargs:
    found: Kwargs = {}
    for item in nodes:
        value = run.value(item.value)
        if item.arg is not None:
            found[item.arg] = value
        elif isinstance(value, dict) and all(name in library.KEYWORDS or name.isidentifier() for name in value):
            found |= {str(name): part for name, part in value.items() if not str(name).startswith("_")}
    if isinstance(kind := found.get("dtype"), Builtin):
        found["dtype"] = TYPES.get(kind.name, kind)
    if "device" in found:
        check_device(found.pop("device"))
    return found


def _method(run: Run, target: Method, args: Args, kwargs: Kwargs, node: ast.expr) -> Any:
    if target.function.name == "Tensor.to" and args and isinstance(args[0], str | torch.device):
        check_device(args[0])
    if target.function.name in ("ndarray.astype", "Tensor.to") and args and isinstance(args[0], Builtin):
        args = (TYPES.get(args[0].name, args[0]), *args[1:])
    if target.function.name == "Tensor.size" and args:
        return target.base.size(*args)
    if target.function.name == "Tensor.data_ptr":
        return run.address(target.base.data_ptr())
    if target.function.name in TAKING_FUNCTIONS:
        args = tuple(handed(run, item, node) for item in args)
    value = run.apply(target.function, (target.base, *args), node, kwargs)
    note_hook(run, value)
    return value


def _builtin(run: Run, target: Builtin, args: Args, kwargs: Kwargs, node: ast.expr) -> Any:
    if target.name == "super":
        return super_of(run, args, node)

    def again(function: Any, *inner: Any) -> Any:
        return call(run, function, inner, {}, node)

    return call_builtin(run, target.name, args, kwargs, node, again)


def _context(run: Run, target: Context, args: Args, kwargs: Kwargs, node: ast.expr) -> Any:
    if args and isinstance(args[0], Procedure):
        args[0].decorators.insert(0, target.make())
        return args[0]
    if target.name == "torch.inference_mode":
        return target.make()
    return target.make(*args)


def _seed(run: Run, target: Seed, args: Args, kwargs: Kwargs, node: ast.expr) -> Any:
    run.generator.manual_seed(*args, **kwargs)
    return run.generator


def _plain(run: Run, target: Plain, args: Args, kwargs: Kwargs, node: ast.expr) -> Any:
    owner = getattr(target.call, "__self__", None)
    if target.name == "step" and isinstance(owner, torch.optim.Optimizer) and (args or kwargs):
        run.unwatch(run.span(node))  # the optimizer calls the program's own function, as often as it likes
        return owner.step(handed(run, args[0] if args else kwargs["closure"], node))
    if target.name in ("step", "zero_grad") and isinstance(owner, torch.optim.Optimizer):
        return run.listener.optimize(owner, target.name, kwargs, run.span(node))
    if target.name == "to" and args and isinstance(args[0], str | torch.device):
        check_device(args[0])
    if target.name in TAKING_FUNCTIONS:
        args = tuple(handed(run, item, node) for item in args)
        kwargs = {name: handed(run, item, node) for name, item in kwargs.items()}
    try:
        value = target.call(*args, **kwargs)
    except ProgramError as error:
        raise ProgramError(error.message, error.span or run.span(node)) from None
    note_hook(run, value)
    if is_node(owner) and target.name == "name":
        return str(value)
    return run.checked(list(value) if target.listed else value, node)


def _class(run: Run, target: ClassObject, args: Args, kwargs: Kwargs, node: ast.expr) -> Any:
    if issubclass(target.kind, torch.autograd.Function):
        run.warn(
            f"DeprecationWarning: <class '__main__.{target.name}'> should not be instantiated. Methods on autograd "
            "functions are all static, so you should invoke them on the class itself. Instantiating an autograd "
            "function will raise an error in a future version of PyTorch."
        )
    return target.create(args, kwargs)


def _legacy(run: Run, target: torch.autograd.Function, args: Args, kwargs: Kwargs, node: ast.expr) -> Any:
    """``MyFunction()(x)``, as it was written before PyTorch 1.5: PyTorch says what to write today."""
    return target(*args, **kwargs)


def _instance(run: Run, target: Instance, args: Args, kwargs: Kwargs, node: ast.expr) -> Any:
    member = target.kind.find("__call__")
    if not isinstance(member, Member):
        raise TypeError(f"'{target.kind.name}' object is not callable")
    return member.procedure(target, *args, **kwargs)


def _draw(run: Run, target: Draw, args: Args, kwargs: Kwargs, node: ast.expr) -> Any:
    elements, work = target.cost(args, kwargs)
    run.budget.operation(elements, work, run.span(node))
    source = run.draws[target.source] if isinstance(target.source, str) else target.source
    return run.checked(getattr(source, target.name)(*args, **kwargs), node)


def _copy(run: Run, target: Copy, args: Args, kwargs: Kwargs, node: ast.expr) -> Any:
    value = args[0]
    if isinstance(value, nn.Module):
        run.budget.operation(sum(p.numel() for p in value.parameters()) or 1, 0, run.span(node))
    else:
        run.budget.operation(costs.written((value,), {})[0], 0, run.span(node))
    return target.call(*args)


def _standard(run: Run, target: Standard, args: Args, kwargs: Kwargs, node: ast.expr) -> Any:
    return run.checked(target.rule(run, node, *args, **kwargs), node)


def _silence(run: Run, target: Silence, args: Args, kwargs: Kwargs, node: ast.expr) -> Silence:
    if target.name == "warnings" and args and args[0] == "ignore":
        run.unheard = True
    return target


_CALLS: tuple[tuple[type, Callable[..., Any]], ...] = (
    (Builtin, _builtin),
    (Plain, _plain),
    (torch.autograd.Function, _legacy),
    (nn.Module, module),
    (ClassObject, _class),
    (Instance, _instance),
    (CustomFunction, custom),
    (Context, _context),
    (Seed, _seed),
    (Layer, layer),
    (ParameterClass, parameter),
    (OptimizerClass, optimizer),
    (Engine, engine),
    (Silence, _silence),
    (DeviceClass, device),
    (Draw, _draw),
    (LoaderClass, loader),
    (Copy, _copy),
    (Standard, _standard),
)


TENSOR = Function("torch.Tensor", lambda *args: typed(args, torch.float32), costs.typed, "creation")
"""torch.Tensor(…), the constructor."""


_OWN = (Procedure, ClassObject, Instance, nn.Module, Plain, Builtin, Silence, Standard)
"""What checks its keywords itself."""
