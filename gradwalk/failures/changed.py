"""A tensor that was changed in place where its old value is needed: a saved tensor, or a leaf."""

from __future__ import annotations

from gradwalk.failures.carried import carried
from gradwalk.failures.diagnosis import Diagnosis, Remedy, diagnosis
from gradwalk.failures.history import History, in_program
from gradwalk.recording import Accumulate, Forward, Node, Operation, Switched, Taken, Update, Value

_BY_ELEMENT = ("index_put_", "index_fill_", "masked_fill_", "scatter_", "index_add_", "masked_scatter_")
_NOT_ARITHMETIC = ("copy_", "zero_", "fill_", "normal_", "uniform_", "set_")


def changed(history: History) -> Diagnosis:
    """The node whose saved tensor is another now, and what changed it."""
    call = history.failed_call
    nodes = set(range(len(history.nodes))) if call is None else history.reached(call)
    written = {history.values[event.after].storage for event in history.all(Update)}
    for node in sorted(nodes, key=history.age, reverse=True):
        for saved in history.nodes[node].saved:
            value = None if saved.value is None else history.values[saved.value]
            if value is None or value.storage not in written or not _is_meant(history, value):
                continue
            if (update := _change(history, node, value)) is not None:
                found = _Changed(history, history.nodes[node], value, update).explained()
                return found._replace(event=update, nodes=(node,), values=(value.id,))
    return diagnosis("saved-value-changed")


def _is_meant(history: History, value: Value) -> bool:
    """Whether a saved tensor can be the one that the message speaks of."""
    old, shape = history.pieces.get("old"), history.pieces.get("shape")
    return old in (None, str(value.version)) and shape in (None, str(list(value.shape)))


def _change(history: History, node: int, value: Value) -> Update | None:
    """The first change of a saved tensor's memory after its node was made."""
    made = history.nodes[node].operation
    start = next((event for event in history.all(Forward) if event.operation == made), None)
    later = (event for event in history.all(Update, start) if event.operation is None or event.operation != made)
    return next((event for event in later if history.values[event.after].storage == value.storage), None)


class _Changed:
    """A saved tensor, the node that saved it, and the change."""

    def __init__(self, history: History, node: Node, value: Value, update: Update) -> None:
        self._history, self._node, self._value, self._update = history, node, value, update
        self._operation: Operation | None = None
        if update.operation is not None:
            self._operation = history.operations[update.operation]

    def explained(self) -> Diagnosis:
        update, operation = self._update, self._operation
        if (carried := self._carried()) is not None:
            return carried
        if update.optimizer is not None:
            return self._said("changed-by-optimizer", optimizer=update.optimizer, root=self._root())
        if operation is None or (operation.mode and self._value.is_leaf and self._value.requires_grad):
            return self._said("changed-by-update", root=self._root())
        if (module := self._history.module(operation)) is not None and module.type in _IN_PLACE_MODULES:
            remedy = Remedy("no-inplace", self._history.failure.span, (module.type,))
            return self._said("changed-by-module", remedy, kernel=module.type)
        written = self._history.values[operation.edges[0].value if operation.edges else update.before]
        if written.tensor != self._value.tensor:
            return self._through(written, operation)
        if _base(operation).endswith(_BY_ELEMENT):
            return self._element(operation)
        return self._said("changed-in-place", self._anew(operation))

    def _said(self, key: str, remedy: Remedy | None = None, /, **pieces: object) -> Diagnosis:
        line = 0 if self._update.span is None else self._update.span.line
        name = self._history.called(_owner(self._history, self._value), "its operand")
        return diagnosis(key, remedy, node=self._node.name, name=name, line=line, **pieces)

    def _carried(self) -> Diagnosis | None:
        """A graph of this turn that leads back into a turn before the update, whose place has run again since."""
        history, call = self._history, self._history.failed_call
        made = None if self._node.operation is None else history.operations[self._node.operation]
        if call is None or made is None or not history.runs_again(made, self._update):
            return None
        crossings = history.crossings(history.reached(call), self._update)
        again = [one for one in crossings if (m := history.maker(one[0])) and history.runs_again(m, self._update)]
        if not crossings:
            return None
        ends = in_program(call.span)
        found = carried(history, again or crossings[:1], (ends,) if ends is not None and call.retain_graph else ())
        by = "the update" if self._update.optimizer is None else f"{self._update.optimizer}'s step()"
        key = "changed-carried" if found.named else "changed-carried-nameless"
        return self._said(key, found.remedy, by=by, **found.pieces)

    def _root(self) -> str:
        call = self._history.failed_call
        return "the result" if call is None else self._history.called(self._history.values[call.root], "the result")

    def _through(self, alias: Value, operation: Operation) -> Diagnosis:
        """Changed through another tensor in the same memory: a detached one, or a piece."""
        maker = self._history.maker(self._first_state(alias))
        names = self._history.names(alias)
        if names and maker is not None and _base(maker) == "detach":
            place = in_program(maker.span)
            remedy = None if place is None else Remedy("clone-alias", place)
            made = 0 if maker.span is None else maker.span.line
            return self._said("changed-through-alias", remedy, alias=names[0], made=made)
        taken = next((e for e in self._history.all(Taken) if e.by == "data" and e.result is not None
                      and self._history.values[e.result].tensor == alias.tensor), None)  # fmt: skip
        if names and taken is not None:
            made = 0 if taken.span is None else taken.span.line
            return self._said("changed-through-alias", alias=names[0], made=made)
        return self._element(operation)

    def _first_state(self, value: Value) -> Value:
        return next(other for other in self._history.values if other.tensor == value.tensor)

    def _element(self, operation: Operation) -> Diagnosis:
        place = in_program(self._update.span)
        names = self._history.names(self._value)
        if not names:
            return self._said("changed-part")
        remedy = Remedy("clone-before", place, (names[0],)) if place is not None and not operation.mode else None
        return self._said("changed-element", remedy)

    def _anew(self, operation: Operation) -> Remedy | None:
        place = in_program(self._update.span)
        plain = not operation.mode and not _base(operation).endswith(_NOT_ARITHMETIC)
        return Remedy("new-value", place) if place is not None and plain else None


