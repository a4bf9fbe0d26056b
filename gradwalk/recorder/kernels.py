"""The kernels that PyTorch runs inside a call, and what each was given.

A dispatch mode sees them all, also those that a call hides. A kernel and its grad_fn node are paired by autograd's
sequence number, which a node takes just before its kernel runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from gradwalk.recorder.copying import dtype_name, new
from gradwalk.recorder.nodes import node_of
from gradwalk.recorder.values import LiveValues
from gradwalk.recording import Constant

sequence_number = torch._C._autograd._get_sequence_nr
PLAIN: frozenset[type] = frozenset((torch.Tensor, torch.nn.Parameter))
"""Tensors of no class of anybody's own."""


class Kernel(NamedTuple):
    """What a kernel's schema says."""

    name: str
    arguments: tuple[str, ...]
    in_place: bool
    """It changes its first operand."""
    view: bool
    unwritten: bool = False
    """It hands out memory as it finds it. No recording may show what others left there."""
    writes: tuple[str, ...] = ()
    """The arguments that it changes."""
    source: bool = False
    """It only writes down numbers, or draws them: what it makes is no result of anything."""
    keeps: bool = False
    """Its result has the elements of its first operand, in whatever order, if it has as many of the same type."""


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
    base: torch.Tensor | None = None
    """What was changed through a view of it. Then it is the last operand and the first result."""
    changed: tuple[tuple[int, torch.Tensor], ...] = ()
    """What it has changed, besides its first operand: the values before, and the tensors."""


_SERIES = (list, tuple)
_KERNELS: dict[Any, Kernel] = {}
_PASSED_OVER = frozenset(("lift_fresh", "detach", "alias"))
"""Kernels that PyTorch also runs for itself after others: they count only when a call begins with them."""


def _kernel(func: Any) -> Kernel:
    schema = func._schema
    name = schema.name.removeprefix("aten::")
    returns = [item.alias_info for item in schema.returns]
    writes = [item.name for item in schema.arguments if item.alias_info is not None and item.alias_info.is_write]
    arguments = tuple(argument.name for argument in schema.arguments)
    known = _KERNELS[func] = Kernel(
        f"{name}.{schema.overload_name}" if schema.overload_name else name,
        arguments,
        bool(writes) and arguments[0] == writes[0],
        any(info is not None and not info.is_write for info in returns),
        name.startswith(("empty", "new_empty")) or name == "resize_",
        tuple(writes) or _WRITES.get(name, ()),
        not writes and _is_source(name, schema.arguments),
        name in _KEEPING,
    )
    return known


def _is_source(name: str, arguments: Any) -> bool:
    if name == "lift_fresh" or name.startswith(("new_", "empty")) or name.endswith("_like"):
        return True
    return not any("Tensor" in str(argument.type) for argument in arguments)


_KEEPING = frozenset(
    "view _unsafe_view _reshape_alias transpose t permute unsqueeze squeeze alias detach expand select slice split "
    "unbind clone _to_copy".split()
)
_WRITES = {"native_batch_norm": ("running_mean", "running_var")}
"""What a kernel may change without its schema saying so: whether it did, the numbers say."""


