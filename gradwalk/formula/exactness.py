"""The sign before a result: ``=`` where the shown numbers give exactly the shown result, else ``≈``.

``4 · 0.25 = 1``, but ``4 · (−0.4161) ≈ −1.6646``, for −0.4161 has more digits than are shown. What is computed are the
texts on the screen, in fractions, so nothing is rounded. What is no rational number (the sine of anything but 0) is
never equal to one.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from gradwalk.formula.amounts import Amount, UnreadError, amount_of, equal
from gradwalk.formula.mathml import Formula, Tree, template

_MANY = re.compile(r"\d\.\d{4}|⁻|…")
"""How a number looks that was rounded."""


class _Sides(NamedTuple):
    left: tuple[Tree | int | str, ...]
    right: int
    """The slot of the result."""


def signed(formula: Formula) -> Formula:
    """The line with ``≈`` in the place of its last ``=``, where what is shown gives the result only nearly."""
    sides = _sides(formula.latex, formula.dotted)
    if sides is None or _holds(sides, formula.arguments):
        return formula
    head, _, tail = formula.latex.rpartition("=")
    return formula._replace(latex=rf"{head}\approx {tail}")


def gives(shown: Tree, result: str) -> bool:
    """Whether a formula with its numbers put in gives this number, as it is written."""
    return _equal((shown,), ["mn", result], ())


@lru_cache(maxsize=4096)
def _sides(latex: str, dotted: bool) -> _Sides | None:
    """What stands around the last ``=`` of a template; None where no shown numbers lead to one result."""
    tree = template(latex, dotted).tree
    row = tree[1:] if len(tree) != 2 or not isinstance(tree[1], list) or tree[1][0] != "mrow" else tree[1][1:]
    places = [place for place, child in enumerate(row) if child == ["mo", "="]]
    if not places or places[-1] != len(row) - 2 or not isinstance(row[-1], int):
        return None
    left = row[places[-2] + 1 if len(places) > 1 else 0 : places[-1]]
    return _Sides(tuple(left), row[-1]) if left else None


def _holds(sides: _Sides, arguments: tuple[Tree | str, ...]) -> bool:
    return _equal(sides.left, arguments[sides.right], arguments)


def _equal(left: tuple[Tree | int | str, ...], right: Tree | str, arguments: tuple[Tree | str, ...]) -> bool:
    """Where the signs cannot be computed, numbers that look rounded are taken for rounded."""
    try:
        found: Amount = amount_of(left, arguments)
        return found is None or equal(found, amount_of((right,), arguments))
    except UnreadError:
        return not _MANY.search(str(right))
