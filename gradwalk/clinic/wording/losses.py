"""Losses, models and what they are given, that are not as they were meant."""

from __future__ import annotations

LOSSES = {
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
}
