"""Losses, and what is counted, over N×N pairs by broadcasting."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gradwalk.clinic.chart import Chart, base, numel
from gradwalk.clinic.finding import Finding
from gradwalk.notation import shape_text
from gradwalk.recording import Forward, Operation, Value

_BY_ELEMENT = ("sub", "rsub", "mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss")
_ROUNDING_OFF = ("pow", "square", "abs", "mul", "mean", "sum", "sqrt", *_BY_ELEMENT[2:])
"""What stands between a difference and the loss that is made of it."""
_MEANT = ("unsqueeze", "view", "reshape", "expand", "slice", "select", "_unsafe_view", "permute", "transpose")


def broadcast(chart: Chart) -> Iterator[Finding]:
    """A column of predictions against a row of targets, for one loss: one finding a place."""
    places = set()
    for event in chart.all(Forward):
        operation = chart.operations[event.operation]
        if base(operation) not in _BY_ELEMENT or len(operation.edges) < 2 or operation.span in places:
            continue
        pair = [_unexpanded(chart, chart.values[edge.value]) for edge in operation.edges[:2]]
        result = chart.values[operation.results[0]]
        found = _column_and_row(*pair)
        if found is None or not _is_loss(chart, operation) or not _is_prediction(chart, operation, *pair):
            continue
        places.add(operation.span)
        is_made = [value.requires_grad for value in pair]
        yield _pairs(chart, "broadcast-loss", operation, pair, is_made, found, result.shape)


def counted(chart: Chart) -> Iterator[Finding]:
    """A column of predictions that is compared with a row of targets: one finding a place."""
    places = set()
    for event in chart.all(Forward):
        operation = chart.operations[event.operation]
        if base(operation) not in ("eq", "ne") or len(operation.edges) < 2 or operation.span in places:
            continue
        pair = [chart.values[edge.value] for edge in operation.edges[:2]]
        found = _column_and_row(*pair)
        by_hand = [maker for value in pair if (maker := chart.maker(value)) is not None and base(maker) in _MEANT[:1]]
        if found is None or by_hand:
            continue
        is_made = [_is_learned(chart, value) for value in pair]
        if sum(is_made) == 1:
            places.add(operation.span)
            shape = chart.values[operation.results[0]].shape
            yield _pairs(chart, "broadcast-count", operation, pair, is_made, found, shape)


def _is_learned(chart: Chart, value: Value) -> bool:
    """Whether it was computed from what learns."""
    return any(chart.values[number].tensor in chart.learns for number in chart.sources([value.id]))


def _pairs(
    chart: Chart, kind: str, operation: Operation, pair: Sequence[Value], is_made: Sequence[bool],
    found: tuple[Value, Value], result: tuple[int, ...],
) -> Finding:  # fmt: skip
    column, row = found
    count = numel(row)
    left, right = (
        chart.named(value, "the prediction" if made else "the target")
        for value, made in zip(pair, is_made, strict=True)
    )
    shape = shape_text(result) if len(result) == 2 else f"{count}×{count}"
    return chart.finding(
        kind, chart.ran[operation.id], values=[value.id for value in pair], about=(left, right),
        span=operation.span, call=_written(operation), line=chart.line_of(operation.span), left=left, right=right,
        left_shape=shape_text(pair[0].shape), right_shape=shape_text(pair[1].shape), shape=shape,
        pairs=f"{count * count:,}", count=count, squeeze=left if column is pair[0] else right,
        other=right if column is pair[0] else left,
    )  # fmt: skip


def _written(operation: Operation) -> str:
    return _SIGNS.get(base(operation), base(operation))


_SIGNS = {"sub": "the difference", "rsub": "the difference", "eq": "==", "ne": "!="}


def _unexpanded(chart: Chart, value: Value) -> Value:
    """What a loss of PyTorch's was given, which broadcasts by itself before it computes."""
    maker = chart.maker(value)
    return chart.values[maker.edges[0].value] if maker is not None and base(maker) == "expand" else value


def _column_and_row(one: Value, other: Value) -> tuple[Value, Value] | None:
    for column, row in ((one, other), (other, one)):
        if len(row.shape) == 1 and column.shape == (row.shape[0], 1) and row.shape[0] > 1:
            return column, row
    return None


def _is_prediction(chart: Chart, operation: Operation, one: Value, other: Value) -> bool:
    """Whether one of them is computed from what learns, and the other is data; neither was given its shape by hand."""
    tracked = [value for value in (one, other) if value.requires_grad]
    if len(tracked) != 1:
        return False
    if base(operation).endswith("_loss"):
        return True
    if tracked[0].is_leaf:
        return False
    makers = (chart.maker(value) for value in (one, other))
    by_hand = [maker for maker in makers if maker is not None and base(maker) in _MEANT[:1]]
    return not by_hand


def _is_loss(chart: Chart, operation: Operation) -> bool:
    """Whether nothing but squares, absolute values and sums lies between it and the root of a backward pass."""
    users = chart.users
    waiting, roots = [operation], {root.root for passed in chart.passes for root in passed.call.roots}
    seen = {operation.id}
    while waiting:
        one = waiting.pop()
        if set(one.results) & roots:
            return not chart.values[one.results[0]].shape
        following = [user for result in one.results for user in users.get(result, ())]
        found = {user.id: user for user in following if base(user) in _ROUNDING_OFF and user.id not in seen}
        seen.update(found)
        waiting += found.values()
    return False
