"""What a reader can be asked before a step is shown: a number, a shape or a box, with the numbers of the run around it.

Every part is what PyTorch recorded. Of several numbers the first one is asked. Where the recording does not hold a
product, a sum or a number that is finite, nothing is asked.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from gradwalk.analysis.index import Index
from gradwalk.analysis.lookups import Arrival
from gradwalk.notation import SHOWN_IN_VECTOR, Form, call_text, is_number, kernel_of, pretty, shape_text, short
from gradwalk.recording import Accumulate, Array, Backward, Forward, LocalGradient, Operation, Update, Value

Ask = dict[str, Any]
Part = list[Any]
"""A role, a name, a number and its text."""

DIGITS = 9
"""So many hold each float32."""
MOST_PARTS = 6
_OPERANDS = frozenset(("exponent", "other", "self"))
"""Constants that are operands, such as the 2 of ``x ** 2``."""


def forward(index: Index, event: Forward) -> Ask | None:
    """What comes out of an operation: its number, or its shape where no operand has that."""
    operation = index.operations[event.operation]
    if not operation.results or not operation.edges:
        return None
    result = index.values[operation.results[0]]
    operands = [index.values[edge.value] for edge in operation.edges if edge.name != "base"]
    of = [index.shown[result.id], call_text(operation, index.labels)]
    if math.prod(result.shape) > 1 and all(value.shape != result.shape for value in operands):
        shapes = [["operand", index.shown[value.id], list(value.shape), shape_text(value.shape)] for value in operands]
        return {
            "kind": "shape",
            "of": of,
            "answer": list(result.shape),
            "text": shape_text(result.shape),
            "parts": shapes,
            "how": _kernel(operation),
        }
    if kernel_of(operation).form is not Form.ELEMENTWISE or operation.in_place or not _fit(result, operands):
        return None
    parts = [part for value in operands for part in _part("operand", index.shown[value.id], value)]
    if len(parts) < len(operands):
        return None
    return _ask("value", of, result, [*parts, *_constants(operation)], how=_kernel(operation))


def local(index: Index, event: LocalGradient) -> Ask | None:
    """The local gradient along one edge, where that is one number, or one for each element."""
    operation = index.operations[event.operation]
    result, operand = (index.values[value] for value in (operation.results[0], operation.edges[event.edge].value))
    if not _is_single(event) or event.result or not _is_vector(result):
        return None
    others = [
        part
        for number, edge in enumerate(operation.edges)
        if number != event.edge
        and (other := index.locals.get((event.call, operation.id, number)))
        and _is_single(other)
        for part in _part("other", index.shown[edge.value], other)
    ]
    around = [*_part("operand", index.shown[operand.id], operand), *_part("result", index.shown[result.id], result)]
    of = [index.shown[result.id], index.shown[operand.id]]
    parts = [*around, *others, *_constants(operation)]
    return _ask("local", of, event, parts, how=_kernel(operation), place=index.copies(operation, event.edge))


class Passing:
    """What is asked of the nodes of one backward pass; it has to be told each of them, in the engine's order."""

    def __init__(self, index: Index, call: int) -> None:
        self._index = index
        self._call = call
        self._from: dict[int, list[int]] = {}
        """By value: the nodes from which contributions come, in their order."""
        self._reached: set[int] = set()
        """The nodes that a contribution has come to, and that have not run."""
        for event in index.recording.events:
            if isinstance(event, Backward) and event.call == call:
                for arrival in index.arrivals.get((call, event.node), ()):
                    self._from.setdefault(arrival.value, []).append(event.node)
        self._to_come = {value: list(nodes) for value, nodes in self._from.items()}

    def ask(self, event: Backward) -> Ask | None:
        """The sum, where the last of several contributions arrives; else a product; or which box comes next."""
        arrivals = self._index.arrivals.get((event.call, event.node), [])
        found = [ask for arrival in arrivals if (ask := self._number(event, arrival))]
        found.sort(key=lambda ask: (ask["kind"] != "sum", _only_hands_on(ask)))
        ask = next(iter(found), None)
        if ask is None or (ask["kind"] != "sum" and _only_hands_on(ask)):
            ask = self._next(event) or ask
        self._note(event, arrivals)
        return ask

    def _note(self, event: Backward, arrivals: Sequence[Arrival]) -> None:
        self._reached.discard(event.node)
        for arrival in arrivals:
            self._to_come[arrival.value].remove(event.node)
            made = self._index.values[arrival.value].operation
            node = None if made is None else self._index.operations[made].node
            if node is not None:
                self._reached.add(node)

    def _number(self, event: Backward, arrival: Arrival) -> Ask | None:
        """Upstream times local, where both are one number and that is what arrived."""
        index, operation, upstream = self._index, self._index.operation_of(event.node), event.upstream[0]
        if operation is None or upstream is None:
            return None
        along = index.locals.get((event.call, operation.id, arrival.edge))
        if along is None or not _is_single(along) or math.prod(arrival.array.shape) != math.prod(upstream.shape):
            return None  # where the sizes differ it is a sum over copies
        operand, result = index.shown[arrival.value], index.shown[operation.results[0]]
        parts = [*_part("upstream", result, upstream), *_part("local", operand, along)]
        answer = _first(arrival.array)
        if len(parts) < 2 or answer is None or not _same(parts[0][2] * parts[1][2], answer):
            return None
        of, at = [operand, result, pretty(index.target(event.call))], f"e{operation.id}.{arrival.edge}"
        if arrival.uses > 1 and arrival.position == arrival.uses:
            total = self._total(event, arrival)
            return total and _ask("sum", of, total, [*parts, *self._contributions(arrival.value)], at=at)
        handed = index.arrivals[event.call, event.node]
        others = [each for each in handed if each.edge != arrival.edge]
        more = [part for each in others for part in _part("other", index.shown[each.value], each.array)]
        return _ask("contribution", of, arrival.array, [*parts, *more], at=at)

    def _total(self, event: Backward, arrival: Arrival) -> Array | None:
        """The whole gradient, where it is surely the sum of few contributions: a hook may have changed it."""
        place = (event.call, arrival.value)
        few = arrival.uses <= MOST_PARTS and place not in self._index.hooked and place not in self._index.altered
        return self._index.gradients.get(place) if few and self._index.adds_up(*place) else None

    def _contributions(self, value: int) -> list[Part]:
        arrays = self._index.contributions[self._call, value]
        pairs = zip(self._from[value], arrays, strict=True)
        return [part for node, array in pairs for part in _part("contribution", self._name(node), array)]

    def _next(self, event: Backward) -> Ask | None:
        """Which of the boxes that a gradient has come to is next, and what each of the others still waits for."""
        reached = [(node, made) for node in sorted(self._reached) if (made := self._index.operation_of(node))]
        if not 1 < len(reached) <= MOST_PARTS or event.node not in self._reached:
            return None
        choices = []
        for node, made in reached:
            waits = [before for value in made.results for before in self._to_come.get(value, ())]
            choices.append([f"o{made.id}", self._name(node), self._name(waits[0]) if waits else ""])
        answer = next(box for (node, _), (box, *_) in zip(reached, choices, strict=True) if node == event.node)
        return {"kind": "next", "of": [], "answer": answer, "text": self._name(event.node), "parts": choices}

    def _name(self, node: int) -> str:
        operation = self._index.operation_of(node)
        return self._index.nodes[node].name if operation is None else self._index.shown[operation.results[0]]


