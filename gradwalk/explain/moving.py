"""What a gradient promises: how far the root moves with a variable, how surely, and how far it really moved."""

from __future__ import annotations

import math
from collections.abc import Sequence

from gradwalk.analysis.index import Index
from gradwalk.explain.kinks import KINKED, at_corner, clear, off_corner
from gradwalk.explain.nonfinite import odd
from gradwalk.explain.wording import LEARN
from gradwalk.notation import base_name, pretty, short
from gradwalk.recording import Accumulate, Taken
from gradwalk.recording.curve import NUDGE, Curve

_FASTER = 1.001
"""Of two slopes: closer ones may differ by no more than rounding."""
MOST = 3
"""Variables that are spoken of one by one."""

_SMOOTH = frozenset(
    "add sub rsub mul div neg reciprocal square pow sin cos tan tanh exp log sqrt sigmoid softplus atan mm mv dot "
    "matmul sum mean mse_loss binary_cross_entropy binary_cross_entropy_with_logits sinh cosh asin acos expm1 exp2 "
    "log2 log10 log1p rsqrt erf erfc silu gelu log_sigmoid_forward softmax log_softmax _softmax _log_softmax logsumexp "
    "nll_loss_forward cumsum t permute transpose view reshape _unsafe_view unsqueeze squeeze expand stack cat select "
    "slice clone alias addmm addmv bmm baddbmm".split()
)
"""Operations that have no corner: a little step goes as their slope says."""


def is_slope(index: Index, call: int) -> bool:
    """Whether what arrives is surely the slope of the root: no hook, no cut, no corner, and finite."""
    return index.once(("slope", call), lambda: _is_slope(index, call))


def _is_touched(index: Index, call: int) -> bool:
    """Whether a hook has a say in what arrives, or numbers were taken out of the graph."""
    hooked = any(hooked == call for hooked, _ in index.hooked)
    return hooked or any(isinstance(event, Taken) for event in index.recording.events)


def _is_slope(index: Index, call: int) -> bool:
    if _is_touched(index, call) or odd(index.values[index.calls[call].root].numbers):
        return False
    for operation in index.operations.values():
        follows = any(index.values[edge.value].requires_grad for edge in operation.edges)
        cut = follows and not operation.in_place and not index.values[operation.results[0]].requires_grad
        kernel = base_name(operation.kernel)
        if cut or (follows and kernel not in _SMOOTH and not (kernel in KINKED and off_corner(index, operation))):
            return False
    return True


def is_smooth(index: Index) -> bool:
    """Whether no operation of the recording has a corner."""
    operations = index.recording.operations
    return index.once("smooth", lambda: not any(base_name(operation.kernel) in KINKED for operation in operations))


def arrivals(index: Index, call: int) -> list[Accumulate]:
    """What came to the leaves of a pass, in the order in which the program made them."""
    found = (event for event in index.accumulated if event.call == call and event.node is not None)
    return sorted(found, key=lambda event: event.leaf)


def promises(index: Index, call: int) -> list[str]:
    """How far the root moves with each variable; of many variables, with the number that moves it most."""
    if not is_slope(index, call):
        return []
    came = arrivals(index, call)
    if len(came) > MOST:
        return _of_all(index, came)
    return [said for event in came for said in _of_leaf(index, event)]


def _of_leaf(index: Index, event: Accumulate) -> list[str]:
    gradient = slope_of(event)
    if gradient is None:
        return _of_elements(index, event)
    key = "move" if _is_safe(index, event, 0) else "slope"
    return [LEARN[key].format(leaf=index.shown[event.leaf], **_move(index, event, gradient))]


def _move(index: Index, event: Accumulate, gradient: float) -> dict[str, str]:
    """The pieces of what a move of one number does."""
    target = pretty(index.target(event.call))
    return {"target": target, "nudge": short(NUDGE), "moved": short(NUDGE * gradient), "gradient": short(gradient)}


def _is_safe(index: Index, event: Accumulate, element: int | None) -> bool:
    """Whether an element, or each of them, can be moved by so much without coming to a corner."""
    return is_smooth(index) or clear(index, event.leaf, NUDGE, element)


def _numbers(event: Accumulate) -> list[float]:
    """What a pass adds to each element of a leaf; nothing where that is not known, or not finite."""
    numbers = [float(number) for number in event.added.numbers or ()]
    return numbers if len(numbers) == math.prod(event.added.shape) and all(map(math.isfinite, numbers)) else []


def _of_elements(index: Index, event: Accumulate) -> list[str]:
    """With which element of a leaf the root changes fastest."""
    numbers = _numbers(event)
    if not numbers:
        return []
    number = _fastest(numbers)
    pieces = {"leaf": index.shown[event.leaf], **_move(index, event, numbers[number])}
    if set(numbers) == {numbers[0]}:
        key = "flat all" if not numbers[0] else "alike" if _is_safe(index, event, None) else "alike slope"
        return [LEARN[key].format(**pieces)]
    alone = sum(abs(numbers[number]) <= _FASTER * abs(each) for each in numbers) == 1
    key = ("fastest" if alone else "none faster") + ("" if _is_safe(index, event, number) else " slope")
    return [LEARN[key].format(place=_placed(index, event, number), **pieces)]


