"""What a reader is told about the backward pass: the seed, each node, each .grad, and what is released."""

from __future__ import annotations

import math
from collections.abc import Sequence

from gradwalk.analysis.index import MODULE_HOOKS, Index
from gradwalk.analysis.lookups import Arrival
from gradwalk.analysis.rule import multiplied
from gradwalk.explain import learn as learning
from gradwalk.explain import passing
from gradwalk.explain.account import Account, joined, listed
from gradwalk.explain.multiplying import why
from gradwalk.explain.nonfinite import backward_reason
from gradwalk.explain.pieces import called, gist, overwritten_pieces
from gradwalk.explain.rules import rule_of
from gradwalk.explain.wording import (
    ACCUMULATE,
    BACKWARD,
    FREE,
    LEARN,
    NONFINITE,
    SEED,
    TITLES,
)
from gradwalk.formula import (
    accumulate_lines,
    contribution_lines,
    seed_lines,
)
from gradwalk.formula.arrays import number_text
from gradwalk.formula.backward import seed_name
from gradwalk.notation import kernel_of, pretty, shape_text
from gradwalk.recording import (
    Accumulate,
    Array,
    Backward,
    BackwardCall,
    Failure,
    Forward,
    Free,
    Node,
    Operation,
    Statement,
)


def seed(index: Index, event: BackwardCall) -> Account:
    roots = listed([index.shown[root.root] for root in event.roots])
    count = math.prod(event.seed.shape)
    key = "one"
    if event.more:
        key = "several"
    elif count == 0:
        key = "empty"
    elif any(call == event.call for call, _ in index.overwritten):
        key = "saved changed"
    elif any(call == event.call for call, _ in index.altered):
        key = "altered"
    elif count != 1:
        key = "ones" if event.seed.numbers is not None and set(event.seed.numbers) == {1.0} else "vector"
    elif index.weighed(event.call):
        key = "number"
    pieces = {"root": index.shown[event.root], "roots": roots, "seed": gist(event.seed), "count": str(count)}
    again = _again(index, event)
    pieces |= {"v": seed_name(index), "target": pretty(index.target(event.call))}
    sentence = joined(SEED[key].format(**pieces), SEED[again] if again else "", _asked_for(index, event))
    return Account(TITLES["seed"].format(root=roots), sentence, seed_lines(index, event))


def _asked_for(index: Index, event: BackwardCall) -> str:
    """What the call was told: for which values it works, and what it keeps."""
    inputs = listed([index.shown[value] for value in event.inputs])
    results = SEED["grad"].format(inputs=inputs) if event.function == "grad" else ""
    chosen = SEED["inputs"].format(inputs=inputs) if inputs and not results else ""
    kept = SEED["create"] if event.create_graph else SEED["retain"] if event.retain_graph else ""
    return joined(results, chosen, kept)


def _again(index: Index, event: BackwardCall) -> str:
    """Whether another pass has gone through this graph before, and why it can be walked again; empty where not."""
    walked = index.walked[event.call]
    if not walked or not index.walkable[event.call] or _failed(index, event):
        return ""
    whole = all(root.node in walked for root in event.roots)
    saved = any(saved.value is not None for node in walked for saved in index.nodes[node].saved)
    return ("again" if whole else "again in part") + ("" if saved else " unsaved")


def _failed(index: Index, event: BackwardCall) -> bool:
    """Whether the walk ended in an error, as where something that a node saved was gone."""
    events = index.recording.events
    later = events[events.index(event) + 1 :]
    return any(isinstance(other, Failure) and other.span == event.span for other in later)


