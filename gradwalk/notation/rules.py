"""Rules of kernels that take more than a line: what each computes on one element (``kernel_record.Rule``)."""

from __future__ import annotations

from typing import Any

from gradwalk.notation.kernel_record import Algebra


def same(f: Algebra, self: Any) -> Any:
    del f
    return self


def divide(f: Algebra, self: Any, other: Any, rounding_mode: str | None = None) -> Any:
    quotient = self / other
    if rounding_mode is None:
        return quotient
    return f.floor(quotient) if rounding_mode == "floor" else f.trunc(quotient)


def gelu(f: Algebra, self: Any, approximate: str = "none") -> Any:
    if approximate == "tanh":
        return self / 2 * (1 + f.tanh(f.sqrt(2 / f.pi) * (self + 0.044715 * self**3)))
    return self / 2 * (1 + f.erf(self / f.sqrt(2)))


def softplus(f: Algebra, self: Any, beta: Any = 1, threshold: Any = None) -> Any:
    del threshold  # beyond it the function is a straight line, for the sake of its numbers alone
    return f.softplus(beta * self) / beta


def leaky_relu(f: Algebra, self: Any, negative_slope: Any = 0.01) -> Any:
    return f.compare(self, 0, self, negative_slope * self, negative_slope * self)


def elu(f: Algebra, self: Any, alpha: Any = 1, scale: Any = 1, input_scale: Any = 1) -> Any:
    below = scale * alpha * (f.exp(input_scale * self) - 1)
    return f.compare(self, 0, scale * self, below, below)


def celu(f: Algebra, self: Any, alpha: Any = 1) -> Any:
    below = alpha * (f.exp(self / alpha) - 1)
    return f.compare(self, 0, self, below, below)


def hardtanh(f: Algebra, self: Any, min_val: Any = -1, max_val: Any = 1) -> Any:
    return f.compare(self, max_val, max_val, max_val, f.compare(self, min_val, self, min_val, min_val))


def hardsigmoid(f: Algebra, self: Any) -> Any:
    return f.compare(self, 3, 1, 1, f.compare(self, -3, (self + 3) / 6, 0, 0))


def binary_cross_entropy(f: Algebra, self: Any, target: Any) -> Any:
    return -(target * f.log(self) + (1 - target) * f.log(1 - self))


def huber(f: Algebra, self: Any, target: Any, delta: Any = 1) -> Any:
    error = self - target
    square, size = error**2 / 2, f.absolute(error)
    return f.compare(size, delta, delta * (2 * size - delta) / 2, square, square)
