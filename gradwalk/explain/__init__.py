"""Event → what a reader sees of it: a title, a sentence or two, the formula, and PyTorch's own rule.

Every sentence is a template in ``wording``; the other modules choose the template by the operation and the numbers that
it met, and fill in the pieces.
"""

from gradwalk.explain.account import Account
from gradwalk.explain.backward import accumulate, backward, free, seed
from gradwalk.explain.changes import changed, cleared, update
from gradwalk.explain.forward import forward, start
from gradwalk.explain.local import local
from gradwalk.explain.noticed import assigned, hooked, result, stopped, switched
from gradwalk.explain.program import NO_TURN, beginning, bound, episode_title, folded, rebound, shown
from gradwalk.explain.rules import Rule

__all__ = [
    "NO_TURN",
    "Account",
    "Rule",
    "accumulate",
    "assigned",
    "backward",
    "beginning",
    "bound",
    "changed",
    "cleared",
    "episode_title",
    "folded",
    "forward",
    "free",
    "hooked",
    "local",
    "rebound",
    "result",
    "seed",
    "shown",
    "start",
    "stopped",
    "switched",
    "update",
]
