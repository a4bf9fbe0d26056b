"""What led to each operation: the calls of modules in which it ran, the statement, a function of the program's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from gradwalk.program import Span
from gradwalk.recording import Entered, Failure, Forward, Left, Recording, Statement


class Step(NamedTuple):
    """One call of a module: which call it is tells two of the same module apart."""

    call: int
    module: int
    span: Span | None


def functions(recording: Recording) -> dict[int, int]:
    """For each operation that ran in a function of the program's own, the event of the statement that called it.

    The statement is the module's, and stands elsewhere in the program than the operation.
    """
    found: dict[int, int] = {}
    statement: tuple[int, Span] | None = None
    for number, event in reversed(list(enumerate(recording.events))):
        if isinstance(event, Statement) and not event.frame:
            statement = number, event.span
        elif isinstance(event, Failure):
            statement = None  # of what was not done nothing is known
        elif isinstance(event, Forward) and statement is not None:
            span, (at, around) = recording.operations[event.operation].span, statement
            if span is not None and not span.file and not around.line <= span.line <= around.end_line:
                found[event.operation] = at
    return found


def within_passes(recording: Recording) -> frozenset[int]:
    """The operations that a backward pass ran itself, as one that makes a graph does, or a checkpoint."""
    return frozenset(e.operation for e in recording.events if isinstance(e, Forward) and e.call is not None)


def statements(recording: Recording) -> dict[int, int]:
    """How many statements were done before each operation: the same call in the next turn is another one."""
    found: dict[int, int] = {}
    done = 0
    for event in recording.events:
        done += isinstance(event, Statement)
        if isinstance(event, Forward):
            found[event.operation] = done
    return found


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
