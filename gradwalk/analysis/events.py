"""The events of a recording in the order in which they are taught: local gradients ahead of the seed."""

from __future__ import annotations

from gradwalk.recording import BackwardCall, Event, LocalGradient, Recording


def events_in_order(recording: Recording) -> tuple[Event, ...]:
    """All events, each once. The local gradients of a pass were read before it began, and come before its seed."""
    ordered: list[Event] = []
    waiting: BackwardCall | None = None
    for event in recording.events:
        if waiting is not None and not (isinstance(event, LocalGradient) and event.call == waiting.call):
            ordered.append(waiting)
            waiting = None
        if isinstance(event, BackwardCall):
            waiting = event
        else:
            ordered.append(event)
    return tuple(ordered) if waiting is None else (*ordered, waiting)
