"""Recurrent layers that read the batch as time, or time as the batch: of all sequences one is used."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from gradwalk.clinic.chart import Chart, base, constant
from gradwalk.clinic.finding import Finding
from gradwalk.program import Span
from gradwalk.recording import Forward, Module, Operation, Value

_RECURRENT = ("LSTM", "GRU", "RNN")
_ALONG = ("slice", "alias", "view", "clone", "contiguous")
"""What may stand between a layer's output and the choice of one of its sequences."""


class _Layout(NamedTuple):
    """How a recurrent layer has read what it was given."""

    output: Value
    batch: int
    """The dimension of its output along which the sequences lie; the other one of the first two is time."""
    module: Module


def one_of_them(chart: Chart) -> Iterator[Finding]:
    """The last of all sequences is taken where the last of all steps was meant: one finding a place."""
    places: set[Span | None] = set()
    for event in chart.all(Forward):
        chosen = chart.operations[event.operation]
        if base(chosen) != "select" or chosen.span in places or constant(chosen, "index") == "":
            continue
        layout = _layout(chart, chosen)
        if layout is None or not _alone(chart, layout, chosen):
            continue
        places.add(chosen.span)
        shape = layout.output.shape
        sequences, steps = shape[layout.batch], shape[1 - layout.batch]
        first = layout.batch == 0
        yield chart.finding(
            "one-sequence", chart.at[id(event)], values=(layout.output.id, chosen.results[0]),
            about=(layout.module.path,), layer=layout.module.path, type=layout.module.type, steps=steps,
            sequences=sequences, others=sequences - 1, line=chart.line_of(chosen.span),
            setting="batch_first=True" if first else "batch_first=False",
            way=_WAYS[first].format(type=layout.module.type),
        )  # fmt: skip


_WAYS = {
    False: "Where the first dimension of the data is the batch, write batch_first=True in nn.{type}(…).",
    True: "With batch_first=True the last step is out[:, -1].",
}


def _layout(chart: Chart, chosen: Operation) -> _Layout | None:
    """The recurrent layer of whose output this takes the last of the sequences, which are several."""
    value = chart.values[chosen.edges[0].value]
    maker = chart.maker(value)
    dimension, index = int(constant(chosen, "dim") or "-9"), int(constant(chosen, "index"))
    while maker is not None and base(maker) in _ALONG and maker.module == chosen.module and maker.edges:
        whole = chart.values[maker.edges[0].value]
        if whole.shape != value.shape:
            return None
        value, maker = whole, chart.maker(whole)
    if maker is None or maker.module is None or maker.module == chosen.module or len(value.shape) != 3:
        return None
    module = chart.modules[maker.module]
    batch = 0 if base(maker).startswith("transpose") else 1  # its kernels have time first: it turns what it gives
    if module.type not in _RECURRENT or dimension != batch:
        return None
    is_last = value.shape[batch] > 1 and index in (-1, value.shape[batch] - 1)
    return _Layout(value, batch, module) if is_last else None


def _alone(chart: Chart, layout: _Layout, chosen: Operation) -> bool:
    """Whether a loss is made of what was chosen, and nothing else of what the layer gave goes into one."""
    if not set(chosen.results) & chart.behind_roots:
        return False
    given = {
        result for operation in chart.operations if operation.module == layout.module.id for result in operation.results
    }
    users = {
        user.id: user
        for number in given
        for user in chart.users.get(number, ())
        if user.module != layout.module.id and base(user) not in _ALONG
    }
    others = [user for user in users.values() if user.span != chosen.span]
    return not any(set(user.results) & chart.behind_roots for user in others)
