"""The claims about the backward pass, held against upstream gradient, Jacobian and contributions of the step."""

from __future__ import annotations

import contextlib
import math
import re
from collections.abc import Mapping, Sequence

import numpy as np

from gradwalk.analysis.lookups import Arrival
from gradwalk.formula.letters import dimensions
from gradwalk.notation import constant_text
from gradwalk.recording import Array, Hooked, LocalGradient, Operation, Value
from tests.claims.computing import Numbers, UnknownError, written
from tests.claims.formulas import Recorded, array
from tests.claims.sentences import claim, pieces
from tests.claims.steps import Step

Pieces = Mapping[str, str]


def close(one: Numbers | float, other: Numbers | float, why: str = "") -> None:
    first, second = np.asarray(one, dtype=np.float64), np.asarray(other, dtype=np.float64)
    assert first.shape == second.shape, f"{why}: shapes {first.shape} and {second.shape}"
    if first.size and np.isfinite(first).all() and np.isfinite(second).all():
        scale = max(1.0, float(np.abs(second).max(initial=0.0)))
        assert np.abs(first - second).max(initial=0.0) <= 3e-4 * scale, f"{why}: {first} is not {second}"


def shows(text: str, found: Array | Value) -> None:
    """A text such as ``2.5``, ``[1, 2]``, ``[1, 2, 3, 4, …] (6)`` or ``2×3 numbers`` shows these numbers."""
    if text.endswith(" numbers"):
        assert text.removesuffix(" numbers") == "×".join(map(str, found.shape)), text
        return
    numbers = array(found).reshape(-1)
    if text == "[]":
        assert not numbers.size
        return
    texts = text.partition("]")[0].strip("[").split(", ")
    if "…" in texts:
        texts = texts[: texts.index("…")]
    else:
        assert len(texts) == numbers.size, text
    for shown, number in zip(texts, numbers, strict=False):
        if not math.isfinite(number):
            assert shown.replace("−", "-") == str(number), text
            continue
        value, half = written(shown)
        assert abs(value - number) <= half * 1.1 + 2e-6 * abs(number), f"{shown} is not {number}"


class Backward:
    """One node of the backward pass in numbers."""

    def __init__(self, recorded: Recorded, step: Step) -> None:
        self.recorded = recorded
        self.index = recorded.index
        self.event = step.event
        operation = self.index.operation_of(step.event.node)
        assert operation is not None
        self.operation: Operation = operation
        self.arrivals: Sequence[Arrival] = self.index.arrivals.get((step.event.call, step.event.node), [])
        self.result = self.index.values[operation.results[0]]

    @property
    def upstream(self) -> Numbers:
        found = next(found for found in self.event.upstream if found is not None)
        return array(found)

    def named(self, name: str) -> list[Arrival]:
        found = [arrival for arrival in self.arrivals if self.index.shown[arrival.value] == name]
        assert found, f"nothing is handed to {name}"
        return found

    def got(self, name: str) -> Numbers:
        """What goes to the operand of this name, through its first place."""
        return array(self.named(name)[0].array)

    def value(self, name: str) -> Numbers:
        values = [edge.value for edge in self.operation.edges] + list(self.operation.results)
        wanted = next(value for value in values if self.index.shown[value] == name)
        return array(self.index.values[wanted])

    def local(self, arrival: Arrival) -> LocalGradient:
        found = self.index.locals.get((self.event.call, self.operation.id, arrival.edge))
        if found is None or found.numbers is None:
            raise UnknownError(arrival)
        return found

    def jacobian(self, arrival: Arrival) -> Numbers:
        return self.recorded.jacobian(self.local(arrival))

    def slope(self, name: str) -> float:
        return float(self.jacobian(self.named(name)[0]).sum())

    def only(self) -> Arrival:
        assert len(self.arrivals) == 1
        return self.arrivals[0]

    def constant(self, name: str) -> str | None:
        return next((c.text for c in self.operation.constants if c.name == name), None)


