"""A kernel's arguments as SymPy expressions, and the kernel's rule applied to them.

No text is ever handed to SymPy, which would evaluate it as Python: constants are read by ``float``, names become
symbols of ours, and what is neither is refused.
"""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Mapping
from functools import cache

import sympy
from sympy import Expr, Float, Integer, Rational

from gradwalk.notation import kernel as known_kernel
from gradwalk.notation.kernel_record import Rule
from gradwalk.symbolic.algebra import SYMBOLS

LARGEST_INTEGER = 1000
_NUMBER = re.compile(r"-?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\Z", re.IGNORECASE)
_WORDS = ("approximate", "rounding_mode")
_FLAGS = {"True": Integer(1), "False": Integer(0)}
_KNOWN = {math.pi: sympy.pi, -math.pi: -sympy.pi, math.tau: 2 * sympy.pi, math.e: sympy.E, math.sqrt(2): sympy.sqrt(2)}


class InexpressibleError(Exception):
    """There is no bounded formula for this."""


def number(value: float) -> Expr:
    """A number as a textbook writes it: small whole numbers, halves and quarters exactly, π as π.

    Large whole numbers become floating-point ones, because SymPy would compute 1000000 ** 1000000 exactly.
    """
    if not math.isfinite(value):
        raise InexpressibleError
    if value in _KNOWN:
        return _KNOWN[value]
    numerator, denominator = value.as_integer_ratio()
    if abs(numerator) <= LARGEST_INTEGER and denominator <= 8:
        return Rational(numerator, denominator)
    return Float(value)


def constant(name: str, text: str) -> Expr | str:
    """A constant argument by PyTorch's name, from the text that a recording keeps; raises InexpressibleError."""
    if name in _WORDS:
        return text.strip("'\"")
    if text in _FLAGS:
        return _FLAGS[text]
    if _NUMBER.match(text):
        return number(float(text))
    raise InexpressibleError


def apply(kernel: str, operands: Mapping[str, Expr], constants: Mapping[str, str], single: bool) -> Expr:
    """What the kernel computes on one element; raises InexpressibleError.

    ``single`` says that every operand has one element, so that reductions and products of matrices have a rule too.
    A loss's own reduction is left to the caller.
    """
    known = known_kernel(kernel)
    rule = known.rule or (known.single if single else None)
    if rule is None:
        raise InexpressibleError
    needed, optional = _parameters(rule)
    if not operands.keys() <= needed | optional:
        raise InexpressibleError
    given = {key: constant(key, text) for key, text in constants.items() if key in needed | optional and text != "None"}
    arguments = {**given, **operands}
    if not needed <= arguments.keys():
        raise InexpressibleError
    return sympy.sympify(rule(SYMBOLS, **arguments))


@cache
def _parameters(rule: Rule) -> tuple[frozenset[str], frozenset[str]]:
    """The argument names that a rule needs, and those it can do without."""
    _, *parameters = inspect.signature(rule).parameters.values()
    needed = frozenset(parameter.name for parameter in parameters if parameter.default is parameter.empty)
    return needed, frozenset(parameter.name for parameter in parameters) - needed


def averaged(kernel: str, constants: Mapping[str, str]) -> bool:
    """Whether a loss divides by the number of its elements, as it does unless its ``reduction`` says otherwise."""
    return known_kernel(kernel).loss and constants.get("reduction", "1") == "1"
