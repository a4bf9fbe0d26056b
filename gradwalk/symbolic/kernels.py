"""What PyTorch's kernels compute on one element, as functions of SymPy expressions.

A rule's parameters carry PyTorch's own argument names, so the table is also a list of what each kernel may be given;
arguments that a rule does not name (``dtype``, ``memory_format``) do not change the formula. Only the functions are
written here: their derivatives are SymPy's.
"""

from __future__ import annotations

from collections.abc import Callable

import sympy
from sympy import Expr, Integer, Rational, atan2, cos, cosh, erf, exp, log, pi, sin, sinh, sqrt, tan, tanh

from gradwalk.symbolic.compare import Compare, clamp, indicator, magnitude, maximum, minimum, relu, where
from gradwalk.symbolic.functions import Ceil, Floor, Round, Sigmoid, Softplus, Trunc

Rule = Callable[..., Expr]

ZERO = Integer(0)
ONE = Integer(1)
HALF = Rational(1, 2)
HUNDREDTH = sympy.Float("0.01")


def _same(self: Expr) -> Expr:
    return self


def _divide(self: Expr, other: Expr, rounding_mode: str | None = None) -> Expr:
    quotient = self / other
    if rounding_mode is None:
        return quotient
    return Floor(quotient) if rounding_mode == "floor" else Trunc(quotient)


def _gelu(self: Expr, approximate: str = "none") -> Expr:
    if approximate == "tanh":
        return HALF * self * (1 + tanh(sqrt(2 / pi) * (self + sympy.Float("0.044715") * self**3)))
    return HALF * self * (1 + erf(self / sqrt(2)))


def _softplus(self: Expr, beta: Expr = ONE, threshold: Expr | None = None) -> Expr:
    return Softplus(beta * self) / beta


def _leaky_relu(self: Expr, negative_slope: Expr = HUNDREDTH) -> Expr:
    return Compare(self, ZERO, self, negative_slope * self, negative_slope * self)


def _elu(self: Expr, alpha: Expr = ONE, scale: Expr = ONE, input_scale: Expr = ONE) -> Expr:
    below = scale * alpha * (exp(input_scale * self) - 1)
    return Compare(self, ZERO, scale * self, below, below)


def _hardsigmoid(self: Expr) -> Expr:
    return Compare(self, Integer(3), ONE, ONE, Compare(self, Integer(-3), self / 6 + HALF, ZERO, ZERO))


def _binary_cross_entropy(self: Expr, target: Expr) -> Expr:
    return -(target * log(self) + (1 - target) * log(1 - self))


def _huber(self: Expr, target: Expr, delta: Expr = ONE) -> Expr:
    error = self - target
    square = error**2 / 2
    return Compare(magnitude(error), delta, delta * (magnitude(error) - delta / 2), square, square)


