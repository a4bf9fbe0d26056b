"""What the interpreter tells of a run becomes the operations and events of a Recording."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch._C import _pop_torch_dispatch_stack, _push_on_torch_dispatch_stack

from gradwalk.interpreter import ENGINE, OPTIMIZE
from gradwalk.language.costs import tensors
from gradwalk.language.library import Function
from gradwalk.program import ProgramCell, ProgramError, Span
from gradwalk.program.limits import LIMITS, Limits
from gradwalk.recorder.backward_pass import draw, watch_backward
from gradwalk.recorder.copying import Copier, new
from gradwalk.recorder.kernels import Kernel, Operand, Ran, Watch, sequence_number, tensors_of
from gradwalk.recorder.local_gradients import LocalGradients
from gradwalk.recorder.nodes import LiveGraph, node_of
from gradwalk.recorder.operations import LiveOperations
from gradwalk.recorder.steady import key_of, learn, run_known
from gradwalk.recorder.values import LiveValues
from gradwalk.recording import (
    Binding,
    Cell,
    CellFailure,
    Constant,
    Event,
    Failure,
    Operation,
    Output,
    Picture,
    Recording,
    State,
    Statement,
    Update,
)
from gradwalk.recording.causes import cause

_SETTING = (int, float, tuple)
_WATCHED = frozenset(("operation", "operator"))
_SHARING = (".numpy", "from_numpy", "asarray", "as_tensor", "copy=")
"""Words of a program in which an array of NumPy's may live in a tensor's memory, and change it unseen."""


class Recorder:
    """Listens to one run. ``recording`` gives what it heard."""

    def __init__(self, *, pictures: bool = False, limits: Limits = LIMITS) -> None:
        self.copier = Copier(limits.numbers)
        self.values = LiveValues(self.copier)
        self.graph = LiveGraph(self.values)
        self.events: list[Event] = []
        self._operations = LiveOperations(self.values, self.graph, self.events.append)
        self._operations.tells_moved = False
        self.pictures: list[Picture] | None = [] if pictures else None
        self.limits = limits
        self.calls = 0
        self.quiet = False
        """Inside a backward pass, say, where what the program's own functions do is no forward pass."""
        self.retaining = False
        """Whether the program has asked a value that is no leaf to keep its gradient."""
        self._stepped: set[tuple[int, int]] = set()
        """Optimizers and parameters that have made a step together."""
        self.cell_number = -1
        self.local_gradients = LocalGradients(self.graph, self.values, limits.local_gradients)
        self._nodes_left = limits.backward_nodes
        self._cells: list[ProgramCell] = []
        self._shown: list[str] = []
        self._failures: dict[int, CellFailure] = {}
        self._watch = Watch(self.values)

    @property
    def operations(self) -> Sequence[Operation]:
        return self._operations.made

    # What the interpreter tells

    def cell(self, cell: ProgramCell) -> None:
        self._cells.append(cell)
        self._shown.append("")
        self.values.shared_outside |= any(word in cell.source for word in _SHARING)
        self.cell_number += 1

    def call(self, function: Function, args: tuple[Any, ...], kwargs: dict[str, Any], span: Span) -> Any:
        """Run one call and record the operations that happened inside it."""
        if self.quiet or function.kind not in _WATCHED:
            self.retaining = self.retaining or function.name == "Tensor.retain_grad"
            return function.call(*args, **kwargs)
        if self.values.anything_changed:
            self._settle(tensors((*args, *kwargs.values())), span)
        before = sequence_number() - 1
        key = key_of(function, args, kwargs)
        if key is not None and (known := run_known(key, function, args, self.values)) is not None:
            self._operations.called([known[1]], known[0], before, self.cell_number, span)
            return known[0]
        watch = self._watch
        watch.ran = []
        _push_on_torch_dispatch_stack(watch)
        try:
            result = function.call(*args, **kwargs)
        finally:
            _pop_torch_dispatch_stack(None)
        if watch.ran:
            self._operations.called(watch.ran, result, before, self.cell_number, span)
            if key is not None:
                learn(key, args, watch.ran, result, self.values)
        return result

    def _settle(self, given: Iterable[Any], span: Span) -> None:
        """After a change in place a view gets a new node when somebody asks: so ask, before a call takes numbers."""
        for tensor in given:
            if tensor._is_view():
                self._operations.renew(tensor, self.cell_number, span)

    def backward(self, args: tuple[Any, ...], kwargs: dict[str, Any], span: Span) -> None:
        if self.values.anything_changed:
            self._settle(args[:1], span)
        with self.silence():
            watch_backward(self, args, kwargs, span)

    def custom(self, name: str, call: Callable[..., Any], args: tuple[Any, ...], span: Span) -> Any:
        """Run a torch.autograd.Function of the program's own: one operation, and its forward stays inside it."""
        operands = [
            Operand(f"input[{i}]", self.values.value_of(t), node_of(t), t.requires_grad, t.is_floating_point())
            for i, t in enumerate(args)
            if isinstance(t, torch.Tensor)
        ]
        with self.silence():
            result = call(*args)
        outputs = tensors_of(result)
        if outputs:
            node = self.graph.discover([node_of(t) for t in outputs])
            kernel = Kernel(name, (), False, False)
            results = tuple(self.values.made(t, None, anew=True) for t in outputs)
            constants = tuple(Constant(f"input[{i}]", str(a)) for i, a in enumerate(args) if isinstance(a, int | float))
            ran = Ran(kernel, 0, tuple(operands), constants, results, outputs)
            self._operations.add(ran, next(reversed(node.values()), None), self.cell_number, span)
        return result

    def optimize(self, optimizer: Any, method: str, kwargs: dict[str, Any], span: Span) -> Any:
        """Run an optimizer's method; each parameter that moved is an update, with the optimizer's state."""
        if method != "step":
            return OPTIMIZE[method](optimizer, **kwargs)
        parameters = [
            (settings, p)
            for group in optimizer.param_groups
            for settings in (_settings(group),)
            for p in group["params"]
        ]
        before = [self.values.value_of(parameter) for _, parameter in parameters]
        versions = [parameter._version for _, parameter in parameters]
        given = [self._given(optimizer, parameter) for _, parameter in parameters]
        result = OPTIMIZE[method](optimizer, **kwargs)
        for (settings, parameter), old, version, known in zip(parameters, before, versions, given, strict=True):
            if parameter._version == version:
                continue
            self.values.changed(parameter)
            new = self.values.value_of(parameter)
            self.events.append(
                Update(
                    self.cell_number,
                    span,
                    None,
                    old,
                    new,
                    type(optimizer).__name__,
                    settings,
                    self._remembered(optimizer, parameter),
                    known,
                )
            )
        return result

    def _given(self, optimizer: Any, parameter: torch.Tensor) -> tuple[State, ...]:
        """What an optimizer remembers of a parameter before its first step here: the program itself put it there."""
        step = id(optimizer), id(parameter)
        if step in self._stepped:
            return ()
        self._stepped.add(step)
        return self._remembered(optimizer, parameter)

    def _remembered(self, optimizer: Any, parameter: torch.Tensor) -> tuple[State, ...]:
        state = optimizer.state.get(parameter, {})
        return tuple(State(k, self.copier.array(v)) for k, v in state.items() if isinstance(v, torch.Tensor))

    def engine(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any], span: Span) -> Any:
        """Run torch.autograd.grad and its relatives. Their result is a value of its own."""
        if name == "backward" and args and isinstance(args[0], torch.Tensor):
            return self.backward(args, kwargs, span)
        with self.silence():
            return ENGINE[name](*args, **kwargs)

    @contextmanager
    def silence(self) -> Iterator[None]:
        """A stretch in which the program's own functions are not recorded."""
        before, self.quiet = self.quiet, True
        try:
            yield
        finally:
            self.quiet = before

    def charge_nodes(self, nodes: int, span: Span) -> None:
        """A backward() call is about to run through so many nodes, each of which writes events."""
        self._nodes_left -= nodes
        if self._nodes_left < 0:
            most = self.limits.backward_nodes
            raise ProgramError(
                f"The backward() calls of this program run through more than {most:,} nodes. Fewer calls would work.",
                span,
            )

    def replace_data(self, tensor: torch.Tensor, data: Any, span: Span) -> None:
        if (replaced := self.values.replace(tensor, data)) is not None:
            self.events.append(Update(self.cell_number, span, None, *replaced))

    def statement(self, span: Span, bindings: list[tuple[str, Any]]) -> None:
        if self.values.anything_changed:
            self._settle([value for _, value in bindings if isinstance(value, torch.Tensor)], span)
        bound = tuple([self._bind(name, value) for name, value in bindings])
        self.events.append(new(Statement, (self.cell_number, span, bound, 0)))

    def output(self, span: Span, stream: str, text: str) -> None:
        self.events.append(Output(self.cell_number, span, stream, text))
        if stream != "notice":
            self._shown[-1] += text if stream == "print" else text + "\n"

    def failure(self, span: Span, error: Exception) -> None:
        kind, message = type(error).__name__, str(error)
        self.events.append(Failure(self.cell_number, span, kind, message, cause(kind, message)))
        self._failures[self.cell_number] = CellFailure(kind, message, span.line, span.column)

    def release(self) -> None:
        """Let go of everything live, so that nothing of a run outlives it."""
        self._watch.ran = []
        self.values.forget_grads()
        self.graph.forget_contexts()
        self.values.release()
        self.graph.release()

    # What it makes of it

    def recording(self, source: str) -> Recording:
        """Everything that was heard, as plain data."""
        if not self.calls and (root := self.values.newest_tracked()) is not None:
            draw(self, -1, root)
        return Recording(
            source,
            torch.__version__,
            tuple(self._finished_cells()),
            self.values.finished(),
            tuple(self._operations.made),
            self.graph.finished(),
            tuple(self.events),
            tuple(self.pictures or ()),
        )

    def _bind(self, name: str, value: Any) -> Binding:
        if isinstance(value, torch.Tensor):
            binding: Binding = new(Binding, (name, self.values.bind(name, value), ""))
            return binding
        if isinstance(value, torch.nn.Module):
            self._name_parameters(name, value)
        return Binding(name, None, repr(value)[:80] if isinstance(value, int | float | str) else type(value).__name__)

    def _name_parameters(self, name: str, module: torch.nn.Module) -> None:
        """A module's parameters are called as its class calls them, ``fc1.weight``.

        Those with numbers, and those of one of PyTorch's own layers, carry its variable's name: ``layer.weight``.
        """
        own = type(module).__module__.startswith("torch.nn.")
        for path, parameter in module.named_parameters():
            self.values.bind(f"{name}.{path}" if own or path[0].isdigit() else path, parameter)

    def _finished_cells(self) -> Iterator[Cell]:
        for index, (cell, shown) in enumerate(zip(self._cells, self._shown, strict=True)):
            yield Cell(cell.source, cell.line, shown.removesuffix("\n"), self._failures.get(index))


def _settings(group: dict[str, Any]) -> tuple[Constant, ...]:
    """The settings of a group of parameters, such as ``lr``, before the step; those that are off are left out."""
    return tuple([Constant(k, str(v)) for k, v in group.items() if isinstance(v, _SETTING) and v])
