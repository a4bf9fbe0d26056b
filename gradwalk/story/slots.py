"""The places of a picture where numbers stand, and which lines of text each shows from which step on."""

from __future__ import annotations

from typing import Any

from gradwalk.analysis.index import Index
from gradwalk.graph.heat import heat_text
from gradwalk.graph.measures import arrow_text, box_lines
from gradwalk.notation import jacobian_text, short
from gradwalk.recording import Array, LocalGradient, Operation, Value

Lines = list[str] | None
"""None empties a slot again."""


class Slots:
    """``entries`` maps a slot to its ``[step, lines]``, in the order of the steps."""

    def __init__(self) -> None:
        self.entries: dict[str, list[list[int | Lines]]] = {}
        self._call: int | None = None
        self._passing: set[str] = set()
        """Slots that belong to the current backward call alone; a leaf's .grad outlives it."""

    def write(self, step: int, slot: str, lines: Lines, array: Array | Value | None = None) -> None:
        """``array`` is what the lines are of: of a tensor its map is written beside them, into a slot of its own."""
        self._put(step, slot, lines)
        heat = None if array is None else heat_text(array.shape, array.numbers)
        if heat is not None or f"{slot}.heat" in self.entries:
            self._put(step, f"{slot}.heat", None if heat is None else [heat])

    def _put(self, step: int, slot: str, lines: Lines) -> None:
        entries = self.entries.setdefault(slot, [])
        if entries and entries[-1][0] == step:
            entries.pop()
        entries.append([step, lines])

    def settle(self, step: int) -> None:
        """Drop what a step wrote although it was there before."""
        for slot in list(self.entries):
            entries = self.entries[slot]
            before = entries[-2][1] if len(entries) > 1 else None
            if entries[-1] == [step, before]:
                entries.pop()
            if not entries:
                del self.entries[slot]

    def change(self, step: int, slot: str, lines: Lines, array: Array | Value | None = None) -> None:
        """As ``write``, but not what stands there already."""
        if lines != self.shown(slot):
            self.write(step, slot, lines, array)

    def write_once(self, step: int, slot: str, lines: list[str], array: Array | Value | None = None) -> None:
        """Only where the slot shows nothing."""
        if not self.known(slot):
            self.write(step, slot, lines, array)

    def write_passing(self, step: int, slot: str, lines: list[str], array: Array | Value | None = None) -> None:
        """As ``write``, until the next backward call begins."""
        self._passing.add(slot)
        self.write(step, slot, lines, array)

    def keep(self, slot: str) -> None:
        """What the slot shows outlives the backward call."""
        self._passing.discard(slot)

    def clear(self, step: int) -> None:
        """Nothing is known any more: another graph, or the same one in another episode."""
        self._call = None
        self._passing.clear()
        for slot, entries in self.entries.items():
            if entries[-1][1] is not None:
                self._put(step, slot, None)

    def known(self, slot: str) -> bool:
        return self.shown(slot) is not None

    def shown(self, slot: str) -> Any:
        """The lines that it shows by now; None for nothing."""
        return self.entries[slot][-1][1] if slot in self.entries else None

    def begin(self, step: int, call: int) -> None:
        """The first step of a backward call empties what the one before it had filled."""
        if call == self._call:
            return
        self._call = call
        for slot in sorted(self._passing):
            self.write(step, slot, None)
        self._passing.clear()


def lines_of(array: Array | Value) -> list[str]:
    """The array as it stands in a box."""
    return box_lines(array.shape, array.numbers)


def on_arrow(array: Array) -> str:
    """The array where there is room for one short line."""
    return arrow_text(array.shape, array.numbers)


def local_text(index: Index, event: LocalGradient, operation: Operation) -> str:
    """A number, the few numbers of a diagonal, a row or a column, or else the Jacobian's size."""
    if event.form == "diagonal":
        return on_arrow(Array(index.values[operation.results[event.result]].shape, "", event.numbers))
    if event.numbers is None or min(event.rows, event.columns) > 1:
        return jacobian_text(event.rows, event.columns)
    if len(event.numbers) == 1:
        return short(event.numbers[0])
    return on_arrow(Array((len(event.numbers),), "", event.numbers))
