"""Parameters whose gradient is exactly 0 in every pass, and the one node at which it ends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from gradwalk.clinic.chart import Chart, base, constant, extremes, is_zero, listed, numel
from gradwalk.clinic.finding import Finding
from gradwalk.notation import function_name, shape_text, short
from gradwalk.recording import Array, Operation, Value


def of_zero(chart: Chart) -> Iterator[Finding]:
    """Tensors that are to learn and got nothing but zeros, where one known thing was the reason each time."""
    added: dict[int, list[Array]] = {}
    for passed in chart.passes:
        for event in passed.accumulated:
            added.setdefault(chart.values[event.leaf].tensor, []).append(event.added)
    zero = {tensor for tensor in chart.learns & added.keys() if all(map(is_zero, added[tensor]))}
    ends: dict[tuple[int, int, int], list[int]] = {}
    for tensor in sorted(zero):
        if numel(chart.first[tensor]) and (place := _end(chart, tensor)) is not None:
            ends.setdefault(place, []).append(tensor)
    told: dict[object, tuple[_Dead, list[int]]] = {}
    for (call, node, route), tensors in ends.items():
        passes = {len(added[tensor]) for tensor in tensors}
        if len(passes) == 1 and (found := _dead(chart, call, node, route, passes.pop())) is not None:
            same = found.kind, found.operation.span, repr(found.given)  # as each layer of a model has it
            told.setdefault(same, (found, []))[1].extend(tensors)
    for found, tensors in told.values():
        yield _dead_told(chart, found, tensors)


class _Dead(NamedTuple):
    """One node that hands on nothing but 0, for a known reason."""

    kind: str
    at: int
    operation: Operation
    given: dict[str, object]


def _end(chart: Chart, tensor: int) -> tuple[int, int, int] | None:
    """The only node of the last pass that was given something other than 0 and handed 0 on towards this leaf, and by
    which of its ways."""
    passed = next(
        one for one in reversed(chart.passes) if any(chart.values[e.leaf].tensor == tensor for e in one.accumulated)
    )
    users: dict[int, list[tuple[int, int]]] = {}
    for node in passed.backward:
        for at, route in enumerate(chart.nodes[node].next):
            if route.node is not None:
                users.setdefault(route.node, []).append((node, at))
    waiting = [e.node for e in passed.accumulated if chart.values[e.leaf].tensor == tensor and e.node is not None]
    seen, ends = set(waiting), set[tuple[int, int]]()
    while waiting:
        for node, at in users.get(waiting.pop(), ()):
            event = passed.backward[node]
            given = event.contributions[at] if at < len(event.contributions) else None
            if given is None or not is_zero(given):
                continue
            if all(array is None or is_zero(array) for array in event.upstream):
                waiting += [node] if node not in seen else []
                seen.add(node)
            else:
                ends.add((node, at))
    return (passed.call.call, *ends.pop()) if len(ends) == 1 else None


def _dead(chart: Chart, call: int, node: int, route: int, passes: int) -> _Dead | None:
    operation = chart.operation_of(node)
    passed = chart.passes[call]
    if operation is None or not operation.results:
        return None
    found = _reason(chart, operation, route, passes)
    if found is None:
        return None
    in_passes = "the one pass" if passes == 1 else f"all {passes} passes"
    return _Dead(found[0], chart.at[id(passed.backward[node])], operation, {"passes": in_passes, **found[1]})


def _dead_told(chart: Chart, dead: _Dead, tensors: list[int]) -> Finding:
    operation, names = dead.operation, chart.names_of(tensors)
    return chart.finding(
        dead.kind, dead.at, span=operation.span, about=names,
        values=(*operation.results, *(chart.first[tensor].id for tensor in tensors)),
        given={"names": listed(names), "line": chart.line_of(operation.span),
           "call": function_name(base(operation).rstrip("_")), **dead.given},
    )  # fmt: skip


def _reason(chart: Chart, operation: Operation, route: int, passes: int) -> tuple[str, dict[str, object]] | None:
    """Which of the known reasons holds, seen in the numbers."""
    kernel, given = base(operation).rstrip("_"), chart.values[operation.edges[0].value]
    between = extremes(given)
    if kernel == "relu" and between is not None and between[1] <= 0:
        return "zero-relu", {"count": f"{numel(given):,}", "greatest": short(between[1])}
    if kernel in ("round", "floor", "ceil", "trunc", "sign"):
        return "zero-steps", {}
    if kernel in ("sigmoid", "tanh") and between is not None:
        made = extremes(chart.values[operation.results[0]])
        flat = (0, 1) if kernel == "sigmoid" else (-1, 1)
        if made is not None and all(number in flat for number in made) and _only(chart, operation, flat):
            text = short(made[0]) if made[0] == made[1] else f"{short(made[0])} or {short(made[1])}"
            return "zero-saturated", {
                "least": short(between[0]), "greatest": short(between[1]), "made": text, "dtype": given.dtype,
            }  # fmt: skip
    if kernel in ("_softmax", "_log_softmax") and given.shape:
        along = int(constant(operation, "dim") or "-1") % len(given.shape)
        if given.shape[along] == 1:
            way = _ALONE[_weighs(chart, operation)]
            return "zero-softmax", {"shape": shape_text(given.shape), "dim": along, "way": way}
    if kernel in ("mul", "mm", "addmm", "bmm", "matmul", "linear", "mv"):
        product = {"addmm": operation.edges[1:], "linear": operation.edges[:2]}.get(kernel, operation.edges)
        others = [chart.values[edge.value] for edge in product if edge.route != route]
        factors = [value for value in others if is_zero(value)]
        own = next((chart.values[edge.value] for edge in product if edge.route == route), None)
        if len(factors) == 1 and passes > 1 and own is not None and is_zero(own) and _opens(own) and _opens(factors[0]):
            both = [_origin(chart, chart.values[edge.value]) for edge in product]
            return "zero-both", {"one": both[0], "other": both[-1]}
        if len(factors) == 1 and passes > 1:  # one that is 0 only at the beginning may open
            return "zero-gate", {
                "gate": (gate := _origin(chart, factors[0])),
                "way": _GATES[_opens(factors[0])].format(gate),
            }
        if kernel == "mul" and passes > 1 and any(_is_zero_number(one.text) for one in operation.constants):
            return "zero-factor", {}
    if kernel in ("clamp", "hardtanh") and between is not None:
        low, high = _bound(operation, "min"), _bound(operation, "max")
        outside = (high is not None and between[0] > high) or (low is not None and between[1] < low)
        if outside:
            return "zero-clamp", {
                "count": f"{numel(given):,}", "least": short(between[0]), "greatest": short(between[1]),
            }  # fmt: skip
    return None


_ALONE = {
    True: "Attention weighs several places: with one alone nothing is chosen. Give it more of them, as from a longer "
    "sequence or a larger picture.",
    False: "Give the last layer one output a class, or use sigmoid for a single one.",
}
_PASSING = frozenset(
    "view expand reshape _unsafe_view transpose permute t clone squeeze unsqueeze native_dropout dropout".split()
)


def _weighs(chart: Chart, softmax: Operation) -> bool:
    """Whether a product takes what softmax gives, as attention does."""
    below = set(softmax.results)
    for operation in chart.operations[softmax.id + 1 :]:
        if any(edge.value in below for edge in operation.edges):
            if base(operation) in ("bmm", "mm", "matmul"):
                return True
            below |= set(operation.results) if base(operation) in _PASSING else set()
    return False


def _opens(gate: Value) -> bool:
    """Whether a gradient comes to a factor, by which it could become another number."""
    return gate.requires_grad


_GATES = {
    True: "If {0} is to open by training, its own gradient opens it; else do not let it be 0.",
    False: "Look at where {0} comes from: it is not trained, and as long as it is 0, nothing comes through.",
}


def _is_zero_number(text: str) -> bool:
    try:
        return float(text) == 0
    except ValueError:
        return False


def _only(chart: Chart, operation: Operation, flat: tuple[int, int]) -> bool:
    result = chart.values[operation.results[0]]
    return result.numbers is not None and set(result.numbers) <= set(flat)


def _origin(chart: Chart, value: Value) -> str:
    """The name of a value, or of what it is a view of."""
    while not value.names and (maker := chart.maker(value)) is not None and base(maker) in ("t", "transpose", "view"):
        value = chart.values[maker.edges[0].value]
    return chart.called(value, "the other factor")


def _bound(operation: Operation, name: str) -> float | None:
    try:
        return float(constant(operation, name) or constant(operation, f"{name}_val"))
    except ValueError:
        return None
