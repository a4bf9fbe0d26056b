"""Parameters without a gradient, and gradients of exactly 0."""

from __future__ import annotations

GRADIENTS = {
    # Parameters without a gradient
    "no-gradient-cut": ("No gradient", "{names} got no gradient in this recording.", "{why}", "{way}"),
    "no-gradient-item": (
        "No gradient",
        "{names} got no gradient in this recording.",
        "What was computed from {it} leaves the graph as plain numbers in {line}, by {by}.",
        "Use the tensor itself for the loss.",
    ),
    "no-gradient-unused": (
        "No gradient",
        "{names} got no gradient in this recording.",
        "No operation used {it}.",
        "Use {it} in forward(), or leave it out; what needs no training can have requires_grad=False.",
    ),
    "no-gradient-outside": (
        "No gradient",
        "{names} got no gradient in this recording.",
        "{why} {then}",
        "Compute {new} from it with PyTorch's operations alone, if the gradient is to flow through.",
    ),
    "no-gradient-aside": (
        "No gradient",
        "{names} got no gradient in this recording.",
        "Operations used {it}, and no operation of PyTorch's leads from what they gave to {root}.",
        "Compute {root} from {it} with PyTorch's operations, or leave it out.",
    ),
    "ends-at-copy": (
        "The way back ends at a copy",
        "backward() in {line} ends {end}.",
        "In {made}, {name} was made of a number that {by} had taken out of {of}{out}: a number carries no graph, and "
        "requires_grad=True begins a new one.",
        "Go on with {of} itself: that needs neither {by} nor a new tensor.",
    ),
    # Gradients of exactly 0
    "zero-relu": (
        "The gradient is exactly 0",
        "{names} got nothing but 0 in {passes}.",
        "It ends at {call} in {line}: of {count} numbers none is above 0 (the largest is {greatest}), and there relu "
        "is flat.",
        "Begin with other weights or a smaller learning rate, or use leaky_relu or gelu, which are not flat there.",
    ),
    "zero-saturated": (
        "The gradient is exactly 0",
        "{names} got nothing but 0 in {passes}.",
        "It ends at {call} in {line}: what goes in lies between {least} and {greatest}, so far out that {dtype} rounds "
        "the result to {made}, and the slope to 0.",
        "Keep what goes in near 0 (smaller weights, scaled data); for a loss of probabilities, use one that takes "
        "the scores themselves, such as F.binary_cross_entropy_with_logits.",
    ),
    "zero-softmax": (
        "The gradient is exactly 0",
        "{names} got nothing but 0 in {passes}.",
        "It ends at softmax in {line}: along dimension {dim} its input ({shape}) has only one number, and softmax of "
        "one number is 1 whatever it is.",
        "{way}",
    ),
    "zero-gate": (
        "The gradient is exactly 0",
        "{names} got nothing but 0 in {passes}.",
        "It ends at {call} in {line}, where it is multiplied by {gate}, which is 0 everywhere.",
        "{way}",
    ),
    "zero-both": (
        "The gradient is exactly 0",
        "{names} got nothing but 0 in {passes}.",
        "It ends at {call} in {line}: {one} and {other}, which it multiplies, are both 0 everywhere, and the gradient "
        "of each is multiplied by the other.",
        "No gradient leads away from such a place: let one of the two begin at other numbers, such as the random ones "
        "that a layer of PyTorch's begins with.",
    ),
    "zero-factor": (
        "The gradient is exactly 0",
        "{names} got nothing but 0 in {passes}.",
        "It ends at {call} in {line}, where it is multiplied by the number 0.",
        "Look at what sets this number: as long as it is 0, nothing comes through.",
    ),
    "zero-clamp": (
        "The gradient is exactly 0",
        "{names} got nothing but 0 in {passes}.",
        "It ends at {call} in {line}: all {count} numbers lie outside its bounds (from {least} to {greatest}), and "
        "there it is flat.",
        "Clamp where no gradient is needed, or use something that is not flat, such as tanh or softplus.",
    ),
    "zero-steps": (
        "The gradient is exactly 0",
        "{names} got nothing but 0 in {passes}.",
        "It ends at {call} in {line}: its result goes in steps, and between them it is flat, so its slope is 0 "
        "everywhere.",
        "Use it for what is counted or shown, and compute the loss without it.",
    ),
}
