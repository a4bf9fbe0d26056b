"""What is known of each of PyTorch's kernels, in one record: how it is written, its name, what it does to operands.

What SymPy makes of a kernel stands in ``symbolic.kernels``, and how a step through it is told in ``explain.speakers``.
"""

from __future__ import annotations

from enum import Flag, auto
from typing import NamedTuple

from gradwalk.recording import Constant, Operation


class Trait(Flag):
    """What a kernel does with its operands' elements. One without a trait works element by element."""

    BROADCASTS = auto()
    """Its operands may have fewer dimensions than the result."""
    MOVES = auto()
    """It moves numbers and computes none; its Jacobian has no short form."""
    CHOOSES = auto()
    """It takes some elements out."""
    MULTIPLIES = auto()
    """A product of matrices."""
    WHOLE = auto()
    """Its Jacobian is written as a matrix, not for one element."""
    SPREADS = auto()
    """Each element of the result depends on a whole row (softmax)."""
    REORDERS = auto()
    """Elements of the result come from other places, or from several."""
    REDUCES = auto()
    EXTREME = auto()
    """A greatest or least element, which several may share."""
    COUNTS = auto()
    """It gives indices, truth values or counts: it has no derivative at all."""
    STAIRS = auto()
    """Flat but for its steps."""

    MIXES = MOVES | CHOOSES | MULTIPLIES | SPREADS | REORDERS
    """An element of the result does not come from the same element of the operands."""


class Kernel(NamedTuple):
    """Braces around an argument's name, as PyTorch calls it, hold the argument."""

    text: str = ""
    """As short text; empty: as a call."""
    latex: str = ""
    """In LaTeX; empty: as a call."""
    called: str = ""
    """In a sentence; empty: by ``function_name``."""
    traits: Trait = Trait(0)


_PRODUCT = Trait.MULTIPLIES | Trait.WHOLE

