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
    def saved_hooks(self, pack: Any, unpack: Any) -> tuple[Any, Any]: ...
    def traced(self, trace: Any, args: tuple[Any, ...], kwargs: dict[str, Any], frame: FrameType) -> Any: ...
    def thread_started(self, frame: FrameType) -> None: ...
    def compiled_entered(self, frame: FrameType) -> None: ...
    def compiled_left(self) -> None: ...


class _Here(threading.local):
    hearer: Hearer | None = None
    compiled: tuple[FrameType, ...] = ()
    """The frames that have called a function compiled by torch.compile."""


_HERE = _Here()
_LOCK = threading.Lock()
_COUNT = 0
_HANDLES: list[Any] = []

_function: Any = torch.autograd.function.Function
_node: Any = torch.autograd.function.BackwardCFunction
_saving: Any = torch.autograd.graph.saved_tensors_hooks
_enter_saving = _saving.__enter__
_compile, _trace = torch.compile, torch.jit.trace
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
    _hook_classes()
    threading.Thread.start = _started  # type: ignore[method-assign]
    torch.compile, torch.jit.trace = _compile_and_hook, _traced
    _hook_compiler()


def _hook_classes() -> None:
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
    _saving.__enter__ = _saving_entered


def _unhook() -> None:
    _unhook_classes()
    threading.Thread.start = _start  # type: ignore[method-assign]
    torch.compile, torch.jit.trace = _compile, _trace
    _unhook_compiler()


def _unhook_classes() -> None:
    while _HANDLES:
        _HANDLES.pop().remove()
    _function.apply, _node.apply, _saving.__enter__ = _apply, _apply_backward, _enter_saving


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


def _saving_entered(self: Any) -> None:
    here = _HERE.hearer
    if here is None:
        _enter_saving(self)
    else:
        torch._C._autograd._push_saved_tensors_default_hooks(*here.saved_hooks(self.pack_hook, self.unpack_hook))


def _traced(*args: Any, **kwargs: Any) -> Any:
    here = _HERE.hearer
    return _trace(*args, **kwargs) if here is None else here.traced(_trace, args, kwargs, sys._getframe(1))


def _started(self: threading.Thread) -> None:
    if (here := _HERE.hearer) is not None:
        here.thread_started(sys._getframe(1))
    _start(self)


# torch.compile: its functions cannot be listened to, and none of this may be there while they are compiled

_SETTING: list[Any] = []
"""The compiler's own function that begins and ends a compiled call, while ours stands around it."""


def _compile_and_hook(*args: Any, **kwargs: Any) -> Any:
    try:
        return _compile(*args, **kwargs)
    finally:
        with _LOCK:
            if _COUNT:
                _hook_compiler()


def _hook_compiler() -> None:
    """The compiler takes seconds to import: it is hooked when somebody else has."""
    compiler: Any = sys.modules.get("torch._dynamo.eval_frame")
    if compiler is not None and not _SETTING:
        _SETTING.append(compiler._maybe_set_eval_frame)
        compiler._maybe_set_eval_frame = _set_eval_frame


def _unhook_compiler() -> None:
    if _SETTING:
        sys.modules["torch._dynamo.eval_frame"]._maybe_set_eval_frame = _SETTING.pop()  # type: ignore[attr-defined]


def _set_eval_frame(callback: Any) -> Any:
    """The compiler calls this once before and once after a compiled function, from one frame."""
    setting, here, frame = _SETTING[-1], _HERE.hearer, sys._getframe(1)
    if here is None or frame.f_code.co_name != "compile_wrapper":  # others keep the compiler out of a function
        return setting(callback)
    if _HERE.compiled and _HERE.compiled[-1] is frame:
        result = setting(callback)
        _HERE.compiled = _HERE.compiled[:-1]
        if not _HERE.compiled:
            with _LOCK:
                _hook_classes()
            here.compiled_left()
        return result
    if not _HERE.compiled:
        here.compiled_entered(frame)
        with _LOCK:
            _unhook_classes()
    _HERE.compiled = (*_HERE.compiled, frame)
    return setting(callback)
