"""What a program does to a tensor's ``.grad``, ``.data`` and flags: each is a call that the function mode sees."""

from __future__ import annotations

from types import FrameType
from typing import Any

import torch

from gradwalk.program import Span
from gradwalk.recorder.calls import call, name_of
from gradwalk.recorder.copying import new
from gradwalk.recorder.run import Run, flattened
from gradwalk.recorder.states import same_memory
from gradwalk.recording import Array, Assigned, Cleared, Idle, Switched, Taken, Update

Arguments = tuple[Any, ...]


def read_grad(run: Run, func: Any, args: Arguments, kwargs: dict[str, Any], frame: FrameType) -> Any:
    """``x.grad``"""
    tensor = args[0]
    grad = tensor.grad if keeps_grad(tensor) else run.places.site(frame).call(func, args, kwargs)
    if grad is None:
        run.none_read = tensor, run.span(frame)
        if run.places.site(frame).clips:
            idle(run, run.none_read[1], "clip", run.values.value_of(tensor))
    elif not run.places.site(frame).clears and not run.values.knows(grad):
        run.values.grad_of(run.values.value_of(tensor), grad)
    return grad


def write_grad(run: Run, func: Any, args: Arguments, kwargs: dict[str, Any], frame: FrameType) -> Any:
    """``x.grad = …`` and ``del x.grad``"""
    tensor, given = args[0], args[1] if len(args) > 1 else None
    grad, span = grad_now(tensor), run.span(frame)
    before = None if grad is None or given is None or given is grad else run.copier.array(grad)
    try:
        run.places.site(frame).call(func, args, kwargs)
    except BaseException as error:
        run.note_raised(error, "Tensor.grad", args)
        raise
    if given is None and grad is not None:
        cleared(run, span, [(run.values.value_of(tensor), None)])
    elif isinstance(given, torch.Tensor) and given is not grad:
        assigned(run, span, tensor, before, given)


def idle(run: Run, span: Span | None, by: str, value: int) -> None:
    """A call did nothing to a value. What is done under one span is one event."""
    last = run.events[-1] if run.events else None
    if not (isinstance(last, Idle) and (last.cell, last.span, last.by) == (run.cell, span, by)):
        run.emit(Idle(run.cell, span, by, (value,)))
    elif value not in last.values:
        run.emit_instead(last._replace(values=(*last.values, value)))


def plus(run: Run, func: Any, args: Arguments, kwargs: dict[str, Any], frame: FrameType) -> Any:
    """``+x`` is ``x`` itself."""
    result = call(run, func, args, kwargs, frame)
    if result is args[0] and result.requires_grad:
        idle(run, run.span(frame), "+", run.values.value_of(result))
    return result


def grad_now(tensor: torch.Tensor) -> torch.Tensor | None:
    """A tensor's ``.grad``. PyTorch warns who reads that of a value that keeps none."""
    return tensor.grad if keeps_grad(tensor) else None


def keeps_grad(tensor: torch.Tensor) -> bool:
    """Whether a backward pass can leave a gradient in its ``.grad``."""
    try:
        return tensor.is_leaf or tensor.retains_grad
    except RuntimeError:
        return False


def assigned(run: Run, span: Span | None, tensor: torch.Tensor, before: Array | None, given: torch.Tensor) -> None:
    leaf = run.values.value_of(tensor)
    run.emit(Assigned(run.cell, span, leaf, before, run.values.grad_of(leaf, given)))


def cleared(run: Run, span: Span | None, gone: list[tuple[int, int | None]]) -> None:
    """These values' gradients went away, or became zeros: then with the gradient's new value.

    What is done under one span is one event.
    """
    leaves = tuple(leaf for leaf, _ in gone)
    values = tuple(value for _, value in gone if value is not None)
    last = run.events[-1] if run.events else None
    if isinstance(last, Cleared) and last[:2] == (run.cell, span) and last.zeros is bool(values):
        run.emit_instead(new(Cleared, (run.cell, span, last.leaves + leaves, last.zeros, last.values + values)))
    else:
        run.emit(Cleared(run.cell, span, leaves, bool(values), values))


def zero(run: Run, func: Any, args: Arguments, kwargs: dict[str, Any], frame: FrameType) -> Any:
    """``zero_()``: in ``zero_grad(set_to_none=False)`` a gradient becomes zeros; elsewhere it is an operation."""
    site = run.places.site(frame)
    if not (site.clears and site.span is None):
        return call(run, func, args, kwargs, frame)
    grads = flattened(args)
    owners = [run.values.owner(grad) for grad in grads]
    with run.silence():
        result = site.call(func, args, kwargs)
    gone: list[tuple[int, int | None]] = []
    for grad, owner in zip(grads, owners, strict=True):
        if owner is not None:
            run.values.changed(grad)
            gone.append((run.values.value_of(owner), run.values.value_of(grad)))
    if gone:
        cleared(run, run.span(frame), gone)
    return result


