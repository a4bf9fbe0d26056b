"""Settings → numbers: everything is checked against closed lists and bounds, and refused in a sentence."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from gradwalk.expression.numbers import Numbers, flat, read_numbers, shape_of
from gradwalk.notation import short
from gradwalk.perceptron.settings.model import (
    ACTIVATIONS,
    DTYPES,
    LOGIT_LOSSES,
    LOSSES,
    MAX_LAYERS,
    MAX_NUMBER,
    MAX_UNITS,
    STYLES,
    Layer,
    Perceptron,
    SettingError,
    field,
)
from gradwalk.program import ProgramError

Row = tuple[float, ...]
Matrix = tuple[Row, ...]


@dataclass(frozen=True)
class NumberLayer:
    """One layer's numbers: ``weights`` has a row for each unit, with one number an input."""

    weights: Matrix
    bias: Row
    activation: str

    @property
    def units(self) -> int:
        return len(self.weights)

    @property
    def inputs(self) -> int:
        return len(self.weights[0])


@dataclass(frozen=True)
class Network:
    """Checked settings in numbers: what programs are written from."""

    x: Matrix
    """Rows × inputs."""
    targets: Matrix
    """Rows × outputs; for cross entropy rows × 1, the class."""
    layers: tuple[NumberLayer, ...]
    loss: str
    dtype: str
    style: str

    @property
    def rows(self) -> int:
        return len(self.x)

    @property
    def inputs(self) -> int:
        return len(self.x[0])

    @property
    def outputs(self) -> int:
        return self.layers[-1].units


@lru_cache(maxsize=1024)
def read(perceptron: Perceptron) -> Network:
    """The numbers of these settings. Raises SettingError with the field that is wrong and what would work."""
    _choice(perceptron.dtype, DTYPES, "dtype", "dtype")
    _choice(perceptron.style, STYLES, "style", "style")
    _choice(perceptron.loss, LOSSES, "loss", "loss")
    count = len(perceptron.layers)
    if not 1 <= count <= MAX_LAYERS:
        raise SettingError(f"A network has 1 to {MAX_LAYERS} layers here; this one has {count}.", "layers")
    layers = tuple(_layer(layer, place, count) for place, layer in enumerate(perceptron.layers))
    _check_widths(layers)
    x = _inputs(perceptron.x, layers[0].inputs)
    targets = _targets(perceptron, len(x), layers[-1].units)
    _check_last(perceptron.loss, layers)
    return Network(x, targets, layers, perceptron.loss, perceptron.dtype, perceptron.style)


def numbers(text: str, name: str) -> Numbers:
    """The numbers of one field, all finite and of bounded size; ``name`` is the field's."""
    try:
        found = read_numbers(text)
    except ProgramError as error:
        subject, _, rest = error.message.partition(" ")
        if subject == "It":
            raise SettingError(f"{name} {rest}", name, error.span) from None
        start = subject if subject == "Python" else subject[0].lower() + subject[1:]
        raise SettingError(f"In {name}: {start} {rest}", name, error.span) from None
    for number in flat(found):
        if not math.isfinite(number):
            raise SettingError(f"{name} is {short(number)}; a finite number works.", name)
        if abs(number) > MAX_NUMBER:
            raise SettingError(
                f"{name} has {number:g}; numbers between −{MAX_NUMBER:,.0f} and {MAX_NUMBER:,.0f} work.", name
            )
    return found


def _choice(given: str, known: Sequence[str], what: str, name: str) -> None:
    if given not in known:
        raise SettingError(f"{given[:40]!r} is no {what} here; {', '.join(known)} are.", name)


def _layer(layer: Layer, place: int, count: int) -> NumberLayer:
    name = field("activation", place, count)
    _choice(layer.activation, ACTIVATIONS, "activation", name)
    weights = _weights(layer.weights, field("w", place, count))
    return NumberLayer(weights, _bias(layer.bias, len(weights), field("b", place, count)), layer.activation)


def _weights(text: str, name: str) -> Matrix:
    found = numbers(text, name)
    shape = shape_of(found)
    rows = _rows(found)
    if len(shape) > 2:
        raise SettingError(f"{name} is nested {len(shape)} deep; a list of rows, one row a unit, works.", name)
    if len(rows) > MAX_UNITS:
        raise SettingError(f"{name} has {len(rows)} rows, one a unit; at most {MAX_UNITS} units fit here.", name)
    if len(rows[0]) > MAX_UNITS:
        raise SettingError(f"{name} has {len(rows[0])} weights a unit; at most {MAX_UNITS} inputs fit here.", name)
    return rows


