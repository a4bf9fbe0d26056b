"""The closed table of what a program may name: functions, methods and attributes of torch and math.

What is not listed here does not exist. Each function comes with its cost (``costs``), which is charged before it runs.
"""

from __future__ import annotations

import difflib
import math
import operator
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F

from gradwalk.language import costs
from gradwalk.language.costs import Cost
from gradwalk.program import ProgramError

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
class Silence:
    """Something that draws or styles: whatever is asked of it, nothing happens."""

    name: str


@dataclass(frozen=True, slots=True)
class Absent:
    """A module, or what a program takes out of one, that is not available. Whatever uses it fails."""

    name: str


@dataclass(frozen=True, slots=True)
class Builtin:
    """One of Python's own functions, by name."""

    name: str


_UNARY = (
    "sin cos tan asin acos atan sinh cosh tanh exp expm1 exp2 log log2 log10 log1p sqrt rsqrt abs neg negative "
    "reciprocal square sigmoid relu sign sgn floor ceil round trunc frac erf erfc erfinv isnan isinf isfinite "
    "logical_not arccosh arcsinh arctan2 arctanh atanh i0 digamma special_expit "
    "logit nan_to_num deg2rad rad2deg sinc lgamma absolute positive signbit asinh acosh atanh arctan arcsin "
    "arccos fix "
)
_BINARY = (
    "add sub subtract mul multiply pow maximum minimum atan2 fmod remainder eq ne lt le gt ge "
    "logical_and logical_or logical_xor clamp clip clamp_min clamp_max lerp hypot logaddexp addcmul addcdiv "
    "heaviside dist copysign bitwise_and bitwise_or bitwise_xor bitwise_not isin masked_scatter not_equal "
    "greater_equal less_equal "
    "xlogy floor_divide fmax fmin allclose isclose equal greater less masked_fill cross "
)
_REDUCTIONS = (
    "sum mean prod max min amax amin std var norm logsumexp argmax argmin all any cumsum cumprod softmax log_softmax "
    "median nansum nanmean count_nonzero diff sort argsort topk kthvalue cummax cummin logcumsumexp std_mean "
    "var_mean aminmax unique unique_consecutive nanmedian mode msort var_mean renorm "
    "cumulative_trapezoid trapz trapezoid searchsorted bucketize "
)
_SHAPES = (
    "reshape flatten squeeze unsqueeze t transpose permute flip roll tril triu clone numel detach "
    "movedim moveaxis select narrow ravel swapaxes swapdims trace diagonal fliplr flipud gather atleast_1d "
    "atleast_2d atleast_3d rot90 unflatten adjoint is_nonzero is_same_size "
)
_PRODUCTS = "matmul mm mv dot vdot bmm inner addmm addmv baddbmm addbmm "
_IN_PLACE_FUNCTIONS = "sin_ cos_ tan_ exp_ sqrt_ relu_ sigmoid_ tanh_ abs_ neg_ round_ square_ log_ clamp_ zero_"
_BOTH: tuple[tuple[str, Cost], ...] = (
    (_UNARY, costs.same),
    (_BINARY, costs.broadcast),
    ("div divide true_divide", costs.divided),
    ("where", costs.selected),
    (_REDUCTIONS, costs.same),
    (_SHAPES, costs.same),
    (_PRODUCTS, costs.product),
    ("unbind chunk split", costs.divided_up),
    ("outer ger addr", costs.outer),
    ("diag", costs.diagonal),
    ("index_select take", costs.chosen),
    ("nonzero argwhere", costs.selected),
    ("repeat_interleave", costs.interleaved),
    ("cov corrcoef diag_embed diagflat", costs.squared),
    ("quantile nanquantile", costs.outer),
    ("take_along_dim", costs.broadcast),
    ("histc", costs.expanded),
    ("det inverse logdet slogdet pinverse qr svd cholesky matrix_exp cholesky_inverse", costs.cubed),
    ("matrix_power", costs.powered),
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
        "torch.",
        torch,
        [
            (_IN_PLACE_FUNCTIONS, costs.same),
            ("cat concat concatenate stack hstack vstack dstack column_stack row_stack", costs.joined),
            ("cdist tensordot", costs.outer),
            ("block_diag cartesian_prod", costs.squared),
            ("pairwise_distance", costs.broadcast),
            ("broadcast_to tile", costs.expanded),
            ("einsum", costs.einsum),
            ("kron", costs.outer),
            ("meshgrid", costs.crossed),
            ("masked_select cosine_similarity", costs.broadcast),
            ("multinomial", costs.samples),
            ("dropout", costs.same),
        ],
    ),
    **_table(
        "torch.",
        torch,
        [
            ("tensor", costs.written),
            ("zeros ones rand randn randint", costs.sizes),
            ("normal", costs.normal),
            ("randperm", costs.sizes),
            ("logspace", costs.linspace),
            ("as_tensor", costs.written),
            ("bernoulli", costs.same),
            ("full", costs.full),
            ("eye", costs.eye),
            ("arange", costs.arange),
            ("linspace", costs.linspace),
            ("zeros_like ones_like full_like rand_like randn_like randint_like", costs.same),
        ],
        kind="creation",
    ),
    **_table(
        "torch.",
        torch,
        [("is_tensor is_grad_enabled", costs.written), ("result_type promote_types can_cast", costs.written)],
        kind="plain",
    ),
}
TORCH_FUNCTIONS |= {
    "empty": Function("torch.empty", torch.zeros, costs.sizes, "creation"),
    "empty_like": Function("torch.empty_like", torch.zeros_like, costs.same, "creation"),
}
"""What is not initialized is zero here: memory holds what somebody else left there."""