def accumulate(index: Index, event: Accumulate) -> Ask | None:
    """What a ``.grad`` holds after it had held something else."""
    before, added = (None if array is None else _first(array) for array in (event.before, event.added))
    after = _first(event.after)
    if not before or added is None or after is None or not _same(before + added, after):
        return None
    parts = [*_part("before", "", event.before), *_part("added", "", event.added)]
    return _ask("grad", [index.shown[event.leaf]], event.after, parts)


def update(index: Index, event: Update) -> Ask | None:
    """A parameter after an optimizer's step that is no more than rate times gradient."""
    before, after = index.values[event.before], index.values[event.after]
    move = index.moves.get(event.after)
    rate = next((float(c.text) for c in event.settings if c.name == "lr" and is_number(c.text)), None)
    if event.optimizer is None or move is None or rate is None:
        return None
    parts = [*_part("before", "", before), *_part("gradient", "", move.grad)]
    new = _first(after)
    if len(parts) < 2 or new is None or not parts[1][2] or not _same(parts[0][2] - rate * parts[1][2], new):
        return None  # momentum and Adam need more than a head
    of = [index.shown[event.after], event.optimizer]
    return _ask("update", of, after, [*parts, ["rate", "", rate, short(rate)]])


def _ask(
    kind: str, of: list[str], holder: Value | Array | LocalGradient, parts: Iterable[Part], **more: Any
) -> Ask | None:
    answer, count = _first(holder), len(holder.numbers or ())
    if answer is None or count > SHOWN_IN_VECTOR or not _is_vector(holder):
        return None
    first = {"first": True} if count > 1 else {}
    return (
        {"kind": kind, "of": of, "answer": _rounded(answer), "text": short(answer), "parts": list(parts)} | first | more
    )


def _part(role: str, name: str, holder: Value | Array | LocalGradient | None) -> list[Part]:
    """In a list, which is empty where there is no number."""
    number = None if holder is None else _first(holder)
    return [] if number is None else [[role, name, _rounded(number), short(number)]]


def _constants(operation: Operation) -> list[Part]:
    """Numbers that the program wrote: the 2 of ``x ** 2``."""
    written = [c for c in operation.constants if c.name in _OPERANDS and is_number(c.text)]
    roles = {"exponent": "exponent"}
    return [[roles.get(c.name, "operand"), "", float(c.text), short(float(c.text))] for c in written]


def _kernel(operation: Operation) -> str:
    """The kernel's name; empty where a factor of its own makes more of it, as ``alpha`` does of ``add``."""
    factors = [c.text for c in operation.constants if c.name in ("alpha", "beta")]
    return kernel_of(operation).name if all(text in ("1", "1.0") for text in factors) else ""


def _fit(result: Value, operands: Sequence[Value]) -> bool:
    """Whether the result's first number hangs on the operands' first numbers alone."""
    return all(value.shape == result.shape or math.prod(value.shape) == 1 for value in operands)


def _first(holder: Value | Array | LocalGradient) -> float | None:
    number = holder.numbers[0] if holder.numbers else None
    return None if number is None or isinstance(number, bool) or not math.isfinite(number) else number


def _is_vector(holder: Value | Array | LocalGradient) -> bool:
    """A number, or numbers in a row, of which the picture shows the first."""
    return isinstance(holder, LocalGradient) or len(holder.shape) < 2 or math.prod(holder.shape) == 1


def _is_single(event: LocalGradient) -> bool:
    """One number, or one for each element."""
    return event.form == "diagonal" or event.rows == event.columns == 1


def _only_hands_on(ask: Ask) -> bool:
    return any(part[0] == "local" and part[2] == 1 for part in ask["parts"])


def _rounded(number: float) -> float:
    return float(f"{number:.{DIGITS}g}")


def _same(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=1e-5, abs_tol=1e-30)
