"""The shortest LaTeX among a few equal forms of a formula, found in bounded time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sympy import Expr, Float, Mul, Symbol, factor, factor_terms, powsimp, preorder_traversal
from sympy.polys.polyerrors import PolynomialError

from gradwalk.symbolic.latex import latex

SMALL = 80
"""An expression of more nodes is left as differentiation made it."""
MAX_TERMS = 64
"""Factoring multiplies everything out first; an expression that would have more terms then is left alone."""


def shortest(expression: Expr, names: Mapping[Symbol, str]) -> tuple[Expr, str]:
    """The form whose LaTeX is shortest, and that LaTeX."""
    written = [(form, latex(form, names)) for form in dict.fromkeys(_forms(expression))]
    return min(written, key=lambda pair: len(pair[1]))


def _forms(expression: Expr) -> Iterator[Expr]:
    """Equal forms, the preferred one first where two are as short."""
    if is_larger(expression, SMALL):
        yield expression
        return
    if _terms(expression)[0] <= MAX_TERMS:
        try:
            factored = factor_terms(expression) if expression.has(Float) else factor(expression)
            yield from (_turned(factored), factored)
        except PolynomialError:
            pass  # a comparison is no polynomial
    yield powsimp(expression)
    yield expression


def _turned(expression: Expr) -> Expr:
    """−a (y − x) → a (x − y): a minus in front goes into the first factor that has one inside."""
    if not (expression.is_Mul and expression.could_extract_minus_sign()):
        return expression
    factors = list(expression.args)
    for position, part in enumerate(factors):
        base, exponent = part.as_base_exp()
        if base.is_Add and exponent in (1, -1) and any(term.could_extract_minus_sign() for term in base.args):
            factors[position] = (-base) ** exponent
            return Mul(-1, *factors)
    return expression


def is_larger(expression: Expr, limit: int) -> bool:
    """Whether an expression has more nodes than ``limit``; shared parts count each time they are used."""
    return any(count >= limit for count, _ in enumerate(preorder_traversal(expression)))


def _terms(expression: Expr) -> tuple[int, int]:
    """An upper bound of the terms of numerator and denominator, once all is over one denominator and multiplied out."""
    if expression.is_Add:
        return _sum(expression)
    if expression.is_Mul:
        return _product(expression)
    if expression.is_Pow and expression.exp.is_Integer:
        return _power(expression)
    return 1, 1


def _sum(expression: Expr) -> tuple[int, int]:
    parts = [_terms(argument) for argument in expression.args]
    _, below = _product(expression)
    return min(sum(above for above, _ in parts) * below, MAX_TERMS + 1), below


def _product(expression: Expr) -> tuple[int, int]:
    above = below = 1
    for argument in expression.args:
        factors = _terms(argument)
        above, below = min(above * factors[0], MAX_TERMS + 1), min(below * factors[1], MAX_TERMS + 1)
    return above, below


def _power(expression: Expr) -> tuple[int, int]:
    above, below = _terms(expression.base)
    exponent = min(abs(int(expression.exp)), MAX_TERMS)
    raised = min(above**exponent, MAX_TERMS + 1), min(below**exponent, MAX_TERMS + 1)
    return raised if expression.exp > 0 else raised[::-1]
