"""Why the chain rule multiplies: said once, in the density Learn, where the first two slopes of a recording meet."""

from __future__ import annotations

import math

from gradwalk.analysis.index import Index
from gradwalk.explain.moving import is_slope
from gradwalk.explain.wording import LEARN
from gradwalk.notation import pretty, short
from gradwalk.recording import Array, Backward, LocalGradient

_PLAIN = 1.0
"""A slope of 1, or of −1, multiplies nothing."""
_LEAST, _MOST = 1e-3, 1e4
"""Slopes that are read at a glance."""


def why(index: Index, event: Backward) -> str:
    """How far the root moves with the operand, put together from how far each moves the next. Empty elsewhere."""
    first = index.once("where slopes meet", lambda: _first(index))
    return first[1] if first is not None and first[0] == (event.call, event.node) else ""


def _first(index: Index) -> tuple[tuple[int, int], str] | None:
    """The pass and the node, and what is said there."""
    passes = (event for event in index.recording.events if isinstance(event, Backward))
    return next((((event.call, event.node), said) for event in passes if (said := _said(index, event))), None)


def _said(index: Index, event: Backward) -> str:
    """Where one slope arrives, and is multiplied by one other: no hook, no corner, no second way."""
    operation, arrivals = index.operation_of(event.node), index.arrivals.get((event.call, event.node), [])
    if operation is None or len(arrivals) != 1 or len(operation.results) != 1 or operation.in_place:
        return ""
    [arrival], [result] = arrivals, operation.results
    local = index.locals.get((event.call, operation.id, arrival.edge))
    if local is None or arrival.uses != 1 or index.calls[event.call].root == result or index.weighed(event.call):
        return ""
    upstream, slope, contribution = _number(event.upstream[0]), _number(local), _number(arrival.array)
    if not (_is_told(upstream) and _is_told(slope) and math.isfinite(contribution)):
        return ""
    apart = index.shown[result] != index.shown[arrival.value]
    if not apart or not index.by_rule(event.call, operation, arrival) or not is_slope(index, event.call):
        return ""
    return LEARN["why"].format(
        target=pretty(index.target(event.call)),
        result=index.shown[result],
        operand=index.shown[arrival.value],
        upstream=short(upstream),
        local=short(slope),
        factor=short(slope) if slope > 0 else f"({short(slope)})",
        contribution=short(contribution),
    )


def _is_told(slope: float) -> bool:
    return _LEAST <= abs(slope) <= _MOST and abs(slope) != _PLAIN


def _number(found: Array | LocalGradient | None) -> float:
    """The only one; not a number where there are several, or none is known."""
    numbers = None if found is None else found.numbers
    return float(numbers[0]) if numbers is not None and len(numbers) == 1 else math.nan
