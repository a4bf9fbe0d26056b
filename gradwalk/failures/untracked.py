"""A root without a graph: the place at which the way from it back to the leaves is cut, or that there never was one."""

from __future__ import annotations

from collections.abc import Set

from gradwalk.failures.changed import switched_off
from gradwalk.failures.diagnosis import Diagnosis, Remedy, diagnosis
from gradwalk.failures.history import History, Past, in_program
from gradwalk.failures.learned import in_modules, listed, track, weights
from gradwalk.program import Span
from gradwalk.recording import Event, Forward, Operation, Result, Statement, Switched, Taken, Update, Value

_DRAWS = ("normal", "uniform", "exponential", "bernoulli", "multinomial", "poisson", "rand", "log_normal", "cauchy",
          "geometric", "binomial", "_sample_dirichlet", "_standard_gamma")  # fmt: skip
_OF_SHAPE = ("_like", "new_zeros", "new_ones", "new_full", "new_empty", "size", "empty")
"""Kernels that look at the shape of a tensor and not at its numbers."""
_WHOLE = ("int", "uint", "bool")
_STEPS = {"_to_copy": "The conversion", **dict.fromkeys(("gt", "lt", "ge", "le", "eq", "ne"), "The comparison")}
"""Kernels that are written otherwise than they are called."""


def untracked(history: History) -> Diagnosis:
    """Why the root of a backward pass requires no gradient."""
    root = next((value for value in history.operands if not value.requires_grad), None)
    if root is None:
        return diagnosis("nothing-requires-grad")
    found = _Search(history, root)
    cut = found.cut()
    return (cut or found.without_cut())._replace(values=(root.id,))


def cut_by(past: Past, operation: Operation, value: Value) -> Diagnosis:
    """How an operation with a tracked operand made a value that is not tracked."""
    line = 0 if operation.span is None else operation.span.line
    place, kernel, name = in_program(operation.span), _base(operation), past.called(value, "this result")
    ran = next((event for event in past.all(Forward) if event.operation == operation.id), None)
    if operation.mode and any(
        _base(o).startswith(_DRAWS) for o in past.operations if o.mode and o.span == operation.span
    ):
        remedy = None if place is None else Remedy("rsample", place)
        return diagnosis("cut-by-draw", remedy, ran, name=name, line=line)
    if kernel == "detach":
        remedy = None if place is None else Remedy("keep-attached", place, ("detach",))
        return diagnosis("cut-by-detach", remedy, ran, line=line, name=name)
    if value.dtype.startswith(_WHOLE):
        kind = "true or false" if value.dtype == "bool" else "whole numbers"
        return diagnosis(
            "cut-by-integers", None, ran, kernel=_STEPS.get(kernel, kernel.strip("_")), kind=kind, line=line
        )
    if operation.mode:
        key = "cut-by-inference" if operation.mode == "inference_mode" else "cut-by-no-grad"
        remedy = None if place is None else Remedy("gradients-on", place, (), _updates(past))
        return diagnosis(key, remedy, ran, name=name, line=line)
    return diagnosis("cut-by-function", None, ran, kernel=kernel.strip("_"), name=name, line=line)


def cuts(past: Past, operation: Operation, below: Set[int]) -> bool:
    """Whether no gradient flows through an operation to those of its operands that are among these values."""
    tracked = [edge for edge in operation.edges if edge.value in below and past.values[edge.value].requires_grad]
    return bool(tracked) and all(edge.route is None for edge in tracked)


def cut_between(past: Past, value: Value, root: int) -> Diagnosis | None:
    """What cuts the way from a root back to a tensor that it was computed from; None where nothing known does."""
    below = past.computed_from(value)
    way = below & past.sources([root])
    for event in past.all(Forward):
        operation = past.operations[event.operation]
        if set(operation.results) & way and cuts(past, operation, below):
            return cut_by(past, operation, past.values[operation.results[0]])
    taken = (event for event in past.all(Taken) if event.result in way and set(event.of) & below)
    return next((taken_out(past, event) for event in taken), None)


def _updates(past: Past) -> tuple[Span, ...]:
    """Places that change leaves: those are to stay where gradients are off."""
    leaves = (event for event in past.all(Update) if past.values[event.before].requires_grad)
    return tuple({event.span for event in leaves if event.span is not None and not event.span.file})


def taken_out(past: Past, event: Taken) -> Diagnosis:
    """How numbers were taken out of a graph into a new tensor."""
    line, place = 0 if event.span is None else event.span.line, in_program(event.span)
    if event.by == "data":
        remedy = None if place is None else Remedy("keep-attached", place, ("data",))
        return diagnosis("cut-by-data", remedy, event, line=line)
    result = None if event.result is None else past.values[event.result]
    whole = result is not None and place is not None and joins(past, event.of, result.shape)
    remedy = Remedy("uncopied", place, (str(len(event.of)),)) if whole and place is not None else None
    return diagnosis("cut-by-copy", remedy, event, call="torch.tensor", line=line)


