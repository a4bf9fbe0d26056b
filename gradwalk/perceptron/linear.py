"""The nn.Linear style: layers of torch.nn with the settings' weights put in, and rows of inputs."""

from __future__ import annotations

from collections.abc import Iterator

from gradwalk.perceptron.reading import Network
from gradwalk.perceptron.written import Written, activation, last_lines, options, tensor_line


def write(network: Network) -> Written:
    values = [tensor_line("x", network.x, options(network)), _target(network)]
    leaves: list[str] = []
    for place, layer in enumerate(network.layers):
        name = layer_name(network, place)
        values += ["", f"{name} = nn.Linear({layer.inputs}, {layer.units})"]
        values.append(_parameter(f"{name}.weight", tensor_line("", layer.weights, options(network))))
        values.append(_parameter(f"{name}.bias", tensor_line("", layer.bias, options(network))))
        leaves += [f"{name}.weight", f"{name}.bias"]
    return Written(tuple(values), tuple(_forward(network)), tuple(leaves))


def layer_name(network: Network, place: int) -> str:
    return "layer" if len(network.layers) == 1 else f"layer{place + 1}"


def _parameter(name: str, line: str) -> str:
    """``layer.weight = nn.Parameter(torch.tensor(…))``; the rows of a long matrix stay below each other."""
    tensor = line.removeprefix(" = ")
    start = f"{name} = nn.Parameter("
    return start + tensor.replace("\n   ", "\n" + " " * len(start)) + ")"


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
