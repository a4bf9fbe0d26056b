"""The live tensors of a run and the Values that each was, to be looked up: what is known without a new look."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch

from gradwalk.recorder.copying import dtype_name, version_of
from gradwalk.recorder.memory import MANY, Memory
from gradwalk.recorder.states import Made, finished, same_memory
from gradwalk.recording import Summary, Value


class KnownValues:
    """Looks into what ``LiveValues`` has found, and changes nothing of it."""

    def __init__(self, room: int) -> None:
        memory = self._memory = Memory(room)
        self._kept, self._states, self._epochs = memory.kept, memory.states, memory.epochs
        self._storages, self._sharing = memory.storages, memory.sharing
        self._made: list[Made] = []
        self._left_behind: dict[int, list[int]] = {}
        """The storages that a tensor lived in before its ``.data`` was replaced."""

    @property
    def full(self) -> bool:
        """Whether there is no more room for large tensors."""
        return self._memory.full

    def knows(self, tensor: torch.Tensor) -> bool:
        return id(tensor) in self._states

    def has_name(self, tensor: torch.Tensor) -> bool:
        """Whether a variable was bound to this known tensor."""
        return bool(self._made[self._states[id(tensor)].value].names)

    def was(self, tensor: torch.Tensor) -> int:
        """The Value that a known tensor was when it was last looked at."""
        return self._states[id(tensor)].value

    def stays(self, tensor: torch.Tensor) -> None:
        """A known tensor is what it is now, though the call that has made it so has failed."""
        state = self._states[id(tensor)]
        state.pending, state.version, state.requires_grad = False, version_of(tensor), tensor.requires_grad

    def among(self, values: Sequence[int], tensor: torch.Tensor) -> int | None:
        """Which of these values a tensor is, when autograd hands it out as a new object."""
        there = filter(self.is_there, values)
        return next((value for value in there if same_memory(self.live(value), tensor)), None)

    def same_tensor(self, one: int, other: int) -> bool:
        """Whether two Values are states of one tensor."""
        return self._made[one].tensor == self._made[other].tensor

    def is_there(self, value: int) -> bool:
        """Whether the tensor of a Value is still kept."""
        return self._kept[self._made[value].tensor] is not None

    def by_id(self, key: int) -> torch.Tensor | None:
        """The known live tensor that has this ``id()``."""
        state = self._states.get(key)
        return None if state is None else self._kept[state.tensor]

    def shape(self, value: int) -> tuple[int, ...]:
        return self._made[value].shape

    def dtype(self, value: int) -> torch.dtype:
        dtype: torch.dtype = getattr(torch, self._made[value].dtype)
        return dtype

    def names(self, value: int) -> tuple[str, ...]:
        return self._made[value].names

    def keeps(self, value: int) -> bool:
        """Whether all of its numbers were copied."""
        return self._made[value].numbers is not None

    def tracked(self, value: int) -> bool:
        """Whether autograd differentiates it."""
        return self._made[value].requires_grad

    def is_made(self, value: int) -> bool:
        """Whether an operation made it."""
        return self._made[value].operation is not None

    def live(self, value: int) -> torch.Tensor:
        """The live tensor of a Value."""
        tensor = self._kept[self._made[value].tensor]
        if tensor is None:
            raise LookupError(f"The tensor of value {value} was let go of, since nobody else had it.")
        return tensor

    def newest_tracked(self) -> torch.Tensor | None:
        """The newest result that autograd tracks: the root that a backward() would most likely start from."""
        tracked = (m for m in reversed(self._made) if m.requires_grad and not m.is_leaf and m.operation is not None)
        return next((tensor for made in tracked if (tensor := self._kept[made.tensor]) is not None), None)

    def named(self) -> dict[str, torch.Tensor]:
        """The live tensors that have names; the newest of a name."""
        return {
            name: tensor
            for made in self._made
            for name in made.names
            if (tensor := self._kept[made.tensor]) is not None
        }

    def forget_grads(self) -> None:
        """Drop each ``.grad``: one that leads back (``x.grad = x * 2``) would keep both for ever."""
        for tensor in self._kept:
            if tensor is not None:
                tensor.grad = None

    def ids(self) -> dict[int, int]:
        """id(tensor) → the Value that it is now."""
        return {key: state.value for key, state in self._states.items()}

    def finished(self) -> tuple[Value, ...]:
        return tuple([finished(index, made) for index, made in enumerate(self._made)])

    def sharing(self, value: int) -> list[tuple[int, torch.Tensor]]:
        """The tensors in this value's memory that a reader knows, with the Value that each was last known to be."""
        made = self._made[value]
        inside = self._sharing[made.storage]
        if len(inside) > MANY:  # of a loop's views, one a turn, only the last is anybody's
            inside[:] = [number for number in inside if not self._memory.alone(number)]
        for storage in self._left_behind.get(made.tensor, ()):  # its views stay there, and count its changes
            inside = inside + self._sharing[storage]
        if len(inside) == 1:
            return []
        found = []
        seen = [number for number in inside if not self._memory.alone(number)]  # of a call that is over
        for tensor in dict.fromkeys([self._kept[number] for number in seen]):
            state = self._states.get(id(tensor))
            if state is None or state.value < 0 or tensor is None:
                continue
            made = self._made[state.value]
            if made.names or made.grad_of is not None or (made.requires_grad and made.is_leaf):
                found.append((state.value, tensor))
        return found

    def _alike(self, tensor: torch.Tensor, like: int) -> Summary | None:
        """The summary of what a tensor is a view or a copy of, where it has the same elements."""
        made = self._made[like]
        if made.summary is None or math.prod(made.shape) != tensor.numel() or made.dtype != dtype_name(tensor.dtype):
            return None
        return made.summary
