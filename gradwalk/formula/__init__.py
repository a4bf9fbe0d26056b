"""The formula lines of each step, as MathML templates that many steps share.

``mathml`` turns LaTeX into templates of nested lists; ``operations`` writes what an operation computes, ``local`` its
local gradients, ``backward`` the chain rule, ``update`` an optimizer's step, and ``exactness``
the sign before a result, ``exponential`` exp(x) for eˣ where a variable is called e.
"""

from gradwalk.formula.backward import accumulate_lines, contribution_lines, seed_lines
from gradwalk.formula.exactness import signed
from gradwalk.formula.exponential import exponential_as_call
from gradwalk.formula.local import local_lines
from gradwalk.formula.mathml import TAGS, Formula, Tree, name_tree, template
from gradwalk.formula.operations import number_line, symbol_line
from gradwalk.formula.update import update_lines

__all__ = [
    "TAGS",
    "Formula",
    "Tree",
    "accumulate_lines",
    "contribution_lines",
    "exponential_as_call",
    "local_lines",
    "name_tree",
    "number_line",
    "seed_lines",
    "signed",
    "symbol_line",
    "template",
    "update_lines",
]
