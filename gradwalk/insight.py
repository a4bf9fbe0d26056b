"""What there is to see at a node: the sentence that fits its operation and the numbers that it met."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from gradwalk.chain import MOVES, number_text
from gradwalk.index import Arrival, Index
from gradwalk.notation import call_name, constant_text, function_name, shape_text, short
from gradwalk.recording import Array, Backward, LocalGradient, Number, Operation, Value
from gradwalk.wording import BACKWARD, OPERATIONS, SLOPES

NEARLY_FLAT = 0.01
_STEPS = frozenset(("floor", "ceil", "round", "trunc", "sign", "sgn"))
_PRODUCTS = frozenset(("mm", "mv", "bmm", "addmm", "matmul"))
_CHOICES = frozenset(("select", "slice", "index", "gather", "masked_select", "index_select", "diagonal", "narrow"))


_MIXES = MOVES | _PRODUCTS | _CHOICES | {"_softmax", "_log_softmax", "cumsum", "cumprod", "flip", "roll"}


def elementwise(operation: Operation) -> bool:
    """Whether each element of the result comes from the same element of the operands."""
    return call_name(operation) not in _MIXES


def gist(array: Array | Value) -> str:
    """An array in a sentence: its number, its few numbers, or its shape."""
    text = number_text(array.shape, array.numbers)
    return text if text is not None else f"{shape_text(array.shape)} numbers"


class Slope(NamedTuple):
    """The local gradient of a scalar operation, and what it is taken of."""

    operation: Operation
    edge: int
    number: float
    operands: Sequence[Value]
    result: str
    operand: str

    def at(self) -> float:
        numbers = self.operands[self.edge].numbers
        return float(numbers[0]) if numbers else math.nan

    def constant(self, name: str) -> bool:
        return any(constant.name == name for constant in self.operation.constants)


def slope(index: Index, operation: Operation, event: LocalGradient) -> str:
    """One sentence on why a scalar's local gradient is what it is; an empty text where there is nothing to add."""
    if event.rows * event.columns != 1 or event.numbers is None:
        return ""
    edge = operation.edges[event.edge]
    seen = Slope(
        operation,
        event.edge,
        float(event.numbers[0]),
        [index.values[other.value] for other in operation.edges],
        index.shown[operation.results[0]],
        index.shown[edge.value],
    )
    key = _slope_key(call_name(operation), edge.name, seen)
    return SLOPES[key].format(result=seen.result, operand=seen.operand) if key in SLOPES else ""


def _slope_key(kernel: str, argument: str, seen: Slope) -> str:
    at = seen.at()
    if kernel == "mul":
        return "mul constant" if seen.constant("other") else "mul"
    if kernel == "div":
        return "div numerator" if argument == "self" else "div denominator"
    if kernel == "pow":
        return "pow" if argument == "self" and seen.constant("exponent") else ""
    if kernel == "relu":
        return "relu corner" if at == 0 else "relu open" if at > 0 else "relu closed"
    if kernel == "abs":
        return "abs corner" if at == 0 else ""
    if kernel in ("sigmoid", "tanh"):
        return f"{kernel} flat" if abs(seen.number) < NEARLY_FLAT else kernel
    if kernel in ("maximum", "minimum"):
        return {1.0: "winner", 0.0: "loser", 0.5: "tie"}.get(seen.number, "")
    return "step" if kernel in _STEPS else kernel


@dataclass(frozen=True)
class Pass:
    """A node of the backward pass: what arrives at it and what it hands on."""

    index: Index
    call: int
    operation: Operation
    upstream: Array
    arrivals: Sequence[Arrival]

    @property
    def result(self) -> Value:
        return self.index.values[self.operation.results[0]]

    def names(self) -> list[str]:
        return [self.index.shown[arrival.value] for arrival in self.arrivals]

    def scalar(self) -> bool:
        return not self.upstream.shape and all(not arrival.array.shape for arrival in self.arrivals)

    def single(self) -> bool:
        return len(self.arrivals) == 1

    def operand(self, number: int = 0) -> Value:
        return self.index.values[self.arrivals[number].value]

    def local(self, number: int = 0) -> float:
        """The scalar local gradient on the way of one arrival."""
        event = self.index.locals.get((self.call, self.operation.id, self.arrivals[number].edge))
        return float(event.numbers[0]) if event is not None and event.numbers else math.nan

    def diagonal(self) -> bool:
        events = (self.index.locals.get((self.call, self.operation.id, arrival.edge)) for arrival in self.arrivals)
        return all(event is not None and event.form == "diagonal" for event in events)

    def argument(self, number: int = 0) -> str:
        return self.operation.edges[self.arrivals[number].edge].name

    def constant(self, name: str) -> str | None:
        return next((constant_text(c.text) for c in self.operation.constants if c.name == name), None)

    def say(self, key: str, **pieces: str | int) -> str:
        """A sentence about the first arrival; further pieces as given."""
        first = self.arrivals[0]
        known: dict[str, str | int] = {
            "operand": self.index.shown[first.value],
            "result": self.index.shown[self.result.id],
            "contribution": gist(first.array),
            "number": gist(self.operand()),
            "local": short(self.local()),
            "count": math.prod(self.operand().shape),
        }
        return BACKWARD[key].format(**known | pieces)


