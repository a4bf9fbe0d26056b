"""What backward() and autograd.grad are given; leaves and their .grad, views, tensors that leave the graph."""

from __future__ import annotations

LEAVES = {
    "non-scalar-root": (
        "backward() needs one number",
        "A gradient belongs to one number. This tensor has several elements, and PyTorch cannot know how much each of "
        "them counts.",
        "Make one number of it with .sum() or .mean(); with .sum(), the gradient grows with the number of elements.\n"
        "Or say what each element counts: backward(v), where v has the same shape.",
    ),
    "non-scalar-grad": (
        "A gradient of one number",
        "A gradient belongs to one number. This tensor has several elements, and PyTorch cannot know how much each of "
        "them counts.",
        "Make one number of it with .sum(): where each element depends on its own row alone, each row then has its own "
        "derivative.\nOr say what each element counts: grad_outputs=torch.ones_like({root}) is the same as the sum.",
    ),
    "complex-root": (
        "backward() needs a real number",
        "A gradient says where a number grows, and complex numbers ({dtype}) have no order.",
        "Make a real number of it, with .abs() or .real.",
    ),
    "seed-shape": (
        "The seed has another shape",
        "The v of backward(v) says how much each element of the result counts, so it needs one number for each: the "
        "result has the shape {root}, v has {seed}.",
        "Give v the shape {root}.",
    ),
    "seed-number": (
        "The seed has to be a tensor",
        "backward(v) takes v as a tensor in the shape of the result, and this is of type {kind}.",
        "Write torch.tensor(…) around it.",
    ),
    "unused-input": (
        "A gradient with respect to something unused",
        "No way leads from the result back to one of the inputs that were asked for.",
        "Leave that input out, or write allow_unused=True: its gradient is then None.",
    ),
    "unused-input-named": (
        "A gradient with respect to something unused",
        "No way leads from {root} back to {name}, so there is no gradient with respect to it.",
        "Leave it out, or write allow_unused=True: its gradient is then None.",
    ),
    "unused-input-piece": (
        "A gradient with respect to a new tensor",
        "Line {line} makes a new tensor of {of}, and {root} was computed from {of} itself: no way leads from {root} "
        "to the new one.",
        "Ask for {of}, and take that piece of its gradient.\nOr make the piece first, and compute {root} from it.",
    ),
    "untracked-input-late": (
        "An input that requires no gradient",
        "torch.autograd.grad was asked for the gradient of {name}, and {name} required none when the result was "
        "computed from it.",
        "Write requires_grad=True, or .requires_grad_(), where {name} is made: for what is computed from it after that "
        "there is a way back.",
    ),
    "untracked-input": (
        "An input that requires no gradient",
        "torch.autograd.grad was asked for the gradient of a tensor that does not require one.",
        "Ask for the tensor with requires_grad=True that the result was computed from.",
    ),
    "untracked-input-named": (
        "An input that requires no gradient",
        "torch.autograd.grad was asked for the gradient of {name}, which does not require one.",
        "Ask for the tensor with requires_grad=True that the result was computed from.",
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
    "in-place-on-leaf-named": (
        "A leaf cannot change in place",
        "{name} is a leaf that requires a gradient. If it changed in the middle of the computation, its .grad would "
        "belong to a value that no longer exists.",
        "Make a new tensor (y = x + 1), or, for an update after backward(), write it under torch.no_grad().",
    ),
    "in-place-on-leaf-sum": (
        "A sum that begins as a leaf",
        "{name} is a leaf that requires a gradient, and here something is added to it in place that has a graph.",
        "Begin the sum without requires_grad=True, or with {name} = 0: what is added brings its own graph along.",
    ),
    "in-place-on-leaf-view": (
        "A view of a leaf cannot change in place",
        "{view} lives in the memory of {name}, a leaf that requires a gradient, so a change of {view} would change "
        "{name} too.",
        "Make a new tensor, or change a copy: {view} = {view}.clone() before it. {name} stays as it is, and its "
        "gradient comes through the copy.\n"
        "Or, where {name} itself is to get these numbers, write it under torch.no_grad().",
    ),
    "leaf-updated": (
        "An update of a leaf belongs under no_grad()",
        "{name} is a leaf that requires a gradient, and PyTorch would take this change for a part of the computation.",
        "Write the update under with torch.no_grad():, where nothing is noted.",
    ),
    "flag-on-non-leaf": (
        "Only a leaf has this switch",
        "This tensor was computed, and whether it requires a gradient follows from its operands.",
        "Write requires_grad where the leaf is made, or use .detach() for a copy without a gradient.",
    ),
    "grad-none": (
        ".grad is None",
        "{name} has no gradient at this point.",
        "A gradient is there after a backward() that reaches a leaf with requires_grad=True.",
    ),
    "grad-none-early": (
        ".grad is None",
        "No backward() has run yet, so {name} has no gradient.",
        "Call backward() first. To clear a gradient that may not be there yet, assign None to it: .grad = None.",
    ),
    "nothing-to-clip": (
        "Clipped before there is a gradient",
        "None of the {count} parameters has a gradient here.",
        "Clip between backward() and step().",
    ),
    "grad-none-cleared": (
        ".grad is None",
        "The gradient of {name} was cleared in line {line}, and no backward() has written a new one since.",
        "Read it before line {line}, or call backward() again.",
    ),
    "grad-none-untracked": (
        ".grad is None",
        "{name} does not require a gradient, so backward() gives it none.",
        "Write requires_grad=True where it is made; or pass over those without a gradient: if p.grad is not None.",
    ),
    "grad-none-rebound": (
        ".grad is None",
        "Line {line} gave the name {name} to a new, computed tensor, and backward() writes .grad only for leaves.",
        "Change the leaf itself: {name} -= … under with torch.no_grad():, then clear its gradient.",
    ),
    "grad-none-updated": (
        ".grad is None",
        "This tensor is what the update in line {line} computed, and backward() writes .grad only for leaves.",
        "Change the leaf itself: -= in place of = … -, under with torch.no_grad():, then clear its gradient.",
    ),
    "grad-none-computed": (
        ".grad is None",
        "{name} is computed, in line {line}, and backward() writes .grad only for leaves.",
        "Call its .retain_grad() before backward(): its gradient is then kept in memory too.\n"
        "Or use the gradient of the leaf that it is computed from.",
    ),
    "grad-none-made": (
        ".grad is None",
        "{name} is no leaf: line {line} made the leaf, and went on to compute {name} from it. The leaf has no name, "
        "and its gradient is out of reach.",
        "Make the leaf last: first the numbers, their type and their scale, and then .requires_grad_().",
    ),
    "grad-none-unreached": (
        ".grad is None",
        "The backward() in line {line} did not reach {name}: no way leads from {root} back to it.",
        "Compute {root} from {name}, without detach(), item() or no_grad() between them.",
    ),
    "grad-none-cut": (
        ".grad is None",
        "The backward() in line {line} did not reach {name}. {why}",
        "{way}",
    ),
    "grad-none-returned": (
        ".grad is None",
        "torch.autograd.grad gives its gradients back and writes no .grad.",
        "Use what it gave, in line {line}, or call backward().",
    ),
    "gradient-size": (
        "A gradient has the shape of its tensor",
        "This one has the shape {gradient}, and the tensor {tensor}.",
        "Assign a tensor in the shape {tensor}, or None to clear the gradient.",
    ),
    "gradient-type": (
        "A gradient is a tensor",
        "What was assigned to .grad is of the type {kind}.",
        "Write = None to clear the gradient, or assign a tensor in the same shape.",
    ),
    "hook-on-untracked": (
        "Nothing to hook",
        "A hook is called with the gradient of its tensor, and this tensor does not require one.",
        "Register it on a tensor that requires a gradient, or is computed from one.",
    ),
    "hook-shape": (
        "A hook gave another shape",
        "A hook gets the gradient of its tensor, and what it returns takes that gradient's place: it has to have the "
        "same shape.",
        "Return a gradient in the same shape (grad * 0.5, grad.clamp(-1, 1)), or return nothing to leave it as it is.",
    ),
    "hook-shape-of": (
        "A hook gave another shape",
        "The hook {hook}, registered in line {line}, got the gradient of {name}, of the shape {given}, and gave one of "
        "the shape {returned}. What a hook returns takes that gradient's place: it has to have the same shape.",
        "Return a gradient in the same shape (grad * 0.5, grad.clamp(-1, 1)), or return nothing to leave it as it is.",
    ),
    "post-hook-value": (
        "This hook gives nothing back",
        "A post accumulate grad hook is called when .grad is complete. It may change p.grad in place, and what it "
        "returns has no place to go. A lambda always returns its expression.",
        "Write a function that ends without return: def hook(p): p.grad.clamp_(-1, 1).",
    ),
    "module-hook-count": (
        "One gradient for each input",
        "A full backward hook of a module may put other gradients in place of grad_input: one for each input of "
        "forward(), {expected} here, and it returned {got}. Those of weights and biases are not among them.",
        "Return a tuple of {expected}, as grad_input is, or None to change nothing.",
    ),
    "hook-dtype": (
        "A hook gave another dtype",
        "A hook gets the gradient of its tensor, and what it returns takes that gradient's place: it has to have the "
        "same dtype.",
        "Convert it back: .to(grad.dtype).",
    ),
    "hook-type": (
        "A hook returns a tensor",
        "A hook gets the gradient of its tensor, and what it returns takes that gradient's place; this one gave a "
        "{kind}.",
        "Return a tensor in the same shape, such as grad * 0.5, or return nothing to leave the gradient as it is.",
    ),
    "retain-on-untracked": (
        "No gradient to keep",
        "This tensor does not require a gradient, so there will be none to keep.",
        "Use retain_grad() on a tensor that is computed from a leaf with requires_grad=True.",
    ),
    "in-place-on-many-views": (
        "One of several views cannot change in place",
        "{maker} gave several views of one tensor at once, and PyTorch does not follow changes of one of them.",
        "Make a new tensor (a = a + 1), or change the tensor itself by its index.",
    ),
    "in-place-on-no-grad-view": (
        "A view from under no_grad()",
        "The view was made while gradients were off, and is changed while they are on.",
        "Make the view and change it in the same place: both under no_grad(), or both outside.",
    ),
    "in-place-on-expanded": (
        "Several elements share one memory",
        "Several elements of this tensor are one and the same number in memory, as after expand(), so they cannot be "
        "changed one by one.",
        "Write .clone() before the change.",
    ),
    "out-requires-grad": (
        "out= takes no part in autograd",
        "A result that is written into a given tensor has no graph, and an operand here requires a gradient.",
        "Leave out= away and assign the result, or write it under with torch.no_grad():.",
    ),
    "numpy-of-tracked": (
        "NumPy knows no gradients",
        "This tensor requires a gradient, and an array of NumPy's cannot carry its graph on.",
        "Where the numbers are only shown or kept, write .detach().numpy(), or .item() for the losses of a list; where "
        "the gradient is to go on, use PyTorch's function of that name.",
    ),
    "copy-of-computed": (
        "A computed tensor cannot be deep-copied",
        "A copy would need a copy of the graph behind it. A module that keeps a result in an attribute has such a "
        "tensor, too.",
        "Keep results with .detach(), and copy a tensor with .detach().clone().",
    ),
    "inference-saved": (
        "A tensor from inference mode",
        "It was made under torch.inference_mode(), which promises PyTorch that autograd will never need it.",
        "Make it under torch.no_grad() instead, or use .clone() of it here.",
    ),
    "inference-changed": (
        "A tensor from inference mode",
        "It was made under torch.inference_mode(), and outside of it such a tensor cannot be changed in place.",
        "Make it under torch.no_grad() instead, or change .clone() of it.",
    ),
    "inference-flag": (
        "A tensor from inference mode",
        "It was made under torch.inference_mode(), which promises PyTorch that autograd will never need it.",
        "Make it under torch.no_grad() instead, or use .clone().requires_grad_() of it.",
    ),
}
"""By key: a title, why it happened, and what would work."""
