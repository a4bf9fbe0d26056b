"""Which fields of an event mention values, operations, nodes and backward passes, by their numbers."""

from __future__ import annotations

from collections.abc import Iterator

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
    Idle,
    LocalGradient,
    Moved,
    Result,
    Statement,
    Stepped,
    Switched,
    Taken,
    Update,
)

Fields = dict[type, tuple[str, ...]]

VALUES: Fields = {
    BackwardCall: ("root", "inputs"),
    Accumulate: ("leaf", "value"),
    Result: ("of", "value"),
    Hooked: ("value",),
    Cleared: ("leaves", "values"),
    Assigned: ("leaf", "value"),
    Switched: ("before", "after"),
    Taken: ("of", "result"),
    Update: ("before", "after"),
    Moved: ("values",),
    Failure: ("operands",),
}
"""Besides the bindings of a statement and the further roots of a backward pass, which are records of their own."""
HELD: Fields = {Stepped: ("parameters",), Idle: ("values",)}
"""Values that are only held: a stretch of a recording need not have them."""
OPERATIONS: Fields = {Forward: ("operation",), LocalGradient: ("operation",), Update: ("operation",)}
NODES: Fields = {
    BackwardCall: ("node",),
    Backward: ("node",),
    Accumulate: ("node",),
    Hooked: ("node",),
    Free: ("nodes",),
}
CALLS: Fields = dict.fromkeys(
    (BackwardCall, LocalGradient, Backward, Accumulate, Result, Hooked, Free, Forward), ("call",)
)


def values_in(event: Event) -> Iterator[int]:
    """The values that an event mentions, in order."""
    for field in VALUES.get(type(event), ()):
        mentioned = getattr(event, field)
        yield from mentioned if isinstance(mentioned, tuple) else () if mentioned is None else (mentioned,)
    if isinstance(event, Statement):
        yield from (binding.value for binding in event.bindings if binding.value is not None)
    elif isinstance(event, BackwardCall):
        yield from (root.root for root in event.more)
