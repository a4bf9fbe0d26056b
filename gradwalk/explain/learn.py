"""What is said in the density Learn, where PyTorch's own affairs are left out: what a gradient means, in numbers."""

from __future__ import annotations

import math

from gradwalk.analysis.index import Index
from gradwalk.explain.account import joined, listed
from gradwalk.explain.kinks import KINKED, clear, off_corner
from gradwalk.explain.nonfinite import forward_reason, odd
from gradwalk.explain.wording import LEARN
from gradwalk.formula.backward import seed_name
from gradwalk.notation import base_name, pretty, short
from gradwalk.recording import Accumulate, LocalGradient, Taken
from gradwalk.recording.curve import NUDGE, Curve

_FASTER = 1.001
"""Of two slopes: closer ones may differ by no more than rounding."""
MOST = 3
"""Variables that are spoken of one by one."""


_SMOOTH = frozenset(
    "add sub rsub mul div neg reciprocal square pow sin cos tan tanh exp log sqrt sigmoid softplus atan mm mv dot "
    "matmul sum mean mse_loss binary_cross_entropy_with_logits".split()
)
"""Operations that have no corner: a little step goes as their slope says."""


def question(index: Index) -> str:
    """What the first pass answers; empty where it answers nothing, or too much to name."""
    call = next(iter(index.calls), None)
    made = sorted({event.leaf for event in index.accumulated if event.call == call})
    leaves = list(dict.fromkeys(index.shown[leaf] for leaf in made))
    if call is None or not leaves or leaves == [index.shown[index.calls[call].root]]:
        return ""
    key = "question all" if len(leaves) > MOST else "question" if len(leaves) == 1 else "question many"
    return LEARN[key].format(target=_asked_of(index, call), leaf=listed(leaves))


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
    gradient = _slope(event)
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


def is_slope(index: Index, call: int) -> bool:
    """Whether what arrives is surely the slope of the root: no hook, no cut, no corner, and finite."""
    return index.once(("slope", call), lambda: _is_slope(index, call))


def _is_slope(index: Index, call: int) -> bool:
    if any(hooked == call for hooked, _ in index.hooked) or any(isinstance(e, Taken) for e in index.recording.events):
        return False
    if odd(index.values[index.calls[call].root].numbers):
        return False
    for operation in index.operations.values():
        follows = any(index.values[edge.value].requires_grad for edge in operation.edges)
        cut = follows and not operation.in_place and not index.values[operation.results[0]].requires_grad
        kernel = base_name(operation.kernel)
        if cut or (follows and kernel not in _SMOOTH and not (kernel in KINKED and off_corner(index, operation))):
            return False
    return True


def meaning(index: Index, call: int) -> str:
    """Of a pass that is done: how far the root moves when a variable moves a little, or why no number says that."""
    return joined(*(_promises(index, call) or _without_number(index, call))) or LEARN["done"]


def _arrivals(index: Index, call: int) -> list[Accumulate]:
    """What came to the leaves of a pass, in the order in which the program made them."""
    found = (event for event in index.accumulated if event.call == call and event.node is not None)
    return sorted(found, key=lambda event: event.leaf)


def _promises(index: Index, call: int) -> list[str]:
    """How far the root moves with each variable that can be moved by so much without coming to a corner."""
    said = []
    for event in _arrivals(index, call) if is_slope(index, call) else ():
        gradient = _slope(event)
        if gradient is not None and (is_smooth(index) or clear(index, event.leaf, NUDGE)):
            moved = {"leaf": index.shown[event.leaf], "target": pretty(index.target(call)), "nudge": short(NUDGE)}
            said.append(LEARN["move"].format(moved=short(NUDGE * gradient), **moved))
        elif gradient is None and is_smooth(index):
            said += _of_elements(index, event)
    return said if len(said) <= MOST else []


def _of_elements(index: Index, event: Accumulate) -> list[str]:
    """With which element of a leaf the root changes fastest; nothing where two of them are nearly as fast."""
    numbers = event.added.numbers or ()
    if len(numbers) < 2 or len(numbers) != math.prod(event.added.shape) or not all(map(math.isfinite, numbers)):
        return []
    second, fastest = sorted(numbers, key=abs)[-2:]
    pieces = {"leaf": index.shown[event.leaf], "target": pretty(index.target(event.call)), "nudge": short(NUDGE)}
    pieces["moved"] = short(NUDGE * fastest)
    if abs(fastest) > _FASTER * abs(second):
        number, values = numbers.index(fastest), index.values[event.leaf].numbers
        held = f" = {short(values[number])}" if values is not None else ""
        return [LEARN["fastest"].format(place=_place(event.added.shape, number) + held, **pieces)]
    return [LEARN["alike"].format(**pieces)] if fastest and set(numbers) == {fastest} else []


def _place(shape: tuple[int, ...], number: int) -> str:
    """The index of an element, as Python writes it."""
    found: list[int] = []
    for size in reversed(shape):
        number, at = divmod(number, size)
        found.insert(0, at)
    return str(found)


def is_smooth(index: Index) -> bool:
    """Whether no operation of the recording has a corner."""
    operations = index.recording.operations
    return index.once("smooth", lambda: not any(base_name(operation.kernel) in KINKED for operation in operations))


def _without_number(index: Index, call: int) -> list[str]:
    """Which gradients are no finite numbers, and where that began."""
    odd_ones = [event for event in _arrivals(index, call) if odd(event.added.numbers)]
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


def moved(index: Index, call: int, leaf: int, gradient: float, curve: Curve) -> str:
    """How far the root really moved with a leaf, as PyTorch computed it; empty where it has no finite value there.

    Where nothing was promised (``meaning``), what the gradient comes to stands beside it.
    """
    if curve.nudged is None:
        return ""
    place, value = curve.at
    pieces = {"at": short(place + NUDGE), "value": short(curve.nudged), "moved": short(curve.nudged - value)}
    promise = {"nudge": short(NUDGE), "promise": short(NUDGE * gradient)}
    key = "moved" if _promises(index, call) else "moved beside"
    return LEARN[key].format(leaf=index.shown[leaf], target=index.shown[index.calls[call].root], **pieces, **promise)


def _slope(event: Accumulate) -> float | None:
    """What a pass adds to a scalar's ``.grad``, where that is a finite number."""
    if event.added.numbers is None or len(event.added.numbers) != 1:
        return None
    number = event.added.numbers[0]
    return float(number) if math.isfinite(number) else None
