"""A snapshot: all that one step of a run starts from, as plain numbers."""

from __future__ import annotations

from typing import NamedTuple

from gradwalk.training.literals import Numbers


class Remembered(NamedTuple):
    """One entry of an optimizer's state for a parameter, such as ``exp_avg``."""

    name: str
    numbers: Numbers


class Snapshot(NamedTuple):
    """Just before a step. Parameters in the order of ``model.parameters()``: the weight and the bias of each layer."""

    epoch: int
    """How many epochs are done."""
    batch: int
    """Which step of the next epoch comes now, from 0."""
    parameters: tuple[Numbers, ...]
    gradients: tuple[Numbers | None, ...]
    """What the step before left in ``.grad``."""
    state: tuple[tuple[Remembered, ...], ...]
    """What the optimizer remembers of each parameter."""
    x: Numbers
    """The points of this step."""
    y: Numbers
    """Their targets; for cross entropy the classes, with dtype ``int64``."""
