"""Why Python refuses something, and what would work."""

from __future__ import annotations

PYTHON = {
    "division-by-zero": (
        "Division by 0",
        "Two plain Python numbers were divided, and Python stops at 0. A tensor would give inf instead.",
        "Change the divisor, or make one of the numbers a tensor.",
    ),
    "unknown-name": (
        "A name without a value",
        "When this line ran, nothing had been assigned to {name} yet.",
        "Assign it before, or check how it is written.",
    ),
    "unknown-name-after": (
        "{name} has no value yet",
        "Cell {cell} gives {name} its value, and that cell stopped with an error before it came so far.",
        "Mend cell {cell} first, and this one may run as it is.",
    ),
    "unknown-name-near": (
        "A name without a value",
        "There is no {name} here; there is {near}.",
        "Check how it is written.",
    ),
    "not-imported": (
        "{name} is not imported",
        "{name} usually stands for a module, and no line that ran has imported it.",
        "Write {statement} above.",
    ),
    "unbound-name": (
        "A name without a value",
        "{name} is assigned somewhere in this function, so it is a name of its own, and it has no value yet.",
        "Assign it before, or pass it in as an argument.",
    ),
    "unknown-module": (
        "There is no module {name} here",
        "Python looked for a module of that name and did not find it.",
        "Check how it is written, or do without it here.",
    ),
    "unknown-module-near": (
        "There is no module {name} here",
        "Python looked for a module of that name and did not find it; there is {near}.",
        "Check how it is written.",
    ),
    "unknown-import": (
        "No such name in {owner}",
        "{owner} has nothing of the name {name}.",
        "Check how it is written, and whether this version of {owner} has it.",
    ),
    "unknown-import-near": (
        "No such name in {owner}",
        "{owner} has no {name}; it has {near}.",
        "Check how it is written.",
    ),
    "attribute-near": (
        "No such attribute",
        "{owner} has no {name}; it has {near}.",
        "Check how it is written.",
    ),
    "none-object": (
        "{object} is None",
        "{object} was set in line {line}, and what stands there gave None. A function without return does, and so does "
        ".grad before backward().",
        "Check line {line}: is a return missing, or does the call change its object in place?",
    ),
    "none-returned": (
        "A function without return",
        "{function} gave None in line {line}: it comes to its end, in line {end}, without a return.",
        "Let it return what it computes.",
    ),
    "none-nameless": (
        "There is None",
        "What stands before .{name} is None. A function without return gives None, a forward() without return too.",
        "Find out what gave it, and whether a return is missing there.",
    ),
    "number-backward": (
        "A plain number has no graph",
        "Only tensors have a graph, and {object} is a plain number.",
        "Compute it from tensors by PyTorch's operations.",
    ),
    "number-by-item": (
        "A plain number has no graph",
        "{object} is a Python number: line {line} took it out of its tensor, as .item(), float() and the "
        "functions of math do.",
        "Keep the tensor for backward(), and take the number only where it is printed or kept.",
    ),
    "number-perhaps-by-item": (
        "A plain number has no graph",
        "{object} is a plain number, and only tensors have a graph. In line {line}, {by} took {of} out of its tensor.",
        "If {object} comes from there, compute it from the tensors themselves, by PyTorch's operations all the way.",
    ),
    "not-called": (
        "A function that was not called",
        "{object} is the function {method} itself, and not its result.",
        "Write the parentheses: {method}(…).",
    ),
    "not-called-here": (
        "A function that was not called",
        "One of the two is a function itself, and not its result.",
        "Write the parentheses behind it.",
    ),
    "needs-integer": (
        "A whole number is needed",
        "Python asks for one whole number here: an index, a size, or, where a list stands before *, how often to "
        "repeat it. A tensor of another kind cannot be that.",
        "To compute with the list's elements, make one tensor of them: torch.stack(…) for tensors, torch.tensor(…) for "
        "numbers. For an index, write int(…) around a tensor with one whole number.",
    ),
    "several-results": (
        "Several results in one",
        "{object} holds several results, and not a single tensor.",
        "Take the one that is meant out of it: .values, by its index, or by assigning to several names.",
    ),
    "list-backward": (
        "A list has no graph",
        "{object} is a Python list, and each tensor in it has a graph of its own.",
        "Make one number of them first: sum({object}).backward(), or torch.stack({object}).mean().backward().",
    ),
    "loss-made-with-data": (
        "A loss is made first, then applied",
        "The loss is a module: what stands in its first parentheses are its settings, and these are tensors.",
        "Write two pairs of parentheses, as in nn.MSELoss()(input, target), or call its function: F.mse_loss(input, "
        "target).",
    ),
    "loss-not-applied": (
        "A loss is made first, then applied",
        "{object} is the module {owner} itself, and not its result for some tensors.",
        "Write two pairs of parentheses: nn.{owner}()(input, target).",
    ),
    "capital-tensor": (
        "torch.Tensor and torch.tensor",
        "torch.Tensor makes float32 memory of a given size or from given numbers and takes no requires_grad.",
        "Write torch.tensor([…], requires_grad=True) for numbers, torch.empty(2, 3, requires_grad=True) for a size.",
    ),
    "keyword-near": (
        "No such argument",
        "{function} has no argument {name}; it has {near}.",
        "Check how it is written.",
    ),
    "keyword-unknown": (
        "No such argument",
        "{function} has no argument {name}. Those that it has are {takes}.",
        "Use one of these, or leave it out.",
    ),
    "not-a-tensor": (
        "A tensor is needed",
        "PyTorch computes with tensors here, and was given a {kind}.",
        "Give it a tensor.",
    ),
    "not-a-tensor-numbers": (
        "A tensor is needed",
        "PyTorch computes with tensors here, and was given a {kind}.",
        "Make a tensor of it with torch.tensor(…); for single Python numbers there is the module math.",
    ),
    "not-a-tensor-list": (
        "A tensor is needed",
        "PyTorch computes with tensors here, and was given a list.",
        "Of a list of tensors torch.stack(…) makes one, and keeps the way back to each; of numbers torch.tensor(…) "
        "does.",
    ),
    "not-a-tensor-several": (
        "One tensor is needed",
        "{name} is a {held}, and PyTorch computes with one tensor here.",
        "Take out the one that is meant: a batch of a DataLoader is unpacked, as in inputs, targets = {name}.\n"
        "Or make one of them, where all have one shape: torch.stack({name}).",
    ),
    "argument-kinds": (
        "Arguments of other kinds",
        "{function}() was given ({given}), and takes none such together; its message lists what it takes.",
        "Compare the kinds in its message with these.",
    ),
    "max-of-number": (
        "Two tensors, or a bound",
        "torch.{function} compares two tensors element by element, and one of these is a number.",
        "Write x.clamp({bound}=0), with the number in place of the 0.",
    ),
    "not-a-tensor-tuple": (
        "A tensor is needed",
        "PyTorch computes with a tensor here, and was given several things in a tuple, as recurrent layers give them.",
        "Take out the one that is meant, by assigning to several names, as in out, state = layer(x), or by its index.",
    ),
    "not-a-tensor-none": (
        "A tensor is needed",
        "PyTorch computes with a tensor here, and was given None.",
        "Find out where it comes from: a function or a forward() without return gives None.",
    ),
    "not-a-tensor-array": (
        "A tensor is needed",
        "PyTorch computes with tensors here, and was given an array of NumPy's.",
        "Make a tensor of it: torch.from_numpy(a).float(), or torch.tensor(a, dtype=torch.float32).",
    ),
    "not-a-tensor-array-sized": (
        "A tensor is needed",
        "PyTorch computes with tensors here, and what it was given for {name} is an array of NumPy's. PyTorch calls "
        "size() on it, and the size of an array is a plain number.",
        "Make a tensor of it: torch.from_numpy(a).float(), or torch.tensor(a, dtype=torch.float32).",
    ),
    "list-arithmetic": (
        "A list does not compute",
        "One of the two is a Python {kind}, and {operator} is for numbers and tensors.",
        "Take an element out of it, or make one tensor of it: torch.stack(…) for tensors (gradients flow through), "
        "torch.tensor(…) for numbers.",
    ),
    "sequence-times": (
        "Several things in one",
        "One of the two is a list or a tuple, and Python can only repeat that, a whole number of times. Functions such "
        "as max(dim) give a tuple too: values and indices.",
        "Take the one that is meant out of it: .values, or by its index. To compute with a list's elements, make one "
        "tensor of them: torch.stack(…) for tensors (gradients flow through), torch.tensor(…) for numbers.",
    ),
    "none-arithmetic": (
        "One of the two is None",
        "None stands for “nothing there”, and cannot be computed with.",
        "Find out where it comes from: a function without return gives None, and so does .grad before backward().",
    ),
    "array-and-tensor": (
        "An array and a tensor",
        "NumPy's arrays and PyTorch's tensors do not compute with each other here.",
        "Make a tensor of the array: torch.from_numpy(a).",
    ),
    "tensor-called-renamed": (
        "The name of a function was given away",
        "{name} was {was} before, and line {line} gave this name to a tensor. The parentheses now call the tensor.",
        "Give the result another name than the function has.",
    ),
    "value-called": (
        "What is called is no function",
        "What stands before the parentheses is of type {owner}.",
        "Look at what that name was last set to. An attribute that is called like a method takes its place: a module "
        "with self.train = True has no train() any more.",
    ),
    "compared-as-one": (
        "One truth value, and no tensor",
        "A comparison gave a plain bool, which has no {name}(): two things of different kinds are simply not equal to "
        "Python, such as a tensor and a tuple.",
        "Compare tensors. torch.max(x, dim) gives two, values and indices: take the second one, or argmax().",
    ),
    "loader-indexed": (
        "A DataLoader has no index",
        "It hands out one batch after another, and only in a loop.",
        "For the first batch write next(iter(loader)); for one example, dataset[0].",
    ),
    "tensor-called": (
        "A tensor is no function",
        "The parentheses behind a tensor call it.",
        "Check for a missing operator, as in 2 * (x + 1), or a function's name that was assigned to.",
    ),
    "never-closed": (
        "A bracket is open",
        "The {bracket} in this line has no partner.",
        "Write the closing bracket.",
    ),
    "unclosed": (
        "A bracket is open",
        "A {bracket} of this cell has no partner up to the cell's end.",
        "Write the closing bracket.",
    ),
    "unfinished": (
        "The cell is not finished",
        "Python came to the end of the cell where more has to follow, such as the lines of a block.",
        "Write what is missing, or take away what asks for it.",
    ),
    "no-colon": (
        "A colon is missing",
        "A line that begins a block ends with a colon.",
        "Write the colon.",
    ),
    "no-block": (
        "A block is missing",
        "What belongs to the {what} stands further right than its first line.",
        "Indent the lines that belong to it, by four spaces.",
    ),
}
"""By key: a title, why it happened, and what would work."""