def backward(index: Index, event: Backward) -> Account:
    node = index.nodes[event.node]
    operation = index.operation_of(event.node)
    upstream = next((array for array in event.upstream if array is not None), None)
    if operation is None or upstream is None:
        told = _unseen(node, event) if operation is None else _nothing_arrives(node, event)
        return Account(TITLES["node"].format(node=node.name), told)
    arrivals = index.arrivals.get((event.call, event.node), [])
    passed = passing.from_results(index, event, operation, arrivals) or joined(
        _pull(index, event, operation, upstream),
        _own(index, operation, arrivals) or _passed(index, event, operation, upstream),
    )
    sentence = joined(passed, passing.uses(index, event, arrivals))
    lines = [line for arrival in arrivals for line in contribution_lines(index, event, operation, arrival)]
    rule = rule_of(index, node, [(operation, operation.edges[arrival.edge].name) for arrival in arrivals])
    reason = why(index, event)
    learn = joined(_pull(index, event, operation, upstream), reason) if reason else ""
    return Account(TITLES["backward"].format(operation=called(operation)), sentence, tuple(lines), rule, learn)


def _unseen(node: Node, event: Backward) -> str:
    """Of a node that no operation of the program made: what went in and what came out."""
    arriving = [gist(array) for array in event.upstream if array is not None]
    handed = [gist(array) for array in event.contributions if array is not None]
    key = "unseen" if arriving and handed else "unseen in" if arriving else "unseen out" if handed else "unseen none"
    return BACKWARD[key].format(node=node.name, upstream=listed(arriving), contribution=listed(handed))


def _nothing_arrives(node: Node, event: Backward) -> str:
    handed = [gist(array) for array in event.contributions if array is not None]
    key = "nothing arrives out" if handed else "nothing arrives"
    return BACKWARD[key].format(node=node.name, contribution=listed(handed))


def _own(index: Index, operation: Operation, arrivals: Sequence[Arrival]) -> str:
    if not arrivals or not index.own(operation):
        return ""
    first = arrivals[0]
    if len(arrivals) > 1 and operation.kernel != MODULE_HOOKS:
        return BACKWARD["own several"].format(parts=_parts(index, arrivals))
    return BACKWARD["module hooks" if operation.kernel == MODULE_HOOKS else "own"].format(
        operand=index.shown[first.value], contribution=gist(first.array)
    )


def _passed(index: Index, event: Backward, operation: Operation, upstream: Array) -> str:
    """What the node does with what arrives; of inf and nan, why they stay or come."""
    arrivals = index.arrivals.get((event.call, event.node), [])
    if not all(index.by_rule(event.call, operation, arrival) for arrival in arrivals):
        return _changed_after(index, event, operation, arrivals)
    odd = _odd_contribution(index, event, operation, upstream)
    if odd and kernel_of(operation).told not in passing.HANDING_ON:
        return odd
    product = all(_multiplied(index, event, operation, upstream, arrival) for arrival in arrivals)
    return joined(
        odd,
        passing.passing(index, event, operation, upstream, arrivals),
        "" if product or kernel_of(operation).told == "overwritten" else NONFINITE["not multiplied"],
    )


def _changed_after(index: Index, event: Backward, operation: Operation, arrivals: Sequence[Arrival]) -> str:
    parts = _parts(index, arrivals)
    if (found := index.overwritten_of(event.call, operation)) is not None:
        return BACKWARD["saved changed"].format(parts=parts, **overwritten_pieces(index, event.node, found))
    return BACKWARD["changed after"].format(parts=parts)


def _parts(index: Index, arrivals: Sequence[Arrival]) -> str:
    """What each operand gets."""
    part = BACKWARD["changed part"]
    return listed([part.format(operand=index.shown[one.value], contribution=gist(one.array)) for one in arrivals])


def _multiplied(index: Index, event: Backward, operation: Operation, upstream: Array, arrival: Arrival) -> bool:
    local = index.locals.get((event.call, operation.id, arrival.edge))
    if local is None or upstream.numbers is None or arrival.array.numbers is None:
        return True
    return multiplied(upstream.numbers, local, arrival.array.numbers)


