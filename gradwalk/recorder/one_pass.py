"""The events of one backward pass: the hooks on every node while it runs, and what it leaves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple

import torch
from torch._C import _pop_torch_dispatch_stack, _push_on_torch_dispatch_stack

from gradwalk.program import Span
from gradwalk.recorder.before_pass import Asked, Kept, Leaf, head, local_gradients, retaining, start_of
from gradwalk.recorder.copying import new, version_of
from gradwalk.recorder.hooks import Hooks, Passing
from gradwalk.recorder.kernels import sequence_number
from gradwalk.recorder.node_hooks import NODE_HOOKS, has_more, prehooked
from gradwalk.recorder.run import Run
from gradwalk.recording import (
    Accumulate,
    Array,
    Backward,
    Event,
    Free,
    Hooked,
    Moved,
    Result,
    Route,
    Summary,
)

_REARRANGING = frozenset(
    f"{name}Backward0" for name in "View UnsafeView ReshapeAlias Transpose T Permute Unsqueeze Squeeze Clone".split()
)
"""Nodes that hand on what arrives with its elements in another order, or copied."""


class _Arrived(NamedTuple):
    """A gradient on its way to a node: where its numbers are, so that they are not copied twice."""

    address: int
    version: int
    array: Array


class Pass(Passing):
    """The events of one backward pass, in the engine's own order."""

    def __init__(self, run: Run, asked: Asked, span: Span | None, reached: list[int], needed: Sequence[int]) -> None:
        self.call = run.calls
        self.begun = False
        self._run = run
        self._asked = asked
        self._reached = reached
        self._needed = needed
        self._place = (run.cell, span, self.call)
        self._before: list[Event] = []
        self._handles: list[Any] = []
        self._arriving: dict[tuple[int | None, int], _Arrived | None] = {}
        self._kept: list[Kept] = []
        self._leaves: dict[int, Leaf] = {}
        self._told: dict[int, int] = {}
        """Tensors whose ``.grad`` was told, each with the value that it is."""
        self._sequence = 0

    # Before

    def prepare(self, starts: Sequence[Any]) -> None:
        """The events that come first, with the numbers that are there now."""
        run = self._run
        with torch.no_grad():
            self._before = [
                head(run, self._asked, starts, self._place),
                *local_gradients(run, self._needed, self._place),
            ]
        if run.retaining:
            self._kept = list(retaining(run, self._reached))

    # While it runs

    def listen(self, hooks: Hooks) -> None:
        self._listen(hooks)
        if self._run.nodes_read and (any(map(has_more, self._handles)) or prehooked(self._run.graph, self._needed)):
            self._run.notice(self._place[1], NODE_HOOKS)

    def _listen(self, hooks: Hooks) -> None:
        graph = self._run.graph
        passed = self._passed if self._asked.create_graph else self._tell
        for index in self._needed:
            node = graph.live(index)
            if graph.leaf_of(index) is None:
                self._handles.append(node.register_hook(partial(passed, index, graph.targets(index))))
            elif self._asked.function == "backward":
                leaf = self._leaves[id(node.variable)] = Leaf(index, node)
                hooks.wrap_earlier(node.variable)
                self._handles += [
                    node.register_prehook(partial(self._ahead, leaf)),
                    node.register_hook(partial(self._after, leaf)),
                ]

    @contextmanager
    def kernels(self) -> Iterator[None]:
        """Where what runs inside of the engine is tracked, its kernels are heard."""
        run = self._run
        if not self._asked.create_graph:
            yield
            return
        outer = run.watch.ran
        run.watch.engine()
        self._sequence = sequence_number() - 1
        if not run.watching:
            _push_on_torch_dispatch_stack(run.watch)
        run.watching += 1
        try:
            yield
        finally:
            run.watching -= 1
            if not run.watching:
                _pop_torch_dispatch_stack(None)
            if run.watch.ran and not run.ended:
                self._drain(())
            run.watch.ran = outer

    def begin(self) -> None:
        """The engine is on its way: what comes first is told now."""
        if not self.begun:
            self.begun = True
            run = self._run
            run.calls += 1
            for event in self._before:
                run.emit(event)
            self._before = []

    def close(self) -> None:
        for handle in self._handles:
            handle.remove()

    def _array(self, tensor: torch.Tensor, node: int, output: int) -> Array:
        """A copy of a gradient that arrives; that it left its only sender with the same numbers is known by now."""
        known = self._arriving.pop((node, output), None) if self._arriving else None
        if known is not None and known.address == _address(tensor) and known.version == version_of(tensor):
            return known.array
        return self._run.copier.array(tensor)

    def _passed(self, index: int, targets: tuple[Route, ...], contributions: Any, upstream: Any) -> None:
        with self._run.aside():
            self._tell(index, targets, contributions, upstream)

    def _tell(self, index: int, targets: tuple[Route, ...], contributions: Any, upstream: Any) -> None:
        run, arrive, copy = self._run, self._arriving, self._run.copier.array
        if not self.begun:
            self.begin()
        arriving = tuple([None if t is None else self._array(t, index, n) for n, t in enumerate(upstream)])
        for kept in [kept for kept in self._kept if kept.node == index]:
            self._kept.remove(kept)
            self._retained(kept, arriving[kept.output])
        if run.watch.ran:
            self._drain(tuple(t for t in contributions if t is not None))
        handed_on: list[Array | None] = []
        for target, tensor in zip(targets, contributions, strict=False):
            array = None if tensor is None else copy(tensor, self._alike(index, tensor, arriving, upstream))
            handed_on.append(array)
            if array is not None and array[0] and target[0] is not None:
                # Only what came alone is the same when it arrives.
                arrive[target] = (
                    None if target in arrive else new(_Arrived, (_address(tensor), version_of(tensor), array))
                )
        run.emit(new(Backward, (*self._place, index, arriving, tuple(handed_on))))

    def _alike(
        self, index: int, tensor: torch.Tensor, arriving: Sequence[Array | None], upstream: Any
    ) -> Summary | None:
        """Of what is only handed on, as it is or in another shape: the summary of what arrived."""
        summary = arriving[0].summary if len(arriving) == 1 and arriving[0] is not None else None
        if summary is None or tensor.numel() != upstream[0].numel() or tensor.dtype is not upstream[0].dtype:
            return None
        if type(self._run.graph.live(index)).__name__ in _REARRANGING:
            return summary
        return summary if _address(tensor) == _address(upstream[0]) else None

    def _drain(self, results: tuple[torch.Tensor, ...]) -> None:
        """The kernels that have run since the last time are operations, with nodes of their own."""
        run = self._run
        ran = run.watch.ran
        run.watch.engine()
        cell, span, _ = self._place
        run.operations.called(ran, results, self._sequence, cell, span)
        self._sequence = sequence_number() - 1

    def _ahead(self, leaf: Leaf, upstream: Any) -> None:
        """.grad is not yet written now."""
        if upstream[0] is not None:
            with self._run.aside():
                if not self.begun:
                    self.begin()
                grad = leaf.node.variable.grad
                leaf.before = None if grad is None else self._run.copier.array(grad)
                leaf.added = self._array(upstream[0], leaf.index, 0)
                leaf.address = _address(upstream[0])
                leaf.waiting = True

    def _after(self, leaf: Leaf, _: Any, upstream: Any) -> None:
        """.grad is written now."""
        if leaf.waiting:
            self._accumulated(leaf)

    def accumulated(self, tensor: int) -> None:
        """A hook of the program's own runs before ours is asked again."""
        leaf = self._leaves.get(tensor)
        if leaf is not None and leaf.waiting:
            self._accumulated(leaf)

    def _accumulated(self, leaf: Leaf) -> None:
        run, variable = self._run, leaf.node.variable
        leaf.waiting = False
        if variable.grad is None or leaf.added is None:
            return
        with self._run.aside():
            if run.watch.ran:
                self._drain((variable.grad,))
            taken = leaf.before is None and _address(variable.grad) == leaf.address
            total = leaf.added if taken else run.copier.array(variable.grad)
            value = run.values.value_of(variable)
            grad = run.values.grad_of(value, variable.grad, total)
            self._told[id(variable)] = grad
            run.emit(new(Accumulate, (*self._place, leaf.index, value, leaf.before, leaf.added, total, grad)))

    def hooked(self, tensor: int, span: Span | None, name: str, before: Any, after: Any) -> None:
        run = self._run
        live = next((t for t in (self._named(tensor),) if t is not None), None)
        if live is None:
            return
        with self._run.aside():
            self.begin()
            node = start_of(live)
            index = run.graph.id_of(node) if run.graph.knows(node) else None
            cell, _, call = self._place
            run.emit(Hooked(cell, span, call, index, run.values.value_of(live), name, before, after))

    def _named(self, tensor: int) -> torch.Tensor | None:
        return self._run.values.by_id(tensor)

    # Afterwards

    def end(self, saving: Sequence[int]) -> None:
        """What is known when the engine is done, or has failed midway."""
        run, (cell, span, call) = self._run, self._place
        if run.ended:
            return
        for kept in self.untold():
            arrived = self._arriving.get((kept.node, kept.output))
            alone = kept.tensor.grad if kept.before is None else None
            added = arrived.array if arrived is not None else None if alone is None else run.copier.array(alone)
            self._retained(kept, added)
        moved = [value for value in map(self._moved, self._leaves.values()) if value is not None]
        if moved:
            run.emit(Moved(cell, span, tuple(moved)))
        gone = run.graph.kept.gone(saving)
        if gone:
            run.graph.kept.freed.update(gone)
            run.emit(Free(cell, span, call, gone))

    def untold(self) -> list[Kept]:
        """Values under retain_grad() whose gradient PyTorch has written, and whose nodes have failed then."""
        return [kept for kept in self._kept if kept.tensor.grad is not None and kept.tensor.grad is not kept.grad]

    def _retained(self, kept: Kept, added: Array | None) -> None:
        """What retain_grad() kept: the .grad of a value that is no leaf. PyTorch writes it before the node runs."""
        run = self._run
        if added is not None and kept.tensor.grad is not None:
            after = run.copier.array(kept.tensor.grad)
            grad = run.values.grad_of(kept.value, kept.tensor.grad, after)
            run.emit(Accumulate(*self._place, None, kept.value, kept.before, added, after, grad))

    def _moved(self, leaf: Leaf) -> int | None:
        """What a leaf's ``.grad`` is, where it is not what was told."""
        variable = leaf.node.variable
        told = self._told.get(id(variable))
        if told is None or variable.grad is None:
            return None
        value = self._run.values.grad_of(self._run.values.value_of(variable), variable.grad)
        return None if value == told else value

    def results(self, given: Any) -> None:
        """What autograd.grad gave for each of its inputs."""
        values = self._run.values
        for tensor, gradient in zip(self._asked.inputs, given, strict=True):
            value = None if gradient is None else values.value_of(gradient)
            self._run.emit(Result(*self._place, values.value_of(tensor), value))


def _address(tensor: torch.Tensor) -> int:
    try:
        return tensor.data_ptr()
    except (RuntimeError, NotImplementedError):  # a sparse gradient
        return 0
