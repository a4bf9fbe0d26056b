"""Whether the formulas of a step hold: their shapes fit, and they give the numbers that the recording holds."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from gradwalk.analysis.index import Index
from gradwalk.formula import name_tree
from gradwalk.formula.backward import seed_name
from gradwalk.notation import is_number_name, kernel_of
from gradwalk.recording import Accumulate, Array, Backward, BackwardCall, Forward, LocalGradient, Operation, Value
from tests.claims.computing import (
    Computer,
    NotKeptError,
    Numbers,
    Quantity,
    ShapeError,
    UnknownError,
    alike,
    bound,
    computed,
    indexed,
    numbered,
    quantity,
    ranges,
)
from tests.claims.steps import Step
from tests.claims.syntax import Expression, Reader, UnreadableError, key_of


class Found(NamedTuple):
    """What became of one line."""

    line: str
    verdict: str
    """``holds``, ``fails`` or ``unread``."""
    why: str


def array(found: Array | Value) -> Numbers:
    if found.numbers is None:
        raise NotKeptError(found.shape)
    return np.array(found.numbers, dtype=np.float64).reshape(found.shape)


class Recorded:
    """What names and derivatives stand for at a step, in the numbers of its recording."""

    def __init__(self, step: Step, *, past: bool = False) -> None:
        self.index: Index = step.index
        self.event = step.event
        self._step = step
        self._past = past
        call = getattr(self.event, "call", None)
        self.call: int | None = call if isinstance(call, int) else None
        self.operation = self._operation()
        operation = self.operation
        near = [] if operation is None else [*(edge.value for edge in operation.edges), *operation.results]
        if past and operation is not None:
            near = [*operation.results, *(edge.value for edge in operation.edges)]
        near += [self.event.leaf] if isinstance(self.event, Accumulate) else []
        near += [self.event.root] if isinstance(self.event, BackwardCall) else []
        self.named: dict[str, int] = {name: value for value, name in sorted(self.index.names.items())}
        for used in self.index.recording.operations:  # rather than a state that nothing has used
            self.named |= {self.index.names[edge.value]: edge.value for edge in used.edges}
        for made in (self.index.values[edge.value].operation for edge in (operation.edges if operation else ())):
            if made is not None:  # of a transposed weight, the state that was transposed
                self.named |= {self.index.names[edge.value]: edge.value for edge in self.index.operations[made].edges}
        self.named |= {self.index.names[value]: value for value in near}

    def _operation(self) -> Operation | None:
        event = self.event
        if isinstance(event, LocalGradient | Forward):
            return self.index.operations[event.operation]
        return self.index.operation_of(event.node) if isinstance(event, Backward) else None

    def reader(self) -> Reader:
        names = {key_of(name_tree(name)): name for name in self.named if not is_number_name(name)}
        if self.call is not None and (target := self.index.target(self.call)) not in self.named:
            names[key_of(name_tree(target))] = target
            names.setdefault(key_of(name_tree(seed_name(self.index))), "seed")
        return Reader(names)

    def value(self, name: str) -> Numbers:
        if name == "seed" and isinstance(self.event, BackwardCall):
            return array(self.event.seed)
        if name not in self.named:
            raise UnknownError(name)
        return array(self.index.values[self.named[name]])

    def before(self) -> Recorded:
        return Recorded(self._step, past=True)

    def grad(self, name: str) -> Numbers:
        event = self.event
        if not isinstance(event, Accumulate) or f"{self.index.shown[event.leaf]}.grad" != name:
            raise UnknownError(name)
        if not self._past:
            return array(event.after)
        return array(event.before) if event.before is not None else np.zeros(event.after.shape)

    def shape(self, name: str) -> tuple[int, ...]:
        if name == "seed" and isinstance(self.event, BackwardCall):
            return self.event.seed.shape
        return self.index.values[self.named[name]].shape if name in self.named else ()

    def local(self, above: Sequence[Any], below: Sequence[Any]) -> LocalGradient | None:
        """The local gradient that ∂above/∂below is; None where it is a gradient of the target."""
        operation, call = self.operation, self.call
        if operation is None or call is None:
            return None
        above_id, below_id = self.named.get(above[0]), self.operand(below[0])
        edges = [number for number, edge in enumerate(operation.edges) if edge.value == below_id]
        if above_id not in operation.results or not edges or (len(edges) > 1 and len(below) < 3):
            return None
        if isinstance(self.event, LocalGradient):
            return self.event
        if above_id != operation.results[0]:
            return next(
                (
                    event
                    for event in self.index.recording.events
                    if isinstance(event, LocalGradient)
                    and (event.call, event.operation, event.edge) == (call, operation.id, edges[0])
                    and operation.results[event.result] == above_id
                ),
                None,
            )
        place = below[2] - 1 if len(below) > 2 else 0
        found = self.index.locals.get((call, operation.id, edges[place]))
        if found is None:  # of a node that could not be asked
            raise NotKeptError("a large Jacobian")
        return found

    def operand(self, name: str) -> int | None:
        """What stands below a ∂: an operand, though a result may have the same name."""
        edges = () if self.operation is None else self.operation.edges
        return next((edge.value for edge in edges if self.index.names[edge.value] == name), self.named.get(name))

    def gradient(self, below: Sequence[Any]) -> Numbers:
        """∂L/∂x, whole."""
        if self.call is None or below[0] not in self.named:
            raise UnknownError(below)
        value = self.operand(below[0])
        assert value is not None
        if isinstance(self.event, BackwardCall) and value == self.event.root:  # before a hook has changed it
            return array(self.event.seed)
        known = self.index.gradients.get((self.call, value))
        if known is None:
            parts = self.index.contributions.get((self.call, value), [])
            if not parts:
                raise UnknownError(below)
            return np.sum([array(part) for part in parts], axis=0)  # type: ignore[no-any-return]
        return array(known)

    def jacobian(self, local: LocalGradient) -> Numbers:
        """Rows for the elements of the result, columns for those of the operand."""
        if local.numbers is None:
            raise NotKeptError("a large Jacobian")
        numbers = np.array(local.numbers, dtype=np.float64)
        return np.diag(numbers) if local.form == "diagonal" else numbers.reshape(local.rows, local.columns)

    def slope(self, above: Sequence[Any], below: Sequence[Any]) -> Quantity:
        local = self.local(above, below)
        if local is None:
            return quantity(self.gradient(below))
        jacobian = self.jacobian(local)
        assert self.operation is not None
        if (local.form == "diagonal" and local.rows > 1) or not local.rows + local.columns:
            shape = self.index.values[self.operation.results[local.result]].shape
            return Quantity(np.diag(jacobian).reshape(shape), "slopes")
        if local.rows == 1:
            return quantity(jacobian.reshape(self.shape(below[0])), "any")
        return quantity(jacobian.reshape(-1) if local.columns == 1 else jacobian)

    def entry(self, above: Sequence[Any], below: Sequence[Any], places: Mapping[str, int]) -> Quantity:
        if not above[1] and 0 < len(below[1]) < len(self.shape(below[0])):
            return quantity(self.gradient(below)[tuple(places[letter] for letter in below[1])])
        column = flat_place(below[1], self.shape(below[0]), places)
        local = self.local(above, below)
        if local is not None:
            row = flat_place(above[1], self.shape(above[0]), places)
            return quantity(self.jacobian(local)[row, column])
        return quantity(self.gradient(below).reshape(-1)[column])


def flat_place(index: str, shape: tuple[int, ...], places: Mapping[str, int]) -> int:
    if len(index) != len(shape) and not (not index and math.prod(shape) == 1):
        raise ShapeError(f"{index} of {shape}")
    place = 0
    for letter, size in zip(index, shape, strict=False):
        place = place * size + (0 if letter == "1" else places[letter])
    return place


def check(step: Step) -> Iterator[Found]:
    """Each line of the step's formula."""
    recorded = Recorded(step)
    reader = recorded.reader()
    before: Quantity | None = None
    for formula in step.account.formula:
        shown = text_of(formula)
        if isinstance(step.event, BackwardCall) and step.event.more:
            yield Found(shown, "elided", "it says what L is")
            continue
        try:
            sides = reader.line(formula)
            with np.errstate(all="ignore"):
                before, why = _line(recorded, step, sides, before)
        except NotKeptError:
            before = None
            yield Found(shown, "unknown", "the recording keeps too few numbers")
        except (UnreadableError, UnknownError) as error:
            before = None
            nothing = "⋯" in shown or shown.startswith("L=") or "[]" in shown
            yield Found(shown, "elided" if nothing else "unread", repr(error))
        except ShapeError as error:
            before = None
            yield Found(shown, "fails", str(error))
        else:
            yield Found(shown, "fails" if why else "holds", why)


