"""Why a loss refuses its targets, and an operation the dtypes of its tensors."""

from __future__ import annotations

LOSSES = {
    "target-dtype": (
        "Targets are numbers of classes",
        "Here each target is the number of a class, and PyTorch wants it as int64 (Long); these are {dtype}.",
        "Write {name}.long(), or make the targets with dtype=torch.long.",
    ),
    "target-range": (
        "A target outside the classes",
        "Each column of the input is a class, counted from 0, and there is none for {target}.",
        "Check the targets, or give the input as many columns as there are classes.",
    ),
    "target-range-of": (
        "A target outside the classes",
        "The input has {classes} columns, so the classes are 0 to {last}, and there is none for {target}.",
        "Check the targets, or give the input as many columns as there are classes.",
    ),
    "target-range-one": (
        "A target outside the classes",
        "The input has a single column, so there is only the class 0, and none for {target}.",
        "For a yes or no, compare a single score with BCEWithLogitsLoss: its targets are floats in the shape of the "
        "input, 0.0 and 1.0.\nOr give the input two columns, one for each class.",
    ),
    "loss-swapped": (
        "Scores first, then targets",
        "{first} stands in first place and holds whole numbers, as targets do; {second} stands in second place.",
        "Write the model's scores first and the targets second.",
    ),
    "classes-in-mse": (
        "Class numbers in a mean squared error",
        "{name} holds one class number for each row, and the input has {columns} columns of scores for it: a squared "
        "error compares number with number.",
        "For classes take nn.CrossEntropyLoss: it wants scores and class numbers as they are here.\n"
        "Or compare with one-hot rows: F.one_hot({name}, {columns}).float().",
    ),
    "target-column": (
        "One class number for each row",
        "The input has a row of scores for each example, and the targets have to be a flat list: one class number for "
        "each row.",
        "targets.squeeze(1) makes a column flat; targets.argmax(dim=1) makes class numbers of one-hot rows.",
    ),
    "target-probabilities": (
        "Probabilities are floats",
        "Targets in the shape of the input are read as the probabilities of the classes, and those are floats; these "
        "are {dtype}.",
        "Write targets.float() for one-hot rows. Class numbers have one dimension less than the input.",
    ),
    "target-batch": (
        "As many targets as rows",
        "The input has {rows} of scores and there are {targets}; each row needs one.",
        "Compare the shapes of both before the loss.",
    ),
    "target-batch-laid-out": (
        "As many targets as rows",
        "The input has {rows} of scores and there are {targets}. In line {line} a batch of the shape {before} is laid "
        "out as {after}: there the examples stop being rows.",
        "Keep the first dimension in line {line}: .flatten(1), or .view(x.size(0), -1). Each example has {features} "
        "features then, and the layer behind it has to take as many.",
    ),
    "scores-are-classes": (
        "Classes where scores are wanted",
        "{name} stands in first place and holds {dtype} numbers, as argmax() gives them. This loss wants the scores of "
        "all classes there, as the model gives them.",
        "Hand it the scores, and take argmax() for what is counted or shown: a choice has no slope.",
    ),
    "target-float": (
        "One dtype for both",
        "Both tensors have to hold {expected} numbers here, and one holds {dtype}.",
        "Convert it, with .float() for Float.",
    ),
    "target-float-bce": (
        "Targets of this loss are floats",
        "Binary cross entropy multiplies targets with logarithms, so they have to be {expected}; these are {dtype}.",
        "Write targets.float(), or 0.0 and 1.0 for 0 and 1.",
    ),
    "probability-range": (
        "Probabilities lie between 0 and 1",
        "Binary cross entropy takes probabilities, and its input holds a number outside of 0 to 1, or nan.",
        "Put torch.sigmoid around the input, or use BCEWithLogitsLoss, which does it itself.",
    ),
    "target-probability-range": (
        "Targets lie between 0 and 1",
        "The targets of binary cross entropy are probabilities, and one is outside of 0 to 1.",
        "Use 0 and 1 for the two classes; CrossEntropyLoss is for more than two.",
    ),
    "target-size-squeezed": (
        "The batch was squeezed away too",
        "squeeze() in line {line} takes away each dimension of size 1, and in a batch of one that is the batch's too: "
        "the shape [1, 1] became [].",
        "Say which dimension is meant: .squeeze(-1).",
    ),
    "target-size": (
        "Input and targets in one shape",
        "The input has the shape {input} and the targets {target}; each number is compared with one target.",
        "Bring both to one shape: .unsqueeze(1) makes a column, .squeeze(1) makes it flat, .view_as(…) copies a shape.",
    ),
}

