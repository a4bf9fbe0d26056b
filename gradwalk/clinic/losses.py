"""Losses that are not what was meant: N×N pairs by broadcasting, softmax twice."""

from __future__ import annotations

import math
from collections.abc import Iterator

from gradwalk.clinic.chart import Chart, base, constant, numel
from gradwalk.clinic.finding import Finding
from gradwalk.notation import shape_text, short
from gradwalk.recording import Forward, Operation, Value

_BY_ELEMENT = ("sub", "rsub", "mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss")
_ROUNDING_OFF = ("pow", "square", "abs", "mul", "mean", "sum", "sqrt", *_BY_ELEMENT[2:])
"""What stands between a difference and the loss that is made of it."""
_MEANT = ("unsqueeze", "view", "reshape", "expand", "slice", "select", "_unsafe_view", "permute", "transpose")
_VIEWS = ("view", "squeeze", "unsqueeze", "alias", "clone", "reshape", "expand", "_unsafe_view")


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
        column, row = found
        count = numel(row)
        left, right = (chart.named(v, "the prediction" if v.requires_grad else "the target") for v in pair)
        shape = shape_text(result.shape) if len(result.shape) == 2 else f"{count}×{count}"
        yield chart.finding(
            "broadcast-loss", chart.ran[operation.id], values=[value.id for value in pair], about=(left, right),
            span=operation.span, call=_written(operation), line=chart.line_of(operation.span), left=left, right=right,
            left_shape=shape_text(pair[0].shape), right_shape=shape_text(pair[1].shape), shape=shape,
            pairs=f"{count * count:,}", count=count, squeeze=left if column is pair[0] else right,
            other=right if column is pair[0] else left,
        )  # fmt: skip


def _written(operation: Operation) -> str:
    return {"sub": "the difference", "rsub": "the difference"}.get(base(operation), base(operation))


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


# Softmax and sigmoid twice


def squashed_twice(chart: Chart) -> Iterator[Finding]:
    """Losses that take softmax or sigmoid themselves, given what went through it: one finding a place."""
    places = set()
    for event in chart.all(Forward):
        loss = chart.operations[event.operation]
        found = _squashed(chart, loss)
        if found is None or loss.span in places:
            continue
        places.add(loss.span)
        kind, maker = found
        value = chart.values[maker.results[0]]
        name = chart.named(value, "a tensor")
        along = int(constant(loss, "dim") or "-1")
        classes = value.shape[along] if -len(value.shape) <= along < len(value.shape) else 1
        yield chart.finding(
            kind, chart.ran[loss.id], values=(value.id,), about=(name,), span=loss.span, name=name,
            classes=classes, least=short(math.log(1 + (classes - 1) / math.e)),
            line=chart.line_of(maker.span), loss=chart.line_of(loss.span),
        )  # fmt: skip


def _squashed(chart: Chart, loss: Operation) -> tuple[str, Operation] | None:
    kernel = base(loss)
    if not loss.edges:
        return None
    maker = _behind_views(chart, chart.values[loss.edges[0].value])
    if maker is None:
        return None
    if kernel == "_log_softmax" and base(maker) == "_softmax" and _ends_in_loss(chart, loss):
        return "softmax-twice", maker
    if kernel.startswith("nll_loss") and base(maker) == "_softmax":
        return "softmax-nll", maker
    if kernel == "binary_cross_entropy_with_logits" and base(maker) == "sigmoid":
        return "sigmoid-twice", maker
    return None


def _behind_views(chart: Chart, value: Value) -> Operation | None:
    maker = chart.maker(value)
    while maker is not None and base(maker) in _VIEWS and maker.edges:
        maker = chart.maker(chart.values[maker.edges[0].value])
    return maker


def _ends_in_loss(chart: Chart, operation: Operation) -> bool:
    """Whether one call took the logarithm of softmax and the loss of it: cross_entropy."""
    following = [user for result in operation.results for user in chart.users.get(result, ())]
    return any(base(user).startswith("nll_loss") and user.span == operation.span for user in following)


# Probabilities for kl_div


def kl_of_probabilities(chart: Chart) -> Iterator[Finding]:
    """kl_div of what went through softmax, where it wants the logarithm: one finding a place."""
    places = set()
    for event in chart.all(Forward):
        difference = chart.operations[event.operation]
        given = _given_to_kl_div(chart, difference)
        maker = None if given is None else _behind_views(chart, given)
        if maker is None or difference.span in places or base(maker) not in _PROBABLE:
            continue
        places.add(difference.span)
        value = chart.values[maker.results[0]]
        name = chart.named(value, "a tensor")
        made, right = _PROBABLE[base(maker)]
        yield chart.finding(
            "kl-of-probabilities", chart.ran[difference.id], values=(value.id,), about=(name,), span=difference.span,
            name=name, made=made, right=right, line=chart.line_of(maker.span), loss=chart.line_of(difference.span),
        )  # fmt: skip


_PROBABLE = {"_softmax": ("softmax", "log_softmax"), "sigmoid": ("sigmoid", "logsigmoid")}


def _given_to_kl_div(chart: Chart, difference: Operation) -> Value | None:
    """Its first argument, where this is the difference among kl_div's kernels: of target · log target and
    target · input, or of a target that is a logarithm already and the input."""
    if base(difference) != "sub" or len(difference.edges) != 2:
        return None
    one, other = (edge.value for edge in difference.edges)
    here = [operation for operation in chart.users.get(one, ()) if operation.span == difference.span]
    if any(base(user) == "exp" for user in here):
        return chart.values[other]
    entropy, product = (chart.maker(chart.values[number]) for number in (one, other))
    if entropy is None or product is None or (base(entropy), base(product)) != ("xlogy", "mul"):
        return None
    target, factors = entropy.edges[0].value, [edge.value for edge in product.edges]
    if entropy.span != difference.span or len(factors) != 2 or target not in factors:
        return None
    return chart.values[factors[1 - factors.index(target)]]
