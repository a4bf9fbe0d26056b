"""Saved tensors that were changed where autograd does not count it, before the pass that needs them."""

from __future__ import annotations

from collections.abc import Iterator

from gradwalk.analysis.overwritten import overwritten
from gradwalk.clinic.chart import Chart
from gradwalk.clinic.finding import Finding
from gradwalk.clinic.steps import written


def unseen(chart: Chart) -> Iterator[Finding]:
    """One finding for each place that changed such a value: the pass ran, and its gradient is of other numbers."""
    places = set()
    calls = {passed.call.call: passed.call for passed in chart.passes}
    for (call, node), (saved, event, after) in overwritten(chart.recording).items():
        if call not in calls or event.span in places:
            continue
        places.add(event.span)
        operation = chart.operation_of(node)
        name = chart.called(saved, "a value")
        yield chart.finding(
            "saved-changed", chart.at[id(event)], values=(saved.id, after.id), about=(name,), name=name,
            node=chart.nodes[node].name, line=chart.line_of(None if operation is None else operation.span),
            change=chart.line_of(event.span), walk=chart.line_of(calls[call].span), before=written(saved),
            after=written(after),
        )  # fmt: skip
