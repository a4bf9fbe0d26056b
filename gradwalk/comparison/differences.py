"""Slopes of a function of one number by finite differences: from the left, from the right, and central."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from typing import NamedTuple

EPSILON = sys.float_info.epsilon
FINER = 512
"""How much smaller the step is that looks closer, at what seems no slope or a wrong one."""


class Slopes(NamedTuple):
    """``(f(x) − f(x−h)) / h``, ``(f(x+h) − f(x)) / h`` and ``(f(x+h) − f(x−h)) / 2h``."""

    left: float
    right: float
    central: float
    step: float
    noise: float
    """What the rounding of f alone can add to a slope."""

    @property
    def gap(self) -> float:
        return abs(self.right - self.left)


def step(x: float) -> float:
    """The step that balances rounding against the neglected third derivative: h = ε^⅓ · max(1, |x|), ε = 2⁻⁵².

    Press, Teukolsky, Vetterling and Flannery, Numerical Recipes (3rd edition), section 5.7, equation 5.7.8.
    """
    return math.cbrt(EPSILON) * max(1.0, abs(x))


def slopes(function: Callable[[float], float], x: float, middle: float, h: float) -> Slopes:
    """The slopes of ``function`` at ``x``, where its value is ``middle``, in double precision.

    x ± h are rounded first, and the slopes divide by the distances that they really have.
    """
    low, high = x - h, x + h
    below, above = function(low), function(high)
    noise = 8 * EPSILON * max(abs(below), abs(middle), abs(above)) / h
    return Slopes((middle - below) / (x - low), (above - middle) / (high - x), (above - below) / (high - low), h, noise)


def shape(function: Callable[[float], float], x: float, middle: float, found: Slopes, scale: float = 0) -> str:
    """``smooth``, ``kink``, ``steep``, ``jump``, ``wild``, or ``undefined`` where a slope is nan or infinite.

    The gap between the slopes from the left and from the right shrinks with the step where a function merely bends,
    stays at a kink, and grows at a jump. A kink that is near but not at ``x`` counts as smooth. ``steep`` is a kink
    where the slope of a side grows with every smaller step, as that of √x does at 0; ``wild`` a function that no step
    resolves, as it swings several times within each. ``scale`` is the size of the largest number on the way to f: its
    rounding reaches f, however small f itself is.
    """
    if not math.isfinite(found.gap):
        return "undefined"
    if found.gap <= 1e-4 * max(1e-3, abs(found.left), abs(found.right)) + found.noise:
        return "smooth"
    for finer in (FINER, 1):
        coarse, fine = (slopes(function, x, middle, found.step / divisor) for divisor in (finer, 8 * finer))
        if not math.isfinite(fine.gap + coarse.gap):
            return "undefined"
        noise = max(fine.noise, 8 * EPSILON * scale / fine.step)
        if fine.gap > 2 * noise or noise < 0.1 * found.gap:
            break
    if fine.gap <= 2 * noise:
        return "smooth"
    growth = fine.gap / coarse.gap if coarse.gap else math.inf
    if growth < 8**-0.5:
        return "smooth"
    if growth < 8**0.75:
        return _corner(coarse, fine, slopes(function, x, middle, fine.step / 8), scale)
    return "jump" if _persists(function, x, fine, scale) else "wild"


def _corner(coarse: Slopes, fine: Slopes, finest: Slopes, scale: float) -> str:
    """A kink where both sides have settled on their slopes."""
    noise = max(finest.noise, 8 * EPSILON * scale / finest.step)
    moving = [
        (first, second, third)
        for first, second, third in zip(coarse[:2], fine[:2], finest[:2], strict=True)
        if abs(third - second) > 0.02 * max(abs(second), abs(third), fine.gap) + noise
    ]
    grows = all(first * third >= 0 and abs(first) < abs(second) < abs(third) for first, second, third in moving)
    return "kink" if not moving else "steep" if grows else "wild"


def _persists(function: Callable[[float], float], x: float, found: Slopes, scale: float) -> bool:
    """Whether f changes by as much within the smallest step as within this one: only a jump does."""
    h = 16 * EPSILON * max(1.0, abs(x))
    change = abs(function(x + h) - function(x - h))
    return change > 0.5 * found.gap * found.step and change > 8 * EPSILON * scale
