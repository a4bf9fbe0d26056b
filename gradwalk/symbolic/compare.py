"""Everything that bends or chooses (relu, abs, max, clamp, where) as one function of a comparison.

SymPy's own Abs, Max and Piecewise ask whether their arguments are real, which is slow and, for the plain symbols used
here, leaves their derivatives full of real and imaginary parts.
"""

from __future__ import annotations

import sympy
from sympy import Expr, Integer
from sympy.printing.latex import LatexPrinter

from gradwalk.symbolic.functions import Named, Truth, powered

ZERO = Integer(0)


class Compare(Named):
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

    def _latex(self, printer: LatexPrinter, exp: str | None = None) -> str:
        first, second, *branches = self.args
        if second == 0 and branches == [first, 0, -first]:
            return powered(rf"|{printer._print(first)}|", exp)
        if second == 0 and branches in ([1, 0, -1], [-1, 0, 1]):
            inner = printer._print(first if branches[0] == 1 else -first)
            return powered(rf"\operatorname{{sgn}}{{\left({inner} \right)}}", exp)
        return powered(rf"\left({cases(self, printer)}\right)", exp)


def cases(expression: Compare, printer: LatexPrinter) -> str:
    """``1 \\text{ if } x > 0 \\text{ else } 0``, without brackets; with more branches each has its condition."""
    branches: list[tuple[Expr, str]] = []
    rest: Expr = expression
    while isinstance(rest, Compare):
        found, rest = _split(rest, printer)
        branches += found
    written = [_branch(value, condition, rest, printer) for value, condition in branches]
    comma = "" if len(written) == 1 else ","
    return rf"{', '.join(written)}{comma} \text{{ else }} {printer._print(rest)}"


def _branch(value: Expr, condition: str, rest: Expr, printer: LatexPrinter) -> str:
    """A comparison inside a branch that falls to the same remainder is a second condition."""
    if isinstance(value, Compare):
        found, inner = _split(value, printer)
        if len(found) == 1 and inner == rest:
            return _branch(found[0][0], rf"{found[0][1]} \text{{ and }} {condition}", rest, printer)
    return rf"{printer._print(value)} \text{{ if }} {condition}"


def _split(expression: Compare, printer: LatexPrinter) -> tuple[list[tuple[Expr, str]], Expr]:
    """The branches that need a condition, and the one left over; a branch that is 0 comes last."""
    first, second, above, tied, below = expression.args
    left, right = printer._print(first), printer._print(second)
    if isinstance(first, Truth):
        return ([(above, left)], tied) if above != 0 else ([(tied, rf"\text{{not }} {left}")], above)
    if above == below:
        return ([(above, rf"{left} \ne {right}")], tied) if tied == 0 else ([(tied, f"{left} = {right}")], above)
    if above == 0:
        found = [(below, rf"{left} \le {right}" if tied == below else f"{left} < {right}")]
        rest = above
    else:
        found = [(above, rf"{left} \ge {right}" if tied == above else f"{left} > {right}")]
        rest = below
    return (found if tied in (above, below) else [*found, (tied, f"{left} = {right}")]), rest


def where(condition: Expr, chosen: Expr, other: Expr) -> Expr:
    """``chosen`` where the condition, a comparison or a number, is true; ``other`` elsewhere."""
    if condition.is_Number:
        return chosen if condition != 0 else other
    if not isinstance(condition, Compare):
        return Compare(Truth(condition), ZERO, chosen, other, chosen)
    first, second, *branches = condition.args
    return Compare(first, second, *(where(branch, chosen, other) for branch in branches))


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
