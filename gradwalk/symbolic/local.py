"""The local derivative of one operation with respect to one operand, in symbols."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

import sympy
from sympy import Expr, Symbol

from gradwalk.notation import base_name, kernel, kernel_of
from gradwalk.recording import Edge, Operation, Recording, Value
from gradwalk.symbolic.arguments import InexpressibleError, apply, averaged
from gradwalk.symbolic.jacobians import Case, jacobian
from gradwalk.symbolic.latex import latex_name
from gradwalk.symbolic.shortest import shortest
from gradwalk.symbolic.symbols import real

_NO_PIECES: Mapping[str, str] = MappingProxyType({})

# An operation as plain text, so that equal ones share one formula: the kernel, each operand's name with its LaTeX (or
# the comparison that made a condition), and the constants.
_Call = tuple[str, tuple[tuple[str, "str | _Call"], ...], tuple[tuple[str, str], ...]]


def local_derivative(
    recording: Recording,
    operation: Operation,
    edge: int,
    names: Mapping[int, str],
    pieces: Mapping[str, str] = _NO_PIECES,
) -> str | None:
    """LaTeX of the derivative of the operation's result with respect to the operand on edge number ``edge``.

    ``names`` maps the ids of values to plain names. An elementwise operation has the same formula for each element
    (``2 x``); of a reduction it is the derivative by one of its elements (``\\frac{1}{3}``); a product of matrices has
    its Jacobian in matrix notation (``W``), for elements in row-major order. ``pieces`` is what the formula of an entry
    needs beside names (see ``jacobians``). None where there is no short formula.
    """
    operands = [recording.values[other.value] for other in operation.edges]
    results = [recording.values[result] for result in operation.results]
    single = all(_size(value) == 1 for value in (*operands, *results))
    if not single and results:
        written = _matrix_form(operation, edge, operands, results[0], names, pieces)
        if written is not None:
            return written or None
    try:
        return _formula(_call(recording, operation, names), edge, single, _size(operands[edge]))
    except InexpressibleError:
        return None


def _size(value: Value) -> int:
    return math.prod(value.shape)


def _matrix_form(
    operation: Operation,
    edge: int,
    operands: list[Value],
    result: Value,
    names: Mapping[int, str],
    pieces: Mapping[str, str],
) -> str | None:
    shapes = {other.name: value.shape for other, value in zip(operation.edges, operands, strict=True)}
    latexes = {other.name: latex_name(names[other.value]) for other in operation.edges}
    latexes["result"], shapes["result"] = latex_name(names.get(result.id, "y")), result.shape
    constants = {constant.name: constant.text for constant in operation.constants}
    return jacobian(kernel_of(operation), operation.edges[edge].name, Case(latexes, shapes, constants, pieces))


def _call(recording: Recording, operation: Operation, names: Mapping[int, str]) -> _Call:
    operands = tuple((edge.name, _operand(recording, edge, names)) for edge in operation.edges)
    constants = tuple((constant.name, constant.text) for constant in operation.constants)
    return base_name(operation.kernel), operands, constants


def _operand(recording: Recording, edge: Edge, names: Mapping[int, str]) -> str | _Call:
    """The operand's LaTeX; a condition that is a comparison is written out, so that it reads ``x > 0``."""
    source = recording.values[edge.value].operation
    if edge.name in ("condition", "mask") and source is not None:
        made = recording.operations[source]
        comparison = kernel(made.kernel)
        if comparison.truth and comparison.rule is not None and all(operand.value in names for operand in made.edges):
            return _call(recording, made, names)
    return latex_name(names[edge.value])


@lru_cache(maxsize=4096)
def _formula(call: _Call, edge: int, single: bool, size: int) -> str | None:
    """Differentiated by SymPy; each position has a symbol of its own, so that x · x has two derivatives, x and x."""
    name, _, constants = call
    symbols: dict[Symbol, str] = {}
    try:
        result = _applied(call, symbols, single)
    except InexpressibleError:
        return None
    wanted = next((s for s in symbols if s.name == f"s{edge}"), None)
    if wanted is None:
        return None
    derivative = sympy.diff(result, wanted)
    if averaged(name, dict(constants)) and size > 1:
        derivative /= size
    return shortest(derivative, symbols)[1]


def _applied(call: _Call, symbols: dict[Symbol, str], single: bool, prefix: str = "s") -> Expr:
    name, operands, constants = call
    expressions: dict[str, Expr] = {}
    for position, (argument, operand) in enumerate(operands):
        label = f"{prefix}{position}"
        if isinstance(operand, str):
            expressions[argument] = real(label)
            symbols[expressions[argument]] = operand
        else:
            expressions[argument] = _applied(operand, symbols, single, label + "_")
    return apply(name, expressions, dict(constants), single)
