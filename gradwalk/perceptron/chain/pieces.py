"""The slope of one piece of a network, such as dŷ/dz, by a central difference through PyTorch's forward pass."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable
from typing import NamedTuple

from gradwalk.comparison import remarks
from gradwalk.comparison.differences import Slopes, shape, slopes, step
from gradwalk.perceptron.chain.by_hand import forward
from gradwalk.perceptron.chain.evaluation import evaluated, in_float64
from gradwalk.perceptron.chain.factors import LOSS, Factor
from gradwalk.perceptron.chain.measured import by_autograd, values
from gradwalk.perceptron.settings.reading import Network, Row

FINER = (1, 8, 64, 512, 4096)
"""Near ŷ = 1 the loss bends so fast that the usual step leaves its domain; the step with the least error is taken."""
_NEAR = 1e-3


class PieceSlope(NamedTuple):
    """(f(a+h) − f(a−h)) / 2h of one piece, in float64."""

    numbers: Row
    """One a row of the batch; empty where there is none."""
    remark: str | None
    """Why it is not autograd's number, where it is not."""


def piece_slope(network: Network, factor: Factor, autograd: Row) -> PieceSlope:
    """The slope of what the factor differentiates; ``autograd`` is what it is compared with, one number a row."""
    exact = in_float64(network)
    here = values(exact, [factor.below]).get(factor.below, ())
    found = []
    for row in range(network.rows if here else 0):
        function = along(exact, factor, here, row)
        middle = function(here[row])
        if not math.isfinite(middle):
            return PieceSlope((), None)
        best = _best(function, here[row], middle)
        theirs = autograd[row] if row < len(autograd) else None
        if best is not None and _lost(best.central, theirs):
            remark = _coarse(network, factor, row, theirs)
            if remark:
                return PieceSlope((best.central,) if network.rows == 1 else (), remark)
        if best is None or _disagree(best.central, theirs):
            refused = _remark(function, here[row], middle, theirs)
            if best is None or refused[0]:
                return PieceSlope((), refused[1])
            if refused[1]:
                return PieceSlope((best.central,) if network.rows == 1 else (), refused[1])
        found.append(best.central)
    return PieceSlope(tuple(found), None)


def _disagree(mine: float, theirs: float | None) -> bool:
    return theirs is not None and math.isfinite(theirs) and abs(mine - theirs) > _NEAR * max(1, abs(theirs))


def _lost(mine: float, theirs: float | None) -> bool:
    """Whether float32 may have lost what float64 holds: an inf, a nan, a 0 for a small number."""
    return theirs is not None and (not math.isfinite(theirs) or (theirs == 0) != (mine == 0))


def _coarse(network: Network, factor: Factor, row: int, autograd: float | None) -> str | None:
    finer = by_autograd(in_float64(network), [factor]).get(factor.key, ())
    if autograd is None or row >= len(finer) or not math.isfinite(finer[row]) or finer[row] == autograd:
        return None
    return remarks.coarse(network.dtype, autograd, finer[row])


def _remark(
    function: Callable[[float], float], here: float, middle: float, autograd: float | None
) -> tuple[bool, str | None]:
    """Whether there is no slope at all, and what is to be said of it."""
    found = slopes(function, here, middle, step(here))
    form = shape(function, here, middle, found)
    if form == "kink":
        return False, remarks.kink(found, autograd)
    jumps = form == "jump" or _jumps(function, here, found)
    return jumps, remarks.jump("the activation") if jumps else None


def _jumps(function: Callable[[float], float], here: float, found: Slopes) -> bool:
    """Whether a step that is much smaller changes as much: as at the ½ in the middle of a step."""
    h = found.step / FINER[-1]
    return abs(function(here + h) - function(here - h)) > abs(found.central) * found.step


def _best(function: Callable[[float], float], here: float, middle: float) -> Slopes | None:
    """The slopes whose error is least: that of rounding, and that of bending, which the sides' gap tells."""
    best, least = None, math.inf
    for divisor in FINER:
        found = slopes(function, here, middle, step(here) / divisor)
        error = found.gap**2 / max(abs(found.central), 1e-300) + found.noise
        if error < least:
            best, least = found, error
        if best is not None and found.gap <= 1e-4 * abs(found.central):
            break
    return best


def along(network: Network, factor: Factor, here: Row, row: int) -> Callable[[float], float]:
    """What the factor differentiates in one row, as a function of what it differentiates by; nan where PyTorch refuses.

    The statements of the scalar program from the one to the other are run again, with the number put in.
    """
    before, after = _cut(forward(network), factor.below, _name(factor.above))
    options = ", dtype=torch.float64"
    of_row = "" if network.rows == 1 or factor.above == LOSS else f"[{row}]"

    def function(number: float) -> float:
        if not math.isfinite(number):
            return math.nan
        shared = network.rows == 1 or factor.below[0] in "wb"
        numbers = number if shared else [number if place == row else each for place, each in enumerate(here)]
        line = f"{factor.below} = torch.tensor({numbers}{options})"
        found = evaluated("\n".join([*before, line, *after, f"{_name(factor.above)}{of_row}"]) + "\n")
        return found[0] if found else math.nan

    return function


def _name(above: str) -> str:
    return "loss" if above == LOSS else above


def _cut(source: str, below: str, above: str) -> tuple[list[str], list[str]]:
    """The statements to the assignment of ``below``, and those after it to the assignment of ``above``."""
    statements = ast.parse(source).body
    texts = [ast.get_source_segment(source, each) or "" for each in statements]
    first, last = (_assigning(statements, name) for name in (below, above))
    return texts[: first + 1], texts[first + 1 : last + 1]


def _assigning(statements: list[ast.stmt], name: str) -> int:
    return next(
        place
        for place, each in enumerate(statements)
        if isinstance(each, ast.Assign) and isinstance(each.targets[0], ast.Name) and each.targets[0].id == name
    )
