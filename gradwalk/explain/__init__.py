"""Event → what a reader sees of it: a title, a sentence or two, the formula, and PyTorch's own rule.

Every sentence is a template in ``wording``; the other modules choose the template by the operation and the numbers that
it met, and fill in the pieces.
"""

from gradwalk.explain.account import Account, Rule
from gradwalk.explain.backward import accumulate, backward, free, seed
from gradwalk.explain.failure import Explanation, failure
from gradwalk.explain.forward import forward, start, update
from gradwalk.explain.local import local

__all__ = [
    "Account",
    "Explanation",
    "Rule",
    "accumulate",
    "backward",
    "failure",
    "forward",
    "free",
    "local",
    "seed",
    "start",
    "update",
]
