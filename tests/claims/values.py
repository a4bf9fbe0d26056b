"""The claims about values: what was computed, local gradients, seeds, .grad, what is released, names and changes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import torch

from gradwalk.notation import Form, kernel_of, pretty, shape_text, short
from gradwalk.recording import (
    Accumulate,
    Array,
    BackwardCall,
    Cleared,
    Constant,
    Event,
    Failure,
    Forward,
    Free,
    LocalGradient,
    Statement,
    Switched,
    Update,
    Value,
)
from tests.claims.computing import Numbers, UnknownError
from tests.claims.formulas import Recorded, array
from tests.claims.gradients import Backward, close, shows
from tests.claims.sentences import claim, pieces
from tests.claims.steps import Step

Pieces = Mapping[str, str]


def result_of(recorded: Recorded) -> Value:
    assert recorded.operation is not None
    return recorded.index.values[recorded.operation.results[0]]


def operands_of(recorded: Recorded) -> list[Value]:
    assert recorded.operation is not None
    return [recorded.index.values[edge.value] for edge in recorded.operation.edges]


# What runs


@claim("FORWARD", "number again", "elements again", "array again", "large again")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    assert recorded.operation is not None
    assert recorded.operation.in_place
    assert said["result"] == recorded.index.shown[result_of(recorded).id]


@claim("FORWARD", "divided")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    (half,) = operands_of(recorded)
    assert half.operation is not None
    before = recorded.index.operations[half.operation]
    (operand,) = [recorded.index.values[edge.value] for edge in before.edges]
    assert recorded.index.shown[operand.id] == said["operand"]
    close(1 / array(operand), array(half))
    close(float(said["number"].replace("−", "-")) / array(operand), array(result_of(recorded)))


@claim("FORWARD", "of the pass")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    assert step.event.call in recorded.index.calls


@claim("FORWARD", "number", "constant number", "elements", "array", "number again", "elements again", "array again")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    shows(said["number"], result_of(recorded))


@claim("FORWARD", "large", "large again")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    assert said["shape"] == ("×".join(map(str, result_of(recorded).shape)) or "scalar")


@claim("FORWARD", "elements")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    assert recorded.operation is not None
    assert kernel_of(recorded.operation).form is Form.ELEMENTWISE


@claim("FORWARD", "module hooks")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    assert recorded.operation is not None
    assert recorded.operation.kernel == "BackwardHookFunction"
    (operand,) = operands_of(recorded)
    close(array(operand), array(result_of(recorded)))


@claim("FORWARD", "keeps", "notes", "notes constants", "own")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    assert recorded.operation is not None
    assert recorded.operation.node is not None
    assert recorded.index.nodes[recorded.operation.node].name == said["node"]


@claim("FORWARD", "keeps")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    assert recorded.operation is not None
    node = recorded.index.nodes[recorded.operation.node or 0]
    kept = [recorded.index.shown[saved.value] for saved in node.saved if saved.value is not None]
    spoken = said["saved"]
    assert all(name in spoken for name in kept), spoken


@claim("FORWARD", "notes")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    assert recorded.operation is not None
    assert not recorded.index.nodes[recorded.operation.node or 0].saved


@claim("FORWARD", "constant")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    assert not any(value.requires_grad for value in operands_of(recorded))
    assert not result_of(recorded).requires_grad


@claim("FORWARD", "cut", "no derivative", "unrecorded")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    assert recorded.operation is not None
    assert recorded.operation.node is None


@claim("FORWARD", "rounded")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    exact = float(said["exact"].replace("−", "-"))
    result = float(array(result_of(recorded)).sum())
    assert exact != result
    assert np.float32(exact) == result or abs(exact - result) < 1e-7
    assert said["dtype"] == result_of(recorded).dtype


@claim("FORWARD", "in place")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    assert recorded.operation is not None
    assert recorded.operation.in_place


@claim("FORWARD", "through a view", "through a view shape")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    assert recorded.operation is not None
    base, view = (recorded.index.values[value] for value in recorded.operation.results[:2])
    assert base.storage == view.storage
    if "number" in said:
        shows(said["number"], base)
        shows(said["part"], view)


# Numbers that are none


def _odd(found: Numbers) -> Numbers:
    return found[~np.isfinite(found)]


def _spoken_of(recorded: Recorded, step: Step) -> list[Numbers]:
    """The arrays in which the odd number stands that the sentence speaks of."""
    if isinstance(step.event, LocalGradient):
        return [np.array(step.event.numbers or (), dtype=np.float64)]
    if step.kind == "backward":
        arrivals = recorded.index.arrivals.get((step.event.call, step.event.node), [])
        return [array(arrival.array) for arrival in arrivals]
    return [array(result_of(recorded))]


@claim(
    "NONFINITE", "by zero", "zero by zero", "reciprocal of zero", "power of zero", "inf spreads", "local of odd",
    "infinite", "nan", "nan spreads", "no slope", "root of negative", "log of negative", "log of zero", "outside one",
    "power of negative", "zero times inf", "inf minus inf", "inf over inf", "nan from inf", "no value", "nan arrives",
    "nan slope", "inf arrives", "inf slope", "given", "made", "beyond",
)  # fmt: skip
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    odd = np.concatenate([_odd(found) for found in _spoken_of(recorded, step)] or [np.zeros(0)])
    if step.kind != "local":
        assert odd.size, "all numbers are finite"
    if "made" in said and step.kind != "local":
        assert said["made"] in {short(float(number)) for number in odd}


@claim("NONFINITE", "nan", "nan spreads", "zero by zero", "root of negative", "log of negative", "outside one",
       "power of negative", "zero times inf", "inf minus inf", "inf over inf", "nan from inf", "nan arrives",
       "nan slope")  # fmt: skip
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    assert any(np.isnan(found).any() for found in _spoken_of(recorded, step))


@claim("NONFINITE", "root of negative", "log of negative", "outside one", "log of zero", "reciprocal of zero",
       "by zero", "zero by zero", "power of zero", "power of negative")  # fmt: skip
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    """What is to blame stands among the numbers that went in, and these were finite."""
    if step.kind != "forward":
        return
    operands = operands_of(recorded)
    result = array(result_of(recorded))
    finite = [np.broadcast_to(np.isfinite(array(value)), result.shape) for value in operands]
    assert (~np.isfinite(result) & np.logical_and.reduce(finite)).any(), "where it is odd, something odd went in"
    if "self" in said:
        shown = {short(float(number)) for value in operands for number in array(value).reshape(-1)}
        shown |= {short(float(c.text)) for c in _numbers_given(recorded)}
        assert said["self"] in shown


def _numbers_given(recorded: Recorded) -> list[Constant]:
    assert recorded.operation is not None
    return [c for c in recorded.operation.constants if c.name in ("self", "other", "exponent")]


@claim("NONFINITE", "made")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    """It comes of finite numbers, and no rule that is told here is to blame."""
    place = next(
        place for place, number in enumerate(array(result_of(recorded)).reshape(-1)) if not np.isfinite(number)
    )
    for value in operands_of(recorded):
        went_in = np.broadcast_to(array(value), array(result_of(recorded)).shape).reshape(-1)
        assert np.isfinite(went_in[place])


@claim("NONFINITE", "inf spreads", "nan spreads")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    named = [value for value in operands_of(recorded) if recorded.index.shown[value.id] == said["name"]]
    assert any(_odd(array(value)).size for value in named)


@claim("NONFINITE", "zero times inf", "inf minus inf", "inf over inf", "nan from inf")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    """Something that went in is infinite, and nothing is nan already."""
    if step.kind == "forward":
        numbers = np.concatenate([array(value).reshape(-1) for value in operands_of(recorded)])
        assert np.isinf(numbers).any()


@claim("NONFINITE", "empty softmax")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    [row] = [array(value) for value in operands_of(recorded) if recorded.index.shown[value.id] == said["name"]]
    assert recorded.operation is not None
    along = int(next(constant.text for constant in recorded.operation.constants if constant.name == "dim"))
    assert np.isneginf(row).all(axis=along).any()


@claim("NONFINITE", "not multiplied")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    """A product would be nan where the contribution is none."""
    seen = Backward(recorded, step)
    found = []
    for arrival in seen.arrivals:
        with np.errstate(invalid="ignore"):
            products = seen.upstream.reshape(-1, 1) * seen.jacobian(arrival)
        found.append(np.isnan(products).any(axis=0) & ~np.isnan(array(arrival.array).reshape(-1)))
    assert np.concatenate(found).any()


@claim("OVERFLOW", "")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    assert all(np.isfinite(array(value)).all() for value in operands_of(recorded))
    result = array(result_of(recorded))
    assert said["made"] in {short(float(number)) for number in _odd(result)}
    assert not any("inf" in constant.text for constant in recorded.operation.constants)  # type: ignore[union-attr]


# Local gradients


@claim("LOCAL", "rises", "falls", "same", "opposite", "flat")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    [slope] = step.event.numbers
    sign = {"rises": 1, "same": 1, "falls": -1, "opposite": -1, "flat": 0}
    found = next(key for key in sign if _is(key, slope, said))
    assert sign[found] == np.sign(slope)


def _is(key: str, slope: float, said: Pieces) -> bool:
    if "size" not in said:
        return {1.0: "same", -1.0: "opposite", 0.0: "flat"}.get(slope) == key
    shows(said["size"], Array((), "", (abs(slope),)))
    return key == ("rises" if slope > 0 else "falls")


@claim("LOCAL", "copy")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    names = [recorded.index.shown[value.id] for value in operands_of(recorded)]
    assert names.count(said["operand"]) == int(said["count"])


@claim("LOCAL", "diagonal", "diagonal large")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    """Where the slopes of all elements are known, upstream ⊙ slopes has to be what was handed on."""
    event = step.event
    assert event.form == "diagonal"
    if "number" in said:
        shows(said["number"], Array(result_of(recorded).shape, "", event.numbers))
    else:
        assert int(said["rows"]) == event.rows


@claim("LOCAL", "row", "column", "matrix", "matrix large", "large")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    event = step.event
    assert recorded.operation is not None
    result = recorded.index.values[recorded.operation.results[event.result]]
    operand = recorded.index.values[recorded.operation.edges[event.edge].value]
    assert (event.rows, event.columns) == (math.prod(result.shape), math.prod(operand.shape))
    for piece, size in (("rows", event.rows), ("columns", event.columns)):
        assert int(said.get(piece, size)) == size


# Why a slope is what it is


@claim("SLOPES", "mul", "mul constant", "div numerator", "div denominator", "pow", "exp", "log", "sqrt", "sin", "cos",
       "tanh", "sigmoid", "relu open", "relu closed", "relu corner", "abs corner", "step")  # fmt: skip
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    """Computed anew from the operands, as the sentence says."""
    event, operation = step.event, recorded.operation
    assert operation is not None
    [slope] = event.numbers
    inputs = {
        edge.name: float(array(recorded.index.values[edge.value]).sum())
        for edge in operation.edges
        if edge.name != "base"
    }
    inputs |= {c.name: float(c.text) for c in operation.constants if _is_number(c.text)}
    name, argument = operation.kernel.split(".")[0].rstrip("_"), operation.edges[event.edge].name
    with np.errstate(all="ignore"):
        close(slope, np.float64(_SLOPES[name](inputs, argument, float(array(result_of(recorded)).sum()))), name)


@claim("SLOPES", "clamp corner")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    operation = recorded.operation
    assert operation is not None
    (at,) = recorded.index.values[operation.edges[step.event.edge].value].numbers or ()
    given = {one.name: float(one.text) for one in operation.constants}
    slopes: list[torch.Tensor] = []
    for side in (-1e-3, 1e-3):
        x = torch.tensor(at + side, dtype=torch.float64, requires_grad=True)
        slopes += torch.autograd.grad(torch.clamp(x, given.get("min"), given.get("max")), x)
    assert sorted(map(float, slopes)) == [0, 1]


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _div(given: Mapping[str, float], argument: str, result: float) -> float:
    return 1 / given["other"] if argument == "self" else -result / given["other"]


_SLOPES: Mapping[str, Callable[[Mapping[str, float], str, float], Any]] = {
    "mul": lambda given, argument, result: given["other" if argument == "self" else "self"],
    "div": _div,
    "pow": lambda given, argument, result: given["exponent"] * np.power(given["self"], given["exponent"] - 1),
    "exp": lambda given, argument, result: result,
    "log": lambda given, argument, result: 1 / given["self"],
    "sqrt": lambda given, argument, result: 1 / (2 * result),
    "sin": lambda given, argument, result: np.cos(given["self"]),
    "cos": lambda given, argument, result: -np.sin(given["self"]),
    "tanh": lambda given, argument, result: 1 - result**2,
    "sigmoid": lambda given, argument, result: result * (1 - result),
    "relu": lambda given, argument, result: float(given["self"] > 0),
    "abs": lambda given, argument, result: 0.0,
    **dict.fromkeys(("floor", "ceil", "round", "trunc", "sign", "sgn"), lambda given, argument, result: 0.0),
}


@claim("SLOPES", "tanh flat", "sigmoid flat")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    assert abs(step.event.numbers[0]) < 0.01


@claim("SLOPES", "tie")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    first, second = operands_of(recorded)
    close(array(first).ravel(), array(second).ravel())  # one of them may have the shape (1,)
    assert step.event.numbers == (0.5,)


@claim("SLOPES", "winner", "loser")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    taken = array(operands_of(recorded)[step.event.edge]) == array(result_of(recorded))
    assert bool(taken) is (step.event.numbers == (1.0,))


@claim("SLOPES", "jump")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    assert step.event.numbers == (0.0,)


# Seeds, .grad, and what is released


@claim("SEED", "one", "number", "vector", "ones")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    event = step.event
    assert isinstance(event, BackwardCall)
    if "count" in said:
        assert int(said["count"]) == math.prod(event.seed.shape) > 1
    elif "seed" in said:
        shows(said["seed"], event.seed)
    else:
        assert set(event.seed.numbers or ()) == {1.0}


@claim("SEED", "altered", "saved changed")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    shows(said["seed"], step.event.seed)
    assert said["root"] == recorded.index.shown[step.event.root]


@claim("SEED", "several")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    roots = [recorded.index.shown[root.root] for root in step.event.roots]
    assert pieces(said["roots"]) == roots
    assert len(roots) > 1


@claim("SEED", "empty")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    assert not array(step.event.seed).size


@claim("SEED", "grad")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    assert step.event.function == "grad"
    assert not list(_written_leaves(recorded, step.event.call))


@claim("SEED", "inputs")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    tensors = {recorded.index.values[value].tensor for value in step.event.inputs}
    assert {leaf.tensor for leaf in _written_leaves(recorded, step.event.call)} <= tensors


def _written_leaves(recorded: Recorded, call: int) -> Iterator[Value]:
    for event in recorded.index.recording.events:
        if isinstance(event, Accumulate) and event.call == call and recorded.index.values[event.leaf].is_leaf:
            yield recorded.index.values[event.leaf]


@claim("SEED", "create")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    assert step.event.create_graph
    assert step.event.retain_graph


@claim("SEED", "retain")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    events = recorded.index.recording.events
    assert step.event.retain_graph
    assert not any(isinstance(event, Free) and event.call == step.event.call for event in events)


@claim("SEED", "again", "again unsaved", "again in part", "again in part unsaved")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    """It can be walked again: so it was, whole."""
    events = recorded.index.recording.events
    after = events[events.index(step.event) + 1 :]
    assert not (after and isinstance(after[-1], Failure) and after[-1].span == step.event.span)
    assert recorded.index.walked[step.event.call]


@claim("SEED", "again unsaved", "again in part unsaved")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    nodes = [recorded.index.nodes[node] for node in recorded.index.walked[step.event.call]]
    assert not any(saved.value is not None for node in nodes for saved in node.saved)


@claim("SEED", "again", "again unsaved")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    assert {root.node for root in step.event.roots} <= recorded.index.walked[step.event.call]


@claim("SEED", "again in part", "again in part unsaved")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    assert not {root.node for root in step.event.roots} <= recorded.index.walked[step.event.call]


@claim("ACCUMULATE", "first", "first shape", "adds", "adds shape")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    event = step.event
    assert said["leaf"] == recorded.index.shown[event.leaf]
    before = np.zeros(event.after.shape) if event.before is None else array(event.before)
    close(before + array(event.added), array(event.after))
    for piece, found in (("before", event.before), ("added", event.added), ("after", event.after)):
        if piece in said:
            shows(said[piece], found)


@claim("ACCUMULATE", "retained", "root")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    value = recorded.index.values[step.event.leaf]
    if "leaf" in said:
        assert not value.is_leaf
    else:
        assert recorded.index.calls[step.event.call].root == step.event.leaf


@claim("ACCUMULATE", "untouched", "untouched many")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    """Leaves that are there, that no node which backward() can reach writes to, and to which nothing is added."""
    index, event = recorded.index, step.event
    call = index.calls[event.call]
    waiting = [call.node, *(root.node for root in call.more)]
    reached: set[int] = set()
    while waiting:
        node = waiting.pop()
        if node is not None and node not in reached:
            reached.add(node)
            waiting += [route.node for route in index.nodes[node].next]
    written = {index.values[leaf].tensor for node in reached if (leaf := index.nodes[node].leaf) is not None}
    events = index.recording.events
    written |= {index.values[e.leaf].tensor for e in events if isinstance(e, Accumulate) and e.call == event.call}
    before = events[: events.index(event)]
    there = {index.values[b.value].tensor for e in before if isinstance(e, Statement) for b in e.bindings if b.value}
    there |= {index.values[value].tensor for value in _used(recorded, before)}
    for name in pieces(said.get("leaves", said.get("leaf", ""))):
        value = next(value for value in index.values.values() if index.shown[value.id] == name)
        assert value.tensor not in written, f"a way leads to {name}"
        assert value.is_leaf
        assert value.requires_grad
        assert value.tensor in there or value.id == 0, f"{name} is not there yet"


def _used(recorded: Recorded, events: Sequence[Event]) -> Iterator[int]:
    for event in events:
        if isinstance(event, Forward):
            yield from (edge.value for edge in recorded.index.operations[event.operation].edges)


@claim("FREE", "one", "many")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    assert len(step.event.nodes) == int(said.get("count", 1))
    assert step.event.call is not None


@claim("FREE", "unseen one", "unseen many")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    assert len(step.event.nodes) == int(said.get("count", 1))
    assert step.event.call is None


# Names, and changes by hand


@claim("BOUND", "leaf", "constant", "tracked", "computed", "rebound")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    assert said["name"] in {name for value in _bound(recorded, step) if value for name in _names(step, value)}
    if "node" in said:
        assert said["node"] in {node.name for node in recorded.index.nodes.values()}


def _bound(recorded: Recorded, step: Step) -> list[Value | None]:
    """The values that the step's statement binds."""
    return [None if b.value is None else recorded.index.values[b.value] for b in step.event.bindings]


