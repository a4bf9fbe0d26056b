"""What a reader is told about a local gradient."""

from __future__ import annotations

from gradwalk.analysis.index import Index
from gradwalk.explain import slopes
from gradwalk.explain.account import Account, joined
from gradwalk.explain.nonfinite import local_reason
from gradwalk.explain.pieces import gist, jumps, overwritten_pieces
from gradwalk.explain.rules import rule_of
from gradwalk.explain.wording import (
    LOCAL,
    ORDINALS,
    TITLES,
)
from gradwalk.formula import exponential_as_call, local_lines
from gradwalk.formula.mathml import LARGEST_MATRIX
from gradwalk.notation import SUPERSCRIPTS, kernel_of, short
from gradwalk.recording import (
    Array,
    LocalGradient,
    Operation,
)


def local(index: Index, event: LocalGradient) -> Account:
    operation = index.operations[event.operation]
    edge = operation.edges[event.edge]
    pieces = {"result": index.shown[operation.results[event.result]], "operand": _placed(index, operation, event.edge)}
    operands = [index.values[other.value] for other in operation.edges]
    if operation.node is not None and (found := index.overwritten_of(event.call, operation)) is not None:
        sentence = LOCAL["saved changed"].format(**overwritten_pieces(index, operation.node, found))
        return Account(TITLES["local"].format(**pieces), sentence)
    reason = local_reason(event, operation, operands, index.values[operation.results[event.result]])
    scalar = event.rows == event.columns == 1
    jump = scalar and jumps(kernel_of(operation), operands[event.edge].numbers)
    said = joined(
        ""
        if (reason and scalar) or jump or slopes.corner(index, operation, event)
        else _how_much(index, event, operation),
        _through_place(index, operation, event.edge),
        reason or slopes.slope(index, operation, event),
    )
    first = event is next(iter(index.locals.values()), None)
    sentence = joined(said, LOCAL["not stored"] if first else "")
    rule = None if operation.node is None else rule_of(index, index.nodes[operation.node], [(operation, edge.name)])
    lines = local_lines(index, event)
    lines = exponential_as_call(lines) if "e" in index.taken else lines
    return Account(TITLES["local"].format(**pieces), sentence, lines, rule, said if first else "")


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
    pieces = {"result": index.shown[operation.results[event.result]], "operand": word}
    if event.rows == event.columns == 1 and event.numbers is not None:
        return _movement(float(event.numbers[0]), pieces)
    key = event.form
    if event.numbers is None:
        key = "diagonal large" if event.form == "diagonal" else "large"
    elif event.form == "matrix":
        small = max(event.rows, event.columns) <= LARGEST_MATRIX
        key = "row" if event.rows == 1 else "column" if event.columns == 1 else "matrix" if small else "matrix large"
    shape = index.values[operation.results[event.result]].shape
    number = gist(Array(shape, "", event.numbers)) if event.form == "diagonal" else ""
    return LOCAL[key].format(rows=event.rows, columns=event.columns, number=number, **pieces)


def _movement(number: float, pieces: dict[str, str]) -> str:
    special = {0.0: "flat", 1.0: "same", -1.0: "opposite"}.get(number)
    key = special or ("rises" if number > 0 else "falls")
    return LOCAL[key].format(size=short(abs(number)), **pieces)
