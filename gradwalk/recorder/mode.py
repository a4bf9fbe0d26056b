"""The function mode: PyTorch hands it each call that the program makes, before it runs.

Most calls are operations. Those that are something else, such as ``x.grad = None`` or ``loss.backward()``, have a
handler of their own; those that only ask what a tensor is like pass straight through.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from types import FrameType
from typing import Any

import torch
from torch.nn.parameter import UninitializedBuffer, UninitializedParameter
from torch.overrides import TorchFunctionMode

from gradwalk.recorder import grads
from gradwalk.recorder.calls import call, unseen
from gradwalk.recorder.kernels import PLAIN
from gradwalk.recorder.left_out import HANDED_ON, LEFT_OUT, completed
from gradwalk.recorder.places import Call, is_of_optimizers
from gradwalk.recorder.run import Run
from gradwalk.recorder.strangers import any_answers, tracing

Handler = Callable[[Run, Any, tuple[Any, ...], dict[str, Any], FrameType], Any]

_transforming = torch._C._are_functorch_transforms_active
_NOTHING: dict[str, Any] = {}

_ASKING = """
dim size stride numel nelement ndimension element_size storage_offset data_ptr const_data_ptr is_contiguous
is_floating_point is_complex is_signed is_shared is_pinned is_inference is_conj is_neg is_set_to is_same_size has_names
get_device untyped_storage storage storage_type _is_view _use_count _typed_storage __len__ __hash__ __repr__ __str__
__format__ __dir__ __contains__ __reduce_ex__ __setstate__ __dlpack_device__
""".split()
"""Methods that ask what a tensor is like. What they run for that is no operation of the program's."""
_OPERATIONS = frozenset(("T", "mT", "H", "mH", "real", "imag"))
"""Attributes that are operations."""


def _passing() -> dict[Any, Handler | None]:
    """What passes straight through: None."""
    profiler = torch.ops.profiler  # which optimizers, dataloaders and others tell what they begin and end
    found: dict[Any, Handler | None] = {
        torch._C._set_grad_enabled: None,
        profiler._record_function_enter_new: None,
        profiler._record_function_exit._RecordFunction: None,
    }
    for name in _ASKING:
        if hasattr(torch.Tensor, name):
            found[getattr(torch.Tensor, name)] = None
    for name in dir(torch.Tensor):
        attribute = getattr(torch.Tensor, name)
        for access in ("__get__", "__set__", "__delete__"):
            if name not in _OPERATIONS and type(attribute).__name__ in ("getset_descriptor", "property"):
                found[getattr(attribute, access)] = None
    return found


_TENSOR: Any = torch.Tensor
HANDLERS: dict[Any, Handler | None] = {
    **_passing(),
    _TENSOR.grad.__get__: grads.read_grad,
    _TENSOR.grad.__set__: grads.write_grad,
    _TENSOR.grad.__delete__: grads.write_grad,
    _TENSOR.data.__get__: grads.read_data,
    _TENSOR.data.__set__: grads.write_data,
    _TENSOR.grad_fn.__get__: grads.read_node,
    _TENSOR.retain_grad: grads.retain_grad,
    _TENSOR.zero_: grads.zero,
    _TENSOR.__pos__: grads.plus,
    torch._foreach_zero_: grads.zero,
    torch.tensor: grads.write_down,
    torch.as_tensor: grads.write_down,
    **dict.fromkeys(grads.SWITCHES, grads.switch),
    **dict.fromkeys(grads.TAKES, grads.take),
}


class FunctionMode(TorchFunctionMode):
    """Hands each call to who knows what it is."""

    def __init__(self, run: Run, handlers: dict[Any, Handler | None], stepping: Callable[[FrameType], bool]) -> None:
        super().__init__()
        self._run = run
        self._handlers = handlers
        self._stepping = stepping
        self._in_step: dict[tuple[int, int], Call] = {}
        """Places in optimizers, by the ``id()`` of a code object and the offset of an instruction in it, each with what
        calls from there."""

    def release(self) -> None:
        """Nothing is handed to anybody any more."""
        self._handlers = {}
        self._in_step = {}

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        run = self._run
        if func in LEFT_OUT:
            kwargs = completed(func, kwargs, sys._getframe(1))
        if run.quiet and run.stepping is None:
            return func(*args, **kwargs) if kwargs else func(*args)
        frame = sys._getframe(1)
        quiet = False
        if run.quiet:
            known = self._in_step.get((id(frame.f_code), frame.f_lasti))
            if known is not None:
                return known(func, args, kwargs or _NOTHING)
            quiet = run.quiet > 1 or self._stepping(frame)
            if quiet and is_of_optimizers(frame):
                known = self._in_step[id(frame.f_code), frame.f_lasti] = run.places.site(frame).call
                return known(func, args, kwargs or _NOTHING)
        handler = self._handlers.get(func, call)
        while frame.f_code is HANDED_ON:
            frame = frame.f_back.f_back  # type: ignore[union-attr, assignment]
        if quiet or handler is None or (run.only_passes and handler is call) or _lazy(types):
            return run.places.site(frame).call(func, args, kwargs or _NOTHING)
        if handler is not call and (_transforming() or tracing() or any_answers(args)):
            handler = unseen_by
        return handler(run, func, args, kwargs or _NOTHING, frame)


def _lazy(types: Iterable[Any]) -> bool:
    """Whether a lazy layer's parameter is among what a call is given: it has no shape yet, and nothing to tell."""
    if PLAIN.issuperset(types):
        return False
    return any(issubclass(kind, UninitializedParameter | UninitializedBuffer) for kind in types)


def unseen_by(run: Run, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any], frame: FrameType) -> Any:
    """Inside of a transform, and what runs on tensors that must not be read."""
    return unseen(run, func, args, kwargs, run.places.site(frame), run.span(frame))


def is_on(mode: FunctionMode) -> bool:
    """Whether this mode is on the thread's stack. It is not while one of its own calls runs."""
    return any(torch._C._get_function_stack_at(n) is mode for n in range(torch._C._len_torch_function_stack()))


def push(mode: FunctionMode) -> None:
    torch._C._push_on_torch_function_stack(mode)


def remove(mode: FunctionMode) -> bool:
    """Take this mode off the thread's stack, also from below others. Gives False where it is not on it."""
    if not is_on(mode):
        return False
    above: list[Any] = []
    while (top := torch._C._pop_torch_function_stack()) is not mode:
        above.append(top)
    for other in reversed(above):
        torch._C._push_on_torch_function_stack(other)
    return True
