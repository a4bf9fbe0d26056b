"""Units of a layer that begin alike, learn alike, and so stay alike."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

from gradwalk.clinic.chart import Chart, is_zero, numel
from gradwalk.clinic.finding import Finding
from gradwalk.recording import Accumulate, Number, Update, Value

LEAST_PASSES = 2
_ROUNDING = 1e-6


def units(chart: Chart) -> Iterator[Finding]:
    """Rows of a weight that are equal from its first numbers to its last, while steps move them: one finding a weight,
    of a layer whose bias is the same for all of them too."""
    if not chart.whole:
        return
    moved: dict[int, list[Update]] = {}
    for event in chart.all(Update):
        if chart.is_step(event):
            moved.setdefault(chart.values[event.after].tensor, []).append(event)
    for tensor, updates in moved.items():
        if tensor not in chart.parameters:
            continue  # somebody's own tensor may be anything
        first, last = chart.values[updates[0].before], chart.values[updates[-1].after]
        if len(first.shape) < 2 or first.shape[0] < 2 or not _alike(first.numbers, first.shape[0]):
            continue
        gradients = [e for e in chart.all(Accumulate) if chart.values[e.leaf].tensor == tensor]
        if len(gradients) < LEAST_PASSES:
            continue
        if any(is_zero(event.added) for event in gradients) or _changes(first, last):
            continue
        arrays = [first.numbers, last.numbers, *(event.added.numbers for event in gradients)]
        if all(_alike(numbers, first.shape[0]) for numbers in arrays) and _bias_alike(chart, first):
            yield chart.finding(
                "alike-units", chart.at[id(gradients[1])], values=(first.id, last.id), about=(chart.called(first),),
                name=chart.called(first), count=first.shape[0], passes=f"{len(gradients)} passes",
            )  # fmt: skip


def _changes(first: Value, last: Value) -> bool:
    """Whether steps left it as it was, or nobody knows."""
    return first.numbers is None or last.numbers is None or first.numbers == last.numbers


def _alike(numbers: Sequence[Number] | None, rows: int) -> bool:
    if numbers is None or not all(map(math.isfinite, numbers)):
        return False
    width = len(numbers) // rows
    parts = [numbers[at : at + width] for at in range(0, len(numbers), width)]
    return all(
        math.isclose(one, other, rel_tol=_ROUNDING, abs_tol=_ROUNDING * 1e-3)
        for left, right in pairwise(parts)
        for one, other in zip(left, right, strict=True)
    )


def _bias_alike(chart: Chart, weight: Value) -> bool:
    """Whether what is added to its product in the same operation, a bias, is the same for all rows."""
    operations = [user for user in chart.users.get(weight.id, ()) if len(user.edges) > 1]
    views = [user for user in chart.users.get(weight.id, ()) if len(user.edges) == 1]
    operations += [user for view in views for result in view.results for user in chart.users.get(result, ())]
    beside = [chart.values[edge.value] for user in operations for edge in user.edges]
    biases = [v for v in beside if v.is_leaf and v.requires_grad and v.shape == weight.shape[:1] and numel(v) > 1]
    return all(_alike(bias.numbers, numel(bias)) for bias in biases)
