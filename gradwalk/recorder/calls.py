"""Runs one call of the program and writes down the operations that happened inside it."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

import torch
import torch.overrides
from torch._C import _pop_torch_dispatch_stack, _push_on_torch_dispatch_stack

from gradwalk.program import Span
from gradwalk.recorder import elementwise, linear, refused
from gradwalk.recorder.kernels import Ran, sequence_number
from gradwalk.recorder.places import Places, Site
from gradwalk.recorder.run import Run
from gradwalk.recorder.strangers import ANSWERS, TRACED, any_answers, tracing

_transforming = torch._C._are_functorch_transforms_active
_modes = torch._C._len_torch_dispatch_stack
torch.overrides.resolve_name(torch.add)  # the first time PyTorch warns of what is old in it, and it takes 15 ms


def call(run: Run, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any], frame: FrameType) -> Any:
    """Run one call and record the operations that happened inside it."""
    places = run.places
    site = user = places.sites.get((id(frame.f_code), frame.f_lasti)) or places.site(frame)
    if site.span is None:
        found = places.users(frame.f_back)
        user = site if found is None else found[1]
        if _only_drawn(places, frame, args):
            with run.silence():
                return site.call(func, args, kwargs)
    span = user.span
    if (site.makes or site.initialises) and _makes_layer(run, site, frame):
        with run.silence():
            return site.call(func, args, kwargs)
    if site.transforms or _transforming() or (_modes() and tracing()):
        return unseen(run, func, args, kwargs, site, span)
    if run.values.anything_changed:
        run.settle((*args, *kwargs.values()), span)
    try:
        if kwargs or run.watching:
            result = _watched(run, func, args, kwargs, site, span)[0]
        elif func in elementwise.STEADY:
            result = _elementwise(run, func, args, site, span)
        elif func is linear.LINEAR:
            result = _linear(run, args, site, span)
        else:
            result = _watched(run, func, args, kwargs, site, span)[0]
    except BaseException as error:
        run.note_raised(error, name_of(func), (*args, *kwargs.values()))
        raise
    if run.after_call is not None:
        run.after_call(frame, site, result, span)
    if run.values.full:
        kept = run.limits.kept_bytes >> 20
        run.end("memory", f"Recording ends here: its tensors take more than {kept:,} megabytes.", span, frame)
    elif len(run.operations.made) >= run.limits.watched_operations:
        run.end("operations", f"Recording ends here: it has {run.limits.watched_operations:,} operations.", span, frame)
    return result


def _only_drawn(places: Places, frame: FrameType, args: tuple[Any, ...]) -> bool:
    """Whether a plot takes numbers apart: nothing that is computed with, and no operation of the program's."""
    return (
        "matplotlib.pyplot" in sys.modules
        and not any(isinstance(each, torch.Tensor) and each.requires_grad for each in args)
        and places.drawing(frame)
    )


def _makes_layer(run: Run, site: Site, frame: FrameType) -> bool:
    """Whether one of PyTorch's layers draws its first parameters: that is no operation of the program's."""
    while site.initialises and frame.f_back is not None:
        frame = frame.f_back
        site = run.places.site(frame)
    return site.makes


def _elementwise(run: Run, func: Any, args: tuple[Any, ...], site: Site, span: Span | None) -> Any:
    key = elementwise.key_of(func, args)
    if key is not None and (known := elementwise.KNOWN.get(key)) is not None:
        return elementwise.run_known(run, known, func, args, span)
    result, ran = _watched(run, func, args, {}, site, span)
    if key is not None and ran:
        elementwise.learn(run, key, args, ran, result)
    return result


def _linear(run: Run, args: tuple[Any, ...], site: Site, span: Span | None) -> Any:
    key = linear.key_of(args)
    if key is not None and (known := linear.KNOWN.get(key)) is not None:
        return linear.run_known(run, known, args, span)
    result, ran = _watched(run, linear.LINEAR, args, {}, site, span)
    if key is not None:
        linear.learn(key, ran)
    return result


def _watched(
    run: Run, func: Any, args: Any, kwargs: dict[str, Any], site: Site, span: Span | None
) -> tuple[Any, list[Ran]]:
    """The result of a call, and the kernels that the dispatch mode has seen in it."""
    if any_answers(args) or (kwargs and any_answers(kwargs.values())):
        return unseen(run, func, args, kwargs, site, span), []
    watch, before = run.watch, sequence_number() - 1
    outer, watch.ran = watch.ran, []
    nested, done = run.watching > 0, False
    run.watching += 1
    if not nested:
        _push_on_torch_dispatch_stack(watch)
    try:
        result = site.call(func, args, kwargs)
        done = True
    finally:
        if not nested:
            _pop_torch_dispatch_stack(None)
        run.watching -= 1
        ran, watch.ran = watch.ran, outer
        if ran and not done:
            refused.tell(run, ran, span)
    if ran and any_answers((result,)):
        run.notice(span, ANSWERS)
        return result, []
    if ran:
        run.operations.called(ran, result, before, run.cell, span)
    return result, ran


def unseen(run: Run, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any], site: Site, span: Span | None) -> Any:
    """Run a call whose tensors stand for others, as inside of a transform: nothing of it can be written down."""
    run.notice(span, TRACED if tracing() else TRANSFORMED if site.transforms or _transforming() else ANSWERS)
    with run.silence():
        return site.call(func, args, kwargs)


TRANSFORMED = (
    "What runs inside of a transform of torch.func (vmap, grad, jacrev …) works on stand-ins for tensors and is not "
    "recorded; its result appears as a value."
)


def name_of(func: Any) -> str:
    """PyTorch's name of a function: ``Tensor.backward``, ``torch.nn.functional.cross_entropy``."""
    try:
        name = torch.overrides.resolve_name(func)
    except Exception:  # of a function that is none of PyTorch's
        name = None
    return str(name or getattr(func, "__qualname__", None) or getattr(func, "__name__", func))
