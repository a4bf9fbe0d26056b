"""What exact arithmetic gives for a kernel on single numbers: beside what PyTorch's dtype could hold of it."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

from gradwalk.notation import Algebra, Kernel

_FAILURES = (ArithmeticError, ValueError, TypeError, AttributeError)
"""What Python's own functions raise outside their domain; an OverflowError is told apart."""


def exact(known: Kernel, inputs: Mapping[str, float | None]) -> float | None:
    """The number in double precision, infinite where not even that holds it; None where nothing sure can be said."""
    if known.rule is None or any(number is None for number in inputs.values()):
        return None
    _, *parameters = inspect.signature(known.rule).parameters
    given = {name: number for name, number in inputs.items() if name in parameters}
    try:
        found = known.rule(NUMBERS, **given)
        return float(found)
    except OverflowError:
        return math.inf
    except _FAILURES:
        return None


def _compare(first: float, second: float, above: Any, tied: Any, below: Any) -> Any:
    return above if first > second else tied if first == second else below


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


def _clamped(x: float, low: float | None, high: float | None) -> float:
    raised = x if low is None else max(x, low)
    return raised if high is None else min(raised, high)


_PLAIN = "sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh erf exp log sqrt floor ceil trunc".split()
_FUNCTIONS: dict[str, Callable[..., Any]] = {name: getattr(math, name) for name in _PLAIN}
NUMBERS: Algebra = SimpleNamespace(
    **_FUNCTIONS,
    pi=math.pi,
    sigmoid=_sigmoid,
    softplus=lambda x: max(x, 0.0) + math.log1p(math.exp(-abs(x))),
    round=round,
    absolute=abs,
    maximum=max,
    minimum=min,
    clamp=_clamped,
    where=lambda condition, chosen, other: chosen if condition else other,
    compare=_compare,
)
