"""What activations, losses and styles are called on the screen."""

from __future__ import annotations

ACTIVATION_NAMES = {
    "identity": "identity",
    "sigmoid": "sigmoid",
    "tanh": "tanh",
    "relu": "ReLU",
    "leaky_relu": "leaky ReLU",
    "gelu": "GELU",
    "softplus": "softplus",
    "step": "step",
}
LOSS_NAMES = {
    "squared_error": "Squared error",
    "mse": "MSE",
    "bce": "BCE",
    "binary_cross_entropy": "F.bce",
    "binary_cross_entropy_with_logits": "BCE with logits",
    "hinge": "Hinge",
    "cross_entropy": "Cross entropy",
}
"""In the drawing, where there is little room."""
LOSS_TITLES = LOSS_NAMES | {
    "mse": "MSE (F.mse_loss)",
    "bce": "BCE by hand, with ε",
    "binary_cross_entropy": "F.binary_cross_entropy",
}


def limits(loss: str, outputs: int) -> list[float] | None:
    """What a target's slider goes over: lowest, highest, step; None where a target may be any number."""
    if loss == "hinge":
        return [-1, 1, 2]
    if loss == "cross_entropy":
        return [0, outputs - 1, 1]
    return None if loss in ("squared_error", "mse") else [0, 1, 0.05]


STYLE_NAMES = {"scalar": "Scalars", "tensor": "Vectors", "linear": "nn.Linear"}
