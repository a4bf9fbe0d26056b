"""What is known of a module, an optimizer, a Function or a call that was not used as it has to be."""

from __future__ import annotations

import re

from gradwalk.failures.calls import METHODS, made_with_data
from gradwalk.failures.diagnosis import Diagnosis, Remedy, diagnosis
from gradwalk.failures.history import History, in_program
from gradwalk.failures.missing_gradient import leaf_last, nameless_leaf
from gradwalk.recording.causes import pieces


def not_iterable(history: History) -> Diagnosis | None:
    """A module, or its method, stands where its parameters should."""
    place = in_program(history.failure.span)
    method = next(iter(history.facts("method")), None)
    if history.failure.call.endswith("Tensor.backward"):
        return diagnosis("seed-number", kind=history.pieces["owner"])
    if history.facts("module"):
        remedy = None if place is None else Remedy("append", place, (".parameters()",))
        return diagnosis("module-for-parameters", remedy)
    if method is not None:
        remedy = None if place is None or method != "parameters" else Remedy("append", place, ("()",))
        return diagnosis("parameters-not-called", remedy, method=method)
    if history.pieces["owner"] == "int":
        return diagnosis("number-iterated", None if place is None else Remedy("range", place))
    return diagnosis("method-itself") if history.pieces["owner"] in METHODS else None


def not_a_number(history: History) -> Diagnosis | None:
    """An optimizer that calls the program's function for the loss, and gets None."""
    inside = any(name.endswith("LBFGS.step") for name in history.facts("inside"))
    return diagnosis("closure-without-loss") if inside else None


def one_parameter(history: History) -> Diagnosis:
    return diagnosis("one-parameter", at_failure(history, "bracket"))


def computed_parameter(history: History) -> Diagnosis:
    """Which of the tensors was computed, where the optimizer was given only one that is."""
    found = [value for value in history.values if value.requires_grad and not value.is_leaf and history.names(value)]
    only = {value.tensor for value in found}
    if len(only) != 1 or not nameless_leaf(history, found[0]):
        return diagnosis("computed-parameter")
    name, line, made = history.called(found[0]), history.line(found[0]), history.binding(found[0])
    return diagnosis("computed-parameter-made", leaf_last(history, found[0]), made, name=name, line=line)


def truth_of_many(history: History) -> Diagnosis:
    """Tensors that a module was made with, where it takes settings."""
    return made_with_data(history) or diagnosis("truth-of-many")


def unfinished(history: History) -> Diagnosis:
    """Which bracket is open at a cell's end, if Python says that it is one."""
    opened = [pieces("SyntaxError", said).get("bracket") for said in history.facts("said")]
    if opened and opened[0] is not None:
        return diagnosis("unclosed", at_failure(history, "close-cell"), bracket=opened[0])
    return diagnosis("unfinished")


def module_forward(history: History) -> Diagnosis:
    key = "container-called" if history.pieces["model"] == "ModuleList" else "module-forward"
    return diagnosis(key, **history.pieces)


def locked(history: History) -> Diagnosis | None:
    """What the lock does not let a program do."""
    key = f"{history.failure.cause}-locked"
    return diagnosis(key, **history.pieces) if history.facts("locked") else None


def no_file(history: History) -> Diagnosis | None:
    return locked(history) or diagnosis("no-file", **history.pieces)


def at_failure(history: History, kind: str, *names: str) -> Remedy | None:
    """A remedy at the place of the failure itself."""
    place = in_program(history.failure.span)
    return None if place is None else Remedy(kind, place, names)


def state_dict(history: History) -> Diagnosis:
    """Which of its complaints the message makes."""
    message, model = history.failure.message, history.pieces["model"]
    missing, unexpected = (_keys(message, which) for which in ("Missing", "Unexpected"))
    if prefix := _prefix(missing, unexpected):
        by = ", as nn.DataParallel writes them" if prefix == "module." else ""
        return diagnosis("state-dict-prefix", model=model, prefix=prefix, by=by)
    if prefix := _prefix(unexpected, missing):
        return diagnosis("state-dict-without-prefix", model=model, prefix=prefix)
    sizes = "size mismatch for" in message and "key(s)" not in message
    return diagnosis("state-dict-sizes" if sizes else "state-dict", model=model)


def _keys(message: str, which: str) -> list[str]:
    found = re.search(rf"{which} key\(s\) in state_dict: (.*?)\. ", message)
    return re.findall(r'"([^"]*)"', found[1]) if found else []


def _prefix(plain: list[str], longer: list[str]) -> str:
    """What stands before each of some names, where they are the others without it; empty where nothing is."""
    prefix = longer[0].removesuffix(plain[0]) if plain and longer else ""
    alike = sorted(prefix + name for name in plain) == sorted(longer)
    return prefix if alike and prefix.endswith(".") else ""


def function_count(history: History) -> Diagnosis:
    """Nones can be added where the inputs that lack a gradient are no tensors."""
    name, expected, got = (history.pieces[piece] for piece in ("name", "expected", "got"))
    applied = [operation for operation in history.operations if operation.kernel == name]
    last = [int(number) for o in applied for edge in o.edges for number in re.findall(r"\[(\d+)\]", edge.name)]
    missing = int(expected) - int(got)
    sure = bool(applied) and missing > 0 and all(number < int(got) for number in last)
    remedy = at_failure(history, "return-nones", name, str(missing)) if sure else None
    return diagnosis("function-count", remedy, **history.pieces)


def capital_tensor(history: History) -> Diagnosis:
    given = history.pieces["given"]
    return diagnosis("capital-tensor", at_failure(history, "small-tensor") if given == "list" else None)
