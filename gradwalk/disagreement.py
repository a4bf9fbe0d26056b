"""Why autograd's gradient, the derivative in symbols and the central difference disagree, where they do."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from gradwalk import remarks
from gradwalk.differences import FINER, Slopes, shape, slopes
from gradwalk.experiment import Experiment
from gradwalk.recording import Recording

# How far two numbers may be apart and still agree, relative to the larger one.
_AGREE = {"float32": 1e-4, "float64": 1e-6}
_COARSE = 1e-2
_LITTLE = 100
"""In units of h²."""


class Measured(NamedTuple):
    """One element of one leaf, and what three ways of differentiating gave."""

    leaf: str
    position: int
    autograd: float | None
    symbol: float | None
    slopes: Slopes
    function: Callable[[float], float]
    """The root as a function of this element alone."""
    x: float


def remark(experiment: Experiment, measured: Measured) -> str | None:
    """The first reason that holds: from what the function is at this place to how its slope was computed."""
    root = experiment.root_name
    if measured.autograd is None:
        return remarks.unused(measured.leaf, root)
    if not math.isfinite(experiment.middle):
        return remarks.no_value(root, experiment.middle)
    form = shape(measured.function, measured.x, experiment.middle, measured.slopes, experiment.scale)
    if form == "kink":
        return remarks.kink(measured.slopes, measured.autograd)
    if form == "jump":
        return remarks.jump(root)
    if form == "undefined":
        return remarks.edge(root, measured.slopes)
    return _where_smooth(experiment, measured, measured.autograd)


def _where_smooth(experiment: Experiment, measured: Measured, autograd: float) -> str | None:
    """Why autograd's number is not the slope; None where it is."""
    dtype, found = experiment.root.dtype, measured.slopes
    tolerance = _AGREE.get(dtype, _COARSE)
    if _agree(autograd, found.central, tolerance, found.noise):
        undefined = measured.symbol is not None and not math.isfinite(measured.symbol)
        return remarks.formula_undefined() if undefined else None
    if is_cut(experiment.recording, experiment.root.id, measured.leaf):
        return remarks.cut(measured.leaf, experiment.root_name)
    if dtype != "float64":
        finer = experiment.finer(measured.leaf, measured.position)
        if _agree(finer, found.central, tolerance, found.noise) and not _agree(finer, autograd, tolerance, 0):
            return remarks.coarse(dtype, autograd, finer)
    if not math.isfinite(autograd):
        return remarks.lost(autograd)
    return _roughness(experiment, measured, autograd)


def _roughness(experiment: Experiment, measured: Measured, autograd: float) -> str | None:
    """A shorter step tells whether the central difference was wrong; by a little, some h², it always is."""
    found = measured.slopes
    if abs(found.central - autograd) <= _LITTLE * found.step**2 * max(1, abs(experiment.middle), abs(autograd)):
        return None
    closer = slopes(measured.function, measured.x, experiment.middle, found.step / FINER)
    if abs(closer.central - autograd) < abs(found.central - autograd) / 16 + closer.noise:
        return remarks.rough(found.step)
    return remarks.unexplained(autograd - found.central)


def _agree(first: float, second: float, tolerance: float, noise: float) -> bool:
    if not (math.isfinite(first) and math.isfinite(second)):
        return first == second
    return abs(first - second) <= tolerance * max(abs(first), abs(second)) + noise


def is_cut(recording: Recording, root: int, leaf: str) -> bool:
    """Whether some path from the root back to the leaf crosses an operation that autograd did not record."""
    seen: set[tuple[int, bool]] = set()
    stack = [(root, False)]
    while stack:
        place = stack.pop()
        value, cut = recording.values[place[0]], place[1]
        if place in seen or not value.dtype.startswith("float"):
            continue
        seen.add(place)
        if cut and value.operation is None and leaf in value.names:
            return True
        if value.operation is not None:
            made = recording.operations[value.operation]
            stack.extend((edge.value, cut or made.node is None or edge.route is None) for edge in made.edges)
    return False
