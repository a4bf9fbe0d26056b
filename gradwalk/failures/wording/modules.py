"""Why a module or an optimizer refuses something, and what would work."""

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
        "Only modules can stand here, and this is of type {kind}.",
        "For a list of layers write nn.Sequential(*layers); for a function its module, such as nn.ReLU() for "
        "torch.relu.",
    ),
    "class-for-module": (
        "A class is no module yet",
        "{name} is the class, and only a module made from it can stand here.",
        "Write the parentheses behind it: {name}().",
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
        "The names in this state_dict begin with “{prefix}”{by}, and those of {model} do not.",
        "Take the prefix away: {{name.removeprefix('{prefix}'): t for name, t in state.items()}}.",
    ),
    "state-dict-without-prefix": (
        "The names lack a prefix",
        "The names of {model} begin with “{prefix}”, and those in this state_dict do not.",
        "Hand it to the part that it belongs to: load_state_dict of that part of the model.",
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
    "no-parameters-frozen": (
        "Nothing to optimize",
        "The list of parameters is empty, and {names} require no gradient: line {line} switched it off.",
        "Switch it on again for what is to be trained, before the optimizer is made: {first}.requires_grad_(True), or "
        "for a whole layer layer.requires_grad_(True).",
    ),
    "optimizer-setting": (
        "An optimizer has its settings in groups",
        "{owner} has no attribute {name}: each of its groups of parameters has its own {name}.",
        'Write for group in optimizer.param_groups: group["{name}"] = …, or use a scheduler of '
        "torch.optim.lr_scheduler.",
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
        "The optimizer takes tensors, and one of the things it was given is of type {kind}.",
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
