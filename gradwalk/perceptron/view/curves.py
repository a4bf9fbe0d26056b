"""The curve of an activation, as PyTorch computes it, over a range that holds the sums that are shown."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from gradwalk.perceptron.programs.activations import ACTIVATIONS

POINTS = 81
_REACHES = (6, 10, 20, 50, 100, 1000, 1e4, 1e5, 1e6, 1e7, 1e8)


def curve(activation: str, sums: Iterable[float]) -> list[list[float]]:
    """The places on the axis of z, and the activation's values there."""
    furthest = max(map(abs, sums), default=0.0)
    reach = next((reach for reach in _REACHES if furthest <= 0.95 * reach), _REACHES[-1])
    return _curve(activation, reach)


@lru_cache(maxsize=128)
def _curve(activation: str, reach: float) -> list[list[float]]:
    from gradwalk.cells import evaluate

    lines = ["import torch", "import torch.nn.functional as F", f"z = torch.linspace(-{reach}, {reach}, {POINTS})"]
    places = evaluate("\n".join([*lines, "z"]))
    values = evaluate("\n".join([*lines, ACTIVATIONS[activation].torch.format(z="z")]))
    return [[float(f"{number:.6g}") for number in numbers] for numbers in (places, values)]
