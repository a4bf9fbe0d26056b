"""The sentence for each operation on the way back, by what its numbers are like."""

from __future__ import annotations

import math
from collections.abc import Callable

from gradwalk.explain.account import listed
from gradwalk.explain.pass_through import Pass
from gradwalk.explain.pieces import gist
from gradwalk.explain.wording import BACKWARD
from gradwalk.formula.contributions import matrix_product
from gradwalk.recording import Number


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
    if seen.single():
        return ""
    upstream = gist(seen.upstream)
    return seen.say("dot") if upstream == "1" else seen.say("dot times", upstream=upstream)


def _product(seen: Pass) -> str:
    """``x gets G wᵀ and w gets xᵀ G``: Goodfellow, Bengio and Courville, Deep Learning, section 6.5.6."""
    names = {edge.name: seen.index.shown[edge.value] for edge in seen.operation.edges}
    parts = []
    for arrival in seen.arrivals:
        product = matrix_product(seen.operation, arrival.edge)
        if product is None:
            return ""
        text = " ".join(part if part == "G" else f"{names[part]}ᵀ" for part in product)
        parts.append(BACKWARD["matrix part"].format(operand=seen.index.shown[arrival.value], product=text))
    return seen.say("matrix", parts=listed(parts))


def _clamp(seen: Pass) -> str:
    return seen.say("inside" if seen.local() == 1 else "outside") if seen.scalar() and seen.single() else ""


def _simple(key: str, scalar: bool = False) -> Callable[[Pass], str]:
    return lambda seen: seen.say(key) if not scalar or seen.scalar() else ""


SPEAKERS: dict[str, Callable[[Pass], str]] = {
    "add": _add,
    "sub": _sub,
    "turn": _turn,
    "mul": _mul,
    "div": _div,
    "exp": _simple("exp", scalar=True),
    "log": _simple("log", scalar=True),
    "relu": _relu,
    "abs": _abs,
    "extreme": _extreme,
    "where": _where,
    "mean": _mean,
    "sum": _sum,
    "dot": _dot,
    "clamp": _clamp,
    "softmax": _softmax,
    "hands on": _simple("hands on"),
    "product": _product,
    "moves": _simple("moves"),
    "select": _simple("select"),
}