def _of_all(index: Index, came: Sequence[Accumulate]) -> list[str]:
    """With which of all numbers the root changes fastest."""
    all_numbers = [_numbers(event) for event in came]
    if not all(all_numbers):
        return []
    event, number = _fastest_of(came)
    fastest, count = _numbers(event)[number], sum(map(len, all_numbers))
    pieces = {"leaf": index.shown[event.leaf], "count": count, **_move(index, event, fastest)}
    if not fastest:
        return [LEARN["flat everywhere"].format(**pieces)]
    alone = sum(abs(fastest) <= _FASTER * abs(each) for numbers in all_numbers for each in numbers) == 1
    key = ("fastest of all" if alone else "none of all faster") + ("" if _is_safe(index, event, number) else " slope")
    return [LEARN[key].format(place=_placed(index, event, number), **pieces)]


def _fastest(numbers: Sequence[float]) -> int:
    return max(range(len(numbers)), key=lambda number: abs(numbers[number]))


def _fastest_of(came: Sequence[Accumulate]) -> tuple[Accumulate, int]:
    event = max(came, key=lambda event: max(map(abs, _numbers(event))))
    return event, _fastest(_numbers(event))


def to_move(index: Index, call: int) -> list[tuple[Accumulate, int]]:
    """Of which leaves one element is moved at the end, and which: those that are spoken of, also at a corner."""
    came = [event for event in arrivals(index, call) if _numbers(event)]
    at_one = not _is_touched(index, call) and at_corner(index) is not None
    if not came or not (is_slope(index, call) or at_one):
        return []
    if len(came) > MOST:
        return [_fastest_of(came)]
    return [(event, _fastest(_numbers(event))) for event in came]


def _placed(index: Index, event: Accumulate, number: int) -> str:
    """Where an element stands in its leaf, and what it is."""
    values = index.values[event.leaf].numbers
    held = f" = {short(values[number])}" if values is not None else ""
    return _place(event.added.shape, number) + held


def _place(shape: tuple[int, ...], number: int) -> str:
    """The index of an element, as Python writes it; empty where there is only one."""
    found: list[int] = []
    for size in reversed(shape):
        number, at = divmod(number, size)
        found.insert(0, at)
    return str(found) if math.prod(shape) > 1 else ""


def moved(index: Index, call: int, leaf: int, gradient: float, curve: Curve) -> str:
    """How far the root really moved with a leaf, as PyTorch computed it, of many leaves only with the fastest; empty
    where it has no finite value there.

    What the gradient comes to stands beside it, where no move of this leaf was promised.
    """
    came = arrivals(index, call)
    spoken_of = len(came) <= MOST or leaf in [event.leaf for event, _ in to_move(index, call)]
    if curve.nudged is None or not spoken_of:
        return ""
    own = [event for event in came if event.leaf == leaf]
    said = len(came) <= MOST and is_slope(index, call) and all(_is_safe(index, event, 0) for event in own)
    numbers = (*curve.at, curve.nudged)
    return _really(index, call, index.shown[leaf], gradient, numbers, "moved" if said else "moved beside")


def element_moved(index: Index, event: Accumulate, number: int, after: float) -> tuple[str, str]:
    """The name of an element of a leaf, and how far the root, a single number, really moved with it to ``after``."""
    values, root = index.values[event.leaf].numbers, index.values[index.calls[event.call].root].numbers
    if values is None or root is None:
        return "", ""
    name = index.shown[event.leaf] + _place(event.added.shape, number)
    numbers = (float(values[number]), float(root[0]), after)
    return name, _really(index, event.call, name, _numbers(event)[number], numbers, "moved beside")


def _really(index: Index, call: int, name: str, gradient: float, numbers: tuple[float, float, float], key: str) -> str:
    """``numbers`` are the variable's, the root's with it, and the root's after the move."""
    place, before, after = numbers
    pieces = {"at": short(float(f"{place + NUDGE:.7g}")), "value": short(after), "moved": short(after - before)}
    promise = {"nudge": short(NUDGE), "promise": short(NUDGE * gradient)}
    return LEARN[key].format(leaf=name, target=index.shown[index.calls[call].root], **pieces, **promise)


def slope_of(event: Accumulate) -> float | None:
    """What a pass adds to a scalar's ``.grad``, where that is a finite number."""
    if event.added.numbers is None or len(event.added.numbers) != 1:
        return None
    number = event.added.numbers[0]
    return float(number) if math.isfinite(number) else None