def passing(index: Index, event: Backward, operation: Operation, upstream: Array, arrivals: Sequence[Arrival]) -> str:
    """What the node does with the gradient that arrives, in one or two sentences."""
    seen = Pass(index, event.call, operation, upstream, arrivals)
    if not arrivals:
        return ""
    if upstream.numbers is not None and not any(upstream.numbers):
        return seen.say("nothing")
    speak = _SPEAKERS.get(call_name(operation), _other)
    return " ".join(filter(None, (speak(seen) or _other(seen), _copies(seen))))


def uses(index: Index, event: Backward, arrivals: Sequence[Arrival]) -> str:
    """What becomes of contributions to values that are used several times."""
    last = {arrival.value: arrival for arrival in arrivals if arrival.uses > 1}
    sentences = []
    for value, arrival in last.items():
        total = index.gradients.get((event.call, value))
        done = arrival.position == arrival.uses and total is not None
        sentences.append(
            BACKWARD["sum of uses" if done else "more to come"].format(
                operand=index.shown[value],
                count=arrival.uses,
                position=arrival.position,
                total=gist(total) if total is not None else "",
            )
        )
    return " ".join(sentences)


def _other(seen: Pass) -> str:
    """Any operation: its slope for scalars, the kind of product for vectors."""
    if seen.scalar():
        return _scaled(seen) if seen.single() else ""
    if seen.diagonal():
        return seen.say("elements")
    return seen.say("row" if math.prod(seen.result.shape) == 1 else "vjp")


def _scaled(seen: Pass) -> str:
    local = seen.local()
    word = called(seen.operation)
    if local == 1:
        return seen.say("unchanged", operation=word)
    if abs(local) >= NEARLY_FLAT:
        return seen.say("scaled", operation=word)
    return seen.say("nearly flat" if local else "flat", operation=word[:1].upper() + word[1:])


def called(operation: Operation) -> str:
    """What the operation is called in a sentence: ``sin``, ``the square``, ``multiplication``."""
    name = call_name(operation)
    squared = name == "pow" and any(c.name == "exponent" and c.text in ("2", "2.0") for c in operation.constants)
    return OPERATIONS.get("square" if squared else name, function_name(name))


def _copies(seen: Pass) -> str:
    """A broadcast operand: as many copies as the result has elements for each of its own."""
    sentences = []
    for number, arrival in enumerate(seen.arrivals):
        here, there = math.prod(seen.operand(number).shape), math.prod(seen.result.shape)
        if call_name(seen.operation) in _BROADCASTING and 0 < here < there:
            sentences.append(
                BACKWARD["copies"].format(
                    operand=seen.index.shown[arrival.value], count=there // here, contribution=gist(arrival.array)
                )
            )
    return " ".join(sentences)


_BROADCASTING = frozenset(("add", "sub", "rsub", "mul", "div", "pow", "maximum", "minimum", "where", "expand", "addmm"))


def _add(seen: Pass) -> str:
    if seen.constant("alpha") not in (None, "1"):
        return ""
    names = seen.names()
    return seen.say("add one") if seen.single() else seen.say("add", operands=f"{names[0]} and {names[1]}")


def _sub(seen: Pass) -> str:
    if seen.constant("alpha") not in (None, "1"):
        return ""
    names = seen.names()
    if not seen.single():
        return seen.say("sub", first=names[0], second=names[1])
    return seen.say("sub one") if seen.argument() == "self" else _turn(seen)


def _turn(seen: Pass) -> str:
    return seen.say("turn" if seen.scalar() else "turn array")


def _mul(seen: Pass) -> str:
    constant = seen.constant("other")
    if constant is not None and seen.single():
        return seen.say("mul constant", constant=constant)
    if not seen.scalar():
        return seen.say("mul array")
    names, gets = seen.names(), [gist(arrival.array) for arrival in seen.arrivals]
    if seen.single():
        edges = seen.operation.edges
        other = edges[1 - seen.arrivals[0].edge].value if len(edges) == 2 else seen.arrivals[0].value
        return seen.say("mul one", other=f"{seen.index.shown[other]} = {gist(seen.index.values[other])}")
    if names[0] == names[1]:
        return seen.say("mul same")
    return seen.say("mul", first=names[0], second=names[1], first_gets=gets[0], second_gets=gets[1])


