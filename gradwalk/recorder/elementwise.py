"""Calls whose kernel is known from the last one like it: arithmetic element by element, and the sum and mean of all.

What kernel PyTorch runs for ``x * 2`` depends on the types of the operands alone. The dispatch mode has seen it once
for these types; from then on it is left out, and what follows is written down in one go. That halves the time that
recording takes of programs of scalars.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch

from gradwalk.program import Span
from gradwalk.recorder.copying import new
from gradwalk.recorder.kernels import PLAIN, Kernel, Operand, Ran
from gradwalk.recorder.nodes import node_of
from gradwalk.recorder.run import Run
from gradwalk.recording import Constant


class Known(NamedTuple):
    """What a call of this kind runs."""

    kernel: Kernel
    names: tuple[str, ...]
    """PyTorch's name of each argument of the call."""


KNOWN: dict[tuple[Any, ...], Known] = {}
_FUNCTIONS = (
    "sin cos tan tanh sigmoid relu exp log sqrt abs neg reciprocal erf atan add sub mul div maximum minimum pow "
    "__rsub__ __pow__ __rpow__ true_divide subtract multiply sum mean".split()
)
STEADY: frozenset[Any] = frozenset(
    getattr(home, name) for home in (torch, torch.Tensor) for name in _FUNCTIONS if hasattr(home, name)
) | {torch.nn.functional.relu, torch.nn.functional.tanh, torch.nn.functional.sigmoid}
"""Functions whose kernel depends on the types of what they are given, and on nothing else."""
_NUMBERS: frozenset[type] = frozenset((int, float))
_CASTING = torch.cuda.is_available()
"""Whether autocast changes what these functions run: not on a CPU."""


def key_of(func: Any, args: tuple[Any, ...]) -> tuple[Any, ...] | None:
    """What decides which kernel runs; None where more than that could."""
    if len(args) > 2 or _CASTING:
        return None
    key: list[Any] = [func]
    for argument in args:
        kind = type(argument)
        if kind in PLAIN:
            key.append(argument.dtype)
        elif kind in _NUMBERS:
            key.append(kind)
        else:
            return None
    return tuple(key)


def run_known(run: Run, known: Known, func: Any, args: tuple[Any, ...], span: Span | None) -> Any:
    """Run the call and write down its operation; gives its result."""
    value_of = run.values.value_of
    operands: list[tuple[str, int]] = []
    constants: list[Constant] = []
    for name, argument in zip(known.names, args, strict=True):
        if type(argument) in PLAIN:
            operands.append((name, value_of(argument)))
        else:
            constants.append(new(Constant, (name, str(argument))))
    result = func(*args)
    node = result.grad_fn
    if node is None or (routes := run.graph.added(node, len(operands), args)) is None:
        given = tuple([_operand(name, value, a) for (name, value), a in zip(operands, _tensors(args), strict=True)])
        ran = Ran(known.kernel, 0, given, tuple(constants), (run.values.made(result, None, anew=False),), (result,))
        run.graph.discover((node,))
        run.operations.add(ran, None if node is None else run.graph.id_of(node), run.cell, span)
    else:
        run.operations.tracked(known.kernel, operands, constants, result, node, routes, run.cell, span)
    return result


def _tensors(args: tuple[Any, ...]) -> list[torch.Tensor]:
    return [argument for argument in args if type(argument) in PLAIN]


def _operand(name: str, value: int, tensor: torch.Tensor) -> Operand:
    return Operand(name, value, node_of(tensor), tensor.requires_grad, tensor.is_floating_point())


def learn(run: Run, key: tuple[Any, ...], args: tuple[Any, ...], ran: Sequence[Ran], result: Any) -> None:
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
        KNOWN[key] = Known(ran[0].kernel, tuple(names))
