"""The events of one episode, put on its stage one after the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gradwalk.recording import (
    Accumulate,
    Assigned,
    Backward,
    BackwardCall,
    Cleared,
    Event,
    Failure,
    Forward,
    Free,
    Hooked,
    LocalGradient,
    Output,
    Result,
    Statement,
    Stopped,
    Switched,
    Update,
    Value,
)
from gradwalk.story import changes, outputs, passes
from gradwalk.story.slots import lines_of
from gradwalk.story.stage import Stage

_TELL: dict[type, Callable[[Stage, Any], None]] = {
    Statement: changes.statement,
    Forward: passes.forward,
    LocalGradient: passes.local,
    BackwardCall: passes.seed,
    Backward: passes.backward,
    Hooked: passes.hooked,
    Accumulate: passes.accumulate,
    Result: passes.result,
    Free: passes.free,
    Update: changes.update,
    Cleared: changes.cleared,
    Assigned: changes.assigned,
    Switched: changes.switched,
    Output: outputs.output,
    Failure: outputs.failure,
    Stopped: outputs.stopped,
}
"""The other events have no step: where a module begins and ends (the steps in it bear its path), where a function
returns, what moved with another tensor's memory, and numbers that were taken out of the graph."""


class Scene(Stage):
    """One episode, told: see ``Stage`` for what it is told into."""

    def sources(self) -> list[Value]:
        """The values that were there at the start and that something uses: no results, no .grad, no later state."""
        recording = self.episode.recording
        used = {edge.value for operation in recording.operations for edge in operation.edges}
        used |= {root.root for call in self.index.calls.values() for root in call.roots}
        first: dict[int, int] = {}
        for value in recording.values:
            first.setdefault(value.tensor, value.id)
        given = (value for value in recording.values if value.operation is None and value.id in used)
        return [value for value in given if first[value.tensor] == value.id and value.grad_of is None]

    def open(self, step: int) -> None:
        """Write what is known before the episode's first event, to be seen from ``step`` on."""
        events, recording = self.episode.events, self.episode.recording
        bound = {b.value for event in events if isinstance(event, Statement) for b in event.bindings}
        for value in self.sources():
            moves = value.tensor in self.index.places.leaves
            state = self.index.values[self.episode.before.states[value.tensor]] if moves else value
            new = value.tensor not in self.episode.before.seen  # a function's argument names what was there already
            if not (self.statements and new and value.id in bound):
                self.value(step, state)
            if moves:
                self.version(step, state)
        now = {event.operation for event in events if isinstance(event, Forward)}
        for operation in recording.operations:
            if operation.id not in now and operation.results:
                result = self.index.values[operation.results[0]]
                self.slots.write(step, f"o{operation.id}.value", lines_of(result), result)
                self.keep(step, operation)
        for tensor, grad in self.episode.before.grads.items():
            leaf = next((v.id for v in recording.values if v.tensor == tensor), None)
            if leaf is not None and tensor in self.index.places.leaves:
                self.total(step, self.index.box(leaf), grad)

    def tell(self, event: Event) -> None:
        if (tell := _TELL.get(type(event))) is not None:
            tell(self, event)
        self.follow(event)
        self.happened.append((event, self.now))
