"""Sentences on what a program binds, changes and shows."""

from __future__ import annotations

UPDATE = {
    "number": "{name} was {before} and is now {after}. Its memory is the same, and so are all who look at it.",
    "array": "{name} changes from {before} to {after}, in the same memory.",
    "shape": "{name} gets new numbers in the same memory.",
    "optimizer": "{optimizer} takes {name} one step against its gradient, from {before} to {after}.",
    "optimizer shape": "{optimizer} takes each of the {count} numbers of {name} one step against its gradient.",
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
    "Procedure": "a function of yours",
    "ClassObject": "a class of yours",
    "Function": "a function",
    "Method": "a method",
    "Builtin": "a built-in of Python",
}

BOUND = {
    "leaf": "{name} is a leaf that requires a gradient: PyTorch follows what is computed with it, and {name}.grad is "
    "None until a backward().",
    "constant": "{name} needs no gradient: PyTorch computes with it, and no gradient flows to it.",
    "shares": "{name} lives in the same memory as {other}: a change in place of one is seen in both.",
    "same": "{name} is another name for {other}: both are one tensor.",
    "tracked": "{name} carries {node}: a graph hangs behind it, back to the leaves.",
    "plain": "{name} is plain Python, {text}; autograd knows nothing of it.",
    "rebound": "{name} was a leaf; now the name stands for a result with {node}, which keeps no .grad, and in a loop "
    "the graph behind it grows. An update leaves the leaf a leaf when it changes it in place under torch.no_grad().",
    "object": "{name} is {article} {text}.",
    "callable": "{name} is {what}.",
    "is": "{name} = {text}",
    "has": "{name} ({shape})",
}

SHOWN = {
    "short": "{text}",
    "long": "{text} …",
}
