"""A curve through a recorded number: how a result hangs on one operand, as PyTorch computes it."""

from __future__ import annotations

from typing import NamedTuple

POINTS = 33
"""Of an operation's curve. A root's along a leaf may bend more often: it has twice or four times as many."""
NUDGE = 0.01
"""So far a leaf is moved, to see how far the root moves with it."""


class Curve(NamedTuple):
    """``values`` at places from ``first`` to ``last``, evenly spaced; None where there is no finite one."""

    first: float
    last: float
    values: tuple[float | None, ...]
    at: tuple[float, float]
    """The recorded point, which lies on it."""
    nudged: float | None = None
    """Of a root along a leaf: its value where the leaf is ``NUDGE`` more."""
    coarse: bool = False
    """Of a root along a leaf: whether float32's rounding is to be seen in it, beside the same in float64."""
