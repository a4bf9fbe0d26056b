"""The first number that is not finite: going forward, and going back."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from gradwalk.clinic.chart import Chart, Pass, base, numel
from gradwalk.clinic.finding import Finding
from gradwalk.clinic.wording import WAYS
from gradwalk.explain.nonfinite import backward_reason, forward_reason, is_given, local_reason
from gradwalk.notation import Form, call_text, function_name, kernel_of, pretty, short, value_names
from gradwalk.recording import Array, Backward, BackwardCall, Forward, Operation, Statement, Value


def odd(array: Array | Value) -> str:
    """``nan`` or ``inf`` where such a number is in it, else empty."""
    if array.numbers is not None:
        if any(map(math.isnan, array.numbers)):
            return "nan"
        return "inf" if any(map(math.isinf, array.numbers)) else ""
    known = array.summary
    return "" if known is None else "nan" if known.nan else "inf" if known.inf else ""


class _Origin(NamedTuple):
    """Where the number that is not finite comes from."""

    value: int
    operation: Operation | None
    given: bool
    """The program put it there itself: a mask, or a number in the data."""


def forward(chart: Chart) -> Finding | None:
    """The first number that is not finite and reaches what is tracked, or a module; a mask's −inf is none."""
    origins: dict[int, _Origin] = {}
    for event in chart.all(Forward):
        operation = chart.operations[event.operation]
        for number in operation.results:
            kind = odd(chart.values[number])
            if not kind:
                continue
            origin = origins[number] = _origin(chart, operation, number, origins)
            matters = operation.node is not None or operation.module is not None
            if matters and not (kind == "inf" and (origin.given or _is_mask(chart, origin))):
                return _told_forward(chart, origin, operation)
    return None


def _is_mask(chart: Chart, origin: _Origin) -> bool:
    """Whether it was computed beside the graph, from nothing that learns, and comes to no root: ``log(tril(ones))``."""
    if origin.operation is None or origin.operation.node is not None:
        return False
    learn = any(chart.values[number].tensor in chart.learns for number in chart.sources([origin.value]))
    return not learn and not _spread(chart, chart.values[origin.value])


def _origin(chart: Chart, operation: Operation, number: int, origins: dict[int, _Origin]) -> _Origin:
    operands = [chart.values[edge.value] for edge in operation.edges]
    found = [_known(value, origins) for value in operands if odd(value)]
    made = [origin for origin in found if not origin.given]
    if made:
        return made[0]
    result = chart.values[number]
    nan = odd(result) == "nan"
    if nan and not any(odd(value) == "nan" for value in operands):
        return _Origin(number, operation, given=base(operation).startswith("empty"))
    if found:
        return found[0]
    return _Origin(number, operation, given=is_given(operation, result) or base(operation).startswith("empty"))


def _known(value: Value, origins: dict[int, _Origin]) -> _Origin:
    return origins.get(value.id) or _Origin(value.id, None, given=True)


def _told_forward(chart: Chart, origin: _Origin, user: Operation) -> Finding:
    value, made = chart.values[origin.value], origin.operation
    spread = _spread(chart, value)
    if made is None:
        call, line = _call(user), chart.line_of(user.span)
        name, count = chart.called(value, "what the program gives"), counted(value)
        setting = next((e for e in chart.all(Statement) if any(b.value == value.id for b in e.bindings)), None)
        at = chart.ran[user.id] if setting is None else chart.at[id(setting)]
        pieces = {"name": name, "count": count, "call": call, "line": line, "spread": spread}
        return chart.finding("nonfinite-data", at, values=(value.id,), about=(name,), given=pieces)
    shown = {number: pretty(plain) for number, plain in value_names(chart.recording).items()}
    operands = [chart.values[edge.value] for edge in made.edges]
    reason = forward_reason(made, operands, value, shown) or _summed_up(operands)
    way, growth = WAYS[_way(made, value, operands)], _growth(chart, made)
    name = chart.called(value, "the result")
    bound = f" for {name}" if chart.names(value) else ""
    return chart.finding(
        "nonfinite-forward", chart.ran[made.id], values=(value.id,), about=(name,), span=made.span,
        bound=bound, call=_call(made), line=chart.line_of(made.span), count=counted(value), spread=spread,
        reason=" ".join(filter(None, (reason, growth))), way=way,
    )  # fmt: skip


def _call(operation: Operation) -> str:
    return function_name(base(operation).rstrip("_"))


def counted(value: Value) -> str:
    """``nan``; ``4 of 16 numbers nan``."""
    kind, count = odd(value), numel(value)
    if count == 1 and value.numbers:
        return short(value.numbers[0])
    test = math.isnan if kind == "nan" else math.isinf
    if value.numbers is not None:
        found = sum(map(test, value.numbers))
    else:
        found = 0 if value.summary is None else value.summary.nan if kind == "nan" else value.summary.inf
    return f"{found:,} of {count:,} numbers {'nan' if kind == 'nan' else 'infinite'}"


def _spread(chart: Chart, value: Value) -> str:
    """What becomes of a backward pass that starts from it."""
    for call in chart.all(BackwardCall):
        root = chart.values[call.root]
        if odd(root) and root.id != value.id and value.id in chart.sources([root.id]):
            return f" From there it spreads to {chart.called(root, 'the root')}: {counted(root)}."
    return ""


def _summed_up(operands: Sequence[Value]) -> str:
    """Of large arrays: between which numbers what went in lies."""
    texts = []
    for value in operands:
        known = value.summary
        if known is not None and known.least is not None and known.greatest is not None:
            texts.append(f"from {short(known.least)} to {short(known.greatest)}")
    return f"The numbers that went in lie {', and '.join(texts)}." if texts else ""


