"""Which operation each kernel of a call is, and which grad_fn node belongs to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import repeat
from typing import Any

import torch

from gradwalk.program import Span
from gradwalk.recorder.copying import new
from gradwalk.recorder.kernels import Kernel, Operand, Ran, tensors_of
from gradwalk.recorder.nodes import LiveGraph, node_of
from gradwalk.recorder.values import LiveValues
from gradwalk.recording import Constant, Edge, Event, Forward, Moved, Operation, Update

is_grad_enabled = torch.is_grad_enabled


class LiveOperations:
    """Writes the operations of one recording, and their events."""

    def __init__(self, values: LiveValues, graph: LiveGraph, emit: Callable[[Event], None]) -> None:
        self.made: list[Operation] = []
        self.module: int | None = None
        """The module whose forward runs."""
        self.call: int | None = None
        """The call whose backward pass runs."""
        self.tells_moved = True
        self._values = values
        self._graph = graph
        self.emit = emit

    def called(self, ran: list[Ran], result: Any, before: int, cell: int, span: Span | None) -> None:
        """A call ran these kernels. ``before`` is the sequence number of the newest node when it began."""
        if len(ran) == 1 and ran[0].outputs[0] is result and ran[0].base is None and ran[0].kernel.name != _LIFTED:
            (item,) = ran
            numbered = self._graph.discover((node_of(result),))
            self.add(item, self._node(item, numbered) if item.number > before else None, cell, span)
            return
        ran = _without_copies(self._without_conjugating(ran))
        finals = (result,) if isinstance(result, torch.Tensor) else tensors_of(result)
        outputs = ran[0].outputs if len(ran) == 1 else tuple([t for item in ran for t in item.outputs])
        if finals and (not outputs or finals[0] is not outputs[-1]):
            self._values.adopt(finals, outputs)
            outputs = (*finals, *outputs)
        if any([item.base is not None for item in ran]):  # noqa: C419 - twice as fast as a generator
            outputs = tuple([item.base for item in ran if item.base is not None])
        numbered = self._graph.discover([node_of(t) for t in outputs])
        used = before
        for item in ran:
            tracked = item.number > used
            if item.kernel.name == _LIFTED:
                continue
            if tracked:
                used = item.number
            self.add(item, self._node(item, numbered) if tracked else None, cell, span)

    def _without_conjugating(self, ran: list[Ran]) -> list[Ran]:
        """What is conjugated by name alone is copied for a kernel that wants its numbers. Here that has the name."""
        found: list[Ran] = []
        named: dict[int, Operand] = {}
        for item, following in zip(ran, [*ran[1:], None], strict=True):
            copied = item.kernel.name == "clone" and following is not None and item.number == following.number
            if copied and self._values.live(item.operands[0].value).is_conj():
                named[item.results[0]] = item.operands[0]
            elif named:
                operands = [named.get(operand.value, operand)._replace(name=operand.name) for operand in item.operands]
                found.append(item._replace(operands=tuple(operands)))
            else:
                found.append(item)
        return found

    def _node(self, item: Ran, numbered: dict[int, int]) -> int | None:
        """A change in place can take its number before other kernels run for it; its result knows the node.

        Of a change through a view, that is what the view belongs to: its node is CopySlices.
        """
        if not item.kernel.in_place or (item.base is None and item.outputs[0]._is_view()):
            return numbered.get(item.number)
        node = node_of(item.outputs[0])
        return None if node is None else self._graph.id_of(node)

    def renew(self, tensor: torch.Tensor, cell: int, span: Span | None) -> None:
        """After a change of its memory a view gets a new node when somebody asks for it, and is a new value by it.

        No kernel runs for this: autograd writes it as an ``as_strided`` of what the view belongs to.
        """
        base, node = tensor._base, node_of(tensor)
        if base is None or node is None:
            return
        if self._graph.knows(node) and self._graph.operation_of(self._graph.id_of(node)) is not None:
            return
        following = node.next_functions
        renewed = base.requires_grad and self._values.knows(tensor) and len(following) == 1
        if not renewed or following[0] != torch.autograd.graph.get_gradient_edge(base)[:2]:
            self._graph.discover((node,))
            return
        operand = Operand("self", self._values.value_of(base), following[0][0], True, True)
        self._graph.discover([following[0][0], node])
        shown = {"size": list(tensor.shape), "stride": list(tensor.stride()), "storage_offset": tensor.storage_offset()}
        constants = tuple([Constant(name, str(number)) for name, number in shown.items()])
        result = self._values.made(tensor, None, anew=True)
        ran = Ran(_AS_STRIDED, 0, (operand,), constants, (result,), (tensor,))
        self.add(ran, self._graph.id_of(node), cell, span)

    def add(self, item: Ran, node: int | None, cell: int, span: Span | None) -> None:
        """One kernel ran, and this is its node."""
        index = len(self.made)
        kernel, _, operands, constants, results, _, base, others = item
        routes = self._routes(node, operands, base is not None) if node is not None else repeat(None)
        edges = tuple([new(Edge, (o[1], o[0], route)) for o, route in zip(operands, routes, strict=False)])
        mode = "" if node is not None or is_grad_enabled() else _off()
        place = (node, kernel.in_place, span, self.module, mode)
        self.made.append(new(Operation, (index, kernel.name, edges, constants, results, *place)))
        apart = node is None and bool(operands) and not any(operand.requires_grad for operand in operands)
        for value in results:
            self._values.made_by(value, index, node is not None, apart=apart)
        if node is not None:
            self._graph.made_by(node, index, results)
        self.emit(new(Forward, (cell, span, index, self.call)))
        if kernel.in_place and operands and results and not others:
            changed = operands[0] if base is None else operands[-1]
            self.emit(Update(cell, span, index, changed.value, results[0]))
            self.moved(changed.value, cell, span, [self._values.live(result) for result in results])
        for before, tensor in others:
            if (after := self._values.value_of(tensor)) != before:
                self.emit(Update(cell, span, index, before, after))
                self.moved(before, cell, span, [tensor])

    def tracked(
        self, kernel: Kernel, operands: Sequence[tuple[str, int]], constants: Sequence[Constant], result: torch.Tensor,
        node: Any, routes: Sequence[int | None], cell: int, span: Span | None,
    ) -> None:  # fmt: skip
        """One kernel ran whose only result is a new tensor, and this is its node: ``add``, in half the time."""
        made, place = self.made, self._graph.id_of(node)
        index = len(made)
        edges = tuple([new(Edge, (value, name, route)) for (name, value), route in zip(operands, routes, strict=True)])
        results = (self._values.fresh(result, index, place),)
        operation = (index, kernel[0], edges, tuple(constants), results, place, False, span, self.module, "")
        made.append(new(Operation, operation))
        self._graph.made_by(place, index, results)
        self.emit(new(Forward, (cell, span, index, self.call)))

    def moved(self, changed: int, cell: int, span: Span | None, told: Sequence[torch.Tensor]) -> None:
        """Write down what else lives in the memory of a value that has just changed, and is another value by it."""
        if not self.tells_moved:
            return
        found = []
        for before, tensor in self._values.sharing(changed):
            if not any(tensor is other for other in told):
                if tensor._is_view():
                    self.renew(tensor, cell, span)
                if (after := self._values.value_of(tensor)) != before:
                    found.append(after)
        if found:
            self.emit(Moved(cell, span, tuple(found)))

    def _routes(self, node: int, operands: Sequence[Operand], through_view: bool) -> Sequence[int | None]:
        if not through_view:
            return self._graph.routes(node, operands)
        first, *rest = self._graph.routes(node, (operands[-1], *operands[1:-1]))
        return [None, *rest, first]


def _off() -> str:
    """The mode in which gradients are off."""
    return "inference_mode" if torch.is_inference_mode_enabled() else "no_grad"


_AS_STRIDED = Kernel("as_strided", (), False, True)
_LIFTED = "lift_fresh"
"""What PyTorch runs to hand out a tensor that it has just written from numbers: no operation."""


def _without_copies(ran: list[Ran]) -> list[Ran]:
    """Autograd copies an operand that is about to change in place, to save it. The program did not ask for that."""
    if not any(item.kernel.in_place for item in ran):
        return ran
    return [item for item, following in zip(ran, [*ran[1:], None], strict=True) if not _copied_for(item, following)]


def _copied_for(item: Ran, following: Ran | None) -> bool:
    return (
        following is not None
        and following.kernel.in_place
        and item.kernel.name == "clone"
        and item.operands[0].value == following.operands[0].value
    )
