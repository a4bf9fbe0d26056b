"""The derivation as a program: forward pass, each factor by its formula, and their products along the chain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from gradwalk.expression.numbers import is_numbers
from gradwalk.expression.source import normal
from gradwalk.expression.statements import translate
from gradwalk.perceptron.chain.factors import LOSS, Factors, Leaf
from gradwalk.perceptron.programs import program as programs
from gradwalk.perceptron.programs import scalar
from gradwalk.perceptron.programs.names import Names
from gradwalk.perceptron.settings.reading import Network


def by_hand_program(network: Network, leaf: str) -> str:
    """What the lesson does: the gradient of one weight from formulas alone; the last line is the gradient.

    It runs as it stands. In a network each unit's gradient is the sum over the units that it feeds.
    """
    name = Factors(network).leaf(leaf).name
    return joined(forward(network), hand_lines(network, name), gradient_name(name))


def forward(network: Network) -> str:
    """The scalar program without a backward pass: nothing requires a gradient, and every target has its name."""
    network = scalar.styled(network)
    text = programs.forward_program(network, requires_grad=False)
    if len(network.targets[0]) == 1:
        return text
    names = Names(network)
    return f"{text}{', '.join(map(names.y, range(network.outputs)))} = y.unbind(-1)\n"


def gradient_name(leaf: str) -> str:
    return f"d{LOSS}_d{leaf}"


def joined(start: str, lines: Sequence[str], last: str) -> str:
    """One program of a forward pass, more lines, and a last expression; imports stand at the top, once."""
    imports = [line for line in lines if line.startswith("import ") and line not in start]
    body = [line for line in lines if not line.startswith("import ")]
    return "".join(f"{line}\n" for line in imports) + "\n".join([start, *body, last]) + "\n"


def hand_lines(network: Network, leaf: str) -> list[str]:
    """PyTorch lines that set each factor and the gradients on the way, the last one that of the leaf.

    What they import comes first.
    """
    factors = Factors(network)
    target = factors.leaf(leaf)
    lines = [f"{factor.key} = {factor.code}" for factor in factors.behind(target)]
    return translated([*lines, *_products(factors, target)], network.dtype)


def translated(lines: Sequence[str], dtype: str) -> list[str]:
    """Lines such as ``z = sin(x)`` in the language of expressions as PyTorch code; what they import comes first."""
    found = [_translated(line, dtype) for line in lines]
    modules = {name for _, used in found for name in used}
    return [*(line for name, line in _IMPORTS.items() if name in modules), *(text for text, _ in found)]


_IMPORTS = {"math": "import math", "F": "import torch.nn.functional as F"}


@lru_cache(maxsize=4096)
def _translated(line: str, dtype: str) -> tuple[str, frozenset[str]]:
    if is_numbers(line.partition(" = ")[2]):
        return line, frozenset()
    options = "" if dtype == "float32" else f", dtype=torch.{dtype}"
    found = translate(normal(line), (), options)
    return found.lines, found.modules


def _products(factors: Factors, leaf: Leaf) -> Iterator[str]:
    """One product for a weight of the last layer, as in the lesson; else gradients layer by layer."""
    if leaf.layer == factors.last:
        (path,) = factors.paths(leaf, 1)
        yield _gradient(factors, leaf, " * ".join(factor.key for factor in path.factors))
        return
    layers = factors.network.layers
    for number in range(factors.last, leaf.layer - 1, -1):
        units = [leaf.unit] if number == leaf.layer else range(layers[number].units)
        if number < factors.last:
            for unit in units:
                after = range(layers[number + 1].units)
                terms = [_sent_back(factors, number + 1, each, unit) for each in after]
                yield f"d{LOSS}_d{factors.names.a(number, unit)} = {' + '.join(terms)}"
        if number < factors.last or not factors.logits:
            for unit in units:
                a, z = factors.names.a(number, unit), factors.names.z(number, unit)
                yield f"d{LOSS}_d{z} = d{LOSS}_d{a} * d{a}_d{z}"
    z = factors.names.z(leaf.layer, leaf.unit)
    yield _gradient(factors, leaf, f"d{LOSS}_d{z} * {factors.of_leaf(leaf).key}")


def _sent_back(factors: Factors, layer: int, unit: int, before: int) -> str:
    z = factors.names.z(layer, unit)
    return f"d{LOSS}_d{z} * {factors.of_sum(layer, unit, before).key}"


def _gradient(factors: Factors, leaf: Leaf, product: str) -> str:
    """With several rows the gradients of all rows add up."""
    return f"{gradient_name(leaf.name)} = " + (f"sum({product})" if factors.network.rows > 1 else product)
