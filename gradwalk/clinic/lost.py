"""What is computed for a training and does nothing in it: a constant in the loss, an update of a copy, a rate of 0."""

from __future__ import annotations

from collections.abc import Iterator

from gradwalk.clinic.chart import Chart, base, is_zero, listed, numel
from gradwalk.clinic.finding import Finding
from gradwalk.program import Span
from gradwalk.recording import Accumulate, Forward, Operation, Result, Stepped, Update, Value

LEAST_STEPS = 2


def constant_term(chart: Chart) -> Iterator[Finding]:
    """A term of a loss that is made of nothing but a gradient without a graph, as of a penalty: one a place."""
    told: set[Span | None] = set()
    given = [(event.value, event) for event in chart.all(Result) if event.value is not None]
    for number, event in given:
        if event.span in told or chart.values[number].requires_grad:
            continue
        term = _term(chart, chart.values[number])
        if term is None or term[1].id not in chart.ran:
            continue
        value, adding = term
        told.add(event.span)
        name = chart.named(chart.values[number], "the gradient")
        yield chart.finding(
            "constant-term", chart.ran[adding.id], values=(number, value.id), about=(name,), span=event.span, name=name,
            line=chart.line_of(event.span), sum=chart.line_of(adding.span),
        )  # fmt: skip


def _term(chart: Chart, gradient: Value) -> tuple[Value, Operation] | None:
    """The single number that was made of a gradient, and the sum with what learns that it is a term of."""
    waiting, seen = [gradient.id], {gradient.id}
    while waiting:
        for user in chart.users.get(waiting.pop(), ()):
            if base(user) == "detach":
                return None  # somebody wants a constant
            result = chart.values[user.results[0]] if user.results else None
            if result is None or result.id in seen:
                continue
            seen.add(result.id)
            if not result.requires_grad:
                waiting.append(result.id)
                continue
            terms = [chart.values[edge.value] for edge in user.edges]
            constant = [value for value in terms if value.id in seen]
            if base(user).rstrip("_") == "add" and len(terms) == 2 and len(constant) == 1 and not result.shape:
                return (constant[0], user) if result.id in chart.behind_roots else None
            return None
    return None


def update_lost(chart: Chart) -> Iterator[Finding]:
    """``p = p - lr * p.grad`` in a loop over parameters: new tensors that nobody uses; nothing that learns moves."""
    if chart.trained or not chart.whole:
        return
    lost: dict[Span | None, list[tuple[Operation, Value]]] = {}
    turns: dict[int, int] = {}
    for added in chart.all(Accumulate):
        tensor = chart.values[added.leaf].tensor
        turns[tensor] = turns.get(tensor, 0) + 1
    for event in chart.all(Forward):
        operation = chart.operations[event.operation]
        leaf = _updated(chart, operation)
        if leaf is not None and turns.get(leaf.tensor, 0) > 1:
            lost.setdefault(operation.span, []).append((operation, leaf))
    for span, found in lost.items():
        first, leaf = found[0]
        names = chart.names_of({value.tensor for _, value in found})
        yield chart.finding(
            "update-lost", chart.ran[first.id], values=(leaf.id, *first.results), about=names, span=span,
            line=chart.line_of(span), names=listed(names), passes=f"{turns[leaf.tensor]} passes",
        )  # fmt: skip


def _updated(chart: Chart, operation: Operation) -> Value | None:
    """The leaf that an operation takes its own gradient from, into a new tensor that nothing uses."""
    if base(operation) not in ("sub", "add") or len(operation.edges) != 2 or not operation.results:
        return None
    leaf, other = (chart.values[edge.value] for edge in operation.edges)
    if not (leaf.is_leaf and leaf.requires_grad) or any(chart.users.get(result) for result in operation.results):
        return None
    below = chart.sources([other.id])
    return leaf if any(chart.values[number].grad_of == leaf.tensor for number in below) else None


def rate_of_zero(chart: Chart) -> Iterator[Finding]:
    """Steps of a learning rate of 0, to the last one: the first may be so where it is warmed up. One an optimizer."""
    places: dict[frozenset[int], list[tuple[int, Stepped]]] = {}
    for at, event in enumerate(chart.events):
        if isinstance(event, Stepped):
            places.setdefault(frozenset(chart.values[v].tensor for v in event.parameters), []).append((at, event))
    for steps in places.values():
        still = 0
        for at, step in reversed(steps):
            if not _stands_still(chart, at, step):
                break
            still += 1
        if still >= LEAST_STEPS:
            at, step = steps[-still]
            names = chart.names_of({chart.values[v].tensor for v in step.parameters})
            yield chart.finding(
                "rate-of-zero", at, values=step.parameters, about=names, line=chart.line_of(step.span),
                optimizer=step.optimizer, count=still, names=listed(names),
            )  # fmt: skip


def _stands_still(chart: Chart, at: int, step: Stepped) -> bool:
    """Whether a step had a gradient other than 0, no learning rate, and moved nothing."""
    moves: list[Update] = []
    for event in reversed(chart.events[:at]):
        if not (isinstance(event, Update) and event.optimizer is not None and event.span == step.span):
            break
        moves.append(event)
    tensors = {chart.values[move.after].tensor for move in moves}
    came = [e for e in chart.all(Accumulate) if chart.values[e.leaf].tensor in tensors and not is_zero(e.after)]
    return bool(moves and came) and all(_is_unmoved(chart, move) for move in moves)


def _is_unmoved(chart: Chart, move: Update) -> bool:
    before, after = chart.values[move.before], chart.values[move.after]
    known = before.numbers is not None and numel(before) > 0
    return known and before.numbers == after.numbers and all(one.name != "lr" for one in move.settings)


def setting_unread(chart: Chart) -> Iterator[Finding]:
    """``optimizer.lr = …``: an attribute that the steps do not read. One finding for each such setting."""
    told: set[tuple[int, str]] = set()
    for step in chart.all(Stepped):
        for unread in step.unread:
            owner, _, setting = unread.name.rpartition(".")
            used = _used_setting(chart, step, setting)
            if used and (step.instance, unread.name) not in told:
                told.add((step.instance, unread.name))
                yield chart.finding(
                    "setting-unread", chart.at[id(step)], values=step.parameters, name=unread.name, set_to=unread.text,
                    setting=setting, optimizer=step.optimizer, optimizer_name=owner, line=chart.line_of(step.span),
                    used=used,
                )  # fmt: skip


def _used_setting(chart: Chart, step: Stepped, name: str) -> str:
    """What a step was taken with; empty where it moved nothing. Settings that are off are left out of a recording."""
    before = chart.events[chart.at[id(step)] - 1]
    if not (isinstance(before, Update) and before.optimizer is not None and before.span == step.span):
        return ""
    return next((setting.text for setting in before.settings if setting.name == name), "0")