def summed(numbers: Numbers, shape: tuple[int, ...]) -> Numbers:
    """Summed over the dimensions along which an operand of this shape was copied."""
    extra = numbers.ndim - len(shape)
    assert extra >= 0, f"{shape} is no smaller {numbers.shape}"
    numbers = numbers.sum(axis=tuple(range(extra)))
    for place, size in enumerate(shape):
        if size == 1 and numbers.shape[place] != 1:
            numbers = numbers.sum(axis=place, keepdims=True)
    assert numbers.shape == shape
    return numbers


def one_hot_rows(jacobian: Numbers) -> None:
    assert ((jacobian == 0) | (jacobian == 1)).all(), jacobian
    assert (jacobian.sum(axis=1) == 1).all(), jacobian


@claim("BACKWARD", "pull", "pull root")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    seen = Backward(recorded, step)
    assert said["result"] in [recorded.index.shown[value] for value in seen.operation.results]
    shows(said["upstream"], next(found for found in step.event.upstream if found is not None))
    assert not _hooks(recorded, step, seen)


@claim("BACKWARD", "pull hooked")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    seen = Backward(recorded, step)
    assert said["result"] in [recorded.index.shown[value] for value in seen.operation.results]
    (*_, last) = _hooks(recorded, step, seen)
    shows(said["upstream"], last.after)


def _hooks(recorded: Recorded, step: Step, seen: Backward) -> list[Hooked]:
    """What the program's functions were given in this pass on the way into a node's results."""
    here = (step.event.call, set(seen.operation.results))
    found = (event for event in recorded.index.recording.events if isinstance(event, Hooked))
    return [event for event in found if event.call == here[0] and event.value in here[1]]


@claim("BACKWARD", "module hooks")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    seen = Backward(recorded, step)
    assert seen.operation.kernel == "BackwardHookFunction"
    shows(said["contribution"], seen.named(said["operand"])[0].array)


@claim("BACKWARD", "changed before")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    seen = Backward(recorded, step)
    assert said["result"] == recorded.index.shown[seen.result.id]
    assert said["before"] != said["upstream"]
    shows(said["upstream"], next(found for found in step.event.upstream if found is not None))


def _parts_hold(parts: str, recorded: Recorded, seen: Backward) -> None:
    """``x gets 3 and w gets [1, 2]``, of each operand in its order."""
    spoken = re.findall(r"(\S+) gets (\[[^]]*\](?: \(\d+\))?|\S+ numbers|[^\s,]+)", parts)
    for (name, contribution), arrival in zip(spoken, seen.arrivals, strict=True):
        assert name == recorded.index.shown[arrival.value]
        shows(contribution, arrival.array)


@claim("BACKWARD", "changed after")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    seen = Backward(recorded, step)
    _parts_hold(said["parts"], recorded, seen)
    products = [seen.upstream.reshape(-1) @ seen.jacobian(arrival) for arrival in seen.arrivals]
    found = [array(arrival.array).reshape(-1) for arrival in seen.arrivals]
    assert not all(np.allclose(one, other, rtol=1e-3) for one, other in zip(products, found, strict=True))


@claim("BACKWARD", "pull shape one", "pull altered one")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    assert Backward(recorded, step).upstream.size == 1


@claim("BACKWARD", "pull shape", "pull altered")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    assert int(said["count"]) == Backward(recorded, step).upstream.size


@claim("BACKWARD", "nothing there")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    assert not Backward(recorded, step).upstream.size


@claim("BACKWARD", "nothing", "nothing there")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    seen = Backward(recorded, step)
    assert not seen.upstream.any()
    assert not any(array(arrival.array).any() for arrival in seen.arrivals)


@claim("BACKWARD", "results", "one result", "results back", "one result back")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    seen = Backward(recorded, step)
    arriving = [recorded.index.shown[value] for value in recorded.index.arriving(step.event)]
    spoken = pieces(said["results"])
    assert spoken == arriving or (len(arriving) > 4 and spoken[:4] == arriving[:4]), said
    for name in pieces(said["operand"]):
        for arrival in seen.named(name):
            total = np.zeros(array(arrival.array).size)
            for number, upstream in enumerate(step.event.upstream):
                local = _local_of(recorded, step, arrival.edge, number)
                if upstream is not None and local is not None:
                    jacobian = recorded.jacobian(local)
                    total = total + array(upstream).reshape(-1) @ jacobian
                    if "back" in said.get("key", "") or _is_choice(seen):
                        one_hot_rows(jacobian)
            close(array(arrival.array).reshape(-1), total)


