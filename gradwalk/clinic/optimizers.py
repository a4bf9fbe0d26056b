"""Optimizers whose steps move nothing, and those that hold tensors of former times."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gradwalk.clinic.chart import Chart, Pass, listed
from gradwalk.clinic.copies import ends_at_copies
from gradwalk.clinic.finding import Finding
from gradwalk.clinic.missing import copied_root
from gradwalk.failures.diagnosis import Diagnosis
from gradwalk.failures.sentences import why_and_way
from gradwalk.failures.untracked import cut_between
from gradwalk.notation import shape_text
from gradwalk.recording import Accumulate, Assigned, Cleared, Failure, Stepped, Update


def steps(chart: Chart) -> Iterator[Finding]:
    """Steps that move nothing at all, and optimizers that hold a tensor of former times."""
    held: dict[frozenset[int], list[Stepped]] = {}
    for event in chart.all(Stepped):
        held.setdefault(frozenset(chart.values[v].tensor for v in event.parameters), []).append(event)
    for tensors, found in held.items():
        stale = _stale(chart, tensors, found[0])
        if stale is not None:
            yield stale
        elif chart.whole and (first := _moves_nothing(chart, tensors, found)) is not None:
            yield first


def _stale(chart: Chart, held: frozenset[int], step: Stepped) -> Finding | None:
    """A tensor with a gradient that nobody holds, and one of the same name and shape that is held and never reached."""
    got = {chart.values[e.leaf].tensor for one in chart.passes for e in one.accumulated} - chart.held
    idle = held - chart.given_gradient - chart.parameters.keys()
    for new in sorted(got):
        value = chart.first[new]
        for old in sorted(idle):
            former = chart.first[old]
            names = set(former.names) & {*value.names, chart.parameters.get(new, "")}
            if not names or new in chart.trained:
                continue
            if former.shape != value.shape and not any("." in one for one in names):
                continue
            name = chart.called(value, "a tensor")
            return chart.finding(
                "optimizer-stale", chart.at[id(step)], values=(value.id, former.id), about=(name,),
                optimizer=step.optimizer, line=chart.line_of(step.span), shared="name",
                shape=shape_text(former.shape), names=name,
            )  # fmt: skip
    return None


def _moves_nothing(chart: Chart, tensors: frozenset[int], found: Sequence[Stepped]) -> Finding | None:
    moved = {chart.values[e.after].tensor for e in chart.all(Update) if e.optimizer is not None}
    if not tensors or tensors & moved or chart.all(Failure):
        return None
    if tensors & chart.given_gradient:
        return _cleared_before(chart, tensors, found)
    if any(copied_root(chart, passed) & tensors for passed in chart.passes):
        return None  # what cut the way is told of the parameters
    if any(ends_at_copies(chart, passed) for passed in chart.passes):
        return None  # and of the pass
    cut = next((cut for passed in chart.passes for cut in _cuts(chart, tensors, passed)), None)
    if cut is not None and chart.held & chart.given_gradient:
        return None  # what cuts their way is told of them
    earlier = [passed for passed in chart.passes if passed.at < chart.at[id(found[0])]]
    reason = "No pass ran before it." if not earlier else "No pass reached one of them."
    way = "Call backward() on the loss before the step."
    got = {chart.values[event.leaf].tensor for passed in earlier for event in passed.accumulated} - chart.held
    if cut is None and got:
        names = listed(chart.names_of(got))
        reason = f"{reason[:-1]}: what got gradients, {names}, is held by no optimizer whose step has run."
        way = f"Take the step with an optimizer that holds what is trained, such as {chart.names_of(got)[0]}."
    if cut is not None:
        why, way = why_and_way(chart.recording, cut)
        reason = f"{reason} {why}"
    return chart.finding(
        "step-without-gradient", chart.at[id(found[0])], values=found[0].parameters, about=chart.names_of(tensors),
        optimizer=found[0].optimizer, line=chart.line_of(found[0].span), count=_count(tensors), reason=reason, way=way,
    )  # fmt: skip


def _cuts(chart: Chart, tensors: frozenset[int], passed: Pass) -> Iterator[Diagnosis]:
    """What cuts the way from a pass's root back to these tensors."""
    if passed.is_backward and passed.accumulated:
        found = (cut_between(chart, chart.first[tensor], passed.call.root) for tensor in sorted(tensors))
        yield from (cut for cut in found if cut is not None)


def _cleared_before(chart: Chart, tensors: frozenset[int], found: Sequence[Stepped]) -> Finding | None:
    """Gradients were there, and the program cleared them before each of the steps."""
    ends: list[Cleared] = []
    for step in found:
        before = chart.events[: chart.at[id(step)]]
        last = next((e for e in reversed(before) if _about_gradients(chart, e, tensors)), None)
        if last is None:
            continue  # the first turn's, before there is any
        if not isinstance(last, Cleared) or last.zeros:
            return None
        at, until = chart.at[id(last)], chart.at[id(step)]
        if passed := next((one for one in reversed(chart.passes) if at < one.at < until and one.is_backward), None):
            return _passed_by(chart, tensors, step, last, passed)
        ends.append(last)
    if not ends:
        return None
    reason = f"The gradients were there, and {chart.line_of(ends[0].span)} cleared them before the step."
    return chart.finding(
        "step-after-clearing", chart.at[id(ends[0])], values=found[0].parameters, about=chart.names_of(tensors),
        optimizer=found[0].optimizer, line=chart.line_of(found[0].span), count=_count(tensors), reason=reason,
    )  # fmt: skip


def _passed_by(chart: Chart, tensors: frozenset[int], step: Stepped, cleared: Cleared, passed: Pass) -> Finding:
    """The pass for a step reaches nothing of what the step moves: what was cleared before was there already."""
    walk = chart.line_of(passed.call.span)
    cut = next(_cuts(chart, tensors, passed), None)
    why, way = "", "Call backward() on a loss that is computed from them, after the clearing and before the step."
    if cut is not None:
        why, way = why_and_way(chart.recording, cut)
    other = f"what {chart.line_of(cleared.span)} cleared was there before that pass."
    reason = f"The pass in {walk} reaches none of them; {other} {why}".rstrip()
    return chart.finding(
        "step-without-gradient", chart.at[id(step)], values=step.parameters, about=chart.names_of(tensors),
        optimizer=step.optimizer, line=chart.line_of(step.span), count=_count(tensors), reason=reason, way=way,
    )  # fmt: skip


def _count(tensors: frozenset[int]) -> str:
    return f"{len(tensors)} tensors" if len(tensors) > 1 else "one tensor"


def _about_gradients(chart: Chart, event: object, tensors: frozenset[int]) -> bool:
    """Whether an event gives one of these tensors a gradient, or takes it away."""
    if isinstance(event, Cleared):
        return bool({chart.values[leaf].tensor for leaf in event.leaves} & tensors)
    return isinstance(event, Accumulate | Assigned) and chart.values[event.leaf].tensor in tensors
