"""Titles: of phases, operations, steps and episodes."""

from __future__ import annotations

PHASES = {
    "forward": "Forward",
    "local": "Local gradients",
    "backward": "Backward",
    "update": "Update",
    "after": "After backward()",
    "failure": "Error",
    "folded": "More turns",
}

# What an operation is called in a title; one that is missing goes by PyTorch's name.
OPERATIONS = {
    "add": "addition",
    "sub": "subtraction",
    "rsub": "subtraction",
    "mul": "multiplication",
    "div": "division",
    "pow": "the power",
    "square": "the square",
    "neg": "the minus sign",
    "reciprocal": "1 / x",
    "sqrt": "the square root",
    "abs": "the absolute value",
    "mm": "the matrix product",
    "mv": "the matrix product",
    "bmm": "the matrix product",
    "addmm": "the matrix product",
    "dot": "the dot product",
    "t": "the transpose",
    "view": "reshape",
    "_unsafe_view": "reshape",
    "_to_copy": "the change of dtype",
    "_softmax": "softmax",
    "_log_softmax": "log_softmax",
    "linalg_vector_norm": "the norm",
    "maximum": "max",
    "minimum": "min",
    "select": "the index",
    "slice": "the index",
    "clone": "the copy",
    "scalar_tensor": "a constant",
    **dict.fromkeys(("gt", "ge", "lt", "le", "eq", "ne"), "the comparison"),
}

TITLES = {
    "start": "Start",
    "forward": "Forward through {operation}",
    "local": "Local gradient ∂{result}/∂{operand}",
    "seed": "Backward starts at {root}",
    "backward": "Backward through {operation}",
    "node": "Backward through {node}",
    "accumulate": "Into {leaf}.grad",
    "free": "Saved values are released",
    "update": "{name} changes in place",
    "step": "{optimizer} updates {name}",
    "cleared": "{leaves}.grad is cleared",
    "cleared many": "The gradients are cleared",
    "bound": "{names}",
    "rebound": "{name} is no leaf any more",
    "print": "A line is printed",
    "result": "The cell shows its last value",
    "warning": "PyTorch warns",
    "notice": "A notice",
    "turn": "backward() {place} of {count}",
    "one turn": "backward()",
    "no turn": "No backward()",
    "failed turn": "A backward() that fails",
}

EPISODE = {
    "folded": "This step stands for a whole turn, from forward to update. Open it to walk through it.",
    "folded loss": "{root} = {loss}. This step stands for a whole turn, from forward to update. Open it to walk "
    "through it.",
    "beginning": "Nothing has run yet. Press → to run the program line by line.",
    "beginning graph": "Nothing has run yet. Each box of the computation graph will hold a value; an arrow leads to "
    "the operation that uses it. Press → to run the program line by line.",
}
