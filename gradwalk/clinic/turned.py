"""A view that was to turn a tensor's dimensions: it only counts its numbers anew."""

from __future__ import annotations

from collections.abc import Iterator

from gradwalk.clinic.chart import Chart, base
from gradwalk.clinic.finding import Finding
from gradwalk.notation import shape_text
from gradwalk.program import Span
from gradwalk.recording import Forward

_VIEWS = ("view", "_unsafe_view")
_OF_ONE_CALL = frozenset((*_VIEWS, "clone", "alias", "reshape", "contiguous"))
"""What a call of view() or reshape() runs, and no other function of PyTorch's."""
LEAST_DIMENSIONS = 3


def views(chart: Chart) -> Iterator[Finding]:
    """The sizes of what goes into a loss are those of before in another order: one finding a place."""
    if not chart.trained:
        return
    kernels: dict[Span | None, set[str]] = {}
    for operation in chart.operations:
        kernels.setdefault(operation.span, set()).add(base(operation))
    told: set[Span | None] = set()
    for event in chart.all(Forward):
        operation = chart.operations[event.operation]
        if base(operation) not in _VIEWS or operation.span in told or not kernels[operation.span] <= _OF_ONE_CALL:
            continue
        before, after = chart.values[operation.edges[0].value], chart.values[operation.results[0]]
        if after.id in chart.behind_roots and _is_turned(before.shape, after.shape):
            told.add(operation.span)
            name = chart.named(before, "what goes in")
            order = ", ".join(map(str, _order(before.shape, after.shape)))
            yield chart.finding(
                "view-for-permute", chart.at[id(event)], values=(before.id, after.id), about=(name,), name=name,
                line=chart.line_of(operation.span), before=shape_text(before.shape), after=shape_text(after.shape),
                order=order,
            )  # fmt: skip


def _is_turned(before: tuple[int, ...], after: tuple[int, ...]) -> bool:
    """Whether these are the same sizes in another order; dimensions of one go anywhere without turning anything."""
    if len(before) != len(after) or len(before) < LEAST_DIMENSIONS or sorted(before) != sorted(after):
        return False
    return [size for size in before if size > 1] != [size for size in after if size > 1]


def _order(before: tuple[int, ...], after: tuple[int, ...]) -> list[int]:
    """For permute(): which dimension of before each one is."""
    left = list(range(len(before)))
    return [left.pop(next(at for at, place in enumerate(left) if before[place] == size)) for size in after]