def _rows(found: Numbers) -> Matrix:
    """A number as one row of one, a list as one row, a list of lists as its rows."""
    if not isinstance(found, tuple):
        return ((found,),)
    if not isinstance(found[0], tuple):
        return (tuple(flat(found)),)
    return tuple(tuple(flat(row)) for row in found)


def _bias(text: str, units: int, name: str) -> Row:
    found = numbers(text, name)
    bias = tuple(flat(found))
    if len(shape_of(found)) > 1 or len(bias) != units:
        wanted = "one number" if units == 1 else f"a list of {units} numbers, one a unit,"
        raise SettingError(f"{name} has the shape {_shown(found)}; {wanted} works.", name)
    return bias


def _check_widths(layers: Sequence[NumberLayer]) -> None:
    for place, (before, layer) in enumerate(pairwise(layers), start=1):
        if layer.inputs != before.units:
            name = field("w", place, len(layers))
            has = f"{name} has {_count(layer.inputs, 'weight')} a unit"
            units = _count(before.units, "unit")
            sentence = f"{has}, but the layer before has {units}; both numbers must be the same."
            raise SettingError(sentence, name)


def _inputs(text: str, inputs: int) -> Matrix:
    found = numbers(text, "x")
    rows = _rows(found)
    if len(shape_of(found)) == 1 and inputs == 1:
        rows = tuple((number,) for number in rows[0])
    if len(shape_of(found)) > 2 or len(rows[0]) != inputs:
        raise SettingError(
            f"x has {_count(len(rows[0]), 'number')} a row, but the first layer has {_count(inputs, 'weight')} a unit; "
            "both numbers must be the same.",
            "x",
        )
    if len(rows) > MAX_UNITS:
        raise SettingError(f"x has {len(rows)} rows; at most {MAX_UNITS} fit here.", "x")
    return rows


def _targets(perceptron: Perceptron, rows: int, outputs: int) -> Matrix:
    found = numbers(perceptron.target, "y")
    width = 1 if perceptron.loss == "cross_entropy" else outputs
    elements = tuple(flat(found))
    shapes: set[tuple[int, ...]] = {(rows, width)}
    shapes |= {(rows,)} if width == 1 else set()
    shapes |= {(width,)} if rows == 1 else set()
    if rows == width == 1:
        shapes.add(())
    if shape_of(found) not in shapes:
        raise SettingError(f"y has the shape {_shown(found)}; {_wanted(rows, width)} works.", "y")
    for number in elements:
        _check_target(number, perceptron.loss, outputs)
    return tuple(elements[row * width : (row + 1) * width] for row in range(rows))


def _wanted(rows: int, width: int) -> str:
    if rows == width == 1:
        return "one number"
    if 1 in (rows, width):
        return f"a list of {max(rows, width)} numbers, one {'a row of x' if rows > 1 else 'an output'},"
    return f"a list of {rows} rows with {width} numbers each"


def _check_target(number: float, loss: str, outputs: int) -> None:
    if loss in ("bce", "binary_cross_entropy", "binary_cross_entropy_with_logits") and not 0 <= number <= 1:
        raise SettingError(f"y has {number:g}; binary cross-entropy takes targets between 0 and 1.", "y")
    if loss == "hinge" and number not in (-1, 1):
        raise SettingError(f"y has {number:g}; the hinge loss takes the targets −1 and 1.", "y")
    if loss == "cross_entropy" and (number not in range(outputs)):
        raise SettingError(f"y has {number:g}; with cross entropy it is a class: 0 to {outputs - 1}.", "y")


def _check_last(loss: str, layers: Sequence[NumberLayer]) -> None:
    name, last = field("activation", len(layers) - 1, len(layers)), layers[-1]
    if loss == "cross_entropy" and last.units == 1:
        raise SettingError("Cross entropy compares classes; it needs at least two outputs.", "loss")
    if loss in LOGIT_LOSSES and last.activation != "identity":
        own = "softmax" if loss == "cross_entropy" else "sigmoid"
        raise SettingError(
            f"This loss has its own {own} and takes z as it is; with {last.activation} before it there would be two. "
            "The identity works.",
            name,
        )
    if loss == "binary_cross_entropy" and last.activation not in ("sigmoid", "step"):
        raise SettingError(
            f"F.binary_cross_entropy takes predictions between 0 and 1; {last.activation} gives others, sigmoid works.",
            name,
        )


def _shown(found: Numbers) -> str:
    return "×".join(map(str, shape_of(found))) or "of one number"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
