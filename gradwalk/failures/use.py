"""What is known of data sets, distributions, checkpoints and settings that were not used as they have to be."""

from __future__ import annotations

import ast
import builtins
import re

from gradwalk.failures import calls, programs
from gradwalk.failures.diagnosis import Diagnosis, diagnosis
from gradwalk.failures.history import History, in_program
from gradwalk.failures.nones import none
from gradwalk.failures.programs import at_failure
from gradwalk.failures.tensors import convert
from gradwalk.program.syntax import Code, name_of
from gradwalk.recording import Statement, Switched

_COLLATING = "torch.utils.data._utils.collate"
_OUTER = frozenset("model state_dict model_state_dict net network module optimizer epoch state weights config".split())
"""What the parts of a checkpoint are usually called."""
_NO_METHODS = frozenset("grad data T mT shape dtype grad_fn requires_grad is_leaf device ndim".split())


def packed_order(history: History) -> Diagnosis:
    return diagnosis("packed-order", at_failure(history, "argument", "enforce_sorted=False", "pack_padded_sequence"))


def stacked(history: History) -> Diagnosis:
    """Where it is a DataLoader that puts them together."""
    inside = any(text.startswith(_COLLATING) for text in history.facts("inside"))
    return diagnosis("loader-sizes" if inside else "stack-sizes", **history.pieces)


def no_length(history: History) -> Diagnosis | None:
    inside = any(text.startswith("torch.utils.data") for text in history.facts("inside"))
    return diagnosis("dataset-length", **history.pieces) if inside else None


def plain_buffer(history: History) -> Diagnosis:
    return diagnosis("plain-buffer", at_failure(history, "as-tensor", history.pieces["name"]), **history.pieces)


def target_channel(history: History) -> Diagnosis:
    found, remedy = history.operands, None
    if len(found) > 1 and len(found[1].shape) == 4 and found[1].shape[1] == 1 and found[1].dtype == "int64":
        remedy = convert(history, found[1], "squeeze(1)")
    return diagnosis("target-channel", remedy, **history.pieces)


def target_sequence(history: History) -> Diagnosis:
    """Where the targets fit the first dimensions of the scores, their last one is that of the classes."""
    found, remedy = history.operands, None
    if len(found) > 1 and len(found[0].shape) == 3 and found[0].shape[:2] == found[1].shape:
        remedy = convert(history, found[0], "transpose(1, 2)")
    return diagnosis("target-sequence", remedy, **history.pieces)


def compared(history: History) -> Diagnosis | None:
    kinds = (history.pieces["left"], history.pieces["right"])
    if "NoneType" in kinds:
        return none(history, "none-arithmetic")
    return diagnosis("text-compared", operator=history.pieces["operator"]) if "str" in kinds else None


def argument_or_object(history: History) -> Diagnosis:
    """A method that was called on its class has no object."""
    if history.pieces["names"].strip("'\"") == "self":
        return diagnosis("class-not-made", function=history.pieces["function"])
    return calls.missing_argument(history)


def not_callable(history: History) -> Diagnosis | None:
    return (_called_tensor(history) if history.pieces["owner"] == "Tensor" else None) or calls.not_callable(history)


def _called_tensor(history: History) -> Diagnosis | None:
    """An attribute of a tensor with parentheses behind it."""
    place = in_program(history.failure.span)
    call = None if place is None else Code(history.recording.source).at(place, ast.Call)
    if call is not None and isinstance(call.func, ast.Name):
        return _renamed(history, call.func.id)
    name = name_of(call.func) if call is not None and isinstance(call.func, ast.Attribute) else ""
    if name not in _NO_METHODS:
        return None
    return diagnosis("attribute-called", at_failure(history, "uncall", name), name=name)