def text_of(formula: Any) -> str:
    from tests.claims.syntax import whole

    return _text(whole(formula))


def _text(tree: Any) -> str:
    if isinstance(tree, str):
        return tree
    tag, *children = tree
    parts = [_text(child) for child in children]
    if tag == "mtr":
        return " ".join(parts) + "; "
    joint = {"mfrac": "/", "msup": "^", "msub": "_", "munder": "_"}.get(tag, "")
    return f"√{parts[0]}" if tag == "msqrt" else joint.join(parts)


Sides = Sequence[tuple[str, Expression | None]]


def _line(recorded: Recorded, step: Step, sides: Sides, before: Quantity | None) -> tuple[Quantity | None, str]:
    """What the line's left side is, and why the line does not hold."""
    if any(relation == "in" for relation, _ in sides):
        return None, _size(recorded, sides)
    if sides[0][1] is None:
        return before, _written(recorded, step, [side for _, side in sides[1:] if side is not None], before)
    expressions = [side for _, side in sides if side is not None]
    letters = set(ranges(expressions, recorded)) - bound(expressions)
    if letters and len(expressions) == 1:
        return _gathered(recorded, step, expressions[0], letters)
    if letters:
        return _entries(recorded, expressions, letters)
    return _equal(recorded, step, expressions)


