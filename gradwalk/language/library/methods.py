"""The methods and attributes of a tensor that a program may use."""

from __future__ import annotations

import operator

import torch

from gradwalk.language import costs
from gradwalk.language.library.functions import BOTH, table
from gradwalk.language.library.kinds import Function

METHODS = {
    **table("Tensor.", torch.Tensor, BOTH),
    **table(
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
    **table(
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


VIEWS = {name: Function("." + name, operator.attrgetter(name), costs.same) for name in ("T", "mT", "data")}
"""Attributes that make a new tensor."""
