"""The value of a SymPy expression in double precision, with the infinities and nans of floating point.

SymPy's ``lambdify`` writes Python text and executes it, and ``evalf`` works to any precision however long that takes;
this walks the expression once and computes with ``math``, as PyTorch would in float64: 1/0 is inf and log(−1) nan.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import sympy
from sympy import Expr, Symbol

from gradwalk.symbolic.compare import Compare
from gradwalk.symbolic.functions import Ceil, Floor, Round, Sigmoid, Softplus, Trunc, Truth
from gradwalk.symbolic.summation import Summation

Values = Mapping[Symbol, float]


def evaluate(expression: Expr, values: Values, rows: Sequence[Values] = ()) -> float:
    """The expression's value where each symbol has the given one.

    A sum over elements takes the values from each of ``rows`` in turn. Raises KeyError for a function without a rule.
    """
    if isinstance(expression, Symbol):
        return values[expression]
    if expression.is_number and expression.is_Atom:
        return float(expression)
    if isinstance(expression, Compare):
        return _compare(expression, values, rows)
    if isinstance(expression, Summation):
        return sum(evaluate(expression.args[0], row, rows) for row in rows)
    return _FUNCTIONS[expression.func]([evaluate(argument, values, rows) for argument in expression.args])


def _compare(expression: Compare, values: Values, rows: Sequence[Values]) -> float:
    """Only the branch that holds is evaluated: the other may lie outside its domain."""
    first, second, above, tied, below = expression.args
    left, right = evaluate(first, values, rows), evaluate(second, values, rows)
    if math.isnan(left) or math.isnan(right):
        return math.nan
    return evaluate(above if left > right else tied if left == right else below, values, rows)


def _product(factors: Sequence[float]) -> float:
    return math.prod(factors)


def _power(base: float, exponent: float) -> float:
    """C's pow, as PyTorch uses it: no exceptions and no complex numbers."""
    try:
        return math.pow(base, exponent)
    except OverflowError:
        return -math.inf if base < 0 and math.fmod(exponent, 2) else math.inf
    except ValueError:
        return math.inf if base == 0 else math.nan


def _guarded(function: Callable[[float], float], overflow: float = math.inf) -> Callable[[Sequence[float]], float]:
    def value(arguments: Sequence[float]) -> float:
        try:
            return function(arguments[0])
        except OverflowError:
            return math.copysign(overflow, arguments[0]) if function is math.sinh else overflow
        except ValueError:
            return math.nan

    return value


def _log(x: float) -> float:
    return -math.inf if x == 0 else math.log(x)


def _atanh(x: float) -> float:
    return math.copysign(math.inf, x) if abs(x) == 1 else math.atanh(x)


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


def _softplus(x: float) -> float:
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def _stair(function: Callable[[float], int]) -> Callable[[Sequence[float]], float]:
    return lambda arguments: float(function(arguments[0])) if math.isfinite(arguments[0]) else arguments[0]


_FUNCTIONS: dict[type[Expr], Callable[[Sequence[float]], float]] = {
    sympy.Add: sum,
    sympy.Mul: _product,
    sympy.Pow: lambda arguments: _power(*arguments),
    sympy.exp: _guarded(math.exp),
    sympy.log: _guarded(_log),
    sympy.sin: _guarded(math.sin),
    sympy.cos: _guarded(math.cos),
    sympy.tan: _guarded(math.tan),
    sympy.asin: _guarded(math.asin),
    sympy.acos: _guarded(math.acos),
    sympy.atan: _guarded(math.atan),
    sympy.atan2: lambda arguments: math.atan2(*arguments),
    sympy.sinh: _guarded(math.sinh),
    sympy.cosh: _guarded(math.cosh),
    sympy.tanh: _guarded(math.tanh),
    sympy.asinh: _guarded(math.asinh),
    sympy.acosh: _guarded(math.acosh),
    sympy.atanh: _guarded(_atanh),
    sympy.erf: _guarded(math.erf),
    sympy.Abs: _guarded(abs),
    sympy.sign: _guarded(lambda x: float((x > 0) - (x < 0))),
    Sigmoid: _guarded(_sigmoid),
    Softplus: _guarded(_softplus),
    Floor: _stair(math.floor),
    Ceil: _stair(math.ceil),
    Round: _stair(round),
    Trunc: _stair(math.trunc),
    Truth: sum,
}
