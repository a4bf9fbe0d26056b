"""What each expression that is no call gives in a run."""

from __future__ import annotations

import ast
import re
from collections import deque
from typing import Any

import numpy as np
import torch
from torch.utils.data import ConcatDataset, Subset, TensorDataset

from gradwalk.language import arrays, library
from gradwalk.language.classes import ClassObject
from gradwalk.language.layers import Layer, OptimizerClass
from gradwalk.language.library import Silence
from gradwalk.language.objects import get_attribute, missing
from gradwalk.language.printing import formatted, shown
from gradwalk.language.procedures import Procedure
from gradwalk.language.python_functions import real_class, type_of
from gradwalk.language.run import ATTRIBUTE, Run, elements, expression
from gradwalk.parse.listed import FORMAT
from gradwalk.program import ProgramError


@expression(ast.Constant)
def _constant(run: Run, node: ast.Constant) -> Any:
    return node.value


@expression(ast.Name)
def _name(run: Run, node: ast.Name) -> Any:
    name = node.id
    names = run.scope.names
    if name in names:
        return names[name]
    run.at = node
    try:
        return run.scope.find(name)
    except KeyError:
        if name in _NAMES:
            return _NAMES[name]
        if name in library.BUILTINS:
            return library.Builtin(name)
        if name in library.EXCEPTIONS:
            return library.EXCEPTIONS[name]
        raise NameError(f"name '{name}' is not defined") from None


_NAMES: dict[str, Any] = {
    "__name__": "__main__",
    "get_ipython": Silence("get_ipython"),
    "NotImplemented": NotImplemented,
    "Ellipsis": Ellipsis,
}
"""Names of Python's and IPython's that are no functions here."""


@expression(ast.List)
def _list(run: Run, node: ast.List) -> list[Any]:
    return list(run.checked(elements(run, node.elts), node))


@expression(ast.Tuple)
def _tuple(run: Run, node: ast.Tuple) -> tuple[Any, ...]:
    return tuple(run.checked(elements(run, node.elts), node))


@expression(ast.Set)
def _set(run: Run, node: ast.Set) -> set[Any]:
    return set(elements(run, node.elts))


@expression(ast.NamedExpr)
def _named(run: Run, node: ast.NamedExpr) -> Any:
    value = run.value(node.value)
    run.scope.bind(node.target.id, value)
    run.bound.append(node.target.id)
    return value


@expression(ast.Dict)
def _dict(run: Run, node: ast.Dict) -> dict[Any, Any]:
    made: dict[Any, Any] = {}
    for key, value in zip(node.keys, node.values, strict=True):
        if key is None:
            made |= run.value(value)
        else:
            made[run.value(key)] = run.value(value)
    return dict(run.checked(made, node))


@expression(ast.BinOp)
def _binary(run: Run, node: ast.BinOp) -> Any:
    left, right = run.value(node.left), run.value(node.right)
    return run.apply(library.OPERATORS[type(node.op).__name__], (left, right), node)


@expression(ast.UnaryOp)
def _unary(run: Run, node: ast.UnaryOp) -> Any:
    return run.apply(library.OPERATORS[type(node.op).__name__], (run.value(node.operand),), node)


@expression(ast.BoolOp)
def _boolean(run: Run, node: ast.BoolOp) -> Any:
    stop = isinstance(node.op, ast.Or)
    value = None
    for part in node.values:
        value = run.value(part)
        if bool(value) is stop:
            break
    return value


@expression(ast.Compare)
def _compare(run: Run, node: ast.Compare) -> Any:
    left, result = run.value(node.left), True
    for operator, part in zip(node.ops, node.comparators, strict=True):
        right = run.value(part)
        if isinstance(left, _CLASSES):
            left, right = real_class(left), _real_classes(right)
        result = run.apply(library.OPERATORS[type(operator).__name__], (left, right), node)
        if len(node.ops) > 1 and not result:
            break
        left = right
    return result


_CLASSES = (type, Layer, OptimizerClass, library.Builtin)
"""What stands for a class, and is compared as the class."""


