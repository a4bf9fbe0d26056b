"""The formulas of local gradients, in symbols and in numbers: ``∂v/∂x = 2x`` and ``= 2 · 4 = 8``."""

from __future__ import annotations

import math
from collections.abc import Mapping

from gradwalk.analysis.index import Index
from gradwalk.formula.arrays import array_or_start, derivative
from gradwalk.formula.letters import Letters, broadcast, letters, named, spelled
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
from gradwalk.notation import Form, call_name, is_number_name, kernel_of, short
from gradwalk.recording import Array, LocalGradient, Operation, Value
from gradwalk.symbolic import local_derivative

_EXTREMES = frozenset(("max", "min", "amax", "amin"))
_WHOLE = (Form.PRODUCT, Form.VIEW)
"""Their symbols stand for the Jacobian as a whole; those of others for one of its entries."""


def local_lines(index: Index, event: LocalGradient) -> tuple[Formula, ...]:
    """``∂v/∂x = 2x`` and ``= 2 · 4 = 8``; of vectors the diagonal, of small operands the Jacobian as a matrix."""
    operation = index.operations[event.operation]
    if event.rows == event.columns == 1:
        return _one_number(index, event, operation)
    first, whole = _symbols(index, event, operation)
    if first is None:
        return (_in_numbers(index, event, operation),)
    result = index.values[operation.results[event.result]]
    tree = jacobian_tree(event, result, index.values[operation.edges[event.edge].value])
    if tree is None:
        return (first,)
    return first, Formula("= #0", (tree,)) if whole else _whole_line(index, event, operation, tree)


def _one_number(index: Index, event: LocalGradient, operation: Operation) -> tuple[Formula, ...]:
    """Of one element by one element."""
    slots = _slots(operation, event.result)
    symbols = local_derivative(index.recording, operation, event.edge, slots)
    if symbols is None or not _holds(index, event, operation):
        return (_in_numbers(index, event, operation),)
    return _scalar_lines(index, event, operation, slots, symbols)


def _symbols(index: Index, event: LocalGradient, operation: Operation) -> tuple[Formula | None, bool]:
    """The Jacobian in symbols, and whether as a whole; None where it has no short form that surely holds."""
    known = kernel_of(operation)
    values = (*operation.results, *(edge.value for edge in operation.edges))
    if any(index.values[value].dtype.startswith("complex") for value in values):
        return None, False
    if operation.edges[-1].name == "base":  # a change through a view
        return None, False
    if known.form is Form.VIEW:
        return _line(index, event, operation, rf"I_{{{event.rows}}}", {}), True
    elements = letters(index, operation, event.edge, event.result)
    if not _holds(index, event, operation):
        return None, False
    slots = _slots(operation, event.result)
    if elements is None:
        whole = known.form is Form.PRODUCT and event.result == 0
        symbols = local_derivative(index.recording, operation, event.edge, slots) if whole else None
        return (_line(index, event, operation, symbols, {}) if symbols else None), True
    written = _written(index, event, operation, elements)
    symbols = local_derivative(index.recording, operation, event.edge, slots, _pieces(elements, len(slots)))
    return (_line(index, event, operation, symbols, written, elements) if symbols else None), False


def _pieces(elements: Letters, count: int) -> dict[str, str]:
    """What a Jacobian by its entries needs beside names: the result's element at the operand's place, two letters."""
    pair = next(((a, b) for a, b in zip(elements.result, elements.operand, strict=False) if a != b), ("", ""))
    letter = elements.operand[-1:]
    kind = "0" if letter.isdigit() else letter  # the only one: classes are numbered from 0, elements from 1
    return {"there": SLOTS[count], "here": pair[0], "other": pair[1], "class": kind}


def _written(index: Index, event: LocalGradient, operation: Operation, elements: Letters) -> dict[int, str]:
    """The letters of each value that may stand in the formula."""
    result = index.values[operation.results[event.result]]
    found = {result.id: elements.result}
    own = index.values[operation.edges[event.edge].value]
    for edge in operation.edges:
        shape = index.values[edge.value].shape
        plain = broadcast(result.shape, shape)
        other = None if plain is None else spelled(index, plain)
        if shape == own.shape:
            found.setdefault(edge.value, elements.operand)
        else:  # the target of nll_loss has no letter for the classes
            found.setdefault(edge.value, other.operand if other is not None else elements.operand[:-1])
    return found | {own.id: elements.operand}