RANDOM = set(
    "torch.rand torch.randn torch.rand_like torch.randn_like torch.randint torch.randperm torch.normal "
    "torch.bernoulli "
    "torch.multinomial torch.randint_like torch.dropout F.dropout Tensor.normal_ Tensor.uniform_ Tensor.bernoulli_ "
    "Tensor.random_ Tensor.bernoulli Tensor.multinomial Tensor.exponential_".split()
)
"""What draws, from the program's own generator."""


def dropout(
    input: torch.Tensor,  # noqa: A002 - PyTorch's own name for it
    p: float = 0.5,
    training: bool = True,
    inplace: bool = False,
    generator: torch.Generator | None = None,
    train: bool | None = None,
) -> torch.Tensor:
    """F.dropout as PyTorch's CPU kernel computes it (aten/src/ATen/native/Dropout.cpp), with a generator."""
    if not 0 <= p <= 1:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
    if not (training if train is None else train) or p == 0 or not input.numel():
        return input
    if p == 1:
        return input * torch.zeros((), dtype=input.dtype)
    with torch.no_grad():
        noise = torch.empty_like(input).bernoulli_(1 - p, generator=generator).div_(1 - p)
    return input.mul_(noise) if inplace else input * noise


TORCH_FUNCTIONS["dropout"] = Function("torch.dropout", dropout, costs.same)

FUNCTIONAL = _table(
    "F.",
    F,
    [
        (
            "relu sigmoid tanh softplus leaky_relu gelu elu silu logsigmoid hardtanh softmax log_softmax normalize "
            "relu6 selu celu mish softsign softmin tanhshrink hardswish hardsigmoid threshold layer_norm glu "
            "hardshrink softshrink batch_norm group_norm instance_norm prelu relu_ local_response_norm",
            costs.same,
        ),
        ("kl_div cosine_similarity pairwise_distance poisson_nll_loss margin_ranking_loss", costs.broadcast),
        (
            "triplet_margin_loss cosine_embedding_loss gaussian_nll_loss multi_margin_loss soft_margin_loss",
            costs.broadcast,
        ),
        ("scaled_dot_product_attention bilinear", costs.outer),
        ("pad", costs.padded),
        ("mse_loss l1_loss smooth_l1_loss huber_loss hinge_embedding_loss", costs.broadcast),
        ("binary_cross_entropy binary_cross_entropy_with_logits", costs.broadcast),
        ("nll_loss cross_entropy", costs.same),
        ("linear", costs.linear),
        ("one_hot", costs.classes),
        ("conv1d conv2d", costs.convolved),
        ("max_pool2d avg_pool2d max_pool1d avg_pool1d", costs.same),
        ("adaptive_avg_pool1d adaptive_avg_pool2d adaptive_max_pool2d", costs.padded),
        ("embedding", costs.embedded),
    ],
)
FUNCTIONAL["dropout"] = Function("F.dropout", dropout, costs.same)

