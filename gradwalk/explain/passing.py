"""What a node does with the gradient that arrives."""

from __future__ import annotations

import math
from collections.abc import Sequence

from gradwalk.analysis.index import Arrival, Index
from gradwalk.explain.pass_through import Pass
from gradwalk.explain.pieces import NEARLY_FLAT, called, gist, jumps
from gradwalk.explain.speakers import SPEAKERS
from gradwalk.explain.wording import BACKWARD
from gradwalk.notation import Form, call_name, kernel_of
from gradwalk.recording import Array, Backward, Operation

_BROADCASTING = (Form.ELEMENTWISE, Form.EXPAND)


def passing(index: Index, event: Backward, operation: Operation, upstream: Array, arrivals: Sequence[Arrival]) -> str:
    """What the node does with the gradient that arrives, in one or two sentences."""
    seen = Pass(index, event.call, operation, upstream, arrivals)
    if not arrivals:
        return ""
    if upstream.numbers is not None and not any(upstream.numbers):
        return seen.say("nothing")
    if len(arrivals) > 1 and len(set(seen.names())) == 1 and call_name(operation) != "mul":
        return seen.say("places", count=len(arrivals))
    if operation.edges[-1].name == "base":
        view, base = index.shown[operation.edges[0].value], index.shown[operation.edges[-1].value]
        return seen.say("through a view", view=view, base=base)
    speak = SPEAKERS.get(kernel_of(operation).told, _other)
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
    if seen.diagonal() or _broadcasts(seen):
        return seen.say("elements")
    return seen.say("row" if math.prod(seen.result.shape) == 1 else "vjp")


def _broadcasts(seen: Pass) -> bool:
    return kernel_of(seen.operation).form in _BROADCASTING or call_name(seen.operation) == "addmm"


def _scaled(seen: Pass) -> str:
    local = seen.local()
    word = called(seen.operation)
    capital = word[:1].upper() + word[1:]
    if jumps(kernel_of(seen.operation), seen.operand().numbers):
        return seen.say("jump", operation=capital)
    if local == 1:
        return seen.say("unchanged", operation=word)
    if abs(local) >= NEARLY_FLAT:
        return seen.say("scaled", operation=word)
    return seen.say("nearly flat" if local else "flat", operation=capital)


def _copies(seen: Pass) -> str:
    """A broadcast operand: as many copies as the result has elements for each of its own."""
    sentences = []
    for number, arrival in enumerate(seen.arrivals):
        here, there = math.prod(seen.operand(number).shape), math.prod(seen.result.shape)
        if _broadcasts(seen) and 0 < here < there:
            sentences.append(
                BACKWARD["copies"].format(
                    operand=seen.index.shown[arrival.value], count=there // here, contribution=gist(arrival.array)
                )
            )
    return " ".join(sentences)
