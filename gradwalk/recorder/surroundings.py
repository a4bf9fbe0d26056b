"""What of PyTorch and Python is hooked for the time of a recording, for the whole process, and handed to the recorder
of the thread that runs.

Function modes belong to a thread; module hooks, optimizer hooks and the two functions that are stood around here belong
to the process. They are there while any recorder is, and the last one takes them away.
"""

from __future__ import annotations

import sys
import threading
from types import FrameType
from typing import Any, Protocol

import torch
from torch.nn.modules import module as modules
from torch.optim import optimizer as optimizers


class Hearer(Protocol):
    """What is told of what happens in its thread."""

    def module_entering(self, module: Any, frame: FrameType) -> None: ...
    def module_left(self, module: Any, result: Any) -> None: ...
    def step_ahead(self, optimizer: Any, args: Any, kwargs: Any, frame: FrameType) -> Any: ...
    def step_after(self, optimizer: Any) -> None: ...
    def applied(self, cls: Any, args: tuple[Any, ...], kwargs: dict[str, Any], frame: FrameType) -> Any: ...
    def applied_backward(self, node: Any, apply: Any, args: tuple[Any, ...]) -> Any: ...
    def thread_started(self, frame: FrameType) -> None: ...


class _Here(threading.local):
    hearer: Hearer | None = None


_HERE = _Here()
_LOCK = threading.Lock()
_COUNT = 0
_HANDLES: list[Any] = []

_function: Any = torch.autograd.function.Function
_node: Any = torch.autograd.function.BackwardCFunction
_apply, _apply_backward, _start = _function.__dict__["apply"], _node.__dict__["apply"], threading.Thread.start


def hearer() -> Hearer | None:
    """Who hears of this thread."""
    return _HERE.hearer


def enter(new: Hearer) -> None:
    """From here on, ``new`` hears of what happens in this thread."""
    global _COUNT
    _HERE.hearer = new
    with _LOCK:
        _COUNT += 1
        if _COUNT == 1:
            _hook()


def leave() -> None:
    """Nobody hears of this thread any more."""
    global _COUNT
    _HERE.hearer = None
    with _LOCK:
        _COUNT -= 1
        if _COUNT == 0:
            _unhook()


def _hook() -> None:
    _HANDLES.extend(
        (
            modules.register_module_forward_pre_hook(_entering),
            modules.register_module_forward_hook(_left, always_call=True),
            optimizers.register_optimizer_step_pre_hook(_ahead),
            optimizers.register_optimizer_step_post_hook(_after),
        )
    )
    _function.apply = classmethod(_applied)
    _node.apply = _applied_backward
    threading.Thread.start = _started  # type: ignore[method-assign]


def _unhook() -> None:
    while _HANDLES:
        _HANDLES.pop().remove()
    _function.apply, _node.apply = _apply, _apply_backward
    threading.Thread.start = _start  # type: ignore[method-assign]


def _entering(module: Any, args: Any) -> None:
    if (here := _HERE.hearer) is not None:
        here.module_entering(module, sys._getframe(1))


def _left(module: Any, args: Any, result: Any) -> None:
    if (here := _HERE.hearer) is not None:
        here.module_left(module, result)


def _ahead(optimizer: Any, args: Any, kwargs: Any) -> Any:
    return None if (here := _HERE.hearer) is None else here.step_ahead(optimizer, args, kwargs, sys._getframe(1))


def _after(optimizer: Any, args: Any, kwargs: Any) -> None:
    if (here := _HERE.hearer) is not None:
        here.step_after(optimizer)


def _applied(cls: Any, *args: Any, **kwargs: Any) -> Any:
    here = _HERE.hearer
    if here is None:
        return _apply.__func__(cls, *args, **kwargs)
    return here.applied(cls, args, kwargs, sys._getframe(1))


def apply_plainly(cls: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Apply a Function as PyTorch does."""
    return _apply.__func__(cls, *args, **kwargs)


def _applied_backward(self: Any, *args: Any) -> Any:
    here = _HERE.hearer
    return _apply_backward(self, *args) if here is None else here.applied_backward(self, _apply_backward, args)


def _started(self: threading.Thread) -> None:
    if (here := _HERE.hearer) is not None:
        here.thread_started(sys._getframe(1))
    _start(self)
