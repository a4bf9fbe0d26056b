"""Watches one backward() call: local gradients before it, then hooks on every node while the real engine runs."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import torch

from gradwalk.program import Span
from gradwalk.recorder.copying import new
from gradwalk.recording import Accumulate, Array, Backward, BackwardCall, Event, Free, LocalGradient

if TYPE_CHECKING:
    from gradwalk.recorder.listener import Recorder


MOST_PICTURES = 24
"""Graphs that torchviz draws for one recording: each costs about as much as recording it."""


def watch_backward(recorder: Recorder, args: tuple[Any, ...], kwargs: dict[str, Any], span: Span) -> None:
    """Run ``Tensor.backward(*args, **kwargs)`` and write its events. PyTorch's own error passes through."""
    root: torch.Tensor = args[0]
    seed = _seed(args, kwargs)
    if not root.requires_grad or not isinstance(seed, torch.Tensor | None):
        _run(args, kwargs)  # fails
        return
    call = recorder.calls
    start = _start(root)
    reached = recorder.graph.reachable(start)
    recorder.charge_nodes(len(reached), span)
    draw(recorder, call, root)
    head = _call_event(recorder, args, kwargs, span, call, start)
    before: list[Event] = [head, *_local_gradients(recorder, reached, call, span)]
    kept = _retaining(recorder, reached) if recorder.retaining else []
    saving = () if head.retain_graph else recorder.graph.saving(reached)
    heard = _Heard(recorder, call, span)
    done = False
    try:
        heard.listen(reached)
        _run(args, kwargs)
        done = True
    finally:
        heard.close()
        if done or heard.events:
            recorder.events += [*before, *heard.events]
            recorder.calls += 1
        elif recorder.pictures:
            recorder.pictures = [picture for picture in recorder.pictures if picture.call != call]
    _retained(recorder, heard, kept)
    _gradients_named(recorder, reached)
    if saving:
        recorder.graph.freed.update(saving)
        recorder.events.append(Free(recorder.cell_number, span, call, saving))


