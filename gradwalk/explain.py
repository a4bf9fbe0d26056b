"""Event → what a reader sees of it: a title, a sentence or two, the formula, and PyTorch's own rule."""

from __future__ import annotations

import math
import re
from typing import NamedTuple

from gradwalk import derivatives, insight
from gradwalk.chain import accumulate_lines, array_or_start, contribution_lines, local_lines, number_text, seed_lines
from gradwalk.forms import number_line, symbol_line
from gradwalk.formula import LARGEST_MATRIX, Formula
from gradwalk.index import Index
from gradwalk.nonfinite import backward_reason, forward_reason, local_reason
from gradwalk.notation import SUPERSCRIPTS, call_name, call_text, constant_text, pretty, shape_text, short
from gradwalk.recording import (
    Accumulate,
    Array,
    Backward,
    BackwardCall,
    Failure,
    Forward,
    Free,
    LocalGradient,
    Node,
    Operation,
    Saved,
    Update,
    Value,
)
from gradwalk.wording import (
    ACCUMULATE,
    BACKWARD,
    FAILURE,
    FAILURES,
    FORWARD,
    FREE,
    LOCAL,
    ORDINALS,
    SEED,
    START,
    TITLES,
    UPDATE,
)

MOST_INPUTS = 4


class Rule(NamedTuple):
    """PyTorch's formula for a node, and what the node saved for it."""

    node: str
    text: str
    saved: str


class Account(NamedTuple):
    """What is said about one event."""

    title: str
    sentence: str
    formula: tuple[Formula, ...] = ()
    rule: Rule | None = None


class Explanation(NamedTuple):
    """Why a statement failed, and what would work."""

    title: str
    why: str
    way_out: str


def _join(*sentences: str) -> str:
    return " ".join(sentence for sentence in sentences if sentence)


# Start and forward


def start(index: Index, inputs: list[Value], first: Operation | None) -> Account:
    """Before the first step: what the picture shows, what is known, what to press. ``inputs`` are its source boxes."""
    events = index.recording.events
    if first is None and not any(isinstance(event, BackwardCall | Failure) for event in events):
        return Account(TITLES["start"], START["nothing"])
    known = [_named(index, value) for value in inputs]
    if len(known) > MOST_INPUTS:
        known = [START["inputs"].format(count=len(known))]
    listed = _listed(known)
    key = "known many" if len(inputs) > 1 else "known"
    if first is not None:
        press = START["press forward"].format(first=_equation(index, first))
    else:
        press = START["press backward" if index.calls else "press"]
    return Account(TITLES["start"], _join(START["graph"], START[key].format(inputs=listed) if listed else "", press))


