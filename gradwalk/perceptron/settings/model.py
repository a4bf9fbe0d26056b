"""A perceptron's settings as a person typed them: layers, activations, loss, dtype, style, and numbers as texts.

``reading.read`` checks them and gives the numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

from gradwalk.program import ProgramError, Span

MAX_LAYERS = 4
MAX_UNITS = 8
"""Units of a layer, inputs, and rows of a batch."""
MAX_NUMBER = 1e6
"""The largest size of an input, a weight, a bias or a target."""

ACTIVATIONS = ("identity", "sigmoid", "tanh", "relu", "leaky_relu", "gelu", "softplus", "step")
LOSSES = (
    "squared_error",
    "mse",
    "bce",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "hinge",
    "cross_entropy",
)
"""``bce`` is written by hand, with its epsilon; the long names are PyTorch's functions."""
LOGIT_LOSSES = ("binary_cross_entropy_with_logits", "cross_entropy")
"""Losses with an activation of their own: they take z, and the last layer's activation is the identity."""
DTYPES = ("float32", "float64")
STYLES = ("scalar", "tensor", "linear")
"""Every multiplication a node of its own; vectors and matrices with ``@``; ``nn.Linear`` layers."""


@dataclass(frozen=True)
class Layer:
    """One layer. A single list of weights belongs to one unit; several units have a list of lists, a row a unit."""

    weights: str = "1"
    bias: str = "0"
    """A number; for several units a list with one number a unit."""
    activation: str = "sigmoid"


@dataclass(frozen=True)
class Perceptron:
    """The settings, as typed and not yet checked."""

    x: str = "6.7"
    """A number, a list with one number an input, or a list of such rows. With one input a list is several rows."""
    target: str = "0"
    """A number; for several outputs or several rows a list, for both a list of rows. For cross entropy the number of
    the right class, from 0; for hinge −1 or 1."""
    layers: tuple[Layer, ...] = (Layer(),)
    loss: str = "bce"
    dtype: str = "float32"
    style: str = "scalar"


class SettingError(ProgramError):
    """A refusal of one setting. ``field`` says which: ``x``, ``y``, ``loss``, ``w``, ``b2``, ``activation1`` …"""

    def __init__(self, message: str, field: str, span: Span | None = None) -> None:
        super().__init__(message, span)
        self.field = field


def field(kind: str, layer: int, layers: int) -> str:
    """The name of a layer's field (``w``, ``b``, ``activation``): with its number, from 1, where there are several."""
    return kind if layers == 1 else f"{kind}{layer + 1}"