def _owner(history: History, value: Value) -> Value:
    """The leaf that a saved value without a name is a view of, as a layer's transposed weight is."""
    if history.names(value):
        return value
    leaves = (one for one in history.values if one.storage == value.storage and one.is_leaf and one.operation is None)
    return next((leaf for leaf in leaves if history.names(leaf)), value)


_IN_PLACE_MODULES = frozenset(
    "AlphaDropout CELU Dropout Dropout1d Dropout2d Dropout3d ELU FeatureAlphaDropout Hardsigmoid Hardswish Hardtanh "
    "LeakyReLU Mish RReLU ReLU ReLU6 SELU SiLU Threshold".split()
)
"""Modules of torch.nn that take ``inplace=True``."""


def _base(operation: Operation) -> str:
    return operation.kernel.partition(".")[0]


_BEGINNING = (".__setitem__", ".copy_", ".fill_", ".zero_", ".normal_", ".uniform_")
"""Calls that give a leaf the numbers that it begins with. What computes with the old ones may belong into the graph."""


_ADDING = (".add_", ".__iadd__", ".sub_", ".mul_")


def _untracked(history: History, leaf: Value) -> Remedy | None:
    """The statement that made a leaf, without requires_grad=True."""
    statement = history.binding(leaf)
    place = None if statement is None else in_program(statement.span)
    return None if place is None else Remedy("untrack", place)


def leaf(history: History) -> Diagnosis:
    """A leaf was to be changed in place, where changes are noted."""
    found = _leaf(history)
    place = in_program(history.failure.span)
    if found is None or place is None:
        return diagnosis("in-place-on-leaf")
    storage, free = found.storage, history.freed
    saved = [s.value for node in history.nodes if node.id not in free for s in node.saved if s.value is not None]
    needed = any(history.values[number].storage == storage for number in saved)
    remedy = None if needed else Remedy("no-grad", place)
    name = history.called(found, "this tensor")
    if any(history.values[event.leaf].storage == storage for event in history.all(Accumulate)):
        return diagnosis("leaf-updated", remedy, name=name)._replace(values=(found.id,))
    view = next(iter(history.operands), found)
    if view.tensor != found.tensor and (names := history.names(view)):
        maker = history.maker(view)
        several = maker is not None and _base(maker) == "expand"  # then no_grad() would write over other elements too
        copied = Remedy("clone-before", place, (names[0],)) if several else None
        return diagnosis("in-place-on-leaf-view", copied, name=name, view=names[0])._replace(values=(found.id,))
    added = history.operands[1:]
    if history.failure.call.endswith(_ADDING) and any(value.requires_grad for value in added):
        return diagnosis("in-place-on-leaf-sum", _untracked(history, found), name=name)._replace(values=(found.id,))
    begins = history.failure.call.endswith(_BEGINNING)
    return diagnosis("in-place-on-leaf-named", remedy if begins else None, name=name)._replace(values=(found.id,))


def expanded(history: History) -> Diagnosis:
    """Several elements in one memory: a copy has a place for each."""
    named = [names[0] for value in history.operands[:1] if (names := history.names(value))]
    place = in_program(history.failure.span)
    remedy = None if place is None or not named else Remedy("clone-before", place, (named[0],))
    return diagnosis("in-place-on-expanded", remedy)


def _leaf(history: History) -> Value | None:
    """The leaf in whose memory the operands live."""
    storages = {value.storage for value in history.operands}
    found = (value for value in reversed(history.values) if value.storage in storages)
    return next((value for value in found if value.is_leaf and value.requires_grad), None)


def switched_off(history: History, values: set[int]) -> Switched | None:
    """The last event by which one of these tensors was told to require no gradient."""
    tensors = {history.values[number].tensor for number in values}
    for event in reversed(history.all(Switched)):
        before, after = history.values[event.before], history.values[event.after]
        if after.tensor in tensors and before.requires_grad and not after.requires_grad:
            return event
    return None
