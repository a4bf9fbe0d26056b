"""The two kernels of a linear layer, known from the last layer like it: the weight is transposed, then comes ``addmm``.

What ``torch.nn.functional.linear`` runs for a batch of rows, a weight and a bias depends on their types alone, as long
as nothing casts them or packs what is saved. The dispatch mode has seen it once; from then on it is left out, as in
``elementwise``. The transposed weight is the one that the node has saved; where autograd needs none, because no
gradient flows to the rows, it is another view of the same memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from gradwalk.program import Span
from gradwalk.recorder.copying import new
from gradwalk.recorder.kernels import PLAIN, Kernel, Operand, Ran
from gradwalk.recorder.nodes import node_of
from gradwalk.recorder.run import Run
from gradwalk.recorder.saved import packing

LINEAR: Any = torch.nn.functional.linear
KNOWN: dict[tuple[torch.dtype, ...], tuple[Kernel, Kernel]] = {}
_NAMES = ("t", "addmm")


def key_of(args: Sequence[Any]) -> tuple[torch.dtype, ...] | None:
    """What decides which kernels run; None where more than that could."""
    if len(args) != 3 or not PLAIN.issuperset(map(type, args)):
        return None
    rows, weight, bias = args
    if rows.dim() != 2 or weight.dim() != 2 or not weight.requires_grad:
        return None
    if rows.shape[1] != weight.shape[1] or bias.shape != weight.shape[:1]:
        return None
    if torch.is_autocast_enabled("cpu") or not torch.is_grad_enabled() or packing(False) is not None:
        return None
    strided = rows.layout is weight.layout is torch.strided and rows.is_cpu and weight.is_cpu
    return (rows.dtype, weight.dtype, bias.dtype) if strided else None


def run_known(run: Run, kernels: tuple[Kernel, Kernel], args: Sequence[Any], span: Span | None) -> Any:
    """Run the call and write down its operations; gives its result."""
    rows, weight, bias = args
    values, graph = run.values, run.graph
    by = values.value_of(weight)
    given = new(Operand, ("self", by, node_of(weight), True, True))
    result = LINEAR(rows, weight, bias)
    node = result.grad_fn
    following = node.next_functions
    turned = weight.detach().t() if node._saved_mat2 is None else node._saved_mat2
    turning = following[2][0]
    view = values.made(turned, by, by, anew=False)
    operands = (("self", values.value_of(bias)), ("mat1", values.value_of(rows)), ("mat2", view))
    graph.discover((turning, node))
    transposing = new(Ran, (kernels[0], 0, (given,), (), (view,), (turned,), None, ()))
    run.operations.add(transposing, graph.id_of(turning), run.cell, span)
    values.belongs(view, graph.id_of(turning))
    routes = [None if target is None else number for number, (target, _) in enumerate(following)]
    run.operations.tracked(kernels[1], operands, (), result, node, routes, run.cell, span)
    return result


def learn(key: tuple[torch.dtype, ...], ran: Sequence[Ran]) -> None:
    """Keep what the dispatch mode has seen, if it is a transposed weight and the product."""
    if tuple(item.kernel.name for item in ran) == _NAMES and not any(item.constants for item in ran):
        KNOWN[key] = ran[0].kernel, ran[1].kernel
