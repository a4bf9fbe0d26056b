"""Functions that SymPy lacks, or whose textbook form it would take apart, with the derivative that PyTorch gives them.

SymPy's own Abs, sign, Max and Piecewise ask whether their arguments are real, which is slow and, for the plain symbols
used here, leaves their derivatives full of real and imaginary parts. Everything that bends is one ``Compare`` instead.
"""

from __future__ import annotations

import sympy
from sympy import Expr, Function, Integer

ONE = Integer(1)
ZERO = Integer(0)


class Sigmoid(Function):
    """The logistic function σ(z) = 1 / (1 + e⁻ᶻ), kept whole: its derivative is σ(z)(1 − σ(z))."""

    nargs = 1

    @classmethod
    def class_key(cls) -> tuple[int, int, str]:
        return 2, 1, cls.__name__  # sorted right after symbols, so that σ(z) stands before (1 − σ(z))

    def fdiff(self, argindex: int = 1) -> Expr:
        return self * (1 - self)


class Softplus(Function):
    """log(1 + eᶻ), whose derivative is the sigmoid."""

    nargs = 1

    def fdiff(self, argindex: int = 1) -> Expr:
        return Sigmoid(self.args[0])


class Compare(Function):
    """``Compare(a, b, above, tied, below)``: ``above`` where a > b, ``tied`` where a = b, ``below`` where a < b.

    relu(x) is Compare(x, 0, x, 0, 0) and max(a, b) is Compare(a, b, a, (a + b)/2, b), so that differentiating the
    branches gives PyTorch's choice at the kink: relu'(0) = 0, and a tie shares the gradient evenly.
    """

    nargs = 5

    @classmethod
    def eval(cls, first: Expr, second: Expr, above: Expr, tied: Expr, below: Expr) -> Expr | None:
        if above == tied == below:
            return above
        if first.is_Number and second.is_Number:
            return above if first > second else tied if first == second else below
        return None

    def _eval_derivative(self, symbol: Expr) -> Expr:
        first, second, *branches = self.args
        return Compare(first, second, *(sympy.diff(branch, symbol) for branch in branches))


class Stair(Function):
    """A function that is constant between its steps: PyTorch gives it the derivative 0 everywhere."""

    nargs = 1

    def fdiff(self, argindex: int = 1) -> Expr:
        return ZERO


class Floor(Stair):
    pass


class Ceil(Stair):
    pass


class Round(Stair):
    pass


class Trunc(Stair):
    pass


def indicator(first: Expr, second: Expr, above: int, tied: int, below: int) -> Expr:
    """A comparison as a number, 1 where it is true: ``indicator(a, b, 1, 0, 0)`` is a > b."""
    return Compare(first, second, Integer(above), Integer(tied), Integer(below))


def where(condition: Expr, chosen: Expr, other: Expr) -> Expr:
    """``chosen`` where the condition, a comparison or a number, is true; ``other`` elsewhere."""
    if not isinstance(condition, Compare):
        return Compare(condition, ZERO, chosen, other, chosen)
    first, second, *branches = condition.args
    return Compare(first, second, *(where(branch, chosen, other) for branch in branches))


def relu(x: Expr) -> Expr:
    return Compare(x, ZERO, x, ZERO, ZERO)


def magnitude(x: Expr) -> Expr:
    return Compare(x, ZERO, x, ZERO, -x)


def maximum(first: Expr, second: Expr) -> Expr:
    return Compare(first, second, first, (first + second) / 2, second)


def minimum(first: Expr, second: Expr) -> Expr:
    return Compare(first, second, second, (first + second) / 2, first)


def clamp(x: Expr, low: Expr | None, high: Expr | None) -> Expr:
    """PyTorch passes the gradient on at both bounds."""
    raised = x if low is None else Compare(x, low, x, x, low)
    return raised if high is None else Compare(x, high, high, raised, raised)
