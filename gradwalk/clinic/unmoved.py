"""Parameters whose gradients no step uses, and flags at modules and parameters that PyTorch does not read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gradwalk.clinic import optimizers
from gradwalk.clinic.chart import Chart, Pass, listed
from gradwalk.clinic.finding import Finding
from gradwalk.recording import Accumulate, Assigned, Cleared, Entered, Module, Statement, Stepped, Update

LEAST_PASSES = 2
MOST_FLAGS = 20
"""So many modules with a flag are told of."""


def no_step(chart: Chart) -> Iterator[Finding]:
    """A model that this recording has made, of which some parameters get gradients that nothing uses, while an
    optimizer moves others: one finding for each optimizer that they go along with."""
    if not chart.whole or not chart.trained & chart.parameters.keys():
        return
    made = _made_here(chart) - _after_what_is_trained(chart)
    idle = {tensor for tensor in made - chart.trained if chart.first[tensor].is_leaf}
    passes = [passed for passed in chart.passes if _moved_after(chart, passed)]
    counts: dict[int, list[Accumulate]] = {}
    for passed in passes:
        for event in passed.accumulated:
            counts.setdefault(chart.values[event.leaf].tensor, []).append(event)
    found = sorted(tensor for tensor in idle if len(counts.get(tensor, ())) >= LEAST_PASSES)
    if not found or not _touched(chart).isdisjoint(idle):
        return  # the program does something with some of them, and so may know of all
    if any(finding.kind == "optimizer-stale" for finding in optimizers.steps(chart)):
        return
    names = chart.names_of(found)
    first = counts[found[0]][0]
    step = next(e for e in chart.all(Stepped) if chart.at[id(e)] > chart.at[id(first)])
    yield chart.finding(
        "no-step", chart.at[id(step)], values=[chart.first[tensor].id for tensor in found], about=names,
        names=listed(names), passes=f"{max(len(counts[tensor]) for tensor in found)} passes",
        optimizer=step.optimizer, line=chart.line_of(step.span),
        held=listed(chart.names_of({chart.values[value].tensor for value in step.parameters})),
    )  # fmt: skip


def _made_here(chart: Chart) -> set[int]:
    """The parameters of modules that a statement of the recording gave a name to, before they first ran: so all that
    ever happened to them is known."""
    given: set[tuple[str, str]] = set()
    found: set[int] = set()
    for event in chart.events:
        if isinstance(event, Statement):
            given.update((one.name, one.text) for one in event.bindings if one.value is None)
        elif isinstance(event, Entered):
            module = chart.modules[event.module]
            if (module.path, module.type) in given or _part_of(chart, module, given):
                found |= {chart.values[parameter.value].tensor for parameter in module.parameters}
    return found


def _part_of(chart: Chart, module: Module, given: set[tuple[str, str]]) -> bool:
    """Whether all parameters of a module are called as those of something are that was given a name here."""
    names = [chart.called(chart.values[parameter.value], "") for parameter in module.parameters]
    return bool(names) and all(any(name.startswith(f"{one}.") for one, _ in given) for name in names)


def _after_what_is_trained(chart: Chart) -> set[int]:
    """The parameters of models that are not trained, and that go on from what is: a loss may be made by such a one."""
    found: set[int] = set()
    fed = _fed(chart)
    for module in chart.modules:
        tensors = {chart.values[parameter.value].tensor for parameter in module.parameters}
        if module.id in fed and tensors.isdisjoint(chart.trained):
            found |= tensors
    return found


def _fed(chart: Chart) -> set[int]:
    """The outermost modules that computed with a parameter that is trained, or with what was made of one."""
    made: set[int] = set()
    found: set[int] = set()
    for operation in chart.operations:
        edges = [edge.value for edge in operation.edges]
        if any(number in made or chart.values[number].tensor in chart.trained for number in edges):
            made.update(operation.results)
            if (outer := chart.outermost(operation)) is not None:
                found.add(outer)
    return found


def _touched(chart: Chart) -> set[int | None]:
    """Tensors that were moved, whose gradient was read, set, or cleared for themselves and not with those trained."""
    found: set[int | None] = {chart.values[event.after].tensor for event in chart.all(Update)}
    found |= {chart.values[event.leaf].tensor for event in chart.all(Assigned)}
    for cleared in chart.all(Cleared):
        tensors = {chart.values[leaf].tensor for leaf in cleared.leaves}
        found |= tensors if tensors.isdisjoint(chart.trained) else set()
    edges = (chart.values[edge.value] for operation in chart.operations for edge in operation.edges)
    found |= {value.grad_of for value in edges if value.grad_of is not None}
    named = (value for value in chart.values if value.grad_of is not None)
    return found | {
        v.grad_of for v in named if v.grad_of is not None and any(not name.endswith(".grad") for name in v.names)
    }


def _moved_after(chart: Chart, passed: Pass) -> bool:
    """Whether an optimizer has moved what this pass gave a gradient to."""
    reached = {chart.values[event.leaf].tensor for event in passed.accumulated}
    later = (event for event in chart.events[passed.at :] if isinstance(event, Stepped))
    step = next(later, None)
    return step is not None and not reached.isdisjoint(chart.values[value].tensor for value in step.parameters)


def flags_unread(chart: Chart) -> Iterator[Finding]:
    """``module.requires_grad = False``, and names that are like it, where the parameters did not do as they say: one
    finding for all parameters that have the same."""
    entered = {event.module: event for event in reversed(chart.all(Entered))}
    for module in chart.modules:
        if module.flags and module.id in entered:
            at = entered[module.id]
            yield from _at_parameters(chart, module, at)
            yield from _at_modules(chart, module, at)


def _at_parameters(chart: Chart, module: Module, at: Entered) -> Iterator[Finding]:
    parameters = {parameter.name: parameter.value for parameter in module.parameters}
    alike: dict[tuple[str, bool], list[int]] = {}
    for flag in module.flags:
        if flag.of in parameters and not _obeyed(chart, [parameters[flag.of]], flag.on):
            alike.setdefault((flag.name, flag.on), []).append(parameters[flag.of])
    for (name, on), values in alike.items():
        owner = chart.called(chart.values[values[0]])
        others = len(values) - 1
        more = f", and the like at {others} other parameter{'' if others == 1 else 's'}," if others else ""
        yield _unread(chart, at, f"{owner}.{name} = {on}{more}", values, f"{owner}.requires_grad = {on}")


def _at_modules(chart: Chart, module: Module, at: Entered) -> Iterator[Finding]:
    parameters = {parameter.name for parameter in module.parameters}
    for flag in [flag for flag in module.flags if flag.of not in parameters][:MOST_FLAGS]:
        within = f"{flag.of}." if flag.of else ""
        below = [parameter.value for parameter in module.parameters if parameter.name.startswith(within)]
        if below and not _obeyed(chart, below, flag.on):
            owner = ".".join(filter(None, (module.path, flag.of)))
            written = f"{owner}.{flag.name} = {flag.on}"
            yield _unread(chart, at, written, below, f"{owner}.requires_grad_({flag.on})")


def _obeyed(chart: Chart, parameters: Sequence[int], on: bool) -> bool:
    """Whether some of these did as a flag says, which another statement has then seen to; or it cannot be known."""
    values = [chart.values[parameter] for parameter in parameters]
    given = any(value.tensor in chart.given_gradient for value in values)
    return any(value.requires_grad == on for value in values) or given == on


def _unread(chart: Chart, entered: Entered, written: str, parameters: Sequence[int], right: str) -> Finding:
    tensors = {chart.values[parameter].tensor for parameter in parameters}
    names = chart.names_of(tensors)
    accumulated = next((e for e in chart.all(Accumulate) if chart.values[e.leaf].tensor in tensors), None)
    need = "need" if len(names) > 1 else "needs"
    got = "no gradient all the same, and got none" if accumulated is None else "a gradient all the same, and got it"
    own = "that PyTorch does not know"
    if ".requires_grad = " in written:
        own = "of the module, which it does not hand on to its parameters"
    return chart.finding(
        "flag-unread", chart.at[id(accumulated or entered)], values=parameters, about=names,
        flag=written, own=own, names=listed(names), does=f"{need} {got}", right=right,
    )  # fmt: skip
