"""The activations: how PyTorch writes each, and its derivative as a textbook writes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Activation(NamedTuple):
    """``{z}`` is the name of the sum in all texts, ``{a}`` that of the activation's value."""

    name: str
    torch: str
    """PyTorch's code."""
    derivative: str
    """The local gradient da/dz in the language of expressions."""
    latex: str
    """The same in LaTeX."""
    kink: bool = False
    """Whether it has no derivative at z = 0."""


ACTIVATIONS: Mapping[str, Activation] = {
    entry.name: entry
    for entry in (
        Activation("identity", "{z}", "1", "1"),
        Activation("sigmoid", "torch.sigmoid({z})", "{a} * (1 - {a})", r"{a} (1 - {a})"),
        Activation("tanh", "torch.tanh({z})", "1 - {a}**2", r"1 - {{{a}}}^2"),
        Activation(
            "relu", "torch.relu({z})", "where({z} > 0, 1, 0)", r"1 \text{{ if }} {z} > 0 \text{{ else }} 0", True
        ),
        Activation(
            "leaky_relu",
            "F.leaky_relu({z}, 0.01)",
            "where({z} > 0, 1, 0.01)",
            r"1 \text{{ if }} {z} > 0 \text{{ else }} 0.01",
            True,
        ),
        Activation(
            "gelu",
            "F.gelu({z})",
            "(1 + erf({z} / sqrt(2))) / 2 + {z} * exp(-{z}**2 / 2) / sqrt(2 * pi)",
            r"\frac{{1}}{{2}} \left(1 + \operatorname{{erf}} \frac{{{z}}}{{\sqrt{{2}}}}\right)"
            r" + \frac{{{z} e^{{-{{{z}}}^2 / 2}}}}{{\sqrt{{2 \pi}}}}",
        ),
        Activation("softplus", "F.softplus({z})", "sigmoid({z})", r"\sigma({z})"),
        Activation("step", "(torch.sign({z}) + 1) / 2", "0", "0", True),
    )
}
"""relu's derivative at 0 is 0, as PyTorch has it. A step is written with sign, whose gradient PyTorch gives as 0."""