def _names(step: Step, value: Value) -> set[str]:
    return {pretty(binding.name) for binding in step.event.bindings if binding.value == value.id}


def _of(recorded: Recorded, step: Step, name: str) -> Value:
    binding = next(b for b in step.event.bindings if pretty(b.name) == name)
    assert binding.value is not None
    return recorded.index.values[binding.value]


@claim("BOUND", "leaf")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    value = _of(recorded, step, said["name"])
    assert value.is_leaf
    assert value.requires_grad


@claim("BOUND", "constant")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    assert not _of(recorded, step, said["name"]).requires_grad


@claim("BOUND", "tracked", "computed", "rebound")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    value = _of(recorded, step, said["name"])
    assert value.requires_grad
    assert not value.is_leaf


@claim("BOUND", "shares", "same")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    values = [value for value in _bound(recorded, step) if value is not None]
    others = [v for v in recorded.index.values.values() if recorded.index.shown[v.id] == said["other"]]
    assert any(one.storage == other.storage for one in values for other in others)


@claim("BOUND", "same")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    values = [value for value in _bound(recorded, step) if value is not None]
    assert any(recorded.index.shown[value.id] == said["other"] for value in values)


@claim("BOUND", "module")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    index = recorded.index
    mine = [m for m in index.recording.modules if pretty(m.path) == said["name"] and m.type == said["text"]]
    held = [index.values[parameter.value] for module in mine for parameter in module.parameters]
    value = next(value for value in held if index.shown[value.id] == said["parameter"])
    assert said["shape"] == shape_text(value.shape)
    assert value.requires_grad
    inside = {module.id for module in mine}
    for module in index.recording.modules:
        inside |= {module.id} if module.parent in inside else set()
    assert any(operation.module in inside for operation in index.recording.operations)


