"""Why backward() fails: a saved tensor that was changed, a way that is cut."""

from __future__ import annotations

GRAPH = {
    "saved-value-changed": (
        "A saved tensor has changed",
        "A node had saved this tensor for the way back, and then it was changed in place. With the new numbers the "
        "gradient would be wrong, so PyTorch stops.",
        "Make a new tensor instead of changing this one: y = y + 1 for y += 1, y = y.exp() for y.exp_().",
    ),
    "changed-in-place": (
        "A saved tensor has changed",
        "{node} had saved {name} for the way back, and line {line} changed it in place. With the new numbers the "
        "gradient would be wrong.",
        "Make a new tensor in line {line}, as in y = y + 1 for y += 1, or torch.relu for torch.relu_ or inplace=True; "
        "the old one then lives on.",
    ),
    "changed-element": (
        "A saved tensor has changed",
        "{node} had saved {name} for the way back, and line {line} changed a part of it in place. With the new numbers "
        "the gradient would be wrong.",
        "Change a copy: {name} = {name}.clone() before line {line}. It costs the memory of {name} once more.\n"
        "Or make the parts one by one in a list, and join them with torch.stack: nothing is changed in place then.",
    ),
    "changed-part": (
        "A saved tensor has changed",
        "{node} had saved {name} for the way back, and line {line} changed the memory in which it lives. With the new "
        "numbers the gradient would be wrong.",
        "Make the parts one by one in a list, and join them with torch.stack, instead of writing them into a tensor.",
    ),
    "changed-by-module": (
        "A saved tensor has changed",
        "{node} had saved {name} for the way back, and the {kernel} in line {line} wrote its result over it. With the "
        "new numbers the gradient would be wrong.",
        "Leave out inplace=True: then the result is a new tensor.",
    ),
    "changed-through-alias": (
        "A saved tensor has changed",
        "{node} had saved {name} for the way back. {alias} lives in the same memory, and line {line} changed it.",
        "Change a copy: .clone() where {alias} is made, in line {made}.",
    ),
    "changed-carried": (
        "A value carried over from the turn before",
        "{shared} {was} computed in the turn before, and the graph of this turn leads back through {it} into that "
        "turn: to {name}, which {node} had saved and which {by} in line {line} has changed since.",
        "Detach what is carried on between the turns: {cut}. The numbers go on, their history ends there, and "
        "retain_graph=True is not needed for it.",
    ),
    "changed-carried-nameless": (
        "A value carried over from the turn before",
        "{shared} {was} computed in the turn before, and the graph of this turn leads back through {it} into that "
        "turn: to {name}, which {node} had saved and which {by} in line {line} has changed since.",
        "Detach what is carried on between the turns, as in h = h.detach(); of a tuple, each of its tensors. Then "
        "retain_graph=True is not needed for it.",
    ),
    "changed-by-optimizer": (
        "A saved tensor has changed",
        "{node} had saved {name} for the way back, and {optimizer}'s step() in line {line} changed it before this "
        "backward().",
        "Call backward() for all results first and step() after them: all gradients are of the same weights.\n"
        "Or compute {root} anew after the step: one more forward pass, and its gradient is of the new weights.",
    ),
    "changed-by-update": (
        "A saved tensor has changed",
        "{node} had saved {name} for the way back, and the update in line {line} changed it before this backward().",
        "Call backward() for all results before the update: all gradients are of the same values.\n"
        "Or compute {root} anew after it: one more forward pass, and its gradient is of the new values.",
    ),
    "nothing-requires-grad": (
        "No way back",
        "PyTorch noted no graph for this tensor, so there is no way from it back to anything.",
        "Compute it from a tensor with requires_grad=True, by PyTorch's operations all the way: numbers that were "
        "taken out in between have lost their graph.",
    ),
    "never-tracked": (
        "Nothing here requires a gradient",
        "{root} is computed from {leaves}, and none of them was asked for a gradient.",
        "Write requires_grad=True where the one is made that the gradient is wanted for.",
    ),
    "never-tracked-weights": (
        "Nothing here requires a gradient",
        "{root} is computed from {leaves}, and none of them was asked for a gradient.",
        "Write requires_grad=True where {weights} {is_made}, if that is what is to be learned; data needs none.",
    ),
    "never-tracked-one": (
        "Nothing here requires a gradient",
        "{root} is computed from {leaves}, which was not asked for a gradient.",
        "Write requires_grad=True where {leaves} is made.",
    ),
    "never-tracked-module": (
        "Nothing here requires a gradient",
        "{root} is computed from {leaves}, and none of them requires a gradient: in its module, {held} {are_plain} and "
        "no parameter.",
        "What is to be learned is an nn.Parameter, as in self.w = nn.Parameter(torch.randn(2, 2)): then it requires a "
        "gradient, and parameters() gives it to the optimizer.",
    ),
    "never-tracked-here": (
        "No way back",
        "{root} is computed from {leaves}, and nothing of that requires a gradient.",
        "Compute it from the tensor that does, by PyTorch's operations all the way: numbers that were taken out in "
        "between, by NumPy, say, have lost their graph.",
    ),
    "root-is-made": (
        "No way back",
        "{root} was made in line {line} as numbers of its own: no operation that PyTorch noted leads to it.",
        "Compute it from a tensor with requires_grad=True, by PyTorch's operations all the way.",
    ),
    "odd-attribute": (
        "Nothing here requires a gradient",
        "{name} does not require a gradient. It has been given an attribute of its own, {attribute}, which PyTorch "
        "knows nothing of.",
        "Write {name}.requires_grad = True.",
    ),
    "switched-off": (
        "No way back",
        "In line {line} {name} was told to require no gradient, and nothing else that {root} is computed from does.",
        "Leave that line out, or switch it on again before {root} is computed.",
    ),
    "cut-by-detach": (
        "No way back",
        "detach() in line {line} cuts the way: no gradient flows back through it.",
        "Go on without .detach() in line {line}, if the gradient is to flow through.",
    ),
    "cut-by-no-grad": (
        "No way back",
        "Line {line} ran while gradients were off, as under torch.no_grad(), and so {name} has no graph.",
        "Compute it where gradients are on: take it out of torch.no_grad(), which is for updates and for predicting.",
    ),
    "cut-by-inference": (
        "No way back",
        "Line {line} ran in inference mode, in which PyTorch notes no graph.",
        "Compute it outside torch.inference_mode().",
    ),
    "cut-by-draw": (
        "No way back",
        "{name} was drawn at random in line {line}, without a graph: a plain draw has no derivative.",
        "rsample() draws in a way that gradients flow through, where the distribution has it.",
    ),
    "cut-by-integers": (
        "No way back",
        "{kernel} in line {line} gives {kind}, which cannot change a little, and so has no gradient.",
        "Use something smooth in its place for the loss, such as softmax for argmax, or sigmoid for a comparison.",
    ),
    "cut-by-copy": (
        "No way back",
        "{call} in line {line} copies numbers into a new tensor, and a copy of numbers has no graph.",
        "torch.stack([…]) joins tensors and keeps the way back; a single tensor can be used as it is.",
    ),
    "cut-by-number": (
        "No way back",
        "{by} in line {line} took the numbers of {of} out of the graph, and {name} was made of just these numbers: "
        "they have no graph.",
        "Go on with the tensor itself, without {by}; several tensors are joined by torch.stack([…]).",
    ),
    "perhaps-by-numbers": (
        "No way back",
        "No operation that PyTorch noted leads from {root} back to a tensor that requires a gradient. In line {line}, "
        "{by} took {of} out of the graph.",
        "If {root} comes from there, go on with the tensor itself, by PyTorch's operations all the way.",
    ),
    "cut-by-data": (
        "No way back",
        ".data in line {line} gives the numbers without their graph.",
        "Go on without .data in line {line}, if the gradient is to flow through.",
    ),
    "cut-by-function": (
        "No way back",
        "{kernel} in line {line} gives a result without a graph.",
        "Compute {name} by operations that have a derivative.",
    ),
    "checkpoint-untracked": (
        "A checkpoint without a graph",
        "The checkpoint in line {line} was made with use_reentrant=True, which notes a graph only where a tensor "
        "that it is given requires a gradient.",
        "Write use_reentrant=False, which PyTorch recommends.",
    ),
    "gradient-without-graph": (
        "This gradient has no graph",
        "The gradient was computed in line {line} without create_graph=True, so PyTorch noted no graph for it.",
        "Write create_graph=True in line {line}.",
    ),
    "gradient-of-backward": (
        "This gradient has no graph",
        "backward() in line {line} wrote it into .grad, and without create_graph=True PyTorch noted no graph for it.",
        "Take a gradient that is to be differentiated again from torch.autograd.grad(…, create_graph=True): it gives "
        "it back with its graph, and adds nothing to .grad.",
    ),
    "gradient-is-plain": (
        "This gradient is a constant",
        "create_graph=True was given in line {line}, and nothing in this gradient was computed from a tensor that "
        "requires one: for autograd it is a constant, as the gradient of a linear function is.",
        "Its own derivative is 0: where one is needed, take torch.zeros_like of the tensor that was asked for.",
    ),
    "gradient-is-constant": (
        "This gradient has no graph",
        "create_graph=True was given in line {line}, and still nothing in this gradient was computed from a tensor "
        "that requires one: for autograd it is a constant.",
        "Where a Function of your own takes part, its backward() has to compute from the inputs that forward() saved.",
    ),
}
"""By key: a title, why it happened, and what would work."""
