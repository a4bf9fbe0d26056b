"""The tensor style: a unit's weights are a vector, a layer's a matrix, and ``@`` multiplies."""

from __future__ import annotations

from collections.abc import Iterator

from gradwalk.perceptron.programs.written import Written, activation, last_lines, options, tensor_line
from gradwalk.perceptron.settings.reading import Network


def write(network: Network) -> Written:
    single = network.rows == 1
    values = [tensor_line(_x(network), network.x[0] if single else network.x, options(network)), _target(network)]
    leaves: list[str] = []
    for place, layer in enumerate(network.layers):
        w, b = leaf_names(network, place)
        vector = _is_vector(network, place)
        values.append(tensor_line(w, layer.weights[0] if vector else layer.weights, options(network, True)))
        values.append(tensor_line(b, layer.bias[0] if vector else layer.bias, options(network, True)))
        leaves += [w, b]
    return Written(tuple(values), tuple(_forward(network)), tuple(leaves))


def leaf_names(network: Network, place: int) -> tuple[str, str]:
    """A layer's weights and bias: ``w`` and ``b``, ``W1`` and ``b1``; a matrix has a capital letter."""
    index = "" if len(network.layers) == 1 else str(place + 1)
    return ("w" if _is_vector(network, place) else "W") + index, "b" + index


def _is_vector(network: Network, place: int) -> bool:
    return place == len(network.layers) - 1 and network.outputs == 1


def _x(network: Network) -> str:
    return "x" if network.rows == 1 else "X"


def _target(network: Network) -> str:
    """One number a row; for several outputs a row of numbers."""
    targets = network.targets
    if network.loss == "cross_entropy":
        classes = [int(row[0]) for row in targets]
        return f"y = torch.tensor({classes[0] if network.rows == 1 else classes})"
    if network.outputs == 1:
        column = tuple(row[0] for row in targets)
        return tensor_line("y", column[0] if network.rows == 1 else column, options(network))
    return tensor_line("y", targets[0] if network.rows == 1 else targets, options(network))


def _forward(network: Network) -> Iterator[str]:
    given = _x(network)
    for place, layer in enumerate(network.layers[:-1], start=1):
        yield f"z{place} = {_sum(network, place - 1, given)}"
        yield f"h{place} = {activation(layer.activation, f'z{place}')}"
        given = f"h{place}"
    yield from last_lines(network, _sum(network, len(network.layers) - 1, given))


def _sum(network: Network, place: int, given: str) -> str:
    w, b = leaf_names(network, place)
    if network.rows == 1:
        return f"{w} @ {given} + {b}"
    return f"{given} @ {w if _is_vector(network, place) else f'{w}.T'} + {b}"
