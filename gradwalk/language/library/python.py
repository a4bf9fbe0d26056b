"""What a program may name of Python's: functions, exceptions, mathematics; and torch's dtypes and contexts."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import torch

from gradwalk.language import costs
from gradwalk.language.library.kinds import Function
from gradwalk.program import ProgramError

DTYPES = {
    name: getattr(torch, name)
    for name in "float32 float64 float double float16 half bfloat16 int64 long int32 int int16 int8 uint8 bool".split()
}


CONTEXTS: dict[str, Callable[..., Any]] = {
    "no_grad": torch.no_grad,
    "enable_grad": torch.enable_grad,
    "set_grad_enabled": torch.set_grad_enabled,
    "inference_mode": torch.no_grad,
}
"""inference_mode is no_grad here: its tensors forbid what a recording needs to read."""


CONTEXT_KINDS = (torch.no_grad, torch.enable_grad, torch.set_grad_enabled, torch.autograd.graph.saved_tensors_hooks)


BASES = frozenset((torch.nn.Module, torch.autograd.Function, torch.utils.data.Dataset))
"""What a class of the program's own may stand on."""


def _factorial(n: int) -> int:
    if n > _LARGEST:
        raise ProgramError(f"math.factorial() takes at most {_LARGEST} here.")
    return math.factorial(n)


def _comb(n: int, k: int) -> int:
    if n > _LARGEST:
        raise ProgramError(f"math.comb() takes at most {_LARGEST} here.")
    return math.comb(n, k)


def _prod(items: Iterable[Any], start: Any = 1) -> Any:
    for item in items:
        start = start * item
        if isinstance(start, int) and start.bit_length() > 1024:
            raise ProgramError("This whole number would have more than 308 digits.")
    return start


_LARGEST = 150


MATH = {
    **{
        name: Function("math." + name, getattr(math, name), costs.written, "plain")
        for name in (
            "sin cos tan asin acos atan atan2 sinh cosh tanh exp expm1 log log2 log10 log1p sqrt fabs floor ceil "
            "hypot isnan isinf isfinite isclose degrees radians copysign erf erfc cbrt exp2 trunc gcd fsum dist fmod "
            "lgamma asinh acosh atanh gamma"
        ).split()
    },
    "factorial": Function("math.factorial", _factorial, costs.written, "plain"),
    "comb": Function("math.comb", _comb, costs.written, "plain"),
    "prod": Function("math.prod", _prod, costs.written, "plain"),
    "pi": math.pi,
    "e": math.e,
    "inf": math.inf,
    "nan": math.nan,
    "tau": math.tau,
}


BUILTINS = frozenset(
    (
        "print float int bool str abs round len range sum min max list tuple dict zip enumerate sorted reversed map "
        "filter any all isinstance type pow callable super repr set id next iter divmod object hash "
        "chr ord bin hex oct frozenset slice issubclass getattr hasattr setattr format display "
        "get_ipython"
    ).split()
)


EXCEPTIONS: dict[str, type[Exception]] = {
    kind.__name__: kind
    for kind in (
        Exception,
        RuntimeError,
        ValueError,
        TypeError,
        ZeroDivisionError,
        NameError,
        UnboundLocalError,
        AttributeError,
        IndexError,
        KeyError,
        AssertionError,
        OverflowError,
        ArithmeticError,
        LookupError,
        NotImplementedError,
        StopIteration,
        FloatingPointError,
        ImportError,
        ModuleNotFoundError,
        FileNotFoundError,
        Warning,
        UserWarning,
    )
}
"""The exception classes that a program may name."""
