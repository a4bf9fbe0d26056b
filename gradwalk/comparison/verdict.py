"""Why autograd's gradient, the derivative in symbols and the central difference disagree, where they do."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from gradwalk.comparison import remarks
from gradwalk.comparison.differences import FINER, Slopes, shape, slopes
from gradwalk.comparison.experiment import Experiment
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


class Verdict(NamedTuple):
    """Why the three disagree, where they do, and which of them mean nothing here."""

    remark: str | None
    has_slope: bool = True
    """Whether the function has a derivative, or a kink's two, that a formula may state."""
    resolved: bool = True
    """Whether the central difference says something of the function, and not of its step alone."""


def verdict(experiment: Experiment, measured: Measured) -> Verdict:
    """The first reason that holds: from what the function is at this place to how its slope was computed."""
    root = experiment.root_name
    if measured.autograd is None:
        return Verdict(remarks.unused(measured.leaf, root))
    if experiment.large:
        return Verdict(remarks.large(root, experiment.elements), resolved=False)
    if not math.isfinite(experiment.middle):
        return Verdict(remarks.no_value(root, experiment.middle), has_slope=False, resolved=False)
    form = shape(measured.function, measured.x, experiment.middle, measured.slopes, experiment.scale)
    if form == "kink":
        return Verdict(remarks.kink(measured.slopes, measured.autograd))
    if form == "steep":
        return Verdict(remarks.steep(_steep_sides(experiment, measured), measured.autograd), False, False)
    if form == "jump":
        return Verdict(remarks.jump(root), False, False)
    if form == "undefined":
        return Verdict(remarks.edge(root, measured.slopes))
    if form == "wild":
        return _wild(experiment, measured)
    return _where_smooth(experiment, measured, measured.autograd)


def _wild(experiment: Experiment, measured: Measured) -> Verdict:
    return Verdict(remarks.wild(experiment.root_name, measured.slopes.step), resolved=False)


def _steep_sides(experiment: Experiment, measured: Measured) -> tuple[float, float]:
    """The slopes from the left and from the right; infinite where a shorter step makes it steeper still."""
    found = measured.slopes
    closer = slopes(measured.function, measured.x, experiment.middle, found.step / FINER)
    left, right = (
        math.copysign(math.inf, near) if abs(near - far) > 0.02 * max(abs(near), closer.gap) else near
        for far, near in zip(found[:2], closer[:2], strict=True)
    )
    return left, right


def _where_smooth(experiment: Experiment, measured: Measured, autograd: float) -> Verdict:
    """Why autograd's number is not the slope; no remark where it is."""
    dtype, found = experiment.root.dtype, measured.slopes
    tolerance = _AGREE.get(dtype, _COARSE)
    if _agree(autograd, found.central, tolerance, found.noise):
        undefined = measured.symbol is not None and not math.isfinite(measured.symbol)
        return Verdict(remarks.formula_undefined() if undefined else None)
    if is_cut(experiment.recording, experiment.root.id, measured.leaf):
        return Verdict(remarks.cut(measured.leaf, experiment.root_name))
    if dtype != "float64":
        finer = experiment.finer(measured.leaf, measured.position)
        if _agree(finer, found.central, tolerance, found.noise) and not _agree(finer, autograd, tolerance, 0):
            return Verdict(remarks.coarse(dtype, autograd, finer))
    if not math.isfinite(autograd):
        return Verdict(remarks.lost(autograd))
    return _roughness(experiment, measured, autograd)


def _roughness(experiment: Experiment, measured: Measured, autograd: float) -> Verdict:
    """A shorter step tells whether the central difference was wrong; by a little, some h², it always is."""
    found = measured.slopes
    if abs(found.central - autograd) <= _LITTLE * found.step**2 * max(1, abs(experiment.middle), abs(autograd)):
        return Verdict(None)
    closer = slopes(measured.function, measured.x, experiment.middle, found.step / FINER)
    if abs(closer.central - autograd) < abs(found.central - autograd) / 16 + closer.noise:
        return Verdict(remarks.rough(found.step))
    if abs(closer.central - found.central) > 0.1 * max(abs(closer.central), abs(found.central)) + closer.noise:
        return _wild(experiment, measured)
    return Verdict(remarks.unexplained(autograd - found.central))


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
