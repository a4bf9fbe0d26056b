"""The closed table of what a program may name: functions, methods and attributes of torch and math.

What is not listed here does not exist. Each function comes with its cost: how large a tensor it makes and how much it
multiplies, predicted from its arguments before it runs.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F

Cost = Callable[[tuple[Any, ...], dict[str, Any]], tuple[int, int]]


class Function(NamedTuple):
    """Something a program may call."""

    name: str
    call: Callable[..., Any]
    cost: Cost
    kind: str = "operation"
    """``operation`` (watched), ``creation`` (makes values from numbers) or ``plain`` (touches no graph)."""


class Module(NamedTuple):
    """An imported module: only the listed names."""

    name: str
    names: dict[str, Any]


class Method(NamedTuple):
    """A method of a tensor, not yet called."""

    function: Function
    base: torch.Tensor


class Builtin(NamedTuple):
    """One of Python's own functions, by name."""

    name: str


def tensors(items: Iterable[Any]) -> Iterator[torch.Tensor]:
    """The tensors among arguments, one level of lists included."""
    for item in items:
        if isinstance(item, torch.Tensor):
            yield item
        elif isinstance(item, list | tuple):
            yield from (part for part in item if isinstance(part, torch.Tensor))


def _same(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[int, int]:
    """As large as the largest argument."""
    if len(args) == 1 and isinstance(args[0], torch.Tensor):
        return args[0].numel(), 0
    return max((t.numel() for t in tensors((*args, *kwargs.values()))), default=1), 0


def _broadcast(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[int, int]:
    """As large as its arguments broadcast against each other."""
    if not kwargs and all(not isinstance(item, torch.Tensor) or item.dim() == 0 for item in args):
        return 1, 0
    found = list(tensors((*args, *kwargs.values())))
    if len(found) < 2 or all(t.shape == found[0].shape for t in found):
        return (found[0].numel() if found else 1), 0
    rank = max(t.dim() for t in found)
    padded = [(1,) * (rank - t.dim()) + tuple(t.shape) for t in found]
    return math.prod(max(sizes) for sizes in zip(*padded, strict=True)), 0


def _joined(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[int, int]:
    return sum(t.numel() for t in tensors((*args, *kwargs.values()))), 0


def _outer(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[int, int]:
    size = math.prod(t.numel() for t in tensors((*args, *kwargs.values())))
    return size, size


def _product(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[int, int]:
    """A matrix product: at most (a's elements / K) × (b's elements / K) results, each of K multiplications."""
    return _product_of(list(tensors((*args, *kwargs.values())))[-2:])


def linear_cost(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[int, int]:
    """input @ weight.T + bias: the bias comes last."""
    return _product_of(list(tensors((*args, *kwargs.values())))[:2])


def _product_of(pair: list[torch.Tensor]) -> tuple[int, int]:
    if len(pair) < 2 or not pair[0].dim() or not pair[1].dim():
        return _same(tuple(pair), {})
    a, b = pair
    inner = max(1, a.shape[-1])
    size = (a.numel() // inner) * max(1, b.numel() // inner)
    return max(size, a.numel(), b.numel()), size * inner


def _diagonal(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[int, int]:
    """A vector becomes a square matrix."""
    size = _same(args, kwargs)[0]
    return (size + sum(_numbers((*args, *kwargs.values())))) ** 2 if args[0].dim() == 1 else size, 0


def _indexed(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[int, int]:
    """A plain index or slice picks from its base; lists and tensors of indices may repeat rows."""
    base, key = args[0], args[1]
    if not isinstance(base, torch.Tensor):
        return 1, 0
    keys = key if isinstance(key, tuple) else (key,)
    picked = math.prod(
        len(part) if isinstance(part, list) else part.numel()
        for part in keys
        if isinstance(part, list) or (isinstance(part, torch.Tensor) and part.dtype is not torch.bool)
    )
    rest = base.numel() // max(1, min(base.shape, default=1))
    return max(base.numel(), picked * rest), 0


def _numbers(items: Iterable[Any]) -> Iterator[int]:
    for item in items:
        if isinstance(item, list | tuple):
            yield from _numbers(item)
        elif isinstance(item, int) and not isinstance(item, bool):
            yield abs(item)


def sizes(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[int, int]:
    """Made from sizes: zeros(2, 3), zeros((2, 3)), zeros(size=(2, 3))."""
    return math.prod(_numbers((*args, *kwargs.values()))), 0


def _expanded(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[int, int]:
    """Repeated along sizes; an expanded view counts in full."""
    return args[0].numel() * sizes(args[1:], kwargs)[0], 0


def _full(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[int, int]:
    return sizes((args[0] if args else kwargs.get("size", ()),), {})


def _eye(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[int, int]:
    sizes = list(_numbers((*args, *kwargs.values())))
    return math.prod(sizes) * (sizes[0] if len(sizes) == 1 else 1), 0


def range_cost(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[int, int]:
    named = [kwargs.get("start", 0), kwargs.get("end"), kwargs.get("step", 1)]
    start, end, step = [*args, *named[len(args) :]] if len(args) != 1 else [0, args[0], named[2]]
    if not all(isinstance(n, int | float) for n in (start, end, step)) or not step:
        return 1, 0
    length = (end - start) / step
    return (int(length) + 1 if 0 <= length < 1e18 else 10**18 if length > 0 else 1), 0


def linspace_cost(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[int, int]:
    steps = args[2] if len(args) > 2 else kwargs.get("steps", 1)
    return (abs(steps) if isinstance(steps, int) else 1), 0


def _written(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[int, int]:
    """torch.tensor of a list: the list is already there, and bounded."""
    return max(1, sum(t.numel() for t in tensors(args))), 0


def _classes(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[int, int]:
    classes = args[1] if len(args) > 1 else kwargs.get("num_classes", -1)
    if not isinstance(classes, int) or classes < 1:
        raise TypeError("one_hot() needs num_classes here: F.one_hot(target, num_classes=3)")
    return args[0].numel() * classes, 0


_UNARY = (
    "sin cos tan asin acos atan sinh cosh tanh exp expm1 exp2 log log2 log10 log1p sqrt rsqrt abs neg negative "
    "reciprocal square sigmoid relu sign floor ceil round trunc frac erf erfc isnan isinf isfinite logical_not "
)
_BINARY = (
    "add sub subtract mul multiply div divide true_divide pow maximum minimum atan2 fmod remainder eq ne lt le gt ge "
    "logical_and logical_or where clamp clip lerp hypot logaddexp addcmul addcdiv "
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
    (_UNARY, _same),
    (_BINARY, _broadcast),
    (_REDUCTIONS, _same),
    (_SHAPES, _same),
    (_PRODUCTS, _product),
    ("outer", _outer),
    ("diag", _diagonal),
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
    **_table("torch.", torch, [("cat concat stack hstack vstack", _joined), ("broadcast_to tile", _expanded)]),
    **_table(
        "torch.",
        torch,
        [
            ("tensor", _written),
            ("zeros ones rand randn", sizes),
            ("full", _full),
            ("eye", _eye),
            ("arange", range_cost),
            ("linspace", linspace_cost),
            ("zeros_like ones_like full_like rand_like randn_like", _same),
        ],
        kind="creation",
    ),
    **_table("torch.", torch, [("is_tensor is_grad_enabled", _written)], kind="plain"),
}
RANDOM = frozenset(("torch.rand", "torch.randn"))
"""Creations that draw from the program's own generator."""

FUNCTIONAL = _table(
    "F.",
    F,
    [
        (
            "relu sigmoid tanh softplus leaky_relu gelu elu silu logsigmoid hardtanh softmax log_softmax normalize",
            _same,
        ),
        ("mse_loss l1_loss smooth_l1_loss huber_loss hinge_embedding_loss", _broadcast),
        ("binary_cross_entropy binary_cross_entropy_with_logits nll_loss cross_entropy", _broadcast),
        ("linear", linear_cost),
        ("one_hot", _classes),
    ],
)

METHODS = {
    **_table("Tensor.", torch.Tensor, _BOTH),
    **_table(
        "Tensor.",
        torch.Tensor,
        [
            (
                "view view_as expand_as contiguous float double half long int bool to type_as reshape_as cpu unbind "
                "chunk split ",
                _same,
            ),
            ("expand repeat broadcast_to tile", _expanded),
            ("add_ sub_ mul_ div_ pow_ neg_ zero_ fill_ copy_ clamp_ exp_ sin_ cos_ sqrt_ tanh_ sigmoid_ relu_", _same),
        ],
    ),
    **_table(
        "Tensor.",
        torch.Tensor,
        [
            (
                "item tolist dim ndimension size requires_grad_ retain_grad detach_ is_floating_point element_size "
                "register_hook numpy is_contiguous stride ",
                _same,
            )
        ],
        kind="plain",
    ),
    "backward": Function("Tensor.backward", torch.Tensor.backward, _same, "backward"),
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
        name: Function("math." + name, getattr(math, name), _written, "plain")
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
    "Add": Function("+", operator.add, _broadcast),
    "Sub": Function("-", operator.sub, _broadcast),
    "Mult": Function("*", operator.mul, _broadcast),
    "Div": Function("/", operator.truediv, _broadcast),
    "FloorDiv": Function("//", operator.floordiv, _broadcast),
    "Mod": Function("%", operator.mod, _broadcast),
    "Pow": Function("**", operator.pow, _broadcast),
    "MatMult": Function("@", operator.matmul, _product),
    "USub": Function("-", operator.neg, _same),
    "UAdd": Function("+", operator.pos, _same),
    "Not": Function("not", operator.not_, _same, "plain"),
    "Eq": Function("==", operator.eq, _broadcast),
    "NotEq": Function("!=", operator.ne, _broadcast),
    "Lt": Function("<", operator.lt, _broadcast),
    "LtE": Function("<=", operator.le, _broadcast),
    "Gt": Function(">", operator.gt, _broadcast),
    "GtE": Function(">=", operator.ge, _broadcast),
    "BitAnd": Function("&", operator.and_, _broadcast),
    "BitOr": Function("|", operator.or_, _broadcast),
    "Invert": Function("~", operator.invert, _same),
    "In": Function("in", lambda item, items: item in items, _same, "plain"),
    "NotIn": Function("not in", lambda item, items: item not in items, _same, "plain"),
    "Is": Function("is", operator.is_, _same, "plain"),
    "IsNot": Function("is not", operator.is_not, _same, "plain"),
}
"""Python's operators, by the name of their syntax node."""

IN_PLACE = {
    "Add": Function("+=", operator.iadd, _broadcast),
    "Sub": Function("-=", operator.isub, _broadcast),
    "Mult": Function("*=", operator.imul, _broadcast),
    "Div": Function("/=", operator.itruediv, _broadcast),
    "FloorDiv": Function("//=", operator.ifloordiv, _broadcast),
    "Mod": Function("%=", operator.imod, _broadcast),
    "Pow": Function("**=", operator.ipow, _broadcast),
    "MatMult": Function("@=", operator.imatmul, _product),
}
"""What ``w -= …`` does to a tensor: it changes it in place."""

ABS = Function("abs", abs, _same)
INDEX = Function("[]", operator.getitem, _indexed)
STORE = Function("[]=", operator.setitem, _indexed)
VIEWS = {name: Function("." + name, operator.attrgetter(name), _same) for name in ("T", "mT", "data")}
"""Attributes that make a new tensor."""

KEYWORDS = frozenset(
    (
        "device in_features out_features inplace lr momentum weight_decay nesterov betas amsgrad params create_graph "
        "allow_unused inputs outputs grad_outputs foreach maximize dampening centered copy sci_mode reverse "
        "dim dims keepdim keepdims dtype requires_grad gradient retain_graph input other exponent min max p "
        "alpha value reduction weight bias target negative_slope beta threshold approximate correction "
        "unbiased set_to_none start end step steps size fill_value dim0 dim1 diagonal rounding_mode "
        "num_classes data mat1 mat2 sep ndigits key label_smoothing pos_weight delta margin mode shape "
        "rel_tol abs_tol strict default tensors out_features shifts "
    ).split()
)
"""Keywords a call may use. ``out``, ``device``, ``generator`` and the like are missing on purpose."""

BUILTINS = frozenset(
    (
        "print float int bool str abs round len range sum min max list tuple dict zip enumerate sorted reversed map "
        "filter any all isinstance type pow callable super repr"
    ).split()
)


def largest(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[int, int]:
    """A loss or an activation: as large as its arguments broadcast."""
    return _broadcast(args, kwargs)


class Context(NamedTuple):
    """torch.no_grad and its relatives."""

    name: str
    make: Callable[[], Any]


class Seed(NamedTuple):
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
