"""The algebra of SymPy's expressions, in which the kernels' rules are computed for formulas."""

from __future__ import annotations

from types import SimpleNamespace

import sympy

from gradwalk.notation import Algebra
from gradwalk.symbolic.compare import Compare, clamp, magnitude, maximum, minimum, where
from gradwalk.symbolic.functions import Ceil, Floor, Round, Sigmoid, Softplus, Trunc

SYMBOLS: Algebra = SimpleNamespace(
    pi=sympy.pi,
    sin=sympy.sin,
    cos=sympy.cos,
    tan=sympy.tan,
    asin=sympy.asin,
    acos=sympy.acos,
    atan=sympy.atan,
    atan2=sympy.atan2,
    sinh=sympy.sinh,
    cosh=sympy.cosh,
    tanh=sympy.tanh,
    asinh=sympy.asinh,
    acosh=sympy.acosh,
    atanh=sympy.atanh,
    erf=sympy.erf,
    exp=sympy.exp,
    log=sympy.log,
    sqrt=sympy.sqrt,
    sigmoid=Sigmoid,
    softplus=Softplus,
    floor=Floor,
    ceil=Ceil,
    round=Round,
    trunc=Trunc,
    absolute=magnitude,
    maximum=maximum,
    minimum=minimum,
    clamp=clamp,
    where=where,
    compare=Compare,
)
