"""The closed table of what a program may name: functions, methods and attributes of torch and math.

What is not listed here does not exist. Each function comes with its cost (``costs``), which is charged before it runs.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F

from gradwalk import costs
from gradwalk.costs import Cost

# A program can hold these in its variables. They are no tuples, since a tuple can be indexed and unpacked.


@dataclass(frozen=True, slots=True)
class Function:
    """Something a program may call."""

    name: str
    call: Callable[..., Any]
    cost: Cost
    kind: str = "operation"
    """``operation`` (watched), ``operator`` (the same, but only for tensors themselves, not for lists of them),
    ``creation`` (makes values from numbers) or ``plain`` (touches no graph)."""


@dataclass(frozen=True, slots=True)
class Module:
    """An imported module: only the listed names."""

    name: str
    names: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Method:
    """A method of a tensor, not yet called."""

    function: Function
    base: torch.Tensor


@dataclass(frozen=True, slots=True)
class Builtin:
    """One of Python's own functions, by name."""

    name: str


_UNARY = (
    "sin cos tan asin acos atan sinh cosh tanh exp expm1 exp2 log log2 log10 log1p sqrt rsqrt abs neg negative "
    "reciprocal square sigmoid relu sign floor ceil round trunc frac erf erfc isnan isinf isfinite logical_not "
)
_BINARY = (
    "add sub subtract mul multiply pow maximum minimum atan2 fmod remainder eq ne lt le gt ge "
    "logical_and logical_or clamp clip lerp hypot logaddexp addcmul addcdiv "
)
_REDUCTIONS = (
    "sum mean prod max min amax amin std var norm logsumexp argmax argmin all any cumsum cumprod softmax log_softmax "
)
_SHAPES = (
    "reshape flatten squeeze unsqueeze t transpose permute flip roll tril triu clone numel detach "
    "movedim select narrow ravel "
)
_PRODUCTS = "matmul mm mv dot bmm inner addmm addmv "
_BOTH: tuple[tuple[str, Cost], ...] = (
    (_UNARY, costs.same),
    (_BINARY, costs.broadcast),
    ("div divide true_divide", costs.divided),
    ("where", costs.selected),
    (_REDUCTIONS, costs.same),
    (_SHAPES, costs.same),
    (_PRODUCTS, costs.product),
    ("outer", costs.outer),
    ("diag", costs.diagonal),
)


def _table(
    prefix: str, source: Any, groups: Iterable[tuple[str, Cost]], kind: str = "operation"
) -> dict[str, Function]:
    return {
        name: Function(prefix + name, getattr(source, name), cost, kind)
        for names, cost in groups
        for name in names.split()
        if hasattr(source, name)
    }


TORCH_FUNCTIONS = {
    **_table("torch.", torch, _BOTH),
    **_table(
        "torch.", torch, [("cat concat stack hstack vstack", costs.joined), ("broadcast_to tile", costs.expanded)]
    ),
    **_table(
        "torch.",
        torch,
        [
            ("tensor", costs.written),
            ("zeros ones rand randn", costs.sizes),
            ("full", costs.full),
            ("eye", costs.eye),
            ("arange", costs.arange),
            ("linspace", costs.linspace),
            ("zeros_like ones_like full_like rand_like randn_like", costs.same),
        ],
        kind="creation",
    ),
    **_table("torch.", torch, [("is_tensor is_grad_enabled", costs.written)], kind="plain"),
}
RANDOM = frozenset(f"torch.{name}" for name in ("rand", "randn", "rand_like", "randn_like"))
"""Creations that draw from the program's own generator."""

FUNCTIONAL = _table(
    "F.",
    F,
    [
        (
            "relu sigmoid tanh softplus leaky_relu gelu elu silu logsigmoid hardtanh softmax log_softmax normalize",
            costs.same,
        ),
        ("mse_loss l1_loss smooth_l1_loss huber_loss hinge_embedding_loss", costs.broadcast),
        ("binary_cross_entropy binary_cross_entropy_with_logits", costs.broadcast),
        ("nll_loss cross_entropy", costs.same),
        ("linear", costs.linear),
        ("one_hot", costs.classes),
    ],
)

METHODS = {
    **_table("Tensor.", torch.Tensor, _BOTH),
    **_table(
        "Tensor.",
        torch.Tensor,
        [
            ("view view_as expand_as contiguous float double half long int bool type_as reshape_as cpu", costs.same),
            ("unbind chunk split", costs.same),
            ("to", costs.moved),
            ("div_", costs.divided),
            ("expand repeat broadcast_to tile", costs.expanded),
            ("add_ sub_ mul_ pow_ neg_ zero_ fill_ copy_ clamp_ exp_ sin_ cos_ sqrt_ tanh_ sigmoid_ relu_", costs.same),
        ],
    ),
    **_table(
        "Tensor.",
        torch.Tensor,
        [
            (
                "item tolist dim ndimension size requires_grad_ retain_grad detach_ is_floating_point element_size "
                "register_hook numpy is_contiguous stride ",
                costs.same,
            )
        ],
        kind="plain",
    ),
    "backward": Function("Tensor.backward", torch.Tensor.backward, costs.same, "backward"),
}

ATTRIBUTES = frozenset(
    "grad grad_fn requires_grad is_leaf shape dtype ndim T mT data retains_grad output_nr device".split()
)
"""Attributes of a tensor that a program may read."""

SETTABLE = frozenset("grad requires_grad data".split())

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
CONTEXT_KINDS = (torch.no_grad, torch.enable_grad, torch.set_grad_enabled)
BASES = frozenset((torch.nn.Module, torch.autograd.Function))
"""What a class of the program's own may stand on."""