def _run(args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    backward: Any = torch.Tensor.backward
    backward(*args, **kwargs)


def _seed(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """The seed gradient; PyTorch also takes a list of one."""
    seed = args[1] if len(args) > 1 else kwargs.get("gradient")
    return seed[0] if isinstance(seed, list | tuple) and len(seed) == 1 else seed


def _start(root: torch.Tensor) -> Any:
    """The node that backward starts at; for a leaf, the one that accumulates into it."""
    return root.grad_fn if root.grad_fn is not None else torch.autograd.graph.get_gradient_edge(root).node


def draw(recorder: Recorder, call: int, root: torch.Tensor) -> None:
    """Let torchviz draw the graph behind ``root``, if pictures are asked for; a long loop's first graphs will do."""
    if recorder.pictures is None or len(recorder.pictures) >= MOST_PICTURES:
        return
    from gradwalk.recorder.torchviz import picture  # torchviz is loaded only when a picture is asked for

    leaves = {name: tensor for name, tensor in recorder.values.named().items() if tensor.is_leaf}
    try:
        drawn = picture(call, root, leaves, recorder.graph.ids(), recorder.values.ids())
    except RuntimeError:
        return  # saved values that are already freed cannot be drawn; backward() says so below
    if drawn is not None:
        recorder.pictures.append(drawn)


def _call_event(
    recorder: Recorder, args: tuple[Any, ...], kwargs: dict[str, Any], span: Span, call: int, start: Any
) -> BackwardCall:
    root, seed = args[0], _seed(args, kwargs)
    retain = args[2] if len(args) > 2 else kwargs.get("retain_graph")
    return BackwardCall(
        recorder.cell_number,
        span,
        call,
        recorder.values.value_of(root),
        recorder.graph.id_of(start),
        recorder.copier.array(torch.ones_like(root) if seed is None else seed),
        seed is not None,
        bool(kwargs.get("create_graph") if retain is None else retain),
    )


def _local_gradients(recorder: Recorder, reached: list[int], call: int, span: Span) -> list[LocalGradient]:
    """For every node that will be reached, in the order of the forward pass; none of what is already freed."""
    found: list[LocalGradient] = []
    graph, operations, read = recorder.graph, recorder.operations, recorder.local_gradients.read
    tracked = [(graph.operation_of(index), index) for index in reached if index not in graph.freed]
    with torch.no_grad():
        for number, index in sorted([(number, index) for number, index in tracked if number is not None]):
            operation = operations[number]
            place = (recorder.cell_number, operation.span, call, number)
            try:
                found += read(index, operation, place)
            except (RuntimeError, TypeError, NotImplementedError):
                continue  # the saved values are gone or were changed; backward() is about to say so
    return found


class _Heard:
    """The events of one backward pass, in the engine's own order."""

    def __init__(self, recorder: Recorder, call: int, span: Span) -> None:
        self.events: list[Backward | Accumulate] = []
        self._recorder = recorder
        self._array = recorder.copier.array
        self.place = (recorder.cell_number, span, call)
        self._handles: list[Any] = []

    def listen(self, reached: list[int]) -> None:
        graph = self._recorder.graph
        for index in reached:
            node = graph.live(index)
            leaf = graph.leaf_of(index)
            if leaf is None:
                self._handles.append(node.register_hook(partial(self._passed, (*self.place, index))))
            else:
                self._hook_leaf(index, node, leaf)

    def close(self) -> None:
        for handle in self._handles:
            handle.remove()

    def _passed(self, place: tuple[Any, ...], contributions: Any, upstream: Any) -> None:
        array = self._array
        arriving = tuple([None if tensor is None else array(tensor) for tensor in upstream])
        handed_on = tuple([None if tensor is None else array(tensor) for tensor in contributions])
        self.events.append(new(Backward, (*place, arriving, handed_on)))

    def _hook_leaf(self, index: int, node: Any, leaf: int) -> None:
        """.grad is not yet written when the pre-hook runs, and is when the hook after it runs."""
        cell, span, call = self.place
        values, events, copy = self._recorder.values, self.events, self._recorder.copier.array
        arrived: list[tuple[Array | None, Array | None]] = []

        def ahead(upstream: Any) -> None:
            grad, added = node.variable.grad, upstream[0]
            arrived.append((None if grad is None else copy(grad), None if added is None else copy(added)))

        def after(_: Any, upstream: Any) -> None:
            variable = node.variable
            before, added = arrived.pop()
            if added is None or variable.grad is None:
                return
            taken = before is None and variable.grad.data_ptr() == upstream[0].data_ptr()
            total = added if taken else copy(variable.grad)
            events.append(Accumulate(cell, span, call, index, values.value_of(variable), before, added, total))

        self._handles += [node.register_prehook(ahead), node.register_hook(after)]


class _Kept(NamedTuple):
    """A value under retain_grad(): where its gradient passes, and its .grad before the call."""

    node: int
    output: int
    value: int
    tensor: torch.Tensor
    before: Array | None


def _retaining(recorder: Recorder, reached: list[int]) -> list[_Kept]:
    found = []
    for node in reached:
        number = recorder.graph.operation_of(node)
        for output, value in enumerate(recorder.operations[number].results if number is not None else ()):
            tensor = recorder.values.live(value)
            if tensor.retains_grad and tensor.grad_fn is recorder.graph.live(node):
                before = None if tensor.grad is None else recorder.copier.array(tensor.grad)
                found.append(_Kept(node, output, value, tensor, before))
    return found


def _retained(recorder: Recorder, heard: _Heard, kept: list[_Kept]) -> None:
    """What retain_grad() kept: the .grad of values that are no leaves."""
    cell, span, call = heard.place
    upstream = {event.node: event.upstream for event in heard.events if isinstance(event, Backward)}
    for node, output, value, tensor, before in kept:
        added = upstream[node][output] if node in upstream else None
        if added is not None and tensor.grad is not None:
            after = recorder.copier.array(tensor.grad)
            recorder.events.append(Accumulate(cell, span, call, None, value, before, added, after))


def _gradients_named(recorder: Recorder, reached: list[int]) -> None:
    """Each leaf's ``.grad`` is a value with a name."""
    graph = recorder.graph
    for index in reached:
        if (leaf := graph.leaf_of(index)) is not None:
            grad = graph.live(index).variable.grad
            if grad is not None:
                recorder.values.grad_of(leaf, grad)