def _is_choice(seen: Backward) -> bool:
    return seen.operation.kernel.split(".")[0] in ("split", "unbind", "split_with_sizes", "sort", "topk")


def _local_of(recorded: Recorded, step: Step, edge: int, result: int) -> LocalGradient | None:
    operation = recorded.operation
    assert operation is not None
    for event in recorded.index.recording.events:
        place = (step.event.call, operation.id, edge, result)
        if isinstance(event, LocalGradient) and (event.call, event.operation, event.edge, event.result) == place:
            if event.numbers is None:
                raise UnknownError(event)
            return event
    return None


@claim("BACKWARD", "through a view")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    seen = Backward(recorded, step)
    got, view = seen.got(said["base"]), seen.value(said["view"])
    assert int((np.abs(got - seen.upstream) > 1e-5).sum()) <= view.size


@claim("BACKWARD", "scaled", "unchanged", "nearly flat", "flat", "jump")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    seen = Backward(recorded, step)
    slope = seen.slope(said["operand"])
    close(seen.got(said["operand"]), seen.upstream * slope)
    shows(said["number"], recorded.index.values[seen.named(said["operand"])[0].value])
    if "local" in said:
        shows(said["local"], Array((), "", (slope,)))
    if "contribution" in said:
        shows(said["contribution"], seen.named(said["operand"])[0].array)


@claim("BACKWARD", "flat", "jump")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    assert Backward(recorded, step).slope(said["operand"]) == 0


@claim("BACKWARD", "nearly flat")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    assert 0 < abs(Backward(recorded, step).slope(said["operand"])) < 0.01


@claim("BACKWARD", "unchanged")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    assert Backward(recorded, step).slope(said["operand"]) == 1


@claim("BACKWARD", "add", "add one", "sub one")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    seen = Backward(recorded, step)
    for name in pieces(said.get("operands", said.get("operand", ""))):
        for arrival in seen.named(name):
            close(array(arrival.array), summed(seen.upstream, arrival.array.shape))


@claim("BACKWARD", "sub")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    seen = Backward(recorded, step)
    for name, sign in ((said["first"], 1), (said["second"], -1)):
        close(seen.got(name), sign * summed(seen.upstream, seen.got(name).shape))


@claim("BACKWARD", "turn", "turn array")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    seen = Backward(recorded, step)
    got = array(seen.only().array)
    close(got, -summed(seen.upstream, got.shape))
    if "contribution" in said:
        shows(said["contribution"], seen.only().array)


@claim("BACKWARD", "mul constant")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    seen = Backward(recorded, step)
    factor, _ = written(said["constant"])
    assert said["constant"] == constant_text(seen.constant("other") or "")
    close(seen.got(said["operand"]), seen.upstream * factor)
    shows(said["contribution"], seen.named(said["operand"])[0].array)


@claim("BACKWARD", "mul one", "mul", "mul same", "mul array", "mul array one")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    seen = Backward(recorded, step)
    values = [array(recorded.index.values[edge.value]) for edge in seen.operation.edges]
    assert len(values) == 2, "no other factor"
    for arrival in seen.arrivals:
        close(array(arrival.array), summed(seen.upstream * values[1 - arrival.edge], arrival.array.shape))
    for get, name in (("first_gets", "first"), ("second_gets", "second"), ("contribution", "operand")):
        if get in said and name in said:
            shows(said[get], seen.named(said[name])[0].array)
    if "local" in said:
        shows(said["local"], Array((), "", (seen.slope(said["operand"]) / len(seen.arrivals) * 2,)))


@claim("BACKWARD", "mul same")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    seen = Backward(recorded, step)
    assert len(seen.named(said["operand"])) == 2
    for arrival in seen.arrivals:
        shows(said["local"], Array((), "", (float(seen.jacobian(arrival).sum()),)))


@claim("BACKWARD", "overwritten")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    seen = Backward(recorded, step)
    assert not seen.got(said["operand"]).any()
    with contextlib.suppress(UnknownError):
        assert not seen.jacobian(seen.named(said["operand"])[0]).any()


