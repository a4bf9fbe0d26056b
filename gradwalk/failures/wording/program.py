"""Why Python, a module or an optimizer refuses something, and what would work."""

from __future__ import annotations

MODULES = {
    "module-init": (
        "super().__init__() is missing",
        "nn.Module keeps its layers and parameters in tables that its own __init__() makes, and it has not run.",
        "Write super().__init__() as the first line of the class's __init__().",
    ),
    "module-forward": (
        "{model} has no forward()",
        "A module that is called runs its method forward(), and {model} defines none.",
        "Define forward(self, x), and check how it is written.",
    ),
    "plain-parameter": (
        "A parameter has to stay one",
        "{name} is a parameter of the module, and a plain tensor cannot take its place.",
        "Assign nn.Parameter(…), or change the numbers under with torch.no_grad(): module.{name}.copy_(…).",
    ),
    "not-a-module": (
        "This is no module",
        "Only modules can stand here, and this is a {kind}.",
        "For a list of layers write nn.Sequential(*layers); for a function its module, such as nn.ReLU() for "
        "torch.relu.",
    ),
    "state-dict": (
        "These parameters belong to another model",
        "Each name in a state_dict has to be there in {model}, in the same shape; the message lists those that differ.",
        "Build the model as it was when it was saved. strict=False passes over names that differ.",
    ),
    "state-dict-sizes": (
        "These parameters belong to another model",
        "The names fit {model}, but parameters have other shapes; the message lists them.",
        "Build the model with the sizes that it had when it was saved.",
    ),
    "state-dict-prefix": (
        "The names have a prefix",
        "The names in this state_dict begin with “module.”, as nn.DataParallel writes them, and those of {model} do "
        "not.",
        "Take the prefix away: {{name.removeprefix('module.'): t for name, t in state.items()}}.",
    ),
    "state-dict-of-module": (
        "A state_dict is a dictionary",
        "load_state_dict takes names with tensors, and not a whole module.",
        "Pass model.state_dict().",
    ),
    "no-parameters": (
        "Nothing to optimize",
        "The list of parameters is empty. A module registers layers and nn.Parameter that are its attributes; those in "
        "a plain list or dict it does not see.",
        "Make the layers attributes of the module, or use nn.ModuleList and nn.ParameterList; and go through "
        "parameters() only once.",
    ),
    "computed-parameter": (
        "A computed tensor cannot be optimized",
        "step() changes leaves, and this tensor is the result of an operation.",
        "Make the leaf last: first compute its starting value, then .detach().requires_grad_().",
    ),
    "computed-parameter-made": (
        "A computed tensor cannot be optimized",
        "step() changes leaves, and {name} is computed, in line {line}, from a leaf that has no name.",
        "Make the leaf last: first compute its starting value, then .detach().requires_grad_().",
    ),
    "one-parameter": (
        "Parameters come in a list",
        "The optimizer takes a list of tensors, and was given a single one.",
        "Write brackets around it: [w].",
    ),
    "wrong-parameter": (
        "Parameters are tensors",
        "The optimizer takes tensors, and one of the things it was given is a {kind}.",
        "Give it model.parameters(), or a list of tensors.",
    ),
    "parameter-twice": (
        "A parameter in two groups",
        "Each parameter can belong to one group only.",
        "Leave it out of one of them.",
    ),
    "module-for-parameters": (
        "Parameters, and not the module",
        "A module is not a list of its parameters.",
        "Write .parameters() behind it.",
    ),
    "parameters-not-called": (
        "A method that was not called",
        "The method itself was given, and not what it returns.",
        "Write the parentheses: .{method}().",
    ),
    "closure": (
        "{name} computes the loss itself",
        "{name} needs the loss several times for one step, so step() takes a function that computes it.",
        "Define closure() with zero_grad(), the loss, backward() and return loss, and call step(closure).",
    ),
    "closure-without-loss": (
        "The closure has to return the loss",
        "step() needs the number that the function computes, and it gave None.",
        "Write return loss as the last line of the function.",
    ),
    "object-array": (
        "An array of objects",
        "The array's dtype is {dtype}, not one of numbers: NumPy takes it where an element is None or a text, where "
        "rows have other lengths, or where pandas puts columns of several kinds together.",
        "Write .astype(np.float32) behind it: that gives numbers, or says which element is none.",
    ),
    "not-indexable": (
        "A generator has no index",
        "A generator, such as parameters(), gives its elements one after another.",
        "Make a list of it first: list(…)[0].",
    ),
}

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
    "no-file": (
        "There is no file {name}",
        "Nothing of that name lies where the program looks for it. A path that does not begin with / counts from the "
        "folder in which the program runs.",
        "Check the path: os.getcwd() says which folder that is.",
    ),
    "no-file-locked": (
        "There is no file {name} here",
        "This program runs locked in: it sees no files of yours, and can download or unpack none.",
        "Write the data into the program, or make some, such as torch.randn(100, 3).\n"
        "With your files it runs on your own machine: gradwalk run FILE.",
    ),
    "not-permitted-locked": (
        "The system does not allow this here",
        "This program runs locked in: it reads no files of yours, writes none, and starts no other program.",
        "Do without it here, and keep in a variable what you want to have later, such as model.state_dict().\n"
        "On your own machine it may: gradwalk run FILE.",
    ),
    "no-network-locked": (
        "There is no network here",
        "This program runs locked in: it reaches no other machine, so nothing can be downloaded.",
        "Write the data into the program, or make some, such as torch.randn(100, 3).\n"
        "On your own machine it may: gradwalk run FILE.",
    ),
    "interrupted": (
        "The program was stopped",
        "Somebody stopped it while it was at this line. What it had done and shown until then is there.",
        "A loop ends when its condition is False, or at break; fewer turns, as in range(100), end by themselves.",
    ),
    "no-keyboard": (
        "Nobody can type here",
        "input() waits for somebody at a keyboard, and a program that is recorded has none.",
        "Write the value down: name = 'Ada'.",
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
    "none-nameless": (
        "There is None",
        "What stands before .{name} is None. A function without return gives None, a forward() without return too.",
        "Find out what gave it, and whether a return is missing there.",
    ),
    "number-backward": (
        "A plain number has no graph",
        "Only tensors have a graph, and {object} is a Python number.",
        "Compute it from tensors by PyTorch's operations.",
    ),
    "number-by-item": (
        "A plain number has no graph",
        "{object} is a Python number: line {line} took it out of its tensor, as .item(), float() and the "
        "functions of math do.",
        "Keep the tensor for backward(), and take the number only where it is printed or kept.",
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
