"""The total derivative of a scalar result with respect to a scalar leaf, in symbols: the whole chain rule at once."""

from __future__ import annotations

from functools import lru_cache
from threading import Lock
from typing import NamedTuple

import sympy
from sympy import Expr, Float, Symbol, preorder_traversal

from gradwalk.recording import Recording, Value
from gradwalk.symbolic.arguments import LARGEST_INTEGER, Inexpressible, apply, number
from gradwalk.symbolic.evaluate import evaluate
from gradwalk.symbolic.latex import latex_name
from gradwalk.symbolic.shortest import is_larger, shortest

MAX_OPERATIONS = 64
MAX_NODES = 100
"""A formula for the result with more nodes (operations, numbers and symbols) is not differentiated."""
MAX_DERIVATIVE_NODES = 400
MAX_LATEX = 400
"""A longer formula would not be read."""
LARGEST_FLOAT = 1e300

_LOCK = Lock()


class Derivative(NamedTuple):
    """``latex`` in the reader's names, and its value in double precision at the leaves' recorded values."""

    latex: str
    number: float


class _Call(NamedTuple):
    """One operation; its operands are positions among the sources (from 0 on) and the results (below 0, from −1 on)."""

    kernel: str
    operands: tuple[tuple[str, int], ...]
    constants: tuple[tuple[str, str], ...]


class _Chain(NamedTuple):
    """A scalar computation as plain text and numbers, so that equal ones share one derivative."""

    sources: tuple[str, ...]
    """The name of each source, or the number that it is."""
    calls: tuple[_Call, ...]


def derivative(recording: Recording, root: int, leaf: int) -> Derivative | None:
    """The derivative of value ``root`` by the leaf that is value ``leaf``; both are ids of values of one element.

    It is the derivative of the function that was computed, also along paths that detach() or no_grad() hid from
    autograd. None where a value on the way has more than one element, an operation has no rule, or the formula grows
    beyond what a person reads.
    """
    try:
        chain, inputs = _chain(recording, root)
    except Inexpressible:
        return None
    tensor = recording.values[leaf].tensor
    wanted = next((position for position, value in enumerate(inputs) if value.tensor == tensor), None)
    if wanted is None or recording.values[leaf].numbers is None:
        return None
    with _LOCK:  # the formula is worked out once, also when two people ask at the same moment
        found = _differentiated(chain, wanted)
    if found is None:
        return None
    formula, written = found
    numbers = {
        _symbol(position): float(value.numbers[0]) for position, value in enumerate(inputs) if value.numbers
    }
    return Derivative(written, evaluate(formula, numbers))


def _chain(recording: Recording, root: int) -> tuple[_Chain, list[Value]]:
    """The operations between the root and its sources, each after its operands; walked with a stack."""
    places: dict[int, int] = {}
    inputs: list[Value] = []
    sources: list[str] = []
    calls: list[_Call] = []
    stack = [root]
    while stack:
        value = recording.values[stack[-1]]
        if value.id in places:
            stack.pop()
        elif (operation := _maker(value)) is None:
            places[value.id] = len(inputs)
            inputs.append(value)
            sources.append(_source(value))
        else:
            made = recording.operations[operation]
            missing = [edge.value for edge in made.edges if edge.value not in places]
            if missing:
                stack.extend(reversed(missing))  # the first operand is met first
                continue
            if len(calls) == MAX_OPERATIONS or made.results[0] != value.id:
                raise Inexpressible
            calls.append(
                _Call(
                    made.kernel,
                    tuple((edge.name, places[edge.value]) for edge in made.edges),
                    tuple((constant.name, constant.text) for constant in made.constants),
                )
            )
            places[value.id] = -len(calls)
    return _Chain(tuple(sources), tuple(calls)), inputs


def _maker(value: Value) -> int | None:
    """The operation that a value comes from; None for the sources: what was written down, and leaves that were updated."""
    if value.numbers is None or len(value.numbers) != 1:
        raise Inexpressible
    return None if value.is_leaf and value.requires_grad else value.operation


def _source(value: Value) -> str:
    """Its name, or the number itself where the program gave it none."""
    if value.names:
        return value.names[-1]
    assert value.numbers is not None
    return repr(float(value.numbers[0]))


@lru_cache(maxsize=1024)
def _differentiated(chain: _Chain, wanted: int) -> tuple[Expr, str] | None:
    symbols = {
        _symbol(position): latex_name(name) for position, name in enumerate(chain.sources) if _is_name(name)
    }
    symbol = _symbol(wanted)
    if symbol not in symbols:
        return None
    try:
        total = sympy.diff(_composed(chain), symbol)
    except Inexpressible:
        return None
    if is_larger(total, MAX_DERIVATIVE_NODES):
        return None
    formula, written = shortest(total, symbols)
    return (formula, written) if len(written) <= MAX_LATEX else None


def _symbol(position: int) -> Symbol:
    return Symbol(f"s{position:03}")  # SymPy sorts by name


def _is_name(source: str) -> bool:
    return source.isidentifier() and source not in ("inf", "nan")


def _composed(chain: _Chain) -> Expr:
    """The result as one expression of the sources."""
    sources = [
        _symbol(position) if _is_name(source) else number(float(source))
        for position, source in enumerate(chain.sources)
    ]
    results: list[Expr] = []
    for call in chain.calls:
        operands = {name: sources[place] if place >= 0 else results[-1 - place] for name, place in call.operands}
        results.append(_settled(apply(call.kernel, operands, dict(call.constants), single=True)))
    return results[-1] if results else sources[0]


def _settled(expression: Expr) -> Expr:
    """The same expression, once it is known to be small and its numbers of bounded size; raises Inexpressible.

    It is asked after each operation, before the next one can build on the result: 10 ** (10 ** (10 ** 10)) and the like
    never reach SymPy's exact arithmetic.
    """
    if is_larger(expression, MAX_NODES):
        raise Inexpressible
    if not expression.is_Number and not expression.free_symbols:
        return number(evaluate(expression, {}))
    rounded: dict[Expr, Expr] = {}
    for node in preorder_traversal(expression):
        if node.is_Float and abs(node) > LARGEST_FLOAT or node in (sympy.I, sympy.zoo, sympy.nan, sympy.oo, -sympy.oo):
            raise Inexpressible
        if node.is_Rational and max(abs(node.p), node.q) > LARGEST_INTEGER**2:
            rounded[node] = Float(node)
    return expression.xreplace(rounded) if rounded else expression
