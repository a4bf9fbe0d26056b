"""One episode, told: what each of its events says, what lights up, and which texts it writes into the picture."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gradwalk import explain
from gradwalk.boxes import moved
from gradwalk.episodes import Episode
from gradwalk.explain.saved import saved_text
from gradwalk.index import Arrival, Index
from gradwalk.names_table import PASSED_OVER
from gradwalk.recording import (
    Accumulate,
    Array,
    Backward,
    BackwardCall,
    Failure,
    Forward,
    Free,
    LocalGradient,
    Operation,
    Output,
    Statement,
    Update,
    Value,
)
from gradwalk.slots import Slots, lines_of, local_text, on_arrow
from gradwalk.steps import Steps
from gradwalk.told import Cleared, Told


class Scene:
    """Tells one episode into ``steps``, ``slots`` and ``chips`` (what each node keeps for backward).

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
        before = episode.before
        self.index = Index(episode.part, before.grads, before.steps)
        self._episode = episode
        self._steps = steps
        self._slots = slots
        self._chips = chips
        self._statements = statements
        self._folded = folded
        self._was_leaf = was_leaf
        self._moved = moved(episode.part)
        self._leaf_of_grad = self._grad_boxes()
        self._happened: list[tuple[Told, int]] = []
        self._done: int | None = None
        """The operation whose step was the last one."""

    @property
    def _now(self) -> int:
        return self._steps.now

    def _grad_boxes(self) -> dict[int, str]:
        """The box of the leaf for each value that is a ``.grad``."""
        values, leaves = self._episode.part.values, self.index.places.leaves
        owners = {f"{name}.grad": self.index.box(v.id) for v in values if v.tensor in leaves for name in v.names}
        return {v.id: owners[name] for v in values for name in v.names if name in owners}

    def sources(self) -> list[Value]:
        """The values that were there at the start and that something uses: no results, no .grad, no later state."""
        part = self._episode.part
        used = {edge.value for operation in part.operations for edge in operation.edges}
        used |= {call.root for call in self.index.calls.values()}
        first: dict[int, int] = {}
        for value in part.values:
            first.setdefault(value.tensor, value.id)
        given = (value for value in part.values if value.operation is None and value.id in used)
        return [v for v in given if first[v.tensor] == v.id and not any(n.endswith(".grad") for n in v.names)]

    def open(self, step: int) -> None:
        """Write what is known before the episode's first event, to be seen from ``step`` on."""
        events, part = self._episode.events, self._episode.part
        bound = {b.value for event in events if isinstance(event, Statement) for b in event.bindings}
        for value in self.sources():
            if not (self._statements and value.id in bound):
                self._slots.write(step, f"{self.index.box(value.id)}.value", lines_of(value))
            if value.tensor in self.index.places.leaves:
                self._version(step, value)
        now = {event.operation for event in events if isinstance(event, Forward)}
        for operation in part.operations:
            if operation.id not in now and operation.results:
                value = self.index.values[operation.results[0]]
                self._slots.write(step, f"o{operation.id}.value", lines_of(value))
                self._keep(operation, step)
        for tensor, grad in self._episode.before.grads.items():
            leaf = next((v.id for v in part.values if v.tensor == tensor), None)
            if leaf is not None and tensor in self.index.places.leaves:
                self._total(step, self.index.box(leaf), grad)

    def tell(self, event: Told) -> None:
        _TELL[type(event)](self, event)
        self._happened.append((event, self._now))

    def _step(
        self,
        event: Told,
        kind: str,
        account: Callable[..., explain.Account],
        now: list[str],
        focus: str | None,
        **more: Any,
    ) -> None:
        if not self._folded:
            cell = {"cell": event.cell}
            self._steps.add(kind, account(self.index, event), event.span, now, focus, **cell, **more)

    def forward(self, event: Forward) -> None:
        index, operation = self.index, self.index.operations[event.operation]
        self._done = operation.id
        hidden = index.places.hidden.get(operation.id)
        if hidden is not None:
            update = index.updates.get(operation.id)
            teller = explain.forward if update is None else explain.changed
            self._step(event, "update", teller, [hidden] if hidden else [], hidden or None)
            return
        box = f"o{operation.id}"
        self._step(event, "forward", explain.forward, [box, *_edges(operation), *_node(operation)], box)
        for edge in operation.edges:  # what the program made without an operation may not have been there at the start
            value = index.values[edge.value]
            if value.operation is None:
                self._slots.write_once(self._now, f"{index.box(value.id)}.value", lines_of(value))
        if operation.results:
            self._slots.write(self._now, f"{box}.value", lines_of(index.values[operation.results[0]]))
            if operation.in_place:
                self._version(self._now, index.values[operation.results[0]])
        self._keep(operation, self._now)

    def _keep(self, operation: Operation, step: int) -> None:
        """The chips of a node: what it keeps for backward."""
        if operation.node is None or operation.node in self._episode.before.freed:
            return
        saved = [item for item in self.index.nodes[operation.node].saved if item.value is not None]
        if saved:
            self._chips.write(step, f"n{operation.node}", [saved_text(self.index, item) for item in saved])

    def local(self, event: LocalGradient) -> None:
        operation = self.index.operations[event.operation]
        box, edge = f"o{operation.id}", f"e{operation.id}.{event.edge}"
        self._step(event, "local", explain.local, [edge, box, *_node(operation)], box)
        self._slots.begin(self._now, event.call)
        self._slots.write_passing(self._now, f"{edge}.local", [local_text(self.index, event, operation)])

    def seed(self, event: BackwardCall) -> None:
        box = self.index.box(event.root)
        now = [box] if event.node is None else [box, f"n{event.node}"]
        self._step(event, "seed", explain.seed, now, box)
        self._slots.begin(self._now, event.call)
        self._slots.write_passing(self._now, f"{box}.grad", lines_of(event.seed))

    def backward(self, event: Backward) -> None:
        index, operation = self.index, self.index.operation_of(event.node)
        if operation is None:
            if index.nodes[event.node].leaf is None:
                self._step(event, "backward", explain.backward, [f"n{event.node}"], None)
            return
        box = f"o{operation.id}"
        arrivals = index.arrivals.get((event.call, event.node), [])
        edges = [f"e{operation.id}.{arrival.edge}" for arrival in arrivals]
        placed = event._replace(span=operation.span)
        self._step(placed, "backward", explain.backward, [box, *edges, f"n{event.node}"], box)
        for edge, arrival in zip(edges, arrivals, strict=True):
            self._slots.write_passing(self._now, f"{edge}.flow", [on_arrow(arrival.array)])
            lines = self._gradient_so_far(event.call, arrival)
            self._slots.write_passing(self._now, f"{index.box(arrival.value)}.grad", lines)

    def _gradient_so_far(self, call: int, arrival: Arrival) -> list[str]:
        total = self.index.gradients.get((call, arrival.value))
        if arrival.position == arrival.uses and total is not None:
            return lines_of(total)
        *lines, last = lines_of(arrival.array)
        return [*lines, f"{last} + …"] if arrival.position == 1 else [f"{arrival.position} of {arrival.uses} + …"]

    def accumulate(self, event: Accumulate) -> None:
        box = self.index.box(event.leaf)
        now = [box] if event.node is None else [box, f"n{event.node}"]
        self._step(event, "accumulate", explain.accumulate, now, box)
        self._total(self._now, box, event.after)

    def _total(self, step: int, box: str, grad: Array | None) -> None:
        """What a leaf's ``.grad`` holds."""
        self._slots.keep(f"{box}.grad")
        for slot in (f"{box}.grad", f"{box}.total"):
            if grad is not None or self._slots.known(slot):
                self._slots.write(step, slot, None if grad is None else lines_of(grad))

    def free(self, event: Free) -> None:
        index = self.index
        boxes = [index.box(operation.results[0]) for node in event.nodes if (operation := index.operation_of(node))]
        nodes = [f"n{node}" for node in event.nodes]
        self._step(event, "free", lambda _, told: explain.free(told), [*boxes, *nodes], None)
        for node in nodes:
            if self._chips.known(node):
                self._chips.write(self._now, node, None)

    def update(self, event: Update) -> None:
        index, after = self.index, self.index.values[event.after]
        if event.after in self._leaf_of_grad:
            self._total(self._now, self._leaf_of_grad[event.after], Array(after.shape, after.dtype, after.numbers))
            return
        box = index.box(event.after)
        if event.operation is None:  # else the operation that changed it has its step
            self._step(event, "update", explain.update, [box], box)
        seen = self._moved.get(event.after)
        if seen is not None:
            self._slots.write(self._now, f"{index.box(seen.id)}.value", lines_of(seen))
            self._version(self._now, seen)
        if event.operation is None or event.operation in index.places.hidden or after.tensor in index.places.leaves:
            self._slots.write(self._now, f"{box}.value", lines_of(after))
            self._version(self._now, after)

    def _version(self, step: int, value: Value) -> None:
        """How often a tensor has been changed in place, from the first time on."""
        if value.version:
            self._slots.write(step, f"{self.index.box(value.id)}.version", [str(value.version)])

    def cleared(self, event: Cleared) -> None:
        boxes = list(dict.fromkeys(self.index.box(leaf) for leaf in event.leaves))
        self._step(event, "update", explain.cleared, boxes, boxes[0] if len(boxes) == 1 else None)
        for box in boxes:
            self._slots.keep(f"{box}.grad")
            for slot in (f"{box}.grad", f"{box}.total"):
                if self._slots.known(slot):
                    self._slots.write(self._now, slot, ["0"] if event.zeros else None)

    def statement(self, event: Statement) -> None:
        index, done = self.index, self._done
        self._done = None
        if not self._statements or self._folded:
            return
        shown = [b for b in event.bindings if b.value is not None or b.text not in PASSED_OVER]
        values = [index.values[b.value] for b in shown if b.value is not None]
        lost = [b for b in shown if b.value is not None and self._loses_leaf(b.name, index.values[b.value])]
        if lost:
            seen = event._replace(bindings=tuple(lost))
            boxes = [index.box(b.value) for b in lost if b.value is not None]
            self._step(seen, "statement", explain.rebound, boxes, boxes[0])
            return
        made = done is not None and any(value.operation == done for value in values)
        updated = (
            any(value.tensor in index.places.leaves and value.version > 0 for value in values) and done is not None
        )
        if not shown or made or updated:
            return
        boxes = [index.box(value.id) for value in values]
        self._step(
            event._replace(bindings=tuple(shown)), "statement", explain.bound, boxes, boxes[0] if boxes else None
        )
        for value in values:
            if value.operation is None:
                self._slots.write_once(self._now, f"{index.box(value.id)}.value", lines_of(value))

    def _loses_leaf(self, name: str, value: Value) -> bool:
        """Whether a name that stood for a leaf now stands for a result of tracked operations."""
        made = None if value.operation is None else self.index.operations[value.operation]
        return made is not None and made.node is not None and not made.in_place and self._was_leaf(name)

    def output(self, event: Output) -> None:
        if self._statements and event.stream != "notice":
            self._step(event, "output", lambda _, told: explain.shown(told), [], None)

    def failure(self, event: Failure) -> None:
        blame = explain.blame(self.index, event, [told for told, _ in self._happened])
        step = next((at for told, at in reversed(self._happened) if told is blame.event), None)
        now = [*(f"n{node}" for node in blame.nodes), *blame.boxes]
        more = {} if step is None else {"cause": step}

        def account(_: Index, told: Failure) -> explain.Account:
            said = explain.failure(told)
            where = explain.at_step(blame, step)
            text = " ".join(part for part in (said.why, where, said.way_out) if part)
            return explain.Account(said.title, text)

        self._step(event, "failure", account, now, None, **more)


_TELL: dict[type, Callable[[Scene, Any], None]] = {
    Statement: Scene.statement,
    Forward: Scene.forward,
    LocalGradient: Scene.local,
    BackwardCall: Scene.seed,
    Backward: Scene.backward,
    Accumulate: Scene.accumulate,
    Free: Scene.free,
    Update: Scene.update,
    Cleared: Scene.cleared,
    Output: Scene.output,
    Failure: Scene.failure,
}


def _edges(operation: Operation) -> list[str]:
    return [f"e{operation.id}.{number}" for number in range(len(operation.edges))]


def _node(operation: Operation) -> list[str]:
    return [] if operation.node is None else [f"n{operation.node}"]
