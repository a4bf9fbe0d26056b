"""What nodes had saved and was changed before their pass where autograd does not count it: through ``.data``, say.

PyTorch then raises nothing, and computes with the new numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from gradwalk.recording import Backward, Forward, Moved, Operation, Recording, Update, Value


class Overwritten(NamedTuple):
    """A value as it was saved, the change, and what the same memory holds when the node runs."""

    saved: Value
    change: Update
    after: Value


class _Change(NamedTuple):
    at: int
    event: Update
    after: Value


def overwritten(recording: Recording) -> dict[tuple[int, int], Overwritten]:
    """By call and node, the first value that each node had saved and that was changed so. Linear in the recording."""
    changes = _changes(recording)
    if not changes:
        return {}
    ran = {event.operation: at for at, event in enumerate(recording.events) if isinstance(event, Forward)}
    found = {}
    for at, event in enumerate(recording.events):
        if isinstance(event, Backward):
            made = recording.nodes[event.node].operation
            saved = None if made not in ran else _saved(recording, event.node, changes, (ran[made], at))
            if saved is not None:
                found[event.call, event.node] = saved
    return found


def _changes(recording: Recording) -> dict[int, list[_Change]]:
    """By tensor: what it became, at which event, and by which change."""
    found: dict[int, list[_Change]] = {}
    last: Update | None = None
    for at, event in enumerate(recording.events):
        if isinstance(event, Update):
            last = event
            after = recording.values[event.after]
            found.setdefault(after.tensor, []).append(_Change(at, event, after))
        elif isinstance(event, Moved) and last is not None:
            for value in (recording.values[number] for number in event.values):
                found.setdefault(value.tensor, []).append(_Change(at, last, value))
    return found


def _saved(
    recording: Recording, node: int, changes: Mapping[int, Sequence[_Change]], between: tuple[int, int]
) -> Overwritten | None:
    """A value that was other numbers under the same version when the node ran."""
    made, walked = between
    number = recording.nodes[node].operation
    idle = frozenset() if number is None else _idle(recording.operations[number])
    for saved in recording.nodes[node].saved:
        value = None if saved.value is None or saved.name in idle else recording.values[saved.value]
        if value is None or value.numbers is None:
            continue
        later = [change for change in changes.get(value.tensor, ()) if made < change.at < walked]
        if not later or any((one.after.version, one.after.storage) != (value.version, value.storage) for one in later):
            continue
        _, event, after = later[-1]
        if event.operation != number and after.numbers not in (None, value.numbers):
            return Overwritten(value, event, after)
    return None


_RUNNING = frozenset({"running_mean", "running_var"})


def _idle(operation: Operation) -> frozenset[str]:
    """What a node saves and does not compute with: a batch norm that trains takes its batch's own mean and variance."""
    trains = any((constant.name, constant.text) == ("training", "True") for constant in operation.constants)
    return _RUNNING if trains and "batch_norm" in operation.kernel else frozenset()