def _listed(items: list[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return START["and"].join(filter(None, (", ".join(items[:-1]), *items[-1:])))


def _equation(index: Index, operation: Operation) -> str:
    return f"{index.shown[operation.results[0]]} = {call_text(operation, index.names)}"


def _named(index: Index, value: Value) -> str:
    """``x = 4``; what is too large to write out goes by its shape: ``W (64×10)``."""
    number = number_text(value.shape, value.numbers)
    key = "shape" if number is None else "value"
    return START[key].format(name=index.shown[value.id], number=number, shape=shape_text(value.shape))


def forward(index: Index, event: Forward) -> Account:
    operation = index.operations[event.operation]
    title = TITLES["forward"].format(operation=insight.called(operation))
    if not operation.results:
        return Account(title, "")
    result = index.values[operation.results[0]]
    operands = [index.values[edge.value] for edge in operation.edges]
    sentence = _join(
        _computed(index, operation, result, operands),
        forward_reason(operation, operands, result, index.shown),
        FORWARD["in place"].format(result=index.shown[result.id].rstrip("′")) if operation.in_place else "",
        _noted(index, operation),
    )
    return Account(title, sentence, _forward_lines(index, operation, operands, result))


def _computed(index: Index, operation: Operation, result: Value, operands: list[Value]) -> str:
    number = number_text(result.shape, result.numbers)
    key = "large"
    if number is not None:
        alike = result.shape and any(value.shape == result.shape for value in operands)
        key = "number" if not result.shape else "elements" if alike and insight.elementwise(operation) else "array"
    return FORWARD[key].format(
        result=index.shown[result.id],
        call=call_text(operation, index.names),
        number=number,
        shape=shape_text(result.shape),
    )


def _noted(index: Index, operation: Operation) -> str:
    if operation.node is None:
        if call_name(operation) == "detach":
            return FORWARD["cut"]
        tracked = any(index.values[edge.value].requires_grad for edge in operation.edges)
        return FORWARD["unrecorded" if tracked else "constant"]
    node = index.nodes[operation.node]
    kept = [saved.value for saved in node.saved if saved.value is not None]
    saved = [_named(index, index.values[value]) for value in dict.fromkeys(kept)]
    key = "keeps" if saved else "notes constants" if node.saved else "notes"
    return FORWARD[key].format(node=node.name, saved=_listed(saved))


def _forward_lines(index: Index, operation: Operation, operands: list[Value], result: Value) -> tuple[Formula, ...]:
    """``v = x²`` and ``= 4² = 16``."""
    symbols, numbers = symbol_line(operation, index.names), array_or_start(result)
    return (symbols,) if numbers is None else (symbols, number_line(operation, operands, result, numbers))


# Local gradients


def local(index: Index, event: LocalGradient) -> Account:
    operation = index.operations[event.operation]
    edge = operation.edges[event.edge]
    pieces = {"result": index.shown[operation.results[0]], "operand": _placed(index, operation, event.edge)}
    operands = [index.values[other.value] for other in operation.edges]
    reason = local_reason(event, operation, operands, index.values[operation.results[0]])
    scalar = event.rows == event.columns == 1
    sentence = _join(
        "" if reason and scalar else _how_much(index, event, operation),
        _through_place(index, operation, event.edge),
        reason or insight.slope(index, operation, event),
    )
    rule = None if operation.node is None else _rule(index, index.nodes[operation.node], [(operation, edge.name)])
    return Account(TITLES["local"].format(**pieces), sentence, local_lines(index, event), rule)


def _placed(index: Index, operation: Operation, edge: int) -> str:
    copy = index.copies(operation, edge)
    return index.shown[operation.edges[edge].value] + (f"⁽{str(copy).translate(SUPERSCRIPTS)}⁾" if copy else "")


def _through_place(index: Index, operation: Operation, edge: int) -> str:
    copy = index.copies(operation, edge)
    value = operation.edges[edge].value
    count = sum(other.value == value for other in operation.edges)
    return LOCAL["copy"].format(operand=index.shown[value], count=count) if copy else ""


def _how_much(index: Index, event: LocalGradient, operation: Operation) -> str:
    operand = operation.edges[event.edge].value
    copy = index.copies(operation, event.edge)
    word = index.shown[operand]
    if copy:
        ordinal = ORDINALS[copy - 1] if copy <= len(ORDINALS) else f"{copy}."
        word = LOCAL["place"].format(ordinal=ordinal, operand=word)
    pieces = {"result": index.shown[operation.results[0]], "operand": word}
    if event.rows == event.columns == 1 and event.numbers is not None:
        return _movement(float(event.numbers[0]), pieces)
    key = event.form
    if event.numbers is None:
        key = "diagonal large" if event.form == "diagonal" else "large"
    elif event.form == "matrix":
        small = max(event.rows, event.columns) <= LARGEST_MATRIX
        key = "row" if event.rows == 1 else "column" if event.columns == 1 else "matrix" if small else "matrix large"
    shape = index.values[operation.results[0]].shape
    number = insight.gist(Array(shape, "", event.numbers)) if event.form == "diagonal" else ""
    return LOCAL[key].format(rows=event.rows, columns=event.columns, number=number, **pieces)


def _movement(number: float, pieces: dict[str, str]) -> str:
    special = {0.0: "flat", 1.0: "same", -1.0: "opposite"}.get(number)
    key = special or ("rises" if number > 0 else "falls")
    return LOCAL[key].format(size=short(abs(number)), **pieces)


def _rule(index: Index, node: Node, wanted: list[tuple[Operation, str]]) -> Rule | None:
    """PyTorch's formulas for these arguments of the node's kernel, and what they use of what was saved."""
    found = [(name, derivatives.rule(operation.kernel, name)) for operation, name in wanted]
    texts = [(name, text) for name, text in found if text is not None]
    if not texts:
        return None
    text = texts[0][1] if len(texts) == 1 else "; ".join(f"{name}: {text}" for name, text in texts)
    used = set(re.findall(r"\w+", text))
    saved = [_saved_text(index, item) for item in node.saved if item.name in used and item.text != "None"]
    return Rule(node.name, text, ", ".join(saved))


def _saved_text(index: Index, saved: Saved) -> str:
    if saved.value is None:
        return f"{saved.name} = {constant_text(saved.text)}"
    value = index.values[saved.value]
    number = number_text(value.shape, value.numbers)
    return f"{saved.name} = {_named(index, value) if number is None else number}"


# The backward pass


def seed(index: Index, event: BackwardCall) -> Account:
    root = index.shown[event.root]
    key = "one"
    if event.seed.shape and math.prod(event.seed.shape) != 1:
        key = "ones" if event.seed.numbers is not None and set(event.seed.numbers) == {1.0} else "vector"
    elif index.weighed(event.call):
        key = "number"
    pieces = {"root": root, "seed": insight.gist(event.seed), "count": str(math.prod(event.seed.shape))}
    sentence = _join(SEED[key].format(**pieces), SEED["retain"] if event.retain_graph else "")
    return Account(TITLES["seed"].format(root=root), sentence, seed_lines(index, event))


def backward(index: Index, event: Backward) -> Account:
    node = index.nodes[event.node]
    operation = index.operation_of(event.node)
    upstream = next((array for array in event.upstream if array is not None), None)
    if operation is None or upstream is None:
        return Account(TITLES["node"].format(node=node.name), BACKWARD["hands on"])
    arrivals = index.arrivals.get((event.call, event.node), [])
    sentence = _join(
        _pull(index, event, operation, upstream),
        _odd_contribution(index, event, operation, upstream)
        or insight.passing(index, event, operation, upstream, arrivals),
        insight.uses(index, event, arrivals),
    )
    lines = [line for arrival in arrivals for line in contribution_lines(index, event, operation, arrival)]
    rule = _rule(index, node, [(operation, operation.edges[arrival.edge].name) for arrival in arrivals])
    return Account(TITLES["backward"].format(operation=insight.called(operation)), sentence, tuple(lines), rule)


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
    for arrival in index.arrivals.get((event.call, event.node), []):
        local = index.locals.get((event.call, operation.id, arrival.edge))
        reason = backward_reason(upstream, local, arrival.array)
        if reason:
            return reason
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
    sentence = _join(first, ACCUMULATE["root"] if root and event.node is not None else "", sentence)
    return Account(TITLES["accumulate"].format(leaf=leaf), sentence, accumulate_lines(index, event))


def free(event: Free) -> Account:
    key = "one" if len(event.nodes) == 1 else "many"
    return Account(TITLES["free"], FREE[key].format(count=len(event.nodes)))


def update(index: Index, event: Update) -> Account:
    before, after = index.values[event.before], index.values[event.after]
    name = index.shown[event.after]
    texts = [number_text(value.shape, value.numbers) for value in (before, after)]
    key = "shape" if None in texts else "array" if after.shape else "number"
    sentence = UPDATE[key].format(name=name, before=texts[0], after=texts[1])
    return Account(TITLES["update"].format(name=name), sentence)


def failure(event: Failure) -> Explanation:
    """Why the statement failed and what would work; PyTorch's own message where its cause is not known."""
    title, why, way_out = FAILURES.get(event.cause or "", FAILURE)
    return Explanation(
        title.format(type=event.type), why.format(message=event.message, type=event.type), way_out.format()
    )
