"""Losses that were given probabilities, scores or logarithms where they want one of the others."""

from __future__ import annotations

import math
from collections.abc import Iterator

from gradwalk.clinic.chart import Chart, base, constant, extremes
from gradwalk.clinic.finding import Finding
from gradwalk.clinic.odd import called_as
from gradwalk.notation import shape_text, short
from gradwalk.recording import Forward, Operation, Value

_VIEWS = ("view", "squeeze", "unsqueeze", "alias", "clone", "reshape", "expand", "_unsafe_view")


def losses(chart: Chart) -> Iterator[Finding]:
    """Sigmoid behind sigmoid or softmax, and what is no logarithm in nll_loss: one finding a place."""
    places = set()
    for event in chart.all(Forward):
        loss = chart.operations[event.operation]
        kernel = base(loss)
        if not loss.edges or loss.span in places:
            continue
        given = chart.values[loss.edges[0].value]
        maker = _behind_views(chart, given)
        if maker is None or not maker.edges:
            continue
        if kernel == "binary_cross_entropy" and base(maker) == "sigmoid":
            found = _sigmoid_again(chart, loss, maker)
        elif kernel == "binary_cross_entropy_with_logits" and base(maker) == "_softmax":
            found = _told(chart, "softmax-sigmoid", loss, maker)
        elif kernel.startswith("nll_loss") and base(maker) == "_log_softmax":
            found = _wrong_dimension(chart, loss, maker)
        elif kernel.startswith("nll_loss") and base(maker) in _SCORES:
            found = _scores(chart, loss, maker)
        else:
            continue
        if found is not None:
            places.add(loss.span)
            yield found


_SCORES = ("addmm", "mm", "linear", "matmul", "relu", "tanh", "convolution")
"""What gives scores, and no logarithms of probabilities."""


def _told(chart: Chart, kind: str, loss: Operation, maker: Operation, **pieces: str | int) -> Finding:
    value = chart.values[maker.results[0]]
    name = chart.named(value, "a tensor")
    return chart.finding(
        kind, chart.ran[loss.id], values=(value.id,), about=(name,), span=loss.span, name=name,
        given={"line": chart.line_of(maker.span), "loss": chart.line_of(loss.span), **pieces},
    )  # fmt: skip


def _sigmoid_again(chart: Chart, loss: Operation, second: Operation) -> Finding | None:
    first = _behind_views(chart, chart.values[second.edges[0].value])
    if first is None or base(first) != "sigmoid":
        return None
    return _told(chart, "sigmoid-of-sigmoid", loss, first, again=chart.line_of(second.span))


def _wrong_dimension(chart: Chart, loss: Operation, maker: Operation) -> Finding | None:
    """Logarithms of probabilities that add up to 1 over the examples, and not over the classes."""
    shape = chart.values[maker.results[0]].shape
    dimension = int(constant(maker, "dim") or "1")
    if (
        len(shape) < 2
        or dimension % len(shape) == 1
        or maker.span == loss.span
        or maker.results != (loss.edges[0].value,)
    ):
        return None
    name = chart.named(chart.values[maker.edges[0].value], "the scores")
    return _told(chart, "softmax-dimension", loss, maker, dim=dimension, shape=shape_text(shape), scores=name)


def _scores(chart: Chart, loss: Operation, maker: Operation) -> Finding | None:
    """Numbers above 0 for logarithms of probabilities."""
    known = extremes(chart.values[loss.edges[0].value])
    if known is None or known[1] <= 0 or not chart.values[maker.results[0]].requires_grad:
        return None
    return _told(chart, "nll-scores", loss, maker, greatest=short(known[1]), made=called_as(maker))


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
