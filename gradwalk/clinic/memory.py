"""What is kept for the backward pass: bytes by module or node, graphs that grow, sums that hold their graphs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from gradwalk.clinic.chart import Chart, Pass, base, numel
from gradwalk.clinic.finding import Finding, Row
from gradwalk.recording import Operation, Value

_BYTES = {
    "bool": 1, "uint8": 1, "int8": 1, "int16": 2, "float16": 2, "bfloat16": 2, "int32": 4, "float32": 4, "int64": 8,
    "float64": 8, "complex64": 8, "complex128": 16,
}  # fmt: skip
_PACKED = "packed by a hook"
"""How the recorder writes what a saved-tensor hook has put away, and cannot be looked into."""
MOST_ROWS = 12


def in_bytes(size: int) -> str:
    """``512 B``, ``4.4 kB``, ``1.2 MB``."""
    if size < 1000:
        return f"{size} B"
    return f"{size / 1000:.1f} kB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB"


def kept(chart: Chart) -> Finding | None:
    """What the nodes of the largest pass had saved as it began, by module; without modules by node.

    Memory that several nodes share counts once; parameters, which are there anyway, are counted apart.
    """
    found = [(sum(size for _, size in rows.items()), passed, rows, own) for passed, rows, own in _sizes(chart)]
    total, passed, rows, own = max(found, key=lambda one: one[0], default=(0, None, {}, 0))
    if passed is None or not total:
        return None
    longest = max(rows.values())
    order = sorted(rows, key=lambda name: -rows[name])[:MOST_ROWS]
    shown = [Row(name, in_bytes(rows[name]), rows[name] / longest) for name in order]
    if len(rows) > len(shown):
        rest = total - sum(rows[name] for name in order)
        shown.append(Row(f"{len(rows) - len(order)} more", in_bytes(rest)))
    parameters = f"; and {in_bytes(own)} of parameters, which are there anyway" if own else ""
    if any(saved.text.startswith(_PACKED) for node in passed.backward for saved in chart.nodes[node].saved):
        parameters += ". What hooks have packed is not counted, as a checkpoint's"
    return chart.finding(
        "kept",
        passed.at,
        rows=shown,
        total=in_bytes(total),
        line=chart.line_of(passed.call.span),
        parameters=parameters,
    )


def _sizes(chart: Chart) -> list[tuple[Pass, dict[str, int], int]]:
    found = []
    parameters = {chart.first[tensor].storage for tensor in chart.learns if tensor in chart.first}
    for passed in chart.passes:
        rows: dict[str, int] = {}
        storages: dict[int, None] = {}
        own = 0
        for node in sorted(passed.backward):
            for saved in chart.nodes[node].saved:
                value = None if saved.value is None else chart.values[saved.value]
                if value is None or value.storage in storages:
                    continue
                storages[value.storage] = None
                size = numel(value) * _BYTES.get(value.dtype, 0)
                if value.tensor in chart.learns or value.storage in parameters:
                    own += size
                else:
                    name = _place(chart, node)
                    rows[name] = rows.get(name, 0) + size
        found.append((passed, rows, own))
    return found


def saved_bytes(chart: Chart, nodes: Iterable[int]) -> int:
    """What these nodes saved, without parameters; memory that several share counts once."""
    parameters = {chart.first[tensor].storage for tensor in chart.learns if tensor in chart.first}
    storages: dict[int, int] = {}
    for node in nodes:
        for saved in chart.nodes[node].saved:
            value = None if saved.value is None else chart.values[saved.value]
            if value is not None and value.storage not in parameters:
                storages.setdefault(value.storage, numel(value) * _BYTES.get(value.dtype, 0))
    return sum(storages.values())


def _place(chart: Chart, node: int) -> str:
    """The module whose forward made a node; else the node's name and line."""
    operation = chart.operation_of(node)
    module = None if operation is None else chart.module(operation)
    if module is not None:
        return module.path
    line = "" if operation is None or operation.span is None else f", {chart.line_of(operation.span)}"
    return chart.nodes[node].name + line


