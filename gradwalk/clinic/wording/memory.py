"""What is needed later and changes, what is kept for how long, and measurements."""

from __future__ import annotations

MEMORY = {
    # Changes of what is needed
    "saved-changed": (
        "A saved tensor was changed, unseen by autograd",
        "{node} saved {name} in {line} for the backward pass, and {change} changed it before the pass in {walk}.",
        "The change went through .data or the like, which autograd does not count: no error, and the gradient is "
        "computed with {after} in place of {before}.",
        "Change it after the pass. A change under torch.no_grad(), without .data, is counted, and PyTorch refuses it.",
    ),
    # Memory
    "graph-grows": (
        "The graph grows from turn to turn",
        "The passes in {line} walk {sizes} nodes.",
        "{root} of one turn is computed from the graph of the turn before, through {carried}.",
        "Detach what is carried from turn to turn ({carried} = {carried}.detach()), unless the gradient is to flow "
        "through all turns.",
    ),
    "running-sum": (
        "A sum of losses keeps their graphs",
        "{name} in {line} adds {count} losses that still have their graphs, and no pass starts from it.",
        "Each sum is a node that holds all those before it: memory grows with every turn.",
        "Add the number alone: {term}.item(), or {term}.detach().",
    ),
    # Measurements
    "kept": ("Kept for backward", "{total} when the pass in {line} begins{parameters}.", "", ""),
    "alive": (
        "What stays after the passes",
        "{graphs} what the nodes saved, as long as something holds what was computed: a name, or a list of losses.",
        "",
        "",
    ),
    "sizes": ("Gradients and updates", "At the last pass, in {line}.{flow}", "", ""),
}