KERNELS: dict[str, Kernel] = {
    "add": Kernel("{self} + {other}", r"{self} + {other}", "addition", Trait.BROADCASTS),
    "sub": Kernel("{self} − {other}", r"{self} - {other}", "subtraction", Trait.BROADCASTS),
    "rsub": Kernel("{other} − {self}", r"{other} - {self}", "subtraction", Trait.BROADCASTS),
    "mul": Kernel("{self} · {other}", r"{self} \cdot {other}", "multiplication", Trait.BROADCASTS),
    "div": Kernel("{self} / {other}", r"\frac{self}{other}", "division", Trait.BROADCASTS),
    "pow": Kernel("", r"{self}^{exponent}", "the power", Trait.BROADCASTS),
    "square": Kernel(called="the square"),
    "neg": Kernel("−{self}", r"- {self}", "the minus sign"),
    "reciprocal": Kernel("1 / {self}", r"\frac{1}{self}", "1 / x"),
    "abs": Kernel("|{self}|", r"\left|{self}\right|", "the absolute value"),
    "sqrt": Kernel("√{self}", r"\sqrt{self}", "the square root"),
    "rsqrt": Kernel("", r"\frac{1}{\sqrt{self}}"),
    "exp": Kernel("exp({self})", r"e^{self}"),
    "log2": Kernel("", r"\log_2\left({self}\right)"),
    "log10": Kernel("", r"\log_{10}\left({self}\right)"),
    **{name: Kernel("", rf"\{name}\left({{self}}\right)") for name in "sin cos tan sinh cosh tanh log".split()},
    "sigmoid": Kernel("", r"\sigma\left({self}\right)"),
    "maximum": Kernel("max({self}, {other})", r"\max\left({self}, {other}\right)", "max", Trait.BROADCASTS),
    "minimum": Kernel("min({self}, {other})", r"\min\left({self}, {other}\right)", "min", Trait.BROADCASTS),
    "where": Kernel(
        "where({condition}, {self}, {other})",
        r"\text{where}\left({condition}, {self}, {other}\right)",
        traits=Trait.BROADCASTS,
    ),
    **dict.fromkeys("atan2 hypot remainder fmod lerp logaddexp xlogy".split(), Kernel(traits=Trait.BROADCASTS)),
    "gt": Kernel("{self} > {other}", r"\left({self} > {other}\right)", "the comparison", Trait.COUNTS),
    "ge": Kernel("{self} ≥ {other}", r"\left({self} \ge {other}\right)", "the comparison", Trait.COUNTS),
    "lt": Kernel("{self} < {other}", r"\left({self} < {other}\right)", "the comparison", Trait.COUNTS),
    "le": Kernel("{self} ≤ {other}", r"\left({self} \le {other}\right)", "the comparison", Trait.COUNTS),
    "eq": Kernel("{self} = {other}", r"\left({self} = {other}\right)", "the comparison", Trait.COUNTS),
    "ne": Kernel("{self} ≠ {other}", r"\left({self} \ne {other}\right)", "the comparison", Trait.COUNTS),
    **dict.fromkeys(
        "argmax argmin argsort isnan isinf isfinite logical_not logical_and logical_or count_nonzero nonzero "
        "bincount".split(),
        Kernel(traits=Trait.COUNTS),
    ),
    **dict.fromkeys("floor ceil round trunc sign sgn".split(), Kernel(traits=Trait.STAIRS)),
    "dot": Kernel("{self} · {tensor}", r"{self}\cdot {tensor}", "the dot product", Trait.WHOLE),
    "mm": Kernel("{self} @ {mat2}", r"{self}\,{mat2}", "the matrix product", _PRODUCT),
    "mv": Kernel("{self} @ {vec}", r"{self}\,{vec}", "the matrix product", _PRODUCT),
    "bmm": Kernel("{self} @ {mat2}", "", "the matrix product", _PRODUCT),
    "addmm": Kernel(
        "{self} + {mat1} @ {mat2}", r"{self} + {mat1}\,{mat2}", "the matrix product", _PRODUCT | Trait.BROADCASTS
    ),
    "matmul": Kernel("{self} @ {other}", traits=Trait.MULTIPLIES),
    **dict.fromkeys("sum mean prod logsumexp nll_loss_forward".split(), Kernel(traits=Trait.REDUCES)),
    **dict.fromkeys("max min amax amin".split(), Kernel(traits=Trait.REDUCES | Trait.EXTREME)),
    "linalg_vector_norm": Kernel("‖{self}‖", r"\left\|{self}\right\|", "the norm", Trait.REDUCES),
    "_softmax": Kernel(called="softmax", traits=Trait.SPREADS),
    "_log_softmax": Kernel(called="log_softmax", traits=Trait.SPREADS),
    **dict.fromkeys("cumsum cumprod flip roll".split(), Kernel(traits=Trait.REORDERS)),
    "t": Kernel("{self}ᵀ", r"{self}^\top", "the transpose", Trait.MOVES),
    "numpy_T": Kernel("{self}ᵀ", traits=Trait.MOVES),
    "view": Kernel(called="reshape", traits=Trait.MOVES),
    "_unsafe_view": Kernel(called="reshape", traits=Trait.MOVES),
    **dict.fromkeys(
        "reshape transpose permute unsqueeze squeeze cat stack flatten movedim".split(), Kernel(traits=Trait.MOVES)
    ),
    "expand": Kernel(traits=Trait.MOVES | Trait.BROADCASTS),
    "select": Kernel("{self}[{index}]", r"{self}[{index}]", "the index", Trait.CHOOSES),
    "slice": Kernel("", r"{self}[{range}]", "the index", Trait.CHOOSES),
    **dict.fromkeys("index gather masked_select index_select diagonal narrow".split(), Kernel(traits=Trait.CHOOSES)),
    "scalar_tensor": Kernel("{s}", "{s}", "a constant"),
    "clone": Kernel("copy of {self}", "", "the copy"),
    "_to_copy": Kernel("{self} as {dtype}", r"{self} \text{ as } {dtype}", "the change of dtype"),
}
_PLAIN = Kernel()
# Arguments that say nothing when they are what PyTorch takes by default.
_DEFAULTS = {
    ("alpha", "1"), ("beta", "1"), ("keepdim", "False"), ("dtype", "None"), ("dim", "None"), ("half_to_float", "False"),
    ("implicit", "False"), ("reduction", "1"), ("weight", "None"), ("memory_format", "None"), ("rounding_mode", "None"),
    ("ord", "2"), ("threshold", "20"), ("approximate", "'none'"), ("min", "None"), ("max", "None"),
    ("ignore_index", "-100"), ("correction", "None"),
}  # fmt: skip


def kernel(name: str) -> Kernel:
    """What is known of the kernel of this name (``call_name``); of most, nothing is special."""
    return KERNELS.get(name, _PLAIN)


def has(name: str, trait: Trait) -> bool:
    """Whether the kernel has this trait, or one of these."""
    return bool(kernel(name).traits & trait)


def kernels(trait: Trait) -> tuple[str, ...]:
    """The names of all kernels with this trait."""
    return tuple(name for name in KERNELS if has(name, trait))


def base_name(kernel: str) -> str:
    """A kernel's name without its overload and the underscore of the in-place form: ``pow``, ``add``."""
    return kernel.split(".")[0].rstrip("_")


def call_name(operation: Operation) -> str:
    """The base name of the operation's kernel; a matrix's ``.T``, which PyTorch runs as a permutation, is ``t``."""
    if operation.kernel == "permute" and operation.constants and operation.constants[0].text == "[1, 0]":
        return "t"
    return base_name(operation.kernel)


def function_name(kernel: str) -> str:
    """What a reader calls a kernel: ``_softmax`` is softmax, and ``view`` mostly comes from reshape."""
    return "reshape" if kernel in ("view", "_unsafe_view") else kernel.lstrip("_").removesuffix("_forward")


def elementwise(operation: Operation) -> bool:
    """Whether each element of the result comes from the same element of the operands."""
    return not has(call_name(operation), Trait.MIXES)


def default_constant(constant: Constant) -> bool:
    """Whether the argument is what PyTorch takes by itself, so that writing it would say nothing."""
    return (constant.name, constant.text) in _DEFAULTS
