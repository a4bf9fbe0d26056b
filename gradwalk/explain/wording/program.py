"""Sentences on what a program binds, changes and shows."""

from __future__ import annotations

UPDATE = {
    "number": "{name} was {before} and is now {after}, in the same memory: whatever lies there too changes with it.",
    "array": "{name} changes from {before} to {after}, in the same memory.",
    "shape": "{name} gets new numbers in the same memory.",
    "moved": "{name} was {before} and is now {after}, in other memory.",
    "moved shape": "{name} gets new numbers, in other memory.",
    "optimizer": "{optimizer} takes one step with {name}, from {before} to {after}.",
    "moved with": "In the same memory lies {name}, which is now {after}.",
    "moved with shape": "In the same memory lies {name}, which changes with it.",
    "optimizer shape one": "{optimizer} takes one step with the one number of {name}.",
    "optimizer shape": "{optimizer} takes one step with each of the {count} numbers of {name}.",
    "remembers": "For its next step it remembers {state}.",
    "version": "This is version {new} of the tensor; before, it was version {old}.",
    "no graph": "PyTorch notes nothing for the way back here, so {name} stays a leaf and no graph grows.",
    "grad zero": "{name} is set to 0 in place. The next backward() adds to it, so now it begins at 0.",
    "grad": "{name} changes in place.",
    "cleared": "{leaves}: the gradient is None again, and the next backward() writes a new one instead of adding.",
    "cleared zeros": "{leaves}: the gradient is 0 again, so the next backward() adds to nothing.",
}

# What a name stands for that is bound to something to call, by the kind that the recording gives.
CALLABLES = {
    "function": "a function",
    "type": "a class",
    "method": "a method",
    "builtin_function_or_method": "a built-in function",
}

BOUND = {
    "leaf": "{name} is a leaf that requires a gradient: PyTorch follows what is computed with it, and a backward() "
    "that comes back to it adds its gradient to {name}.grad.",
    "constant": "{name} needs no gradient: PyTorch computes with it, and no gradient flows to it.",
    "shares": "It lies in the memory of {other}: where the two overlap, a change in place of one is seen in the other.",
    "same": "It is another name for {other}; no new tensor is made.",
    "tracked": "{name} carries {node}: a graph hangs behind it, back to the leaves.",
    "computed": "{name} was computed: a graph hangs behind it, back to the leaves.",
    "plain": "{name} is plain Python, {text}; autograd knows nothing of it.",
    "rebound": "{name} was a leaf; now the name stands for a result with {node}. backward() keeps no .grad for a "
    "result, and in a loop the graph behind it grows. An update leaves the leaf a leaf when it changes it in place "
    "under torch.no_grad().",
    "module": "{name} is {article} {text}, a module: it holds parameters, such as {parameter} ({shape}), and computes "
    "with them when it is called.",
    "object": "{name} is an object of the class {text}.",
    "held": "{name} is a {text}.",
    "callable": "{name} is {what}.",
    "is": "{name} = {text}",
    "has": "{name} ({shape})",
}

SHOWN = {
    "short": "{text}",
    "long": "{text} …",
}