def _size(recorded: Recorded, sides: Sides) -> str:
    left, right = sides[0][1], sides[1][1]
    assert left is not None
    assert right is not None
    local = recorded.local(left[1], left[2])
    texts: list[str] = []
    numbered(right, texts)
    size = [local.rows, local.columns] if local is not None else []
    return "" if [int(text) for text in texts] == size else f"the Jacobian is {size}, not {texts}"


def _written(recorded: Recorded, step: Step, sides: Sequence[Expression], before: Quantity | None) -> str:
    """A line of numbers: its sides are equal, and the last is what the line before spoke of."""
    values: list[tuple[Quantity, float]] = []
    for side in sides:
        texts: list[str] = []
        values.append(computed(numbered(side, texts), texts, recorded))
    *_, (last, tolerance) = values
    tolerance += 2e-6 * max(_largest(value) for value, _ in values)
    tolerance += 1e-6 if len(values) > 1 else 0.0  # what float32 loses on the way
    tolerance += 1e-3 * (_loose(step) > 1) * max(_largest(last), 1.0)
    if step.kind in ("forward", "update"):
        values = [(_squeezed(found), off) for found, off in values]
        last = values[-1][0]
    for value, off in values[:-1]:
        same = value.numbers.shape == last.numbers.shape
        if same and (np.isnan(value.numbers) & ~np.isnan(last.numbers)).any():
            return "0 · inf is said to be a number"
        if why := _alike_written(value, last, off + tolerance):
            return why
    spoken = before if before is not None else _result(recorded, step)
    if spoken is not None and step.kind in ("forward", "update"):
        spoken = _squeezed(spoken)
    return "" if spoken is None else _alike_written(spoken, last, tolerance)


def _result(recorded: Recorded, step: Step) -> Quantity | None:
    if isinstance(step.event, Forward) and recorded.operation is not None:
        return quantity(array(recorded.index.values[recorded.operation.results[0]]))
    return None


def _alike_written(value: Quantity, other: Quantity, tolerance: float) -> str:
    return alike(value, other, tolerance + 1e-5 * max(_largest(value), _largest(other)) + 1e-12)


def _largest(found: Quantity) -> float:
    return float(np.abs(found.numbers[np.isfinite(found.numbers)]).max(initial=0.0))


def _squeezed(found: Quantity) -> Quantity:
    return found if found.kind == "start" else quantity(found.numbers.squeeze(), "any")


def _loose(step: Step) -> float:
    """How much more a step may be off whose numbers have fewer digits than float32."""
    return 30.0 if any(value.dtype in ("float16", "bfloat16") for value in step.index.values.values()) else 1.0


def _equal(recorded: Recorded, step: Step, expressions: Sequence[Expression]) -> tuple[Quantity | None, str]:
    values: list[Quantity] = []
    computer = Computer(recorded)
    for expression in expressions:
        texts: list[str] = []
        prepared = numbered(expression, texts)
        if texts:
            value, off = computed(prepared, texts, recorded)
            computer.largest = max(computer.largest, off * 1e4)
        else:
            value = computer.compute(prepared)
        values.append(value)
    tolerance = 2e-4 * computer.largest * _loose(step)
    if len(values) == 1:
        return values[0], _contribution(recorded, step, values[0], tolerance)
    if step.kind in ("forward", "update"):  # elements are broadcast there: dimensions of one element come and go
        if recorded.operation is not None and kernel_of(recorded.operation).told == "overwritten":
            values = [quantity(np.broadcast_to(found.numbers, values[0].numbers.shape), "any") for found in values]
        values = [_squeezed(found) for found in values]
    whys = (alike(values[0], other, tolerance) for other in values[1:])
    return values[0], next((why for why in whys if why), "")


