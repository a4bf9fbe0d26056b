"""The scalar style: every weight is a number of its own, every multiplication a node.

With several rows each name holds one number a row, and a weight meets all of them.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import replace

from gradwalk.perceptron.programs.names import Names
from gradwalk.perceptron.programs.written import MAX_LINE, Written, activation, loss_line, options, tensor_line
from gradwalk.perceptron.settings.model import LOGIT_LOSSES
from gradwalk.perceptron.settings.reading import Matrix, Network, Row


def write(network: Network) -> Written:
    names = Names(network)
    values = [
        *_columns(network, [names.x(place) for place in range(network.inputs)], network.x),
        *_targets(network, names),
    ]
    leaves: list[str] = []
    for name, number in parameters(network):
        values.append(tensor_line(name, number, options(network, requires_grad=True)))
        leaves.append(name)
    return Written(tuple(values), tuple(_forward(network, names)), tuple(leaves))


def styled(network: Network) -> Network:
    """The same network in this style."""
    return replace(network, style="scalar")


def parameters(network: Network) -> Iterator[tuple[str, float]]:
    """Each weight and bias with its name, layer by layer and unit by unit, a unit's bias after its weights."""
    names = Names(network)
    for place, layer in enumerate(network.layers):
        for unit in range(layer.units):
            for i, weight in enumerate(layer.weights[unit]):
                yield names.w(place, unit, i), weight
            yield names.b(place, unit), layer.bias[unit]


def _columns(network: Network, names: list[str], rows: Matrix) -> Iterator[str]:
    for place, name in enumerate(names):
        yield tensor_line(name, _column(rows, place), options(network))


def _column(rows: Matrix, place: int) -> float | Row:
    return rows[0][place] if len(rows) == 1 else tuple(row[place] for row in rows)


def _targets(network: Network, names: Names) -> Iterator[str]:
    """Several outputs are one tensor, as their predictions are stacked into one."""
    targets = network.targets
    if network.loss == "cross_entropy":
        classes = [int(row[0]) for row in targets]
        yield f"y = torch.tensor({classes[0] if len(classes) == 1 else classes})"
    elif network.outputs == 1:
        yield tensor_line("y", _column(targets, 0), options(network))
    else:
        yield tensor_line("y", targets[0] if len(targets) == 1 else targets, options(network))


def _forward(network: Network, names: Names) -> Iterator[str]:
    last = len(network.layers) - 1
    for place, layer in enumerate(network.layers):
        for unit in range(layer.units):
            products = [f"{names.w(place, unit, i)} * {names.given(place, i)}" for i in range(layer.inputs)]
            yield _sum(names.z(place, unit), [*products, names.b(place, unit)])
        if place < last or network.loss not in LOGIT_LOSSES:
            for unit in range(layer.units):
                yield f"{names.a(place, unit)} = {activation(layer.activation, names.z(place, unit))}"
    predicted = "z" if network.loss in LOGIT_LOSSES else "y_pred"
    if network.outputs > 1:
        stacked = ", ".join(names.predicted(unit) for unit in range(network.outputs))
        line = f"{predicted} = torch.stack([{stacked}]{', dim=1' if network.rows > 1 else ''})"
        yield textwrap.fill(line, MAX_LINE, subsequent_indent=" " * (line.index("[") + 1))
    yield loss_line(network, predicted, "y")


def _sum(name: str, terms: list[str]) -> str:
    """``z = w1 * x1 + w2 * x2 + b``; a long one stands in brackets, and breaks before a +."""
    line = f"{name} = {' + '.join(terms)}"
    if len(line) <= MAX_LINE:
        return line
    start = f"{name} = ("
    lines = [start + terms[0]]
    for term in terms[1:]:
        if len(lines[-1]) + len(f" + {term})") > MAX_LINE:
            lines.append(f"{' ' * len(start)}+ {term}")
        else:
            lines[-1] += f" + {term}"
    return "\n".join(lines) + ")"
