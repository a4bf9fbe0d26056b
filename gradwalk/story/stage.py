"""Where an episode is told: its index, the steps that are written, and the places of the picture."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from gradwalk import explain
from gradwalk.analysis.boxes import moved
from gradwalk.analysis.episodes import Episode
from gradwalk.explain.saved import saved_text
from gradwalk.recording import Array, Event, Operation, Value
from gradwalk.story.slots import Slots, lines_of
from gradwalk.story.steps import Steps


class Stage:
    """Writes into ``steps``, ``slots`` and ``chips`` (what each node keeps for backward).

    With ``statements``, names that are bound and texts that are shown have steps of their own. ``folded`` writes only
    what stands in the picture at the end, all at the present step. ``was_leaf`` says of a name whether it stands for a
    leaf with a gradient.
    """

    def __init__(
        self,
        episode: Episode,
        steps: Steps,
        slots: Slots,
        chips: Slots,
        *,
        statements: bool,
        folded: bool = False,
        was_leaf: Callable[[str], bool] = lambda _: False,
    ) -> None:
        self.index = episode.index
        self.episode = episode
        self.slots = slots
        self.chips = chips
        self.statements = statements
        self.folded = folded
        self.was_leaf = was_leaf
        self.moved = moved(episode.recording)
        self.leaf_of_grad = self._grad_boxes()
        self.happened: list[tuple[Event, int]] = []
        self.done: int | None = None
        """The operation whose step was the last one."""
        self.locals: Counter[tuple[int, int, int]] = Counter()
        """How many local gradients were told, by call, operation and edge."""
        self._steps = steps

    @property
    def now(self) -> int:
        return self._steps.now

    def _grad_boxes(self) -> dict[int, str]:
        """The box of the leaf for each value that is a ``.grad``."""
        values, leaves = self.episode.recording.values, self.index.places.leaves
        owners = {f"{name}.grad": self.index.box(v.id) for v in values if v.tensor in leaves for name in v.names}
        return {v.id: owners[name] for v in values for name in v.names if name in owners}

    def step(
        self,
        event: Event,
        kind: str,
        account: Callable[..., explain.Account],
        now: list[str],
        focus: str | None,
        **more: Any,
    ) -> None:
        """A step of its own, with what is said at it, what it lights up and what it is about."""
        if not self.folded:
            cell = {"cell": event.cell}
            self._steps.add(kind, account(self.index, event), event.span, now, focus, **cell, **more)

    def value(self, step: int, value: Value) -> None:
        """Write a value into its box."""
        self.slots.write(step, f"{self.index.box(value.id)}.value", lines_of(value))

    def given(self, step: int, value: Value) -> None:
        """Write a value that no operation made into its box, where nothing stands there yet."""
        self.slots.write_once(step, f"{self.index.box(value.id)}.value", lines_of(value))

    def total(self, step: int, box: str, grad: Array | None) -> None:
        """What a leaf's ``.grad`` holds."""
        self.slots.keep(f"{box}.grad")
        for slot in (f"{box}.grad", f"{box}.total"):
            if grad is not None or self.slots.known(slot):
                self.slots.write(step, slot, None if grad is None else lines_of(grad))

    def version(self, step: int, value: Value) -> None:
        """How often a tensor has been changed in place, from the first time on."""
        if value.version:
            self.slots.write(step, f"{self.index.box(value.id)}.version", [str(value.version)])

    def keep(self, step: int, operation: Operation) -> None:
        """The chips of a node: what it keeps for backward."""
        if operation.node is None or operation.node in self.episode.before.freed:
            return
        saved = [item for item in self.index.nodes[operation.node].saved if item.value is not None]
        if saved:
            self.chips.write(step, f"n{operation.node}", [saved_text(self.index, item) for item in saved])


def node_of(operation: Operation) -> list[str]:
    """The id of an operation's node, in a list; an empty one where it has none."""
    return [] if operation.node is None else [f"n{operation.node}"]
