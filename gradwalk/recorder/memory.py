"""The tensors that a run keeps, in which memory each lives, and which are let go of when there is no more room."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

import torch

from gradwalk.recorder.states import State, address_of

PAGE = 1 << 12
"""A tensor of more elements than this is large."""
_OURS = 3
"""References to a tensor that nobody but this module has, while it looks."""
MANY = 16
"""Tensors in one memory, from which on those that nobody else has are sorted out."""


class Memory:
    """Each tensor has a number, and each storage. What is in here is for ``LiveValues`` to read and to write."""

    def __init__(self, room: int) -> None:
        self.kept: list[torch.Tensor | None] = []
        """All tensors, so that each has an identity of its own; None for one that was let go of to make room."""
        self.states: dict[int, State] = {}
        """By id(tensor)."""
        self.epochs: list[int] = []
        """For each storage, how often it was changed."""
        self.storages: dict[int, int] = {}
        """By address."""
        self.sharing: list[list[int]] = []
        """For each storage, the tensors that live in it."""
        self._large: list[int] = []
        """Those of them that take more than a page of memory."""
        self._room = self._left = room
        """Bytes of large tensors that may be kept alive, and what is left of them."""
        self.full = False
        """Whether there is no more room."""

    def release(self) -> None:
        """Drop every tensor."""
        for live in (self.kept, self.states, self.sharing, self.storages):
            live.clear()

    def new_state(self, tensor: torch.Tensor, storage: int | None) -> State:
        if storage is None:
            storage = self.storage_of(tensor)
        number = len(self.kept)
        state = self.states[id(tensor)] = State(number, storage)
        self.kept.append(tensor)
        self.sharing[storage].append(number)
        if (size := tensor.numel()) > PAGE:
            self.weigh(number, storage, size * tensor.element_size())
        return state

    def weigh(self, number: int, storage: int, size: int) -> None:
        """A large tensor is kept: when there is no more room, those that nobody else has are let go of."""
        self._large.append(number)
        if len(self.sharing[storage]) == 1:
            self._left -= size
        if self._left < 0:
            self._make_room()
            self.full = self._left < self._room // 4

    def _make_room(self) -> None:
        left, large = self._room, self._large
        self._large = []
        for number in large:
            size = self._let_go(number)
            if size:
                self._large.append(number)
                left -= size
        self._left = left

    def _let_go(self, number: int) -> int:
        """Let go of a tensor that nobody else has. Gives what it takes if it stays."""
        tensor = self.kept[number]
        if tensor is None:
            return 0
        storage, size = tensor.untyped_storage(), tensor.numel() * tensor.element_size()
        key = id(tensor)
        del tensor
        if not self.alone(number) or torch._C._storage_Use_Count(storage._cdata) > 2:
            return size
        state = self.states.pop(key, None)
        self.kept[number] = None
        if state is not None:
            inside = self.sharing[state.storage]
            if number in inside:
                inside.remove(number)
            if not inside:
                for address in [a for a, s in self.storages.items() if s == state.storage]:
                    del self.storages[address]
        return 0

    def alone(self, number: int) -> bool:
        """Whether nobody else has a tensor that is kept."""
        tensor = self.kept[number]
        return tensor is not None and sys.getrefcount(tensor) <= _OURS and _uses(tensor) == 1

    def worth_a_look(self, storages: Iterable[int]) -> list[int]:
        """Those of them of which somebody else has a tensor, and could see that it has changed."""
        return [
            storage
            for storage in storages
            if any(self.kept[number] is not None and not self.alone(number) for number in self.sharing[storage])
        ]

    def storage_of(self, tensor: torch.Tensor) -> int:
        """Memory has one address while its tensors live, and they all do; asking for the storage itself is slow."""
        address = address_of(tensor)
        count = len(self.epochs)
        storage = self.storages.setdefault(address, count) if address else count
        if storage == count:
            self.epochs.append(0)
            self.sharing.append([])
        return storage


def _uses(tensor: Any) -> int:
    """How many hold a tensor, in Python as in PyTorch's own code."""
    return int(tensor._use_count())
