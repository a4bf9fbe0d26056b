"""Why a statement failed, what would work, and which step is to blame."""

from __future__ import annotations

# Why a statement failed and what would work, by ``Failure.cause``.
FAILURES = {
    "backward-twice": (
        "backward() a second time",
        "The first backward() released what its nodes had saved in the forward pass, and the second one needs it.",
        "Compute the result anew before the second backward(), or write retain_graph=True in the first one.",
    ),
    "non-scalar-root": (
        "backward() needs one number",
        "A gradient belongs to one number. This tensor has several elements, and PyTorch cannot know how much each of "
        "them counts.",
        "Make one number of it with .sum() or .mean(), or say what each element counts: backward(v), where v has the "
        "same shape.",
    ),
    "nothing-requires-grad": (
        "No way back",
        "PyTorch noted no graph for this tensor: none of its inputs has requires_grad=True, or detach() or no_grad() "
        "cut the way to them.",
        "Write requires_grad=True where an input is made, and compute the result from it.",
    ),
    "seed-shape": (
        "The seed has another shape",
        "The v of backward(v) says how much each element of the result counts, so it needs one number for each.",
        "Give v the shape of the result.",
    ),
    "integer-requires-grad": (
        "Integers have no gradient",
        "A gradient asks what happens when a number changes a little, and an integer cannot change a little.",
        "Write 2.0 instead of 2, or dtype=torch.float32.",
    ),
    "in-place-on-leaf": (
        "A leaf cannot change in place",
        "This leaf requires a gradient. If it changed in the middle of the computation, its .grad would belong to a "
        "value that no longer exists.",
        "Make a new tensor (y = x + 1), or, for an update after backward(), write it under torch.no_grad().",
    ),
    "saved-value-changed": (
        "A saved value has changed",
        "A node had saved this tensor for the way back, and then it was changed in place. With the new numbers the "
        "gradient would be wrong, so PyTorch stops.",
        "Write y = y + 1 instead of y += 1: then the old value lives on.",
    ),
    "flag-on-non-leaf": (
        "Only a leaf has this switch",
        "This tensor was computed, and whether it requires a gradient follows from its operands.",
        "Write requires_grad where the leaf is made, or use .detach() for a copy without a gradient.",
    ),
    "shape-mismatch": (
        "The shapes do not fit",
        "Element by element, sizes must be equal or 1, compared from the right. In a matrix product, the columns of "
        "the left must be as many as the rows of the right.",
        "Compare the shapes in the message; .reshape(), .T or another operation can make them fit.",
    ),
    "division-by-zero": (
        "Division by 0",
        "Two plain Python numbers were divided, and Python stops at 0. A tensor would give inf instead.",
        "Change the divisor, or make one of the numbers a tensor.",
    ),
    "unknown-name": (
        "A name without a value",
        "When this line ran, nothing had been assigned to the name yet.",
        "Assign it before, or check how it is written.",
    ),
}

STOPPED = "The program stopped here."

FAILURE = ("{type}", "PyTorch stopped here and said: “{message}”.", "What ran before this line stays as it is.")

BLAME = {
    "freed": "It was released at step {step}.",
    "changed": "{node} had saved {name} for the way back (version {old}); at step {step} it was changed in place "
    "(version {new}).",
    "cut": "The way is cut at step {step}, where {name} is made without a graph.",
}
