"""A recording in episodes: each ends with one backward() pass and what follows from it, and is a recording of its own.

In an episode's own recording, values, operations and nodes are numbered anew, so two turns of a training loop with the
same structure have the same graph and are drawn once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from gradwalk.analysis.events import events_in_order, grad_owners, source_at
from gradwalk.analysis.excerpt import Excerpt, excerpt_of
from gradwalk.analysis.index import Index
from gradwalk.program import Span
from gradwalk.recording import (
    Accumulate,
    Array,
    BackwardCall,
    Cleared,
    Event,
    Failure,
    Forward,
    Free,
    LocalGradient,
    Output,
    Recording,
    Statement,
    Update,
)


class Before(NamedTuple):
    """What was there when an episode began, by the number of a tensor in its excerpt."""

    grads: Mapping[int, Array]
    """The ``.grad`` of leaves."""
    steps: Mapping[int, Update]
    """The last step that an optimizer took with a parameter."""
    freed: frozenset[int]
    """The excerpt's nodes whose saved values were released."""
    states: Mapping[int, int]
    """Which of its values a tensor was: an older operation of the excerpt may have used an earlier one."""


@dataclass(frozen=True)
class Episode:
    number: int
    call: int | None
    """The backward() call that it ends with; None for what comes after the last one, or for one that failed."""
    place: Span | None
    """The piece of source that this call is; the same in all turns of a loop."""
    index: Index
    """The stretch as a recording of its own, with its look-ups."""
    originals: tuple[Event, ...]
    """Its events one by one under the ids of the whole recording."""
    before: Before
    whole: Recording
    """The recording that it is a stretch of."""
    numbers: Excerpt
    """The whole recording's values and nodes under their numbers here."""

    @property
    def recording(self) -> Recording:
        return self.index.recording

    @property
    def events(self) -> tuple[Event, ...]:
        return self.index.recording.events


def episodes(recording: Recording) -> tuple[Episode, ...]:
    """The episodes in order; at least one. A recording with one episode is its own excerpt."""
    events = events_in_order(recording)
    cuts = _cuts(events, recording)
    ledger = _Ledger(recording)
    found = []
    for number, (begin, end) in enumerate(zip([0, *cuts[:-1]], cuts, strict=True)):
        stretch = events[begin:end]
        excerpt = excerpt_of(recording, stretch) if len(cuts) > 1 else _whole(recording, stretch)
        call = next((event for event in stretch if isinstance(event, BackwardCall)), None)
        place = None if call is None else call.span
        which = None if call is None else call.call
        before = ledger.before(excerpt, stretch)
        index = Index(excerpt.recording, before.grads, before.steps)
        found.append(Episode(number, which, place, index, stretch, before, recording, excerpt))
        ledger.note(stretch)
    return tuple(found)


def _whole(recording: Recording, events: tuple[Event, ...]) -> Excerpt:
    tensors = {value.tensor: value.tensor for value in recording.values}
    nodes = {node.id: node.id for node in recording.nodes}
    values = {value.id: value.id for value in recording.values}
    return Excerpt(replace(recording, events=events), values, tensors, nodes)


