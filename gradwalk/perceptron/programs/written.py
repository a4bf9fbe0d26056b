"""The parts of a written program, and the pieces that every style writes the same."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import NamedTuple

from gradwalk.expression.numbers import literal
from gradwalk.perceptron.programs.activations import ACTIVATIONS
from gradwalk.perceptron.programs.losses import LOSSES
from gradwalk.perceptron.settings.model import LOGIT_LOSSES
from gradwalk.perceptron.settings.reading import Matrix, Network, Row

MAX_LINE = 88


class Written(NamedTuple):
    values: tuple[str, ...]
    """Lines that make the inputs, the targets and the parameters."""
    forward: tuple[str, ...]
    """Lines of the forward pass; the last one sets ``loss``."""
    leaves: tuple[str, ...]
    """The parameters, as the program calls them."""


def tensor_line(name: str, numbers: float | Row | Matrix, options: str) -> str:
    """``w = torch.tensor([1.0, 2.0])``; a long matrix gets a line for each row."""
    start, end = f"{name} = torch.tensor(", f"{options})"
    line = f"{start}{literal(numbers)}{end}"
    if len(line) <= MAX_LINE or not isinstance(numbers, tuple):
        return line
    return rows_text(start, numbers, end)


def rows_text(start: str, numbers: Row | Matrix, end: str) -> str:
    """A list between two texts, with a line for each of its rows and no line too long."""
    indent = " " * (len(start) + 1)
    rows = f",\n{indent}".join(map(literal, numbers)) if isinstance(numbers[0], tuple) else literal(numbers)[1:-1]
    wrapped = (
        textwrap.fill(row, MAX_LINE, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
        for row in f"{start}[{rows}]{end}".split("\n")
    )
    return "\n".join(wrapped)


def options(network: Network, requires_grad: bool = False) -> str:
    """What follows the numbers in ``torch.tensor(…)``."""
    dtype = "" if network.dtype == "float32" else f", dtype=torch.{network.dtype}"
    return dtype + (", requires_grad=True" if requires_grad else "")


def activation(name: str, z: str) -> str:
    """The activation's code on the sum of this name."""
    return ACTIVATIONS[name].torch.format(z=z)


def loss_line(network: Network, predicted: str, target: str) -> str:
    """``loss = …`` of these names."""
    loss = LOSSES[network.loss]
    text = loss.torch.format(p=predicted, y=target)
    if loss.reduction and network.rows * network.outputs > 1:
        text = f"({text})" if text.startswith("(") else text
        text = f"{text}.{loss.reduction}()"
    return f"loss = {text}"


def output_name(network: Network) -> str:
    """What the loss takes: ``y_pred``, or ``z`` where it has an activation of its own."""
    return "z" if network.loss in LOGIT_LOSSES else "y_pred"


def last_lines(network: Network, z: str) -> Sequence[str]:
    """The lines after the last layer's sum, whose code is ``z``: sum, prediction, loss."""
    lines = [f"z = {z}"]
    if network.loss not in LOGIT_LOSSES:
        lines.append(f"y_pred = {activation(network.layers[-1].activation, 'z')}")
    return [*lines, loss_line(network, output_name(network), "y")]
