"""What a recording leaves out: what time did not let be written down to its end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from gradwalk.recording import BackwardCall, Event, Node, Picture, Value

_Made = TypeVar("_Made", Value, Node)


def of_whole(items: tuple[_Made, ...], operations: int) -> tuple[_Made, ...]:
    """Values and nodes without an operation that was not written down to its end: time was up in the midst of it."""
    if all(item.operation is None or item.operation < operations for item in items):
        return items
    return tuple([one if (one.operation or 0) < operations else one._replace(operation=None) for one in items])


def of_told(pictures: Sequence[Picture], events: Sequence[Event]) -> tuple[Picture, ...]:
    """Without that of a pass which time did not let begin."""
    told = {event.call for event in events if isinstance(event, BackwardCall)} if pictures else set()
    return tuple([picture for picture in pictures if picture.call < 0 or picture.call in told])
