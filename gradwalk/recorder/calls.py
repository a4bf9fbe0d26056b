"""Runs one call of the program and writes down the operations that happened inside it."""

from __future__ import annotations

from types import FrameType
from typing import Any, NamedTuple

import torch
import torch.overrides
from torch._C import _pop_torch_dispatch_stack, _push_on_torch_dispatch_stack

from gradwalk.program import Span
from gradwalk.recorder.copying import new
from gradwalk.recorder.kernels import Kernel, Operand, Ran, sequence_number
from gradwalk.recorder.nodes import node_of
from gradwalk.recorder.places import Site
from gradwalk.recorder.run import Run
from gradwalk.recording import Constant

_transforming = torch._C._are_functorch_transforms_active
_tracing = torch._C._get_tracing_state
_is_autocast = torch.is_autocast_enabled


def call(run: Run, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any], frame: FrameType) -> Any:
    """Run one call and record the operations that happened inside it."""
    places = run.places
    site = user = places.site(frame)
    if site.span is None:
        found = places.users(frame.f_back)
        user = site if found is None else found[1]
    span = user.span
    if (site.makes or site.initialises) and _makes_layer(run, site, frame):
        with run.silence():
            return site.call(func, args, kwargs)
    if _transforming() or _tracing() is not None:
        return unseen(run, func, args, kwargs, site, span)
    values = run.values
    if values.anything_changed:
        run.settle((*args, *kwargs.values()), span)
    before = sequence_number() - 1
    key = None if kwargs or run.watching or func not in STEADY else _key(func, args)
    try:
        if key is not None and (known := _KNOWN.get(key)) is not None:
            result, ran = _run_known(known, func, args, site, run)
            run.operations.called([ran], result, before, run.cell, span)
        else:
            result = _watched(run, func, args, kwargs, site, span, before, key)
    except BaseException as error:
        run.note_raised(error, name_of(func), (*args, *kwargs.values()))
        raise
    if run.after_call is not None:
        run.after_call(frame, site, result, span)
    if len(run.operations.made) >= run.limits.watched_operations:
        run.end("operations", f"Recording ends here: it has {run.limits.watched_operations:,} operations.", span, frame)
    return result


def _makes_layer(run: Run, site: Site, frame: FrameType) -> bool:
    """Whether one of PyTorch's layers draws its first parameters: that is no operation of the program's."""
    while site.initialises and frame.f_back is not None:
        frame = frame.f_back
        site = run.places.site(frame)
    return site.makes


def _watched(
    run: Run,
    func: Any,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    site: Site,
    span: Span | None,
    before: int,
    key: Any,
) -> Any:
    watch = run.watch
    outer, watch.ran = watch.ran, []
    nested = run.watching > 0
    run.watching += 1
    if not nested:
        _push_on_torch_dispatch_stack(watch)
    try:
        result = site.call(func, args, kwargs)
    finally:
        if not nested:
            _pop_torch_dispatch_stack(None)
        run.watching -= 1
        ran, watch.ran = watch.ran, outer
    if ran:
        run.operations.called(ran, result, before, run.cell, span)
        if key is not None:
            _learn(key, args, ran, result, run)
    return result


def unseen(run: Run, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any], site: Site, span: Span | None) -> Any:
    """Run a call inside of a transform, whose tensors stand for others: nothing of it can be written down."""
    run.notice(span, TRACED if _tracing() is not None else TRANSFORMED)
    with run.silence():
        return site.call(func, args, kwargs)


TRANSFORMED = (
    "What runs inside of a transform of torch.func (vmap, grad, jacrev …) works on stand-ins for tensors and is not "
    "recorded; its result appears as a value."
)
TRACED = "What torch.jit.trace runs is not recorded."


class _Known(NamedTuple):
    """What a call of this kind runs."""

    kernel: Kernel
    names: tuple[str, ...]
    """PyTorch's name of each argument of the call."""


_KNOWN: dict[tuple[Any, ...], _Known] = {}
"""Calls whose kernel is known from the last one like it: the arithmetic of numbers and tensors, element by element.

What kernel PyTorch runs for ``x * 2`` depends on the types of the operands alone. The dispatch mode has seen it once
for these types; from then on it is left out, which saves a tenth of all the time that recording takes.
"""
_ELEMENTWISE = (
    "sin cos tan tanh sigmoid relu exp log sqrt abs neg reciprocal erf atan add sub mul div maximum minimum".split()
)
STEADY: frozenset[Any] = frozenset(
    getattr(home, name)
    for home in (torch, torch.Tensor)
    for name in (*_ELEMENTWISE, "pow", "__rsub__", "__rpow__", "true_divide", "subtract", "multiply")
    if hasattr(home, name)
) | {torch.nn.functional.relu, torch.nn.functional.tanh, torch.nn.functional.sigmoid}
"""Functions whose kernel depends on the types of what they are given, and on nothing else."""
_PLAIN: frozenset[type] = frozenset((torch.Tensor, torch.nn.Parameter))
_NUMBERS: frozenset[type] = frozenset((int, float))


def _key(func: Any, args: tuple[Any, ...]) -> tuple[Any, ...] | None:
    """What decides which kernel runs; None where more than that could."""
    if len(args) > 2 or _is_autocast("cpu"):
        return None
    key: list[Any] = [func]
    for argument in args:
        kind = type(argument)
        if kind in _PLAIN:
            key.append(argument.dtype)
        elif kind in _NUMBERS:
            key.append(kind)
        else:
            return None
    return tuple(key)


def _run_known(known: _Known, func: Any, args: tuple[Any, ...], site: Site, run: Run) -> tuple[Any, Ran]:
    """Run the call: its result and the kernel that ran."""
    operands: list[Operand] = []
    constants: list[Constant] = []
    value_of = run.values.value_of
    for name, argument in zip(known.names, args, strict=True):
        if isinstance(argument, torch.Tensor):
            given = (name, value_of(argument), node_of(argument), argument.requires_grad, argument.is_floating_point())
            operands.append(new(Operand, given))
        else:
            constants.append(new(Constant, (name, str(argument))))
    result = site.call(func, args, {})
    number, made = sequence_number() - 1, (run.values.made(result, None, anew=False),)
    return result, new(Ran, (known.kernel, number, tuple(operands), tuple(constants), made, (result,), None, ()))


def _learn(key: tuple[Any, ...], args: tuple[Any, ...], ran: list[Ran], result: Any, run: Run) -> None:
    """Keep what the dispatch mode has seen, if it is one kernel that was given just these arguments."""
    if len(ran) != 1 or ran[0].outputs[0] is not result or ran[0].kernel.in_place or ran[0].kernel.view:
        return
    operands, constants = list(ran[0].operands), list(ran[0].constants)
    names: list[str] = []
    for argument in args:
        if isinstance(argument, torch.Tensor) and operands and operands[0].value == run.values.value_of(argument):
            names.append(operands.pop(0).name)
        elif constants and constants[0].text == str(argument):
            names.append(constants.pop(0).name)
    if len(names) == len(args) and not operands and not constants:
        _KNOWN[key] = _Known(ran[0].kernel, tuple(names))


def name_of(func: Any) -> str:
    """PyTorch's name of a function: ``Tensor.backward``, ``torch.nn.functional.cross_entropy``."""
    try:
        name = torch.overrides.resolve_name(func)
    except Exception:  # of a function that is none of PyTorch's
        name = None
    return str(name or getattr(func, "__qualname__", None) or getattr(func, "__name__", func))
