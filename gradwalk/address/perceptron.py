"""The whole state of the page ↔ the query of a URL: ``?x=[1, 2]&w=[0.5, -1]&b=0.1&activation=tanh&loss=mse&y=1``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from gradwalk.address.bounds import few, too_long
from gradwalk.address.position import check_picture, step_of
from gradwalk.address.query import encoded
from gradwalk.expression.numbers import MAX_CHARACTERS, shape_of
from gradwalk.perceptron.settings.model import ACTIVATIONS, DTYPES, LOSSES, MAX_LAYERS, STYLES, Layer, Perceptron
from gradwalk.perceptron.settings.model import field as field_name
from gradwalk.perceptron.settings.presets import BY_SLUG, PRESETS
from gradwalk.perceptron.settings.reading import numbers, read
from gradwalk.program import ProgramError

MAX_ANSWER = 200
"""Characters of one formula of a learner's derivation."""

_ANSWER = re.compile(r"d[A-Za-z0-9_]{1,20}_d[A-Za-z0-9_]{1,20}")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,7}")
_UNESCAPED = "*()[],=/:@!"
DEFAULT = Perceptron()
_CHOICES = {"loss": LOSSES, "dtype": DTYPES, "style": STYLES}


@dataclass(frozen=True)
class Document:
    """What the page shows."""

    perceptron: Perceptron = DEFAULT
    step: int = 0
    """Where the player stands."""
    wrt: str = ""
    """The weight or bias whose chain is shown, by its name in the scalar style; empty for the first one."""
    answers: Mapping[str, str] = field(default_factory=dict)
    """The learner's derivation: formulas by the name of the derivative, ``dL_dw``."""


# Document → query


def to_query(document: Document) -> str:
    """The query of a URL, without ``?``. What is as usual is left out; settings of a preset are its name."""
    pairs = [*_settings(document.perceptron)]
    pairs += [(name, text) for name, text in document.answers.items() if _is_answer(name, text)]
    pairs += [("wrt", document.wrt)] if _NAME.fullmatch(document.wrt) else []
    pairs += [("step", str(document.step))] if document.step else []
    return "&".join(encoded(name, value, safe=_UNESCAPED) for name, value in pairs)


def _settings(perceptron: Perceptron) -> list[tuple[str, str]]:
    if perceptron == Perceptron():
        return []
    preset = next((preset.slug for preset in PRESETS if preset.perceptron == perceptron), None)
    if preset is not None:
        return [("preset", preset)]
    count = len(perceptron.layers)
    pairs = [("x", perceptron.x)]
    for place, layer in enumerate(perceptron.layers):
        pairs.append((field_name("w", place, count), layer.weights))
        pairs.append((field_name("b", place, count), layer.bias))
        pairs.append((field_name("activation", place, count), layer.activation))
    pairs += [("y", perceptron.target), ("loss", perceptron.loss)]
    usual = Perceptron()
    return pairs + [
        (name, value)
        for name, value, default in (("dtype", perceptron.dtype, usual.dtype), ("style", perceptron.style, usual.style))
        if value != default
    ]


# Query → document


def from_query(params: Mapping[str, str]) -> tuple[Document, tuple[str, ...]]:
    """What an address opens, and one sentence for each parameter that could not be used and got its default.

    ``params`` are decoded, as ``st.query_params`` gives them. Parameters that are none of ours are passed over. Numbers
    that cannot be read are opened as they were typed.
    """
    if too_long(params):
        return Document(), ("The address is too long to be read, so the lesson's neuron is shown.",)
    notices: list[str] = []
    perceptron = _perceptron(params, notices)
    answers = {name: text for name, text in params.items() if _is_answer(name, text)}
    if any(_ANSWER.fullmatch(name) and name not in answers for name in params):
        notices.append(f"A formula in the address has more than {MAX_ANSWER} characters; it was left out.")
    check_picture(params, notices)
    return Document(perceptron, step_of(params, notices), _wrt(params, notices), answers), few(notices)


def _perceptron(params: Mapping[str, str], notices: list[str]) -> Perceptron:
    start = Perceptron()
    if "preset" in params:
        if params["preset"] in BY_SLUG:
            start = BY_SLUG[params["preset"]].perceptron
        else:
            notices.append("The address names no example that is here, so the lesson's neuron is shown.")
    layers = _layers(params, notices) or start.layers
    found = Perceptron(
        _text(params, "x", start.x, notices),
        _text(params, "y", start.target, notices),
        layers,
        _choice(params, "loss", start.loss, notices),
        _choice(params, "dtype", start.dtype, notices),
        _choice(params, "style", start.style, notices),
    )
    try:
        read(found)
    except ProgramError:
        notices.append("The settings in the address do not fit together; the form says where.")
    return found


def _layers(params: Mapping[str, str], notices: list[str]) -> tuple[Layer, ...]:
    """The layers of ``w``, or of ``w1``, ``w2`` …; empty where the address has none."""
    if not any(name in params for place in range(MAX_LAYERS) for name in _fields(place, MAX_LAYERS)):
        return (_layer(params, 0, 1, notices),) if any(name in params for name in _fields(0, 1)) else ()
    count = next((place for place in range(MAX_LAYERS) if f"w{place + 1}" not in params), MAX_LAYERS)
    return tuple(_layer(params, place, max(2, count), notices) for place in range(count))


def _fields(place: int, count: int) -> tuple[str, ...]:
    return tuple(field_name(kind, place, count) for kind in ("w", "b", "activation"))


def _layer(params: Mapping[str, str], place: int, count: int, notices: list[str]) -> Layer:
    w, b, activation = _fields(place, count)
    weights = _text(params, w, "1", notices)
    usual = "sigmoid" if place == count - 1 else "tanh"
    return Layer(
        weights, _text(params, b, _zeros(weights), notices), _choice(params, activation, usual, notices, ACTIVATIONS)
    )


def _zeros(weights: str) -> str:
    """Biases of 0 for as many units as the weights have."""
    try:
        shape = shape_of(numbers(weights, "w"))
    except ProgramError:
        return "0"
    return "0" if len(shape) < 2 or shape[0] == 1 else f"[{', '.join(['0'] * shape[0])}]"


def _text(params: Mapping[str, str], name: str, default: str, notices: list[str]) -> str:
    text = params.get(name, default)
    if len(text) <= MAX_CHARACTERS and text.isprintable():
        return text
    notices.append(f"{name} in the address is too long or has invisible characters; it got its default.")
    return default


def _choice(params: Mapping[str, str], name: str, default: str, notices: list[str], known: tuple[str, ...] = ()) -> str:
    text = params.get(name, default)
    known = known or _CHOICES[name]
    if text in known:
        return text
    notices.append(f"The {name} in the address is none of {', '.join(known)}; it is {default} now.")
    return default


def _wrt(params: Mapping[str, str], notices: list[str]) -> str:
    name = params.get("wrt", "")
    if not name or _NAME.fullmatch(name):
        return name
    notices.append("The address names no weight under wrt; the chain is that of the first one.")
    return ""


def _is_answer(name: str, text: str) -> bool:
    return _ANSWER.fullmatch(name) is not None and 0 < len(text) <= MAX_ANSWER
