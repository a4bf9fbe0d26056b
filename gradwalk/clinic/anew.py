"""What a training makes anew in each turn, so that it keeps nothing: optimizers, and single parameters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

from gradwalk.clinic.chart import Chart, listed
from gradwalk.clinic.finding import Finding
from gradwalk.program import Span
from gradwalk.recording import Entered, Event, Forward, Left, Result, Returned, Statement, Stepped, Update, Value

LEAST_LIVES = 3
"""So many optimizers follow one another for the same tensors, at least."""
LEAST_TURNS = 2


class _Life(NamedTuple):
    """The steps of one optimizer in a row."""

    steps: tuple[Stepped, ...]
    first: int
    """Where its first step stands among the events."""
    last: int
    updates: tuple[Update, ...]
    """What its first step moved."""


# Optimizers


def optimizers(chart: Chart) -> Iterator[Finding]:
    """Optimizers that remember, of which each is left for another over the same tensors, which begins with nothing."""
    alike: dict[tuple[str, Span | None, frozenset[int]], list[Stepped]] = {}
    for event in chart.all(Stepped):
        tensors = frozenset(chart.values[value].tensor for value in event.parameters)
        alike.setdefault((event.optimizer, event.span, tensors), []).append(event)
    for (kind, span, tensors), steps in alike.items():
        lives = [_life(chart, list(group)) for _, group in groupby(steps, key=lambda step: step.instance)]
        if len(lives) < LEAST_LIVES or len({life.steps[0].instance for life in lives}) < len(lives):
            continue
        if not _is_one_training(chart, tensors, lives):
            continue
        states = [state.name for state in lives[-1].updates[0].state if state.name != "step"]
        made = _made(chart, kind, lives)
        at = chart.at[id(made)] if made is not None else lives[1].first
        several = max(len(life.steps) for life in lives)
        yield chart.finding(
            "optimizer-anew", at, values=lives[1].steps[0].parameters, about=chart.names_of(tensors), optimizer=kind,
            line=chart.line_of(span), count=len(lives), names=listed(chart.names_of(tensors)), state=listed(states),
            steps="one step" if several == 1 else f"{several} steps",
            place="" if made is None else f" It is made in {chart.line_of(made.span)}.",
        )  # fmt: skip


def models(chart: Chart) -> Iterator[Finding]:
    """Optimizers of one step each, over new tensors of the same names, of which nothing uses what the step has made."""
    alike: dict[tuple[str, Span | None], list[Stepped]] = {}
    for event in chart.all(Stepped):
        alike.setdefault((event.optimizer, event.span), []).append(event)
    for (_, span), steps in alike.items():
        lives = [_life(chart, [step]) for step in steps]
        names = {tuple(chart.names_of(chart.values[v].tensor for v in step.parameters)) for step in steps}
        apart = len({chart.values[v].tensor for step in steps for v in step.parameters})
        if len(lives) < LEAST_LIVES or len(names) != 1 or apart < sum(len(step.parameters) for step in steps):
            continue
        after = [update.after for life in lives for update in life.updates]
        if not all(life.updates for life in lives) or any(chart.users.get(number) for number in after):
            continue
        if len({life.updates[0].settings for life in lives}) > 1 or not _in_one_loop(chart, lives):
            continue
        if _on_the_same_data(chart, lives):
            (alike_names,) = names
            yield chart.finding(
                "model-anew", lives[1].last, values=steps[1].parameters, about=alike_names, line=chart.line_of(span),
                count=len(lives), names=listed(alike_names),
            )  # fmt: skip


def _life(chart: Chart, steps: Sequence[Stepped]) -> _Life:
    first = chart.at[id(steps[0])]
    updates: list[Update] = []
    for event in reversed(chart.events[:first]):
        if not (isinstance(event, Update) and event.optimizer is not None and event.span == steps[0].span):
            break
        updates.append(event)
    return _Life(tuple(steps), first, chart.at[id(steps[-1])], tuple(updates))


def _is_one_training(chart: Chart, tensors: frozenset[int], lives: Sequence[_Life]) -> bool:
    """Whether these are turns of one loop that goes on with the same training, and each forgets what came before."""
    if not all(life.updates and all(_begins(update) for update in life.updates) for life in lives):
        return False
    between = chart.events[lives[0].first : lives[-1].last]
    moved = (e for e in between if isinstance(e, Update) and chart.values[e.after].tensor in tensors)
    if any(event.optimizer is None for event in moved):
        return False  # somebody sets them back, and begins again on purpose
    if chart.all(Statement) and not _in_one_loop(chart, lives):
        return False
    if all(len(life.steps) == 1 for life in lives):
        return True
    settings = {life.updates[0].settings for life in lives}
    return len(settings) == 1 and _on_the_same_data(chart, lives)


def _on_the_same_data(chart: Chart, lives: Sequence[_Life]) -> bool:
    """Whether some of the data of each comes again in the next."""
    starts = [0, *(life.last for life in lives)]
    rows = [_rows(chart, start, life.last) for start, life in zip(starts, lives, strict=False)]
    return all(one & other for one, other in pairwise(rows))


def _begins(update: Update) -> bool:
    """Whether an optimizer remembers something after its step, and remembered nothing before it."""
    steps = [state.array.numbers for state in update.given if state.name == "step"]
    return bool(update.state) and (not update.given or steps == [(0,)])


def _in_one_loop(chart: Chart, lives: Sequence[_Life]) -> bool:
    """Whether one place of the program is passed before each of them, in a call that is open from the first to the
    last: functions that are called again have calls of their own."""
    ends = {event.frame: chart.at[id(event)] for event in chart.all(Returned)}
    places: dict[tuple[int, Span], list[int]] = {}
    for event in chart.all(Statement):
        places.setdefault((event.frame, event.span), []).append(chart.at[id(event)])
    for (frame, _), found in places.items():
        if ends.get(frame, len(chart.events)) > lives[-1].last and all(
            any(one.first < at < other.first for at in found) for one, other in pairwise(lives)
        ):
            return True
    return False


def _rows(chart: Chart, start: int, end: int) -> set[tuple[object, ...]]:
    """The rows of the data that passes in a stretch of the events were computed from: those that are hardly alike by
    chance."""
    roots = [passed.call.root for passed in chart.passes if start <= passed.at < end]
    found: set[tuple[object, ...]] = set()
    for number in chart.sources(roots):
        value = chart.values[number]
        maker = chart.maker(value)
        if value.tensor in chart.learns or (maker is not None and maker.edges):
            continue
        if value.numbers is None:
            found.add((value.summary,))
            continue
        width = value.shape[-1] if value.shape else 1
        rows = [value.numbers[at : at + width] for at in range(0, len(value.numbers), width)] if width > 1 else []
        found.update(row for row in rows if any(number != int(number) for number in row if abs(number) < 1e300))
    return found


def _made(chart: Chart, kind: str, lives: Sequence[_Life]) -> Statement | None:
    """The statement that gave the second one its name."""
    stretch = chart.events[lives[0].last : lives[1].first]
    made = (event for event in stretch if isinstance(event, Statement))
    return next((event for event in made if any(one.text == kind for one in event.bindings)), None)


# Parameters


class _Made(NamedTuple):
    """A leaf that is made while a module's forward() runs."""

    leaf: Value
    at: int
    """The event that shows it first: the statement that names it, else the operation that uses it."""
    module: int


