"""A backward pass as the program asked for it, and what is known of it before the engine runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from types import FrameType
from typing import Any, NamedTuple

import torch

from gradwalk.program import Span
from gradwalk.recorder.copying import new
from gradwalk.recorder.run import Run
from gradwalk.recording import Array, BackwardCall, LocalGradient, Root

Place = tuple[int, Span | None, int]
"""Of a pass: its cell, the expression that asked for it, and its number."""


class Asked(NamedTuple):
    """A backward pass as the program asked for it."""

    function: str
    """``backward`` or ``grad``."""
    roots: tuple[torch.Tensor, ...]
    seeds: tuple[torch.Tensor | None, ...]
    retain_graph: bool
    create_graph: bool
    inputs: tuple[torch.Tensor, ...]
    """Empty: all leaves."""
    frame: FrameType


def start_of(root: torch.Tensor) -> Any:
    """The node that a pass starts at, or ends at; for a leaf, the one that accumulates into it."""
    return root.grad_fn if root.grad_fn is not None else torch.autograd.graph.get_gradient_edge(root).node


class Kept(NamedTuple):
    """A value under retain_grad(): where its gradient passes, and its .grad before the call."""

    node: int
    output: int
    value: int
    tensor: torch.Tensor
    before: Array | None
    grad: torch.Tensor | None
    """The same, itself: PyTorch puts another in its place."""


class Leaf:
    """What is known of a leaf while its gradient is accumulated."""

    def __init__(self, index: int, node: Any) -> None:
        self.index = index
        self.node = node
        self.before: Array | None = None
        self.added: Array | None = None
        self.address = 0
        self.waiting = False


def head(run: Run, asked: Asked, starts: Sequence[Any], place: Place) -> BackwardCall:
    """The event that a pass begins with."""
    roots = [
        Root(
            run.values.value_of(root),
            run.graph.id_of(start),
            run.copier.array(torch.ones_like(root) if seed is None else seed),
            seed is not None,
        )
        for root, start, seed in zip(asked.roots, starts, asked.seeds, strict=True)
    ]
    inputs = tuple(run.values.value_of(tensor) for tensor in asked.inputs)
    told = (asked.retain_graph, asked.function, asked.create_graph, tuple(roots[1:]), inputs)
    call: BackwardCall = new(BackwardCall, (*place, *roots[0], *told))
    return call


def local_gradients(run: Run, needed: Iterable[int], place: Place) -> list[LocalGradient]:
    """For every node that will run, in the order of the forward pass; none of what is already freed, and none of
    what a hook of the program has packed."""
    cell, _, call = place
    found: list[LocalGradient] = []
    graph, made, read = run.graph, run.operations.made, run.local_gradients.read
    kept = graph.kept
    tracked = [
        (number, index)
        for index in needed
        if index not in kept.freed and index not in kept.packed and (number := graph.operation_of(index)) is not None
    ]
    for number, index in sorted(tracked):
        operation = made[number]
        try:
            found += read(index, operation, (cell, operation.span, call, number))
        except (RuntimeError, TypeError, NotImplementedError):
            continue  # the saved tensors are gone or were changed; the engine is about to say so
    return found


def retaining(run: Run, reached: Iterable[int]) -> Iterable[Kept]:
    """The values under retain_grad() that a pass comes to."""
    for node in reached:
        number = run.graph.operation_of(node)
        for output, value in enumerate(run.operations.made[number].results if number is not None else ()):
            if not run.values.is_there(value):
                continue
            tensor = run.values.live(value)
            if tensor.retains_grad and tensor.grad_fn is run.graph.live(node):
                before = None if tensor.grad is None else run.copier.array(tensor.grad)
                yield Kept(node, output, value, tensor, before, tensor.grad)
