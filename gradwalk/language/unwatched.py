"""A run without a recording: the listener that only does the work, and what is remembered of tensors still alive.

A long program is recorded up to a limit and then runs on unwatched. The recording keeps its tensors; those made later
are let go when the program and its graphs let go of them, and their elements are given back to the budget.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from gradwalk.language.library import Function
from gradwalk.program import ProgramCell, Span
from gradwalk.program.limits import Budget

if TYPE_CHECKING:
    from gradwalk.language.run import Listener

ENGINE: dict[str, Callable[..., Any]] = {
    "grad": torch.autograd.grad,
    "backward": torch.autograd.backward,
    "gradcheck": torch.autograd.gradcheck,
    "gradgradcheck": torch.autograd.gradgradcheck,
    "functional.jacobian": torch.autograd.functional.jacobian,
    "functional.hessian": torch.autograd.functional.hessian,
    "functional.vjp": torch.autograd.functional.vjp,
    "functional.jvp": torch.autograd.functional.jvp,
    "functional.hvp": torch.autograd.functional.hvp,
    "functional.vhp": torch.autograd.functional.vhp,
    "func": lambda work: work(),
}
OPTIMIZE: dict[str, Callable[..., Any]] = {
    "step": lambda optimizer: optimizer.step(),
    "zero_grad": lambda optimizer, set_to_none=True: optimizer.zero_grad(set_to_none=set_to_none),
}


class Silent:
    """A listener that only does the work."""

    def call(self, function: Function, args: tuple[Any, ...], kwargs: dict[str, Any], span: Span) -> Any:
        return function.call(*args, **kwargs)

    def backward(self, args: tuple[Any, ...], kwargs: dict[str, Any], span: Span) -> None:
        backward: Any = torch.Tensor.backward
        backward(*args, **kwargs)

    def replace_data(self, tensor: torch.Tensor, data: Any, span: Span) -> None:
        tensor.data = data

    def statement(self, span: Span, bindings: list[tuple[str, Any]]) -> None:
        pass

    def output(self, span: Span, stream: str, text: str) -> None:
        pass

    def failure(self, span: Span, error: Exception) -> None:
        raise error

    def cell(self, cell: ProgramCell) -> None:
        pass

    def custom(self, name: str, call: Callable[..., Any], args: tuple[Any, ...], span: Span) -> Any:
        return call(*args)

    def optimize(self, optimizer: Any, method: str, kwargs: dict[str, Any], span: Span) -> Any:
        return OPTIMIZE[method](optimizer, **kwargs)

    def engine(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any], span: Span) -> Any:
        return ENGINE[name](*args, **kwargs)


class Unwatched(Silent):
    """Does the work, and tells the listener before it only what cells show and how they fail."""

    def __init__(self, before: Listener) -> None:
        self._before = before

    def output(self, span: Span, stream: str, text: str) -> None:
        self._before.output(span, stream, text)

    def failure(self, span: Span, error: Exception) -> None:
        self._before.failure(span, error)

    def cell(self, cell: ProgramCell) -> None:
        self._before.cell(cell)


class _Held:
    """Elements that are in use as long as somebody holds this: a tensor, and the node of the graph that made it."""

    __slots__ = ("budget", "elements")

    def __init__(self, budget: Budget, elements: int) -> None:
        self.budget = budget
        self.elements = elements
        budget.alive(elements)

    def __call__(self, *_: object) -> None:
        """As a hook of a node, which lives as long as the node does."""

    def __deepcopy__(self, _: object) -> None:
        """A copy of a tensor holds nothing of the first."""

    def __del__(self) -> None:
        self.budget.let_go(self.elements)


def hold_array(budget: Budget, result: Any, elements: int) -> None:
    """The same for an array of NumPy's, which no recording keeps."""
    budget.alive(elements)
    found = next((item for item in result if isinstance(item, np.ndarray)), None) if _several(result) else result
    if isinstance(found, np.ndarray):
        weakref.finalize(found, budget.let_go, elements).atexit = False
    else:
        budget.let_go(elements)


def hold(budget: Budget, result: Any, elements: int) -> None:
    """Give the elements of a call back to the budget when what it gave is gone."""
    found = next((item for item in result if isinstance(item, torch.Tensor)), None) if _several(result) else result
    if not isinstance(found, torch.Tensor):
        budget.let_go(elements)
        budget.alive(elements)
        return
    held = _Held(budget, elements)
    found._gradwalk_held = held  # type: ignore[attr-defined]  # a tensor takes attributes
    if (node := found.grad_fn) is not None:
        node.register_prehook(held)


def _several(result: Any) -> bool:
    return isinstance(result, list | tuple)
