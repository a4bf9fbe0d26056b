"""What a program binds and changes: names, tensors in place, gradients that are cleared."""

from __future__ import annotations

from gradwalk import explain
from gradwalk.recording import Array, Cleared, Statement, Update, Value
from gradwalk.story.names import PASSED_OVER
from gradwalk.story.slots import lines_of
from gradwalk.story.stage import Stage


def update(stage: Stage, event: Update) -> None:
    index, after = stage.index, stage.index.values[event.after]
    if event.after in stage.leaf_of_grad:
        stage.total(stage.now, stage.leaf_of_grad[event.after], Array(after.shape, after.dtype, after.numbers))
        return
    box = index.box(event.after)
    if event.operation is None:  # else the operation that changed it has its step
        stage.step(event, "update", explain.update, [box], box)
    seen = stage.moved.get(event.after)
    if seen is not None:
        stage.value(stage.now, seen)
        stage.version(stage.now, seen)
    if event.operation is None or event.operation in index.places.hidden or after.tensor in index.places.leaves:
        stage.slots.write(stage.now, f"{box}.value", lines_of(after))
        stage.version(stage.now, after)


def cleared(stage: Stage, event: Cleared) -> None:
    boxes = list(dict.fromkeys(stage.index.box(leaf) for leaf in event.leaves))
    stage.step(event, "update", explain.cleared, boxes, boxes[0] if len(boxes) == 1 else None)
    for box in boxes:
        stage.slots.keep(f"{box}.grad")
        for slot in (f"{box}.grad", f"{box}.total"):
            if stage.slots.known(slot):
                stage.slots.write(stage.now, slot, ["0"] if event.zeros else None)


def statement(stage: Stage, event: Statement) -> None:
    """A step where a name is bound to what the operation before it did not make, or where it loses its leaf."""
    index, done = stage.index, stage.done
    stage.done = None
    if not stage.statements or stage.folded:
        return
    shown = [b for b in event.bindings if b.value is not None or b.text not in PASSED_OVER]
    values = [index.values[b.value] for b in shown if b.value is not None]
    lost = [b for b in shown if b.value is not None and _loses_leaf(stage, b.name, index.values[b.value])]
    if lost:
        seen = event._replace(bindings=tuple(lost))
        boxes = [index.box(b.value) for b in lost if b.value is not None]
        stage.step(seen, "statement", explain.rebound, boxes, boxes[0])
        return
    made = done is not None and any(value.operation == done for value in values)
    updated = done is not None and any(value.tensor in index.places.leaves and value.version > 0 for value in values)
    if not shown or made or updated:
        return
    boxes = [index.box(value.id) for value in values]
    seen = event._replace(bindings=tuple(shown))
    stage.step(seen, "statement", explain.bound, boxes, boxes[0] if boxes else None)
    for value in values:
        if value.operation is None:
            stage.given(stage.now, value)


def _loses_leaf(stage: Stage, name: str, value: Value) -> bool:
    """Whether a name that stood for a leaf now stands for a result of tracked operations."""
    made = None if value.operation is None else stage.index.operations[value.operation]
    return made is not None and made.node is not None and not made.in_place and stage.was_leaf(name)
