"""The clinic's sentences by kind of finding: a title, what is so, why, and a way out; with pieces in braces.

A kind without a way out is a measurement.
"""

from __future__ import annotations

SENTENCES: dict[str, tuple[str, str, str, str]] = {
    # Numbers that are not finite
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
    # Steps
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
    # Losses
    "alike-units": (
        "Units that stay alike",
        "The {count} units of {name} begin with equal numbers, get equal gradients in all {passes}, and stay equal.",
        "Together they can do no more than one of them.",
        "Begin with numbers that differ, as PyTorch's layers do by themselves, or nn.init.xavier_uniform_; only biases "
        "may be equal.",
    ),
    "plus-for-sum": (
        "Not a sum",
        "{line} gives {name} a new value in each of {count} turns, and only the last of them goes into a backward "
        "pass.",
        "What is written there is = with a plus sign behind it: +x is x itself, and nothing is added.",
        "Write += to add to what {name} was.",
    ),
    "broadcast-loss": (
        "A loss of N×N pairs",
        "{call} in {line} takes {left} ({left_shape}) and {right} ({right_shape}), and gives {shape}: each prediction "
        "against every target.",
        "Broadcasting lays ({left_shape}) out against ({right_shape}). The loss is over {pairs} pairs and not {count}.",
        "Give both the same shape: .squeeze(1) on {squeeze}, or .unsqueeze(1) on {other}.",
    ),
    "softmax-twice": (
        "Softmax twice",
        "{name} went through softmax in {line}, and cross_entropy in {loss} takes the softmax of it again.",
        "cross_entropy wants scores. Probabilities lie between 0 and 1, and its own softmax makes nearly equal ones of "
        "them: with {classes} classes its −log p cannot fall below {least}.",
        "Hand the scores to cross_entropy, without softmax.",
    ),
    "softmax-nll": (
        "Probabilities where logarithms are wanted",
        "{name} went through softmax in {line}, and nll_loss in {loss} takes it as log-probabilities.",
        "nll_loss gives minus the probability of the target and takes no logarithm: the loss cannot fall below −1.",
        "Use log_softmax, or hand the scores to cross_entropy.",
    ),
    "broadcast-count": (
        "A comparison of N×N pairs",
        "{call} in {line} compares {left} ({left_shape}) with {right} ({right_shape}), and gives {shape}: each "
        "prediction with every target.",
        "Broadcasting lays ({left_shape}) out against ({right_shape}). It is over {pairs} pairs and not {count}.",
        "Give both the same shape: .squeeze(1) on {squeeze}, or .unsqueeze(1) on {other}.",
    ),
    "softmax-dimension": (
        "Probabilities along the wrong dimension",
        "log_softmax in {line} goes along dimension {dim} of {scores} ({shape}), and nll_loss in {loss} has classes "
        "along dimension 1.",
        "So the probabilities of a class add up to 1 over the examples, and not those of an example over the classes.",
        "Write dim=1 in {line}, or hand the scores to cross_entropy.",
    ),
    "nll-scores": (
        "Scores where logarithms are wanted",
        "{name}, as {made} in {line} gave it, goes into nll_loss in {loss} as log-probabilities, and holds numbers up "
        "to {greatest}.",
        "A probability is at most 1, and its logarithm at most 0. nll_loss takes no logarithm: it gives minus the "
        "score of the target, which falls without bound as the scores grow.",
        "Hand the scores to cross_entropy, or to log_softmax first.",
    ),
    "sigmoid-of-sigmoid": (
        "Sigmoid twice",
        "{name} went through sigmoid in {line}, and through sigmoid again in {again}, before binary_cross_entropy in "
        "{loss}.",
        "Of a number between 0 and 1 the second sigmoid is between 0.5 and 0.7311, so no example can be told to be of "
        "class 0.",
        "Leave one of the two out.",
    ),
    "softmax-sigmoid": (
        "Softmax, and sigmoid behind it",
        "{name} went through softmax in {line}, and binary_cross_entropy_with_logits in {loss} takes the sigmoid of "
        "it.",
        "It wants scores. Of a number between 0 and 1 the sigmoid is between 0.5 and 0.7311, so no class can be told "
        "to be absent.",
        "Hand it the scores, without softmax; where one class of several is right, hand them to cross_entropy.",
    ),
    "view-for-permute": (
        "A view does not turn dimensions",
        "{line} makes {after} of {name} ({before}): the same sizes in another order.",
        "view() and reshape() leave the numbers in their order and only count them anew, so what belongs together is "
        "torn apart.",
        "If the dimensions are to change places, write .permute({order}).",
    ),
    "one-sequence": (
        "One sequence of the batch",
        "{layer} ({type}, {setting}) has read {sequences} sequences of {steps} steps each, and {line} takes the last "
        "of the sequences.",
        "The loss is made of that one alone, at each of its steps: what {layer} gave for the other {others} goes into "
        "none.",
        "{way}",
    ),
    "kl-of-probabilities": (
        "Probabilities where logarithms are wanted",
        "{name} went through {made} in {line}, and kl_div in {loss} takes it as log-probabilities.",
        "kl_div takes no logarithm of its first argument. With probabilities there its sum cannot be above 0, where a "
        "divergence cannot be below.",
        "Use {right} for {made} in {line}.",
    ),
    "sigmoid-twice": (
        "Sigmoid twice",
        "{name} went through sigmoid in {line}, and binary_cross_entropy_with_logits in {loss} takes the sigmoid of "
        "it again.",
        "It wants scores. Of a number between 0 and 1 the second sigmoid is between 0.5 and 0.7311, so no example can "
        "be told to be of class 0.",
        "Hand it the scores, without sigmoid, or use binary_cross_entropy.",
    ),
    "eval-forgotten": (
        "Prediction in training mode",
        "{module} ({type}) ran under {mode} in {line} as in training: {effect}.",
        "The same model was trained in this recording, and no loss is computed from what came of this.",
        "Call model.eval() before predicting, and model.train() before training goes on; unless the randomness is "
        "wanted.",
    ),
    "train-forgotten": (
        "Training in evaluation mode",
        "In {place}, {modules} ran as in training at first, and as in evaluation in the last {turns}, of which losses "
        "are made and steps taken.",
        "The prediction in {line} ran in evaluation mode, and after it nothing set {model} back.",
        "Call {model}.train() before training goes on, unless it is to stay so: in evaluation mode {effect}.",
    ),
    "loss-lost": (
        "Losses that go into no pass",
        "{line} gives {name} a new loss in each of {count} turns, and only the last of them goes into the pass in "
        "{walk}.",
        "The graphs of the others are dropped unused: the step learns from one turn's data.",
        "Put backward() into the loop, or add the losses up before it.",
    ),
    # Changes of what is needed
    "saved-changed": (
        "A saved tensor was changed, unseen by autograd",
        "{node} saved {name} in {line} for the backward pass, and {change} changed it before the pass in {walk}.",
        "The change went through .data or the like, which autograd does not count: no error, and the gradient is "
        "computed with {after} in place of {before}.",
        "Change it after the pass. A change under torch.no_grad(), without .data, is counted, and PyTorch refuses it.",
    ),
    # Memory
    "graph-grows": (
        "The graph grows from turn to turn",
        "The passes in {line} walk {sizes} nodes.",
        "{root} of one turn is computed from the graph of the turn before, through {carried}.",
        "Detach what is carried from turn to turn ({carried} = {carried}.detach()), unless the gradient is to flow "
        "through all turns.",
    ),
    "running-sum": (
        "A sum of losses keeps their graphs",
        "{name} in {line} adds {count} losses that still have their graphs, and no pass starts from it.",
        "Each sum is a node that holds all those before it: memory grows with every turn.",
        "Add the number alone: {term}.item(), or {term}.detach().",
    ),
    # Measurements
    "kept": ("Kept for backward", "{total} when the pass in {line} begins{parameters}.", "", ""),
    "alive": (
        "What stays after the passes",
        "{graphs} what the nodes saved, as long as something holds what was computed: a name, or a list of losses.",
        "",
        "",
    ),
    "sizes": ("Gradients and updates", "At the last pass, in {line}.{flow}", "", ""),
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