def _pull(index: Index, event: Backward, operation: Operation, upstream: Array) -> str:
    if upstream.numbers is not None and not any(upstream.numbers):
        return ""
    if came := index.changed_on_arrival(event):
        result = index.shown[operation.results[0]]
        return BACKWARD["changed before"].format(result=result, before=gist(came), upstream=gist(upstream))
    number = number_text(upstream.shape, upstream.numbers)
    root = index.calls[event.call].root in operation.results
    hooked = any((event.call, value) in index.hooked for value in operation.results)
    altered = not index.altered.isdisjoint((event.call, value) for value in operation.results)
    several = ("pull altered" if altered else "pull shape") + ("" if math.prod(upstream.shape) > 1 else " one")
    return BACKWARD[several if number is None else "pull hooked" if hooked else "pull root" if root else "pull"].format(
        target=pretty(index.target(event.call)),
        result=index.shown[operation.results[0]],
        upstream=number,
        count=math.prod(upstream.shape),
    )


def _odd_contribution(index: Index, event: Backward, operation: Operation, upstream: Array) -> str:
    result = index.values[operation.results[0]]
    valueless = any(map(math.isnan, result.numbers or ()))
    for arrival in index.arrivals.get((event.call, event.node), []):
        local = index.locals.get((event.call, operation.id, arrival.edge))
        reason = backward_reason(upstream, local, arrival.array)
        if reason:
            return NONFINITE["no value"].format(result=index.shown[result.id]) if valueless else reason
    return ""


def accumulate(index: Index, event: Accumulate) -> Account:
    leaf = index.shown[event.leaf]
    numbers = [number_text(a.shape, a.numbers) for a in (event.before or event.added, event.added, event.after)]
    key = ("first" if event.before is None else "adds") + (" shape" if None in numbers else "")
    before, added, after = numbers
    pieces = {"before": before, "added": added, "after": after, "shape": shape_text(event.after.shape)}
    sentence = ACCUMULATE[key].format(leaf=leaf, **pieces)
    first = ACCUMULATE["retained"].format(leaf=leaf) if event.node is None else ""
    root = index.calls[event.call].root == event.leaf and not index.weighed(event.call)
    sentence = joined(
        first, ACCUMULATE["root"] if root and event.node is not None else "", sentence, _untouched(index, event)
    )
    learn = learning.arrived(index, event)
    title = LEARN["gradient of"].format(leaf=leaf) if learn else ""
    return Account(TITLES["accumulate"].format(leaf=leaf), sentence, accumulate_lines(index, event), None, learn, title)


def _untouched(index: Index, event: Accumulate) -> str:
    """After the last one of a call: the leaves of the program, of those that are there, that it does not lead to."""
    if event is not index.last_accumulated[event.call]:
        return ""
    leaves = [index.nodes[node].leaf for node in index.reached(event.call)] + [event.leaf]
    reached = {index.values[leaf].tensor for leaf in leaves if leaf is not None}
    there = _there(index, event)
    missed = {
        value.tensor: index.shown[value.id]
        for value in index.values.values()
        if value.tensor in index.places.leaves and value.names and value.tensor in there - reached
    }
    for value in index.values.values():  # those that are frozen by now get nothing for another reason
        if value.tensor in missed and not value.requires_grad and value.id <= (event.value or 0):
            del missed[value.tensor]
    key = "untouched" if len(missed) == 1 else "untouched many"
    names = list(missed.values())
    return ACCUMULATE[key].format(leaf=names[0], leaves=listed(names)) if names else ""


def _there(index: Index, event: Accumulate) -> set[int]:
    """The leaves that have been spoken of before an event, and none that the program made since."""
    found: set[int] = set()
    for earlier in index.recording.events:
        if earlier is event:
            break
        if isinstance(earlier, Statement):
            bound = [index.values[binding.value] for binding in earlier.bindings if binding.value is not None]
            found |= {value.tensor for value in bound if value.is_leaf and value.requires_grad}
        elif isinstance(earlier, Forward):
            found |= {index.values[edge.value].tensor for edge in index.operations[earlier.operation].edges}
    return found


def free(index: Index, event: Free) -> Account:
    key = "one" if len(event.nodes) == 1 else "many"
    if event.call is None:
        return Account(TITLES["free"], FREE[f"unseen {key}"].format(count=len(event.nodes)))
    learn = learning.meaning(index, event.call)
    title = LEARN["end" if learn == LEARN["done"] else "meaning"]
    return Account(TITLES["free"], FREE[key].format(count=len(event.nodes)), learn=learn, learn_title=title)