def _contribution(recorded: Recorded, step: Step, value: Quantity, tolerance: float) -> str:
    """A product without a left side is one of several contributions."""
    if isinstance(step.event, Backward):
        arrivals = recorded.index.arrivals.get((step.event.call, step.event.node), [])
        arrays = [quantity(array(arrival.array)) for arrival in arrivals]
        if value.kind == "row":  # of all elements, where there is no left side to say so
            arrays = [quantity(found.numbers.reshape(-1), "row") for found in arrays]
        whys = [alike(other, value, tolerance) for other in arrays]
        return "" if "" in whys else f"none of the contributions: {whys}"
    raise UnknownError("a product that belongs to nothing")


def _gathered(recorded: Recorded, step: Step, expression: Expression, letters: set[str]) -> tuple[Quantity | None, str]:
    """One of several contributions by its elements, in the order of the operand's letters, which stand last."""
    sizes = ranges(expression, recorded)
    order = next((index for _, index in reversed([*indexed(expression)]) if set(index) == letters), sorted(letters))
    texts: list[str] = []
    prepared = numbered(expression, texts)
    computer = Computer(recorded, [float(text.replace("−", "-")) for text in texts])
    places = itertools.product(*(range(sizes[letter]) for letter in order))
    numbers = [computer.compute(prepared, dict(zip(order, place, strict=True))).numbers for place in places]
    found = np.array(numbers, dtype=np.float64).reshape([sizes[letter] for letter in order])
    arrivals = recorded.index.arrivals.get((step.event.call, step.event.node), [])
    arrays = [quantity(array(arrival.array)) for arrival in arrivals]
    for other in sorted(arrays, key=lambda other: other.numbers.shape != found.shape):
        if other.numbers.size == found.size:
            shaped = quantity(found.reshape(other.numbers.shape))
            if not alike(other, shaped, 2e-4 * computer.largest):
                return other, ""
    for index in (index for _, index in indexed(expression) if index.replace("1", "") == "".join(order)):
        kept = found.reshape([1 if letter == "1" else sizes[letter] for letter in index])
        for other in arrays:  # the same along a dimension that a sum has left with one element
            if (
                other.numbers.ndim == kept.ndim
                and np.broadcast_shapes(kept.shape, other.numbers.shape) == other.numbers.shape
            ):
                spread = quantity(np.broadcast_to(kept, other.numbers.shape))
                if not alike(other, spread, 2e-4 * computer.largest):
                    return other, ""
    return None, f"none of the contributions is {found}"


def _entries(recorded: Recorded, expressions: Sequence[Expression], letters: set[str]) -> tuple[Quantity | None, str]:
    """A line for each entry; the entries of a Jacobian that it does not speak of are 0."""
    sizes = ranges(expressions, recorded)
    left = expressions[0]
    local = recorded.local(left[1], left[2]) if left[0] == "slope" else None
    spoken: set[tuple[int, int]] = set()
    order = sorted(letters)
    texts: list[str] = []
    prepared = [numbered(expression, texts) for expression in expressions]
    literals = [0.0 if text in ("inf", "nan") else float(text.replace("−", "-")) for text in texts]
    for numbers in itertools.product(*(range(sizes[letter]) for letter in order)):
        places = dict(zip(order, numbers, strict=True))
        computer = Computer(recorded, literals)
        values = [computer.compute(expression, places) for expression in prepared]
        for other in values[1:]:
            if why := alike(values[0], other, 2e-4 * computer.largest):
                return None, f"at {places}: {why}"
        if local is not None:
            spoken.add(
                (
                    flat_place(left[1][1], recorded.shape(left[1][0]), places),
                    flat_place(left[2][1], recorded.shape(left[2][0]), places),
                )
            )
    if local is not None:
        jacobian = recorded.jacobian(local)
        rest = [place for place in np.argwhere(np.abs(jacobian) > 1e-6).tolist() if tuple(place) not in spoken]
        if rest:
            return None, f"{jacobian[tuple(rest[0])]} stands at {rest[0]}, of which the line does not speak"
        return recorded.slope(*((side[0], "", *side[2:]) for side in left[1:])), ""
    return (recorded.slope((left[1][0], ""), (left[2][0], "")) if left[0] == "slope" else None), ""


__all__ = ["Accumulate", "BackwardCall", "Found", "Recorded", "check", "text_of"]
