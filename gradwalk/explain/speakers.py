"""The sentence for each kind of operation on the way back, by what its numbers are like.

Each claims only what holds for the shapes, constants and numbers at hand; where nothing special does, it is empty.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from gradwalk.explain.pass_through import Pass
from gradwalk.explain.pieces import gist, size
from gradwalk.explain.products import dot, product, transpose
from gradwalk.explain.saved import named
from gradwalk.explain.wording import BACKWARD
from gradwalk.formula.contributions import joined_part
from gradwalk.formula.letters import dimensions
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


def _rsub(seen: Pass) -> str:
    """``other − self``, of which mostly ``self`` is a tensor."""
    plain = seen.constant("alpha") in (None, "1") and seen.single() and seen.argument() == "self"
    return _turn(seen) if plain else ""


def _turn(seen: Pass) -> str:
    return seen.say("turn" if seen.scalar() else "turn array")


def _mul(seen: Pass) -> str:
    constant = seen.constant("other")
    if constant is not None and seen.single():
        return seen.say("mul constant", constant=constant)
    if not seen.scalar():
        return seen.say("mul array one" if seen.single() else "mul array")
    names, gets = seen.names(), [gist(arrival.array) for arrival in seen.arrivals]
    if seen.single():
        edges = seen.operation.edges
        other = edges[1 - seen.arrivals[0].edge].value if len(edges) == 2 else seen.arrivals[0].value
        return seen.say("mul one", other=named(seen.index, seen.index.values[other]))
    if names[0] == names[1]:
        return seen.say("mul same")
    return seen.say("mul", first=names[0], second=names[1], first_gets=gets[0], second_gets=gets[1])


def _div(seen: Pass) -> str:
    if not seen.scalar() or seen.argument() != "self" or seen.constant("rounding_mode") not in (None, "None"):
        return ""
    edges = seen.operation.edges
    constant = seen.constant("other")
    denominator = constant or named(seen.index, seen.index.values[edges[1].value])
    if seen.single():
        return seen.say("div numerator", denominator=denominator)
    names = seen.names()
    key = "div" if seen.local(1) < 0 else ""
    pieces = {"first": names[0], "second": names[1], "second_gets": gist(seen.arrivals[1].array)}
    return seen.say(key, denominator=denominator, **pieces) if key else ""


def _relu(seen: Pass) -> str:
    numbers = seen.operand().numbers
    if numbers is None or any(map(math.isnan, numbers)):
        return ""
    if not seen.scalar():
        return seen.say("relu array", open=sum(number > 0 for number in numbers))
    return seen.say(f"relu {_side(numbers[0], 'open', 'closed')}")


def _abs(seen: Pass) -> str:
    numbers = seen.operand().numbers
    if numbers and math.isnan(numbers[0]):
        return ""
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
    if local == 0.5:
        return seen.say("tie one") if seen.single() else seen.say("tie", first=names[0], second=names[1])
    if local not in (0, 1):
        return ""
    if not seen.single():
        winner, loser = names if local == 1 else names[::-1]
        return seen.say("winner", winner=winner, loser=loser)
    return seen.say("winner one", winner=names[0]) if local == 1 else seen.say("loser one", loser=names[0])


def _largest(seen: Pass) -> str:
    """The maximum or minimum of the elements of one tensor, of all of them or of those along a dimension."""
    numbers, taken = seen.operand().numbers, seen.result.numbers
    if numbers is None or taken is None or size(seen.operand()) == 1:
        return ""
    if size(seen.result) > 1:
        slopes = seen.slopes()
        return seen.say("max groups") if slopes is not None and _chosen_once(slopes, size(seen.result)) else ""
    places = [place for place, number in enumerate(numbers) if number == taken[0]]
    if len(places) > 1 and "dim" not in seen.operation.kernel:
        return seen.say("max tie", ties=len(places))
    return seen.say("max", place=places[0]) if len(places) == 1 else ""


def _chosen_once(slopes: tuple[Number, ...], rows: int) -> bool:
    """Whether each row of a Jacobian is 1 at one place and 0 elsewhere."""
    columns = len(slopes) // rows
    lines = [slopes[row * columns : (row + 1) * columns] for row in range(rows)]
    return all(sorted(line)[-1:] == [1] and sum(line) == 1 and min(line) == 0 for line in lines)


def _where(seen: Pass) -> str:
    if not seen.scalar():
        return seen.say("where array")
    words = ((seen.say("chosen", operand=name), seen.say("not chosen", operand=name)) for name in seen.names())
    return " ".join(pair[seen.local(number) != 1] for number, pair in enumerate(words))


def _filled(seen: Pass) -> str:
    return seen.say("filled") if seen.single() and seen.argument() == "self" else ""


def _overwritten(seen: Pass) -> str:
    """``zero_()``, ``fill_()`` and ``copy_()``; of copies that are smaller there is more to say than this."""
    places = {seen.argument(number): number for number in range(len(seen.arrivals))}
    names = seen.names()
    gone = seen.say("overwritten", operand=names[places["self"]]) if "self" in places else ""
    source = next((number for argument, number in places.items() if argument != "self"), None)
    if source is None or seen.operand(source).shape != seen.result.shape:
        return gone
    return " ".join(filter(None, (seen.say("overwritten by", source=names[source]), gone)))


def _mean(seen: Pass) -> str:
    count = size(seen.operand()) // max(1, size(seen.result))
    return seen.say("mean" if size(seen.result) == 1 else "mean groups", count=count) if count > 1 else ""


def _sum(seen: Pass) -> str:
    count = size(seen.operand()) // max(1, size(seen.result))
    return seen.say("sum" if size(seen.result) == 1 else "sum groups", count=count) if count > 1 else ""


def _prod(seen: Pass) -> str:
    return seen.say("prod") if size(seen.operand()) > 1 and size(seen.result) == 1 else ""


def _mixed(key: str) -> Callable[[Pass], str]:
    """What mixes elements along one dimension alone."""

    def speak(seen: Pass) -> str:
        shape = seen.operand().shape
        along = dimensions(seen.constant("dim"), len(shape))
        if along is None or len(along) != 1 or size(seen.operand()) == 1:
            return ""
        return seen.say(key if len(shape) == 1 else f"{key} along", dim=along[0])

    return speak


def _normalized(seen: Pass) -> str:
    """Of a layer norm: how many elements are normalized together."""
    inputs = [number for number in range(len(seen.arrivals)) if seen.argument(number) == "input"]
    shape = seen.operand(inputs[0]).shape if inputs else ()
    together = dimensions(seen.constant("normalized_shape"), 1 << 30)
    if not inputs or together is None or shape[len(shape) - len(together) :] != together:
        return ""
    count = math.prod(together)
    name = seen.names()[inputs[0]]
    return seen.say("normalized", operand=name, count=count) if count > 1 else ""


def _clamp(seen: Pass) -> str:
    if not seen.scalar() or not seen.single() or seen.local() not in (0, 1):
        return ""
    return seen.say("inside" if seen.local() == 1 else "outside")


def _expand(seen: Pass) -> str:
    """Where something was copied, that is told of copies; else it was a new shape alone."""
    return seen.say("copied") if size(seen.operand()) < size(seen.result) else seen.say("moves")


def _join(seen: Pass) -> str:
    known = all(joined_part(seen.index, seen.operation, arrival.edge) for arrival in seen.arrivals)
    return seen.say("part" if seen.single() else "parts") if known else ""


def _taken(seen: Pass) -> str:
    """What looks elements up may take one twice, but for rows that are told to keep still."""
    still = seen.constant("padding_idx") not in (None, "−1") or seen.constant("scale_grad_by_freq") == "True"
    return "" if still or not seen.single() else seen.say("taken")


def _simple(key: str, scalar: bool = False) -> Callable[[Pass], str]:
    return lambda seen: seen.say(key) if not scalar or seen.scalar() else ""


SPEAKERS: dict[str, Callable[[Pass], str]] = {
    "add": _add,
    "sub": _sub,
    "rsub": _rsub,
    "turn": _turn,
    "mul": _mul,
    "div": _div,
    "exp": _simple("exp", scalar=True),
    "log": _simple("log", scalar=True),
    "relu": _relu,
    "abs": _abs,
    "extreme": _extreme,
    "where": _where,
    "filled": _filled,
    "overwritten": _overwritten,
    "mean": _mean,
    "sum": _sum,
    "prod": _prod,
    "dot": dot,
    "clamp": _clamp,
    "softmax": _mixed("softmax"),
    "log_softmax": _mixed("log_softmax"),
    "running": _mixed("running"),
    "normalized": _normalized,
    "hands on": _simple("hands on"),
    "product": product,
    "moves": _simple("moves"),
    "order": transpose,
    "shuffle": _simple("shuffled"),
    "expand": _expand,
    "join": _join,
    "select": _simple("select"),
    "taken": _taken,
}
"""By the kernels' ``told``."""

__all__ = ["BACKWARD", "SPEAKERS"]