def leaves(chart: Chart) -> Iterator[Finding]:
    """Leaves that a forward() makes anew each time, of nothing that was given: each gets a gradient, and keeps it."""
    if not (chart.whole and chart.trained):
        return
    calls: dict[int, set[int]] = {}
    for passed in chart.passes:
        for added in passed.accumulated:
            calls.setdefault(chart.values[added.leaf].tensor, set()).add(passed.call.call)
    alike: dict[tuple[int, Span | None], list[_Made]] = {}
    for made in _made_inside(chart):
        if made.leaf.tensor in calls and made.leaf.tensor not in chart.learns:
            alike.setdefault((made.module, chart.events[made.at].span), []).append(made)
    for (module, span), found in alike.items():
        passes = [calls[one.leaf.tensor] for one in found]
        if any(len(one) > 1 for one in passes) or len(set.union(*passes)) < LEAST_TURNS or _used(chart, found):
            continue
        line = chart.line_of(span)
        own = isinstance(chart.events[found[0].at], Statement)
        name = chart.named(found[0].leaf, "a leaf") if own else "a leaf"
        yield chart.finding(
            "leaf-made-each-turn", found[0].at, values=[one.leaf.id for one in found], about=(name,) if own else (),
            name=name, place=f" in {line}" if own else f", which {line} uses", count=len(found),
            module=chart.modules[module].type,
        )  # fmt: skip


def _made_inside(chart: Chart) -> Iterator[_Made]:
    """The leaves that are first met while a module runs that is trained, made of nothing that was there before."""
    inside: list[int] = []
    seen: set[int] = set()
    before: Event | None = None
    for at, event in enumerate(chart.events):
        if isinstance(event, Entered):
            inside.append(event.module)
        elif isinstance(event, Left) and event.module in inside:
            del inside[len(inside) - 1 - inside[::-1].index(event.module) :]
        elif isinstance(event, Statement | Forward):
            new = [value for value in _met(chart, event) if value.tensor not in seen]
            seen.update(value.tensor for value in new)
            given = isinstance(before, Entered) and isinstance(event, Statement)  # what forward() is called with
            if inside and not given:
                found = (one for one in new if one.is_leaf and one.requires_grad and _of_nothing(chart, one))
                yield from (_Made(one, at, inside[-1]) for one in found if one.tensor not in chart.parameters)
        before = event


def _met(chart: Chart, event: Statement | Forward) -> list[Value]:
    if isinstance(event, Statement):
        return [chart.values[one.value] for one in event.bindings if one.value is not None]
    return [chart.values[edge.value] for edge in chart.operations[event.operation].edges]


def _of_nothing(chart: Chart, leaf: Value) -> bool:
    """Whether no operation led to its numbers from others: not a copy, or a part, of what was given."""
    twins = (value for value in chart.values[: leaf.id + 1] if value.storage == leaf.storage)
    return all(value.operation is None or not chart.operations[value.operation].edges for value in twins)


def _used(chart: Chart, found: Sequence[_Made]) -> bool:
    """Whether the program looks at the gradient of one of them, or asks for it by itself."""
    tensors = {one.leaf.tensor for one in found}
    own = [value for value in chart.values if value.grad_of in tensors]
    named = any(not name.endswith(".grad") for value in own for name in value.names)
    asked = any(chart.values[event.of].tensor in tensors for event in chart.all(Result))
    return named or asked or any(chart.users.get(value.id) for value in own)