def _real_classes(value: Any) -> Any:
    return tuple(map(_real_classes, value)) if type(value) in (tuple, list) else real_class(value)


@expression(ast.IfExp)
def _conditional(run: Run, node: ast.IfExp) -> Any:
    return run.value(node.body if run.value(node.test) else node.orelse)


@expression(ast.Subscript)
def _subscript(run: Run, node: ast.Subscript) -> Any:
    base, key = run.value(node.value), run.value(node.slice)
    if isinstance(base, torch.nn.Sequential | torch.nn.ModuleList | torch.nn.ModuleDict):
        return base[key]
    if hasattr(type(base), "_gradwalk_class"):
        return run.apply(library.INDEX, (base, key), node)
    if isinstance(base, Silence):
        return base
    if isinstance(base, arrays.Gathered):
        return run.apply(base.function, key if isinstance(key, tuple) else (key,), node)
    if isinstance(base, np.generic | np.ndarray | TensorDataset | Subset | ConcatDataset):
        return run.apply(library.INDEX, (base, key), node)
    if isinstance(base, torch.Tensor | list | tuple | str | range | dict | deque):
        return run.apply(library.INDEX, (base, key), node)
    run.at = node
    if isinstance(base, type | library.Builtin):
        raise TypeError(f"type '{_own_name(base)}' is not subscriptable")
    raise TypeError(f"'{type_of(base).__name__}' object is not subscriptable")


@expression(ast.Slice)
def _slice(run: Run, node: ast.Slice) -> slice:
    return slice(*(None if part is None else run.value(part) for part in (node.lower, node.upper, node.step)))


@expression(ast.JoinedStr)
def _f_string(run: Run, node: ast.JoinedStr) -> str:
    text = ""
    for part in node.values:
        text = run.checked(text + str(run.value(part)), node)
    return text


@expression(ast.FormattedValue)
def _field(run: Run, node: ast.FormattedValue) -> str:
    value = run.value(node.value)
    if node.conversion in (ord("s"), ord("a")):
        value = run.text(value, node)
    if node.conversion == ord("r"):
        value = run.text(value, node, shown)
    spec = run.value(node.format_spec) if node.format_spec else ""
    if not re.fullmatch(FORMAT, spec):
        raise ProgramError("This format is not part of this language; :.4f and :>8.3f work.", run.span(node))
    return run.text(value, node, lambda item: formatted(item, spec))


@expression(ast.Attribute)
def _attribute(run: Run, node: ast.Attribute) -> Any:
    return attribute(run, run.value(node.value), node.attr, node)


def attribute(run: Run, base: Any, name: str, node: ast.AST) -> Any:
    """``base.name``. Raises AttributeError as Python does."""
    run.at = node
    if isinstance(base, torch.Tensor) and name != "__class__":
        return _tensor_attribute(run, base, name, node)
    if isinstance(base, library.Module) and name != "__name__":
        if name not in base.names:
            raise AttributeError(f"module '{base.name}' has no attribute '{name}'")
        return base.names[name]
    if isinstance(base, Silence):
        return base
    if isinstance(base, library.Absent):
        raise ModuleNotFoundError(f"No module named '{base.name}'")
    if name == "__class__":
        return type_of(base)
    if name == "__name__" and not isinstance(base, ClassObject):
        return _own_name(base)
    return get_attribute(run, base, name)


def _own_name(base: Any) -> str:
    """``kind.__name__`` and ``function.__name__``."""
    if isinstance(base, type):
        return base.__name__
    if isinstance(base, Procedure | library.Function | library.Builtin | Layer | OptimizerClass):
        return base.name.rpartition(".")[2]
    raise AttributeError(missing(base, "__name__"))


ATTRIBUTE.append(attribute)


def _tensor_attribute(run: Run, base: torch.Tensor, name: str, node: ast.AST) -> Any:
    if name in library.METHODS:
        return library.Method(library.METHODS[name], base)
    if name in library.VIEWS:
        return run.apply(library.VIEWS[name], (base,), node)
    if name in library.ATTRIBUTES:
        return getattr(base, name)
    raise AttributeError(missing(base, name))
