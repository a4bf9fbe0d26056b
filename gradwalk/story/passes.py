"""The three passes: operations that run, their local gradients, and how gradients flow back into ``.grad``."""

from __future__ import annotations

from typing import Any

from gradwalk import explain
from gradwalk.analysis.lookups import Arrival
from gradwalk.notation import jacobians_text
from gradwalk.recording import Accumulate, Array, Backward, BackwardCall, Forward, Free, Hooked, LocalGradient, Result
from gradwalk.story import asked
from gradwalk.story.slots import lines_of, local_text, on_arrow
from gradwalk.story.stage import Stage, node_of


def forward(stage: Stage, event: Forward) -> None:
    index, operation = stage.index, stage.index.operations[event.operation]
    stage.done = operation.id
    hidden = index.places.hidden.get(operation.id)
    if hidden is not None:
        update = index.updates.get(operation.id)
        teller = explain.forward if update is None else explain.changed
        stage.step(event, "update", teller, [hidden] if hidden else [], hidden or None)
        if hidden and not any(index.values[result].grad_of is not None for result in operation.results):
            stage.moving(hidden)
        return
    box = f"o{operation.id}"
    edges = [f"e{operation.id}.{number}" for number in range(len(operation.edges))]
    own: dict[str, Any] = (
        {} if event.call is None else {"phase": "backward"}
    )  # what a pass itself runs, as with create_graph=True
    own |= stage.asked(asked.forward, event)
    stage.step(event, "forward", explain.forward, [box, *edges, *node_of(operation)], box, **own)
    for edge in operation.edges:  # what the program made without an operation may not have been there at the start
        if index.values[edge.value].operation is None:
            stage.given(stage.now, index.values[edge.value])
    if operation.results:
        result = index.values[operation.results[0]]
        stage.slots.write(stage.now, f"{box}.value", lines_of(result), result)
        if operation.in_place:
            stage.version(stage.now, result)
    stage.keep(stage.now, operation)


def local(stage: Stage, event: LocalGradient) -> None:
    operation = stage.index.operations[event.operation]
    box, edge = f"o{operation.id}", f"e{operation.id}.{event.edge}"
    stage.step(event, "local", explain.local, [edge, box, *node_of(operation)], box, **stage.asked(asked.local, event))
    stage.slots.begin(stage.now, event.call)
    place = (event.call, event.operation, event.edge)
    stage.locals[place] += 1
    several = stage.locals[place] > 1  # each result of an operation has one
    text = jacobians_text(stage.locals[place]) if several else local_text(stage.index, event, operation)
    stage.slots.write_passing(stage.now, f"{edge}.local", [text])


def seed(stage: Stage, event: BackwardCall) -> None:
    roots = event.roots
    boxes = [stage.index.box(root.root) for root in roots]
    nodes = [f"n{root.node}" for root in roots if root.node is not None]
    stage.step(event, "seed", explain.seed, [*boxes, *nodes], boxes[0])
    stage.slots.begin(stage.now, event.call)
    for box, root in zip(boxes, roots, strict=True):
        stage.slots.write_passing(stage.now, f"{box}.grad", lines_of(root.seed), root.seed)


def backward(stage: Stage, event: Backward) -> None:
    index, operation = stage.index, stage.index.operation_of(event.node)
    ask = stage.passing(event)
    if operation is None:
        if index.nodes[event.node].leaf is None:
            stage.step(event, "backward", explain.backward, [f"n{event.node}"], None)
        return
    box = f"o{operation.id}"
    arrivals = index.arrivals.get((event.call, event.node), [])
    edges = [f"e{operation.id}.{arrival.edge}" for arrival in arrivals]
    placed = event._replace(span=operation.span)
    stage.step(placed, "backward", explain.backward, [box, *edges, f"n{event.node}"], box, **ask)
    for edge, arrival in zip(edges, arrivals, strict=True):
        stage.slots.write_passing(stage.now, f"{edge}.flow", [on_arrow(arrival.array)], arrival.array)
        lines, shown = _gradient_so_far(stage, event.call, arrival)
        stage.slots.write_passing(stage.now, f"{index.box(arrival.value)}.grad", lines, shown)


def _gradient_so_far(stage: Stage, call: int, arrival: Arrival) -> tuple[list[str], Array | None]:
    """The lines, and the tensor that they are of, where it is one."""
    hooks = stage.index.hooked.get((call, arrival.value))
    total = hooks[0].before if hooks else stage.index.gradients.get((call, arrival.value))
    if arrival.position == arrival.uses and total is not None:
        return lines_of(total), total
    if arrival.position > 1:
        return [f"{arrival.position} of {arrival.uses} + …"], None
    *lines, last = lines_of(arrival.array)
    return [*lines, f"{last} + …"], arrival.array


def hooked(stage: Stage, event: Hooked) -> None:
    box = stage.index.box(event.value)
    now = [box] if event.node is None else [box, f"n{event.node}"]
    stage.step(event, "hook", explain.hooked, now, box)
    stage.slots.write_passing(stage.now, f"{box}.grad", lines_of(event.after), event.after)


def result(stage: Stage, event: Result) -> None:
    """What torch.autograd.grad gives; it goes into no ``.grad``."""
    index = stage.index
    boxes = [index.box(value) for value in (event.of, event.value) if value is not None]
    stage.step(event, "result", explain.result, boxes, boxes[0])
    if event.value is not None:
        gradient = index.values[event.value]
        stage.slots.write_passing(stage.now, f"{boxes[0]}.grad", lines_of(gradient), gradient)
        stage.given(stage.now, index.values[event.value])


def accumulate(stage: Stage, event: Accumulate) -> None:
    box = stage.index.box(event.leaf)
    now = [box] if event.node is None else [box, f"n{event.node}"]
    stage.step(event, "accumulate", explain.accumulate, now, box, **stage.asked(asked.accumulate, event))
    stage.total(stage.now, box, event.after)


def free(stage: Stage, event: Free) -> None:
    index = stage.index
    boxes = [index.box(operation.results[0]) for node in event.nodes if (operation := index.operation_of(node))]
    nodes = [f"n{node}" for node in event.nodes]
    stage.step(event, "free", explain.free, [*boxes, *nodes], None)
