"""What is known of a call that took other arguments, of a method that was not called, and of a module used as data."""

from __future__ import annotations

import re

from gradwalk.failures.diagnosis import Diagnosis, diagnosis
from gradwalk.failures.history import History

METHODS = ("builtin_function_or_method", "method", "function")
_DATA = "torch.nn.modules."


def argument_count(history: History) -> Diagnosis:
    """A class that was called with data, or a method with another head."""
    function = history.pieces["function"]
    if function.endswith(".__init__"):
        return diagnosis("made-with-data", model=function.removesuffix(".__init__"), **history.pieces)
    return diagnosis("argument-count", **history.pieces)


def missing_argument(history: History) -> Diagnosis:
    forward = history.pieces["function"].endswith(".forward")
    return diagnosis("missing-argument-forward" if forward else "missing-argument", **history.pieces)


def not_subscriptable(history: History) -> Diagnosis | None:
    if history.pieces["owner"] == "DataLoader":
        return diagnosis("loader-indexed")
    return diagnosis("method-itself") if history.pieces["owner"] in METHODS else None


_TAKES_A_FUNCTION = re.compile(r"torch\.autograd\.functional\.(jacobian|hessian|vjp|jvp|hvp|vhp)$")
_CONTAINERS = ("Sequential", "ModuleList")


def not_callable(history: History) -> Diagnosis | None:
    if arrays := history.facts("array"):
        return diagnosis("not-a-tensor-array-sized", name=arrays[0])
    called = [match[1] for text in history.facts("inside") if (match := _TAKES_A_FUNCTION.match(text))]
    if called and history.pieces["owner"] == "Tensor":
        return diagnosis("function-wanted", function=called[0])
    keys = {"Tensor": "tensor-called", "torch.Size": "shape-called", "_IncompatibleKeys": "state-loaded"}
    if history.pieces["owner"] in _PLAIN:
        return diagnosis("value-called", **history.pieces)
    key = keys.get(history.pieces["owner"])
    return None if key is None else diagnosis(key)


_PLAIN = ("bool", "int", "float", "str", "list", "tuple", "dict", "NoneType")
"""Types of Python's own, of which nothing is called."""


def made_with_data(history: History) -> Diagnosis | None:
    """A module of PyTorch's that asks in its ``__init__()`` whether a tensor is true."""
    names = (text for text in history.facts("inside") if text.startswith(_DATA) and text.endswith(".__init__"))
    layers = [name.split(".")[4].removeprefix("_") for name in names]
    if not layers:
        return None
    if any(text.startswith(f"{_DATA}loss.") for text in history.facts("inside")):
        return diagnosis("loss-made-with-data")
    model = {"DropoutNd": "Dropout"}.get(layers[0], layers[0])
    return diagnosis("layer-made-with-data", model=model)


def of_a_module(history: History, variable: str | None) -> Diagnosis | None:
    """A module is asked for what tensors, or optimizers, have, or for what it was never given."""
    owner, name = history.pieces["owner"], history.pieces["name"]
    if owner == "Tensor" and name == "zero_grad":
        return diagnosis("no-zero-grad")
    if name == "step" and (owner == "Tensor" or history.facts("module")):
        return diagnosis("no-step", owner=owner, name=name)
    if not history.facts("module"):
        return None
    if "torch" in history.facts("module") and history.facts("of-tensors") and variable is not None:
        return diagnosis("layer-not-applied", object=variable, owner=owner)
    key = "container-attribute" if owner in _CONTAINERS and name in ("weight", "bias") else "own-attribute"
    return diagnosis(key, owner=owner, name=name)


def index_range(history: History) -> Diagnosis:
    """An LSTM takes its two states by index, of what it was given for them."""
    if any(text.endswith("rnn.LSTM.forward") for text in history.facts("inside")):
        return diagnosis("lstm-states")
    return diagnosis("index-range", **history.pieces)