METHODS = {
    **_table("Tensor.", torch.Tensor, _BOTH),
    **_table(
        "Tensor.",
        torch.Tensor,
        [
            ("view view_as expand_as contiguous float double half long int bool type_as reshape_as cpu", costs.same),
            ("masked_select", costs.broadcast),
            ("bernoulli multinomial", costs.samples),
            ("normal_ uniform_ bernoulli_ random_ exponential_", costs.same),
            (
                "scatter_reduce index_add index_copy index_copy_ index_fill_ put_ masked_scatter_ triu_ tril_",
                costs.broadcast,
            ),
            (
                "acos_ asin_ atan_ ceil_ cosh_ sinh_ erf_ expm1_ log10_ log1p_ log2_ frac_ trunc_ sign_ logit_",
                costs.same,
            ),
            ("cumsum_ cumprod_ fmod_ remainder_ floor_divide_ xlogy_ softmax relu6_ leaky_relu_", costs.broadcast),
            ("eq_ ne_ lt_ gt_ ge_ le_ logical_not_ logical_and_ logical_or_ bitwise_not_ transpose_", costs.broadcast),
            ("new_tensor", costs.written),
            ("new_zeros new_ones new_full", costs.renewed),
            ("scatter scatter_ scatter_add scatter_add_ index_fill masked_fill_ index_add_", costs.broadcast),
            ("abs_ log_ square_ round_ reciprocal_ clamp_min_ clamp_max_ t_ squeeze_ ", costs.same),
            ("unsqueeze_ addcmul_ addcdiv_ lerp_ rsqrt_ neg_ floor_ true_divide_ subtract_ multiply_ ", costs.same),
            ("to", costs.moved),
            ("div_", costs.divided),
            ("expand repeat broadcast_to tile unfold", costs.expanded),
            ("add_ sub_ mul_ pow_ neg_ zero_ fill_ copy_ clamp_ exp_ sin_ cos_ sqrt_ tanh_ sigmoid_ relu_", costs.same),
        ],
    ),
    **_table(
        "Tensor.",
        torch.Tensor,
        [
            (
                "item tolist dim ndimension size requires_grad_ retain_grad detach_ is_floating_point element_size "
                "type register_hook numpy is_contiguous stride nelement data_ptr storage_offset is_shared is_complex "
                "is_signed "
                "register_post_accumulate_grad_hook get_device cuda",
                costs.same,
            )
        ],
        kind="plain",
    ),
    "backward": Function("Tensor.backward", torch.Tensor.backward, costs.same, "backward"),
}

ATTRIBUTES = frozenset(
    "grad grad_fn requires_grad is_leaf shape dtype ndim T mT H data retains_grad output_nr device layout "
    "_version itemsize nbytes is_cuda is_sparse".split()
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
    "BitXor": Function("^", operator.xor, costs.broadcast),
    "LShift": Function("<<", operator.lshift, costs.broadcast),
    "RShift": Function(">>", operator.rshift, costs.broadcast),
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
    "BitAnd": Function("&=", operator.iand, costs.broadcast, "operator"),
    "BitOr": Function("|=", operator.ior, costs.broadcast, "operator"),
    "BitXor": Function("^=", operator.ixor, costs.broadcast, "operator"),
    "LShift": Function("<<=", operator.ilshift, costs.broadcast, "operator"),
    "RShift": Function(">>=", operator.irshift, costs.broadcast, "operator"),
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
        "v eps low high mean std n replacement num_samples descending largest index indices mask equal_nan rtol "
        "atol k stable "
        "kernel_size stride padding num_embeddings embedding_dim padding_idx normalized_shape elementwise_affine "
        "num_features "
        "affine in_channels out_channels step_size gamma last_epoch milestones lr_lambda T_max eta_min factor "
        "patience "
        "max_norm norm_type clip_value batch_size shuffle drop_last training vectorize generator axis nan posinf "
        "neginf a b "
        "nonlinearity gain val raise_exception indexing is_grads_batched materialize_grads optimizer lr_decay "
        "initial_accumulator_value rho ignore_index full log log_target reduce size_average start_dim end_dim "
        "deterministic scale loc newshape order endpoint num object decimals ord func "
        "from to base num_layers hidden_size input_size batch_first dropout train offset source src "
        "dim dims keepdim keepdims dtype requires_grad gradient retain_graph input other exponent min max p "
        "alpha value reduction weight bias target negative_slope beta threshold approximate correction "
        "unbiased set_to_none start end step steps size fill_value dim0 dim1 diagonal rounding_mode "
        "num_classes data mat1 mat2 sep ndigits label_smoothing pos_weight delta margin mode shape "
        "seed collate_fn pin_memory num_workers persistent_workers padding_value side "
        "rel_tol abs_tol strict default tensors out_features shifts "
    ).split()
)
"""Keywords a call may use. ``out`` and the like are missing on purpose; ``device`` has to be the CPU."""


def is_mistyped(keyword: str) -> bool:
    """Whether a keyword is a listed one with a typing error. PyTorch says so in its own words."""
    return keyword not in _REAL_KEYWORDS and bool(difflib.get_close_matches(keyword, KEYWORDS, 1, 0.75))


_REAL_KEYWORDS = frozenset("out generator memory_format layout pin_memory names stable sorted fn hook".split())
"""Keywords of PyTorch's that are left out on purpose."""


BUILTINS = frozenset(
    (
        "print float int bool str abs round len range sum min max list tuple dict zip enumerate sorted reversed map "
        "filter any all isinstance type pow callable super repr set id next iter divmod object hash "
        "chr ord bin hex oct frozenset slice issubclass getattr hasattr setattr format display "
        "get_ipython"
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
