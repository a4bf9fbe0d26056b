"""Names that run two words together: ``mx``, ``w1x1`` and ``sinx`` are names to Python, and seldom meant as such."""

from __future__ import annotations

import re
from typing import NamedTuple

from gradwalk.expression.arithmetic import CONSTANTS
from gradwalk.expression.table import ALIASES, FUNCTIONS

_OF_ONE = sorted(
    [
        *(name for name, entry in FUNCTIONS.items() if entry.takes == "t"),
        *(name for name, other in ALIASES.items() if FUNCTIONS[other].takes == "t"),
    ],
    key=len,
    reverse=True,
)
_LETTER = re.compile(r"[A-Za-z](_?[0-9]+)?")
_PRODUCT = re.compile(r"([A-Za-z]_?[0-9]+)([A-Za-z](?:_?[0-9]+)?)")
_COEFFICIENT = re.compile(r"([abce-y])([xyz])")
"""A letter and an unknown; ``dx`` is a differential."""
_RUN = re.compile(rf"(?:(?:{'|'.join(_OF_ONE)})[xyz][0-9]*)+")
_CALL = re.compile(rf"({'|'.join(_OF_ONE)})([xyz][0-9]*)")
"""``sinxcosx``"""
_THREE = re.compile(r"[a-z]?[xyz]{2,3}")
_BEFORE_E = re.compile(r"[a-z]e|[a-z][xyz]e")
_MATRIX = re.compile(r"([A-Z])([a-z])")


class Apart(NamedTuple):
    """A name in its parts, and how it is written as one name all the same."""

    text: str
    one_name: str


def is_short(name: str) -> bool:
    """Whether mathematics would write a name as one letter: ``x``, ``w1``, ``pi``."""
    return _LETTER.fullmatch(name) is not None or name in CONSTANTS


def taken_apart(name: str) -> Apart | None:
    """``mx`` → m*x, ``w1x1`` → w1*x1, ``sinx`` → sin(x); None for a name that may well be meant as one."""
    if _RUN.fullmatch(name):
        calls = _CALL.findall(name)
        return Apart(
            "*".join(f"{call}({inside})" for call, inside in calls), "_".join(part for each in calls for part in each)
        )
    product = _PRODUCT.fullmatch(name) or _COEFFICIENT.fullmatch(name)
    return None if product is None else Apart(f"{product[1]}*{product[2]}", f"{product[1]}_{product[2]}")


def times_e(name: str) -> Apart | None:
    """``xe`` of ``xe^x`` is x times e, and ``axe`` a times that."""
    return Apart("*".join(name), "_".join(name)) if _BEFORE_E.fullmatch(name) else None


def perhaps(name: str) -> str | None:
    """What a name could be meant as that is read as one: ``logp`` as log(p), ``Wx`` as W @ x."""
    for function in _OF_ONE:
        if name.startswith(function) and _LETTER.fullmatch(name, len(function)):
            return f"{function}({name[len(function) :]})"
    if len(name) == 3 and _THREE.fullmatch(name):
        return "*".join(name)
    matrix = _MATRIX.fullmatch(name)
    return f"({matrix[1]} @ {matrix[2]})" if matrix else None
