"""What is said in the density Learn, where PyTorch's own affairs are left out: what a gradient means, in numbers."""

from __future__ import annotations

import math

from gradwalk.analysis.index import Index
from gradwalk.explain.account import joined, listed
from gradwalk.explain.kinks import at_corner
from gradwalk.explain.moving import MOST, arrivals, is_slope, promises, slope_of
from gradwalk.explain.nonfinite import forward_reason, odd
from gradwalk.explain.wording import LEARN
from gradwalk.formula.backward import seed_name
from gradwalk.notation import base_name, pretty, short
from gradwalk.recording import Accumulate, LocalGradient


def question(index: Index) -> str:
    """What the first pass answers; empty where it answers nothing. Of many variables only the first one is named."""
    call = next(iter(index.calls), None)
    made = sorted({event.leaf for event in index.accumulated if event.call == call})
    leaves = list(dict.fromkeys(index.shown[leaf] for leaf in made))
    if call is None or not leaves or leaves == [index.shown[index.calls[call].root]]:
        return ""
    key = "question all" if len(leaves) > MOST else "question" if len(leaves) == 1 else "question many"
    named = leaves[:1] if key == "question all" else leaves
    return LEARN[key].format(target=_asked_of(index, call), leaf=listed(named), others=len(leaves) - 1)


def _asked_of(index: Index, call: int) -> str:
    """What a pass differentiates. A name that the program does not have is said with what it stands for."""
    event, target = index.calls[call], pretty(index.target(call))
    if event.more or not index.weighed(call):
        return target
    ones = event.seed.numbers is not None and set(event.seed.numbers) == {1.0}
    key = "times" if math.prod(event.seed.shape) == 1 else "sum" if ones else "weighed"
    return LEARN[key].format(target=target, root=index.shown[event.root], v=seed_name(index))


def arrived(index: Index, event: Accumulate) -> str:
    """Of a leaf's gradient; empty where there is nothing else to say than what PyTorch does with it."""
    gradient = slope_of(event)
    if gradient is None or event.before is not None or event.node is None:
        return ""
    leaf, target = index.shown[event.leaf], pretty(index.target(event.call))
    if index.calls[event.call].root == event.leaf or (event.call, event.leaf) in index.altered:
        return ""  # a hook had a say in what came
    if any(call == event.call for call, _ in index.overwritten):
        return ""
    count = len(index.contributions.get((event.call, event.leaf), ()))
    how = "flat" if gradient == 0 else "rises" if gradient > 0 else "falls"
    pieces = {"leaf": leaf, "target": target, "gradient": short(gradient), "size": short(abs(gradient)), "count": count}
    meant = LEARN[how].format(**pieces) if is_slope(index, event.call) else ""
    key = "arrived" if count < 2 else "arrived both" if count == 2 else "arrived several"
    return joined(LEARN[key].format(**pieces), meant)


def meaning(index: Index, call: int) -> str:
    """Of a pass that is done: how far the root moves when a variable moves a little, or why no number says that."""
    return joined(*(promises(index, call) or _without_number(index, call) or _corner(index))) or LEARN["done"]


def _corner(index: Index) -> list[str]:
    """An operation that stands at its corner, and what PyTorch takes for its slope there."""
    operation = at_corner(index)
    if operation is None:
        return []
    return [LEARN["corner"].format(result=index.shown[operation.results[0]], kernel=base_name(operation.kernel))]


def _without_number(index: Index, call: int) -> list[str]:
    """Which gradients are no finite numbers, and where that began."""
    odd_ones = [event for event in arrivals(index, call) if odd(event.added.numbers)]
    root = index.values[index.calls[call].root]
    if not odd_ones and not odd(root.numbers):
        return []
    said = []
    if odd(root.numbers) and root.numbers is not None and len(root.numbers) == 1:
        said.append(LEARN["no value"].format(target=index.shown[root.id], value=short(root.numbers[0])))
    if odd_ones:
        names = [index.shown[event.leaf] for event in odd_ones]
        key = "no slope all" if len(names) > MOST else "no slope" if len(names) == 1 else "no slope many"
        said.append(LEARN[key].format(leaf=listed(names), count=len(names)))
    return [*said, *_began(index)]


def _began(index: Index) -> list[str]:
    """The first operation that made such a number of finite ones, and why; else the first such local gradient."""
    values = index.values
    for operation in index.recording.operations:
        operands = [values[edge.value] for edge in operation.edges]
        result = next((values[number] for number in operation.results if odd(values[number].numbers)), None)
        if result is not None and not any(odd(operand.numbers) for operand in operands):
            why = forward_reason(operation, operands, result, index.shown)
            return [LEARN["began"].format(result=index.shown[result.id]), why]
    for event in index.recording.events:
        if isinstance(event, LocalGradient) and odd(event.numbers):
            result = values[index.operations[event.operation].results[event.result]]
            operand = values[index.operations[event.operation].edges[event.edge].value]
            if not odd(result.numbers) and not odd(operand.numbers):
                names = {"result": index.shown[result.id], "operand": index.shown[operand.id]}
                return [LEARN["began locally"].format(**names)]
    return []
