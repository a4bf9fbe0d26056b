"""Arithmetic on plain numbers as Python does it, by a closed evaluator: powers are bounded before they are computed."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping

from gradwalk.expression.spelling import span_of
from gradwalk.program import ProgramError

Number = int | float

CONSTANTS: Mapping[str, float] = {
    "pi": math.pi,
    "e": math.e,
    "tau": math.tau,
    "inf": math.inf,
    "nan": math.nan,
}

_MATH = "sin cos tan asin acos atan atan2 sinh cosh tanh exp expm1 log log2 log10 log1p sqrt fabs floor ceil hypot erf"

FUNCTIONS: Mapping[str, Callable[..., Number]] = {
    **{name: getattr(math, name) for name in _MATH.split()},
    "abs": abs,
    "max": max,
    "min": min,
}
"""What plain numbers may be put into: Python's own functions, all of them bounded."""

_OPERATORS: Mapping[type[ast.operator], Callable[[Number, Number], Number | complex]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.Mod: lambda a, b: a % b,
    ast.Pow: lambda a, b: _power(a, b),
}


def evaluate(node: ast.expr) -> Number:
    """The number that plain arithmetic comes to; the tree's depth was checked before."""
    match node:
        case ast.Constant():
            return number(node)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -evaluate(operand)
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return evaluate(operand)
        case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _OPERATORS:
            return combine(operator, evaluate(left), evaluate(right), node)
        case ast.Name(id=name) if name in CONSTANTS:
            return CONSTANTS[name]
        case ast.Attribute(value=ast.Name(id="math" | "torch"), attr=name) if name in CONSTANTS:
            return CONSTANTS[name]
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in FUNCTIONS:
            return _call(name, [evaluate(argument) for argument in args])
    raise ProgramError("It may contain numbers, pi and e, + - * / **, and functions of numbers such as sqrt(2).")


def number(node: ast.Constant) -> Number:
    """A number as it was written. Raises ProgramError for text, complex numbers and numbers beyond their type."""
    value = node.value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ProgramError(f"{node.value!r} is no real number; numbers such as 2 or 0.5 work.", span_of(node))
    if isinstance(value, int) and value >= 1 << 63:
        sentence = "This whole number is too large for PyTorch's int64; with a decimal point or as 1e20 it works."
        raise ProgramError(sentence, span_of(node))
    if math.isinf(value):
        sentence = "This number is too large for a float (about 1.8e308 is the largest); write inf."
        raise ProgramError(sentence, span_of(node))
    return value


def combine(operator: ast.operator, left: Number, right: Number, node: ast.expr) -> Number:
    """One of + - * / % ** on two plain numbers. Raises ProgramError where Python would fail or leave the reals."""
    try:
        result = _OPERATORS[type(operator)](left, right)
    except ZeroDivisionError:
        sentence = "Python cannot divide a plain number by 0; divided by a variable that is 0, PyTorch gives inf."
        raise ProgramError(sentence, span_of(node)) from None
    except OverflowError:
        raise ProgramError("This is too large to compute; smaller numbers work.", span_of(node)) from None
    if isinstance(result, complex):
        raise ProgramError("A root of a negative number is not a real number.", span_of(node))
    if isinstance(result, int) and abs(result) >= 1 << 63:
        sentence = "This is too large for a whole number in PyTorch; with a decimal point (2.0) it works."
        raise ProgramError(sentence, span_of(node))
    return result


def _power(base: Number, exponent: Number) -> Number | complex:
    """9**9**9 would hold the interpreter for ever, so whole powers are bounded by the size of their result."""
    if isinstance(base, int) and isinstance(exponent, int) and abs(base) > 1 and base.bit_length() * exponent > 128:
        raise OverflowError
    result: Number | complex = base**exponent
    return result


def _call(name: str, numbers: list[Number]) -> Number:
    try:
        return FUNCTIONS[name](*numbers)
    except (ValueError, OverflowError):
        raise ProgramError(f"{name} has no real value here.") from None
    except TypeError:
        raise ProgramError(f"{name} takes another number of arguments.") from None
