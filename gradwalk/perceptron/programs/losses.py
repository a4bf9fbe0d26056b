"""The losses: how PyTorch writes each, and its derivative as a textbook writes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

EPSILON = 1e-8

BY_HAND = """def binary_cross_entropy_loss(prediction, target):
    epsilon = 1e-8
    p = torch.clamp(prediction, epsilon, 1 - epsilon)
    return -(target * torch.log(p) + (1 - target) * torch.log(1 - p))"""


class Loss(NamedTuple):
    """``{p}`` is the prediction that it takes (ŷ, or z for logits), ``{y}`` the target, in all texts."""

    name: str
    torch: str
    """PyTorch's code; elementwise, unless ``whole``."""
    reduction: str | None
    """What makes one number of several elements: ``sum`` or ``mean``; None where PyTorch's function takes the mean."""
    derivative: str
    """The derivative with respect to the prediction, of one element, in the language of expressions."""
    latex: str
    """The same in LaTeX."""
    formula: str
    """One element's loss in the language of expressions."""

    @property
    def averages(self) -> bool:
        """Whether the derivative of one element carries a factor 1/N."""
        return self.reduction != "sum"


_BCE = "-({y} * log({p}) + (1 - {y}) * log(1 - {p}))"
_DBCE = "({p} - {y}) / ({p} * (1 - {p}))"
_DBCE_LATEX = r"\frac{{{p} - {y}}}{{{p} (1 - {p})}}"

LOSSES: Mapping[str, Loss] = {
    entry.name: entry
    for entry in (
        Loss(
            "squared_error",
            "({p} - {y}) ** 2",
            "sum",
            "2 * ({p} - {y})",
            r"2 ({p} - {y})",
            "({p} - {y})**2",
        ),
        Loss("mse", "F.mse_loss({p}, {y})", None, "2 * ({p} - {y})", r"2 ({p} - {y})", "({p} - {y})**2"),
        Loss("bce", "binary_cross_entropy_loss({p}, {y})", "mean", _DBCE, _DBCE_LATEX, _BCE),
        Loss("binary_cross_entropy", "F.binary_cross_entropy({p}, {y})", None, _DBCE, _DBCE_LATEX, _BCE),
        Loss(
            "binary_cross_entropy_with_logits",
            "F.binary_cross_entropy_with_logits({p}, {y})",
            None,
            "sigmoid({p}) - {y}",
            r"\sigma({p}) - {y}",
            "softplus({p}) - {y} * {p}",
        ),
        Loss(
            "hinge",
            "torch.relu(1 - {y} * {p})",
            "mean",
            "where({y} * {p} < 1, -{y}, 0)",
            r"-{y} \text{{ if }} {y} \cdot {p} < 1 \text{{ else }} 0",
            "relu(1 - {y} * {p})",
        ),
        Loss("cross_entropy", "F.cross_entropy({p}, {y})", None, "", "", ""),
    )
}
"""Cross entropy mixes all outputs; ``paths`` writes its derivative, softmax(z) − 1 at the right class."""
