"""What is written down of one of PyTorch's kernels, and the algebra that its rule is written in."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import Enum
from typing import Any, NamedTuple, Protocol

Rule = Callable[..., Any]
"""What a kernel computes on one element: ``rule(f, **arguments)``, where ``f`` is an ``Algebra``.

Its parameters carry PyTorch's own argument names; an argument that it does not name (``dtype``, ``memory_format``) does
not change what is computed.
"""


class Algebra(Protocol):
    """The functions that rules are written in. Numbers, symbols and tensors each have one."""

    pi: Any
    sin: Rule
    cos: Rule
    tan: Rule
    asin: Rule
    acos: Rule
    atan: Rule
    atan2: Rule
    sinh: Rule
    cosh: Rule
    tanh: Rule
    asinh: Rule
    acosh: Rule
    atanh: Rule
    erf: Rule
    exp: Rule
    log: Rule
    sqrt: Rule
    sigmoid: Rule
    softplus: Rule
    floor: Rule
    ceil: Rule
    round: Rule
    trunc: Rule
    absolute: Rule
    maximum: Rule
    minimum: Rule
    clamp: Rule
    """``clamp(x, low, high)``; a bound can be None."""
    where: Rule
    compare: Rule
    """``compare(a, b, above, tied, below)``: ``above`` where a > b, ``tied`` where a = b, ``below`` where a < b."""


class Form(Enum):
    """How the elements of a result hang on the elements of an operand."""

    ELEMENTWISE = "on those at the same place; operands are broadcast to the shape of the result"
    REDUCTION = "each element of the operand goes into one element of the result"
    PRODUCT = "a product of matrices or vectors"
    VIEW = "the same elements in the same order, in another shape"
    ORDER = "the same elements, with the dimensions in another order"
    SHUFFLE = "the same elements in another order"
    EXPAND = "each element of the operand is copied to one or more places"
    CHOICE = "each element of the result is one of the operand"
    JOIN = "the elements of several operands, beside each other"
    GROUP = "on those along a dimension"
    OTHER = "unknown"


class Kernel(NamedTuple):
    """One of PyTorch's kernels, under its name without overload and without the underscore of the form in place."""

    name: str
    form: Form = Form.OTHER
    title: str = ""
    """What an operation is called in a title; the function's name where it is empty."""
    text: str = ""
    """As plain text, with PyTorch's argument names in braces; a call where it is empty."""
    latex: str = ""
    """In LaTeX; braces around an argument's name hold the operand."""
    rule: Rule | None = None
    single: Rule | None = None
    """A rule that holds only where every operand has one element."""
    call: str = ""
    """What a reader calls it as a function; its own name where it is empty."""
    told: str = ""
    """Which kind of sentence says what its step does."""
    silent: tuple[str, ...] = ()
    """Arguments that say how the layer was built and nothing of this call: they are not written."""
    domain: str = ""
    """What a number must not be, where not all are allowed."""
    factors: tuple[str, str] | None = None
    """Of a product C = A B: the arguments that are A and B."""
    added: tuple[str, ...] = ()
    """Of a product: the arguments that are added to it, and may be smaller."""
    signs: tuple[tuple[str, int], ...] = ()
    """Of a sum: its terms, each with its sign."""
    truth: bool = False
    """It gives indices, truth values or counts, and has no derivative at all."""
    stairs: bool = False
    """It is flat between its steps."""
    loss: bool = False
    """Its rule is followed by the reduction that its argument ``reduction`` names: 0 none, 1 mean, 2 sum."""


def base_name(kernel: str) -> str:
    """A kernel's name without its overload and the underscore of the in-place form."""
    return kernel.split(".")[0].rstrip("_")


def each(names: str, **common: Any) -> Iterable[Kernel]:
    """Kernels that differ in their names alone."""
    return (Kernel(name, **common) for name in names.split())
