"""What a reader is told before the first step and about each operation as it runs."""

from __future__ import annotations

from gradwalk.analysis.index import MODULE_HOOKS, Index
from gradwalk.explain.account import Account, joined, listed
from gradwalk.explain.nonfinite import forward_reason, overflowed, saturated
from gradwalk.explain.pieces import called
from gradwalk.explain.saved import named, saved_text
from gradwalk.explain.wording import (
    FORWARD,
    START,
    TITLES,
)
from gradwalk.formula import (
    Formula,
    exponential_as_call,
    number_line,
    symbol_line,
)
from gradwalk.formula.arrays import array_or_start, number_text
from gradwalk.notation import (
    Form,
    call_name,
    call_text,
    constant_text,
    is_number,
    is_number_name,
    kernel_of,
    shape_text,
)
from gradwalk.recording import (
    BackwardCall,
    Failure,
    Forward,
    Operation,
    Value,
)

MOST_INPUTS = 4
_FACTORS = ("other", "exponent")
"""Numbers of the program that a node keeps and its rule needs."""


def start(index: Index, inputs: list[Value], first: Operation | None) -> Account:
    """Before the first step: what the picture shows, what is known, what to press. ``inputs`` are its source boxes."""
    events = index.recording.events
    if first is None and not any(isinstance(event, BackwardCall | Failure) for event in events):
        return Account(TITLES["start"], START["nothing"])
    inputs = [value for value in inputs if not is_number_name(index.names[value.id])]  # which speak for themselves
    known = listed([named(index, value) for value in inputs])
    if len(inputs) > MOST_INPUTS:
        known = START["inputs"].format(count=len(inputs))
    given = START["known many" if len(inputs) > 1 else "known"].format(inputs=known) if known else ""
    press = START["press backward" if index.calls else "press"]
    if first is not None:
        press = START["press forward"].format(first=_equation(index, first))
    return Account(TITLES["start"], joined(START["graph"], given, overflowed(inputs, index.shown), press))


def _equation(index: Index, operation: Operation) -> str:
    return f"{index.shown[operation.results[0]]} = {call_text(operation, index.names)}"


def forward(index: Index, event: Forward) -> Account:
    operation = index.operations[event.operation]
    title = TITLES["forward"].format(operation=called(operation))
    if not operation.results:
        return Account(title, "")
    if operation.edges and operation.edges[-1].name == "base":
        return Account(title, joined(_through_a_view(index, operation), _noted(index, operation)))
    result = index.values[operation.results[0]]
    operands = [index.values[edge.value] for edge in operation.edges]
    said = joined(
        _computed(index, operation, result, operands),
        _divided(index, operation),
        forward_reason(operation, operands, result, index.shown) or saturated(operation, operands, result),
        FORWARD["in place"].format(result=index.shown[result.id].rstrip("′")) if changes_in_place(index, event) else "",
    )
    sentence = joined(said, _noted(index, operation), "" if event.call is None else FORWARD["of the pass"])
    learn = said if operation.node is not None and not index.own(operation) else ""
    return Account(title, sentence, computed_lines(index, operation, operands, result), learn=learn)


def changes_in_place(index: Index, event: Forward) -> bool:
    """Whether the program has the tensor that changes: the engine fills the new one that is about to be a .grad."""
    operation = index.operations[event.operation]
    return operation.in_place and (event.call is None or kernel_of(operation).told != "overwritten")


def _through_a_view(index: Index, operation: Operation) -> str:
    """A change of a view is one of what it is a view of, which is the operation's first result."""
    result, view = (index.values[value] for value in operation.results[:2])
    part, number = number_text(view.shape, view.numbers), number_text(result.shape, result.numbers)
    key = "through a view shape" if part is None or number is None else "through a view"
    base = index.shown[result.id].rstrip("′")
    return FORWARD[key].format(view=index.shown[operation.edges[0].value], base=base, part=part, number=number)


def _computed(index: Index, operation: Operation, result: Value, operands: list[Value]) -> str:
    number = number_text(result.shape, result.numbers)
    key, known = "large", kernel_of(operation)
    if number is not None:
        alike = result.shape and any(value.shape == result.shape for value in operands)
        scalar = "constant number" if known.name == "scalar_tensor" else "array" if known.truth else "number"
        key = scalar if not result.shape else "elements" if alike and known.form is Form.ELEMENTWISE else "array"
    if operation.in_place and any(index.shown[edge.value] == index.shown[result.id] for edge in operation.edges):
        key += " again"
    return FORWARD[key].format(
        result=index.shown[result.id],
        call=call_text(operation, index.names),
        number=number,
        shape=shape_text(result.shape),
    )


def _divided(index: Index, operation: Operation) -> str:
    """Of the second half of ``1 / x``: a number over a tensor is one expression of the program, and two kernels."""
    made = index.values[operation.edges[0].value].operation if len(operation.edges) == 1 else None
    before = None if made is None else index.operations.get(made)
    number = next((constant.text for constant in operation.constants if constant.name == "other"), "")
    halves = (call_name(operation), before and call_name(before)) == ("mul", "reciprocal") and is_number(number)
    if before is None or not halves or operation.span is None or operation.span.file or before.span != operation.span:
        return ""
    return FORWARD["divided"].format(number=constant_text(number), operand=index.shown[before.edges[0].value])


def _noted(index: Index, operation: Operation) -> str:
    if operation.node is None:
        if call_name(operation) == "detach":
            return FORWARD["cut"]
        tracked = any(index.values[edge.value].requires_grad for edge in operation.edges)
        if tracked and kernel_of(operation).truth:
            return FORWARD["no derivative"].format(
                kernel=call_name(operation), result=index.shown[operation.results[0]]
            )
        return FORWARD["unrecorded" if tracked else "constant"]
    node = index.nodes[operation.node]
    if index.own(operation):
        return FORWARD["module hooks" if operation.kernel == MODULE_HOOKS else "own"].format(node=node.name)
    kept = [saved.value for saved in node.saved if saved.value is not None]
    saved = [named(index, index.values[value]) for value in dict.fromkeys(kept)]
    saved = saved or [saved_text(index, item) for item in node.saved if item.name in _FACTORS and is_number(item.text)]
    key = "keeps" if saved else "notes constants" if node.saved else "notes"
    return FORWARD[key].format(node=node.name, saved=listed(saved))


def computed_lines(index: Index, operation: Operation, operands: list[Value], result: Value) -> tuple[Formula, ...]:
    """``v = x²`` and ``= 4² = 16``."""
    symbols, numbers = symbol_line(operation, index.names, operands), array_or_start(result)
    lines = [symbols]
    if operands and numbers is not None:
        lines.append(number_line(operation, operands, result, numbers))
    return exponential_as_call(lines) if "e" in index.taken else tuple(lines)
