"""Where an episode is told: its index, the steps that are written, and the places of the picture."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from gradwalk import explain
from gradwalk.analysis.episodes import Episode
from gradwalk.analysis.states import ledger_after
from gradwalk.explain.saved import saved_text
from gradwalk.program import Span
from gradwalk.recording import Array, Backward, Event, Forward, Free, LocalGradient, Operation, Statement, Value
from gradwalk.story.asked import Ask, Passing
from gradwalk.story.runs import Move
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
        self.met = set(episode.before.states)
        """Tensors that were there before the episode, or that it has given a name."""
        self.making = _made(episode)
        """The tensors that a statement of the episode names first, each with where it stands."""
        self.happened: list[tuple[Event, int]] = []
        self.done: int | None = None
        """The operation whose step was the last one."""
        self.locals: Counter[tuple[int, int, int]] = Counter()
        """How many local gradients were told, by call, operation and edge."""
        self._going = {event.call: set(event.nodes) for event in episode.events if isinstance(event, Free)}
        """The nodes that lose what they saved in each pass."""
        self._used: list[int] = []
        """Those of them that have just run: the engine lets go of it when it is done with the node."""
        self._grads: dict[int, Array | None] = dict(episode.before.grads)
        """What the ``.grad`` of each tensor held last."""
        self._keeping: dict[int, list[int]] = {}
        """The nodes that keep each tensor."""
        self._ledger = ledger_after(episode.recording, episode.before)
        self.moves: list[Move] = []
        """The steps that move leaves."""
        self._steps = steps
        self._passing: dict[int, Passing] = {}

    @property
    def now(self) -> int:
        return self._steps.now

    def step(
        self,
        event: Event,
        kind: str,
        account: Callable[..., explain.Account],
        now: list[str],
        focus: str | None,
        **more: Any,
    ) -> None:
        """A step of its own, with what is said at it, what it lights up and what it is about.

        ``phase`` among the rest says which phase it belongs to, where that is not its kind's.
        """
        if not self.folded:
            about = {"cell": event.cell, **self._module(event), **more}
            self._steps.add(kind, account(self.index, event), event.span, now, focus, **about)

    def moving(self, leaf: str, mover: str = "") -> None:
        """The present step moves a leaf, or computes what it is moved by."""
        if not self.folded:
            self.moves.append(Move(self.now, mover, leaf))

    def asked(self, question: Callable[..., Ask | None], event: Event) -> dict[str, Ask]:
        """What a step carries of what can be asked before it is shown."""
        ask = None if self.folded else question(self.index, event)
        return {"ask": ask} if ask else {}

    def passing(self, event: Backward) -> dict[str, Ask]:
        """The same of a node of a backward pass."""
        if event.call not in self._passing:
            self._passing[event.call] = Passing(self.index, event.call)
        ask = None if self.folded else self._passing[event.call].ask(event)
        return {"ask": ask} if ask else {}

    def _module(self, event: Event) -> dict[str, str]:
        """The path of the module whose forward ran the operation that an event is about."""
        operation: Operation | None = None
        if isinstance(event, Forward | LocalGradient):
            operation = self.index.operations[event.operation]
        elif isinstance(event, Backward):
            operation = self.index.operation_of(event.node)
        if operation is None or operation.module is None:
            return {}
        return {"module": self.index.recording.modules[operation.module].path}

    def follow(self, event: Event) -> None:
        """Write what an event has changed of tensors that keep their boxes, of gradients, and of what nodes save."""
        self._let_go(self._used)
        self._used = []
        if isinstance(event, Backward) and event.node in self._going.get(event.call, ()):
            self._used.append(event.node)
        elif isinstance(event, Free):
            self._let_go(event.nodes)
        for tensor in sorted(self._ledger.note(event)):
            self._grad(tensor)
            if tensor in self._ledger.now:
                self._moved(self._ledger.value(tensor))
            for node in self._keeping.get(tensor, ()):
                if self.chips.known(f"n{node}"):
                    self.chips.change(self.now, f"n{node}", self._kept_by(node))

    def _let_go(self, nodes: Iterable[int]) -> None:
        for node in nodes:
            if self.chips.known(f"n{node}"):
                self.chips.write(self.now, f"n{node}", None)

    def _moved(self, value: Value) -> None:
        """A leaf's value moves in its box, and so does one that changed without an operation of its own."""
        box, made = self.index.box(value.id), value.operation
        if (made is None or f"o{made}" != box) and self.slots.known(f"{box}.value"):
            self.slots.change(self.now, f"{box}.value", lines_of(value), value)
            self.version(self.now, value)

    def _grad(self, tensor: int) -> None:
        """What its ``.grad`` holds, and that it is gone."""
        grad = self._ledger.grad(tensor)
        if grad == self._grads.get(tensor):
            return
        self._grads[tensor] = grad
        box = self.index.places.leaves.get(tensor)
        if box is None and tensor in self._ledger.now:
            box = self.index.box(self._ledger.now[tensor])
        if box is not None and (None if grad is None else lines_of(grad)) != self.slots.shown(f"{box}.total"):
            self.total(self.now, box, grad)

    def value(self, step: int, value: Value) -> None:
        """Write a value into its box."""
        self.slots.write(step, f"{self.index.box(value.id)}.value", lines_of(value), value)

    def given(self, step: int, value: Value) -> None:
        """Write a value that no operation made into its box, where nothing stands there yet."""
        self.slots.write_once(step, f"{self.index.box(value.id)}.value", lines_of(value), value)

    def total(self, step: int, box: str, grad: Array | None) -> None:
        """What a ``.grad`` holds."""
        self.slots.keep(f"{box}.grad")
        for slot in (f"{box}.grad", f"{box}.total"):
            if grad is not None or self.slots.known(slot):
                self.slots.write(step, slot, None if grad is None else lines_of(grad), grad)

    def version(self, step: int, value: Value) -> None:
        """How often a tensor has been changed in place, from the first time on."""
        text = [str(value.version)] if value.version else None
        self.slots.change(step, f"{self.index.box(value.id)}.version", text)

    def keep(self, step: int, operation: Operation) -> None:
        """The chips of a node: what it keeps for backward."""
        if operation.node is None or operation.node in self.episode.before.freed:
            return
        saved = [item.value for item in self.index.nodes[operation.node].saved if item.value is not None]
        for value in saved:
            self._keeping.setdefault(self.index.values[value].tensor, []).append(operation.node)
        if saved:
            self.chips.write(step, f"n{operation.node}", self._kept_by(operation.node))

    def _kept_by(self, node: int) -> list[str]:
        """What a node's saved tensors are now: they are the program's own, and may have changed in place since."""
        lines = []
        for item in self.index.nodes[node].saved:
            if item.value is not None:
                value = self.index.values[item.value]
                now = self._ledger.now.get(value.tensor, value.id)
                changed = self.index.values[now].version != value.version
                lines.append(saved_text(self.index, item if changed else item._replace(value=now), changed=changed))
        return lines


def node_of(operation: Operation) -> list[str]:
    """The id of an operation's node, in a list; an empty one where it has none."""
    return [] if operation.node is None else [f"n{operation.node}"]


def _made(episode: Episode) -> dict[int, Span]:
    found: dict[int, Span] = {}
    for event in episode.events:
        if isinstance(event, Statement) and event.span is not None:
            for binding in event.bindings:
                tensor = None if binding.value is None else episode.index.values[binding.value].tensor
                if tensor is not None and tensor not in episode.before.seen:
                    found.setdefault(tensor, event.span)
    return found