@claim("BACKWARD", "overwritten by")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    seen = Backward(recorded, step)
    close(seen.got(said["source"]), seen.upstream)
    close(seen.value(said["source"]), array(seen.result))


@claim("BACKWARD", "places")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    seen = Backward(recorded, step)
    assert len(seen.named(said["operand"])) == int(said["count"]) == len(seen.arrivals)


@claim("BACKWARD", "div", "div numerator")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    seen = Backward(recorded, step)
    divisor = seen.constant("other")
    below = float(divisor) if divisor is not None else float(array(_edge(seen, "other")).sum())
    name = said.get("first", said.get("operand", ""))
    close(seen.got(name), seen.upstream / below)
    if "second" in said:
        shows(said["second_gets"], seen.named(said["second"])[0].array)
        assert seen.slope(said["second"]) < 0


def _edge(seen: Backward, name: str) -> Value:
    return next(seen.index.values[edge.value] for edge in seen.operation.edges if edge.name == name)


@claim("BACKWARD", "exp")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    seen = Backward(recorded, step)
    close(seen.got(said["operand"]), seen.upstream * array(seen.result))
    shows(said["local"], seen.result)


@claim("BACKWARD", "log")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    seen = Backward(recorded, step)
    close(seen.got(said["operand"]), seen.upstream / seen.value(said["operand"]))
    shows(said["number"], _edge(seen, "self"))
    shows(said["contribution"], seen.named(said["operand"])[0].array)


@claim("BACKWARD", "relu open", "relu closed", "relu corner", "abs positive", "abs negative", "abs corner")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    seen = Backward(recorded, step)
    number = float(array(_edge(seen, "self")).sum())
    relu = seen.operation.kernel.startswith("relu")
    slope = float(number > 0) if relu else float(np.sign(number))
    close(array(seen.only().array), seen.upstream * slope)


@claim("BACKWARD", "relu array")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    seen = Backward(recorded, step)
    numbers = array(_edge(seen, "self"))
    assert (int(said["open"]), int(said["count"])) == (int((numbers > 0).sum()), numbers.size)
    close(array(seen.only().array), seen.upstream * (numbers > 0))


@claim("BACKWARD", "winner", "winner one", "loser one", "tie", "tie one", "chosen", "not chosen", "inside", "outside")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    seen = Backward(recorded, step)
    shares = {"winner": 1.0, "loser": 0.0, "first": 0.5, "second": 0.5}
    for piece, share in shares.items():
        if piece in said:
            close(seen.got(said[piece]), seen.upstream * share, piece)


@claim("BACKWARD", "tie one")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    seen = Backward(recorded, step)
    close(seen.got(said["operand"]), seen.upstream / 2)


@claim("BACKWARD", "chosen", "inside")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    seen = Backward(recorded, step)
    close(seen.got(said["operand"]), seen.upstream)


@claim("BACKWARD", "not chosen", "outside")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    assert not Backward(recorded, step).got(said["operand"]).any()


@claim("BACKWARD", "max array", "where array")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    """All of the gradient goes to the operands, and each has 0, a half or all of it."""
    seen = Backward(recorded, step)
    for arrival in seen.arrivals:
        jacobian = seen.jacobian(arrival)
        assert set(np.unique(jacobian)) <= {0.0, 0.5, 1.0}, jacobian
        close(array(arrival.array).reshape(-1), seen.upstream.reshape(-1) @ jacobian)


@claim("BACKWARD", "max", "max tie")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    seen = Backward(recorded, step)
    got = array(seen.only().array).reshape(-1)
    expected = np.zeros(got.shape)
    if "place" in said:
        expected[int(said["place"])] = float(seen.upstream.sum())
    else:
        numbers = array(recorded.index.values[seen.only().value]).reshape(-1)
        places = numbers == float(array(seen.result).sum())
        assert int(places.sum()) == int(said["ties"])
        expected[places] = float(seen.upstream.sum()) / int(said["ties"])
    close(got, expected)


@claim("BACKWARD", "max groups", "taken")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    seen = Backward(recorded, step)
    one_hot_rows(seen.jacobian(seen.only()))


@claim("BACKWARD", "select")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    seen = Backward(recorded, step)
    jacobian = seen.jacobian(seen.only())
    one_hot_rows(jacobian)
    assert (jacobian.sum(axis=0) <= 1).all(), "an element is chosen twice"


