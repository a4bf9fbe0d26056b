"""What the tensors of a program are at one moment: their values, gradients and saved tensors, event by event."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from gradwalk.recording import (
    Accumulate,
    Array,
    Assigned,
    Backward,
    Cleared,
    Event,
    Forward,
    Free,
    Moved,
    Operation,
    Result,
    Statement,
    Switched,
    Taken,
    Update,
    Value,
)


class Ledger:
    """Follows the events of a recording, or of an excerpt whose tensors had ``grads`` and optimizers' ``steps`` before.

    Tensors go by their numbers. What no event has spoken of is unknown, and nothing is said of it.
    """

    def __init__(
        self,
        values: Sequence[Value],
        operations: Sequence[Operation],
        grads: Mapping[int, Array] | None = None,
        steps: Mapping[int, Update] | None = None,
    ) -> None:
        self._values = values
        self._operations = operations
        self.now: dict[int, int] = {}
        """The value that each tensor is."""
        self.freed: set[int] = set()
        """The nodes whose saved tensors are gone."""
        self.walked: set[int] = set()
        """The nodes that a pass has gone through."""
        self.steps: dict[int, Update] = dict(steps or {})
        """The last step that an optimizer took with each parameter."""
        self._grads: dict[int, int | Array] = dict(grads or {})
        """The tensor that is the ``.grad`` of each; its numbers where it comes from before the excerpt."""
        self._owners: dict[int, dict[int, None]] = {}
        """Of each tensor that is a ``.grad``: the tensors whose gradient it is."""

    def value(self, tensor: int) -> Value:
        return self._values[self.now[tensor]]

    def grad(self, tensor: int) -> Array | None:
        """What its ``.grad`` holds."""
        grad = self._grads.get(tensor)
        return array_of(self.value(grad)) if isinstance(grad, int) else grad

    def grads(self) -> dict[int, Array]:
        return {tensor: grad for tensor in self._grads if (grad := self.grad(tensor)) is not None}

    def grad_value(self, tensor: int) -> int | None:
        """The value that its ``.grad`` is."""
        grad = self._grads.get(tensor)
        return self.now[grad] if isinstance(grad, int) else None

    def note(self, event: Event) -> set[int]:
        """Follow one event; gives the tensors that are not what they were, or whose ``.grad`` is not."""
        follow = _FOLLOW.get(type(event))
        changed: set[int] = set() if follow is None else follow(self, event)
        return changed.union(*(self._owners.get(tensor, ()) for tensor in changed)) if changed else changed

    def _see(self, numbers: Iterable[int | None]) -> set[int]:
        """These values are what their tensors are now."""
        changed = set()
        for number in numbers:
            if number is None:
                continue
            value = self._values[number]
            if self.now.get(value.tensor) != number:
                self.now[value.tensor] = number
                changed.add(value.tensor)
            if value.grad_of is not None and isinstance(self._grads.get(value.grad_of), Array):
                self._own(value.grad_of, value.tensor)
        return changed

    def _own(self, tensor: int, grad: int) -> None:
        self._disown(tensor)
        self._grads[tensor] = grad
        self._owners.setdefault(grad, {})[tensor] = None

    def _disown(self, tensor: int) -> None:
        grad = self._grads.pop(tensor, None)
        if isinstance(grad, int):
            self._owners[grad].pop(tensor)

    def _free(self, event: Free) -> set[int]:
        self.freed.update(event.nodes)
        return set()

    def _walk(self, event: Backward) -> set[int]:
        self.walked.add(event.node)
        return set()

    def _bind(self, event: Statement) -> set[int]:
        return self._see(binding.value for binding in event.bindings)

    def _run(self, event: Forward) -> set[int]:
        operation = self._operations[event.operation]
        return self._see([*(edge.value for edge in operation.edges), *operation.results])

    def _update(self, event: Update) -> set[int]:
        if event.optimizer is not None:
            self.steps[self._values[event.after].tensor] = event
        return self._see((event.after,))

    def _accumulate(self, event: Accumulate) -> set[int]:
        tensor = self._values[event.leaf].tensor
        changed = self._see((event.leaf, event.value))
        if event.value is None:
            self._grads[tensor] = event.after
        else:
            self._own(tensor, self._values[event.value].tensor)
        return {tensor} | changed

    def _assign(self, event: Assigned) -> set[int]:
        changed = self._see((event.leaf, event.value))
        self._own(self._values[event.leaf].tensor, self._values[event.value].tensor)
        return {self._values[event.leaf].tensor} | changed

    def _clear(self, event: Cleared) -> set[int]:
        changed = self._see((*event.leaves, *event.values))
        for leaf in () if event.zeros else event.leaves:
            self._disown(self._values[leaf].tensor)
        return {self._values[leaf].tensor for leaf in event.leaves} | changed


def array_of(value: Value) -> Array:
    return Array(value.shape, value.dtype, value.numbers, value.summary)


_FOLLOW: dict[type, Callable[[Ledger, Any], set[int]]] = {
    Statement: Ledger._bind,
    Forward: Ledger._run,
    Update: Ledger._update,
    Moved: lambda ledger, event: ledger._see(event.values),
    Switched: lambda ledger, event: ledger._see((event.after,)),
    Result: lambda ledger, event: ledger._see((event.of, event.value)),
    Taken: lambda ledger, event: ledger._see((*event.of, event.result)),
    Backward: Ledger._walk,
    Accumulate: Ledger._accumulate,
    Assigned: Ledger._assign,
    Cleared: Ledger._clear,
    Free: Ledger._free,
}
