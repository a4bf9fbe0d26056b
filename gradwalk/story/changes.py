"""What a program binds and changes: names, tensors in place, gradients that are cleared or put there, flags."""

from __future__ import annotations

from gradwalk import explain
from gradwalk.analysis.variables import PASSED_OVER
from gradwalk.recording import Assigned, Cleared, Statement, Switched, Update, Value
from gradwalk.story import asked
from gradwalk.story.stage import Stage


def update(stage: Stage, event: Update) -> None:
    """A step where no operation did it, which would have its own."""
    if event.operation is None:
        box = stage.index.box(event.after)
        stage.step(event, "update", explain.update, [box], box, **stage.asked(asked.update, event))
        if event.optimizer is not None:
            stage.moving(box, event.optimizer)


def cleared(stage: Stage, event: Cleared) -> None:
    boxes = list(dict.fromkeys(stage.index.box(leaf) for leaf in event.leaves))
    stage.step(event, "update", explain.cleared, boxes, boxes[0] if len(boxes) == 1 else None)


def assigned(stage: Stage, event: Assigned) -> None:
    box = stage.index.box(event.leaf)
    stage.step(event, "update", explain.assigned, [box], box)


def switched(stage: Stage, event: Switched) -> None:
    """A step, unless the tensor is only being made: ``x = torch.ones(2).requires_grad_()`` is told as a whole."""
    if not _is_being_made(stage, event):
        box = stage.index.box(event.after)
        stage.step(event, "statement", explain.switched, [box], box)


def _is_being_made(stage: Stage, event: Switched) -> bool:
    """Whether it happens in the statement that gives the tensor its first name."""
    whole, part = stage.making.get(stage.index.values[event.before].tensor), event.span
    if whole is None or part is None or whole.file != part.file:
        return False
    begins = (whole.line, whole.column) <= (part.line, part.column)
    return begins and (part.end_line, part.end_column) <= (whole.end_line, whole.end_column)


def statement(stage: Stage, event: Statement) -> None:
    """A step where a name is bound to what the operation before it did not make, or where it loses its leaf."""
    index, done = stage.index, stage.done
    stage.done = None
    shown = [b for b in event.bindings if b.value is not None or (b.text and b.text not in PASSED_OVER)]
    values = [index.values[b.value] for b in shown if b.value is not None]
    known = {value.tensor for value in values} <= stage.met
    stage.met.update(value.tensor for value in values)
    if not stage.statements or stage.folded or (event.frame and known):  # arguments are only further names
        return
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
