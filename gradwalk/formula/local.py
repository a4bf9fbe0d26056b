"""The formulas of local gradients, in symbols and in numbers: ``∂v/∂x = 2x`` and ``= 2 · 4 = 8``."""

from __future__ import annotations

import math

from gradwalk.analysis.index import Index
from gradwalk.formula.arrays import array_or_start, derivative
from gradwalk.formula.mathml import (
    LARGEST_MATRIX,
    SLOTS,
    Formula,
    Tree,
    filled,
    matrix_tree,
    name_tree,
    number_tree,
)
from gradwalk.notation import Form, call_name, kernel_of, short
from gradwalk.recording import Array, LocalGradient, Operation, Value
from gradwalk.symbolic import local_derivative

MOVES = (Form.VIEW, Form.ORDER, Form.EXPAND, Form.JOIN)
"""They move numbers and compute none; their Jacobian has no short form."""
_EXTREMES = frozenset(("max", "min", "amax", "amin"))
_LETTERS = "ijk"


def local_lines(index: Index, event: LocalGradient) -> tuple[Formula, ...]:
    """``∂v/∂x = 2x`` and ``= 2 · 4 = 8``; of vectors the diagonal, of small operands the Jacobian as a matrix."""
    operation = index.operations[event.operation]
    result = index.values[operation.results[event.result]]
    operand = index.values[operation.edges[event.edge].value]
    slots = _slots(operation, event.result)
    symbols = local_derivative(index.recording, operation, event.edge, slots)
    scalar = event.rows == event.columns == 1
    if symbols is None or _tied(operation, event) or (not scalar and kernel_of(operation).form in MOVES):
        return _only_number(index, event, operation, scalar)
    if scalar:
        return _scalar_lines(index, event, operation, slots, symbols)
    first = _indexed_line(index, event, operation, slots, symbols)
    tree = jacobian_tree(event, result, operand)
    if tree is None:
        return (first,)
    if kernel_of(operation).form is Form.PRODUCT:
        return first, Formula("= #0", (tree,))
    return first, _whole_line(index, event, operation, tree)


def _whole_line(index: Index, event: LocalGradient, operation: Operation, tree: Tree) -> Formula:
    """The numbers of all elements: ``∂v/∂x = diag [2, 4, 6]``, a row, a column or the Jacobian as a matrix."""
    result, operand = operation.results[event.result], operation.edges[event.edge].value
    names = [name_tree(index.names[result]), name_tree(index.names[operand]), tree]
    left = derivative("#0", target(index, operation, event.edge, "#1"))
    if event.form != "diagonal":
        return filled(f"{left} = #2", names)
    if len(index.values[result].shape) < 2:
        return filled(rf"{left} = \text{{diag }} #2", names)
    return filled(rf"{left} \text{{, element by element: }} #2", names)


def _tied(operation: Operation, event: LocalGradient) -> bool:
    """Whether a maximum is shared, so that "1 at the maximum, 0 elsewhere" would be false."""
    return call_name(operation) in _EXTREMES and not set(event.numbers or ()) <= {0.0, 1.0}


def _slots(operation: Operation, result: int) -> dict[int, str]:
    """A slot's character in place of each value's name: the result is slot 0, the operands follow."""
    slots = {operation.results[result]: SLOTS[0]}
    for edge in operation.edges:
        slots.setdefault(edge.value, SLOTS[len(slots) % len(SLOTS)])
    return slots


def target(index: Index, operation: Operation, edge: int, slot: str) -> str:
    """The operand below the ∂: one that stands at several places carries its place as x⁽¹⁾."""
    copy = index.copies(operation, edge)
    return rf"{{{slot}}}^{{({copy})}}" if copy else slot


def _only_number(index: Index, event: LocalGradient, operation: Operation, scalar: bool) -> tuple[Formula, ...]:
    edge = operation.edges[event.edge]
    result = operation.results[event.result]
    names = [name_tree(index.names[result]), name_tree(index.names[edge.value])]
    left = derivative("#0", target(index, operation, event.edge, "#1"))
    if scalar and event.numbers is not None:
        return (filled(f"{left} = #2", [*names, number_tree(event.numbers[0])]),)
    tree = jacobian_tree(event, index.values[result], index.values[edge.value])
    if tree is not None:
        return (filled(f"{left} = #2", [*names, tree]),)
    size: list[Tree] = [["mn", str(event.rows)], ["mn", str(event.columns)]]
    return (filled(rf"{left} \in ℝ^{{#2 \times #3}}", [*names, *size]),)


def _scalar_lines(
    index: Index, event: LocalGradient, operation: Operation, slots: dict[int, str], symbols: str
) -> tuple[Formula, ...]:
    value = operation.edges[event.edge].value
    left = derivative(SLOTS[0], target(index, operation, event.edge, slots[value]))
    first = filled(f"{left} = {symbols}", [name_tree(index.names[value]) for value in slots])
    number = (event.numbers or (math.nan,))[0]
    if symbols == short(number).replace("−", "-"):
        return (first,)
    if symbols in SLOTS or not any(slot in symbols for slot in slots.values()):
        return (first, Formula("= #0", (number_tree(number),)))
    inputs: list[Tree] = [_first_number(index.values[value]) for value in slots]
    return (first, filled(f"= {symbols} = {SLOTS[len(slots)]}", [*inputs, number_tree(number)], dotted=True))


def _first_number(value: Value) -> Tree:
    return number_tree(value.numbers[0] if value.numbers else math.nan)


def _indexed_line(
    index: Index, event: LocalGradient, operation: Operation, slots: dict[int, str], symbols: str
) -> Formula:
    """The symbols for one element, ``∂vᵢ/∂xᵢ = 2xᵢ``, or for the whole matrix."""
    form = kernel_of(operation).form
    result = index.values[operation.results[event.result]]
    operand = index.values[operation.edges[event.edge].value]
    names = [name_tree(index.names[value]) for value in slots]
    above, below = SLOTS[0], target(index, operation, event.edge, slots[operand.id])
    if form is Form.PRODUCT:
        pass
    elif form is Form.GROUP:
        above, below = above + "_i", below + "_j"
    elif form is Form.REDUCTION:
        below += "_i"
    else:
        rank = max(len(result.shape), len(operand.shape))
        names = [_element(tree, index.values[value], rank) for tree, value in zip(names, slots, strict=True)]
    return filled(f"{derivative(above, below)} = {symbols}", names)


def _element(name: Tree, value: Value, rank: int) -> Tree:
    """The name with the letters of its own dimensions: in ``X + b`` the bias is ``b_j`` beside ``X_ij``."""
    if rank > len(_LETTERS) or math.prod(value.shape) == 1:
        return name
    letters = _LETTERS[:rank][rank - len(value.shape) :]
    places = (letter if size > 1 else "1" for letter, size in zip(letters, value.shape, strict=True))
    return ["msub", name, ["mi", "".join(places)]]


def jacobian_tree(event: LocalGradient, result: Value, operand: Value) -> Tree | None:
    if event.numbers is None:
        return None
    if event.form == "diagonal":
        return array_or_start(Array(result.shape, result.dtype, event.numbers))
    if event.rows == 1:
        return array_or_start(Array(operand.shape, operand.dtype, event.numbers))
    if max(event.rows, event.columns) > LARGEST_MATRIX:
        return None
    return matrix_tree(event.rows, event.columns, event.numbers)
