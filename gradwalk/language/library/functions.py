"""The functions of torch and torch.nn.functional that a program may call, each with its cost."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
import torch.nn.functional as F

from gradwalk.language import costs
from gradwalk.language.costs import Cost
from gradwalk.language.library.kinds import Function

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


BOTH: tuple[tuple[str, Cost], ...] = (
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


def table(prefix: str, source: Any, groups: Iterable[tuple[str, Cost]], kind: str = "operation") -> dict[str, Function]:
    return {
        name: Function(prefix + name, getattr(source, name), cost, kind)
        for names, cost in groups
        for name in names.split()
        if hasattr(source, name)
    }


TORCH_FUNCTIONS = {
    **table("torch.", torch, BOTH),
    **table(
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
    **table(
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
    **table(
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


FUNCTIONAL = table(
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
