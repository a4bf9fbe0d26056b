"""Which live tensor is which Value, while a program runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import torch

from gradwalk.recorder.copying import Copier, new
from gradwalk.recording import Array, Value


class _State:
    """What is known of one live tensor: the Value that it is now."""

    __slots__ = ("epoch", "pending", "requires_grad", "storage", "tensor", "value")

    def __init__(self, tensor: int, storage: int) -> None:
        self.tensor = tensor
        self.storage = storage
        self.value = -1
        self.epoch = -1
        self.requires_grad = False
        self.pending = False
        """Its kernel has run and autograd has not yet said whether the result is tracked."""


class _Made:
    """A Value in the making."""

    __slots__ = (
        "dtype",
        "is_leaf",
        "names",
        "numbers",
        "operation",
        "requires_grad",
        "shape",
        "storage",
        "summary",
        "tensor",
        "version",
    )

    def __init__(self, state: _State, tensor: torch.Tensor, array: Array, names: tuple[str, ...]) -> None:
        self.tensor = state.tensor
        self.storage = state.storage
        self.version: int = tensor._version
        self.shape, self.dtype, self.numbers, self.summary = array
        self.is_leaf = True
        self.requires_grad = False
        self.operation: int | None = None
        self.names = names


_NAMES = 16
"""So many names are kept of one value; its later states inherit them."""


class LiveValues:
    """Finds the Value that a live tensor is at this moment, and makes a new one when it has changed."""

    def __init__(self, copier: Copier) -> None:
        self._copier = copier
        self._kept: list[torch.Tensor] = []
        self._replaced: list[torch.Tensor] = []
        self._states: dict[int, _State] = {}
        self._made: list[_Made] = []
        self._epochs: list[int] = []
        self._storages: dict[int, int] = {}
        self.anything_changed = False
        """Whether any tensor was ever changed in place."""
        self.shared_outside = False
        """Whether somebody else can change memory without PyTorch's knowledge: an array of NumPy's."""

    def value_of(self, tensor: torch.Tensor) -> int:
        """The id of the Value that this tensor is now."""
        state = self._states.get(id(tensor))
        if state is None:
            state = self._adopted(tensor, self._kept[-8:]) or self._new_state(tensor, None)
        flag_moved = state.requires_grad != tensor.requires_grad and not state.pending
        if flag_moved or state.epoch != self._epochs[state.storage]:
            self._snapshot(state, tensor)
        return state.value

    def knows(self, tensor: torch.Tensor) -> bool:
        return id(tensor) in self._states

    def has_name(self, tensor: torch.Tensor) -> bool:
        """Whether a variable was bound to this known tensor."""
        return bool(self._made[self._states[id(tensor)].value].names)

    def made(self, tensor: torch.Tensor, shared: int | None, *, anew: bool) -> int:
        """The Value of a kernel's result. ``shared``: the value whose storage it views. ``anew``: changed in place."""
        state = self._states.get(id(tensor))
        if state is None:
            state = self._new_state(tensor, None if shared is None else self._made[shared].storage)
        elif not anew and state.epoch == self._epochs[state.storage]:
            return state.value
        state.pending = True
        return self._add(state, tensor)

    def made_by(self, value: int, operation: int, tracked: bool) -> None:
        made = self._made[value]
        made.operation = operation
        tensor = self._kept[made.tensor]
        tracked = tracked and tensor.is_floating_point()  # the index beside a maximum is not
        made.requires_grad, made.is_leaf = (True, False) if tracked else (tensor.requires_grad, _is_leaf(tensor))
        made.version = tensor._version  # which autograd counts after the kernel has run, and shares among views
        state = self._states[id(tensor)]
        if state.value == value:
            state.requires_grad, state.pending = tracked, False

    def adopt(self, finals: Iterable[torch.Tensor], outputs: Sequence[torch.Tensor]) -> None:
        """What a call hands out can be another object than its kernel's result: autograd wraps views anew."""
        for final in finals:
            if id(final) not in self._states:
                self._adopted(final, outputs)

    def changed(self, tensor: torch.Tensor) -> None:
        """A tensor was changed in place: every Value on its storage is of the past."""
        self.value_of(tensor)
        self.anything_changed = True
        self._epochs[self._states[id(tensor)].storage] += 1

    def among(self, values: Sequence[int], tensor: torch.Tensor) -> int | None:
        """Which of these values a tensor is, when autograd hands it out as a new object."""
        return next((value for value in values if _same_memory(self.live(value), tensor)), None)

    def replace(self, tensor: torch.Tensor, data: Any) -> tuple[int, int] | None:
        """``tensor.data = data``. Gives the ids of the Values before and after; None if its memory stays the same."""
        before = self.value_of(tensor)
        if isinstance(data, torch.Tensor) and _same_memory(tensor, data):
            tensor.data = data
            return None
        self._replaced.append(tensor.data)  # memory that a Value lived in keeps its address
        tensor.data = data
        state = self._states[id(tensor)]
        state.storage = self._storage(tensor)
        return before, self._snapshot(state, tensor)

    def bind(self, name: str, tensor: torch.Tensor) -> int:
        value = self.value_of(tensor)
        made = self._made[value]
        if not made.names:
            made.names = (name,)
        elif name not in made.names:
            made.names = (*made.names, name)[-_NAMES:]
        return value

    def grad_of(self, leaf: int, grad: torch.Tensor) -> None:
        """backward() wrote a leaf's .grad: what we knew of that tensor is of the past, and it has a name."""
        if id(grad) in self._states:
            self.changed(grad)
        value = self.value_of(grad)
        made = self._made[value]
        made.names = tuple(f"{name}.grad" for name in self._made[leaf].names) or made.names

    def shape(self, value: int) -> tuple[int, ...]:
        return self._made[value].shape

    def dtype(self, value: int) -> torch.dtype:
        return self._kept[self._made[value].tensor].dtype

    def tracked(self, value: int) -> bool:
        """Whether autograd differentiates it."""
        return self._made[value].requires_grad

    def is_made(self, value: int) -> bool:
        """Whether an operation made it."""
        return self._made[value].operation is not None

    def live(self, value: int) -> torch.Tensor:
        """The live tensor of a Value."""
        return self._kept[self._made[value].tensor]

    def newest_tracked(self) -> torch.Tensor | None:
        """The newest result that autograd tracks: the root that a backward() would most likely start from."""
        made = next(
            (m for m in reversed(self._made) if m.requires_grad and not m.is_leaf and m.operation is not None), None
        )
        return None if made is None else self._kept[made.tensor]

    def named(self) -> dict[str, torch.Tensor]:
        """The live tensors that have names; the newest of a name."""
        return {name: self._kept[made.tensor] for made in self._made for name in made.names}

    def release(self) -> None:
        """Drop every tensor and its ``.grad``: one that leads back (``x.grad = x * 2``) would keep both for ever."""
        for tensor in self._kept:
            tensor.grad = None
        for live in (self._kept, self._replaced, self._states):
            live.clear()

    def ids(self) -> dict[int, int]:
        """id(tensor) → the Value that it is now."""
        return {key: state.value for key, state in self._states.items()}

    def finished(self) -> tuple[Value, ...]:
        return tuple([_finished(index, made) for index, made in enumerate(self._made)])

    def _new_state(self, tensor: torch.Tensor, storage: int | None) -> _State:
        if storage is None:
            storage = self._storage(tensor)
        state = self._states[id(tensor)] = _State(len(self._kept), storage)
        self._kept.append(tensor)
        return state

    def _storage(self, tensor: torch.Tensor) -> int:
        """Memory has one address while its tensors live, and they all do; asking for the storage itself is slow."""
        address = tensor.data_ptr() if tensor.numel() else 0
        if offset := int(tensor.storage_offset()):
            address -= offset * tensor.element_size()
        count = len(self._epochs)
        storage = self._storages.setdefault(address, count) if address else count
        if storage == count:
            self._epochs.append(0)
        return storage

    def _snapshot(self, state: _State, tensor: torch.Tensor) -> int:
        value = self._add(state, tensor)
        made = self._made[value]
        state.requires_grad = made.requires_grad = tensor.requires_grad
        made.is_leaf = _is_leaf(tensor)
        return value

    def _add(self, state: _State, tensor: torch.Tensor) -> int:
        """The tensor's present state is a Value; it inherits the names of the one before."""
        made = self._made
        names = made[state.value].names if state.value >= 0 else ()
        state.value = len(made)
        state.epoch = self._epochs[state.storage]
        made.append(_Made(state, tensor, self._copier.array(tensor), names))
        return state.value

    def _adopted(self, tensor: torch.Tensor, among: Sequence[torch.Tensor]) -> _State | None:
        """Recognise a view by its memory, shape and strides among tensors that a kernel has just made."""
        if not tensor._is_view():
            return None
        for other in reversed(among):
            if (
                _same_memory(other, tensor)
                and other._version == tensor._version
                and (state := self._states.get(id(other))) is not None
            ):
                self._states[id(tensor)] = state
                self._kept[state.tensor] = tensor
                self._replaced.append(other)
                return state
        return None


def _finished(index: int, m: _Made) -> Value:
    storage = (index, m.tensor, m.storage, m.version)
    flags = (m.names, m.is_leaf, m.requires_grad, m.operation)
    value: Value = new(Value, (*storage, m.shape, m.dtype, m.numbers, *flags, m.summary, None))
    return value


def _is_leaf(tensor: torch.Tensor) -> bool:
    """PyTorch refuses to say so of a view from under no_grad that was changed; it was one."""
    try:
        return tensor.is_leaf
    except RuntimeError:
        return True


def _same_memory(one: torch.Tensor, other: torch.Tensor) -> bool:
    return one.data_ptr() == other.data_ptr() and one.shape == other.shape and one.stride() == other.stride()
