"""Which live tensor is which Value, while a program runs."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import torch

from gradwalk.recorder.copying import ZEROS, Copier, version_of
from gradwalk.recorder.known import KnownValues
from gradwalk.recorder.memory import PAGE
from gradwalk.recorder.states import Made, State, address_of, bytes_of, is_leaf, is_lent, same_memory
from gradwalk.recording import MAX_NUMBERS, Array, Summary

_NAMES = 16
"""So many names are kept of one value; its later states inherit them."""
FEW_LENT, MOST_LENT = 4, 32
"""So many lent memories are looked at without asking whether anybody sees them still, and never more than so many."""


class LiveValues(KnownValues):
    """Finds the Value that a live tensor is at this moment, and makes a new one when it has changed."""

    def __init__(
        self, copier: Copier, name_of: Callable[[torch.Tensor], str | None] | None = None, room: int = 1 << 62
    ) -> None:
        super().__init__(room)
        self._copier = copier
        self._name_of = name_of
        """Asked once for the name of a tensor that no watched call has made."""
        self.node_id: Callable[[torch.Tensor], int | None] | None = None
        """Gives the number of a tensor's grad_fn."""
        self.saved_result: Callable[[torch.Tensor], int | None] | None = None
        """Gives the Value that an unknown tensor is, where it is what its own grad_fn has saved."""
        self.when_set: Callable[[int, int], None] | None = None
        """Told of a tensor that was found in other memory: the Values before and after."""
        self._replaced: list[torch.Tensor] = []
        self.anything_changed = False
        """Whether any tensor was ever changed in place."""
        self.shared_outside = False
        """Whether somebody else can change memory without PyTorch's knowledge: an array of NumPy's."""
        self._zeroed: tuple[weakref.ref[torch.Tensor], int] | None = None
        """The newest tensor that was made of memory as it was found, and its version then. (What somebody else holds,
        PyTorch hands to the program as a copy, by detach.)"""
        self.lent: dict[int, None] = {}
        """The storages that somebody else may change, the newest last."""
        self._seen: dict[int, tuple[int, bytes]] = {}
        """Of those that were looked at, the Value and the bytes that were found there."""

    def value_of(self, tensor: torch.Tensor, known: Array | None = None) -> int:
        """The id of the Value that this tensor is now. ``known``: the copy of its numbers, where there is one."""
        state = self._states.get(id(tensor))
        if state is None:
            state = self._adopted(tensor, [kept for kept in self._kept[-8:] if kept is not None])
            state = state or self._handed_out(tensor)
            if state is None:
                state = self._memory.new_state(tensor, None)
                self._snapshot(state, tensor, self._zeros(tensor), known)
                if self._name_of is not None and (name := self._name_of(tensor)) is not None:
                    self._name(state.value, name)
                return state.value
        if state.epoch != self._epochs[state.storage]:
            return self._snapshot(state, tensor, None, known)
        if not state.pending:
            try:
                version = tensor._version
            except RuntimeError:  # of inference mode, which counts none
                version = 0
            if state.version != version:
                return self._unseen(state, tensor, known)
            if state.requires_grad != tensor.requires_grad:
                return self._snapshot(state, tensor, self._made[state.value].summary)
        return state.value

    def _unseen(self, state: State, tensor: torch.Tensor, known: Array | None) -> int:
        """Autograd has counted a change that no watched call made, as backward() makes of a ``.grad``.

        Where the memory is another, it was ``x.set_(…)``, of which PyTorch tells no mode.
        """
        address = address_of(tensor)
        if address and self._storages.get(address) != state.storage and self.when_set is not None:
            before = state.value
            self.when_set(before, self.replaced(tensor))
            return state.value
        self._epochs[state.storage] += 1
        self.anything_changed = True
        return self._snapshot(state, tensor, None, known)

    def lend(self, tensor: torch.Tensor) -> None:
        """Somebody else has this tensor's memory: an array of NumPy's."""
        self.value_of(tensor)
        self.shared_outside = self.anything_changed = True
        storage = self._states[id(tensor)].storage
        self.lent.pop(storage, None)
        self.lent[storage] = None
        if len(self.lent) > FEW_LENT:
            self.lent = dict.fromkeys(self._memory.worth_a_look(self.lent)[-MOST_LENT:])

    def changed_outside(self) -> list[tuple[int, int, torch.Tensor]]:
        """Of each lent memory that has changed unseen a tensor, with the Values that it was and is; of small ones."""
        return [found for storage in self.lent if (found := self._changed_outside(storage)) is not None]

    def _changed_outside(self, storage: int) -> tuple[int, int, torch.Tensor] | None:
        for tensor in [self._kept[number] for number in self._sharing[storage]]:
            state = None if tensor is None else self._states.get(id(tensor))
            if tensor is None or state is None or state.value < 0 or state.storage != storage:
                continue
            made = self._made[state.value]
            same = state.epoch == self._epochs[storage] and state.version == version_of(tensor)
            if not made.names or made.numbers is None or not same:
                continue
            seen = state.value, bytes_of(tensor)
            if seen[1] and self._seen.get(storage) == seen:
                return None
            self._seen[storage] = seen
            if repr(tensor.detach().flatten().tolist()) != repr(list(made.numbers)):  # nan is not nan
                self._epochs[storage] += 1
                return state.value, self._snapshot(state, tensor), tensor
        return None

    def zeroed(self, tensor: torch.Tensor) -> None:
        """This tensor has just been filled with zeros; nobody has seen it yet."""
        self._zeroed = weakref.ref(tensor), version_of(tensor)

    def _zeros(self, tensor: torch.Tensor) -> Summary | None:
        """The summary of a new tensor that is still all zeros."""
        if self._zeroed is None or self._zeroed[0]() is not tensor or self._zeroed[1] != version_of(tensor):
            return None
        return ZEROS if tensor.is_floating_point() and tensor.numel() > MAX_NUMBERS else None

    def made(self, tensor: torch.Tensor, shared: int | None, like: int | None = None, *, anew: bool) -> int:
        """The Value of a kernel's result. ``shared``: the value whose storage it views. ``like``: the value of which it
        has the elements, if it has as many. ``anew``: changed in place."""
        state = self._states.get(id(tensor))
        alike = None
        if state is None:
            state = self._memory.new_state(tensor, None if shared is None else self._made[shared].storage)
            if like is not None and not anew:
                alike = self._alike(tensor, like)
        elif not anew and state.epoch == self._epochs[state.storage]:
            return state.value
        state.pending = True
        return self._add(state, tensor, alike)

    def fresh(self, tensor: torch.Tensor, operation: int, node: int) -> int:
        """The Value of a tensor with new memory that a tracked operation has just made: in one what ``made`` and
        ``made_by`` do in two."""
        made, value, number = self._made, len(self._made), len(self._kept)
        address, storage = tensor.data_ptr(), len(self._epochs)
        if address:
            self._storages[address] = storage
        self._epochs.append(0)
        self._sharing.append([number])
        self._kept.append(tensor)
        state = self._states[id(tensor)] = State(number, storage)
        state.value, state.epoch, state.requires_grad = value, 0, True
        one = Made(state, 0, self._copier.array(tensor), (), None)
        one.is_leaf, one.requires_grad, one.operation, one.node = False, True, operation, node
        made.append(one)
        if tensor.numel() > PAGE:
            self._memory.weigh(number, storage, tensor.numel() * tensor.element_size())
        return value

    def made_by(self, value: int, operation: int, tracked: bool, *, apart: bool = False) -> None:
        """``apart``: nothing that it was made of requires a gradient. Its tensor may by now, changed in place since."""
        made = self._made[value]
        made.operation = operation
        tensor = self.live(value)
        # The index beside a maximum is not tracked.
        tracked = tracked and (tensor.is_floating_point() or tensor.is_complex())
        made.requires_grad, made.is_leaf = (True, False) if tracked else (tensor.requires_grad, is_leaf(tensor))
        if apart:
            made.requires_grad, made.is_leaf = False, True
        if made.requires_grad and self.node_id is not None:
            made.node = self.node_id(tensor)
        made.version = version_of(tensor)  # which autograd counts after the kernel has run, and shares among views
        state = self._states[id(tensor)]
        if state.value == value:
            state.requires_grad, state.pending, state.version = tracked, False, made.version

    def belongs(self, value: int, node: int) -> None:
        """A result's node, where its tensor is another view of the same memory."""
        self._made[value].node = node

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

    def replace(self, tensor: torch.Tensor, data: Any) -> tuple[int, int] | None:
        """``tensor.data = data``. Gives the ids of the Values before and after; None if its memory stays the same."""
        before = self.value_of(tensor)
        if isinstance(data, torch.Tensor) and same_memory(tensor, data):
            tensor.data = data
            return None
        self._replaced.append(tensor.data)  # memory that a Value lived in keeps its address
        tensor.data = data
        return before, self.replaced(tensor)

    def hold(self, tensor: torch.Tensor) -> None:
        """Memory that a Value lives in keeps its address, also when its tensor is about to get another."""
        self._replaced.append(tensor)

    def replaced(self, tensor: torch.Tensor) -> int:
        """A tensor lives in other memory now. Gives the id of its new Value."""
        state = self._states[id(tensor)]
        self._left_behind.setdefault(state.tensor, []).append(state.storage)
        state.storage = self._memory.storage_of(tensor)
        self._sharing[state.storage].append(state.tensor)
        return self._snapshot(state, tensor)

    def bind(self, name: str, tensor: torch.Tensor) -> int:
        value = self.value_of(tensor)
        made = self._made[value]
        if not made.names and made.operation is None and is_lent(tensor):
            self.lend(tensor)
        self._name(value, name)
        return value

    def first_name(self, tensor: torch.Tensor) -> str | None:
        """What it was called first."""
        return next(iter(self._made[self.value_of(tensor)].names), None)

    def _name(self, value: int, name: str) -> None:
        made = self._made[value]
        if not made.names:
            made.names = (name,)
        elif name not in made.names:
            made.names = (*made.names, name)[-_NAMES:]

    def grad_of(self, leaf: int, grad: torch.Tensor, known: Array | None = None) -> int:
        """This tensor is a leaf's .grad now, and has its name: nobody need look for another one. ``known``: the copy of
        its numbers, where there is one."""
        name_of, self._name_of = self._name_of, None
        try:
            value = self.value_of(grad, known)
        finally:
            self._name_of = name_of
        made = self._made[value]
        made.grad_of = self._made[leaf].tensor
        for name in self._made[leaf].names:
            self._name(value, f"{name}.grad")
        return value

    def owner(self, grad: torch.Tensor) -> torch.Tensor | None:
        """The tensor whose .grad this is, or was when it was last looked at."""
        if id(grad) not in self._states:
            return None
        tensor = self._made[self.value_of(grad)].grad_of
        return None if tensor is None else self._kept[tensor]

    def release(self) -> None:
        """Drop every tensor."""
        self._name_of = self.node_id = self.saved_result = self.when_set = self._zeroed = None
        self._memory.release()
        self._replaced.clear()

    def _snapshot(
        self, state: State, tensor: torch.Tensor, alike: Summary | None = None, known: Array | None = None
    ) -> int:
        value = self._add(state, tensor, alike, known)
        made = self._made[value]
        state.requires_grad = made.requires_grad = tensor.requires_grad
        state.pending = False
        made.is_leaf = is_leaf(tensor)
        if made.requires_grad and self.node_id is not None:
            made.node = self.node_id(tensor)
        return value

    def _add(self, state: State, tensor: torch.Tensor, alike: Summary | None = None, known: Array | None = None) -> int:
        """The tensor's present state is a Value; it inherits the names of the one before."""
        made = self._made
        names, grad_of = ((last := made[state.value]).names, last.grad_of) if state.value >= 0 else ((), None)
        state.value = len(made)
        state.epoch = self._epochs[state.storage]
        state.version = version_of(tensor)
        array = self._copier.array(tensor, alike) if known is None else known
        made.append(Made(state, state.version, array, names, grad_of))
        return state.value

    def _handed_out(self, tensor: torch.Tensor) -> State | None:
        """Recognise a result that its node has saved: each time it is a new object, with the same node and memory."""
        value = self.saved_result(tensor) if self.saved_result is not None and tensor.requires_grad else None
        state = None if value is None else self._states[id(self.live(value))]
        if state is None or state.value != value or state.version != version_of(tensor):
            return None
        self._states[id(tensor)] = state
        self._replaced.append(tensor)
        return state

    def _adopted(self, tensor: torch.Tensor, among: Sequence[torch.Tensor]) -> State | None:
        """Recognise a view by its memory, shape and strides among tensors that a kernel has just made."""
        if not tensor._is_view():
            return None
        for other in reversed(among):
            if (
                same_memory(other, tensor)
                and version_of(other) == version_of(tensor)
                and (state := self._states.get(id(other))) is not None
            ):
                self._states[id(tensor)] = state
                self._kept[state.tensor] = tensor
                self._replaced.append(other)
                return state
        return None
