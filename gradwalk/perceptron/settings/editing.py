"""Changes that a page makes to settings: one number, a layer more, a unit more, another loss; what was typed stays."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import replace

from gradwalk.expression.spelling import plain_signs, plain_spaces
from gradwalk.perceptron.settings.model import LOGIT_LOSSES, MAX_LAYERS, MAX_UNITS, Layer, Perceptron, SettingError
from gradwalk.perceptron.settings.reading import read

Index = tuple[int, ...]
_SIZES = (0.5, -0.4, 0.3, -0.6, 0.7, -0.2, 0.8, -0.3)
_BINARY = ("bce", "binary_cross_entropy", "binary_cross_entropy_with_logits")


def elements(text: str) -> dict[Index, str]:
    """Each element of a number, a list or a list of lists as it was typed, by its index; ``()`` is the number's own.

    The text must be one that ``reading.numbers`` accepts.
    """
    source = plain_spaces(plain_signs(text)).strip().replace("\n", " ").replace("\t", " ")
    found: dict[Index, str] = {}
    stack: list[tuple[ast.expr, Index]] = [(ast.parse(source, mode="eval").body, ())]
    while stack:
        node, index = stack.pop()
        if isinstance(node, ast.List):
            stack += [(item, (*index, place)) for place, item in enumerate(node.elts)]
        else:
            found[index] = source[node.col_offset : node.end_col_offset] if index else source
    return dict(sorted(found.items()))


def short(number: float) -> str:
    """A number as a person would type it: ``4``, ``-0.25``."""
    return str(int(number)) if number == int(number) else repr(round(number, 6))


# Sizes. New weights are small, of both signs and all different: units that start equal stay equal.


def with_layer(perceptron: Perceptron, units: int = 2, activation: str = "tanh") -> Perceptron:
    """One hidden layer more, right before the last. Raises SettingError for settings that cannot be read."""
    if len(perceptron.layers) == MAX_LAYERS:
        return perceptron
    last = read(perceptron).layers[-1]
    hidden = _layer([[] for _ in range(units)], [], last.inputs, units, activation)
    output = replace(perceptron.layers[-1], weights=_matrix([list(row) for row in last.weights], last.units, units))
    return replace(perceptron, layers=(*perceptron.layers[:-1], hidden, output))


def without_layer(perceptron: Perceptron, place: int) -> Perceptron:
    """One layer less; the layer after it takes over its inputs. The last layer stays."""
    if not 0 <= place < len(perceptron.layers) - 1:
        return perceptron
    network = read(perceptron)
    after = network.layers[place + 1]
    rows = [list(row) for row in after.weights]
    kept = replace(perceptron.layers[place + 1], weights=_matrix(rows, after.units, network.layers[place].inputs))
    layers = perceptron.layers
    return replace(perceptron, layers=(*layers[:place], kept, *layers[place + 2 :]))


def with_units(perceptron: Perceptron, place: int, units: int) -> Perceptron:
    """A layer with so many units; of the last layer's, the targets follow."""
    units = max(1, min(units, MAX_UNITS))
    network = read(perceptron)
    numbers, typed = network.layers[place], list(perceptron.layers)
    rows = [list(row) for row in numbers.weights]
    typed[place] = _layer(rows, list(numbers.bias), numbers.inputs, units, numbers.activation)
    if place + 1 < len(typed):
        after = network.layers[place + 1]
        weights = _matrix([list(row) for row in after.weights], after.units, units)
        typed[place + 1] = replace(typed[place + 1], weights=weights)
    changed = replace(perceptron, layers=tuple(typed))
    return changed if place + 1 < len(typed) else _with_targets(changed, network.targets, units)


def with_inputs(perceptron: Perceptron, inputs: int) -> Perceptron:
    """So many inputs; a new one is 1 in every row."""
    inputs = max(1, min(inputs, MAX_UNITS))
    network = read(perceptron)
    first = network.layers[0]
    weights = _matrix([list(row) for row in first.weights], first.units, inputs)
    rows = [[*row[:inputs], *([1.0] * (inputs - len(row)))] for row in network.x]
    layers = (replace(perceptron.layers[0], weights=weights), *perceptron.layers[1:])
    return replace(perceptron, x=_text(rows), layers=layers)


def with_rows(perceptron: Perceptron, rows: int) -> Perceptron:
    """So many rows of inputs with their targets; a new one is a copy of the last."""
    rows = max(1, min(rows, MAX_UNITS))
    network = read(perceptron)
    x, targets = ([*given[:rows], *([given[-1]] * (rows - len(given)))] for given in (network.x, network.targets))
    return replace(perceptron, x=_text(x), target=_text(targets))


def with_loss(perceptron: Perceptron, loss: str) -> Perceptron:
    """Another loss, with the last activation and the targets that it takes."""
    *before, last = perceptron.layers
    if loss in LOGIT_LOSSES:
        last = replace(last, activation="identity")
    elif loss in _BINARY and last.activation not in ("sigmoid", "step"):
        last = replace(last, activation="sigmoid")
    changed = replace(perceptron, layers=(*before, last), loss=loss)
    old = read(perceptron)
    if loss == "cross_entropy" and old.outputs == 1:
        changed = replace(changed, layers=with_units(perceptron, len(before), 2).layers)
        changed = replace(changed, layers=(*before, replace(changed.layers[-1], activation="identity")))
    outputs = max(2, old.outputs) if loss == "cross_entropy" else old.outputs
    return _with_targets(changed, old.targets, outputs)


def _with_targets(perceptron: Perceptron, targets: Sequence[Sequence[float]], outputs: int) -> Perceptron:
    """The settings with these targets, as far as they fit the loss; the text stays where it can be read."""
    try:
        read(perceptron)
    except SettingError:
        width = 1 if perceptron.loss == "cross_entropy" else outputs
        rows = [[_target(row[min(i, len(row) - 1)], perceptron.loss, outputs) for i in range(width)] for row in targets]
        return replace(perceptron, target=_text(rows))
    return perceptron


def _target(number: float, loss: str, outputs: int) -> float:
    if loss == "hinge":
        return 1.0 if number > 0 else -1.0
    if loss == "cross_entropy":
        return float(min(max(0, round(number)), outputs - 1))
    return min(max(0.0, number), 1.0) if loss in _BINARY else number


def _layer(rows: list[list[float]], bias: list[float], inputs: int, units: int, activation: str) -> Layer:
    biases = [*bias[:units], *([0.0] * (units - len(bias)))]
    return Layer(_matrix(rows, units, inputs), _list(biases) if units > 1 else short(biases[0]), activation)


def _matrix(rows: list[list[float]], units: int, inputs: int) -> str:
    """Weights of this size as text: those that there are, and new ones where they end."""
    grown = [list(rows[unit]) if unit < len(rows) else [] for unit in range(units)]
    for unit, row in enumerate(grown):
        row[:] = [*row[:inputs], *(_new(unit, place) for place in range(len(row), inputs))]
    return _text(grown, single=inputs == 1)


def _new(unit: int, place: int) -> float:
    """0.5, −0.4, 0.3 … along a row, and another start in each row."""
    return _SIZES[(3 * unit + place) % len(_SIZES)]


def _text(rows: Sequence[Sequence[float]], single: bool = True) -> str:
    if len(rows) == 1 and len(rows[0]) == 1 and single:
        return short(rows[0][0])
    if len(rows) == 1:
        return _list(rows[0])
    return f"[{', '.join(map(_list, rows))}]"


def _list(numbers: Sequence[float]) -> str:
    return f"[{', '.join(map(short, numbers))}]"
