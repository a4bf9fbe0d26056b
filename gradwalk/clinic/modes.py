"""Models in the other mode than was meant: prediction as in training, and training as in evaluation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from gradwalk.analysis.ways import ways
from gradwalk.clinic.chart import Chart, base, constant, listed
from gradwalk.clinic.finding import Finding
from gradwalk.program import Span
from gradwalk.recording import Entered, Forward, Left, Operation, Update

_DROPS = ("bernoulli_", "native_dropout", "bernoulli", "native_alpha_dropout")


def eval_forgotten(chart: Chart) -> Iterator[Finding]:
    """Dropout or batch statistics under no_grad, in a model that is trained too, for what no loss is made of."""
    trained = {chart.outermost(operation) for operation in chart.operations if operation.node is not None}
    told = set()
    called = ways(chart.recording)
    for event in chart.all(Forward):
        operation = chart.operations[event.operation]
        effect = _effect(chart, operation)
        outer = chart.outermost(operation)
        if not (effect and operation.mode and outer is not None and outer in trained) or outer in told:
            continue
        if _feeds_a_root(chart, operation):
            continue
        module = chart.modules[operation.module or 0]
        told.add(outer)
        inside = called.get(operation.id, ())
        place = inside[0].span if inside and inside[0].span is not None else operation.span
        yield chart.finding(
            "eval-forgotten", chart.ran[operation.id], values=operation.results, about=(module.path,),
            span=place, module=module.path, type=module.type, mode=operation.mode, line=chart.line_of(place),
            effect=effect,
        )  # fmt: skip


def _effect(chart: Chart, operation: Operation) -> str:
    """A model may call batch_norm itself and want the batch's statistics: a layer of that name goes by its mode."""
    kernel, module = base(operation), chart.module(operation)
    if module is None:
        return ""
    if kernel in _DROPS:
        return "it set numbers to 0 at random, so the same input gives another result each time"
    if kernel in ("native_batch_norm", "cudnn_batch_norm") and constant(operation, "training") == "True":
        return "it normalised by this batch, and moved its running mean" if "BatchNorm" in module.type else ""
    return ""


def _feeds_a_root(chart: Chart, operation: Operation) -> bool:
    return bool(set(operation.results) & chart.behind_roots)


# Training in evaluation mode

_EFFECTS = {
    "BatchNorm": "batch norm uses its running mean and does not move it",
    "Dropout": "dropout sets nothing to 0",
}


class _Call(NamedTuple):
    """One call of an outermost module."""

    at: int
    span: Span | None
    noisy: dict[int, bool]
    """Its dropouts and batch norms that ran, and whether they did what they do in training."""
    trains: bool
    """Whether a loss was made of what it gave."""


def train_forgotten(chart: Chart) -> Iterator[Finding]:
    """A model that trains, predicts in evaluation mode, and from then on trains so too, at the same place."""
    calls: dict[int, list[_Call]] = {}
    for module, call in _calls(chart):
        calls.setdefault(module, []).append(call)
    for module, found in calls.items():
        change = next((n for n, call in enumerate(found) if not call.trains and not any(call.noisy.values())), None)
        if change is None:
            continue
        before = [call for call in found[:change] if call.trains]
        after = [call for call in found[change:] if call.trains]
        if before and after and _stays(before, after) and _is_trained(chart, after):
            yield _told(chart, module, before[-1], found[change], after)


def _stays(before: Sequence[_Call], after: Sequence[_Call]) -> bool:
    """Whether at one place all of them changed together, and none has changed back."""
    one_place = len({call.span for call in (*before, *after)}) == 1 and before[0].span is not None
    modules = {frozenset(call.noisy) for call in (*before, *after)}
    as_in_training = all(call.noisy and all(call.noisy.values()) for call in before)
    return one_place and len(modules) == 1 and as_in_training and not any(any(c.noisy.values()) for c in after)


def _is_trained(chart: Chart, after: Sequence[_Call]) -> bool:
    return any(chart.is_step(e) for e in chart.events[after[0].at :] if isinstance(e, Update))


def _calls(chart: Chart) -> Iterator[tuple[int, _Call]]:
    inside: list[int] = []
    at, span, noisy, trains = 0, None, dict[int, bool](), False
    for number, event in enumerate(chart.events):
        if isinstance(event, Entered):
            if not inside:
                at, span, noisy, trains = number, event.span, {}, False
            inside.append(event.module)
            if any(kind in chart.modules[event.module].type for kind in _EFFECTS):
                noisy.setdefault(event.module, False)
        elif isinstance(event, Forward) and inside:
            operation = chart.operations[event.operation]
            trains = trains or _feeds_a_root(chart, operation)
            if inside[-1] in noisy and _effect(chart, operation):
                noisy[inside[-1]] = True
        elif isinstance(event, Left) and inside:
            if len(inside) == 1:
                yield event.module, _Call(at, span, noisy, trains)
            inside.pop()


def _told(chart: Chart, module: int, before: _Call, change: _Call, after: Sequence[_Call]) -> Finding:
    noisy = [chart.modules[number] for number in before.noisy]
    effects = [effect for kind, effect in _EFFECTS.items() if any(kind in one.type for one in noisy)]
    names = [one.path for one in noisy]
    model = chart.modules[module].path
    turns = f"{len(after)} turn{'s' if len(after) > 1 else ''}"
    return chart.finding(
        "train-forgotten", after[0].at, about=names, span=after[0].span, turns=turns, model=model,
        modules=listed([f"{one.path} ({one.type})" for one in noisy]), place=chart.line_of(after[0].span),
        line=chart.line_of(change.span), effect=", and ".join(effects),
    )  # fmt: skip