def _renamed(history: History, name: str) -> Diagnosis | None:
    """A name that something else had, which could be called, before it was given to a tensor."""
    found = [(event, bound) for event in history.all(Statement) for bound in event.bindings if bound.name == name]
    before = ["Python's own function"] if name in dir(builtins) else []
    before += [bound.text for _, bound in found if bound.value is None and _CALLED.fullmatch(bound.text)]
    if not before or not found or found[-1][1].value is None:
        return None
    return diagnosis("tensor-called-renamed", None, found[-1][0], name=name, was=before[-1],
                     line=found[-1][0].span.line)  # fmt: skip


_CALLED = re.compile(r"[A-Z]\w*|function \w+")
"""How the value of a variable is told that is a module or a function."""


def parameters_unpacked(history: History) -> Diagnosis | None:
    """``for name, p in net.parameters()``."""
    place = in_program(history.failure.span)
    code = Code(history.recording.source)
    loop = None if place is None or not code.has(place) else code.at(place, ast.For)
    if loop is None or not isinstance(loop.iter, ast.Call) or name_of(loop.iter.func) != "parameters":
        return None
    if place is None or loop.lineno != place.line:
        return None
    return diagnosis("parameters-unpacked", at_failure(history, "rename", "parameters", "named_parameters"))


def init_misspelt(history: History) -> Diagnosis | None:
    """A class of the program's has a method that looks like ``__init__`` and is none."""
    classes = [one for one in Code(history.recording.source).all(ast.ClassDef) if not _has_init(one)]
    found = [(one, node.name) for one in classes for node in one.body if isinstance(node, ast.FunctionDef)
             and node.name != "__init__" and re.fullmatch(r"_{1,3}in?[ni]?t_{0,3}", node.name)]  # fmt: skip
    if len(found) != 1:
        return None
    model, name = found[0]
    return diagnosis(
        "init-misspelt", at_failure(history, "rename-method", name, "__init__"), model=model.name, name=name
    )


def _has_init(one: ast.ClassDef) -> bool:
    return any(isinstance(node, ast.FunctionDef) and node.name == "__init__" for node in one.body)


def no_parameters(history: History) -> Diagnosis:
    return init_misspelt(history) or _frozen(history) or diagnosis("no-parameters")


def _frozen(history: History) -> Diagnosis | None:
    """Leaves that were told to require no gradient, and were not told otherwise since."""
    off: dict[int, Switched] = {}
    for event in history.all(Switched):
        value = history.values[event.after]
        if value.is_leaf and value.requires_grad:
            off.pop(value.tensor, None)
        elif value.is_leaf and history.values[event.before].requires_grad:
            off[value.tensor] = event
    if not off:
        return None
    names = [history.called(history.values[event.after], "a leaf") for event in off.values()]
    last = list(off.values())[-1]
    some = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    line = 0 if last.span is None else last.span.line
    return diagnosis("no-parameters-frozen", None, last, names=some, first=names[-1], line=line)


def state_dict(history: History) -> Diagnosis:
    return _nested_state(history) or programs.state_dict(history)


def _nested_state(history: History) -> Diagnosis | None:
    """A whole checkpoint where one of its parts is wanted."""
    unexpected = re.search(r"Unexpected key\(s\) in state_dict: (.*?)\. ", history.failure.message)
    names = re.findall(r'"([^"]*)"', unexpected[1]) if unexpected else []
    if not names or not set(names) & _OUTER or any("." in name for name in names):
        return None
    if "Missing key(s)" not in history.failure.message:
        return None
    return diagnosis("state-dict-inside", model=history.pieces["model"], names=", ".join(names[:4]))


def distribution(history: History) -> Diagnosis | None:
    """Which of its arguments a distribution refuses, and whether scores were given for probabilities."""
    name, kind = history.pieces["name"], history.pieces["distribution"]
    if "nan" in history.failure.message.partition("invalid values")[2]:
        return diagnosis("distribution-nan", name=name, distribution=kind)
    if name == "probs":
        return diagnosis("distribution-probs", at_failure(history, "as-logits", kind), distribution=kind)
    if name in ("scale", "concentration", "rate", "variance", "covariance_matrix"):
        return diagnosis("distribution-scale", name=name, distribution=kind)
    return None