DTYPES = {
    "dtype-mismatch": (
        "Two dtypes in one operation",
        "{left} and {right} cannot be combined here. PyTorch's own numbers are Float (float32) unless it is told "
        "otherwise, NumPy's are Double (float64), and whole numbers are Long (int64).",
        "Convert one of them: x.float() for data, or layer.double() for a layer that is to work in float64.",
    ),
    "dtype-mismatch-named": (
        "Two dtypes in one operation",
        "{sizes} They cannot be combined here.",
        "Convert one of them: .float() for data, or .double() for a layer that is to work in float64.",
    ),
    "dtype-mismatch-half": (
        "Two dtypes in one operation",
        "{sizes} They cannot be combined here. Numbers of 16 bits are also what torch.autocast computes.",
        "Convert one of them, with .float(), or go on inside torch.autocast, which converts by itself.",
    ),
    "mixed-dtype": (
        "Two dtypes in one operation",
        "The layer and its input hold numbers of different dtypes.",
        "Convert one of them: x.float() for data, or layer.double() for a layer that is to work in float64.",
    ),
    "result-cast": (
        "The result does not fit in place",
        "The result is {result}, and is to be written into a tensor of {dtype} numbers.",
        "Make a new tensor (x = x + 0.5), or make the tensor a float one first, with .float().",
    ),
    "result-cast-targets": (
        "Targets of this loss are floats",
        "Binary cross entropy computes with the targets as {result} numbers; these are {dtype}.",
        "Write targets.float(), or 0.0 and 1.0 for 0 and 1.",
    ),
    "needs-floats": (
        "Whole numbers will not do",
        "PyTorch does not have this operation for whole numbers of this kind.",
        "Convert it first: x.float().",
    ),
    "needs-floats-truths": (
        "Truth values will not do",
        "PyTorch does not have this operation for True and False.",
        "Convert them first, to 1.0 and 0.0: x.float().",
    ),
    "index-dtype": (
        "An index is a whole number",
        "The tensor that is used as an index holds numbers of another kind.",
        "Convert it: .long(); a mask of truth values comes from a comparison, or .bool().",
    ),
    "mask-dtype": (
        "A mask holds truth values",
        "The mask is {dtype}, and it has to be Bool.",
        "Write a comparison, such as x > 0, or .bool().",
    ),
    "other-device": (
        "The tensors are on two devices",
        "One operation wants all of its tensors on one device: a layer's weights and what goes into it.",
        "Bring both to one device first: model.to(device), and x = x.to(device), which gives a new tensor.",
    ),
    "meta-device": (
        "A tensor without numbers",
        "A tensor on the meta device has a shape and a dtype, and no numbers: there is nothing to compute with, and "
        "nothing to copy.",
        'Make the model where it is to run. One that is on meta gets memory by model.to_empty(device="cpu"), and its '
        "numbers by load_state_dict or by setting each parameter anew.",
    ),
    "no-cuda": (
        "No CUDA here",
        "The program asks for a GPU, and PyTorch finds none on this machine.",
        'Let the program choose: device = "cuda" if torch.cuda.is_available() else "cpu", and .to(device).',
    ),
}
"""By key: a title, why it happened, and what would work."""
