"""The sentences that say why autograd, the symbols and the central difference disagree."""

from __future__ import annotations

import math

from gradwalk.comparison.differences import Slopes
from gradwalk.notation import pretty, short


def unused(leaf: str, root: str) -> str:
    name = pretty(leaf)
    return f"{name}.grad is None, which is not zero: autograd recorded no path from {pretty(root)} to {name}."


def large(root: str, elements: int) -> str:
    return (
        f"{pretty(root)} is made of {elements:,} numbers, too many to compute it again and again: "
        "there is no central difference."
    )


def kink(slopes: Slopes, chosen: float | None) -> str:
    sides = f"A kink: the slope is {_slope(slopes.left)} from the left and {_slope(slopes.right)} from the right"
    if chosen is None:
        return sides + "."
    if math.isnan(chosen):
        return sides + "; PyTorch's formula gives nan (a product such as 0 · inf on the way)."
    return f"{sides}; PyTorch takes {short(chosen)}{_which(slopes, chosen)}."


def steep(sides: tuple[float, float], chosen: float) -> str:
    """``sides`` are the slopes from the left and from the right, one of them or both infinite."""
    left, right = ("infinite" if math.isinf(side) else _slope(side) for side in sides)
    found = f"no derivative: PyTorch gives {short(chosen)}"
    if math.isinf(sides[0]) and math.isinf(sides[1]):
        return f"The slope is infinite from both sides, so there is {found}."
    return f"The slope is {left} from the left and {right} from the right, so there is {found}."


def wild(root: str, step: float) -> str:
    return (
        f"{pretty(root)} swings so fast here that the step of {short(step)} skips whole swings: "
        "a central difference would say nothing of its slope."
    )


def _slope(slope: float) -> str:
    """A finite difference is right to a few digits; those that it has are shown."""
    return short(float(f"{slope:.4g}") + 0.0) if abs(slope) > 1e-4 else "0"


def _which(slopes: Slopes, chosen: float) -> str:
    middle = (slopes.left + slopes.right) / 2
    places = ((slopes.left, ", the left one"), (slopes.right, ", the right one"), (middle, ", halfway between"))
    tolerance = 1e-3 * max(abs(slopes.left), abs(slopes.right))
    return next((text for slope, text in places if abs(slope - chosen) <= tolerance), "")


def jump(root: str) -> str:
    return f"A jump: {pretty(root)} is not continuous here and has no slope; PyTorch differentiates the piece it is on."


def no_value(root: str, value: float) -> str:
    name = pretty(root)
    if math.isnan(value):
        return f"{name} is nan: the values lie outside the function's domain, so there is no slope to compare with."
    return f"{name} is {short(value)} here, so there is no slope to compare with."


def edge(root: str, slopes: Slopes) -> str:
    sides = [side for side, slope in (("left", slopes.left), ("right", slopes.right)) if not math.isfinite(slope)]
    where = f"to the {' and '.join(sides)}" if sides else "close by"
    return f"The edge of the domain: {where} {pretty(root)} has no finite value, so there is no central difference."


def cut(leaf: str, root: str) -> str:
    return (
        f"A path from {pretty(leaf)} to {pretty(root)} was cut (detach or no_grad): "
        "autograd leaves it out, the mathematics does not."
    )


def coarse(dtype: str, autograd: float, finer: float) -> str:
    """``finer`` is the same gradient in float64."""
    if not math.isfinite(autograd):
        return f"{dtype} cannot hold this; in float64 autograd gives {short(finer)}."
    return f"{dtype} rounding: in float64 autograd gives {short(finer)}."


def rough(step: float) -> str:
    return f"The function bends so much within the step of {short(step)} that the central difference is rough here."


def lost(autograd: float) -> str:
    return f"Autograd gives {short(autograd)}: somewhere on the way a product such as 0 · inf has no value."


def formula_undefined() -> str:
    return "The formula in symbols has no value here, for instance 0 / 0 on the way; the function itself has a slope."


def piece() -> str:
    return "The formula is the piece that holds at these values, as relu, max or clamp decided."


def unexplained(difference: float) -> str:
    return f"They differ by {short(difference)}."


def more(leaf: str, count: int) -> str:
    return f"{pretty(leaf)} has {count:,} more element{'s' if count > 1 else ''}, not shown here."
