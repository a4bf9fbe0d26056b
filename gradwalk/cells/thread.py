"""What belongs to the thread: a generator that is left suspended inside a context of PyTorch's keeps the context on."""

from __future__ import annotations

from typing import Any

import torch
from torch.autograd import forward_ad

from gradwalk.cells.kept import Kept, mapping

_C = torch._C
_HOOKS = torch._C._autograd


def _function_modes() -> list[Any]:
    return [_C._get_function_stack_at(index) for index in range(_C._len_torch_function_stack())]


def _put_function_modes(modes: list[Any]) -> None:
    while _C._len_torch_function_stack():
        _C._pop_torch_function_stack()
    for mode in modes:
        _C._push_on_torch_function_stack(mode)


def _dispatch_modes() -> list[Any]:
    return [_C._get_dispatch_stack_at(index) for index in range(_C._len_torch_dispatch_stack())]


def _put_dispatch_modes(modes: list[Any]) -> None:
    while _C._len_torch_dispatch_stack():
        _C._pop_torch_dispatch_stack(None)
    for mode in modes:
        _C._push_on_torch_dispatch_stack(mode)


def _saved_tensors_hooks() -> list[Any]:
    """The pairs of hooks at work, outermost first. Only the innermost can be read: so the others are uncovered."""
    if (innermost := _HOOKS._top_saved_tensors_default_hooks(True)) is None:
        return []
    _HOOKS._pop_saved_tensors_default_hooks()
    found = [*_saved_tensors_hooks(), innermost]
    _HOOKS._push_saved_tensors_default_hooks(*innermost)
    return found


def _put_saved_tensors_hooks(wanted: list[Any]) -> None:
    while _HOOKS._top_saved_tensors_default_hooks(True) is not None:
        _HOOKS._pop_saved_tensors_default_hooks()
    for hooks in wanted:
        _HOOKS._push_saved_tensors_default_hooks(*hooks)


def _put_refusal(message: str | None) -> None:
    """What ``disable_saved_tensors_hooks`` answers whoever wants to set hooks."""
    if message is None:
        _HOOKS._saved_tensors_hooks_enable()
    else:
        _HOOKS._saved_tensors_hooks_disable(message)


def _put_dual_level(level: int) -> None:
    while forward_ad._current_level > level:
        forward_ad.exit_dual_level()
    while forward_ad._current_level < level:
        forward_ad.enter_dual_level()


def _autocast_depth() -> int:
    """How many autocast contexts are entered. What is cast to their dtype is kept until the outermost one is left."""
    torch.autocast_increment_nesting()
    return torch.autocast_decrement_nesting()


def _put_autocast_depth(depth: int) -> None:
    while _autocast_depth() > depth:
        torch.autocast_decrement_nesting()
    while _autocast_depth() < depth:
        torch.autocast_increment_nesting()
    torch.clear_autocast_cache()


THREAD: tuple[Kept, ...] = (
    Kept(torch.is_grad_enabled, _C._set_grad_enabled, True),
    Kept(_function_modes, _put_function_modes, []),
    Kept(_dispatch_modes, _put_dispatch_modes, []),
    mapping(vars(torch._GLOBAL_DEVICE_CONTEXT), {}),
    Kept(_HOOKS._saved_tensors_hooks_get_disabled_error_message, _put_refusal, None),
    Kept(_saved_tensors_hooks, _put_saved_tensors_hooks, []),
    Kept(lambda: forward_ad._current_level, _put_dual_level, -1),
    Kept(_C._is_multithreading_enabled, _C._set_multithreading_enabled, True),
    Kept(lambda: torch.is_autocast_enabled("cpu"), lambda on: torch.set_autocast_enabled("cpu", on), False),
    Kept(lambda: torch.get_autocast_dtype("cpu"), lambda kind: torch.set_autocast_dtype("cpu", kind), torch.bfloat16),
    Kept(_autocast_depth, _put_autocast_depth, 0),
)