def _way(made: Operation, result: Value, operands: Sequence[Value]) -> str:
    known = kernel_of(made)
    if known.name in ("_softmax", "_log_softmax"):
        return "softmax"
    if any(map(odd, operands)) or is_given(made, result):
        return "given"
    if known.domain == "positive":
        return "log"
    if known.name in ("exp", "exp2", "expm1", "sinh", "cosh"):
        return "exp"
    if known.name in ("div", "reciprocal", "rsqrt"):
        return "div"
    if known.domain in ("root", "power"):
        return "root" if odd(result) == "nan" else "product"
    return "product" if known.form is Form.PRODUCT or known.name in ("mul", "prod", "cumprod") else ""


LEAST_GROWTH = 3
"""From so many products on, one after the other, their growth is told."""


def _growth(chart: Chart, made: Operation) -> str:
    """Products, one after the other, each with larger numbers than the one before."""
    sizes: list[float] = []
    operation: Operation | None = made
    while operation is not None:
        values = [chart.values[edge.value] for edge in operation.edges]
        known = [(size, value) for value in values if (size := _size(value)) is not None]
        if not known:
            break
        if operation is not made and _is_product(operation):
            size = _size(chart.values[operation.results[0]])
            if size is None or (sizes and size >= sizes[-1]):
                break
            sizes.append(size)
        operation = next((chart.maker(v) for _, v in sorted(known, key=lambda k: -k[0]) if chart.maker(v)), None)
    if len(sizes) < LEAST_GROWTH or not _is_product(made):
        return ""
    shown = [short(size) for size in reversed(sizes[: LEAST_GROWTH + 1])]
    return (
        f"{len(sizes) + 1} products one after the other make ever larger numbers: … {', '.join(shown)}, and then this."
    )


def _is_product(operation: Operation) -> bool:
    known = kernel_of(operation)
    return known.form is Form.PRODUCT or known.name == "mul"


def _size(value: Value) -> float | None:
    if odd(value) or not value.dtype.startswith(("float", "bfloat")):
        return None
    known = value.summary
    if value.numbers is not None:
        return max((abs(number) for number in value.numbers), default=None)
    if known is None or known.least is None or known.greatest is None:
        return None
    return max(abs(known.least), abs(known.greatest))


# Going back


def backward(chart: Chart) -> Finding | None:
    """The first node that is given finite gradients and hands on one that is not."""
    for passed in chart.passes:
        for event in passed.backward.values():
            arrived = [array for array in event.upstream if array is not None]
            if any(map(odd, arrived)):
                if not any(odd(root.seed) for root in passed.call.roots):
                    continue
                return None  # it was given to the pass
            route = next((at for at, array in enumerate(event.contributions) if array is not None and odd(array)), None)
            if route is not None:
                return _told_backward(chart, passed, event, route)
    return None


def _told_backward(chart: Chart, passed: Pass, event: Backward, route: int) -> Finding | None:
    operation = chart.operation_of(event.node)
    if operation is None:
        return None
    number = next((at for at, edge in enumerate(operation.edges) if edge.route == route), None)
    contribution, upstream = event.contributions[route], event.upstream[0]
    if number is None or contribution is None or not operation.results:
        return None
    edge = operation.edges[number]
    results = [chart.values[result] for result in operation.results]
    if any(map(odd, results)) and chart.values[edge.value].id != results[0].id:
        return None  # the forward pass has said it
    local = chart.locals.get((passed.call.call, operation.id, number))
    operands = [chart.values[other.value] for other in operation.edges]
    reasons = []
    if local is not None and upstream is not None:
        reasons = [local_reason(local, operation, operands, results[0])]
        if not reasons[0] or odd(contribution) == "nan":
            reasons.append(backward_reason(upstream, local, contribution))
    chooser = _chooser(chart, passed, event) if _has_zero(upstream) else None
    if chooser is not None:
        reasons.append(f"The 0 comes from torch.where in {chart.line_of(chooser.span)}, for what was not chosen.")
    call, name = _call(operation), chart.called(chart.values[edge.value], "its operand")
    way = WAYS["where" if chooser is not None else "slope"].format(call=call, name=name)
    return chart.finding(
        "nonfinite-backward", chart.at[id(event)], values=(edge.value, *operation.results), about=(name,),
        span=operation.span, node=chart.nodes[event.node].name, call=call_text_of(chart, operation),
        line=chart.line_of(operation.span), made=odd(contribution), name=name, reason=" ".join(filter(None, reasons)),
        way=way,
    )  # fmt: skip


def call_text_of(chart: Chart, operation: Operation) -> str:
    """The operation as a reader writes it, where its operands have names: ``sqrt(x)``."""
    names = value_names(chart.recording)
    named = all(chart.values[edge.value].names for edge in operation.edges)
    return call_text(operation, names) if named else _call(operation)


def _has_zero(array: Array | None) -> bool:
    if array is None:
        return False
    if array.numbers is not None:
        return 0 in array.numbers
    known = array.summary
    return known is not None and known.least is not None and known.greatest is not None and (
        known.least <= 0 <= known.greatest
    )  # fmt: skip


def _chooser(chart: Chart, passed: Pass, event: Backward) -> Operation | None:
    """The torch.where that hands the upstream gradient of a node on, if it is one, or one behind views or products."""
    node = event.node
    for _ in range(4):
        users = [n for n in passed.backward if any(route.node == node for route in chart.nodes[n].next)]
        if len(users) != 1:
            return None
        operation = chart.operation_of(users[0])
        if operation is None:
            return None
        if base(operation) == "where":
            return operation
        node = users[0]
    return None
