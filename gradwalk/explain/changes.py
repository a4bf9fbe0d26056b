"""What a reader is told when a tensor changes in place, by the program itself or by an optimizer, and is cleared."""

from __future__ import annotations

import math

from gradwalk.analysis.index import Index
from gradwalk.explain.account import Account, joined, listed
from gradwalk.explain.forward import changes_in_place, computed_lines
from gradwalk.explain.forward import forward as told_forward
from gradwalk.explain.pieces import gist
from gradwalk.explain.wording import TITLES, UPDATE
from gradwalk.formula import update_lines
from gradwalk.formula.arrays import number_text
from gradwalk.notation import call_name
from gradwalk.recording import Cleared, Forward, Update, Value


def update(index: Index, event: Update) -> Account:
    """An optimizer's step for one parameter, or new data for a tensor."""
    before, after = index.values[event.before], index.values[event.after]
    name = index.shown[event.after]
    if event.optimizer is None:
        return Account(TITLES["update"].format(name=name), joined(_moved(name, before, after), _version(before, after)))
    texts = [number_text(value.shape, value.numbers) for value in (before, after)]
    key = (
        "optimizer" if None not in texts else "optimizer shape" if math.prod(after.shape) > 1 else "optimizer shape one"
    )
    pieces = {"before": texts[0], "after": texts[1], "count": math.prod(after.shape)}
    kept = [f"{state.name} = {gist(state.array)}" for state in event.state if state.name != "step"]
    sentence = joined(
        UPDATE[key].format(optimizer=event.optimizer, name=name, **pieces),
        UPDATE["remembers"].format(state=listed(kept)) if kept else "",
        _version(before, after),
    )
    title = TITLES["step"].format(optimizer=event.optimizer, name=name)
    return Account(title, sentence, update_lines(index, event))


def changed(index: Index, event: Forward) -> Account:
    """An operation that changes a leaf, or a .grad, in place."""
    operation = index.operations[event.operation]
    change = index.updates[event.operation]
    before, after = index.values[change.before], index.values[change.after]
    name = index.shown[after.id]
    operands = [index.values[edge.value] for edge in operation.edges]
    lines = computed_lines(index, operation, operands, after)
    if not changes_in_place(index, event):
        return told_forward(index, event)
    if name.endswith(".grad"):
        zero = call_name(operation) == "zero"
        title = TITLES["update"].format(name=name)
        return Account(title, UPDATE["grad zero" if zero else "grad"].format(name=name), () if zero else lines)
    if after.tensor not in index.places.leaves:
        told, moved = told_forward(index, event), _moved_with(index, after)
        return told._replace(sentence=joined(told.sentence, moved))
    quiet = UPDATE["no graph"].format(name=name) if operation.node is None and after.is_leaf else ""
    sentence = joined(_moved(name, before, after), _version(before, after), quiet)
    return Account(TITLES["update"].format(name=name), sentence, lines)


def _moved_with(index: Index, changed: Value) -> str:
    """The leaves that a change of their memory has moved: w, where the program changes ``w.data``."""
    leaves = [index.values[value] for value in index.moved.get(changed.id, ())]
    named = {leaf.tensor: leaf for leaf in leaves if leaf.tensor in index.places.leaves}
    sentences = []
    for leaf in named.values():
        text = number_text(leaf.shape, leaf.numbers)
        key = "moved with" if text is not None else "moved with shape"
        sentences.append(UPDATE[key].format(name=index.shown[leaf.id], after=text))
    return " ".join(sentences)


def cleared(index: Index, event: Cleared) -> Account:
    names = list(dict.fromkeys(index.shown[leaf] for leaf in event.leaves))
    one = len(names) == 1
    title = TITLES["cleared" if one else "cleared many"].format(leaves=names[0])
    return Account(title, UPDATE["cleared zeros" if event.zeros else "cleared"].format(leaves=listed(names)))


def _moved(name: str, before: Value, after: Value) -> str:
    texts = [number_text(value.shape, value.numbers) for value in (before, after)]
    key = "shape" if None in texts else "array" if after.shape else "number"
    if before.storage != after.storage:
        key = "moved shape" if None in texts else "moved"
    return UPDATE[key].format(name=name, before=texts[0], after=texts[1])


def _version(before: Value, after: Value) -> str:
    if after.version == before.version:
        return ""
    return UPDATE["version"].format(old=before.version, new=after.version)