RULES: dict[str, Rule] = {
    # arithmetic
    "add": lambda self, other, alpha=ONE: self + alpha * other,
    "sub": lambda self, other, alpha=ONE: self - alpha * other,
    "rsub": lambda self, other, alpha=ONE: other - alpha * self,
    "mul": lambda self, other: self * other,
    "div": _divide,
    "neg": lambda self: -self,
    "reciprocal": lambda self: 1 / self,
    "square": lambda self: self**2,
    "pow": lambda self, exponent: self**exponent,
    "remainder": lambda self, other: self - other * Floor(self / other),
    "fmod": lambda self, other: self - other * Trunc(self / other),
    "floor_divide": lambda self, other: Floor(self / other),
    "lerp": lambda self, end, weight: self + weight * (end - self),
    "addcmul": lambda self, tensor1, tensor2, value=ONE: self + value * tensor1 * tensor2,
    "addcdiv": lambda self, tensor1, tensor2, value=ONE: self + value * tensor1 / tensor2,
    # powers, exponentials, logarithms
    "sqrt": lambda self: sqrt(self),
    "rsqrt": lambda self: 1 / sqrt(self),
    "hypot": lambda self, other: sqrt(self**2 + other**2),
    "exp": exp,
    "exp2": lambda self: Integer(2) ** self,
    "expm1": lambda self: exp(self) - 1,
    "log": log,
    "log2": lambda self: log(self) / log(2),
    "log10": lambda self: log(self) / log(10),
    "log1p": lambda self: log(1 + self),
    "logaddexp": lambda self, other: log(exp(self) + exp(other)),
    "xlogy": lambda self, other: self * log(other),
    # circular and hyperbolic functions
    "sin": sin,
    "cos": cos,
    "tan": tan,
    "asin": sympy.asin,
    "acos": sympy.acos,
    "atan": sympy.atan,
    "atan2": lambda self, other: atan2(self, other),
    "sinh": sinh,
    "cosh": cosh,
    "tanh": tanh,
    "asinh": sympy.asinh,
    "acosh": sympy.acosh,
    "atanh": sympy.atanh,
    "erf": erf,
    "erfc": lambda self: 1 - erf(self),
    # activations
    "sigmoid": Sigmoid,
    "log_sigmoid_forward": lambda self: -Softplus(-self),
    "logit": lambda self: log(self / (1 - self)),
    "softplus": _softplus,
    "relu": lambda self: relu(self),
    "leaky_relu": _leaky_relu,
    "elu": _elu,
    "celu": lambda self, alpha=ONE: _elu(self, alpha, ONE, 1 / alpha),
    "gelu": _gelu,
    "silu": lambda self: self * Sigmoid(self),
    "mish": lambda self: self * tanh(Softplus(self)),
    "hardtanh": lambda self, min_val=-ONE, max_val=ONE: Compare(
        self, max_val, max_val, max_val, Compare(self, min_val, self, min_val, min_val)
    ),
    "hardsigmoid": _hardsigmoid,
    # what bends and what steps
    "abs": lambda self: magnitude(self),
    "maximum": lambda self, other: maximum(self, other),
    "minimum": lambda self, other: minimum(self, other),
    "clamp": lambda self, min=None, max=None: clamp(self, min, max),  # noqa: A006 - PyTorch's argument names
    "clamp_min": lambda self, min: clamp(self, min, None),  # noqa: A006
    "clamp_max": lambda self, max: clamp(self, None, max),  # noqa: A006
    "where": lambda condition, self, other: where(condition, self, other),
    "masked_fill": lambda self, mask, value: where(mask, value, self),
    "gt": lambda self, other: indicator(self, other, 1, 0, 0),
    "ge": lambda self, other: indicator(self, other, 1, 1, 0),
    "lt": lambda self, other: indicator(self, other, 0, 0, 1),
    "le": lambda self, other: indicator(self, other, 0, 1, 1),
    "eq": lambda self, other: indicator(self, other, 0, 1, 0),
    "ne": lambda self, other: indicator(self, other, 1, 0, 1),
    "sign": lambda self: indicator(self, ZERO, 1, 0, -1),
    "sgn": lambda self: indicator(self, ZERO, 1, 0, -1),
    "floor": Floor,
    "ceil": Ceil,
    "round": Round,
    "trunc": Trunc,
    # numbers that the program wrote down
    "scalar_tensor": lambda s: s,
    "full": lambda fill_value: fill_value,
    "full_like": lambda self, fill_value: fill_value,
    "zeros": lambda: ZERO,
    "zeros_like": lambda self: ZERO,
    "ones": lambda: ONE,
    "ones_like": lambda self: ONE,
    # losses, on one element
    "mse_loss": lambda self, target: (self - target) ** 2,
    "binary_cross_entropy": _binary_cross_entropy,
    "binary_cross_entropy_with_logits": lambda self, target: Softplus(self) - target * self,
    "huber_loss": _huber,
    "smooth_l1_loss": lambda self, target, beta=ONE: _huber(self, target, beta) / beta,
    # the same number in another place, type or shape
    **dict.fromkeys(
        (
            "alias", "clone", "contiguous", "detach", "expand", "flatten", "lift_fresh", "permute", "reshape",
            "squeeze", "t", "_to_copy", "transpose", "unsqueeze", "view", "_unsafe_view",
        ),
        _same,
    ),
}  # fmt: skip

SINGLE: dict[str, Rule] = {
    # what reductions and products come to where every operand has one element
    **dict.fromkeys(("sum", "mean", "prod", "amax", "amin", "logsumexp", "nansum", "trace", "cumsum"), _same),
    "max": lambda self, other=None: self if other is None else maximum(self, other),
    "min": lambda self, other=None: self if other is None else minimum(self, other),
    "linalg_vector_norm": lambda self: magnitude(self),
    "dot": lambda self, tensor: self * tensor,
    "vdot": lambda self, other: self * other,
    "mv": lambda self, vec: self * vec,
    "mm": lambda self, mat2: self * mat2,
    "bmm": lambda self, mat2: self * mat2,
    "addmm": lambda self, mat1, mat2, beta=ONE, alpha=ONE: beta * self + alpha * mat1 * mat2,
    "addmv": lambda self, mat, vec, beta=ONE, alpha=ONE: beta * self + alpha * mat * vec,
    "select": _same,
    "slice": _same,
}

LOSSES = ("mse_loss", "binary_cross_entropy", "binary_cross_entropy_with_logits", "huber_loss", "smooth_l1_loss")
"""Elementwise rules followed by a reduction that the kernel's ``reduction`` argument names: 0 none, 1 mean, 2 sum."""
