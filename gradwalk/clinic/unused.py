"""What was meant for a step and never reaches one: gradients changed after it, layers that no optimizer holds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from gradwalk.clinic.chart import Chart, is_zero, listed
from gradwalk.clinic.finding import Finding
from gradwalk.program import Span
from gradwalk.recording import Accumulate, Assigned, Cleared, Entered, Update, Value

LEAST_TURNS = 2


def changed_after_step(chart: Chart) -> Finding | None:
    """Gradients that are changed once a step has used them, and cleared before the next one."""
    used: dict[int, Update] = {}
    late: dict[int, Update] = {}
    for event in chart.events:
        if isinstance(event, Accumulate):
            tensor = chart.values[event.leaf].tensor
            used.pop(tensor, None)
            late.pop(tensor, None)
        elif isinstance(event, Cleared | Assigned):
            leaves = event.leaves if isinstance(event, Cleared) else (event.leaf,)
            gone = {tensor for leaf in leaves if (tensor := chart.values[leaf].tensor) in late}
            if gone and isinstance(event, Cleared):
                return _late(chart, used, {tensor: late[tensor] for tensor in gone})
        elif isinstance(event, Update):
            after = chart.values[event.after]
            if after.grad_of in used and not is_zero(after):
                late.setdefault(after.grad_of, event)
            elif after.grad_of is None and chart.is_step(event):
                used[after.tensor] = event
    return None


def _late(chart: Chart, used: dict[int, Update], late: dict[int, Update]) -> Finding:
    first = min(late.values(), key=lambda event: chart.at[id(event)])
    tensors = sorted(tensor for tensor, event in late.items() if event.span == first.span)
    names = chart.names_of(tensors)
    return chart.finding(
        "changed-after-step", chart.at[id(first)], values=[late[tensor].after for tensor in tensors], about=names,
        line=chart.line_of(first.span), names=listed([f"{name}.grad" for name in names]),
        step=chart.line_of(used[tensors[0]].span),
    )  # fmt: skip


_IN_A_LIST = re.compile(r"(\w+(?:\.\w+)+)\[[^\]]+\](\.[\w.]+)?")
"""A parameter of what a plain list or dict holds that is a module's attribute; or one that lies there itself."""
_ATTRIBUTE = re.compile(r"(\w+(?:\.\w+)*)\.(\w+)")


def in_lists(chart: Chart, found: Sequence[tuple[Value, list[Accumulate]]]) -> Iterator[Finding]:
    """``found``: leaves that no step moves, with their gradients, where parameters of modules are trained. One finding
    for each list."""
    lists: dict[tuple[str, str], list[tuple[Value, list[Accumulate]]]] = {}
    if not chart.trained & chart.parameters.keys():
        return
    for value, events in found:
        match = _IN_A_LIST.fullmatch(chart.called(value))
        if match is not None:
            lists.setdefault((match[1], "Module" if match[2] else "Parameter"), []).append((value, events))
        elif (attribute := _held(chart, value)) is not None:
            yield chart.finding(
                "plain-attribute", chart.at[id(events[0])], values=(value.id,), about=(chart.called(value),),
                name=chart.called(value), attribute=attribute, passes=f"{len(events)} passes",
            )  # fmt: skip
    for (name, kind), inside in lists.items():
        names = sorted(chart.called(value) for value, _ in inside)
        yield chart.finding(
            "in-a-list", chart.at[id(inside[0][1][0])], values=[value.id for value, _ in inside], about=names,
            list=name, kind=kind, names=listed(names), passes=f"{len(inside[0][1])} passes",
        )  # fmt: skip


def _held(chart: Chart, value: Value) -> str | None:
    """The attribute of a module of the program that holds a plain tensor, and that computes with it."""
    match = _ATTRIBUTE.fullmatch(chart.called(value))
    if match is None or not chart.first[value.tensor].shape:
        return None
    users = [module for user in chart.users.get(value.id, ()) if (module := chart.outermost(user)) is not None]
    return match[2] if any(chart.modules[module].path == match[1] for module in users) else None


def made_each_turn(chart: Chart) -> Iterator[Finding]:
    """Modules that a forward() makes anew in each turn: each gets a gradient once, and no step moves it."""
    passes: dict[int, set[int]] = {}
    leaves: dict[int, Value] = {}
    for passed in chart.passes:
        for event in passed.accumulated:
            leaf = chart.values[event.leaf]
            passes.setdefault(leaf.tensor, set()).add(passed.call.call)
            leaves[leaf.tensor] = leaf
    spans = {event.module: event for event in chart.all(Entered)}
    made: dict[tuple[Span, str], dict[int, int]] = {}
    for tensor, leaf in leaves.items():
        modules = {chart.module(user) for user in chart.users.get(leaf.id, ())}
        if tensor in chart.learns or len(passes[tensor]) != 1 or len(modules) != 1:
            continue
        (module,) = modules
        if (
            module is not None
            and module.parent is not None
            and (entered := spans.get(module.id)) is not None
            and entered.span is not None
        ):
            made.setdefault((entered.span, module.type), {})[module.id] = next(iter(passes[tensor]))
    for (span, kind), calls in made.items():
        if len(calls) >= LEAST_TURNS and len(set(calls.values())) == len(calls) and chart.trained and chart.whole:
            at = chart.at[id(spans[next(iter(calls))])]
            yield chart.finding(
                "made-each-turn", at, span=span, line=chart.line_of(span), kind=kind, count=len(calls),
            )  # fmt: skip