@claim("BOUND", "plain", "object", "held", "callable", "module")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    binding = next(b for b in step.event.bindings if pretty(b.name) == said["name"])
    assert binding.value is None


@claim("NOTICED", "requires_grad on", "requires_grad off", "detach_", "retain_grad")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    event = step.event
    assert isinstance(event, Switched)
    before, after = recorded.index.values[event.before], recorded.index.values[event.after]
    assert recorded.index.shown[event.after] == said["name"]
    assert event.by != "requires_grad" or before.requires_grad != after.requires_grad
    assert event.by != "detach_" or after.is_leaf


@claim("NOTICED", "requires_grad on", "requires_grad off")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    assert (
        recorded.index.values[step.event.after].requires_grad
        is not recorded.index.values[step.event.before].requires_grad
    )


@claim("NOTICED", "retain_grad")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    assert not recorded.index.values[step.event.after].is_leaf


@claim("NOTICED", "flag")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    assert said["by"] == step.event.by


@claim("NOTICED", "hooked changes", "hooked looks")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    event = step.event
    assert said["value"] == recorded.index.shown[event.value]
    shows(said["before"], event.before)
    assert (event.before == event.after) is ("after" not in said)
    if "after" in said:
        shows(said["after"], event.after)


@claim("NOTICED", "result given", "result none", "result lost")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    event = step.event
    assert said["of"] == recorded.index.shown[event.of]
    assert (event.value is None) is ("gradient" not in said)
    if "gradient" in said:
        shows(said["gradient"], recorded.index.values[event.value])
        assert not list(_written_leaves(recorded, event.call))


