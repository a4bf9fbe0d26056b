"""The oracle of the table of names: what PyTorch itself says of each name of a program, right after each event.

It looks at the live tensors in the program's own namespace and knows nothing of what the recorder has written down.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from types import FrameType
from typing import Any, NamedTuple

import torch
from torch.utils._python_dispatch import _disable_current_modes

from gradwalk import Recording
from gradwalk.cells import record
from gradwalk.notation import array_text
from gradwalk.recording import MAX_NUMBERS, Event, Returned


class Live(NamedTuple):
    """A tensor that a name stands for, as PyTorch has it."""

    value: list[str]
    grad: list[str] | None
    requires_grad: bool
    kind: str
    version: int
    memory: int
    """Where its numbers are; 0 for none."""
    readable: bool | None
    """Whether what its grad_fn saved can be read; None where that saves nothing."""


Names = dict[str, Live | str]
"""What is no tensor goes by its text: a number, a text, or the name of its class."""


class Witness:
    """Looks at every name after every event. ``names`` is what it saw, by the event's identity."""

    def __init__(self) -> None:
        self.names: dict[int, Names] = {}
        self._events: list[Event] = []
        self._globals: dict[str, Any] = {}

    def __call__(self, event: Event) -> None:
        frame = _user_frame(sys._getframe(1))
        if isinstance(event, Returned) and frame is not None:
            frame = _user_frame(frame.f_back)  # that of the function is still there
        if frame is not None:
            self._globals = frame.f_globals
        inside = frame is not None and frame.f_code.co_name != "<module>"
        names = {**self._globals, **(frame.f_locals if inside and frame is not None else {})}
        self._events.append(event)  # else another event could get its identity
        with torch._C.DisableTorchFunction(), _disable_current_modes(), torch.no_grad(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.names[id(event)] = dict(_looked_at(names))


def _user_frame(frame: FrameType | None) -> FrameType | None:
    """The innermost frame of the program's own code, but for lambdas and the like, whose names are not told."""
    while frame is not None:
        name = frame.f_code.co_name
        if frame.f_code.co_filename.startswith(("<ipython", "<timed")) and (name == "<module>" or name[0] != "<"):
            break
        frame = frame.f_back
    return frame


def _looked_at(names: dict[str, Any]) -> Iterator[tuple[str, Live | str]]:
    for name, value in names.items():
        if isinstance(value, torch.Tensor) and not torch._C._functorch.is_functorch_wrapped_tensor(value):
            yield name, _live(value)
            continue
        if not name.startswith("_"):
            yield from ((way, _live(held)) for way, held in _inside(name, value, _DEEP))
        if type(value) in (int, float, bool, str) or value is None:
            yield name, repr(value)[:80]
        else:
            yield name, type(value).__name__


_DEEP = 3


def _inside(name: str, value: Any, deep: int) -> Iterator[tuple[str, torch.Tensor]]:
    """The tensors that a module, a list or a dict holds, by the ways that lead there."""
    if isinstance(value, torch.nn.Module):
        yield from ((f"{name}.{path}", parameter) for path, parameter in value.named_parameters())
    parts = enumerate(value) if type(value) in (list, tuple) else value.items() if type(value) is dict else ()
    for key, held in list(parts)[:_WIDE] if deep else ():
        if isinstance(held, torch.Tensor):
            yield f"{name}[{key!r}]", held
        else:
            yield from _inside(f"{name}[{key!r}]", held, deep - 1)


_WIDE = 30


def _live(tensor: torch.Tensor) -> Live:
    node, grad = tensor.grad_fn, tensor.grad  # of what is no leaf too: a program can put one there
    kind = type(node).__name__ if node is not None else "leaf" if tensor.requires_grad else "constant"
    assert (node is None) == tensor.is_leaf
    return Live(
        _text(tensor),
        None if grad is None else _text(grad),
        tensor.requires_grad,
        kind,
        0 if tensor.is_inference() else tensor._version,
        tensor.untyped_storage().data_ptr() if _has_memory(tensor) else 0,
        None if node is None else _readable(node),
    )


def _has_memory(tensor: torch.Tensor) -> bool:
    """Numbers of its own: not a sparse or quantized tensor, nor one of a class that holds others."""
    plain = type(tensor) in (torch.Tensor, torch.nn.Parameter) and not tensor.is_quantized
    return plain and tensor.layout is torch.strided


def _text(tensor: torch.Tensor) -> list[str]:
    kept = _has_memory(tensor) and not tensor.is_complex() and tensor.numel() <= MAX_NUMBERS
    numbers = tensor.detach().flatten().tolist() if kept else None
    return array_text(tuple(tensor.shape), numbers)


def _readable(node: Any) -> bool | None:
    """Asked of the node itself: PyTorch refuses to hand out what is freed, or was changed since."""
    found = None
    for attribute in dir(node):
        if attribute.startswith("_saved_"):
            try:
                found = isinstance(getattr(node, attribute), torch.Tensor) or found
            except RuntimeError:
                return False
    return found


def witnessed(source: str) -> tuple[Recording, Witness]:
    """The recording of a program, and what was seen while it ran."""
    witness = Witness()
    return record(source, observer=witness), witness


class _Enough(BaseException):
    """Ends a program from outside."""


def stopped_before(source: str, place: int) -> dict[str, Any]:
    """The names of a program that is ended right before the event number ``place``."""
    found: dict[str, Any] = {}
    seen = 0

    def stop(event: Event) -> None:
        nonlocal seen
        seen += 1
        if seen == place:
            frame = _user_frame(sys._getframe(1))
            found.update({} if frame is None else frame.f_globals)
            raise _Enough

    record(source, observer=stop)
    return found
