"""In which calls of modules each operation ran, one inside of the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from gradwalk.program import Span
from gradwalk.recording import Entered, Forward, Left, Recording


class Step(NamedTuple):
    """One call of a module: which call it is tells two of the same module apart."""

    call: int
    module: int
    span: Span | None


def ways(recording: Recording) -> Mapping[int, tuple[Step, ...]]:
    """For each operation the calls of modules in which it ran, the outermost first.

    Of an operation that ran before the recording began, as of a graph that a loop keeps, only the modules are known.
    """
    found: dict[int, tuple[Step, ...]] = {}
    inside: list[Step] = []
    for number, event in enumerate(recording.events):
        if isinstance(event, Entered):
            inside.append(Step(number, event.module, event.span))
        elif isinstance(event, Left):
            del inside[-1:]
        elif isinstance(event, Forward):
            innermost = recording.operations[event.operation].module
            if innermost == (inside[-1].module if inside else None):
                found[event.operation] = tuple(inside)
    for operation in recording.operations:
        if operation.id not in found:
            found[operation.id] = _modules_around(recording, operation.module)
    return found


def _modules_around(recording: Recording, module: int | None) -> tuple[Step, ...]:
    way: list[Step] = []
    while module is not None:
        way.append(Step(-1, module, None))
        module = recording.modules[module].parent
    return tuple(reversed(way))
