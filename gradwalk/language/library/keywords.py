"""The keywords that a call may use."""

from __future__ import annotations

import difflib

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
        "seed separator suppress_small precision cum_weights weights decimal err_msg collate_fn pin_memory num_workers "
        "persistent_workers padding_value side "
        "rel_tol abs_tol strict default tensors out_features shifts "
        "max_iter max_eval tolerance_grad tolerance_change line_search_fn "
    ).split()
)
"""Keywords a call may use. ``out`` and the like are missing on purpose; ``device`` has to be the CPU."""


def is_mistyped(keyword: str) -> bool:
    """Whether a keyword is a listed one with a typing error. PyTorch says so in its own words."""
    return keyword not in _REAL_KEYWORDS and bool(difflib.get_close_matches(keyword, KEYWORDS, 1, 0.75))


_REAL_KEYWORDS = frozenset("out generator memory_format layout pin_memory names stable sorted fn hook".split())
"""Keywords of PyTorch's that are left out on purpose."""
