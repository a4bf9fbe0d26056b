"""Which of PyTorch's errors happened: from its type and message to a short key that ``failures`` knows."""

from __future__ import annotations

CAUSES: tuple[tuple[str, str, str], ...] = (
    ("RuntimeError", "Trying to backward through the graph a second time", "backward-twice"),
    ("RuntimeError", "grad can be implicitly created only for scalar outputs", "non-scalar-root"),
    ("RuntimeError", "does not require grad and does not have a grad_fn", "nothing-requires-grad"),
    ("RuntimeError", "Mismatch in shape: grad_output", "seed-shape"),
    ("RuntimeError", "Only Tensors of floating point and complex dtype can require gradients", "integer-requires-grad"),
    ("RuntimeError", "only Tensors of floating point dtype can require gradients", "integer-requires-grad"),
    ("RuntimeError", "a leaf Variable that requires grad is being used in an in-place operation", "in-place-on-leaf"),
    ("RuntimeError", "a view of a leaf Variable that requires grad", "in-place-on-leaf"),
    ("RuntimeError", "has been modified by an inplace operation", "saved-value-changed"),
    ("RuntimeError", "you can only change requires_grad flags of leaf variables", "flag-on-non-leaf"),
    ("RuntimeError", "must match the size of tensor", "shape-mismatch"),
    ("RuntimeError", "shapes cannot be multiplied", "shape-mismatch"),
    ("RuntimeError", "inconsistent tensor size", "shape-mismatch"),
    ("RuntimeError", "size mismatch", "shape-mismatch"),
    ("ZeroDivisionError", "", "division-by-zero"),
    ("NameError", "", "unknown-name"),
)
"""Type, a piece of the message, key."""


def cause(kind: str, message: str) -> str | None:
    """The key of the first line that fits; None for an error that has no explanation of its own."""
    return next((key for name, piece, key in CAUSES if name == kind and piece in message), None)
