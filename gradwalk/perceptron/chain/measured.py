"""The numbers of a chain, from PyTorch's own runs: values, factors by formula, factors by autograd, slopes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from gradwalk.perceptron.chain.by_hand import forward, gradient_name, hand_lines, joined
from gradwalk.perceptron.chain.evaluation import columns, evaluated
from gradwalk.perceptron.chain.factors import LOSS, Factor, Factors, Leaf
from gradwalk.perceptron.programs import program as programs
from gradwalk.perceptron.programs import scalar
from gradwalk.perceptron.settings.reading import Network, NumberLayer, Row


def values(network: Network, names: Sequence[str]) -> dict[str, Row]:
    """What the forward pass gives for these names of the scalar program: one number a row."""
    return _each_row(network, forward(network), names)


def by_hand(network: Network, leaf: str, factors: Sequence[Factor]) -> tuple[dict[str, Row], float]:
    """Each factor by its formula, one number a row, and the gradient as their product, in the network's dtype.

    PyTorch does the arithmetic, as in the lesson's hand calculation. nan where it refuses.
    """
    name = Factors(network).leaf(leaf).name
    lines = joined(forward(network), hand_lines(network, name), "")
    found = _each_row(network, lines, [factor.key for factor in factors])
    gradient = evaluated(lines + gradient_name(name) + "\n")
    return found, gradient[0] if gradient else float("nan")


def by_autograd(network: Network, factors: Sequence[Factor]) -> dict[str, Row]:
    """Each factor as autograd gives it, one number a row."""
    styled = scalar.styled(network)
    base = base_name(network)
    local = [f"local.append({local_code(factor, network.rows)})" for factor in factors]
    lines = [programs.forward_program(styled), "local = []", *local]
    flat = evaluated("\n".join([*lines, f"torch.stack([each + torch.zeros_like({base}) for each in local])"]))
    keys = (factor.key for factor in factors)
    return dict(zip(keys, columns(flat, network.rows), strict=False))


def local_code(factor: Factor, rows: int) -> str:
    above, below = factor.above, factor.below
    if above == LOSS:
        return f"torch.autograd.grad(loss, {below}, retain_graph=True)[0]"
    shared = rows > 1 and below[0] in "wb"
    if shared:  # one weight meets every row: each row's own slope
        each = f"torch.autograd.grad({above}[row], {below}, retain_graph=True)[0]"
        return f"torch.stack([{each} for row in range({rows})])"
    return f"torch.autograd.grad({above}, {below}, torch.ones_like({above}), retain_graph=True)[0]"


def base_name(network: Network) -> str:
    """A name with one number a row."""
    return Factors(network).names.z(len(network.layers) - 1, 0)


def _each_row(network: Network, start: str, names: Sequence[str]) -> dict[str, Row]:
    base = base_name(network)
    spread = ", ".join(f"{name} + torch.zeros_like({base})" for name in names)
    flat = evaluated(f"{start}\ntorch.stack([{spread}])\n") if names else ()
    return dict(zip(names, columns(flat, network.rows), strict=False))


def loss_along(network: Network, leaf: Leaf) -> tuple[Callable[[float], float], float]:
    """The loss as a function of one weight or bias, through PyTorch's forward pass, and that weight's own value.

    nan where PyTorch refuses.
    """

    def function(number: float) -> float:
        changed = with_leaf(network, leaf, number)
        found = evaluated(programs.forward_program(replace(changed, style="tensor"), requires_grad=False) + "loss\n")
        return found[0] if found else float("nan")

    layer = network.layers[leaf.layer]
    return function, layer.bias[leaf.unit] if leaf.place is None else layer.weights[leaf.unit][leaf.place]


def with_leaf(network: Network, leaf: Leaf, number: float) -> Network:
    """The network with one weight or bias changed."""
    layer = network.layers[leaf.layer]
    if leaf.place is None:
        changed = replace(layer, bias=_put(layer.bias, leaf.unit, number))
    else:
        row = _put(layer.weights[leaf.unit], leaf.place, number)
        weights = (*layer.weights[: leaf.unit], row, *layer.weights[leaf.unit + 1 :])
        changed = NumberLayer(weights, layer.bias, layer.activation)
    return replace(network, layers=(*network.layers[: leaf.layer], changed, *network.layers[leaf.layer + 1 :]))


def _put(row: Row, place: int, number: float) -> Row:
    return (*row[:place], number, *row[place + 1 :])
