"""A name, an attribute or an argument that is not there, and objects of another kind than they are taken for."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from gradwalk.failures.calls import METHODS, of_a_module
from gradwalk.failures.diagnosis import Diagnosis, Remedy, diagnosis
from gradwalk.failures.given import in_a_loss
from gradwalk.failures.history import History, in_program
from gradwalk.failures.nones import none
from gradwalk.failures.programs import at_failure
from gradwalk.failures.untracked import OUT
from gradwalk.failures.use import init_misspelt
from gradwalk.recording import Failure, Statement, Taken

IMPORTS = {
    "torch": "import torch",
    "nn": "from torch import nn",
    "optim": "from torch import optim",
    "F": "import torch.nn.functional as F",
    "np": "import numpy as np",
    "numpy": "import numpy",
    "plt": "import matplotlib.pyplot as plt",
    **{name: f"import {name}" for name in ("copy", "functools", "itertools", "math", "os", "random", "sys", "time")},
    "DataLoader": "from torch.utils.data import DataLoader",
    "TensorDataset": "from torch.utils.data import TensorDataset",
    "tqdm": "from tqdm import tqdm",
    "partial": "from functools import partial",
    "deepcopy": "from copy import deepcopy",
}
"""What these names usually stand for, and the line that gives them to a program."""

_ALSO_CALLED = {
    "learning_rate": ("lr",),
    "in_channel": ("in_channels",),
    "bidirection": ("bidirectional",),
    "axis": ("dim",),
    "keepdims": ("keepdim",),
    "beta": ("betas",),
    "l2": ("weight_decay",),
    "retain_variables": ("retain_graph",),
}
"""What arguments are called elsewhere."""

_OF_TENSORS = ("backward", "item", "detach", "grad", "requires_grad", "requires_grad_")
_NUMBERS = ("float", "int", "complex", "bool")
_OPTIMIZERS = ("SGD", "Adam", "AdamW", "RMSprop", "Adagrad", "Adadelta", "Adamax", "NAdam", "RAdam", "LBFGS")
_SEVERAL = ("tuple", "list", "dict")


def unknown_name(history: History) -> Diagnosis:
    name, near, place = history.pieces["name"], history.facts("near"), in_program(history.failure.span)
    if (cell := _stopped_before(history, name)) is not None:
        return diagnosis("unknown-name-after", name=name, cell=str(cell))
    if name in IMPORTS:
        remedy = None if place is None else Remedy("import", place, (IMPORTS[name],))
        return diagnosis("not-imported", remedy, name=name, statement=IMPORTS[name])
    if history.facts("of-self"):
        return diagnosis("unknown-name-self", None if place is None else Remedy("of-self", place, (name,)), name=name)
    if near:
        remedy = None if place is None else Remedy("rename", place, (name, near[0]))
        return diagnosis("unknown-name-near", remedy, name=name, near=near[0])
    return diagnosis("unknown-name", name=name)


def _stopped_before(history: History, name: str) -> int | None:
    """The last cell above, counted from 1, that stopped at or before the line in which it gives this name a value."""
    cells = history.recording.cells
    for failure in reversed(history.all(Failure)):
        if failure.cell < history.failure.cell and not failure.span.file:
            source, line = cells[failure.cell].source, failure.span.line - cells[failure.cell].line + 1
            if any(bound == name and end >= line for bound, end in _given(source)):
                return failure.cell + 1
    return None


def _given(source: str) -> Iterator[tuple[str, int]]:
    """The names that a cell gives a value to, each with the last line of what does; none of what is no plain Python."""
    lines = ("" if line.lstrip().startswith(("%", "!")) else line for line in source.split("\n"))
    try:
        tree = ast.parse("\n".join(lines))
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return
    waiting: list[tuple[ast.AST, int]] = [(node, 0) for node in tree.body]
    while waiting:
        node, end = waiting.pop()
        if isinstance(node, ast.stmt):  # of what has a block, the line that it begins with
            end = node.lineno if hasattr(node, "body") else node.end_lineno or node.lineno
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, end
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from ((given.asname or given.name.partition(".")[0], end) for given in node.names)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name, node.end_lineno or node.lineno
        elif not isinstance(node, _OF_THEIR_OWN):
            waiting += [(child, end) for child in ast.iter_child_nodes(node)]


_OF_THEIR_OWN = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
"""What has variables of its own."""


def unknown_module(history: History) -> Diagnosis:
    """The module that is written almost as this one, with what it is in."""
    outer, _, name = history.pieces["name"].rpartition(".")
    near, place = history.facts("near"), in_program(history.failure.span)
    if not near:
        return diagnosis("unknown-module", name=history.pieces["name"])
    remedy = None if place is None else Remedy("rename-import", place, (name, near[0]))
    there = f"{outer}.{near[0]}" if outer else near[0]
    return diagnosis("unknown-module-near", remedy, name=history.pieces["name"], near=there)


def unknown_import(history: History) -> Diagnosis:
    owner, name, near = history.pieces["owner"], history.pieces["name"], history.facts("near")
    if not near:
        return diagnosis("unknown-import", owner=owner, name=name)
    place = in_program(history.failure.span)
    remedy = None if place is None else Remedy("rename-import", place, (name, near[0]))
    return diagnosis("unknown-import-near", remedy, owner=owner, name=name, near=near[0])


def unknown_keyword(history: History) -> Diagnosis | None:
    name, near, place = history.pieces["name"], history.facts("near"), in_program(history.failure.span)
    function = history.pieces["function"].removesuffix(".__init__")
    takes = history.facts("takes")
    near = near or [word for word in _ALSO_CALLED.get(name, ()) if word in takes]
    if not near:
        return diagnosis("keyword-unknown", function=function, name=name, takes=", ".join(takes)) if takes else None
    remedy = None if place is None else Remedy("rename", place, (name, near[0]))
    return diagnosis("keyword-near", remedy, function=function, name=name, near=near[0])


def missing_attribute(history: History) -> Diagnosis | None:
    owner, name, place = history.pieces["owner"], history.pieces["name"], in_program(history.failure.span)
    if (owner in _NUMBERS or owner.startswith("numpy.float")) and name in _OF_TENSORS:
        return _number(history)
    if owner == "bool" and name in ("sum", "all", "any", "float", "mean", "long", "int", "squeeze", "view"):
        return diagnosis("compared-as-one", name=name)
    if owner in _OPTIMIZERS and name in ("lr", "learning_rate", "momentum", "weight_decay", "betas"):
        return diagnosis("optimizer-setting", owner=owner, name="lr" if name == "learning_rate" else name)
    if owner in METHODS:
        return _not_called(history)
    if owner == "NoneType" and history.failure.call.startswith("torch.nn.functional."):
        return none(history, "not-a-tensor-none")
    if owner == "NoneType":
        return none(history, "none-nameless", name=name)
    if owner == "generator":
        return diagnosis("generator-attribute", name=name)
    if owner.startswith("torch") and (places := history.facts("elsewhere")) and not history.facts("near"):
        return diagnosis("elsewhere", owner=owner, name=name, near=places[0])
    if owner.startswith("torch") and history.facts("of-tensors") and not history.facts("near"):
        return diagnosis("of-a-tensor", at_failure(history, "as-method", name), owner=owner, name=name)
    if "program" in history.facts("module") and (found := init_misspelt(history)) is not None:
        return found
    if near := history.facts("near"):
        another = near[0].lower() != name.lower()  # nn.ReLU is no other way to write nn.relu
        remedy = Remedy("rename", place, (name, near[0])) if place is not None and another else None
        return diagnosis("attribute-near", remedy, owner=owner, name=name, near=near[0])
    variable = _variable(history)
    if variable is None:
        within = in_a_loss(history) if owner in ("list", "tuple") and name in ("size", "shape", "dim") else None
        return within or of_a_module(history, None)
    if owner == "list" and name == "backward":
        return diagnosis("list-backward", object=variable)
    if owner.endswith("Loss"):
        return diagnosis("loss-not-applied", object=variable, owner=owner)
    if owner in _SEVERAL or owner.startswith("torch.return_types."):
        return diagnosis("several-results", object=variable)
    return of_a_module(history, variable)


def _variable(history: History) -> str | None:
    return next(iter(history.facts("object")), None)


def _number(history: History) -> Diagnosis:
    """A plain number is asked for something that tensors have."""
    variable = _variable(history)
    if variable is None:
        return diagnosis("number-backward", object="this")
    statement = history.last_binding(variable)
    taken = [event for event in history.all(Taken) if event.by == "item" and _is_in(event, statement)]
    if statement is None or not taken:
        return _left_before(history, variable) or diagnosis("number-backward", object=variable)
    place = in_program(taken[-1].span)
    remedy = None if place is None else Remedy("keep-tensor", place)
    line = statement.span.line
    return diagnosis("number-by-item", remedy, taken[-1], object=variable, line=line)


def _left_before(history: History, variable: str) -> Diagnosis | None:
    """Numbers left a graph before; nobody knows whether this one was computed from them."""
    taken = [event for event in history.all(Taken) if event.by in OUT and in_program(event.span) is not None]
    if not taken or taken[-1].span is None:
        return None
    of = history.called(history.values[taken[-1].of[0]], "a tensor")
    given = {"line": taken[-1].span.line, "by": OUT[taken[-1].by], "of": of}
    return diagnosis("number-perhaps-by-item", None, taken[-1], object=variable, **given)


def _is_in(event: Taken, statement: Statement | None) -> bool:
    inner, outer = event.span, None if statement is None else statement.span
    if inner is None or outer is None or inner.file != outer.file:
        return False
    return outer[:2] <= inner[:2] and inner[2:4] <= outer[2:4]


def _not_called(history: History) -> Diagnosis | None:
    variable, method = _variable(history), next(iter(history.facts("method")), None)
    if variable is None or method is None:
        return None
    statement = history.last_binding(variable)
    place = None if statement is None else in_program(statement.span)
    remedy = Remedy("call", place, (method,)) if place is not None else None
    return diagnosis("not-called", remedy, statement, object=variable, method=method)


def none_data(history: History) -> Diagnosis | None:
    return none(history, "not-a-tensor-none")


def operands(history: History) -> Diagnosis | None:
    """Two things that an operator does not take together."""
    kinds = (history.pieces["left"], history.pieces["right"])
    operator = history.pieces["operator"]
    if "NoneType" in kinds:
        return none(history, "none-arithmetic")
    if any(kind in METHODS for kind in kinds):
        return _not_called(history) or diagnosis("not-called-here")
    for kind in ("list", "tuple"):
        if kind in kinds and set(kinds) <= {kind, "int", "float", "Tensor"}:
            return diagnosis("list-arithmetic", kind=kind, operator=operator)
    if set(kinds) == {"numpy.ndarray", "Tensor"}:
        return diagnosis("array-and-tensor")
    return diagnosis("text-arithmetic") if "str" in kinds and set(kinds) <= {"str", *_NUMBERS, "Tensor"} else None