def joins(past: Past, of: tuple[int, ...], shape: tuple[int, ...]) -> bool:
    """Whether a new tensor is one of these values as it is, or a row of them."""
    one = len(of) == 1 and past.values[of[0]].shape == shape
    return one or (shape == (len(of),) and all(not past.values[number].shape for number in of))


class _Search:
    """Walks from a root back over operations without a graph."""

    def __init__(self, history: History, root: Value) -> None:
        self._history, self._root = history, root
        self._sources: list[Value] = []
        self._seen = {root.id}
        self._checkpoint: Operation | None = None
        self._cuts: list[tuple[Operation, Value]] = []
        """Operations with a tracked operand and a result that is not, with that result."""
        self._walk()

    def _walk(self) -> None:
        waiting, seen = [self._root], self._seen
        while waiting:
            value = waiting.pop()
            maker = self._history.maker(value)
            if maker is None or not maker.edges or _base(maker).endswith(_OF_SHAPE):
                self._sources.append(value)
                continue
            if _base(maker) == "CheckpointFunction":
                self._checkpoint = maker
            operands = [self._history.values[edge.value] for edge in maker.edges]
            if any(operand.requires_grad for operand in operands):
                self._cuts.append((maker, value))
                continue
            waiting += [operand for operand in operands if operand.id not in seen]
            seen.update(operand.id for operand in operands)

    def _called(self, value: Value) -> str:
        return self._history.called(value, "this result")

    def cut(self) -> Diagnosis | None:
        """The newest of the places at which a tracked value's way ends."""
        if self._checkpoint is not None:
            span = self._checkpoint.span
            return diagnosis("checkpoint-untracked", line=0 if span is None else span.line)
        if self._cuts:
            return self._cut(*max(self._cuts, key=lambda cut: cut[0].id))
        return self._gradient() or self._taken()

    def _cut(self, operation: Operation, value: Value) -> Diagnosis:
        """torch.tensor(t) detaches t before it copies the numbers."""
        copies = (event for event in self._history.all(Taken) if event.by == "tensor" and event.span == operation.span)
        copy = next(copies, None)
        return cut_by(self._history, operation, value) if copy is None else taken_out(self._history, copy)

    def _gradient(self) -> Diagnosis | None:
        """The root is made from a gradient that has no graph."""
        calls = self._history.calls
        given = [calls.get(event.call) for event in self._history.all(Result) if event.value in self._seen]
        if any(value.grad_of is not None for value in self._sources):
            given += [call for call in calls.values() if call.function == "backward"]
        call = next((call for call in reversed(given) if call is not None), None)
        if call is None or call.span is None:
            return None
        if call.create_graph:
            own = any(o.kernel[:1].isupper() for o in self._history.made_by(self._history.reached(call)))
            return diagnosis("gradient-is-constant" if own else "gradient-is-plain", None, call, line=call.span.line)
        place = in_program(call.span)
        once = place is not None and self._history.runs[place] == 1 and call.function == "grad"
        remedy = Remedy("create-graph", place) if place is not None and once else None
        if call.function == "backward":
            return diagnosis("gradient-of-backward", None, call, line=call.span.line)
        return diagnosis("gradient-without-graph", remedy, call, line=call.span.line)

    def _taken(self) -> Diagnosis | None:
        """A source is made of numbers that were taken out of a graph."""
        for value in self._sources:
            for event in self._history.all(Taken):
                if event.result is not None and self._history.values[event.result].tensor == value.tensor:
                    return taken_out(self._history, event)
        return next((found for value in self._sources if (found := by_numbers(self._history, value))), None)

    def without_cut(self) -> Diagnosis:
        history, root = self._history, self._called(self._root)
        off = switched_off(history, {value.id for value in self._sources})
        if off is not None:
            name = self._switched(off)
            line, place = 0 if off.span is None else off.span.line, in_program(off.span)
            remedy = Remedy("drop-line", place) if off.by == "detach_" and place is not None else None
            return diagnosis("switched-off", remedy, off, name=name, root=root, line=line)
        if self._sources == [self._root]:
            return self._made()
        floats = sorted((value for value in self._sources if history.names(value) and _is_float(value)), key=_id)
        leaves = list(dict.fromkeys(map(self._called, floats)))
        variables = {name for value in floats for name in history.names(value)}
        given = (text.rpartition(".") for text in history.facts("attribute"))
        if odd := next(((name, word) for name, _, word in given if name in variables), None):
            place = in_program(history.failure.span)
            remedy = None if place is None else Remedy("rename-attribute", place, (odd[1], "requires_grad"))
            return diagnosis("odd-attribute", remedy, name=odd[0], attribute=odd[1])
        if not leaves or any(_left(history, event) for event in history.events):
            return self._perhaps()
        several = listed(leaves)
        if late := self._too_late(floats):
            return diagnosis("tracked-too-late", None, late, root=root, leaves=several, line=_line(late))
        if any(value.requires_grad for value in history.values):
            return diagnosis("never-tracked-here", root=root, leaves=several)
        if held := in_modules(history, floats):
            names = list(map(self._called, held))
            are = "are plain tensors" if len(held) > 1 else "is a plain tensor"
            return diagnosis("never-tracked-module", root=root, leaves=several, held=listed(names), are_plain=are)
        if len(leaves) > 1:
            learned = weights(history, floats)
            if not learned:
                return diagnosis("never-tracked", root=root, leaves=several)
            names = list(map(self._called, learned))
            text, made = listed(names), "are made" if len(names) > 1 else "is made"
            remedy = track(history, learned)
            return diagnosis("never-tracked-weights", remedy, root=root, leaves=several, weights=text, is_made=made)
        return diagnosis("never-tracked-one", self._track(floats[0]), root=root, leaves=leaves[0])

    def _too_late(self, floats: list[Value]) -> Switched | None:
        """Where one of these leaves was told to require a gradient, after what was computed from it."""
        tensors, values = {value.tensor for value in floats}, self._history.values
        found = [event for event in self._history.all(Switched) if values[event.after].tensor in tensors]
        return next((event for event in found if values[event.after].requires_grad), None)

    def _perhaps(self) -> Diagnosis:
        """Nothing leads here; earlier, numbers of a tensor left the graph, and these may come from them."""
        history = self._history
        found = next((cut for event in reversed(history.events) if (cut := _left(history, event)) is not None), None)
        if found is None:
            return diagnosis("nothing-requires-grad")
        by, of, line = found
        return diagnosis("perhaps-by-numbers", root=self._called(self._root), of=of, line=line, by=by)

    def _switched(self, last: Switched) -> str:
        """The leaf that was switched off last, and how many others."""
        tensors = {value.tensor for value in self._sources}
        switched = {self._history.values[event.after].tensor for event in self._history.all(Switched)}
        name, others = self._history.called(self._history.values[last.after], "a leaf"), len(tensors & switched) - 1
        return f"{name} (and {others} more)" if others > 0 else name

    def _made(self) -> Diagnosis:
        """The root itself is a leaf."""
        line = self._history.line(self._root)
        if line is None:
            return self._perhaps()
        return diagnosis("root-is-made", root=self._called(self._root), line=line)

    def _track(self, value: Value) -> Remedy | None:
        only = all(self._history.names(source) for source in self._sources if _is_float(source))
        return track(self._history, [value]) if only else None