@claim("NOTICED", "result none")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    assert (step.event.call, step.event.of) not in recorded.index.contributions


@claim("NOTICED", "assigned over", "assigned new")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    event = step.event
    shows(said["after"], recorded.index.values[event.value])
    assert (event.before is None) is ("before" not in said)
    if "before" in said:
        shows(said["before"], event.before)


@claim(
    "UPDATE", "number", "array", "shape", "moved", "moved shape", "optimizer", "optimizer shape", "optimizer shape one"
)
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    before, after = _changed(recorded, step)
    for piece, value in (("before", before), ("after", after)):
        if piece in said:
            shows(said[piece], value)


def _changed(recorded: Recorded, step: Step) -> tuple[Value, Value]:
    event = step.event if isinstance(step.event, Update) else recorded.index.updates[step.event.operation]
    return recorded.index.values[event.before], recorded.index.values[event.after]


@claim("UPDATE", "number", "array", "shape")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    before, after = _changed(recorded, step)
    assert before.storage == after.storage


@claim("UPDATE", "moved with", "moved with shape")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    index, (_, after) = recorded.index, _changed(recorded, step)
    moved = next(index.values[value] for value in index.moved[after.id] if index.shown[value] == said["name"])
    assert moved.storage == after.storage
    if "after" in said:
        shows(said["after"], moved)


@claim("UPDATE", "optimizer shape one")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    assert math.prod(_changed(recorded, step)[1].shape) == 1


@claim("UPDATE", "version")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    before, after = _changed(recorded, step)
    assert (int(said["old"]), int(said["new"])) == (before.version, after.version)


@claim("UPDATE", "remembers")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    for state in step.event.state:
        if state.name != "step":
            assert f"{state.name} = " in said["state"]


@claim("UPDATE", "no graph")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    _, after = _changed(recorded, step)
    assert after.is_leaf
    assert recorded.operation is not None
    assert recorded.operation.node is None


@claim("UPDATE", "grad zero", "grad")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    _, after = _changed(recorded, step)
    assert said["name"] == recorded.index.shown[after.id]
    assert said["name"].endswith(".grad")


@claim("UPDATE", "grad zero")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    assert not array(_changed(recorded, step)[1]).any()


@claim("UPDATE", "cleared", "cleared zeros")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    assert isinstance(step.event, Cleared)
    assert set(pieces(said["leaves"])) == {recorded.index.shown[leaf] for leaf in step.event.leaves}


__all__ = ["UnknownError"]
