"""A step that moved a parameter to where a logarithm or a root is not defined: what comes of it is not finite."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from gradwalk.clinic.chart import Chart, listed
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


def brought_out(chart: Chart, made: Operation) -> str:
    """Of an operand that was computed: that one turn before, by the same operations from the same data, it was where
    the function is defined, and which step has moved what it is computed from. Empty where that is not all."""
    bad = _BAD.get(kernel_of(made).name)
    former = None if bad is None else _one_turn_before(chart, made)
    if bad is None or former is None:
        return ""
    now, then = (chart.values[operation.edges[0].value] for operation in (made, former))
    pairs = list(zip(then.numbers or (), now.numbers or (), strict=False))
    place = next((at for at, (_, after) in enumerate(pairs) if bad(after)), None)
    if place is None or any(bad(before) or not math.isfinite(before) for before, _ in pairs):
        return ""
    trained = {chart.values[n].tensor for n in chart.sources([now.id])} & chart.trained
    stretch = chart.events[chart.ran[former.id] : chart.ran[made.id]]
    moved = [e for e in stretch if isinstance(e, Update) and chart.values[e.after].tensor in trained]
    if not moved or not all(map(chart.is_step, moved)) or len({event.span for event in moved}) != 1:
        return ""
    step, (before, after) = moved[0], pairs[place]
    names = listed(chart.names_of({chart.values[event.after].tensor for event in moved}))
    return (
        f"One turn before, from the same data, what is {short(after)} now was {short(before)}: between them "
        f"{_mover(step)} in {chart.line_of(step.span)}{_rate(step)} moved {names}."
    )


def _one_turn_before(chart: Chart, made: Operation) -> Operation | None:
    """The same call, whose operand came by the same operations from the same data, parameters aside."""
    same = (o for o in reversed(chart.operations[: made.id]) if (o.span, o.kernel) == (made.span, made.kernel))
    former = next(same, None)
    if former is None or not former.edges or former.id not in chart.ran or made.id not in chart.ran:
        return None
    return former if _origin(chart, former) == _origin(chart, made) else None


def _origin(chart: Chart, operation: Operation) -> tuple[object, ...]:
    """By which operations what goes into one was computed, from which data, and from which tensors that are trained."""
    values = [chart.values[number] for number in chart.sources([operation.edges[0].value])]
    makers = {maker.id: maker for value in values if (maker := chart.maker(value)) is not None}
    ways = [(makers[number].kernel, makers[number].constants, makers[number].span) for number in sorted(makers)]
    plain = [value for value in values if chart.maker(value) is None]
    data = frozenset(value.id for value in plain if value.tensor not in chart.trained)
    return tuple(ways), data, frozenset(value.tensor for value in plain if value.tensor in chart.trained)


def pieces_of(chart: Chart, move: Move, made: Operation) -> dict[str, str]:
    """What the finding's sentence is made of."""
    step, value = move.step, chart.values[move.step.after]
    return {
        "mover": _mover(step) if step.optimizer else "The update",
        "moving": chart.line_of(step.span),
        "name": chart.called(value, "a parameter"),
        "entry": f"{chart.called(value, 'a parameter')}{_index(value, move.place)}",
        "before": short(move.before),
        "after": short(move.after),
        "rate": _rate(step),
        "function": kernel_of(made).name,
    }


def _mover(step: Update) -> str:
    return f"{step.optimizer}'s step" if step.optimizer else "the update"


def _rate(step: Update) -> str:
    rate = next((setting.text for setting in step.settings if setting.name == "lr"), "")
    return f", with lr = {short(float(rate))}," if rate and _is_number(rate) else ""


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
