"""What an optimizer's step does to its parameters: seen by PyTorch's global step hooks.

Inside of a step nothing is recorded but the closure that the program hands to it (as LBFGS wants one), which is code of
the program's own.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterable, Iterator
from types import FrameType
from typing import Any, NamedTuple

import torch

from gradwalk.program import Span
from gradwalk.recorder.copying import new, version_of
from gradwalk.recorder.modules import name_in
from gradwalk.recorder.places import is_around, is_of_optimizers
from gradwalk.recorder.run import Looking, Run
from gradwalk.recorder.strangers import is_stand_in
from gradwalk.recording import Array, Constant, Norms, State, Stepped, Update

_SETTING = (int, float, tuple)
MOST_COPIED = 1 << 25
"""Elements of large parameters that are copied before one step; of more, how far it goes is not known."""


class _Before(NamedTuple):
    """A parameter before a step."""

    tensor: torch.Tensor
    settings: tuple[Constant, ...]
    value: int
    version: int
    array: Array | None
    """Its numbers, where autograd might not count the change."""
    given: tuple[State, ...]
    copy: torch.Tensor | None
    """Of one whose numbers the recording does not keep: for how far the step goes."""


class _Step(NamedTuple):
    optimizer: Any
    frame: FrameType
    span: Span | None
    parameters: list[_Before]


class Optimizers:
    """The optimizers of one recording."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._steps: list[_Step] = []
        self._stepped: set[tuple[int, int]] = set()
        """Optimizers and parameters that have made a step together."""
        self._kept: list[Any] = []
        self._instances: dict[int, int] = {}
        self._room = 0
        """Elements that may still be copied before this step."""

    def ahead(self, optimizer: Any, args: tuple[Any, ...], kwargs: dict[str, Any], frame: FrameType) -> Any:
        """A step is about to run; the frame is the one that runs the hooks around it."""
        run = self._run
        self._room = MOST_COPIED
        parameters = []
        for group in optimizer.param_groups:
            settings = _settings(group)
            counted = _is_counted(optimizer, settings)
            seen = [parameter for parameter in group["params"] if not is_stand_in(parameter)]
            parameters += [self._before(optimizer, parameter, settings, counted) for parameter in seen]
        self._steps.append(_Step(optimizer, frame, run.span(frame), parameters))
        self._kept.append(optimizer)
        self._instances.setdefault(id(optimizer), len(self._instances))
        run.stepping = frame
        run.quiet += 1
        return self._with_closure(args, kwargs)

    def after(self, optimizer: Any) -> None:
        """Called after a step, by a hook."""
        if not self._steps or self._steps[-1].optimizer is not optimizer:
            return
        self._tell(self._steps.pop())

    def still(self, frame: FrameType) -> bool:
        """Whether the newest step still runs. One that failed is over, and what it did until then is told."""
        if is_of_optimizers(frame):
            return True
        while self._steps and not is_around(self._steps[-1].frame, frame):
            self._tell(self._steps.pop())
        return bool(self._steps)

    def release(self) -> None:
        self._steps.clear()
        self._kept.clear()

    def _tell(self, step: _Step) -> None:
        run = self._run
        run.quiet -= 1
        run.stepping = self._steps[-1].frame if self._steps else None
        with run.silence():  # a large parameter's summary is computed by PyTorch too
            for before in step.parameters:
                self._updated(step, before)
            held = tuple([run.values.value_of(before.tensor) for before in step.parameters])
        kind, instance = type(step.optimizer).__name__, self._instances[id(step.optimizer)]
        run.emit(Stepped(run.cell, step.span, kind, held, instance, tuple(self._unread(step))))

    def _unread(self, step: _Step) -> Iterator[Constant]:
        """Settings at the object itself, which say something else than all groups do: ``optimizer.lr = 0.01``."""
        optimizer = step.optimizer
        if not type(optimizer).__module__.startswith("torch.optim"):
            return  # somebody else's may look there
        own = vars(optimizer)
        for name in optimizer.defaults:
            given = own.get(name)
            if isinstance(given, int | float) and all(group.get(name) != given for group in optimizer.param_groups):
                variable = name_in(step.frame, optimizer, self._run) or "optimizer"
                yield Constant(f"{variable}.{name}", str(given))

    def _tell_until_now(self) -> None:
        """The closure may find other parameters than those that the step began with."""
        step = self._steps[-1]
        for place, before in enumerate(step.parameters):
            self._updated(step, before)
            tensor, value = before.tensor, self._run.values.value_of(before.tensor)
            copy = None if before.copy is None else tensor.detach().clone()
            step.parameters[place] = before._replace(value=value, version=version_of(tensor), copy=copy)

    def _updated(self, step: _Step, before: _Before) -> None:
        run, tensor = self._run, before.tensor
        if version_of(tensor) == before.version:
            if before.array is None or run.copier.array(tensor) == before.array:
                return
            run.values.changed(tensor)  # through .data or by a fused kernel, which autograd does not count
        after = run.values.value_of(tensor)
        if after != before.value:
            kind, state = type(step.optimizer).__name__, self._remembered(step.optimizer, tensor)
            norms = None if before.copy is None else _norms(before.copy, tensor)
            told = (kind, before.settings, state, before.given, norms)
            run.emit(new(Update, (run.cell, step.span, None, before.value, after, *told)))
            run.operations.moved(before.value, run.cell, step.span, [tensor])

    def _before(
        self, optimizer: Any, parameter: torch.Tensor, settings: tuple[Constant, ...], counted: bool
    ) -> _Before:
        run, version = self._run, version_of(parameter)
        value = run.values.value_of(parameter)
        array = None if counted or parameter.grad is None else run.copier.array(parameter)
        copy = self._copy(parameter, value)
        given = self._given(optimizer, parameter)
        before: _Before = new(_Before, (parameter, settings, value, version, array, given, copy))
        return before

    def _copy(self, parameter: torch.Tensor, value: int) -> torch.Tensor | None:
        dense = parameter.layout is torch.strided and parameter.is_floating_point() and not parameter.is_meta
        if parameter.grad is None or not dense or self._run.values.keeps(value):
            return None
        self._room -= parameter.numel()
        return parameter.detach().clone() if self._room >= 0 else None

    def _given(self, optimizer: Any, parameter: torch.Tensor) -> tuple[State, ...]:
        """What an optimizer remembers of a parameter before its first step here: the program itself put it there."""
        step = id(optimizer), id(parameter)
        if step in self._stepped:
            return ()
        self._stepped.add(step)
        return self._remembered(optimizer, parameter)

    def _remembered(self, optimizer: Any, parameter: torch.Tensor) -> tuple[State, ...]:
        state = optimizer.state.get(parameter, {})
        copy = self._run.copier.array
        return tuple([State(str(k), copy(v)) for k, v in state.items() if isinstance(v, torch.Tensor)])

    def _with_closure(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """The arguments of the step, with the program's closure recorded; None where it has none."""
        if len(args) > 1 and callable(args[1]):
            return (args[0], self._heard(args[1]), *args[2:]), kwargs
        if callable(kwargs.get("closure")):
            return args, {**kwargs, "closure": self._heard(kwargs["closure"])}
        return None

    def _heard(self, closure: Callable[[], Any]) -> Callable[[], Any]:
        run = self._run

        @functools.wraps(closure)
        def heard() -> Any:
            stepping, quiet = run.stepping, run.quiet
            with Looking(run):
                self._tell_until_now()
            run.stepping, run.quiet = None, run.quiet - 1
            try:
                return closure()
            finally:
                run.stepping, run.quiet = stepping, quiet

        return heard


def _is_counted(optimizer: Any, settings: Iterable[Constant]) -> bool:
    """Whether autograd surely counts the change that a step makes: PyTorch's own do it without a fused kernel."""
    return type(optimizer).__module__.startswith("torch.optim") and not any(one.name == "fused" for one in settings)


def _settings(group: dict[str, Any]) -> tuple[Constant, ...]:
    """The settings of a group of parameters, such as ``lr``, before the step; those that are off are left out."""
    return tuple([Constant(k, str(v)) for k, v in group.items() if isinstance(v, _SETTING) and v])


def _norms(before: torch.Tensor, after: torch.Tensor) -> Norms | None:
    if before.element_size() < 4:
        before, after = before.float(), after.float()
    weight = torch.linalg.vector_norm(before).item()
    update = torch.linalg.vector_norm(after.detach() - before).item()
    return Norms(weight, update) if math.isfinite(weight) and math.isfinite(update) else None