@claim("BACKWARD", "filled")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    seen = Backward(recorded, step)
    close(seen.got(said["operand"]), np.where(array(_edge(seen, "mask")) != 0, 0, seen.upstream))


@claim("BACKWARD", "mean", "mean groups", "sum", "sum groups")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    seen = Backward(recorded, step)
    jacobian, count = seen.jacobian(seen.only()), int(said["count"])
    share = 1 / count if seen.operation.kernel.startswith("mean") else 1
    assert ((jacobian != 0).sum(axis=1) == count).all(), jacobian
    assert ((jacobian != 0).sum(axis=0) == 1).all(), jacobian
    close(jacobian[jacobian != 0], np.full(jacobian.shape[1], share))


@claim("BACKWARD", "prod")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    seen = Backward(recorded, step)
    numbers = array(recorded.index.values[seen.only().value]).reshape(-1)
    others = [np.prod(np.delete(numbers, place)) for place in range(numbers.size)]
    close(array(seen.only().array).reshape(-1), float(seen.upstream.sum()) * np.array(others))


@claim("BACKWARD", "dot", "dot times")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    seen = Backward(recorded, step)
    values = [array(recorded.index.values[edge.value]) for edge in seen.operation.edges]
    for arrival in seen.arrivals:
        close(array(arrival.array), float(seen.upstream.sum()) * values[1 - arrival.edge])
    if "upstream" in said:
        shows(said["upstream"], next(found for found in step.event.upstream if found is not None))
    else:
        assert float(seen.upstream.sum()) == 1


@claim("BACKWARD", "matrix", "matrix batch")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    seen = Backward(recorded, step)
    assert said["result"] == recorded.index.shown[seen.result.id]
    spoken = pieces(_with_g(said, "parts"))
    assert len(spoken) == len(seen.arrivals), said
    for part, arrival in zip(spoken, seen.arrivals, strict=True):
        name, _, product = part.partition(" gets ")
        assert name == recorded.index.shown[arrival.value]
        close(array(arrival.array), _gets(seen, product, arrival), part)


def _with_g(said: Pieces, piece: str) -> str:
    """The piece with the letter G for the gradient, which has another where the program has a G."""
    return re.sub(rf"(?<!\S){said['letter']}(?=ᵀ?(\s|,|$))", "G", said[piece])


def _gets(seen: Backward, text: str, arrival: Arrival) -> Numbers:
    """What ``3 · G Wᵀ``, ``the sum of each column of G`` or ``G summed over its copies`` come to."""
    factor = 1.0
    if found := re.match(r"(\S+) · (.*)", text):
        factor, _ = written(found[1])
        text = found[2]
    if text == "the sum of each column of G":
        sums: Numbers = seen.upstream.sum(axis=0).reshape(arrival.array.shape)
        return factor * sums
    if text == "G summed over its copies":
        return factor * summed(seen.upstream, arrival.array.shape)
    return factor * product(seen, text, seen.upstream)


def product(seen: Backward, text: str, gradient: Numbers) -> Numbers:
    """A product of G and a matrix, each perhaps transposed; a vector is a column."""
    factors = [_factor(seen, word, gradient) for word in text.split(" ")]
    if len(factors) == 1:
        return gradient if text == "G" else factors[0]
    left, right = factors
    assert left.shape[-1] == right.shape[-2], f"{text}: {left.shape} times {right.shape}"
    found: Numbers = left @ right
    return found[..., 0] if found.shape[-1] == 1 and not text.endswith("ᵀ") and gradient.ndim == 1 else found


def _factor(seen: Backward, word: str, gradient: Numbers) -> Numbers:
    name = word.removesuffix("ᵀ")
    numbers = gradient if name == "G" else _any_value(seen, name)
    if numbers.ndim < 2:
        numbers = numbers.reshape(-1, 1)
    return np.swapaxes(numbers, -1, -2) if word.endswith("ᵀ") else numbers


def _any_value(seen: Backward, name: str) -> Numbers:
    near = [*(edge.value for edge in seen.operation.edges), *seen.recorded.named.values()]
    found = next((value for value in near if seen.index.shown[value] == name), None)
    assert found is not None, f"there is no {name}"
    return array(seen.index.values[found])