OUT = {"item": ".item() or float()", "tolist": ".tolist()", "numpy": ".numpy()"}
"""How numbers leave a graph, as it is written."""


def _left(history: History, event: Event) -> tuple[str, str, int] | None:
    """How an event takes a tensor out of its graph, which, and in which line."""
    if event.span is None or event.span.file:
        return None
    if isinstance(event, Taken) and event.by in OUT:
        return OUT[event.by], history.called(history.values[event.of[0]], "a tensor"), event.span.line
    if not isinstance(event, Forward) or _base(operation := history.operations[event.operation]) != "detach":
        return None
    of = history.values[operation.edges[0].value]
    return (".detach()", history.called(of, "a tensor"), event.span.line) if of.requires_grad else None


def by_numbers(history: History, source: Value) -> Diagnosis | None:
    """A tensor that was made of just the numbers that had been taken out of a graph."""
    made = next((e for e in history.events if isinstance(e, Statement) and _binds(history, e, source)), None)
    first = next((e for e in history.all(Forward) if source.id in _operands(history, e)), made)
    before = history.events if first is None else history.events[: history.events.index(first)]
    taken = [event for event in before if isinstance(event, Taken) and event.by in OUT]
    numbers = [number for event in taken for number in history.values[event.of[0]].numbers or ()]
    if not source.numbers or not set(source.numbers) <= set(numbers):
        return None
    mine = [e for e in taken if set(history.values[e.of[0]].numbers or ()) & set(source.numbers)]
    last, of = mine[-1], tuple(event.of[0] for event in mine)
    line, name = 0 if last.span is None else last.span.line, history.called(history.values[last.of[0]], "a tensor")
    given = {"line": line, "of": name, "by": OUT[last.by], "name": history.called(source, "a new tensor")}
    return diagnosis("cut-by-number", _through(history, source, last, of, first), last, **given)


def _binds(history: History, event: Statement, value: Value) -> bool:
    bound = (history.values[one.value] for one in event.bindings if one.value is not None)
    return any(one.tensor == value.tensor for one in bound)


def _operands(history: History, event: Forward) -> list[int]:
    return [edge.value for edge in history.operations[event.operation].edges]


def _through(
    history: History, source: Value, last: Taken, of: tuple[int, ...], first: Statement | Forward | None
) -> Remedy | None:
    """Without the call that took the numbers out, and without the torch.tensor() that made a tensor of them."""
    place, made = in_program(last.span), None if first is None else in_program(first.span)
    if place is None or made is None or last.by != "item" or not joins(history, of, source.shape):
        return None
    return Remedy("uncopied", made, (str(len(of)),), (place,))


def _is_float(value: Value) -> bool:
    return value.dtype.startswith(("float", "bfloat"))


def _line(event: Event) -> int:
    return 0 if event.span is None else event.span.line


def _id(value: Value) -> int:
    return value.id


def _base(operation: Operation) -> str:
    return operation.kernel.partition(".")[0]
