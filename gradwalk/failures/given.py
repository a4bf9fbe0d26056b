"""What is known of a call that was given lists, tuples or classes, where it takes tensors, modules or other kinds."""

from __future__ import annotations

import ast
import re

from gradwalk.failures.diagnosis import Diagnosis, Remedy, diagnosis
from gradwalk.failures.history import History, in_program
from gradwalk.failures.nones import none
from gradwalk.program.syntax import Code
from gradwalk.recording import Left, Value

_SEVERAL = re.compile(r"(?:list|tuple) of \d+ tensors")
"""How the value of a variable is told that holds tensors in a list."""
_ONE_STATE = ("GRU", "RNN")
_LAYERS = "torch.nn.modules."


def not_a_tensor(history: History) -> Diagnosis | None:
    kind = history.pieces["kind"]
    if kind == "NoneType":
        return none(history, "not-a-tensor-none")
    if kind in ("list", "tuple") and (found := several(history)) is not None:
        return found
    if kind == "list":
        return diagnosis("not-a-tensor-list")
    key = {"numpy.ndarray": "-array", "tuple": "-tuple", "PackedSequence": "-packed"}.get(kind, "")
    if kind in ("float", "int"):
        key = "-joined" if "as element" in history.failure.message else "-numbers"
    return diagnosis(f"not-a-tensor{key}", kind=kind)


def several(history: History) -> Diagnosis | None:
    """A variable that holds several tensors, as a batch of a DataLoader, where one tensor is wanted."""
    place, code = in_program(history.failure.span), Code(history.source)
    if place is None or not code.has(place):
        return None
    for node in code.within(place, ast.Name):
        statement = history.last_binding(node.id)
        bound = [] if statement is None else [one for one in statement.bindings if one.name == node.id]
        if bound and _SEVERAL.match(bound[-1].text):
            return diagnosis("not-a-tensor-several", name=node.id, held=bound[-1].text)
    return None


def in_a_loss(history: History) -> Diagnosis | None:
    """A function of PyTorch's asks what it was given for its size, and that is a list or a tuple."""
    if not any(text.startswith("torch.nn.functional.") for text in history.facts("inside")):
        return None
    return several(history) or diagnosis(f"not-a-tensor-{history.pieces['owner']}")


def one_state(history: History) -> Diagnosis | None:
    """Two states that were to be unpacked from a layer that has one."""
    ended = [event for event in history.all(Left) if event.span is not None and event.span.line == _line(history)]
    kind = history.recording.modules[ended[-1].module].type if ended else ""
    return diagnosis("one-state", kind=kind) if kind in _ONE_STATE else None


def _line(history: History) -> int:
    return history.failure.span.line


def not_a_module(history: History) -> Diagnosis:
    """A class among modules; of a layer that needs no settings, its object can be made."""
    kind = history.pieces["kind"]
    if not kind.startswith(_LAYERS):
        return diagnosis("not-a-module", kind=kind)
    name, place = kind.rpartition(".")[2], in_program(history.failure.span)
    return diagnosis("class-for-module", None if place is None else Remedy("make", place, (name,)), name=name)


def one_number(history: History) -> Diagnosis:
    """Tensors of several numbers that a new tensor was to be made of."""
    rows, place = history.operands, in_program(history.failure.span)
    made = history.failure.call.rpartition(".")[2] in ("tensor", "FloatTensor", "Tensor")
    if not made or not rows or not all(row.shape for row in rows):
        return diagnosis("one-number")
    remedy = None if place is None or not _alike(rows) else Remedy("stacked", place)
    return diagnosis("rows-of-tensors", remedy)


def _alike(rows: list[Value]) -> bool:
    return len({(row.shape, row.dtype) for row in rows}) == 1


def arguments(history: History) -> Diagnosis:
    """Of the two that compare element by element, one is a number."""
    function, given = history.pieces["function"], history.pieces["given"]
    numbers = sorted(given.split(", ")) in (["Tensor", "float"], ["Tensor", "int"])
    if function in ("max", "min") and numbers:
        return diagnosis("max-of-number", function=function, bound={"max": "min", "min": "max"}[function])
    if function in _MAKES and "float" in given.split(", "):
        return diagnosis("size-of-floats", function=function)
    return diagnosis("argument-kinds", function=function, given=given)


_MAKES = ("randn", "rand", "zeros", "ones", "empty", "full", "randint", "eye")
