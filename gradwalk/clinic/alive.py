"""What stays after the passes: graphs that retain_graph kept for nobody, and graphs that no pass has walked."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from gradwalk.clinic.chart import Chart
from gradwalk.clinic.finding import Finding, Row
from gradwalk.clinic.memory import MOST_ROWS, in_bytes, saved_bytes
from gradwalk.program import Span
from gradwalk.recording import Forward, Value


class _Graph(NamedTuple):
    at: int
    root: Value
    span: Span | None
    size: int
    retained: bool


def alive(chart: Chart) -> Finding | None:
    """By place: what the nodes of such graphs keep, as long as something holds what was computed."""
    found = [graph for graph in (*_retained(chart), *_unwalked(chart)) if graph.size]
    if not found:
        return None
    places: dict[tuple[Span | None, bool], list[_Graph]] = {}
    for graph in found:
        places.setdefault((graph.span, graph.retained), []).append(graph)
    largest = max(graph.size for graph in found)
    rows = []
    for (span, retained), graphs in sorted(places.items(), key=lambda one: -max(graph.size for graph in one[1])):
        size = max(graph.size for graph in graphs)
        name = f"{chart.called(graphs[-1].root, 'a result')}, {chart.line_of(span)}"
        times = f"{len(graphs)} × " if len(graphs) > 1 else ""
        why = "kept by retain_graph=True" if retained else "no pass has walked it"
        rows.append(Row(name, f"{times}{in_bytes(size)}, {why}", size / largest))
    count = len(found)
    told = "One graph keeps" if count == 1 else f"{count} graphs keep"
    return chart.finding("alive", max(graph.at for graph in found), rows=rows[:MOST_ROWS], graphs=told)


def _retained(chart: Chart) -> Iterator[_Graph]:
    """Passes that kept what the nodes had saved, though no later one needs it."""
    later: set[int] = set()
    for passed in reversed(chart.passes):
        nodes = {node for node in passed.backward if chart.nodes[node].leaf is None}
        if passed.call.retain_graph and not passed.call.create_graph and not nodes & later:
            root = chart.values[passed.call.root]
            yield _Graph(passed.at, root, passed.call.span, saved_bytes(chart, nodes), True)
        later |= nodes


def _unwalked(chart: Chart) -> Iterator[_Graph]:
    """Results that nothing was computed from, of graphs that no pass has come to."""
    walked = {node for passed in chart.passes for node in passed.backward}
    used = {edge.value for operation in chart.operations for edge in operation.edges}
    for event in chart.all(Forward):
        operation = chart.operations[event.operation]
        if operation.node is None or used & set(operation.results) or event.call is not None:
            continue
        nodes: Collection[int] = chart.behind([operation.node]) - walked
        result = chart.values[operation.results[0]]
        if operation.node in nodes:
            yield _Graph(chart.ran[operation.id], result, operation.span, saved_bytes(chart, nodes), False)
