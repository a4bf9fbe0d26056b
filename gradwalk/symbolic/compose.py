"""A chain of operations composed into one SymPy expression, in bounded time and size.

After each operation, before the next one can build on it, the expression is checked: 10 ** (10 ** (10 ** 10)) and the
like never reach SymPy's exact arithmetic.
"""

from __future__ import annotations

from functools import lru_cache

import sympy
from sympy import Expr, Float, Integer, Symbol, preorder_traversal, sqrt

from gradwalk.notation import Form, kernel
from gradwalk.symbolic.arguments import LARGEST_INTEGER, InexpressibleError, apply, averaged, number
from gradwalk.symbolic.chain import Call, Chain, Found
from gradwalk.symbolic.compare import Compare
from gradwalk.symbolic.evaluate import evaluate
from gradwalk.symbolic.shortest import is_larger
from gradwalk.symbolic.summation import Summation
from gradwalk.symbolic.symbols import element, real, scalar

MAX_NODES = 100
"""A formula with more operations, numbers and symbols is not differentiated."""
LARGEST_FLOAT = 1e300

Branches = tuple[tuple[int, ...], ...]
"""For each call, which argument of its nested comparisons holds; empty where all branches are kept."""


def composed(chain: Chain, branches: Branches | None = None) -> Expr:
    """The root as an expression of ``scalar(0)``, ``element(1)``, … for the sources; raises InexpressibleError.

    With ``branches`` every comparison (of a relu, a clamp, a max) is replaced by the branch that holds.
    """
    sources = [
        _source(position, source.text, source.size, source.is_name) for position, source in enumerate(chain.sources)
    ]
    results: list[tuple[Expr, int]] = []
    for position, call in enumerate(chain.calls):
        operands = {name: sources[place] if place >= 0 else results[-1 - place] for name, place in call.operands}
        path = branches[position] if branches else ()
        results.append((_settled(_result(call, operands, path)), call.size))
    root, size = results[-1] if results else sources[0]
    if size != 1:
        raise InexpressibleError
    return root


def _source(position: int, text: str, size: int, is_name: bool) -> tuple[Expr, int]:
    if not is_name:
        return number(float(text)), size
    return (scalar if size == 1 else element)(position), size


def _result(call: Call, operands: dict[str, tuple[Expr, int]], path: tuple[int, ...]) -> Expr:
    count = max((size for _, size in operands.values()), default=1)
    given = {name: expression for name, (expression, _) in operands.items()}
    if count == 1:
        return _chosen(call, given, path) if path else apply(call.kernel, given, dict(call.constants), single=True)
    if any(expression.has(Summation) for expression in given.values()):
        raise InexpressibleError  # every element would depend on all others
    if call.size == 1:
        return _reduced(call, given, count)
    if kernel(call.kernel).form is Form.ORDER:
        raise InexpressibleError
    return apply(call.kernel, given, dict(call.constants), single=False)


def _reduced(call: Call, given: dict[str, Expr], count: int) -> Expr:
    """What comes down from ``count`` elements to one."""
    known, constants = kernel(call.kernel), dict(call.constants)
    if known.name in ("sum", "mean"):
        total = Summation(given["self"], Integer(count))
        return total / count if known.name == "mean" else total
    if known.name == "dot":
        return Summation(given["self"] * given["tensor"], Integer(count))
    if known.name == "linalg_vector_norm" and constants.get("ord", "2") in ("2", "2.0"):
        return sqrt(Summation(given["self"] ** 2, Integer(count)))
    if known.loss:
        total = Summation(apply(known.name, given, constants, single=False), Integer(count))
        return total / count if averaged(known.name, constants) else total
    raise InexpressibleError


def _settled(expression: Expr) -> Expr:
    """The same expression, once it is known to be small and its numbers of bounded size."""
    if is_larger(expression, MAX_NODES):
        raise InexpressibleError
    if not expression.is_Number and not expression.free_symbols:
        return number(evaluate(expression, {}))
    rounded: dict[Expr, Expr] = {}
    for node in preorder_traversal(expression):
        too_large = node.is_Float and abs(node) > LARGEST_FLOAT
        if too_large or node in (sympy.I, sympy.zoo, sympy.nan, sympy.oo, -sympy.oo):
            raise InexpressibleError
        if node.is_Rational and max(abs(node.p), node.q) > LARGEST_INTEGER**2:
            rounded[node] = Float(node)
    return expression.xreplace(rounded) if rounded else expression


# The branch that holds


def holding(found: Found, numbers: dict[int, float]) -> Branches:
    """Which branches hold at the recorded values; ``numbers`` are those of all values of one element, by id."""
    branches = []
    for call, operation in zip(found.chain.calls, found.operations, strict=True):
        pattern = _pattern(call.kernel, tuple(name for name, _ in call.operands), call.constants)
        values = {real(edge.name): numbers[edge.value] for edge in operation.edges}
        branches.append(_path(pattern, values))
    return tuple(branches)


def _path(pattern: Expr, values: dict[Symbol, float]) -> tuple[int, ...]:
    path: list[int] = []
    while isinstance(pattern, Compare):
        first, second = (evaluate(side, values) for side in pattern.args[:2])
        if first != first or second != second:
            raise InexpressibleError
        path.append(2 if first > second else 3 if first == second else 4)
        pattern = pattern.args[path[-1]]
    return tuple(path)


@lru_cache(maxsize=1024)
def _pattern(kernel: str, names: tuple[str, ...], constants: tuple[tuple[str, str], ...]) -> Expr:
    """What the kernel computes, in symbols named like its arguments."""
    return apply(kernel, {name: real(name) for name in names}, dict(constants), single=True)


def _chosen(call: Call, given: dict[str, Expr], path: tuple[int, ...]) -> Expr:
    pattern = _pattern(call.kernel, tuple(given), call.constants)
    for place in path:
        pattern = pattern.args[place]
    return pattern.xreplace({real(name): expression for name, expression in given.items()})
