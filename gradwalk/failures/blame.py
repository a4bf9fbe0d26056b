"""Which earlier event made a statement fail, so that the reader can go and see."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from gradwalk.analysis.index import Index
from gradwalk.failures.wording import BLAME
from gradwalk.recording import Event, Failure, Forward, Free, Node, Update, Value


class Blame(NamedTuple):
    event: Event | None = None
    """None where no single event is to blame, or where it is not known."""
    key: str = ""
    """Of the sentence in ``wording.BLAME``."""
    pieces: tuple[tuple[str, str], ...] = ()
    nodes: tuple[int, ...] = ()
    """The grad_fn nodes that it is about."""
    boxes: tuple[str, ...] = ()


def blame(index: Index, failure: Failure, before: Sequence[Event]) -> Blame:
    """What among the events ``before`` it a failure comes from."""
    if failure.cause == "backward-twice":
        return _freed(index, before)
    if failure.cause == "saved-value-changed":
        return _changed(index, failure, before)
    return _cut(index, before) if failure.cause == "nothing-requires-grad" else Blame()


def at_step(blame: Blame, step: int | None) -> str:
    """The sentence that names the step of the event to blame; nothing where there is none."""
    return "" if step is None or not blame.key else BLAME[blame.key].format(step=step, **dict(blame.pieces))


def _freed(index: Index, before: Sequence[Event]) -> Blame:
    event = next((event for event in reversed(before) if isinstance(event, Free)), None)
    if event is None:
        return Blame()
    operations = [operation for node in event.nodes if (operation := index.operation_of(node))]
    return Blame(event, "freed", (), event.nodes, tuple(index.box(o.results[0]) for o in operations))


_VERSIONS = re.compile(r"is at version (\d+); expected version (\d+)")


def _changed(index: Index, failure: Failure, before: Sequence[Event]) -> Blame:
    """The node that saved a value, and the first change of that memory after it, with the versions of the message."""
    versions = _VERSIONS.search(failure.message)
    new, old = (int(number) for number in versions.groups()) if versions else (-1, -1)
    for node in index.nodes.values():
        for value in [index.values[saved.value] for saved in node.saved if saved.value is not None]:
            event = _change(index, value, node, before) if value.version == old or versions is None else None
            if event is not None:
                name = index.shown[value.id].rstrip("′")
                pieces = (("node", node.name), ("name", name), ("old", str(value.version)), ("new", str(new)))
                return Blame(event, "changed", pieces, (node.id,), (index.box(value.id),))
    return Blame()


def _change(index: Index, value: Value, node: Node, before: Sequence[Event]) -> Update | None:
    """The first change of a saved value's memory after the node was made."""
    runs = ((place, event.operation) for place, event in enumerate(before) if isinstance(event, Forward))
    ran = (place for place, operation in runs if operation == node.operation)
    later = [event for event in before[next(ran, -1) + 1 :] if isinstance(event, Update)]
    own = [event for event in later if event.operation is not None and event.operation == node.operation]
    return next((e for e in later if index.values[e.after].storage == value.storage and e not in own), None)


def _cut(index: Index, before: Sequence[Event]) -> Blame:
    """The newest operation whose operands have a graph and whose result has none."""
    for event in reversed(before):
        if isinstance(event, Forward):
            operation = index.operations[event.operation]
            tracked = any(index.values[edge.value].requires_grad for edge in operation.edges)
            if operation.node is None and tracked and not operation.in_place and operation.results:
                name = index.shown[operation.results[0]]
                return Blame(event, "cut", (("name", name),), (), (index.box(operation.results[0]),))
    return Blame()
