"""Walks a backward pass: draws it, lets the real engine run under the hooks of a ``Pass``, and tells what is left."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch

from gradwalk.program import Span
from gradwalk.recorder.before_pass import Asked, start_of
from gradwalk.recorder.hooks import Hooks
from gradwalk.recorder.one_pass import Pass
from gradwalk.recorder.run import Run
from gradwalk.recording import Free

MOST_PICTURES = 24
"""Graphs that torchviz draws for one recording: each costs about as much as recording it."""


def walk(run: Run, hooks: Hooks, asked: Asked, go: Callable[[], Any]) -> Any:
    """Let the engine run (``go``), and write down what it does. PyTorch's own errors pass through."""
    span = run.span(asked.frame)
    for outer in hooks.passing:
        outer.begin()
    starts = [start_of(root) for root in asked.roots]
    reached = run.graph.reachable_from(starts)
    run.nodes_left -= len(reached)
    if run.nodes_left < 0:
        most = run.limits.backward_nodes
        run.end(
            "backward nodes",
            f"Recording ends here: its backward passes have run through {most:,} nodes.",
            span,
            asked.frame,
        )
        return go()
    ends = [start_of(tensor) for tensor in asked.inputs]
    needed = run.graph.between(reached, ends) if asked.inputs else reached
    one = Pass(run, asked, span, reached, needed)
    saving = () if asked.retain_graph else run.graph.kept.saving(reached)
    draw(run, one.call, asked.roots[0])
    one.prepare(starts)
    hooks.passing.append(one)
    outer_call, run.operations.call = run.operations.call, one.call
    done = False
    try:
        one.listen(hooks)
        with one.kernels():
            result = go()
        done = True
    finally:
        hooks.passing.remove(one)
        one.close()
        run.operations.call = outer_call
        if done or one.untold():
            one.begin()
        if one.begun:
            one.end(saving)
        elif run.pictures:
            run.pictures = [picture for picture in run.pictures if picture.call != one.call]
    if asked.function == "grad":
        one.results(result)
    return result


def unwalked(run: Run, roots: Sequence[torch.Tensor], span: Span | None, go: Callable[[], Any]) -> Any:
    """Let a pass run that cannot be walked. What its nodes saved may be gone afterwards, and then this is told."""
    saving = run.graph.kept.saving(run.graph.reachable_from([start_of(root) for root in roots]))
    try:
        return go()
    finally:
        gone = run.graph.kept.gone(saving)
        if gone and not run.ended:
            run.graph.kept.freed.update(gone)
            run.emit(Free(run.cell, span, None, gone))


def draw(run: Run, call: int, root: torch.Tensor) -> None:
    """Let torchviz draw the graph behind ``root``, if pictures are asked for; a long loop's first graphs will do."""
    if run.pictures is None or len(run.pictures) >= MOST_PICTURES:
        return
    from gradwalk.recorder.torchviz import picture  # torchviz is loaded only when a picture is asked for

    leaves = {name: tensor for name, tensor in run.values.named().items() if tensor.is_leaf}
    try:
        with run.silence():
            drawn = picture(call, root, leaves, run.graph.ids(), run.values.ids())
    except RuntimeError:
        return  # saved tensors that are already freed cannot be drawn; PyTorch says so below
    if drawn is not None:
        run.pictures.append(drawn)