class _Ledger:
    """Follows what outlives an episode: gradients and the state of optimizers, by tensor."""

    def __init__(self, recording: Recording) -> None:
        self._values = recording.values
        self._operations = recording.operations
        self._owners = grad_owners(recording)
        self._grads: dict[int, Array] = {}
        self._steps: dict[int, Update] = {}
        self._freed: set[int] = set()

    def before(self, excerpt: Excerpt, stretch: Sequence[Event]) -> Before:
        tensors, nodes = excerpt.tensors, excerpt.nodes
        grads = {tensors[tensor]: grad for tensor, grad in self._grads.items() if tensor in tensors}
        steps = {tensors[tensor]: step for tensor, step in self._steps.items() if tensor in tensors}
        freed = frozenset(nodes[node] for node in self._freed & nodes.keys())
        return Before(grads, steps, freed, self._states(excerpt, stretch))

    def _states(self, excerpt: Excerpt, stretch: Sequence[Event]) -> dict[int, int]:
        """The last state of each tensor before the first one that the stretch made, or its first."""
        made = [event.after for event in stretch if isinstance(event, Update)]
        ran = (self._operations[event.operation].results for event in stretch if isinstance(event, Forward))
        begin = min([*made, *(value for results in ran for value in results)], default=len(self._values))
        found: dict[int, int] = {}
        for value in sorted(excerpt.values):
            if value < begin or self._values[value].tensor not in found:
                found[self._values[value].tensor] = value
        return {excerpt.tensors[tensor]: excerpt.values[value] for tensor, value in found.items()}

    def note(self, events: Sequence[Event]) -> None:
        for event in events:
            if isinstance(event, Accumulate):
                self._grads[self._values[event.leaf].tensor] = event.after
            elif isinstance(event, Free):
                self._freed.update(event.nodes)
            elif isinstance(event, Cleared):
                for leaf in event.leaves:
                    self._clear(self._values[leaf].tensor, event.zeros)
            elif isinstance(event, Update):
                after = self._values[event.after]
                if event.optimizer is not None:
                    self._steps[after.tensor] = event
                if event.after in self._owners:
                    self._grads[self._owners[event.after]] = Array(after.shape, after.dtype, after.numbers)

    def _clear(self, tensor: int, zeros: bool) -> None:
        grad = self._grads.pop(tensor, None)
        if grad is not None and zeros and grad.numbers is not None:
            self._grads[tensor] = grad._replace(numbers=(0.0,) * len(grad.numbers))


def _cuts(events: Sequence[Event], recording: Recording) -> list[int]:
    """Where episodes end: the positions after their last events, the end of the recording last."""
    found: list[int] = []
    for end in _ends(events, recording):
        begin = next((p for p in range(end, len(events)) if _builds(events[p], recording)), len(events))
        if begin < len(events):
            found.append(_between(events, end, begin))
    return [*dict.fromkeys(found), len(events)]


def _builds(event: Event, recording: Recording) -> bool:
    """Whether a graph grows here, or a backward() begins."""
    if isinstance(event, Forward):
        return recording.operations[event.operation].node is not None
    return isinstance(event, LocalGradient | BackwardCall)


def _ends(events: Sequence[Event], recording: Recording) -> list[int]:
    """The position after each backward() pass, and after each backward() of a new graph that failed."""
    lines = recording.source.split("\n")
    ends: list[int] = []
    previous: int | None = None
    grown = False
    for position, event in enumerate(events):
        call: int | None = getattr(event, "call", None)
        if call is not None:
            if call == previous:
                ends[-1] = position + 1
            else:
                ends.append(position + 1)
            previous, grown = call, False
        elif isinstance(event, Failure) and "backward(" in source_at(lines, event.span):
            if grown or not ends:
                ends.append(position + 1)
                grown = False
        else:
            grown = grown or _builds(event, recording)
    return ends


def _between(events: Sequence[Event], end: int, begin: int) -> int:
    """Where one episode ends and the next begins, between the last event of a pass and the first of a new graph.

    A loop goes back to its first line there. Otherwise what the program did with the gradients, and what it showed,
    belongs to the pass; what it prepared after that to the new graph.
    """
    for position in range(begin, end, -1):
        if _goes_back(events[position - 1], events[position]):
            return position
    kept = [p for p in range(end, begin) if isinstance(events[p], Update | Output | Failure | Cleared)]
    cut = kept[-1] + 1 if kept else end
    while cut < begin and isinstance(events[cut], Statement) and _within(events[cut - 1], events[cut]):
        cut += 1
    return cut


def _goes_back(one: Event, other: Event) -> bool:
    if one.span is None or other.span is None or _within(one, other):
        return False
    return other.span.line < one.span.line


def _within(one: Event, other: Event) -> bool:
    if one.span is None or other.span is None:
        return False
    starts = (other.span.line, other.span.column) <= (one.span.line, one.span.column)
    return starts and (one.span.end_line, one.span.end_column) <= (other.span.end_line, other.span.end_column)
