"""What a reader is told about the backward pass: the seed, each node, each .grad, and what is released."""

from __future__ import annotations

import math
from collections.abc import Sequence

from gradwalk.analysis.index import Arrival, Index
from gradwalk.explain import passing
from gradwalk.explain.account import Account, joined, listed
from gradwalk.explain.nonfinite import backward_reason
from gradwalk.explain.pieces import called, gist, own_function
from gradwalk.explain.rules import rule_of
from gradwalk.explain.wording import (
    ACCUMULATE,
    BACKWARD,
    FREE,
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
from gradwalk.notation import pretty, shape_text
from gradwalk.recording import (
    Accumulate,
    Array,
    Backward,
    BackwardCall,
    Free,
    Node,
    Operation,
)


def seed(index: Index, event: BackwardCall) -> Account:
    root = index.shown[event.root]
    key = "one"
    if event.seed.shape and math.prod(event.seed.shape) != 1:
        key = "ones" if event.seed.numbers is not None and set(event.seed.numbers) == {1.0} else "vector"
    elif index.weighed(event.call):
        key = "number"
    pieces = {"root": root, "seed": gist(event.seed), "count": str(math.prod(event.seed.shape))}
    again = _again(index, event)
    sentence = joined(
        SEED[key].format(**pieces), SEED[again] if again else "", SEED["retain"] if event.retain_graph else ""
    )
    return Account(TITLES["seed"].format(root=root), sentence, seed_lines(index, event))


def _again(index: Index, event: BackwardCall) -> str:
    """Whether the graph behind the root was built before this part of the program, and why it is still there."""
    made = index.values[event.root].operation
    if made is None or made in index.ran:
        return ""
    return "again" if any(s.value is not None for node in index.nodes.values() for s in node.saved) else "again unsaved"


def backward(index: Index, event: Backward) -> Account:
    node = index.nodes[event.node]
    operation = index.operation_of(event.node)
    upstream = next((array for array in event.upstream if array is not None), None)
    if operation is None or upstream is None:
        return Account(TITLES["node"].format(node=node.name), BACKWARD["hands on"])
    arrivals = index.arrivals.get((event.call, event.node), [])
    passed = passing.from_results(index, event, operation, arrivals) or joined(
        _pull(index, event, operation, upstream),
        _own(index, node, operation, arrivals)
        or _odd_contribution(index, event, operation, upstream)
        or passing.passing(index, event, operation, upstream, arrivals),
    )
    sentence = joined(passed, passing.uses(index, event, arrivals))
    lines = [line for arrival in arrivals for line in contribution_lines(index, event, operation, arrival)]
    rule = rule_of(index, node, [(operation, operation.edges[arrival.edge].name) for arrival in arrivals])
    return Account(TITLES["backward"].format(operation=called(operation)), sentence, tuple(lines), rule)


def _own(index: Index, node: Node, operation: Operation, arrivals: Sequence[Arrival]) -> str:
    if not arrivals or not own_function(operation, node):
        return ""
    first = arrivals[0]
    return BACKWARD["own"].format(operand=index.shown[first.value], contribution=gist(first.array))


def _pull(index: Index, event: Backward, operation: Operation, upstream: Array) -> str:
    if upstream.numbers is not None and not any(upstream.numbers):
        return ""
    number = number_text(upstream.shape, upstream.numbers)
    root = index.calls[event.call].root in operation.results
    return BACKWARD["pull shape" if number is None else "pull root" if root else "pull"].format(
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
    return Account(TITLES["accumulate"].format(leaf=leaf), sentence, accumulate_lines(index, event))


def _untouched(index: Index, event: Accumulate) -> str:
    """After the last one: the leaves of the program that got nothing."""
    if event is not index.accumulated[-1]:
        return ""
    touched = {index.values[other.leaf].tensor for other in index.accumulated} | index.given.keys()
    names = {v.tensor: index.shown[v.id] for v in index.values.values() if v.tensor in index.places.leaves and v.names}
    missed = [name for tensor, name in names.items() if tensor not in touched]
    key = "untouched" if len(missed) == 1 else "untouched many"
    return ACCUMULATE[key].format(leaf=missed[0], leaves=listed(missed)) if missed else ""


def free(event: Free) -> Account:
    key = "one" if len(event.nodes) == 1 else "many"
    return Account(TITLES["free"], FREE[key].format(count=len(event.nodes)))
