"""The exponential function as a call: where a variable of the program is called e, ``eˣ`` would be a power of it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from gradwalk.formula.mathml import Formula

_POWER = re.compile(r"(?<![A-Za-z\\])e\^")


def exponential_as_call(lines: Iterable[Formula]) -> tuple[Formula, ...]:
    """The lines with ``exp(x)`` for ``e^x``. What stands in their slots, as names do, stays."""
    return tuple(line._replace(latex=_called(line.latex)) for line in lines)


def _called(latex: str) -> str:
    found = _POWER.search(latex)
    if found is None:
        return latex
    end = _end(latex, found.end())
    exponent = latex[found.end() : end]
    inside = exponent[1:-1] if exponent.startswith("{") else exponent
    return rf"{latex[: found.start()]}\exp\left({_called(inside)}\right){_called(latex[end:])}"


def _end(latex: str, start: int) -> int:
    """Where an exponent ends: it is a group in braces, a slot or one character."""
    if latex[start] != "{":
        return start + (2 if latex[start] in "#@" else 1)
    depth = 0
    for place in range(start, len(latex)):
        depth += {"{": 1, "}": -1}.get(latex[place], 0)
        if not depth:
            return place + 1
    return len(latex)
