"""What each node keeps for the way back, and whether it is still there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import torch

from gradwalk.recorder.copying import new
from gradwalk.recorder.saved import (
    PACKED,
    SAVED_LIST,
    SAVED_NAMES,
    holds,
    packing,
    raw_of,
    saved_by,
    saved_names,
    saved_setting,
    saved_text,
)
from gradwalk.recorder.values import LiveValues
from gradwalk.recording import Saved


class Keeping:
    """The saved tensors of a graph's ``live`` nodes, by the nodes' numbers."""

    def __init__(self, live: Sequence[Any], values: LiveValues) -> None:
        self._live = live
        self._values = values
        self._saved: dict[int, tuple[Saved, ...]] = {}
        self._read: set[int] = set()
        self._partly: set[int] = set()
        """Those of which a part has no name of its own."""
        self._saving: dict[int, str | None] = {}
        """The nodes that keep saved tensors, each with the attribute that tells whether they are still there."""
        self.packed: set[int] = set()
        """The nodes whose saved tensors a hook of the program has packed: reading them would run its other hook."""
        self.freed: set[int] = set()

    def read(self, node: int, results: Sequence[int]) -> None:
        """Read what a node has saved, while it is what it was; ``results`` are those of its operation."""
        self._read.add(node)
        live = self._live[node]
        if packing(False) is not None:
            self._pack(node, live)
            return
        names = SAVED_NAMES.get(type(live))
        if names is not None and not names:
            return
        found: list[Saved] = []
        for name, kept in saved_by(live):
            if isinstance(kept, torch.Tensor):
                found.append(self._saved_tensor(name, kept, results))
                if node not in self._saving:
                    self._saving[node] = None if name[-1] == "]" else f"_raw_saved_{name}"
            else:
                found.append(saved_setting(name, saved_text(kept)))
                if found[-1].text == SAVED_LIST:
                    self._saving.setdefault(node, None)
                    self._partly.add(node)
        if found:
            self._saved[node] = tuple(found)
        if len(found) != len(saved_names(type(live))):
            self._partly.add(node)

    def _pack(self, node: int, live: Any) -> None:
        """A hook has packed what the node saved: what it keeps is not looked into."""
        if any(getattr(raw, "unpack_hook", None) is not None for raw in raw_of(live)):
            self.packed.add(node)
            self._saving[node] = None
            self._saved[node] = (Saved("", None, PACKED),)
            self._partly.add(node)

    def _saved_tensor(self, name: str, kept: torch.Tensor, results: Sequence[int]) -> Saved:
        """An operand that is saved is itself; a saved result comes back as a new object over the same memory."""
        value: int | None
        if name[:6] == "result" and results:
            digits = name[6:]
            value = results[min(int(digits), len(results) - 1) if digits.isdigit() else 0]
        elif self._values.knows(kept):
            value = self._values.value_of(kept)
        elif (value := self._values.among(results, kept)) is None:
            if kept.dim() == 0:
                return Saved(name, None, str(kept.item()))  # a Python number, wrapped
            value = self._values.value_of(kept)
        saved: Saved = new(Saved, (name, value, ""))
        return saved

    def result(self, index: int, tensor: torch.Tensor) -> int | None:
        """Which of the results that a node has saved a tensor is."""
        saved = self._saved.get(index, ())
        return self._values.among([s.value for s in saved if s.value is not None and s.name[:6] == "result"], tensor)

    def saving(self, indices: Iterable[int]) -> tuple[int, ...]:
        """Those of these nodes that keep saved tensors at present. Of one without operation, it is asked now."""
        return tuple([index for index in indices if index not in self.freed and self._saves(index)])

    def _saves(self, index: int) -> bool:
        return index in self._saving if index in self._read else holds(self._live[index])

    def gone(self, saving: Iterable[int]) -> tuple[int, ...]:
        """Those of these nodes, which kept saved tensors, whose saved tensors are no longer there."""
        return tuple([index for index in saving if not self._still(index)])

    def _still(self, index: int) -> bool:
        node, attribute = self._live[index], self._saving.get(index)
        return holds(node) if attribute is None else getattr(node, attribute).data is not None

    def told(self, index: int) -> tuple[Saved, ...]:
        """What of it has a name."""
        return self._saved.get(index, ())

    def saved(self, index: int) -> tuple[Saved, ...] | None:
        """What a node saved, which decides what it does; None where a part of it has no name of its own."""
        return None if index in self._partly else self._saved.get(index, ())

    def check(self, index: int) -> None:
        """Raises RuntimeError when a saved tensor is gone or was changed."""
        node = self._live[index]
        for attribute, _ in saved_names(type(node)):
            getattr(node, attribute)