@claim("BACKWARD", "transposed", "transposed product")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    seen = Backward(recorded, step)
    got = array(seen.only().array)
    close(got, seen.upstream.T)
    if "product" in said:
        source = next(value for value, shown in recorded.index.shown.items() if shown == said["source"])
        gradient = array(recorded.index.gradients[step.event.call, source])
        scale, _, text = _with_g(said, "product").rpartition(" · ")
        found = product(seen, text, gradient).reshape(got.shape)
        close(got, found * (written(scale)[0] if scale else 1.0), said["product"])


@claim("BACKWARD", "order", "shuffled")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    seen = Backward(recorded, step)
    jacobian = seen.jacobian(seen.only())
    one_hot_rows(jacobian)
    assert (jacobian.sum(axis=0) == 1).all(), "no permutation"


@claim("BACKWARD", "moves")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    seen = Backward(recorded, step)
    close(array(seen.only().array).reshape(-1), seen.upstream.reshape(-1))


@claim("BACKWARD", "copied")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    seen = Backward(recorded, step)
    one_hot_rows(seen.jacobian(seen.only()))


@claim("BACKWARD", "copies", "copies each", "copies rows")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    seen = Backward(recorded, step)
    arrival = seen.named(said["operand"])[0]
    shows(said["contribution"], arrival.array)
    shape, result = arrival.array.shape, seen.result.shape
    assert np.broadcast_shapes(shape, result) == result
    assert int(said["count"]) * math.prod(shape) == math.prod(result)
    jacobian = seen.jacobian(arrival)
    assert ((jacobian != 0).sum(axis=0) <= int(said["count"])).all()
    assert ((jacobian != 0).sum(axis=1) <= 1).all(), "an element of the result hangs on several"
    close(array(arrival.array).reshape(-1), seen.upstream.reshape(-1) @ jacobian)


@claim("BACKWARD", "copies rows")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    seen = Backward(recorded, step)
    arrival = seen.named(said["operand"])[0]
    assert int(said["count"]) == seen.result.shape[0]
    slopes = seen.jacobian(arrival).sum(axis=1).reshape(seen.result.shape)
    close(array(arrival.array).reshape(-1), (seen.upstream * slopes).sum(axis=0))


@claim("BACKWARD", "part", "parts")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    seen = Backward(recorded, step)
    for arrival in seen.arrivals:
        jacobian = seen.jacobian(arrival)
        assert set(np.unique(jacobian)) <= {0.0, 1.0}
        assert (jacobian.sum(axis=0) == 1).all(), "an element stands at one place"
        assert (jacobian.sum(axis=1) <= 1).all()


@claim("BACKWARD", "softmax", "softmax along", "log_softmax", "log_softmax along")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    seen = Backward(recorded, step)
    got, along = array(seen.only().array), int(said.get("dim", 0))
    scale = max(1.0, float(np.abs(got).max(initial=0.0)))
    assert np.abs(got.sum(axis=along)).max(initial=0.0) <= 1e-4 * scale * got.shape[along]
    _mixes_only(seen, along)


@claim("BACKWARD", "softmax", "softmax along")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    total = array(Backward(recorded, step).result).sum(axis=int(said.get("dim", 0)))
    close(total, np.ones(total.shape))


def _mixes_only(seen: Backward, along: int) -> None:
    """Elements of the result hang only on those of the operand that have the same place in all other dimensions."""
    shape = seen.result.shape
    places = np.array(list(np.ndindex(*shape)))
    others = np.delete(places, along, axis=1)
    same = (others[:, None, :] == others[None, :, :]).all(axis=2)
    jacobian = seen.jacobian(seen.only())
    assert not jacobian[~same].any(), "elements mix elsewhere"


@claim("BACKWARD", "running", "running along")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    seen = Backward(recorded, step)
    along = int(said.get("dim", 0))
    flipped = np.flip(np.flip(seen.upstream, along).cumsum(axis=along), along)
    close(array(seen.only().array), flipped)


