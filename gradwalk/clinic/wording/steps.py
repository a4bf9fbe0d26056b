"""What goes wrong around an optimizer's steps."""

from __future__ import annotations

STEPS = {
    "zero-grad-forgotten": (
        "The gradient still contains the last step's",
        "The pass in {line} adds to what was there: {sums}.",
        "A step had already been taken with the old part, in {step}, and it goes into the next step again.",
        "Clear the gradients before each pass: optimizer.zero_grad(), or {name}.grad = None.",
    ),
    "zero-grad-after-passes": (
        "The gradient still contains the last step's",
        "The pass in {line} adds to what was there: {sums}.",
        "A step takes {passes} passes here, and what the step in {step} had taken was not cleared: it goes into the "
        "next step again.",
        "Clear the gradients after each step, below {step}: optimizer.zero_grad(), or {name}.grad = None. Not before "
        "each pass, where it would take away what the other passes of the same step have left.",
    ),
    "gradient-left-over": (
        "The gradient of another loss goes into the step",
        "{optimizer}'s step in {taken} takes what two passes gave {name}: the one in {line} added to what the one in "
        "{left} had left there.",
        "The pass in {left} was for {other}'s step in {step}, which does not move {name}: it only goes through it.",
        "Clear the gradients right before the pass in {line}, and not only before the one in {left}.",
    ),
    "stale-graph": (
        "A graph of old numbers",
        "The pass in {line} walks the graph of {root} again, which was computed before {name} was changed in {step}.",
        "The gradient is that of the old numbers: {name} was {before}, and is {after} now.",
        "Compute {root} anew before each pass; without retain_graph=True, PyTorch says so itself.",
    ),
    "step-without-gradient": (
        "A step without a gradient",
        "{optimizer}'s step in {line} moves nothing: none of its {count} has a gradient.",
        "{reason}",
        "{way}",
    ),
    "step-after-clearing": (
        "The gradients are cleared before the step",
        "{optimizer}'s step in {line} moves nothing: none of its {count} has a gradient.",
        "{reason}",
        "Clear them before the pass, or after the step: zero_grad(), backward(), step().",
    ),
    "optimizer-stale": (
        "The optimizer holds other tensors than the model",
        "{optimizer}'s step in {line} does not move {names}: it does not hold it.",
        "It holds another tensor of the same {shared} ({shape}), which no pass in this recording reached.",
        "Make the optimizer after the model has its final parameters: after replacing a layer or a tensor.",
    ),
    "data-requires-grad": (
        "A gradient for the data",
        "{name} requires a gradient: each pass adds to {name}.grad, {passes} so far.",
        "No step moves {name}, nothing clears {name}.grad, and no operation uses that gradient.",
        "Leave requires_grad out where {name} is data; where it is to be trained, give it to the optimizer.",
    ),
    "no-step": (
        "Gradients that no step uses",
        "{names} get gradients, {passes} so far, and no step moves them: {optimizer}'s in {line} holds {held}.",
        "Nothing else uses these gradients.",
        "Give them to the optimizer as well; if they are to stay as they are, requires_grad_(False) saves the pass the "
        "work.",
    ),
    "flag-unread": (
        "A flag that PyTorch does not read",
        "{flag} sets an attribute {own}: {names} {does}.",
        "",
        "Write {right}.",
    ),
    "plain-attribute": (
        "Not one of the module's parameters",
        "{name} gets a gradient, {passes} so far, and no step moves it.",
        "It is a plain tensor that the module holds: parameters() lists nn.Parameter alone.",
        "If it is to be trained, write self.{attribute} = nn.Parameter(…) in __init__(), before the optimizer is made; "
        "if not, leave requires_grad out.",
    ),
    "in-a-list": (
        "Parameters that no optimizer moves",
        "{names} get gradients, {passes} so far, and no step moves them.",
        "{list} is a plain list or dict: a module's parameters() goes through the modules and parameters that are its "
        "attributes, and not into these.",
        "Make {list} an nn.{kind}List (nn.{kind}Dict for a dict), before the optimizer is made.",
    ),
    "made-each-turn": (
        "A layer that is made anew in each turn",
        "{line} runs another {kind} in each of {count} turns: each begins with weights of its own, gets one gradient, "
        "and no step moves it.",
        "It is made where the data goes through, in forward(), and no optimizer knows it.",
        "Make it once, in __init__(), as an attribute of the module.",
    ),
    "leaf-made-each-turn": (
        "A parameter that is made anew in each turn",
        "{module}'s forward() makes {name} anew{place}, {count} times: each gets one gradient, and no step moves it.",
        "An optimizer holds what the module's parameters() had when the optimizer was made.",
        "Make it once, in __init__(), as an attribute of the module: self.w = nn.Parameter(…).",
    ),
    "model-anew": (
        "A model that is made anew in each turn",
        "{line} takes one step for each of {count} models, one after the other, and nothing uses what it makes of "
        "{names}.",
        "The next turn begins with new numbers, on the same data.",
        "Make the model and its optimizer once, before the loop.",
    ),
    "optimizer-anew": (
        "An optimizer that begins anew in each turn",
        "{line} takes the steps of {count} {optimizer} optimizers, one after the other, for the same tensors "
        "({names}).{place}",
        "Each is left after {steps}, and what it has gathered ({state}) goes with it: the next one begins at 0.",
        "Make the optimizer once, before the loop.",
    ),
    "setting-unread": (
        "A setting that the optimizer does not read",
        "{name} = {set_to} sets an attribute of the object, and {optimizer}'s step in {line} is taken with {setting} = "
        "{used}.",
        "An optimizer reads its settings from its groups of parameters.",
        'Set it there: for group in {optimizer_name}.param_groups: group["{setting}"] = {set_to}. Or use a scheduler '
        "of torch.optim.lr_scheduler.",
    ),
    "changed-after-step": (
        "The gradients are changed after the step",
        "{line} changes {names} when the step in {step} has already used them, and they are cleared before the next "
        "one.",
        "So the change reaches no step.",
        "Change gradients, as clipping does, between backward() and step().",
    ),
    "clipped-too-early": (
        "Clipped before there is a gradient",
        "The clipping in {line} finds no gradient: that of {names} comes with the pass in {walk}.",
        "The step in {step} takes it as it came, unclipped.",
        "Clip between backward() and step().",
    ),
    "update-lost": (
        "An update that is lost",
        "{line} computes from the gradient what {names} should become, as a new tensor that nothing uses: after "
        "{passes} nothing has changed.",
        "p = p − … gives the name p to another tensor, in a loop over parameters too.",
        "Change the parameter in place, under torch.no_grad(): p -= lr * p.grad.",
    ),
    "rate-of-zero": (
        "A learning rate of 0",
        "The last {count} steps of {optimizer} in {line} move nothing, though gradients are there.",
        "Its learning rate was 0 in each of them.",
        "Look at what sets it: lr of the optimizer, gamma and the lengths of a scheduler.",
    ),
    "constant-term": (
        "A term of the loss is a constant",
        "What {sum} adds to the loss is made of {name} alone, which {line} gives without a graph.",
        "So the pass does not go through it: it changes the loss and no gradient.",
        "Write create_graph=True in {line}: then the gradient has a graph, and the term takes part.",
    ),
    "loss-rises": (
        "The loss rises",
        "{root} rises in each of the last {count} passes of {line}: {numbers}.",
        "They are of the same data, and between them {mover} moves {names}{rate}.",
        "Make the learning rate smaller, until the loss falls.",
    ),
}
