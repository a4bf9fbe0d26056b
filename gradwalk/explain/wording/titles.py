"""Titles: of phases, steps and episodes."""

from __future__ import annotations

PHASES = {
    "forward": "Forward",
    "local": "Local gradients",
    "backward": "Backward",
    "update": "Update",
    "after": "After backward()",
    "output": "Output",
    "failure": "Error",
    "folded": "More turns",
}

TITLES = {
    "start": "Start",
    "forward": "Forward through {operation}",
    "local": "Local gradient ∂{result}/∂{operand}",
    "seed": "Backward starts at {root}",
    "backward": "Backward through {operation}",
    "node": "Backward through {node}",
    "accumulate": "Into {leaf}.grad",
    "free": "Saved tensors are released",
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
    "stderr": "A line goes to the error stream",
    "display": "The program shows something",
    "turn": "backward() {place} of {count}",
    "one turn": "backward()",
    "no turn": "No backward()",
    "failed turn": "A backward() that fails",
    "failed": "An error",
}

EPISODE = {
    "folded": "This step stands for a whole turn, from forward to update. Open it to walk through it.",
    "folded root": "{root}. This step stands for a whole turn, from forward to update. Open it to walk through it.",
    "beginning": "The program has run. Press → to walk through what it did, line by line, from its beginning.",
    "beginning graph": "The program has run. Each box of the computation graph will hold a value; an arrow leads to "
    "the operation that uses it. Press → to walk through what it did, line by line, from its beginning.",
}
