"""A root without a graph: the place at which the way from it back to the leaves is cut, or that there never was one."""

from __future__ import annotations

from gradwalk.failures.changed import switched_off
from gradwalk.failures.diagnosis import Diagnosis, Remedy, diagnosis
from gradwalk.failures.history import History, Past, in_program
from gradwalk.recording import Forward, Operation, Result, Switched, Taken, Value

_DRAWS = ("normal", "uniform", "exponential", "bernoulli", "multinomial", "poisson", "rand", "log_normal", "cauchy",
          "geometric", "binomial", "_sample_dirichlet", "_standard_gamma")  # fmt: skip
_OF_SHAPE = ("_like", "new_zeros", "new_ones", "new_full", "new_empty", "size", "empty")
"""Kernels that look at the shape of a tensor and not at its numbers."""
_WHOLE = ("int", "uint", "bool")


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
    if operation.mode and kernel.startswith(_DRAWS):
        remedy = None if place is None else Remedy("rsample", place)
        return diagnosis("cut-by-draw", remedy, ran, name=name, line=line)
    if kernel == "detach":
        return diagnosis("cut-by-detach", None, ran, line=line)
    if value.dtype.startswith(_WHOLE):
        kind = "true or false" if value.dtype == "bool" else "whole numbers"
        return diagnosis("cut-by-integers", None, ran, kernel=kernel.strip("_"), kind=kind, line=line)
    if operation.mode:
        key = "cut-by-inference" if operation.mode == "inference_mode" else "cut-by-no-grad"
        return diagnosis(key, None, ran, name=name, line=line)
    return diagnosis("cut-by-function", None, ran, kernel=kernel.strip("_"), name=name, line=line)


def taken_out(event: Taken) -> Diagnosis:
    """How numbers were taken out of a graph into a new tensor."""
    line = 0 if event.span is None else event.span.line
    if event.by == "data":
        return diagnosis("cut-by-data", None, event, line=line)
    return diagnosis("cut-by-copy", None, event, call="torch.tensor", line=line)


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
            return cut_by(self._history, *max(self._cuts, key=lambda cut: cut[0].id))
        return self._gradient() or self._taken()

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
            return diagnosis("gradient-is-constant", None, call, line=call.span.line)
        place = in_program(call.span)
        once = place is not None and self._history.runs[place] == 1 and call.function == "grad"
        remedy = Remedy("create-graph", place) if place is not None and once else None
        return diagnosis("gradient-without-graph", remedy, call, line=call.span.line)

    def _taken(self) -> Diagnosis | None:
        """A source is made of numbers that were taken out of a graph."""
        for value in self._sources:
            for event in self._history.all(Taken):
                if event.result is not None and self._history.values[event.result].tensor == value.tensor:
                    return taken_out(event)
        return None

    def without_cut(self) -> Diagnosis:
        history, root = self._history, self._called(self._root)
        off = switched_off(history, {value.id for value in self._sources})
        if off is not None:
            name = self._switched(off)
            line = 0 if off.span is None else off.span.line
            return diagnosis("switched-off", None, off, name=name, root=root, line=line)
        if self._sources == [self._root]:
            return self._made()
        floats = sorted((value for value in self._sources if history.names(value) and _is_float(value)), key=_id)
        leaves = list(dict.fromkeys(history.names(value)[0] for value in floats))
        given = (text.rpartition(".") for text in history.facts("attribute"))
        if odd := next(((name, word) for name, _, word in given if name in leaves), None):
            place = in_program(history.failure.span)
            remedy = None if place is None else Remedy("rename-attribute", place, (odd[1], "requires_grad"))
            return diagnosis("odd-attribute", remedy, name=odd[0], attribute=odd[1])
        if not leaves:
            return diagnosis("nothing-requires-grad")
        several = f"{', '.join(leaves[:-1])} and {leaves[-1]}" if len(leaves) > 1 else leaves[0]
        if any(value.requires_grad for value in history.values):
            return diagnosis("never-tracked-here", root=root, leaves=several)
        if len(leaves) > 1:
            return diagnosis("never-tracked", root=root, leaves=several)
        return diagnosis("never-tracked-one", self._track(floats[0]), root=root, leaves=leaves[0])

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
            return diagnosis("nothing-requires-grad")
        return diagnosis("root-is-made", root=self._called(self._root), line=line)

    def _track(self, value: Value) -> Remedy | None:
        statement = self._history.binding(value)
        place = None if statement is None else in_program(statement.span)
        only = all(self._history.names(source) for source in self._sources if _is_float(source))
        return Remedy("track", place) if place is not None and only else None


def _is_float(value: Value) -> bool:
    return value.dtype.startswith(("float", "bfloat"))


def _id(value: Value) -> int:
    return value.id


def _base(operation: Operation) -> str:
    return operation.kernel.partition(".")[0]
