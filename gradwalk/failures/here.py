"""What the tensors of a failed call were in this run: their names, shapes, dtypes or numbers, in a sentence."""

from __future__ import annotations

import math

from gradwalk.failures.diagnosis import Diagnosis
from gradwalk.failures.history import History
from gradwalk.notation import SHOWN_IN_VECTOR, array_text, short
from gradwalk.notation.lines import line_of
from gradwalk.recording import Update, Value

_BY_SHAPE = frozenset(
    "shape-mismatch in-place-shape matrix-shapes matrix-shapes-fit matrix-shapes-none matrix-shapes-linear "
    "matrix-shapes-linear-made matrix-shapes-unflattened vector-shapes "
    "vector-shapes-transposed dot-shapes product-dimensions target-column target-batch target-size reshape-size "
    "view-stride dimension-range index-range too-many-indices one-number truth-of-many non-scalar-root non-scalar-grad "
    "rows-of-tensors classes-in-mse feature-count "
    "norm-shape norm-dimensions image-dimensions channels kernel-size loss-made-with-data cat-dimensions cat-sizes "
    "in-place-on-expanded state-shape gather-dimensions einsum-sizes batch-product permute-count "
    "lstm-states".split()
)
_BY_DTYPE = frozenset(
    "target-dtype target-probabilities target-float target-float-bce result-cast result-cast-targets needs-floats "
    "loss-swapped "
    "index-dtype mask-dtype dtype-mismatch".split()
)
_BY_NUMBERS = frozenset("probability-range target-range-of embedding-range-of".split())
_OF_TARGETS = ("target-dtype", "target-probabilities", "target-range-of")
"""Kinds that are about what a loss is compared with."""
_WITHOUT_GRAPH = ("cut-by-", "never-tracked", "perhaps-by-", "root-is-made", "switched-off", "odd-attribute",
                  "gradient-without-graph", "gradient-of-backward", "nothing-requires-grad")  # fmt: skip
_MOST = 3
"""Operands that are told."""
CALL = "call"
"""The kind of a failure of which no more is known than the call and what it was given."""


def here(history: History, found: Diagnosis) -> str:
    """The named operands, as far as they matter to a failure of this kind; empty where none has a name."""
    key = found.key
    if key.startswith(_WITHOUT_GRAPH):
        return _root(history)
    if isinstance(found.event, Update) and found.values:
        return _changed(history, history.values[found.values[0]], found.event)
    if key == CALL:
        given = enumerate(history.operands[:_MOST], 1)
        return f"Here {_joined([_shape(history.called(value, f'operand {at}'), value) for at, value in given])}."
    tell = _shape if key in _BY_SHAPE else _dtype if key in _BY_DTYPE else _numbers if key in _BY_NUMBERS else None
    if tell is None:
        return ""
    operands = history.operands[1:] if key in _OF_TARGETS else history.operands
    if key == "index-dtype":
        operands = [value for value in operands if not (value.is_leaf and value.requires_grad)]  # a table is no index
    if key == "embedding-range-of":
        operands = [value for value in operands if value.dtype.startswith("int")]
    named = {name: value for value in operands if (name := history.called(value, ""))}
    told = [text for name, value in list(named.items())[:_MOST] if (text := tell(name, value))]
    return f"Here {_joined(told)}." if told else ""


def _root(history: History) -> str:
    """What backward() was called for."""
    root = next((value for value in history.operands if not value.requires_grad), None)
    name = "" if root is None else history.called(root, "")
    if root is None or root.numbers is None or len(root.numbers) != 1 or not name:
        return ""
    return f"Here {name} is {short(root.numbers[0])}, a number without a grad_fn."


def _changed(history: History, saved: Value, change: Update) -> str:
    """A saved tensor as it was, and what the change made of it."""
    name, after = next(iter(history.names(saved)), ""), history.values[change.after]
    if (
        not name
        or change.span is None
        or saved.tensor != after.tensor
        or saved.numbers is None
        or after.numbers is None
    ):
        return ""
    if saved.numbers == after.numbers or len(saved.numbers) > SHOWN_IN_VECTOR or len(saved.shape) > 1:
        return ""
    was, now = (array_text(value.shape, value.numbers or ())[0] for value in (saved, after))
    return f"Here {name} was {was}, and {line_of(history.recording, change.span)} made it {now}."


def _joined(parts: list[str]) -> str:
    return f"{', '.join(parts[:-1])}, and {parts[-1]}" if len(parts) > 1 else parts[0]


def _shape(name: str, value: Value) -> str:
    return f"{name} has the shape {list(value.shape)}" if value.shape else f"{name} is a single number"


def _dtype(name: str, value: Value) -> str:
    return f"{name} holds {value.dtype} numbers"


def _numbers(name: str, value: Value) -> str:
    """Its least and its greatest number, where they are known."""
    found = value.numbers or ()
    if any(map(math.isnan, found)):
        return f"{name} holds nan"
    return f"the numbers of {name} go from {short(min(found))} to {short(max(found))}" if found else ""
