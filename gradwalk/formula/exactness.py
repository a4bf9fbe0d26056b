"""The sign before a result: ``=`` where the shown numbers give exactly the shown result, else ``≈``.

``4 · 0.25 = 1``, but ``4 · (−0.4161) ≈ −1.6646``, for −0.4161 has more digits than are shown. What is computed are the
texts on the screen, exactly. What is no rational number (the sine of anything but 0) is never equal to one.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from gradwalk.formula.amounts import amount_of, equal, named, slots_in
from gradwalk.formula.decimals import UnreadError
from gradwalk.formula.mathml import Formula, Tree, template

_MANY = re.compile(r"\d\.\d{4}|⁻|…")
"""How a number looks that was rounded."""


class _Sides(NamedTuple):
    left: tuple[Tree | int | str, ...]
    right: int
    """The slot of the result."""
    named: bool
    """Whether a name stands on the left, whatever the arguments are."""
    slots: tuple[int, ...]
    """Those on the left that a name can stand in."""


def signed(formula: Formula) -> tuple[Tree, tuple[Tree | str, ...]]:
    """The line's template and its arguments, the last of which is the sign, where it depends on what is shown.

    So other numbers need no other template.
    """
    sides = _sides(formula.latex, formula.dotted)
    if sides is None:
        return template(formula.latex, formula.dotted).tree, formula.arguments
    tree = _with_a_slot(formula.latex, formula.dotted, len(formula.arguments))
    return tree, (*formula.arguments, sign(formula))


def sign(formula: Formula) -> str:
    """``≈`` where what is shown gives the result only nearly."""
    sides = _sides(formula.latex, formula.dotted)
    return "=" if sides is None or _holds(sides, formula.arguments) else "≈"


@lru_cache(maxsize=4096)
def _with_a_slot(latex: str, dotted: bool, slot: int) -> Tree:
    """The template with a slot in the place of its last ``=``."""
    tree = template(latex, dotted).tree
    outer, row = _row(tree)
    place = len(row) - 1 - row[::-1].index(["mo", "="])
    changed: Tree = [*row[:place], ["mo", slot], *row[place + 1 :]]
    return changed if outer is None else [outer, changed]


def _row(tree: Tree) -> tuple[str | None, Tree]:
    """The row of a line, and the tag around it, if there is one."""
    inside = tree[1] if len(tree) == 2 else None
    return (str(tree[0]), inside) if isinstance(inside, list) and inside[0] == "mrow" else (None, tree)


def gives(shown: Tree, result: str) -> bool:
    """Whether a formula with its numbers put in gives this number, as it is written."""
    return named(shown) or _equal((shown,), ["mn", result], ())


@lru_cache(maxsize=4096)
def _sides(latex: str, dotted: bool) -> _Sides | None:
    """What stands around the last ``=`` of a template; None where no shown numbers lead to one result."""
    row = _row(template(latex, dotted).tree)[1][1:]
    places = [place for place, child in enumerate(row) if child == ["mo", "="]]
    if not places or places[-1] != len(row) - 2 or not isinstance(row[-1], int):
        return None
    left = row[places[-2] + 1 if len(places) > 1 else 0 : places[-1]]
    slots = tuple(slot for part in left for slot in slots_in(part))
    return _Sides(tuple(left), row[-1], any(map(named, left)), slots) if left else None


def _holds(sides: _Sides, arguments: tuple[Tree | str, ...]) -> bool:
    if sides.named or any(named(arguments[slot]) for slot in sides.slots):
        return True
    return _equal(sides.left, arguments[sides.right], arguments)


def _equal(left: tuple[Tree | int | str, ...], right: Tree | str, arguments: tuple[Tree | str, ...]) -> bool:
    """Where the signs cannot be computed, numbers that look rounded are taken for rounded."""
    try:
        return not named(right) and equal(amount_of(left, arguments), amount_of((right,), arguments))
    except UnreadError:
        return not _MANY.search(str(right))
