"""A recording in episodes: each ends with one backward pass and what follows from it, and is a recording of its own.

In an episode's own recording, values, operations and nodes are numbered anew, so two turns of a training loop with the
same structure have the same graph and are drawn once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from gradwalk.analysis.events import events_in_order
from gradwalk.analysis.excerpt import Excerpt, excerpt_of
from gradwalk.analysis.index import Index
from gradwalk.analysis.ledger import Ledger
from gradwalk.analysis.states import Before
from gradwalk.program import Span
from gradwalk.recording import (
    Assigned,
    BackwardCall,
    Cleared,
    Event,
    Failure,
    Forward,
    LocalGradient,
    Moved,
    Output,
    Recording,
    Statement,
    Stepped,
    Stopped,
    Switched,
    Update,
)


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
    whole: Recording
    """The recording that it is a stretch of."""
    numbers: Excerpt
    """The whole recording's values and nodes under their numbers here."""

    @property
    def before(self) -> Before:
        return self.index.before

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
    ledger = Ledger(recording.values, recording.operations)
    found = []
    for number, (begin, end) in enumerate(zip([0, *cuts[:-1]], cuts, strict=True)):
        stretch = events[begin:end]
        excerpt = excerpt_of(recording, stretch, ledger) if len(cuts) > 1 else _whole(recording, stretch)
        call = next((event for event in stretch if isinstance(event, BackwardCall)), None)
        place = None if call is None else call.span
        which = None if call is None else call.call
        index = Index(excerpt.recording, _before(ledger, excerpt))
        found.append(Episode(number, which, place, index, stretch, recording, excerpt))
        for event in stretch:
            ledger.note(event)
    return tuple(found)


def _whole(recording: Recording, events: tuple[Event, ...]) -> Excerpt:
    tensors = {value.tensor: value.tensor for value in recording.values}
    nodes = {node.id: node.id for node in recording.nodes}
    values = {value.id: value.id for value in recording.values}
    return Excerpt(replace(recording, events=events), values, tensors, nodes)


def _before(ledger: Ledger, excerpt: Excerpt) -> Before:
    """What is known of the excerpt's own tensors and nodes; in time linear in their number."""
    tensors, values, nodes = excerpt.tensors, excerpt.values, excerpt.nodes
    found = ((here, ledger.grad(tensor)) for tensor, here in tensors.items())
    grads = {here: grad for here, grad in found if grad is not None}
    steps = {here: ledger.steps[tensor] for tensor, here in tensors.items() if tensor in ledger.steps}
    freed = frozenset([here for node, here in nodes.items() if node in ledger.freed])
    walked = frozenset([here for node, here in nodes.items() if node in ledger.walked])
    states = {value.tensor: value.id for value in reversed(excerpt.recording.values)}
    now = ((here, values.get(ledger.now.get(tensor, -1))) for tensor, here in tensors.items())
    seen = frozenset([here for tensor, here in tensors.items() if tensor in ledger.now])
    return Before(grads, steps, freed, walked, states | {here: value for here, value in now if value is not None}, seen)


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
    """The position after each backward pass, and after each one of a new graph that failed before it began."""
    calls = [_call_of(event) for event in events]
    last = {call: position for position, call in enumerate(calls)}
    ends: list[int] = []
    inside = -1
    """Where the pass that is going on ends: a hook, or a checkpoint, walks within it."""
    grown = False
    for position, (event, call) in enumerate(zip(events, calls, strict=True)):
        if call is not None:
            if position > inside:
                ends.append(0)
            inside, grown = max(inside, last[call]), False
            ends[-1] = inside + 1
        elif position > inside:
            grown = grown or _builds(event, recording)
            if isinstance(event, Failure) and _of_a_pass(event) and (grown or not ends):
                ends.append(position + 1)
                grown = False
    return ends


def _call_of(event: Event) -> int | None:
    """The backward pass that an event is a part of."""
    return None if isinstance(event, Failure) else getattr(event, "call", None)


def _of_a_pass(failure: Failure) -> bool:
    """Whether backward() itself failed, or torch.autograd.grad."""
    return failure.call.endswith((".backward", "autograd.grad"))


def _between(events: Sequence[Event], end: int, begin: int) -> int:
    """Where one episode ends and the next begins, between the last event of a pass and the first of a new graph.

    A loop goes back to its first line there. Otherwise what the program did with the gradients, and what it showed,
    belongs to the pass; what it prepared after that to the new graph.
    """
    back = [p for p in range(end + 1, begin + 1) if _goes_back(events[p - 1], events[p])]
    if back:  # the last time, or before: what comes next can stand in a function further up
        seen = max((p for p in range(end, back[-1]) if isinstance(events[p], _SEEN)), default=end)
        return next(position for position in back if position > seen)
    kept = [p for p in range(end, begin) if isinstance(events[p], _OF_THE_PASS)]
    cut = kept[-1] + 1 if kept else end
    while cut < begin and isinstance(events[cut], Statement) and _within(events[cut - 1], events[cut]):
        cut += 1
    return cut


_SEEN = (Update, Stepped, Output, Failure, Stopped)
_OF_THE_PASS = (*_SEEN, Cleared, Assigned, Switched, Moved)
"""What a program does with gradients, and what it shows."""


def _goes_back(one: Event, other: Event) -> bool:
    if one.span is None or other.span is None or one.span.file != other.span.file or _within(one, other):
        return False
    return other.span.line < one.span.line


def _within(one: Event, other: Event) -> bool:
    if one.span is None or other.span is None:
        return False
    starts = (other.span.line, other.span.column) <= (one.span.line, one.span.column)
    return starts and (one.span.end_line, one.span.end_column) <= (other.span.end_line, other.span.end_column)
