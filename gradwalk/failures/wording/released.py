"""Why backward() fails a second time: what its nodes had saved was released."""

from __future__ import annotations

RELEASED = {
    "backward-twice": (
        "backward() a second time",
        "A backward() before this one released what nodes of this graph had saved, and this one needs it.",
        "Compute the result anew, so that it has a graph of its own.",
    ),
    "freed-same": (
        "backward() a second time",
        "The backward() in line {line} released what the nodes behind {root} had saved, and this one needs it.",
        "Compute {root} anew before it: the forward pass runs once more, from the values as they are then.\n"
        "Or write retain_graph=True in line {line}: what the nodes saved stays in memory. Either way, the gradients of "
        "both add up.",
    ),
    "freed-and-changed": (
        "backward() a second time",
        "The backward() in line {line} released what the nodes behind {root} had saved, and {changed} has "
        "another value since line {change}.",
        "Compute {root} anew from the new values before this backward().",
    ),
    "freed-in-loop": (
        "One graph, walked again and again",
        "{root} was computed once, in line {made}, and line {line} calls backward() for it a second time. The first "
        "time released what its nodes had saved.",
        "Compute {root} anew each time, inside the loop: then each turn has a graph of its own, from its own values.",
    ),
    "freed-outside": (
        "A part of the graph was made only once",
        "{shared} was computed once, in line {made}, and line {line} goes back through it again and again. "
        "The first time released what its nodes had saved.",
        "Compute {shared} anew each time, inside the loop: then it follows the values as they are in that turn.\n"
        "Or, if it is only data here, cut it off with .detach(): then nothing behind it gets a gradient.",
    ),
    "freed-outside-made": (
        "A parameter that was computed",
        "{shared} was computed once, in line {made}, from a leaf that has no name, and line {line} goes back through "
        "it again and again. The first time released what its node had saved; and no step can move {shared}: it is no "
        "leaf.",
        "Make the leaf last: compute the numbers first, then nn.Parameter(…) around all of it, or .requires_grad_() "
        "behind it.",
    ),
    "freed-by-grad-again": (
        "The graph is needed again",
        "torch.autograd.grad in line {line} goes back through {shared} a second time. The first time released what its "
        "nodes had saved.",
        "Write retain_graph=True in line {line}: what torch.autograd.grad gives back does not add up.",
    ),
    "freed-carried": (
        "A value carried over from the turn before",
        "{shared} {was} computed in the turn before, and the graph of this turn leads back through {it} into that "
        "turn, whose nodes backward() released in line {line}.",
        "Detach {it} between the turns: {cut}. The numbers go on, and their history ends there.",
    ),
    "freed-carried-nameless": (
        "A value carried over from the turn before",
        "{shared} {was} computed in the turn before, and the graph of this turn leads back through {it} into that "
        "turn, whose nodes backward() released in line {line}.",
        "Detach what is carried over between the turns, as in h = h.detach(); of a tuple, each of its tensors: "
        "state = tuple(s.detach() for s in state).",
    ),
    "freed-running-sum": (
        "A sum that keeps the turns before",
        "{root} contains the result of the turn before, through which backward() has already gone in line {line}.",
        "Let each turn's loss start anew: then each turn has a small graph of its own, and backward() adds the "
        "gradients up by itself.\n"
        "Or call backward() once, after the loop, and not in it: the graphs of all turns stay in memory until then.",
    ),
    "freed-parts": (
        "backward() a second time",
        "{root} is computed from {shared}, and the backward() in line {line} has already gone through that part.",
        "Call backward() for each part alone: their gradients add up by themselves.\n"
        "Or call it once, for the whole: the graph is walked once.",
    ),
    "freed-part": (
        "backward() a second time",
        "{root} is computed from {shared}, and the backward() in line {line} has already gone through that part.",
        "Call backward() once, for {root}: it goes through {shared} too.\n"
        "Or write retain_graph=True in line {line}: the graph stays in memory, and the gradient of {shared} counts "
        "twice.",
    ),
    "freed-inside": (
        "backward() a second time",
        "{root} is a part of what line {line} called backward() for; that call released what the nodes behind it had "
        "saved.",
        "Compute {root} anew: the forward pass runs once more.\n"
        "Or write retain_graph=True in line {line}: the graph stays in memory. Either way, both gradients add up.",
    ),
    "freed-inside-and-changed": (
        "backward() a second time",
        "{root} is a part of what line {line} called backward() for; that call released what the nodes behind it had "
        "saved.",
        "Compute {root} anew, from the values as they are now.",
    ),
    "freed-shared": (
        "Two results share a part of the graph",
        "{root} is computed from {shared}, as is what line {line} called backward() for; that call released what the "
        "nodes behind {shared} had saved.",
        "Add the two and call backward() once: the shared part is walked once.\n"
        "Or write retain_graph=True in line {line}: the graph stays in memory, and the shared part is walked twice.",
    ),
    "freed-shared-and-changed": (
        "Two results share a part of the graph",
        "{root} is computed from {shared}, as is what line {line} called backward() for; that call released what the "
        "nodes behind {shared} had saved.",
        "If only one of the two is to give gradients to what made {shared}, write {shared}.detach() in the other.\n"
        "If both are, add them and call backward() once, before any step: the shared part is walked once.\n"
        "Or compute {shared} anew after line {line}, from the values as they are then: that part runs twice.",
    ),
    "freed-not-detached": (
        "Two results share a part of the graph",
        "{root} is computed from {shared}, as is what line {line} called backward() for: that call went on through "
        "{shared}, and released what the nodes behind it had saved. What line {step} moved does not lie behind "
        "{shared}.",
        "Let the first of the two end there: {shared}.detach() in line {use}.",
    ),
    "freed-by-grad": (
        "The graph was walked before",
        "torch.autograd.grad in line {line} released what the nodes behind {root} had saved, and this call needs it.",
        "Ask for all gradients in one call, with a list of inputs: the graph is walked once.\n"
        "Or write retain_graph=True in line {line}: the graph stays in memory, and is walked once for each call.",
    ),
    "freed-unseen": (
        "The graph was walked before",
        "A call in line {line} went back through this graph with is_grads_batched=True, and released what the nodes "
        "had saved.",
        "Write retain_graph=True in line {line}: what all nodes saved stays in memory.",
    ),
    "freed-read": (
        "This saved tensor is gone",
        "A node keeps what it saved for the way back only until backward() has gone through it.",
        "Read it before backward(), or keep it with backward(retain_graph=True).",
    ),
    "freed-read-by": (
        "This saved tensor is gone",
        "A node keeps what it saved for the way back only until backward() has gone through it, here in line {line}.",
        "Read it before that: nothing more is kept.\n"
        "Or write retain_graph=True in line {line}: what all nodes saved stays in memory.",
    ),
}
"""By key: a title, why it happened, and what would work."""
