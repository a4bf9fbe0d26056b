"""What a node does with the gradient that arrives."""

from __future__ import annotations

from collections.abc import Sequence

from gradwalk.analysis.index import Index
from gradwalk.analysis.lookups import Arrival
from gradwalk.explain.account import listed
from gradwalk.explain.pass_through import Pass
from gradwalk.explain.pieces import NEARLY_FLAT, called, gist, jumps, size
from gradwalk.explain.speakers import SPEAKERS
from gradwalk.explain.wording import BACKWARD
from gradwalk.formula.letters import broadcast
from gradwalk.notation import Form, call_name, kernel_of
from gradwalk.recording import Array, Backward, Operation

HANDING_ON = frozenset(
    [*"where filled overwritten select taken join extreme relu moves order shuffle expand".split(), "hands on"]
)
"""How kernels are told that only choose, move and copy: what is said of them holds of inf and nan too."""
_MOST_RESULTS = 4


def passing(index: Index, event: Backward, operation: Operation, upstream: Array, arrivals: Sequence[Arrival]) -> str:
    """What the node does with the gradient that arrives, in one or two sentences."""
    seen = Pass(index, event.call, operation, upstream, arrivals)
    if not arrivals:
        return ""
    if upstream.numbers is not None and not any(upstream.numbers):
        return seen.say("nothing" if upstream.numbers else "nothing there")
    if len(arrivals) > 1 and len(set(seen.names())) == 1 and call_name(operation) != "mul":
        return seen.say("places", count=len(arrivals))
    if operation.edges[-1].name == "base":
        view, base = index.shown[operation.edges[0].value], index.shown[operation.edges[-1].value]
        reached = any(arrival.edge == len(operation.edges) - 1 for arrival in arrivals)
        return seen.say("through a view", view=view, base=base) if reached else ""
    speak = SPEAKERS.get(kernel_of(operation).told, other)
    return " ".join(filter(None, (speak(seen) or other(seen), _copies(seen))))


def from_results(index: Index, event: Backward, operation: Operation, arrivals: Sequence[Arrival]) -> str:
    """Where gradients arrive at other results than the first alone, as of a split."""
    arriving = index.arriving(event)
    if arriving == operation.results[:1] or not arrivals or index.own(operation):
        return ""
    results = listed([index.shown[value] for value in arriving[:_MOST_RESULTS]])
    if len(arriving) > _MOST_RESULTS:
        results = f"{results} and {len(arriving) - _MOST_RESULTS} others"
    key = "results" if len(arriving) > 1 else "one result"
    operands = list(dict.fromkeys(index.shown[arrival.value] for arrival in arrivals))
    if kernel_of(operation).form is Form.CHOICE and len(arrivals) == 1:
        key += " back"
    return BACKWARD[key].format(results=results, operand=listed(operands))


def uses(index: Index, event: Backward, arrivals: Sequence[Arrival]) -> str:
    """What becomes of contributions to values that are used several times."""
    last = {arrival.value: arrival for arrival in arrivals if arrival.uses > 1}
    sentences = []
    for value, arrival in last.items():
        total = index.gradients.get((event.call, value))
        done = arrival.position == arrival.uses and total is not None and index.adds_up(event.call, value)
        if not done and arrival.position == arrival.uses:
            continue
        sentences.append(
            BACKWARD["sum of uses" if done else "more to come"].format(
                operand=index.shown[value],
                count=arrival.uses,
                position=arrival.position,
                total=gist(total) if total is not None else "",
            )
        )
    return " ".join(sentences)


def other(seen: Pass) -> str:
    """Any operation: its slope for scalars, the kind of product for vectors."""
    if seen.scalar():
        return _scaled(seen) if seen.single() else ""
    if seen.diagonal() or (kernel_of(seen.operation).form is Form.ELEMENTWISE and _broadcasts(seen)):
        return seen.say("elements")
    operands = listed(list(dict.fromkeys(seen.names())))
    return seen.say("row" if size(seen.result) == 1 else "vjp", operand=operands)


def _broadcasts(seen: Pass) -> bool:
    return all(broadcast(seen.result.shape, seen.operand(number).shape) for number in range(len(seen.arrivals)))


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
    if local != local:
        return ""
    return seen.say("nearly flat" if local else "flat", operation=capital)


def _copies(seen: Pass) -> str:
    """A broadcast operand: as many copies as the result has elements for each of its own."""
    if kernel_of(seen.operation).form not in (Form.ELEMENTWISE, Form.EXPAND):
        return ""
    sentences = []
    for number, arrival in enumerate(seen.arrivals):
        operand, result = seen.operand(number), seen.result
        here, there = size(operand), size(result)
        if broadcast(result.shape, operand.shape) is None or not 0 < here < there:
            continue
        rows = len(result.shape) == 2 and operand.shape in ((result.shape[1],), (1, result.shape[1]))
        key = "copies" if here == 1 else "copies rows" if rows else "copies each"
        name = seen.index.shown[arrival.value]
        sentences.append(BACKWARD[key].format(operand=name, count=there // here, contribution=gist(arrival.array)))
    return " ".join(sentences)
