"""The listener that writes a Recording: it watches each operation that PyTorch runs, and each backward() call.

A dispatch mode sees the kernels of a call, also those hidden inside it. A kernel and its grad_fn node are paired by
autograd's sequence number, which a node takes just before its kernel runs. Everything live (tensors, nodes) is kept
until the run ends, so that identities stay unique, and is dropped with the recorder.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import torch
from torch.utils._python_dispatch import TorchDispatchMode, _pop_mode, _push_mode

from gradwalk.backward_pass import draw, watch_backward
from gradwalk.failures import cause
from gradwalk.interpreter import ENGINE, OPTIMIZE, prepare, run_program
from gradwalk.language.costs import tensors
from gradwalk.language.library import Function
from gradwalk.limits import LIMITS, Budget, Limits
from gradwalk.live import Copier, LiveGraph, LiveValues, dtype_name
from gradwalk.program import Program, ProgramCell, ProgramError, Span
from gradwalk.recording import (
    Binding,
    Cell,
    CellFailure,
    Constant,
    Edge,
    Event,
    Failure,
    Forward,
    Operation,
    Output,
    Picture,
    Recording,
    State,
    Statement,
    Update,
)

_sequence_number = torch._C._autograd._get_sequence_nr


def record(source: str, *, pictures: bool = False, limits: Limits = LIMITS) -> Recording:
    """Run a program once, in real PyTorch, and record everything that happened.

    ``source`` is one program in cells (``# %%``). With ``pictures``, torchviz draws the graph of each backward() call.
    A cell that fails is part of the recording; the next cell goes on. Raises ProgramError when the text is refused.
    """
    return record_program(prepare(source, limits), pictures=pictures, limits=limits)


def record_program(program: Program, *, pictures: bool = False, limits: Limits = LIMITS) -> Recording:
    """The same for a program that is already prepared."""
    recorder = Recorder(pictures=pictures, limits=limits)
    try:
        run_program(program, recorder, Budget(limits))
        return recorder.recording(program.source)
    finally:
        recorder.release()


class Kernel(NamedTuple):
    """What a kernel's schema says."""

    name: str
    arguments: tuple[str, ...]
    in_place: bool
    view: bool
    unwritten: bool = False
    """It hands out memory as it finds it. No recording may show what others left there."""


class Operand(NamedTuple):
    """A tensor that a kernel was given, as it was just before."""

    name: str
    value: int
    source: Any
    """Its grad_fn then; None for a leaf or a constant."""
    requires_grad: bool
    floating: bool


class Ran(NamedTuple):
    """A kernel that ran inside a call."""

    kernel: Kernel
    number: int
    """The sequence number of the newest node at that time: this kernel's own if it is tracked."""
    operands: tuple[Operand, ...]
    constants: tuple[Constant, ...]
    results: tuple[int, ...]
    outputs: tuple[torch.Tensor, ...]


_KERNELS: dict[Any, Kernel] = {}
_PASSED_OVER = frozenset(("lift_fresh", "detach", "alias"))
"""Kernels that PyTorch also runs for itself after others: they count only when a call begins with them."""


def _kernel(func: Any) -> Kernel:
    if (known := _KERNELS.get(func)) is None:
        schema = func._schema
        name = schema.name.removeprefix("aten::")
        returns = [item.alias_info for item in schema.returns]
        known = _KERNELS[func] = Kernel(
            f"{name}.{schema.overload_name}" if schema.overload_name else name,
            tuple(argument.name for argument in schema.arguments),
            bool(schema.is_mutable),
            any(info is not None and not info.is_write for info in returns),
            name.startswith(("empty", "new_empty")),
        )
    return known


class _Watch(TorchDispatchMode):
    """Notes each kernel that runs while a call is being watched.

    It is pushed on the thread's own stack directly: entering it by ``with`` also sets flags that the whole process
    shares, for a compiler that is not used here.
    """

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Nothing is compiled here, so the wrapper that would say so on every kernel is left out."""
        return False

    def __init__(self, values: LiveValues) -> None:
        super().__init__()
        self._values = values
        self.ran: list[Ran] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kernel = _kernel(func)
        if self.ran and kernel.name in _PASSED_OVER:
            return func(*args)
        number = _sequence_number() - 1
        operands: list[Operand] = []
        constants: list[Constant] = []
        for name, argument in zip(kernel.arguments, args, strict=False):
            self._note(name, argument, operands, constants)
        for name, argument in (kwargs or {}).items():
            self._note(name, argument, operands, constants)
        out = func(*args, **(kwargs or {}))
        outputs = _tensors(out)
        if kernel.unwritten:
            for tensor in outputs:
                tensor.zero_()
        if not outputs:
            return out  # a number was read out of a tensor, as for an index
        if kernel.in_place:
            self._values.changed(args[0])
        shared = operands[0].value if kernel.view and operands else None
        results = tuple(self._values.made(t, shared, anew=kernel.in_place) for t in outputs)
        self.ran.append(Ran(kernel, number, tuple(operands), tuple(constants), results, outputs))
        return out

    def _note(self, name: str, argument: Any, operands: list[Operand], constants: list[Constant]) -> None:
        if isinstance(argument, torch.Tensor):
            operands.append(
                Operand(
                    name,
                    self._values.value_of(argument),
                    argument.grad_fn,
                    argument.requires_grad,
                    argument.is_floating_point(),
                )
            )
        elif isinstance(argument, list | tuple) and any(isinstance(part, torch.Tensor) for part in argument):
            for index, part in enumerate(argument):
                self._note(f"{name}[{index}]", part, operands, constants)
        elif argument is not None:
            text = dtype_name(argument) if isinstance(argument, torch.dtype) else str(argument)
            constants.append(Constant(name, text))


class Recorder:
    """Listens to one run. ``recording`` gives what it heard."""

    def __init__(self, *, pictures: bool = False, limits: Limits = LIMITS) -> None:
        self.copier = Copier(limits.numbers)
        self.values = LiveValues(self.copier)
        self.graph = LiveGraph(self.values)
        self.operations: list[Operation] = []
        self.events: list[Event] = []
        self.pictures: list[Picture] | None = [] if pictures else None
        self.limits = limits
        self.calls = 0
        self.quiet = False
        """Inside a backward pass, say, where what the program's own functions do is no forward pass."""
        self.cell_number = -1
        self.jacobian_entries = limits.local_gradients
        self._nodes_left = limits.backward_nodes
        self._cells: list[ProgramCell] = []
        self._watch = _Watch(self.values)

    # What the interpreter tells

    def cell(self, cell: ProgramCell) -> None:
        self._cells.append(cell)
        self.cell_number += 1

    def call(self, function: Function, args: tuple[Any, ...], kwargs: dict[str, Any], span: Span) -> Any:
        """Run one call and record the operations that happened inside it."""
        if self.quiet or function.kind not in ("operation", "operator"):
            return function.call(*args, **kwargs)
        if self.values.anything_changed:
            _settle(args, kwargs)
        before = _sequence_number() - 1
        watch = self._watch
        watch.ran = []
        _push_mode(watch)
        try:
            result = function.call(*args, **kwargs)
        finally:
            _pop_mode()
        if watch.ran:
            self._operations_of(watch.ran, result, before, span)
        return result

    def backward(self, args: tuple[Any, ...], kwargs: dict[str, Any], span: Span) -> None:
        with self.silence():
            watch_backward(self, args, kwargs, span)

    def custom(self, name: str, call: Callable[..., Any], args: tuple[Any, ...], span: Span) -> Any:
        """Run a torch.autograd.Function of the program's own: one operation, and its forward stays inside it."""
        operands = [
            Operand(f"input[{i}]", self.values.value_of(t), t.grad_fn, t.requires_grad, t.is_floating_point())
            for i, t in enumerate(args)
            if isinstance(t, torch.Tensor)
        ]
        with self.silence():
            result = call(*args)
        outputs = _tensors(result)
        if outputs:
            node = self.graph.discover([t.grad_fn for t in outputs])
            kernel = Kernel(name, (), False, False)
            results = tuple(self.values.made(t, None, anew=True) for t in outputs)
            constants = tuple(Constant(f"input[{i}]", str(a)) for i, a in enumerate(args) if isinstance(a, int | float))
            ran = Ran(kernel, 0, tuple(operands), constants, results, outputs)
            self._operation(ran, next(reversed(node.values()), None), span)
        return result

    def optimize(self, optimizer: Any, method: str, kwargs: dict[str, Any], span: Span) -> Any:
        """Run an optimizer's method; each parameter that moved is an update, with the optimizer's state."""
        parameters = [(group, p) for group in optimizer.param_groups for p in group["params"]]
        before = [self.values.value_of(parameter) for _, parameter in parameters]
        versions = [parameter._version for _, parameter in parameters]
        result = OPTIMIZE[method](optimizer, **kwargs)
        for (group, parameter), old, version in zip(parameters, before, versions, strict=True):
            if parameter._version == version:
                continue
            self.values.changed(parameter)
            new = self.values.value_of(parameter)
            state = optimizer.state.get(parameter, {})
            self.events.append(
                Update(
                    self.cell_number,
                    span,
                    None,
                    old,
                    new,
                    type(optimizer).__name__,
                    tuple(Constant(k, str(v)) for k, v in group.items() if isinstance(v, int | float | tuple) and v),
                    tuple(State(k, self.copier.array(v)) for k, v in state.items() if isinstance(v, torch.Tensor)),
                )
            )
        return result

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
        bound = tuple(self._bind(name, value) for name, value in bindings)
        self.events.append(Statement(self.cell_number, span, bound))

    def output(self, span: Span, stream: str, text: str) -> None:
        self.events.append(Output(self.cell_number, span, stream, text))

    def failure(self, span: Span, error: Exception) -> None:
        kind, message = type(error).__name__, str(error)
        self.events.append(Failure(self.cell_number, span, kind, message, cause(kind, message)))

    def release(self) -> None:
        """Let go of everything live, so that nothing of a run outlives it."""
        self._watch.ran = []
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
            tuple(self._cells_with_output()),
            self.values.finished(),
            tuple(self.operations),
            self.graph.finished(),
            tuple(self.events),
            tuple(self.pictures or ()),
        )

    def _bind(self, name: str, value: Any) -> Binding:
        if isinstance(value, torch.Tensor):
            return Binding(name, self.values.bind(name, value), "")
        if isinstance(value, torch.nn.Module):
            self._name_parameters(name, value)
        return Binding(name, None, repr(value)[:80] if isinstance(value, int | float | str) else type(value).__name__)

    def _name_parameters(self, name: str, module: torch.nn.Module) -> None:
        """A module's parameters are called as its class calls them, ``fc1.weight``; those with numbers by its name."""
        for path, parameter in module.named_parameters():
            self.values.bind(f"{name}.{path}" if path[0].isdigit() else path, parameter)

    def _cells_with_output(self) -> Iterator[Cell]:
        shown = [""] * len(self._cells)
        failed: dict[int, CellFailure] = {}
        for event in self.events:
            if isinstance(event, Output) and event.stream != "notice":
                shown[event.cell] += event.text if event.stream == "print" else event.text + "\n"
            elif isinstance(event, Failure):
                failed[event.cell] = CellFailure(event.type, event.message, event.span.line, event.span.column)
        for index, cell in enumerate(self._cells):
            yield Cell(cell.source, cell.line, shown[index].removesuffix("\n"), failed.get(index))

    def _operations_of(self, ran: list[Ran], result: Any, before: int, span: Span) -> None:
        ran = _without_copies(ran)
        finals = _tensors(result)
        outputs = ran[0].outputs if len(ran) == 1 else tuple(t for item in ran for t in item.outputs)
        if finals and (not outputs or finals[0] is not outputs[-1]):
            self.values.adopt(finals, outputs)
            outputs = (*finals, *outputs)
        numbered = self.graph.discover([t.grad_fn for t in outputs])
        used = before
        for item in ran:
            tracked = item.number > used
            if item.kernel.name == "lift_fresh":
                continue
            if tracked:
                used = item.number
            self._operation(item, self._node(item, numbered) if tracked else None, span)

    def _node(self, item: Ran, numbered: dict[int, int]) -> int | None:
        """A change in place can take its number before other kernels run for it; its result knows the node."""
        if item.kernel.in_place and (node := item.outputs[0].grad_fn) is not None and not item.outputs[0]._is_view():
            return self.graph.id_of(node)
        return numbered.get(item.number)

    def _operation(self, item: Ran, node: int | None, span: Span) -> None:
        index = len(self.operations)
        kernel, operands, constants, results = item.kernel, item.operands, item.constants, item.results
        routes = self.graph.routes(node, operands) if node is not None else (None,) * len(operands)
        edges = tuple([Edge(o.value, o.name, route) for o, route in zip(operands, routes, strict=True)])
        self.operations.append(Operation(index, kernel.name, edges, constants, results, node, kernel.in_place, span))
        for value in results:
            self.values.made_by(value, index, node is not None)
        if node is not None:
            self.graph.made_by(node, index, results)
        self.events.append(Forward(self.cell_number, span, index))
        if kernel.in_place and operands and results:
            self.events.append(Update(self.cell_number, span, index, operands[0].value, results[0]))


def _settle(args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """After a change in place a view gets a new node when somebody asks: so ask, before the call takes its numbers."""
    for tensor in tensors((*args, *kwargs.values())):
        _ = tensor.grad_fn


def _without_copies(ran: list[Ran]) -> list[Ran]:
    """Autograd copies an operand that is about to change in place, to save it. The program did not ask for that."""
    if not any(item.kernel.in_place for item in ran):
        return ran
    return [item for item, following in zip(ran, [*ran[1:], None], strict=True) if not _copied_for(item, following)]


def _copied_for(item: Ran, following: Ran | None) -> bool:
    return (
        following is not None
        and following.kernel.in_place
        and item.kernel.name == "clone"
        and item.operands[0].value == following.operands[0].value
    )


def _tensors(result: Any) -> tuple[torch.Tensor, ...]:
    if isinstance(result, torch.Tensor):
        return (result,)
    return tuple(t for t in result if isinstance(t, torch.Tensor)) if isinstance(result, list | tuple) else ()