def _line(
    index: Index,
    event: LocalGradient,
    operation: Operation,
    symbols: str,
    written: Mapping[int, str],
    elements: Letters | None = None,
) -> Formula:
    """``∂v/∂x = symbols``, with the names and their letters in its slots."""
    slots = _slots(operation, event.result)
    trees = [named(name_tree(index.names[value]), written.get(value, "")) for value in slots]
    if elements is not None:
        trees.append(named(name_tree(index.names[operation.results[event.result]]), elements.operand))
    below = target(index, operation, event.edge, slots[operation.edges[event.edge].value])
    return filled(f"{derivative(SLOTS[0], below)} = {symbols}", trees)


def _holds(index: Index, event: LocalGradient, operation: Operation) -> bool:
    """Whether the symbols hold at these numbers: not where a maximum is shared, where they divide by 0, nor for nan."""
    name = call_name(operation)
    numbers, operand = event.numbers or (), index.values[operation.edges[event.edge].value]
    if any(index.has_nan(edge.value) for edge in operation.edges):
        return False
    if name in _EXTREMES:
        once = set(numbers) <= {0.0, 1.0} and sum(numbers) == event.rows
        given = operand.numbers or ()
        return once and event.numbers is not None and (len(set(given)) == len(given) or "dim" not in operation.kernel)
    if name == "pow" and len(operation.edges) == len(("base", "exponent")):  # PyTorch's slope of 0⁰ is 0
        base, exponent = (index.values[edge.value].numbers or () for edge in operation.edges)
        return not (0 in base and 0 in exponent)
    if name == "prod":
        return operand.numbers is not None and 0 not in operand.numbers
    if name == "nll_loss_forward":  # a row whose target is ignored has none
        rows = operand.shape[0] if len(operand.shape) > 1 else 1
        return sum(number != 0 for number in numbers) == rows
    if name == "linalg_vector_norm":
        result = index.values[operation.results[event.result]].numbers
        return result is not None and 0 not in result
    return True


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


def _in_numbers(index: Index, event: LocalGradient, operation: Operation) -> Formula:
    """Where there are no symbols: the numbers, or how many there are."""
    edge = operation.edges[event.edge]
    result = operation.results[event.result]
    names = [name_tree(index.names[result]), name_tree(index.names[edge.value])]
    left = derivative("#0", target(index, operation, event.edge, "#1"))
    if event.rows == event.columns == 1 and event.numbers is not None:
        return filled(f"{left} = #2", [*names, number_tree(event.numbers[0])])
    tree = jacobian_tree(event, index.values[result], index.values[edge.value])
    if tree is not None:
        return filled(f"{left} = #2", [*names, tree])
    size: list[Tree] = [["mn", str(event.rows)], ["mn", str(event.columns)]]
    return filled(rf"{left} \in ℝ^{{#2 \times #3}}", [*names, *size])


def _scalar_lines(
    index: Index, event: LocalGradient, operation: Operation, slots: dict[int, str], symbols: str
) -> tuple[Formula, ...]:
    value = operation.edges[event.edge].value
    left = derivative(SLOTS[0], target(index, operation, event.edge, slots[value]))
    dotted = any(is_number_name(index.names[value]) for value in slots)
    first = filled(f"{left} = {symbols}", [name_tree(index.names[value]) for value in slots], dotted)
    number = (event.numbers or (math.nan,))[0]
    if symbols == short(number).replace("−", "-"):
        return (first,)
    if symbols in SLOTS or not any(slot in symbols for slot in slots.values()):
        return (first, Formula("= #0", (number_tree(number),)))
    inputs: list[Tree] = [_first_number(index.values[value]) for value in slots]
    return (first, filled(f"= {symbols} = {SLOTS[len(slots)]}", [*inputs, number_tree(number)], dotted=True))


def _first_number(value: Value) -> Tree:
    return number_tree(value.numbers[0] if value.numbers else math.nan)


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
