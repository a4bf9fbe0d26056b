"""How data sets, distributions, checkpoints and settings are used, and what would work."""

from __future__ import annotations

USE = {
    "packed-order": (
        "The sequences come longest first",
        "pack_padded_sequence takes the lengths in falling order, unless it is told that they may come in any.",
        "Write enforce_sorted=False: it sorts them itself, and puts the results back in your order.",
    ),
    "not-a-tensor-packed": (
        "A tensor is needed",
        "PyTorch computes with a tensor here, and was given a PackedSequence: a recurrent layer gives one where it was "
        "given one.",
        "Unpack it first: out, lengths = pad_packed_sequence(out, batch_first=True).",
    ),
    "parameters-unpacked": (
        "parameters() gives no names",
        "Two names on the left take two things in each turn, and parameters() gives one tensor.",
        "Write named_parameters(), which gives a name and a tensor, or take one name.",
    ),
    "loader-sizes": (
        "A batch of other shapes",
        "A DataLoader stacks the examples of a batch, and these have the shapes {left} and {right}.",
        "A list of whole tensors counts as that many examples; TensorDataset(x, y) goes through their rows.\n"
        "Examples of other lengths are padded in a collate_fn: pad_sequence(rows, batch_first=True).",
    ),
    "dataset-length": (
        "{owner} has no length",
        "A DataLoader asks its data set how many examples there are.",
        "Give the class a method __len__(self) that returns it.",
    ),
    "class-weights": (
        "One weight for each class",
        "The input has {classes} classes, and weight has the shape {got}.",
        "Make it a tensor of {classes} numbers, in the order of the classes.",
    ),
    "plain-buffer": (
        "A tensor is needed",
        "{name} is kept as a tensor of the module, and was given as a {kind}.",
        "Write torch.tensor([…]) around its numbers.",
    ),
    "target-channel": (
        "The targets have a dimension too many",
        "For images, cross entropy takes the class of each pixel: targets without a channel. These have {got} "
        "dimensions.",
        "Write .squeeze(1) behind them if that dimension is 1; of one-hot targets, .argmax(1).",
    ),
    "target-sequence": (
        "The classes come second",
        "Cross entropy takes the second dimension of its input for the classes, so it expects targets of the shape "
        "{expected}; they have {got}.",
        "Put the classes second, by .transpose(1, 2) behind the input, or make one row of all: input.flatten(0, 1) and "
        "targets.flatten().",
    ),
    "text-data": (
        "Tensors hold numbers",
        "What torch.tensor was given are texts.",
        "Give each text a number first: names = sorted(set(labels)), and then [names.index(label) for label in "
        "labels].",
    ),
    "frame-data": (
        "A table of pandas' is no tensor yet",
        "torch.tensor takes numbers, lists and arrays, and was given a {kind}.",
        "Take its numbers: torch.tensor(table.to_numpy(), dtype=torch.float32).",
    ),
    "unknown-name-self": (
        "{name} belongs to the object",
        "There is no variable {name}; the object has it, as self.{name}.",
        "Write self.{name}.",
    ),
    "init-misspelt": (
        "__init__() did not run",
        "{model} has a method {name}, which Python never calls by itself: so nothing of what stands in it was made.",
        "Write __init__, with two underscores on each side.",
    ),
    "class-not-made": (
        "A class, and not an object of it",
        "{function}() was called on the class itself: there is no object that self could be.",
        "Make one first, with parentheses behind the class's name.",
    ),
    "text-compared": (
        "A text is no number",
        "One of the two that {operator} compares is a text, such as a setting that was read from a file.",
        "Make a number of it: float(…) or int(…).",
    ),
    "scaler-unscaled": (
        "The scaler has not scaled anything",
        "scaler.step() divides the gradients by what the loss was multiplied with, and no loss was.",
        "Write scaler.scale(loss).backward() before it, in place of loss.backward().",
    ),
    "no-device": (
        "There is no device {name}",
        "A device is called by its kind: cpu, cuda, mps, each with a number if there are several, as cuda:0.",
        "Write cuda for a graphics card of NVIDIA's, mps for one of Apple's, else cpu.",
    ),
    "device-missing": (
        "There is no {name} here",
        "This machine's PyTorch has no support for {name}.",
        "Use what there is: device = 'cuda' if torch.cuda.is_available() else 'cpu'.",
    ),
    "number-iterated": (
        "A number is no row of numbers",
        "for goes through the things of a list, a range or a tensor, and was given one whole number.",
        "Write range(…) around it to count from 0.",
    ),
    "of-a-tensor": (
        "{owner} has no {name}",
        "{name} is a method of tensors, and no function of {owner}.",
        "Call it on the tensor: x.{name}(…).",
    ),
    "elsewhere": (
        "{owner} has no {name}",
        "{near} has it.",
        "Write {near}.{name}(…).",
    ),
    "attribute-called": (
        "{name} is no method",
        ".{name} is a value of the tensor and not a function, so nothing can be called there.",
        "Leave out the parentheses behind .{name}.",
    ),
    "format-many": (
        "One number is needed",
        "A format such as .4f is for a single number, and this tensor has dimensions.",
        "Write .mean() or .sum() for one number of all, and .item() to take it out; or print the tensor without a "
        "format.",
    ),
    "state-dict-inside": (
        "The parameters are one level deeper",
        "None of the names of {model} is there, and the names that are ({names}) are those of a checkpoint.",
        "Hand on the part that has the parameters, as in load_state_dict(checkpoint['…']).",
    ),
    "optimizer-groups": (
        "This state belongs to another optimizer",
        "It is of another number of parameters than this optimizer holds.",
        "Make the optimizer for the model that it was saved with.",
    ),
    "tracked-too-late": (
        "No way back",
        "{root} was computed from {leaves} before line {line} told it to require a gradient: what is computed without "
        "is not recorded.",
        "Say so before the first computation with it, or where it is made: requires_grad=True.",
    ),
    "distribution-probs": (
        "These are no probabilities",
        "probs, the first argument of {distribution}, takes probabilities: none below 0, and for classes a sum above "
        "0. These are other numbers.",
        "Scores of a network go to its other argument: {distribution}(logits=scores).",
    ),
    "distribution-nan": (
        "The distribution's {name} is not a number",
        "{name} of {distribution} contains nan.",
        "Find out where the first nan comes from. Probabilities of classes that are all 0 give nan, too: they are "
        "divided by their sum.",
    ),
    "distribution-scale": (
        "The spread has to be above 0",
        "{name} of {distribution} has to be above 0, and is not.",
        "Let the network give its logarithm, and take .exp() of that, or use F.softplus(…).",
    ),
}
"""By key: a title, why it happened, and what would work."""
