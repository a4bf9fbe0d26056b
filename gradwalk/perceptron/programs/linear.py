"""The nn.Linear style: layers of torch.nn with the settings' weights put in, and rows of inputs."""

from __future__ import annotations

from collections.abc import Iterator

from gradwalk.expression.numbers import literal
from gradwalk.perceptron.programs.written import (
    MAX_LINE,
    Written,
    activation,
    last_lines,
    options,
    rows_text,
    tensor_line,
)
from gradwalk.perceptron.settings.reading import Network, NumberLayer


def write(network: Network) -> Written:
    values = [tensor_line("x", network.x, options(network)), _target(network)]
    leaves: list[str] = []
    for place, layer in enumerate(network.layers):
        name = layer_name(network, place)
        values.append(_layer_line(name, layer))
        leaves += [f"{name}.weight", f"{name}.bias"]
    return Written(tuple(values), tuple(_forward(network)), tuple(leaves))


def helper(network: Network) -> str:
    """The function that puts given weights into a layer; its own first weights, drawn at random, are let go there."""
    return _HELPER.format(options=options(network))


_HELPER = """def linear(weights, bias):
    made = nn.Linear(len(weights[0]), len(weights))
    made.weight = nn.Parameter(torch.tensor(weights{options}))
    made.bias = nn.Parameter(torch.tensor(bias{options}))
    return made"""


def layer_name(network: Network, place: int) -> str:
    return "layer" if len(network.layers) == 1 else f"layer{place + 1}"


def _layer_line(name: str, layer: NumberLayer) -> str:
    """``layer = linear([[1.0, 2.0]], [0.0])``; what is long gets a line for each row."""
    start = f"{name} = linear("
    line = f"{start}{literal(layer.weights)}, {literal(layer.bias)})"
    if len(line) <= MAX_LINE:
        return line
    indent = " " * len(start)
    return f"{rows_text(start, layer.weights, ',')}\n{rows_text(indent, layer.bias, ')')}"


def _target(network: Network) -> str:
    if network.loss == "cross_entropy":
        return f"y = torch.tensor({[int(row[0]) for row in network.targets]})"
    return tensor_line("y", network.targets, options(network))


def _forward(network: Network) -> Iterator[str]:
    given = "x"
    for place, layer in enumerate(network.layers[:-1]):
        yield f"z{place + 1} = {layer_name(network, place)}({given})"
        given = f"h{place + 1}"
        yield f"{given} = {activation(layer.activation, f'z{place + 1}')}"
    yield from last_lines(network, f"{layer_name(network, len(network.layers) - 1)}({given})")
