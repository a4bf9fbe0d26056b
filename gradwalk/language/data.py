"""Batches of a data set as PyTorch's DataLoader gives them, in an order drawn from the program's own generator."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch.utils.data import default_collate

from gradwalk.program import ProgramError
from gradwalk.program.limits import LIMITS


class Loader:
    """``DataLoader(dataset, batch_size, shuffle)`` without workers."""

    def __init__(
        self,
        generator: torch.Generator,
        dataset: Any,
        batch_size: int = 1,
        shuffle: bool = False,
        drop_last: bool = False,
        collate_fn: Any = None,
    ) -> None:
        if batch_size < 1:
            raise ValueError(f"batch_size should be a positive integer value, but got batch_size={batch_size}")
        self.dataset, self.batch_size, self.drop_last = dataset, batch_size, drop_last
        self._collate = collate_fn or default_collate
        self._generator = generator
        self._shuffle = shuffle

    def __len__(self) -> int:
        whole, rest = divmod(len(self.dataset), self.batch_size)
        return whole + (rest > 0 and not self.drop_last)

    def __iter__(self) -> Iterator[Any]:
        self._seed()  # PyTorch draws a seed for workers, whether or not there are any
        order = self._order()
        for number in range(len(self)):
            part = order[number * self.batch_size : (number + 1) * self.batch_size]
            yield self._collate([self.dataset[index] for index in part])

    def _order(self) -> list[int]:
        length = len(self.dataset)
        if length > LIMITS.items:
            raise ProgramError(f"A data set may have at most {LIMITS.items:,} items here.")
        if not self._shuffle:
            return list(range(length))
        seeded = torch.Generator().manual_seed(self._seed())
        return list(torch.randperm(length, generator=seeded).tolist())

    def _seed(self) -> int:
        return int(torch.empty((), dtype=torch.int64).random_(generator=self._generator).item())