def _div(seen: Pass) -> str:
    if not seen.scalar() or seen.argument() != "self":
        return ""
    edges = seen.operation.edges
    constant = seen.constant("other")
    denominator = constant or f"{seen.index.shown[edges[1].value]} = {gist(seen.index.values[edges[1].value])}"
    if seen.single():
        return seen.say("div numerator", denominator=denominator)
    names = seen.names()
    key = "div" if seen.local(1) <= 0 else ""
    pieces = {"first": names[0], "second": names[1], "second_gets": gist(seen.arrivals[1].array)}
    return seen.say(key, denominator=denominator, **pieces) if key else ""


def _relu(seen: Pass) -> str:
    numbers = seen.operand().numbers
    if numbers is None:
        return ""
    if not seen.scalar():
        return seen.say("relu array", open=sum(number > 0 for number in numbers))
    return seen.say(f"relu {_side(numbers[0], 'open', 'closed')}")


def _abs(seen: Pass) -> str:
    numbers = seen.operand().numbers
    return seen.say(f"abs {_side(numbers[0], 'positive', 'negative')}") if seen.scalar() and numbers else ""


def _side(number: Number, above: str, below: str) -> str:
    return "corner" if number == 0 else above if number > 0 else below


def _extreme(seen: Pass) -> str:
    """max(a, b) and min(a, b): the one that was taken gets everything."""
    if len(seen.operation.edges) != 2:
        return _largest(seen)
    if not seen.scalar():
        return seen.say("max array")
    names = seen.names()
    local = seen.local()
    if not seen.single():
        if local == 0.5:
            return seen.say("tie", first=names[0], second=names[1])
        winner, loser = names if local == 1 else names[::-1]
        return seen.say("winner", winner=winner, loser=loser)
    if local == 0.5:
        return seen.say("tie one")
    return seen.say("winner one", winner=names[0]) if local == 1 else seen.say("loser one", loser=names[0])


def _largest(seen: Pass) -> str:
    """The maximum or minimum of all elements of one tensor."""
    numbers = seen.operand().numbers
    if numbers is None or seen.upstream.shape or not seen.operand().shape:
        return ""
    taken = seen.result.numbers[0] if seen.result.numbers else math.nan
    places = [place for place, number in enumerate(numbers) if number == taken]
    if len(places) > 1 and "dim" not in seen.operation.kernel:
        return seen.say("max tie", ties=len(places))
    return seen.say("max", place=places[0]) if len(places) == 1 else ""


def _where(seen: Pass) -> str:
    if not seen.scalar():
        return seen.say("where array")
    words = ((seen.say("chosen", operand=name), seen.say("not chosen", operand=name)) for name in seen.names())
    return " ".join(pair[seen.local(number) != 1] for number, pair in enumerate(words))


def _mean(seen: Pass) -> str:
    count = math.prod(seen.operand().shape) // max(1, math.prod(seen.result.shape))
    return seen.say("mean", count=count) if count > 1 else ""


def _sum(seen: Pass) -> str:
    return seen.say("sum") if math.prod(seen.operand().shape) > 1 else ""


def _softmax(seen: Pass) -> str:
    return seen.say("softmax") if math.prod(seen.operand().shape) > 1 else ""


def _dot(seen: Pass) -> str:
    return seen.say("dot", upstream=gist(seen.upstream)) if not seen.single() else ""


def _product(seen: Pass) -> str:
    return seen.say("matrix one" if seen.single() else "matrix")


def _clamp(seen: Pass) -> str:
    return seen.say("inside" if seen.local() == 1 else "outside") if seen.scalar() and seen.single() else ""


def _simple(key: str, scalar: bool = False) -> Callable[[Pass], str]:
    return lambda seen: seen.say(key) if not scalar or seen.scalar() else ""


_SPEAKERS: dict[str, Callable[[Pass], str]] = {
    "add": _add,
    "sub": _sub,
    "rsub": _turn,
    "neg": _turn,
    "mul": _mul,
    "div": _div,
    "exp": _simple("exp", scalar=True),
    "log": _simple("log", scalar=True),
    "relu": _relu,
    "abs": _abs,
    "maximum": _extreme,
    "minimum": _extreme,
    "max": _extreme,
    "min": _extreme,
    "where": _where,
    "mean": _mean,
    "sum": _sum,
    "dot": _dot,
    "clamp": _clamp,
    "_softmax": _softmax,
    "clone": _simple("hands on"),
    "_to_copy": _simple("hands on"),
    **dict.fromkeys(_PRODUCTS, _product),
    **dict.fromkeys(MOVES, _simple("moves")),
    **dict.fromkeys(_CHOICES, _simple("select")),
}
