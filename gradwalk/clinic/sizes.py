"""Gradient and update sizes by parameter, in numbers: how large the last gradients are, and how far a step goes."""

from __future__ import annotations

import math

from gradwalk.clinic.chart import Chart, Pass, largest, numel
from gradwalk.clinic.finding import Finding, Row
from gradwalk.clinic.odd import odd
from gradwalk.notation import short
from gradwalk.recording import Switched, Update, Value

MOST_ROWS = 40
GREAT = 1e4
"""From such a quotient of two gradients on it is told."""


def sizes(chart: Chart) -> Finding | None:
    """For each tensor that learns: the largest entry of its last gradient, and update over weight of its last step."""
    passed = next((one for one in reversed(chart.passes) if one.accumulated and one.is_backward), None)
    learns = sorted(chart.learns)
    if passed is None or not learns:
        return None
    gradients, kinds = _gradients(chart)
    ratios = {tensor: ratio for tensor in learns if (ratio := _ratio(chart, tensor)) is not None}
    names = {tensor: chart.called(chart.first[tensor], "a tensor") for tensor in learns}
    rows = [Row(names[tensor], _row(chart, tensor, gradients, ratios, kinds)) for tensor in learns[:MOST_ROWS]]
    if len(learns) > MOST_ROWS:
        rows.append(Row(f"{len(learns) - MOST_ROWS} more", ""))
    return chart.finding(
        "sizes", passed.at, rows=rows, line=chart.line_of(passed.call.span), flow=_flow(chart, passed, gradients)
    )


def _gradients(chart: Chart) -> tuple[dict[int, float], dict[int, str]]:
    """The largest entry of each tensor's last gradient, as one pass gave it; or what in it is not finite."""
    found: dict[int, float] = {}
    kinds: dict[int, str] = {}
    for passed in chart.passes:
        for event in passed.accumulated:
            size = largest(event.added)
            tensor = chart.values[event.leaf].tensor
            kinds[tensor] = odd(event.added)
            if size is None:
                found.pop(tensor, None)
            else:
                found[tensor] = size
    return found, kinds


def _row(
    chart: Chart, tensor: int, gradients: dict[int, float], ratios: dict[int, float], kinds: dict[int, str]
) -> str:
    value = chart.first[tensor]
    if kinds.get(tensor):
        return f"its last gradient {'is' if numel(value) == 1 else 'holds'} {kinds[tensor]}"
    if tensor not in gradients:
        return _without(chart, tensor, value)
    text = f"gradient up to {short(gradients[tensor])}"
    return f"{text}, update / weight {short(ratios[tensor])}" if tensor in ratios else text


def _without(chart: Chart, tensor: int, value: Value) -> str:
    off = next((e for e in reversed(chart.all(Switched)) if chart.values[e.after].tensor == tensor), None)
    if off is not None and not chart.values[off.after].requires_grad:
        return f"frozen: requires_grad is off since {chart.line_of(off.span)}"
    if not value.requires_grad:
        return "frozen: requires_grad is off"
    if tensor in chart.held - chart.given_gradient - chart.parameters.keys() and chart.parameters:
        return "no gradient: the optimizer holds it, and no module that ran"
    return "no gradient" if tensor not in chart.given_gradient else "its last gradient is not known in numbers"


def _ratio(chart: Chart, tensor: int) -> float | None:
    """The norm of the last step's change over the norm of what it changed; None where it is not known."""
    steps = (e for e in reversed(chart.all(Update)) if chart.values[e.after].tensor == tensor and chart.is_step(e))
    step = next(steps, None)
    if step is None:
        return None
    if step.norms is not None:
        return step.norms.update / step.norms.weight if step.norms.weight else None
    before, after = chart.values[step.before].numbers, chart.values[step.after].numbers
    if before is None or after is None or not all(map(math.isfinite, (*before, *after))):
        return None
    weight = math.sqrt(sum(float(number) ** 2 for number in before))
    moved = math.sqrt(sum((float(new) - float(old)) ** 2 for old, new in zip(before, after, strict=True)))
    return moved / weight if weight else None


def _flow(chart: Chart, passed: Pass, gradients: dict[int, float]) -> str:
    """How the gradient shrinks or grows from the last matrix of weights to the first, where it does so greatly."""
    order = [chart.values[event.leaf].tensor for event in passed.accumulated]
    weights = [
        t for t in dict.fromkeys(order) if t in chart.learns and len(chart.first[t].shape) > 1 and gradients.get(t)
    ]
    if len(weights) < 3:
        return ""
    last, first = weights[0], weights[-1]
    ratio = gradients[first] / gradients[last]
    names = [chart.called(chart.first[tensor], "a weight") for tensor in (last, first)]
    between = f"from {names[0]} ({short(gradients[last])}) back to {names[1]} ({short(gradients[first])})"
    if ratio <= 1 / GREAT:
        return f" It vanishes on its way {between}: {short(1 / ratio)} times smaller."
    return f" It explodes on its way {between}: {short(ratio)} times larger." if ratio >= GREAT else ""