MATH = {
    **{
        name: Function("math." + name, getattr(math, name), costs.written, "plain")
        for name in (
            "sin cos tan asin acos atan atan2 sinh cosh tanh exp expm1 log log2 log10 log1p sqrt fabs floor ceil "
            "hypot isnan isinf isfinite isclose degrees radians copysign erf"
        ).split()
    },
    "pi": math.pi,
    "e": math.e,
    "inf": math.inf,
    "nan": math.nan,
    "tau": math.tau,
}

OPERATORS = {
    "Add": Function("+", operator.add, costs.arithmetic, "operator"),
    "Sub": Function("-", operator.sub, costs.arithmetic, "operator"),
    "Mult": Function("*", operator.mul, costs.arithmetic, "operator"),
    "Div": Function("/", operator.truediv, costs.arithmetic, "operator"),
    "FloorDiv": Function("//", operator.floordiv, costs.arithmetic, "operator"),
    "Mod": Function("%", operator.mod, costs.arithmetic, "operator"),
    "Pow": Function("**", operator.pow, costs.arithmetic, "operator"),
    "MatMult": Function("@", operator.matmul, costs.product, "operator"),
    "USub": Function("-", operator.neg, costs.same, "operator"),
    "UAdd": Function("+", operator.pos, costs.same, "operator"),
    "Not": Function("not", operator.not_, costs.same, "plain"),
    "Eq": Function("==", operator.eq, costs.broadcast, "operator"),
    "NotEq": Function("!=", operator.ne, costs.broadcast, "operator"),
    "Lt": Function("<", operator.lt, costs.broadcast, "operator"),
    "LtE": Function("<=", operator.le, costs.broadcast, "operator"),
    "Gt": Function(">", operator.gt, costs.broadcast, "operator"),
    "GtE": Function(">=", operator.ge, costs.broadcast, "operator"),
    "BitAnd": Function("&", operator.and_, costs.broadcast),
    "BitOr": Function("|", operator.or_, costs.broadcast),
    "Invert": Function("~", operator.invert, costs.same),
    "In": Function("in", lambda item, items: item in items, costs.same, "plain"),
    "NotIn": Function("not in", lambda item, items: item not in items, costs.same, "plain"),
    "Is": Function("is", operator.is_, costs.same, "plain"),
    "IsNot": Function("is not", operator.is_not, costs.same, "plain"),
}
"""Python's operators, by the name of their syntax node."""

IN_PLACE = {
    "Add": Function("+=", operator.iadd, costs.arithmetic, "operator"),
    "Sub": Function("-=", operator.isub, costs.arithmetic, "operator"),
    "Mult": Function("*=", operator.imul, costs.arithmetic, "operator"),
    "Div": Function("/=", operator.itruediv, costs.arithmetic, "operator"),
    "FloorDiv": Function("//=", operator.ifloordiv, costs.arithmetic, "operator"),
    "Mod": Function("%=", operator.imod, costs.arithmetic, "operator"),
    "Pow": Function("**=", operator.ipow, costs.arithmetic, "operator"),
    "MatMult": Function("@=", operator.imatmul, costs.product, "operator"),
}
"""What ``w -= …`` does to a tensor: it changes it in place."""

ABS = Function("abs", abs, costs.same)
INDEX = Function("[]", operator.getitem, costs.indexed, "operator")
STORE = Function("[]=", operator.setitem, costs.indexed, "operator")
VIEWS = {name: Function("." + name, operator.attrgetter(name), costs.same) for name in ("T", "mT", "data")}
"""Attributes that make a new tensor."""

KEYWORDS = frozenset(
    (
        "device in_features out_features inplace lr momentum weight_decay nesterov betas amsgrad params create_graph "
        "allow_unused inputs outputs grad_outputs foreach maximize dampening centered copy "
        "dim dims keepdim keepdims dtype requires_grad gradient retain_graph input other exponent min max p "
        "alpha value reduction weight bias target negative_slope beta threshold approximate correction "
        "unbiased set_to_none start end step steps size fill_value dim0 dim1 diagonal rounding_mode "
        "num_classes data mat1 mat2 sep ndigits label_smoothing pos_weight delta margin mode shape "
        "rel_tol abs_tol strict default tensors out_features shifts "
    ).split()
)
"""Keywords a call may use. ``out``, ``generator`` and the like are missing on purpose; ``device`` has to be the CPU."""

BUILTINS = frozenset(
    (
        "print float int bool str abs round len range sum min max list tuple dict zip enumerate sorted reversed map "
        "filter any all isinstance type pow callable super repr"
    ).split()
)


@dataclass(frozen=True, slots=True)
class Context:
    """torch.no_grad and its relatives."""

    name: str
    make: Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Seed:
    """torch.manual_seed: it seeds this program's own generator, never the process's."""

    name: str = "torch.manual_seed"


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
    )
}
"""The exception classes that a program may name."""

ELEMENTWISE = frozenset(
    (
        "sin cos tan asin acos atan sinh cosh tanh exp expm1 exp2 log log2 log10 log1p sqrt rsqrt abs neg "
        "reciprocal sigmoid relu sgn sign floor ceil round trunc frac erf erfc add sub rsub mul div pow "
        "maximum minimum atan2 fmod remainder where clamp clamp_min clamp_max lerp hypot logaddexp addcmul "
        "addcdiv softplus leaky_relu gelu elu silu log_sigmoid_forward hardtanh clone _to_copy copy threshold "
        "square detach "
    ).split()
)
"""Kernels whose i-th result depends on the i-th element of each operand alone, so that their Jacobian is a diagonal."""
