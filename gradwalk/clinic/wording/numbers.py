"""Numbers that are not finite, and the ways out of them."""

from __future__ import annotations

NUMBERS = {
    "nonfinite-forward": (
        "The first number that is not finite, going forward",
        "{call} in {line} gives {count}{bound}.{spread}",
        "{reason}",
        "{way}",
    ),
    "nonfinite-moved": (
        "A step went out of a function's domain",
        "{mover} in {moving}{rate} moved {entry} from {before} to {after}, and {call} in {line} gives "
        "{count}{bound}.{spread}",
        "{reason}",
        "With {name} = torch.exp(s), and s as the parameter, no step can make it negative. clamp() would only hide "
        "where {name} is: below its least number it hands no gradient on.",
    ),
    "nonfinite-data": (
        "The data is not finite",
        "{name} comes with {count}, and {call} in {line} computes with it.{spread}",
        "",
        "Look at the data before it goes in: torch.isfinite({name}).all().",
    ),
    "nonfinite-step": (
        "A step makes a parameter not finite",
        "{mover} in {line} makes {name} {count}.{spread}",
        "{reason}",
        "Make the learning rate smaller, or clip the gradients before the step: torch.nn.utils.clip_grad_norm_.",
    ),
    "nonfinite-backward": (
        "The first gradient that is not finite, going back",
        "{node} of {call} in {line} hands {made} on to {name}.",
        "{reason}",
        "{way}",
    ),
}

WAYS = {
    "log": "Keep what goes into it above 0: clamp(min=1e-8), or add a small number. For a loss of probabilities, hand "
    "the scores to F.cross_entropy or F.binary_cross_entropy_with_logits, which take the logarithm safely.",
    "exp": "Keep what goes into it small: torch.logsumexp, softmax, log_softmax and softplus take the largest number "
    "off first.",
    "div": "Add a small number to what is divided by, or put a safe number there before dividing.",
    "spread": "Take it over more than one number. With correction=0 it divides by N, and gives 0 for one number: well, "
    "unless something is divided by that.",
    "root": "Keep what goes into it at or above 0: clamp(min=0), or add a small number.",
    "product": "Keep the factors near 1: smaller initial weights, a normalisation, a smaller learning rate.",
    "half": "Compute the loss in float32: .float() on what goes into it; or use bfloat16, whose numbers go as far as "
    "float32's.",
    "softmax": "Let each row keep one entry that is not −inf, and leave such rows out of the loss.",
    "masked": "To put an infinity somewhere, write .masked_fill(mask, float('-inf')), or torch.where: a product is nan "
    "where the other factor is 0.",
    "given": "Where −inf or inf is put there as a mask, see that something finite is left beside it.",
    "": "See the operands at this step.",
    "where": "torch.where chooses among results, and both are computed: make what goes into {call} safe first, as in "
    "torch.where(condition, {name}, 1.0).",
    "masked_fill": "masked_fill replaces what was computed all the same: make what goes into {call} safe first, as in "
    " {name}.masked_fill(mask, 1.0).",
    "arc": "Keep what goes into {call} away from this point: clamp(−1 + 1e-7, 1 − 1e-7), say.",
    "slope": "Keep what goes into {call} away from this point: add a small number, such as 1e-8.",
    "arrives": "See what arrives at this step.",
}
"""Ways out of numbers that are not finite, by what made them."""
