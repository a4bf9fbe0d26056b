"""How a program asks for a backward pass: ``backward()``, ``torch.autograd.backward`` and ``torch.autograd.grad``."""

from __future__ import annotations

from collections.abc import Callable
from types import FrameType
from typing import Any

import torch

from gradwalk.recorder.before_pass import Asked
from gradwalk.recorder.calls import TRANSFORMED, name_of
from gradwalk.recorder.hooks import Hooks
from gradwalk.recorder.passes import unwalked, walk
from gradwalk.recorder.run import Run, arguments, flattened
from gradwalk.recorder.strangers import ANSWERS, any_answers, is_stand_in

BATCHED = "torch.autograd.grad(…, is_grads_batched=True) runs inside of vmap and is not recorded."


class Asking:
    """Hears the calls that ask for a pass, and has it walked. ``look`` names what a frame's variables hold."""

    def __init__(self, run: Run, hooks: Hooks, look: Callable[[FrameType], None]) -> None:
        self._run = run
        self._hooks = hooks
        self._look = look

    def backward(self, run: Run, func: Any, args: Any, kwargs: dict[str, Any], frame: FrameType) -> Any:
        """``loss.backward()``"""
        names = ("self", "gradient", "retain_graph", "create_graph", "inputs")
        given = arguments(args, kwargs, names)
        return self._pass(func, args, kwargs, frame, "backward", given["self"], given["gradient"], given)

    def autograd_backward(self, run: Run, func: Any, args: Any, kwargs: dict[str, Any], frame: FrameType) -> Any:
        """``torch.autograd.backward(…)``"""
        names = ("tensors", "grad_tensors", "retain_graph", "create_graph", "grad_variables", "inputs")
        given = arguments(args, kwargs, names)
        return self._pass(func, args, kwargs, frame, "backward", given["tensors"], given["grad_tensors"], given)

    def autograd_grad(self, run: Run, func: Any, args: Any, kwargs: dict[str, Any], frame: FrameType) -> Any:
        """``torch.autograd.grad(…)``"""
        names = ("outputs", "inputs", "grad_outputs", "retain_graph", "create_graph")
        given = arguments(args, kwargs, names)
        return self._pass(func, args, kwargs, frame, "grad", given["outputs"], given["grad_outputs"], given)

    def _pass(
        self,
        func: Any,
        args: Any,
        kwargs: dict[str, Any],
        frame: FrameType,
        function: str,
        roots: Any,
        seeds: Any,
        given: dict[str, Any],
    ) -> Any:
        run = self._run
        site = run.places.site(frame)

        def go() -> Any:
            return site.call(func, args, kwargs)

        asked = _asked(function, roots, seeds, given, frame)
        if (found := run.places.users(frame)) is not None:
            self._look(found[0])
        try:
            with run.silence():
                if run.values.anything_changed:
                    run.settle(asked.roots if asked else (), run.span(frame))
                if asked is None:
                    if given.get("is_grads_batched"):
                        run.notice(run.span(frame), BATCHED)
                        return unwalked(run, _walkable(roots), run.span(frame), go)
                    if any(is_stand_in(tensor) for tensor in flattened((roots, given["inputs"]))):
                        run.notice(run.span(frame), ANSWERS if any_answers((roots, given["inputs"])) else TRANSFORMED)
                    return go()
                result = walk(run, self._hooks, asked, go)
        except BaseException as error:
            run.note_raised(error, name_of(func), (*args, *kwargs.values()))
            raise
        if run.after_call is not None and function == "grad":
            run.after_call(frame, site, result, run.span(frame))
        return result


def _asked(function: str, roots: Any, seeds: Any, given: dict[str, Any], frame: FrameType) -> Asked | None:
    """The pass, as far as it is one that can be walked: else PyTorch has something to say, or it is none of ours."""
    starts = _tensors(roots)
    ends = () if given["inputs"] is None else _tensors(given["inputs"])
    if seeds is None:
        seeds = (None,) * len(starts or ())
    seeds = tuple(seeds) if isinstance(seeds, list | tuple) else (seeds,)
    if not starts or ends is None or given.get("is_grads_batched") or len(seeds) != len(starts):
        return None
    if not all(isinstance(seed, torch.Tensor | None) for seed in seeds):
        return None
    if len(_walkable((*starts, *ends))) < len(starts) + len(ends):
        return None
    create = bool(given["create_graph"])
    retain = create if given["retain_graph"] is None else bool(given["retain_graph"])
    return Asked(function, starts, seeds, retain, create, ends, frame)


def _walkable(given: Any) -> list[torch.Tensor]:
    """Those of the given tensors from which a graph leads on, and which stand for nothing but themselves."""
    return [tensor for tensor in _tensors(given) or () if tensor.requires_grad and not is_stand_in(tensor)]


def _tensors(given: Any) -> tuple[torch.Tensor, ...] | None:
    """Tensors, alone or in a series; None where something is none."""
    found = (given,) if isinstance(given, torch.Tensor) else given
    if not isinstance(found, list | tuple):
        return None
    return tuple(found) if all(isinstance(tensor, torch.Tensor) for tensor in found) else None