def read_data(run: Run, func: Any, args: Arguments, kwargs: dict[str, Any], frame: FrameType) -> Any:
    """``x.data``: another tensor over the same memory, outside of the graph."""
    data = run.places.site(frame).call(func, args, kwargs)
    if run.places.site(frame).span is not None:
        of = run.values.value_of(args[0])
        result = run.values.value_of(data)
        if args[0].requires_grad:
            run.emit(Taken(run.cell, run.span(frame), "data", (of,), result))
    return data


def read_node(run: Run, func: Any, args: Arguments, kwargs: dict[str, Any], frame: FrameType) -> Any:
    """``x.grad_fn``: whoever has a node can hook it. A leaf has none, and each of a layer's parameters is asked."""
    node = func(*args)
    run.nodes_read = run.nodes_read or node is not None
    return node


def write_data(run: Run, func: Any, args: Arguments, kwargs: dict[str, Any], frame: FrameType) -> Any:
    """``x.data = …``"""
    tensor = args[0]
    before, held = run.values.value_of(tensor), tensor.data
    run.places.site(frame).call(func, args, kwargs)
    if same := same_memory(tensor, held):
        after = run.values.value_of(tensor)
    else:
        run.values.hold(held)
        after = run.values.replaced(tensor)
    if not same or after != before:
        run.emit(Update(run.cell, run.span(frame), None, before, after))


def switch(run: Run, func: Any, args: Arguments, kwargs: dict[str, Any], frame: FrameType) -> Any:
    """``x.requires_grad = …``, ``x.requires_grad_()``, ``x.detach_()`` and the like."""
    tensor = args[0]
    before = run.values.value_of(tensor)
    span = run.span(frame)
    try:
        result = run.places.site(frame).call(func, args, kwargs)
    except BaseException as error:
        run.note_raised(error, name_of(func), args)
        raise
    if (after := run.values.value_of(tensor)) != before:
        run.emit(Switched(run.cell, span, SWITCHES[func], before, after))
        run.operations.moved(after, run.cell, span, [tensor])
    if run.after_call is not None and result is not None:
        run.after_call(frame, run.places.site(frame), result, span)
    return result


SWITCHES = {
    torch.Tensor.requires_grad.__set__: "requires_grad",  # type: ignore[attr-defined]
    torch.Tensor.requires_grad_: "requires_grad",
    torch.Tensor.detach_: "detach_",
}


def retain_grad(run: Run, func: Any, args: Arguments, kwargs: dict[str, Any], frame: FrameType) -> Any:
    """``x.retain_grad()``"""
    tensor = args[0]
    kept = tensor.retains_grad
    result = run.places.site(frame).call(func, args, kwargs)
    if not kept and tensor.retains_grad:
        run.retaining = True
        value = run.values.value_of(tensor)
        run.emit(Switched(run.cell, run.span(frame), "retain_grad", value, value))
    return result


def take(run: Run, func: Any, args: Arguments, kwargs: dict[str, Any], frame: FrameType) -> Any:
    """``x.item()``, ``float(x)``, ``x.tolist()``, ``x.numpy()``: numbers leave the graph."""
    by, tensor = TAKES[func], args[0]
    site = run.places.site(frame)
    if by == "numpy":
        run.values.lend(tensor)
    try:
        with run.silence():
            result = site.call(func, args, kwargs)
    except BaseException as error:
        run.note_raised(error, name_of(func), args)
        raise
    if tensor.requires_grad and (site.span is not None or by == "numpy"):
        run.emit(Taken(run.cell, run.span(frame), by, (run.values.value_of(tensor),), None))
    return result


_TAKING = {
    "item": "item __float__ __int__ __bool__ __index__ __complex__",
    "tolist": "tolist",
    "numpy": "numpy __array__ __dlpack__",
}
TAKES = {
    getattr(torch.Tensor, name): by
    for by, names in _TAKING.items()
    for name in names.split()
    if hasattr(torch.Tensor, name)
}


def write_down(run: Run, func: Any, args: Arguments, kwargs: dict[str, Any], frame: FrameType) -> Any:
    """``torch.tensor([a * 2, b])``: a new tensor of the numbers of others, and no way back to them."""
    given = args[0] if args else kwargs.get("data")
    result = call(run, func, args, kwargs, frame)
    tracked = [tensor for tensor in _inside(given) if tensor.requires_grad and tensor is not result]
    if tracked and isinstance(result, torch.Tensor) and not (result.requires_grad and not result.is_leaf):
        of = tuple(run.values.value_of(tensor) for tensor in tracked)
        run.emit(Taken(run.cell, run.span(frame), "tensor", of, run.values.value_of(result)))
    return result


def _inside(given: Any, depth: int = 0) -> list[torch.Tensor]:
    if isinstance(given, torch.Tensor):
        return [given]
    if type(given) not in (list, tuple) or depth > 3 or (given and type(given[0]) in (int, float)):
        return []
    return [tensor for item in given for tensor in _inside(item, depth + 1)]