@claim("BACKWARD", "normalized")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    seen = Backward(recorded, step)
    arrival = seen.named(said["operand"])[0]
    count = int(said["count"])
    groups = array(arrival.array).reshape(-1, count)
    assert np.abs(groups.sum(axis=1)).max(initial=0.0) <= 1e-3 * max(1.0, float(np.abs(groups).max(initial=0.0)))
    assert dimensions(seen.constant("normalized_shape"), 1 << 30) is not None
    size = groups.size
    number = np.arange(size) // count
    assert not seen.jacobian(arrival)[number[:, None] != number[None, :]].any(), "elements of two groups mix"


@claim("BACKWARD", "elements")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    """Each element of the result hangs on one element of each operand, at its own place."""
    seen = Backward(recorded, step)
    for arrival in seen.arrivals:
        shape = arrival.array.shape
        places = np.broadcast_to(np.arange(math.prod(shape)).reshape(shape), seen.result.shape).reshape(-1)
        jacobian = seen.jacobian(arrival)
        allowed = places[:, None] == np.arange(jacobian.shape[1])[None, :]
        assert not np.nan_to_num(jacobian[~allowed]).any(), "an element hangs on another place"
        close(array(arrival.array).reshape(-1), seen.upstream.reshape(-1) @ jacobian)


@claim("BACKWARD", "vjp", "row")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    seen = Backward(recorded, step)
    assert pieces(said["operand"]) == list(dict.fromkeys(recorded.index.shown[a.value] for a in seen.arrivals))
    for arrival in seen.arrivals:
        close(array(arrival.array).reshape(-1), seen.upstream.reshape(-1) @ seen.jacobian(arrival))


@claim("BACKWARD", "sum of uses", "more to come")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    arrival = Backward(recorded, step).named(said["operand"])[-1]
    parts = recorded.index.contributions[step.event.call, arrival.value]
    assert len(parts) == int(said["count"])
    if "total" in said:
        gradient = recorded.index.gradients[step.event.call, arrival.value]
        shows(said["total"], gradient)
        close(np.sum([array(part) for part in parts], axis=0), array(gradient))
    else:
        assert arrival.position == int(said["position"]) < len(parts)


@claim("BACKWARD", "hands on")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    seen = Backward(recorded, step)
    for arrival in seen.arrivals:
        close(array(arrival.array), seen.upstream)


@claim("BACKWARD", "unseen", "unseen in", "unseen out", "unseen none")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    assert recorded.operation is None
    assert said["node"] == recorded.index.nodes[step.event.node].name
    for piece, arrays in (("upstream", step.event.upstream), ("contribution", step.event.contributions)):
        known = [found for found in arrays if found is not None]
        if piece in said and len(known) == 1:
            shows(said[piece], known[0])
        assert bool(known) is (piece in said)


@claim("BACKWARD", "nothing arrives", "nothing arrives out")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    node = recorded.index.nodes[step.event.node]
    assert node.operation is not None
    assert said["node"] == node.name
    assert step.event.upstream
    assert not any(step.event.upstream)
    assert any(step.event.contributions) is ("contribution" in said)


@claim("LOCAL", "saved changed")
@claim("BACKWARD", "saved changed")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    """The node's own look at what it saved, here and when it was made: the numbers differ, and the version does not."""
    index = recorded.index
    number = index.operations[step.event.operation].node if step.kind == "local" else step.event.node
    assert number is not None
    node = index.nodes[number]
    assert said["node"] == node.name
    saved = [index.values[one.value] for one in node.saved if one.value is not None]
    (was,) = {value.id: value for value in saved if index.shown[value.id] == said["saved"]}.values()
    shows(said["before"], was)
    later = [value for value in index.recording.values if value.tensor == was.tensor and value.id != was.id]
    assert any(value.version == was.version and value.numbers != was.numbers for value in later)
    shows(said["after"], later[-1])
    if step.kind == "backward":
        _parts_hold(said["parts"], recorded, Backward(recorded, step))


@claim("BACKWARD", "own several")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    seen = Backward(recorded, step)
    _parts_hold(said["parts"], recorded, seen)
    assert len(seen.arrivals) > 1


@claim("BACKWARD", "own")
def _(recorded: Recorded, step: Step, said: Pieces) -> None:
    seen = Backward(recorded, step)
    shows(said["contribution"], seen.named(said["operand"])[0].array)
