"""Recording → the steps that the player plays: what is said at each, what lights up, and which texts appear where.

A step is one Forward, LocalGradient, BackwardCall (the seed), Backward, Accumulate, Free, Update or Failure event, and
before them all the start. The result is plain JSON; what stands in a slot at step k depends on k alone. The local
gradients of a backward() call come before its seed, as they are taught.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gradwalk import explain
from gradwalk.explain.wording import PHASES
from gradwalk.formula import Formula, template
from gradwalk.index import Arrival, Index
from gradwalk.program import Span
from gradwalk.recording import (
    Accumulate,
    Backward,
    BackwardCall,
    Event,
    Failure,
    Forward,
    Free,
    LocalGradient,
    Operation,
    Recording,
    Update,
    Value,
)
from gradwalk.slots import Slots, lines_of, local_text, one_line

_KINDS: dict[type, str] = {
    Forward: "forward",
    Update: "forward",
    LocalGradient: "local",
    BackwardCall: "backward",
    Backward: "backward",
    Accumulate: "backward",
    Free: "backward",
}


def timeline(recording: Recording) -> dict[str, Any]:
    """The story of a recording: ``phases``, ``steps``, ``slots``, ``formulas`` and ``code``, ready for JSON.

    ``slots`` maps a slot (``o3.value``, ``o3.grad``, ``e3.0.local``, ``e3.0.flow``, ``v0.total``) to entries
    ``[step, lines]``: the lines of text that it shows from that step on. None as lines empties it again, as a further
    backward() does at its start. A value that is used several times shows ``6 + …`` until its last contribution is in.
    """
    return _Story(recording).told()


class _Story:
    def __init__(self, recording: Recording) -> None:
        self._index = Index(recording)
        self._steps: list[dict[str, Any]] = []
        self._phases: list[dict[str, Any]] = []
        self._counts: dict[str, int] = {}
        """How many phases of each kind there were."""
        self._slots = Slots()
        self._formulas: dict[tuple[str, bool], int] = {}
        self._trees: list[Any] = []

    def told(self) -> dict[str, Any]:
        events = _in_order(self._index.recording.events)
        self._start(events)
        for event in events:
            self._tell(event)
        return {
            "phases": self._phases,
            "steps": self._steps,
            "slots": self._slots.entries,
            "formulas": self._trees,
            "code": self._index.recording.source,
        }

    @property
    def _now(self) -> int:
        """The number of the latest step."""
        return max(0, len(self._steps) - 1)

    def _start(self, events: Sequence[Event]) -> None:
        sources = _sources(self._index)
        for value in sources:
            self._slots.write(self._now, f"v{value.id}.value", lines_of(value))
        first = next((event for event in events if isinstance(event, Forward)), None)
        operation = None if first is None else self._index.operations[first.operation]
        self._say(explain.start(self._index, sources, operation), None, [], None)

    def _tell(self, event: Event) -> None:
        index = self._index
        if isinstance(event, Forward):
            self._forward(event, index.operations[event.operation])
        elif isinstance(event, LocalGradient):
            self._local(event, index.operations[event.operation])
        elif isinstance(event, BackwardCall):
            self._seed(event)
        elif isinstance(event, Backward):
            self._backward(event)
        elif isinstance(event, Accumulate):
            self._accumulate(event)
        elif isinstance(event, Free):
            boxes = [index.box(operation.results[0]) for node in event.nodes if (operation := index.operation_of(node))]
            nodes = [f"n{node}" for node in event.nodes]
            self._step(event, explain.free(event), event.span, [*boxes, *nodes], None)
        elif isinstance(event, Update):
            box = index.box(event.after)
            if event.operation is None:  # else the operation that changed it has its step
                self._step(event, explain.update(index, event), event.span, [box], box)
            self._slots.write(self._now, f"{box}.value", lines_of(index.values[event.after]))
        elif isinstance(event, Failure):
            told = explain.failure(event)
            account = explain.Account(told.title, f"{told.why} {told.way_out}".strip())
            self._step(event, account, event.span, [], None)

    def _forward(self, event: Forward, operation: Operation) -> None:
        box = f"o{operation.id}"
        account = explain.forward(self._index, event)
        self._step(event, account, event.span, [box, *_edges(operation), *_node(operation)], box)
        for edge in operation.edges:  # a .grad that the program reads was not there at the start
            if self._index.values[edge.value].operation is None:
                self._slots.write_once(self._now, f"v{edge.value}.value", lines_of(self._index.values[edge.value]))
        if operation.results:
            self._slots.write(self._now, f"{box}.value", lines_of(self._index.values[operation.results[0]]))

    def _local(self, event: LocalGradient, operation: Operation) -> None:
        box, edge = f"o{operation.id}", f"e{operation.id}.{event.edge}"
        self._step(event, explain.local(self._index, event), event.span, [edge, box, *_node(operation)], box)
        self._slots.begin(self._now, event.call)
        self._slots.write_passing(self._now, f"{edge}.local", [local_text(self._index, event, operation)])

    def _seed(self, event: BackwardCall) -> None:
        box = self._index.box(event.root)
        now = [box] if event.node is None else [box, f"n{event.node}"]
        self._step(event, explain.seed(self._index, event), event.span, now, box)
        self._slots.begin(self._now, event.call)
        self._slots.write_passing(self._now, f"{box}.grad", lines_of(event.seed))

    def _backward(self, event: Backward) -> None:
        index, operation = self._index, self._index.operation_of(event.node)
        if operation is None:
            if index.nodes[event.node].leaf is None:
                self._step(event, explain.backward(index, event), event.span, [f"n{event.node}"], None)
            return
        box = f"o{operation.id}"
        arrivals = index.arrivals.get((event.call, event.node), [])
        edges = [f"e{operation.id}.{arrival.edge}" for arrival in arrivals]
        self._step(event, explain.backward(index, event), operation.span, [box, *edges, f"n{event.node}"], box)
        for edge, arrival in zip(edges, arrivals, strict=True):
            self._slots.write_passing(self._now, f"{edge}.flow", [one_line(arrival.array)])
            self._slots.write_passing(
                self._now, f"{index.box(arrival.value)}.grad", self._gradient_so_far(event.call, arrival)
            )

    def _gradient_so_far(self, call: int, arrival: Arrival) -> list[str]:
        total = self._index.gradients.get((call, arrival.value))
        if arrival.position == arrival.uses and total is not None:
            return lines_of(total)
        *lines, last = lines_of(arrival.array)
        return [*lines, f"{last} + …"] if arrival.position == 1 else [f"{arrival.position} of {arrival.uses} + …"]

    def _accumulate(self, event: Accumulate) -> None:
        box = self._index.box(event.leaf)
        now = [box] if event.node is None else [box, f"n{event.node}"]
        self._step(event, explain.accumulate(self._index, event), event.span, now, box)
        self._slots.keep(f"{box}.grad")
        self._slots.write(self._now, f"{box}.grad", lines_of(event.after))
        self._slots.write(self._now, f"{box}.total", lines_of(event.after))

    def _step(
        self, event: Event, account: explain.Account, span: Span | None, now: list[str], focus: str | None
    ) -> None:
        self._phase(_KINDS.get(type(event)), anew=isinstance(event, BackwardCall))
        self._say(account, span, now, focus)

    def _phase(self, kind: str | None, anew: bool) -> None:
        """Go on in the current phase, or begin one; a failure belongs to the phase that it ends."""
        if anew or not self._phases or (kind is not None and self._phases[-1]["kind"] != kind):
            kind = kind or "forward"
            number = self._counts[kind] = self._counts.get(kind, 0) + 1
            title = PHASES[kind] if number == 1 else f"{PHASES[kind]} {number}"
            self._phases.append({"kind": kind, "title": title, "first": len(self._steps), "count": 0})
        self._phases[-1]["count"] += 1

    def _say(self, account: explain.Account, span: Span | None, now: list[str], focus: str | None) -> None:
        self._steps.append(
            {
                "phase": len(self._phases) - 1 if self._phases else None,
                "title": account.title,
                "sentence": account.sentence,
                "formula": [self._line(formula) for formula in account.formula],
                "rule": account.rule._asdict() if account.rule else None,
                "span": list(span) if span else None,
                "now": now,
                "focus": focus,
            }
        )

    def _line(self, formula: Formula) -> list[Any]:
        key = (formula.latex, formula.dotted)
        if key not in self._formulas:
            self._formulas[key] = len(self._trees)
            self._trees.append(template(*key).tree)
        return [self._formulas[key], *formula.arguments]


def _in_order(events: Sequence[Event]) -> list[Event]:
    """The events with each call's local gradients ahead of its seed; a call that never started leaves neither."""
    started = {event.call for event in events if isinstance(event, Backward | Accumulate)}
    ordered: list[Event] = []
    waiting: BackwardCall | None = None
    for event in events:
        if isinstance(event, BackwardCall):
            waiting = event if event.call in started else None
            continue
        if isinstance(event, LocalGradient) and event.call not in started:
            continue
        if waiting is not None and not isinstance(event, LocalGradient):
            ordered.append(waiting)
            waiting = None
        ordered.append(event)
    return ordered


def _sources(index: Index) -> list[Value]:
    """The values that were there at the start and that something uses: no results, no .grad, no later state."""
    used = {edge.value for operation in index.recording.operations for edge in operation.edges}
    used |= {call.root for call in index.calls.values()}
    states: dict[int, int] = {}
    for value in index.recording.values:
        states.setdefault(value.tensor, value.id)
    return [
        value
        for value in index.recording.values
        if value.operation is None
        and value.id in used
        and states[value.tensor] == value.id
        and not any(name.endswith(".grad") for name in value.names)
    ]


def _edges(operation: Operation) -> list[str]:
    return [f"e{operation.id}.{number}" for number in range(len(operation.edges))]


def _node(operation: Operation) -> list[str]:
    return [] if operation.node is None else [f"n{operation.node}"]
