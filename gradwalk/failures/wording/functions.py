"""What the program's own Functions, torch.func's transforms and PyTorch's checks ask for."""

from __future__ import annotations

FUNCTIONS = {
    "anomaly": (
        "The first gradient that is not a number",
        "{node} was the first to hand on nan; anomaly mode stops there. Often a derivative is infinite at this point, "
        "and is multiplied by 0.",
        "Keep its operand away from that point, with .clamp(min=1e-8), say, or a small number added to it.",
    ),
    "anomaly-at": (
        "The first gradient that is not a number",
        "{node}, which line {line} made, was the first to hand on nan; anomaly mode stops there. Often a derivative is "
        "infinite at this point, and is multiplied by 0.",
        "Keep its operand away from that point, with .clamp(min=1e-8), say, or a small number added to it.",
    ),
    "gradcheck": (
        "The two gradients differ",
        "gradcheck compares autograd's derivative with differences of the function's values, and here they are not "
        "close.",
        "If a backward() of your own takes part, check it; else check that there is a derivative at this point.",
    ),
    "gradcheck-float": (
        "gradcheck needs double precision",
        "gradcheck compares autograd's derivative with very small differences of the function's values, and float32 "
        "rounds those coarsely: they can differ although the gradient is right.",
        "Use float64: .double() for the inputs, and for the module if there is one.",
    ),
    "function-count": (
        "backward() gives one gradient for each input",
        "forward() of {name} takes {expected} inputs after ctx, and backward() gave gradients for {got}.",
        "Return one for each input, in order, and None for those that need none.",
    ),
    "function-shape": (
        "A gradient has the shape of its input",
        "What {name}.backward() returned at index {index} has the shape {got}; the input needs {expected}.",
        "Return a gradient in the shape of the input.",
    ),
    "function-value": (
        "A gradient is a tensor",
        "backward() of a Function returns tensors, or None where no gradient is needed; this is of the type {kind}.",
        "Return a tensor in the shape of the input.",
    ),
    "function-not-static": (
        "A Function is not called, but applied",
        "A Function has no instances: forward() and backward() are static methods, and apply() calls them.",
        "Write @staticmethod before both, and call the class with .apply(…).",
    ),
    "function-without-backward": (
        "This Function has no backward()",
        "PyTorch does not look inside forward(); how the gradient goes back, backward() has to say.",
        "Define a static method backward(ctx, grad_output).",
    ),
    "function-saves-no-tensor": (
        "Only tensors can be saved this way",
        "ctx.save_for_backward keeps tensors, and was given a {kind}.",
        "Keep other things as attributes: ctx.factor = factor.",
    ),
    "nothing-saved": (
        "forward() saved nothing",
        "ctx.saved_tensors holds what forward() gave to ctx.save_for_backward, and {function}.forward() gave it "
        "nothing.",
        "Write ctx.save_for_backward(…) in forward(), with the tensors that backward() needs, in the order in which it "
        "takes them out.",
    ),
    "too-few-saved": (
        "forward() saved fewer tensors",
        "ctx.saved_tensors holds {count}: what the last ctx.save_for_backward(…) in {function}.forward() was given.",
        "Give all that backward() needs to one call, in the order in which it takes them out.",
    ),
    "saved-tuple": (
        "saved_tensors is a tuple",
        "{name} is the tuple of all saved tensors, also where it is only one, and no tensor.",
        "Take the tensor out, with a comma behind its name: {name}, = ctx.saved_tensors.",
    ),
    "unpacked-count": (
        "Fewer values than names",
        "Names on the left: {expected}. Values on the right: {got}.",
        "Write as many names as there are values; print what stands on the right to see them.",
    ),
    "one-state": (
        "This layer has one state",
        "A layer of this kind ({kind}) gives its output and one state; only an LSTM has two.",
        "Write out, h = layer(x).",
    ),
    "tuple-range": (
        "The tuple ends before this index",
        "Indices count from 0, and the tuple has no element at this one.",
        "Look at its len().",
    ),
    "vmap-if": (
        "vmap runs all rows at once",
        "An if on a tensor would need another way for each row, and vmap goes one way for all of them.",
        "Write torch.where(condition, a, b), which computes both and chooses element by element.",
    ),
    "vmap-item": (
        "vmap runs all rows at once",
        "Under vmap a tensor stands for many rows, so it has no single number to give.",
        "Go on with the tensor itself and leave item(), float() and the like out.",
    ),
    "vmap-random": (
        "vmap and randomness",
        "It has to be said whether all rows get the same random numbers or each its own.",
        "Write vmap(f, randomness='different'), or 'same'.",
    ),
    "vmap-in-place": (
        "vmap and changes in place",
        "A tensor without the mapped dimension would have to hold something else for each row.",
        "Build the result anew, with torch.stack or torch.cat, instead of writing into a tensor.",
    ),
    "transform-backward": (
        "backward() inside a transform",
        "torch.func's transforms compute gradients in their own way and know no .grad.",
        "Use torch.func.grad inside, or call backward() outside.",
    ),
    "transform-not-scalar": (
        "The function has to return one number",
        "torch.func.grad takes the gradient of one number, and this function returned a tensor with {dimensions} "
        "dimensions.",
        "Return .sum() or .mean() of it, or use torch.func.jacrev for all of its elements.",
    ),
    "transform-not-tensor": (
        "The argument has to be a tensor",
        "torch.func's transforms differentiate with respect to tensors, and this is of type {kind}.",
        "Pass torch.tensor(…).",
    ),
}
"""By key: a title, why it happened, and what would work."""
