"""Where a graph ends for good, and what goes on from there outside of PyTorch: in NumPy, or as plain numbers."""

from __future__ import annotations

from collections.abc import Sequence, Set

from gradwalk.clinic.chart import Chart, base
from gradwalk.failures.untracked import cuts
from gradwalk.recording import Operation, Taken, Value


def only_end(chart: Chart, users: Sequence[Operation], below: Set[int]) -> Operation | None:
    """The first operation that ends the graph of these values, ``below`` a leaf, where nothing else does: no result of
    theirs is left lying, and no number was taken out."""
    tracked = {number for number in below if chart.values[number].requires_grad}
    used = {edge.value for operation in users for edge in operation.edges}
    if not tracked <= used or any(set(event.of) & below for event in chart.all(Taken)):
        return None
    ends = (operation for operation in users if operation.id in chart.ran and cuts(chart, operation, below))
    return next(ends, None)


def copy_of(chart: Chart, of: Value, root: int) -> Value | None:
    """A tensor behind a root that no operation made, and that lies in this one's memory or has just its numbers."""
    for number in sorted(chart.sources([root])):
        value = chart.values[number]
        if value.operation is not None or value.grad_of is not None or value.requires_grad:
            continue
        several = value.numbers is not None and len(value.numbers) > 1 and value.numbers == of.numbers
        if value.storage == of.storage or several:
            return value
    return None


def copies_of(chart: Chart, value: Value) -> list[Value]:
    """A value, and what it was only copied into, as torch.tensor(array) does."""
    copies = (operation for operation in chart.users.get(value.id, ()) if base(operation) in ("_to_copy", "clone"))
    return [value, *(chart.values[number] for operation in copies for number in operation.results)]