class Watch(TorchDispatchMode):
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
        self._of_engine: list[Ran] | None = None

    def engine(self) -> None:
        """From here on it is the engine of a backward pass that runs kernels, until a call notes its own."""
        self.ran = self._of_engine = []

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kernel = _KERNELS.get(func) or _kernel(func)
        if self.ran and kernel.name in _PASSED_OVER:
            return func(*args)
        if kernel.name == "detach" and self.ran is self._of_engine:
            return func(*args)  # so the engine hands out a result that a node has saved
        if kernel.source:
            out = func(*args, **kwargs) if kwargs else func(*args)
            if kernel.unwritten:
                self._values.zeroed(out.zero_())
            return out
        number = sequence_number() - 1
        operands: list[Operand] = []
        constants: list[Constant] = []
        for name, argument in zip(kernel.arguments, args, strict=False):
            self._note(name, argument, operands, constants)
        for name, argument in kwargs.items() if kwargs else ():
            if not (name.startswith("out") and name in kernel.writes):
                self._note(name, argument, operands, constants)
        alone = kernel.in_place and isinstance(args[0], torch.Tensor)
        base = self._viewed(args[0], operands) if alone else None
        if base is not None:
            self._note("base", base, operands, constants)
        had = args[0].numel() if kernel.unwritten else 0
        out = func(*args, **kwargs) if kwargs else func(*args)
        if kernel.unwritten and out.numel() > had and out.is_contiguous():
            out.data.view(-1)[had:].zero_()  # .data counts no change
        outputs = (out,) if isinstance(out, torch.Tensor) else tensors_of(out)
        values = self._values
        changed: tuple[tuple[int, torch.Tensor], ...] = ()
        if kernel.writes:
            written = _written(kernel, args, kwargs)
            if alone and base is None and len(written) == 1:
                values.changed(written[0])
            elif written:
                changed = tuple([(values.value_of(tensor), tensor) for tensor in written])
                for tensor in written:
                    values.changed(tensor)
                outputs = outputs or tuple(written)
            if base is not None:
                outputs, changed = (base, *outputs), ()
        if not outputs:
            return out  # a number was read out of a tensor, as for an index
        shared = operands[0].value if kernel.view and operands else None
        alike = operands[0].value if kernel.keeps and operands else None
        made, anew = values.made, kernel.in_place
        if not kernel.writes and args and (len(outputs) > 1 or outputs[0] is args[0]):
            given = {operand.value for operand in operands}
            outputs = tuple([t for t in outputs if not (values.knows(t) and values.value_of(t) in given)])
            if not outputs:
                return out  # in inference mode what only hands on its operands is a kernel, too
        if len(outputs) == 1:
            results: tuple[int, ...] = (made(outputs[0], shared, alike, anew=anew),)
        else:
            results = tuple([made(tensor, shared, alike, anew=anew) for tensor in outputs])
        self.ran.append(new(Ran, (kernel, number, tuple(operands), tuple(constants), results, outputs, base, changed)))
        return out

    def _viewed(self, view: torch.Tensor, operands: Sequence[Operand]) -> torch.Tensor | None:
        """What a tensor that is about to change is a view of, if a reader or autograd knows it."""
        base = view._base
        if base is None or not self._values.knows(base):
            return None
        tracked = base.requires_grad or any(operand.requires_grad for operand in operands)
        return base if tracked or self._values.has_name(base) else None

    def _note(self, name: str, argument: Any, operands: list[Operand], constants: list[Constant]) -> None:
        if isinstance(argument, torch.Tensor):
            value, source = self._values.value_of(argument), node_of(argument)
            given = (name, value, source, argument.requires_grad, argument.is_floating_point())
            operands.append(new(Operand, given))
        elif isinstance(argument, _SERIES) and any(isinstance(part, torch.Tensor) for part in argument):
            for index, part in enumerate(argument):
                self._note(f"{name}[{index}]", part, operands, constants)
        elif argument is not None:
            text = dtype_name(argument) if isinstance(argument, torch.dtype) else str(argument)
            constants.append(new(Constant, (name, text)))


def _written(kernel: Kernel, args: Sequence[Any], kwargs: dict[str, Any] | None) -> list[torch.Tensor]:
    """The tensors that a kernel has changed."""
    named = dict(zip(kernel.arguments, args, strict=False)) | (kwargs or {})
    if kernel.name == "native_batch_norm" and not named["training"]:
        return []
    found = [named.get(name) for name in kernel.writes]
    return [t for item in found for t in (item if isinstance(item, list | tuple) else (item,)) if t is not None]


def tensors_of(result: Any) -> tuple[torch.Tensor, ...]:
    if isinstance(result, torch.Tensor):
        return (result,)
    return tuple(t for t in result if isinstance(t, torch.Tensor)) if isinstance(result, list | tuple) else ()
