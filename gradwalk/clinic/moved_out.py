"""A step that moved a parameter to where a logarithm or a root is not defined: what comes of it is not finite."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from gradwalk.clinic.chart import Chart
from gradwalk.notation import kernel_of, short
from gradwalk.recording import Number, Operation, Update, Value

_BAD: dict[str, Callable[[Number], bool]] = {"log": lambda n: n <= 0, "log2": lambda n: n <= 0,
                                             "log10": lambda n: n <= 0, "sqrt": lambda n: n < 0}  # fmt: skip
"""Of each function: the numbers that it has no finite result for."""


class Move(NamedTuple):
    """The step, and one entry of the parameter before and after it."""

    step: Update
    place: int
    before: Number
    after: Number


def moved_out(chart: Chart, made: Operation) -> Move | None:
    """The step that moved what goes into an operation out of where it is defined."""
    bad = _BAD.get(kernel_of(made).name)
    if bad is None or not made.edges:
        return None
    operand = chart.values[made.edges[0].value]
    ran = chart.ran.get(made.id, -1)
    steps = [e for e in chart.all(Update) if chart.values[e.after].tensor == operand.tensor and chart.at[id(e)] < ran]
    if not steps or chart.values[steps[-1].after].numbers != operand.numbers or not all(map(chart.is_step, steps)):
        return None
    for step in steps:
        before, after = chart.values[step.before].numbers or (), chart.values[step.after].numbers or ()
        for place, (one, other) in enumerate(zip(before, after, strict=False)):
            if math.isfinite(one) and math.isfinite(other) and not bad(one) and bad(other):
                stayed = bad((operand.numbers or ())[place])
                return Move(step, place, one, other) if stayed else None
    return None


def pieces_of(chart: Chart, move: Move, made: Operation) -> dict[str, str]:
    """What the finding's sentence is made of."""
    step, value = move.step, chart.values[move.step.after]
    rate = next((setting.text for setting in step.settings if setting.name == "lr"), "")
    return {
        "mover": f"{step.optimizer}'s step" if step.optimizer else "The update",
        "moving": chart.line_of(step.span),
        "name": chart.called(value, "a parameter"),
        "entry": f"{chart.called(value, 'a parameter')}{_index(value, move.place)}",
        "before": short(move.before),
        "after": short(move.after),
        "rate": f", with lr = {short(float(rate))}," if rate and _is_number(rate) else "",
        "function": kernel_of(made).name,
    }


def _index(value: Value, place: int) -> str:
    """Which entry of it: ``[1, 2]``; nothing of a single number."""
    found: list[int] = []
    for size in reversed(value.shape):
        found.insert(0, place % size)
        place //= size
    return str(found) if found else ""


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False