LEAST_TURNS = 4


def graph_grows(chart: Chart) -> Finding | None:
    """The passes of one place walk more and more nodes, for each graph holds the one before."""
    turns: dict[object, list[Pass]] = {}
    for passed in chart.passes:
        if passed.call.span is not None:
            turns.setdefault(passed.call.span, []).append(passed)
    for found in turns.values():
        late = found[-LEAST_TURNS:]
        sizes = [len(passed.backward) for passed in late]
        grows = all(before < after for before, after in pairwise(sizes))
        if len(late) < LEAST_TURNS or not grows or not (carried := _carried(chart, late)):
            continue
        name = chart.called(carried, "what is carried on")
        return chart.finding(
            "graph-grows", late[-1].at, values=(carried.id,), about=(name,), line=chart.line_of(late[-1].call.span),
            sizes=", then ".join(str(size) for size in sizes), root=chart.called(chart.values[late[-1].call.root]),
            carried=name,
        )  # fmt: skip
    return None


def _carried(chart: Chart, late: Sequence[Pass]) -> Value | None:
    """A value with a name, of the graph of the turn before, that the last turn computes with; in each turn one."""
    found = None
    for before, after in pairwise(late):
        if not set(before.backward) & set(after.backward) - set(chart_leaves(chart, after)):
            return None
        old = {node for node in before.backward if chart.nodes[node].leaf is None}
        new = [node for node in after.backward if node not in old and chart.nodes[node].leaf is None]
        found = None
        for node in new:
            operation = chart.operation_of(node)
            crossing = [] if operation is None else _crossing(chart, operation, old)
            found = next(iter(crossing), found)
        if found is None:
            return None
    return found


def chart_leaves(chart: Chart, passed: Pass) -> list[int]:
    return [node for node in passed.backward if chart.nodes[node].leaf is not None]


def _crossing(chart: Chart, operation: Operation, old: set[int]) -> list[Value]:
    values = (chart.values[edge.value] for edge in operation.edges if edge.route is not None)
    return [value for value in values if value.node in old and chart.names(value)]


def running_sum(chart: Chart) -> Finding | None:
    """``total = total + loss`` with graphs: each sum an operand of the next, of losses that passes started from."""
    roots = {root.root for passed in chart.passes for root in passed.call.roots}
    sums: dict[object, list[tuple[Operation, Value]]] = {}
    for operation in chart.operations:
        if base(operation).rstrip("_") != "add" or operation.node is None or operation.span is None:
            continue
        terms = [edge.value for edge in operation.edges if edge.value in roots]
        if len(terms) == 1:
            sums.setdefault(operation.span, []).append((operation, chart.values[terms[0]]))
    for found in (chain for place in sums.values() for chain in _linked(place)):
        chain = [operation for operation, _ in found]
        walked = {result for operation in chain for result in operation.results} & chart.behind_roots
        if len(chain) < LEAST_TURNS - 1 or walked:
            continue
        last, term = found[-1]
        name = chart.named(chart.values[last.results[0]], "the sum")
        return chart.finding(
            "running-sum", chart.ran[last.id], values=last.results, about=(name,), name=name,
            line=chart.line_of(last.span), count=len(chain), term=chart.called(term, "the loss"),
        )  # fmt: skip
    return None


def _linked(sums: Sequence[tuple[Operation, Value]]) -> list[list[tuple[Operation, Value]]]:
    """The sums of one place in chains, each an operand of the next: an epoch begins anew."""
    chains: list[list[tuple[Operation, Value]]] = []
    for one in sums:
        last = chains[-1][-1][0] if chains else None
        if last is not None and set(last.results) & {edge.value for edge in one[0].edges}:
            chains[-1].append(one)
        else:
            chains.append([one])
    return chains
