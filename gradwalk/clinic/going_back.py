"""The first gradient that is not finite, going back."""

from __future__ import annotations

import math

from gradwalk.clinic.chart import Chart, Pass, base
from gradwalk.clinic.finding import Finding
from gradwalk.clinic.odd import called_as, left_out, odd
from gradwalk.clinic.wording import WAYS
from gradwalk.explain.nonfinite import LARGEST, backward_reason, local_reason
from gradwalk.notation import Form, call_text, kernel_of, short, value_names
from gradwalk.recording import Array, Backward, LocalGradient, Operation, Value


def backward(chart: Chart) -> Finding | None:
    """The first node that is given finite gradients and hands on one that is not."""
    for passed in chart.passes:
        for event in passed.backward.values():
            arrived = [array for array in event.upstream if array is not None]
            if any(map(odd, arrived)):
                if not any(odd(root.seed) for root in passed.call.roots):
                    continue
                return None  # it was given to the pass
            if any(odd(chart.values[root.root]) for root in passed.call.roots):
                continue  # what the forward pass has said already
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
    told = any(odd(result) and not left_out(chart, result.id) for result in results)
    if told and chart.values[edge.value].id != results[0].id:
        return None  # the forward pass has said it
    local = chart.locals.get((passed.call.call, operation.id, number))
    operands = [chart.values[other.value] for other in operation.edges]
    reasons = []
    if local is not None and upstream is not None:
        reasons = [local_reason(local, operation, operands, results[0])]
        if not reasons[0] or odd(contribution) == "nan":
            reasons.append(backward_reason(upstream, local, contribution))
        reasons.insert(0, _where(local, operands[number]) if reasons[0] else "")
    chooser = _chooser(chart, passed, event) if _has_zero(upstream) else None
    if chooser is not None:
        if len(reasons) > 2 and reasons[2] and odd(results[0]) == "nan":
            del reasons[1]  # that the value is nan there: it is not used
        what, which = _CHOOSERS[base(chooser)]
        reasons.append(f"The 0 comes from {what} in {chart.line_of(chooser.span)}, for what was {which}.")
    call, name = called_as(operation), chart.called(chart.values[edge.value], "its operand")
    unsafe = operands[-1] if base(operation) == "div" else chart.values[edge.value]
    overflows = _is_product(operation) and odd(contribution) == "inf" and not any(map(odd, operands))
    if overflows and not any(reasons) and (largest := LARGEST.get(contribution.dtype)) is not None:
        reasons.append(f"The product is beyond the largest {contribution.dtype}, {largest}, so it overflows.")
    alone = "arc" if base(operation).rstrip("_") in _ARCS else "slope"
    if overflows:
        alone = "half" if contribution.dtype == "float16" else "product"
    way = WAYS[alone if chooser is None else base(chooser)].format(call=call, name=chart.called(unsafe, "it"))
    return chart.finding(
        "nonfinite-backward", chart.at[id(event)], values=(edge.value, *operation.results), about=(name,),
        span=operation.span, node=chart.nodes[event.node].name, call=_call_text(chart, operation),
        line=chart.line_of(operation.span), made=odd(contribution), name=name, reason=" ".join(filter(None, reasons)),
        way=way,
    )  # fmt: skip


def _is_product(operation: Operation) -> bool:
    """Whether its local gradients are its own operands, which have no point at which they are steep."""
    known = kernel_of(operation)
    return known.form is Form.PRODUCT or known.name == "mul"


_ARCS = ("acos", "asin", "arccos", "arcsin", "atanh")
"""What is infinitely steep at −1 and 1."""


def _call_text(chart: Chart, operation: Operation) -> str:
    """The operation as a reader writes it, where its operands have names: ``sqrt(x)``."""
    names = value_names(chart.recording)
    named = all(chart.values[edge.value].names for edge in operation.edges)
    return call_text(operation, names) if named else called_as(operation)


def _where(local: LocalGradient, operand: Value) -> str:
    """At which of an operand's numbers, where it has several, a slope is not finite; empty where they differ."""
    slopes = local.numbers if local.form == "diagonal" else None
    if slopes is None or operand.numbers is None or len(slopes) != len(operand.numbers) or len(slopes) < 2:
        return ""
    at = [number for slope, number in zip(slopes, operand.numbers, strict=True) if not math.isfinite(slope)]
    if len(set(at)) != 1:
        return ""
    return f"{len(at):,} of the {len(slopes):,} numbers that go in {'is' if len(at) == 1 else 'are'} {short(at[0])}."


def _has_zero(array: Array | None) -> bool:
    if array is None:
        return False
    if array.numbers is not None:
        return 0 in array.numbers
    known = array.summary
    return known is not None and known.least is not None and known.greatest is not None and (
        known.least <= 0 <= known.greatest
    )  # fmt: skip


_CHOOSERS = {"where": ("torch.where", "not chosen"), "masked_fill": ("masked_fill", "replaced")}


def _chooser(chart: Chart, passed: Pass, event: Backward) -> Operation | None:
    """The torch.where or masked_fill that hands the upstream gradient of a node on, or that is behind views or
    products."""
    node = event.node
    for _ in range(4):
        users = [n for n in passed.backward if any(route.node == node for route in chart.nodes[n].next)]
        if len(users) != 1:
            return None
        operation = chart.operation_of(users[0])
        if operation is None:
            return None
        if base(operation) in _CHOOSERS:
            return operation
        node = users[0]
    return None
