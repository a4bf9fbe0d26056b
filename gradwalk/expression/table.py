"""The closed table of the short form: the functions of an expression, what they take, and what PyTorch calls them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import NamedTuple


class Function(NamedTuple):
    """A function of the short form.

    ``takes`` has one letter an argument: ``t`` a tensor (a plain number is wrapped into one), ``n`` a tensor or a
    number, ``i`` whole numbers (a dim). ``least`` of them are needed.
    """

    name: str
    torch: str
    takes: str
    least: int
    keywords: frozenset[str]
    example: str
    modules: frozenset[str]
    """The modules of PyTorch that have it."""
    needs_dim: bool = False
    """Whether PyTorch insists on a dim; the last one is written when none is given."""

    @property
    def method(self) -> bool:
        """Whether tensors have a method of this name: ``x.sin()``."""
        return "torch" in self.modules and self.name != "where"


def _entry(name: str, takes: str, least: int, keywords: str, example: str, needs_dim: bool = False) -> Function:
    modules = set() if name in _FUNCTIONAL_ONLY else {"torch"}
    if name in _FUNCTIONAL_ONLY or name in _IN_BOTH:
        modules |= {"F", "torch.nn.functional"}
    torch = ("torch." if "torch" in modules else "F.") + name
    return Function(name, torch, takes, least, frozenset(keywords.split()), example, frozenset(modules), needs_dim)


_ACTIVATIONS = "softplus silu gelu elu leaky_relu logsigmoid hardtanh"
_LOSSES = "mse_loss l1_loss smooth_l1_loss huber_loss binary_cross_entropy binary_cross_entropy_with_logits"
_FUNCTIONAL_ONLY = frozenset((*_ACTIVATIONS.split(), *_LOSSES.split()))
"""Functions that PyTorch keeps in torch.nn.functional, by custom imported as F."""

_IN_BOTH = frozenset(("relu", "sigmoid", "tanh", "softmax", "log_softmax"))
"""Functions that it has in both places."""

_UNARY = (
    "sin cos tan asin acos atan sinh cosh tanh exp expm1 exp2 log log2 log10 log1p sqrt rsqrt abs reciprocal square "
    "sigmoid relu sign floor ceil round trunc frac erf erfc softplus silu gelu logsigmoid hardtanh"
)
_REDUCTIONS = "sum mean prod amax amin std var norm"
_ALONG = "softmax log_softmax logsumexp cumsum cumprod"
_PAIRS = "dot matmul mm mv outer inner atan2 hypot maximum minimum logaddexp"

FUNCTIONS: Mapping[str, Function] = {
    entry.name: entry
    for entry in (
        *(_entry(name, "t", 1, "", f"{name}(x)") for name in _UNARY.split()),
        *(_entry(name, "ti", 1, "dim keepdim", f"{name}(x)") for name in _REDUCTIONS.split()),
        *(_entry(name, "ti", 1, "dim", f"{name}(x)", needs_dim=True) for name in _ALONG.split()),
        *(_entry(name, "tt", 2, "", f"{name}(a, b)") for name in (*_PAIRS.split(), *_LOSSES.split())),
        *(_entry(name, "tn", 2, "", f"{name}(a, b)") for name in ("add", "sub", "mul", "div")),
        _entry("pow", "nn", 2, "", "pow(x, 2)"),
        _entry("where", "tnn", 3, "", "where(x > 0, x, 0)"),
        _entry("clamp", "tnn", 1, "min max", "clamp(x, 0, 1)"),
        _entry("leaky_relu", "tn", 1, "negative_slope", "leaky_relu(x)"),
        _entry("elu", "tn", 1, "alpha", "elu(x)"),
        _entry("max", "tttt", 1, "", "max(a, b)"),
        _entry("min", "tttt", 1, "", "min(a, b)"),
    )
}

SHAPES: Mapping[str, tuple[int, int]] = {
    "t": (0, 0),
    "transpose": (2, 2),
    "reshape": (1, 3),
    "view": (1, 3),
    "flatten": (0, 0),
    "squeeze": (0, 1),
    "unsqueeze": (1, 1),
    "detach": (0, 0),
    "clone": (0, 0),
}
"""Methods that take whole numbers only, with the least and the most they take."""

ATTRIBUTES = frozenset(("T", "mT"))

ALIASES: Mapping[str, str] = {
    "ln": "log",
    "lg": "log10",
    "tg": "tan",
    "arcsin": "asin",
    "arccos": "acos",
    "arctan": "atan",
    "arctan2": "atan2",
    "sgn": "sign",
    "fabs": "abs",
    "power": "pow",
    "average": "mean",
    "expit": "sigmoid",
    "root": "sqrt",
}
"""Other people's names for the same functions."""

ELSEWHERE: Mapping[str, str] = {
    "cot": "cot is not here; write 1/tan(x).",
    "sec": "sec is not here; write 1/cos(x).",
    "csc": "csc is not here; write 1/sin(x).",
    "cbrt": "cbrt is not here; write x**(1/3).",
    "cross_entropy": "cross_entropy is not here; where the class is 0, it is logsumexp(x) - x[0].",
    "print": "Nothing needs to be printed here; every value is shown. Leave print out.",
    "grad": "The gradients are worked out for you, for every variable; leave this out.",
    "diff": "The derivatives are worked out for you; write the function alone.",
    "integrate": "Integrals are not part of this page; it finds derivatives.",
    "backward": "backward() is written for you, on the last line's value; leave this out.",
    "requires_grad_": "Each variable has a ∇ switch for this; leave this line out.",
    "item": "item() leaves the graph, so no gradient could flow; use the tensor itself.",
    "range": "There are no loops here; write the values as a vector, such as [0, 1, 2].",
    "float": "The dtype is chosen beside the expression; leave float() out.",
    "int": "Whole numbers carry no gradient; leave int() out, or use floor(x).",
}
"""Names that people do try, and what works instead."""

MODULES = frozenset(("torch", "math", "F", "torch.nn.functional"))

FOREIGN_MODULES: Mapping[str, str] = {
    "np": "NumPy's functions carry no gradient",
    "numpy": "NumPy's functions carry no gradient",
    "sp": "SymPy is not part of this page",
    "sympy": "SymPy is not part of this page",
    "jnp": "JAX is not part of this page",
    "tf": "TensorFlow is not part of this page",
    "nn": "Modules are not part of this page",
    "torch.nn": "Modules are not part of this page",
}


def function_named(name: str) -> Function | None:
    """The function of this name, or of its other name: ``ln`` is ``log``."""
    return FUNCTIONS.get(ALIASES.get(name, name))


def nearest(name: str, words: Iterable[str] | None = None) -> str | None:
    """The listed name that was probably meant: ``sine`` → ``sin``, ``sigmod`` → ``sigmoid``."""
    known = list(words) if words is not None else [*FUNCTIONS, *ALIASES]
    lowered = name.lower()
    if lowered in known:
        return lowered
    alike = [word for word in known if abs(len(word) - len(lowered)) <= max(1, len(lowered) // 3)]  # foo is no floor
    if found := difflib.get_close_matches(lowered, alike, n=1, cutoff=0.75):
        return found[0]
    return next(
        (word for word in sorted(known, key=len, reverse=True) if len(word) > 2 and lowered.startswith(word)), None
    )
