"""The root of a pass again, with one element of a leaf moved a little: what PyTorch really computes then.

As with the curves, a recording may come from a program that lies: only a closed list of kernels runs, on real numbers
that the recording holds whole, and a result that does not have the recorded shape ends it.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping

import torch

from gradwalk.recorder.curves import Way, leading_to
from gradwalk.recording import BackwardCall, Operation, Recording, Value
from gradwalk.recording.curve import NUDGE

MOST_OPERATIONS = 120
MOST_ELEMENTS = 400
"""Of one value: two of them never make more than the square of this."""

_KERNELS = frozenset(
    "add sub rsub mul div neg reciprocal square pow sin cos tan tanh exp log sqrt sigmoid relu abs sign clamp maximum "
    "minimum softplus atan mm mv dot addmm sum mean t permute transpose view reshape _unsafe_view unsqueeze squeeze "
    "expand stack mse_loss binary_cross_entropy_with_logits _softmax _log_softmax leaky_relu amax amin "
    "nll_loss_forward".split()
)
_FIRST = frozenset(("nll_loss_forward",))
"""Kernels of several results, of which only the first one is used, and whose ``target`` is whole numbers."""
_REAL = {"float32": torch.float32, "float64": torch.float64}
_REFUSALS = (
    ArithmeticError, AttributeError, LookupError, MemoryError, RuntimeError, SyntaxError, TypeError, ValueError,
)  # fmt: skip
_MOST_OPERANDS = 64
_LONGEST = 60
"""Characters of a constant."""
_MOST_PLACES = 8
"""Whole numbers of a constant that lists dimensions or sizes."""


def nudged(recording: Recording, call: BackwardCall, leaf: int, element: int) -> float | None:
    """The root of a pass, a single number, with one element moved by ``NUDGE``; None where that cannot be told."""
    values = {value.id: value for value in recording.values}
    way = leading_to(call.root, recording)
    if len(way) > MOST_OPERATIONS or not all(_may_run(operation) for operation in way):
        return None
    given = {edge.value for operation in way for edge in operation.edges} - {operation.results[0] for operation in way}
    classes = _classes(way, values)
    if classes is None:
        return None
    known = classes | {number: _tensor(values[number]) for number in {*given, leaf} - classes.keys()}
    if any(tensor is None for tensor in known.values()) or values[call.root].numbers is None:
        return None
    now = {number: tensor for number, tensor in known.items() if tensor is not None}
    with torch.no_grad():
        again = _along(way, now, values).get(call.root)
        if again is None or not _is(again, values[call.root]) or not 0 <= element < now[leaf].numel():
            return None
        now[leaf].view(-1)[element] += NUDGE
        moved = _along(way, now, values).get(call.root)
    found = math.nan if moved is None or moved.numel() != 1 else float(moved)
    return found if math.isfinite(found) else None


def _is(found: torch.Tensor, recorded: Value) -> bool:
    """Whether the way, gone again, comes to what the recording says."""
    numbers = recorded.numbers or ()
    return found.numel() == len(numbers) == 1 and math.isclose(
        float(found), float(numbers[0]), rel_tol=1e-4, abs_tol=1e-6
    )


def _may_run(operation: Operation) -> bool:
    name, _, overload = operation.kernel.partition(".")
    plain = "out" not in overload and not operation.in_place and len(operation.edges) <= _MOST_OPERANDS
    return name in _KERNELS and plain and (len(operation.results) == 1 or name in _FIRST)


def _classes(way: Way, values: Mapping[int, Value]) -> dict[int, torch.Tensor] | None:
    """The whole numbers of a way: which class is right. None where one of them names no class."""
    found: dict[int, torch.Tensor] = {}
    for operation in way:
        operands = {edge.name: values[edge.value] for edge in operation.edges}
        if operation.kernel.partition(".")[0] in _FIRST and {"self", "target"} <= operands.keys():
            target, scores = operands["target"], operands["self"]
            numbers, most = target.numbers or (), (scores.shape or (0,))[-1]
            whole = target.dtype == "int64" and len(numbers) == math.prod(target.shape) <= MOST_ELEMENTS
            if not whole or not all(isinstance(one, int) and 0 <= one < most for one in numbers):
                return None
            found[target.id] = torch.tensor(numbers, dtype=torch.int64).reshape(target.shape)
    return found


def _tensor(value: Value) -> torch.Tensor | None:
    """A value as PyTorch has it; None where it is no small array of real numbers that is known whole."""
    count = math.prod(value.shape)
    if value.dtype not in _REAL or value.numbers is None or not len(value.numbers) == count <= MOST_ELEMENTS:
        return None
    return torch.tensor(value.numbers, dtype=_REAL[value.dtype]).reshape(value.shape)


def _along(way: Way, known: Mapping[int, torch.Tensor], values: Mapping[int, Value]) -> dict[int, torch.Tensor]:
    """All values of a way; nothing where a result has another shape than the recorded one, or PyTorch refuses."""
    now = dict(known)
    for operation in way:
        result = _run(operation, now)
        recorded = values[operation.results[0]]
        if result is None or tuple(result.shape) != tuple(recorded.shape) or result.numel() > MOST_ELEMENTS:
            return {}
        now[operation.results[0]] = result
    return now


def _run(operation: Operation, known: Mapping[int, torch.Tensor]) -> torch.Tensor | None:
    name, _, overload = operation.kernel.partition(".")
    try:
        run = getattr(getattr(torch.ops.aten, name), overload or "default")
        arguments: dict[str, object] = {edge.name: known[edge.value] for edge in operation.edges}
        if name == "stack":
            arguments = {"tensors": [known[edge.value] for edge in operation.edges]}
        if name in _FIRST:
            arguments["weight"] = None
        arguments |= {constant.name: _plain(constant.text) for constant in operation.constants}
        result = run(**arguments)
    except (
        ArithmeticError,
        AttributeError,
        IndexError,
        KeyError,
        MemoryError,
        RuntimeError,
        TypeError,
        ValueError,
        SyntaxError,
    ):
        return None
    if isinstance(result, tuple) and name in _FIRST:
        result = result[0]
    return result if isinstance(result, torch.Tensor) and result.dtype in _REAL.values() else None


def _plain(text: str) -> object:
    """A number, a truth value, None, a word, a few whole numbers. Raises ValueError and SyntaxError for all else."""
    found = ast.literal_eval(text) if len(text) <= _LONGEST else ()
    if isinstance(found, list) and len(found) <= _MOST_PLACES and all(isinstance(one, int) for one in found):
        return found
    if not isinstance(found, int | float | str | None):
        raise ValueError(f"{text[:_LONGEST]} is no plain constant.")
    return found
