"""Names that run two words together: ``sinx`` and ``w1x1`` are variables to Python, and seldom meant as such."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from typing import NamedTuple

from gradwalk.expression.source import normal
from gradwalk.expression.table import ALIASES, FUNCTIONS
from gradwalk.expression.tokens import tokens
from gradwalk.program import Span

_OF_ONE = sorted(
    [
        *(name for name, entry in FUNCTIONS.items() if entry.takes == "t"),
        *(name for name, other in ALIASES.items() if FUNCTIONS[other].takes == "t"),
    ],
    key=len,
    reverse=True,
)
_LETTER = re.compile(r"[A-Za-z][0-9]*")
_PRODUCT = re.compile(r"([A-Za-z][0-9]+)([A-Za-z][0-9]*)")


class Hint(NamedTuple):
    """Nothing is wrong with the text; ``suggestion`` could stand in place of the piece at ``span``."""

    message: str
    span: Span
    suggestion: str


def hint(text: str, variables: Iterable[str], given: Container[str] = ()) -> Hint | None:
    """For the first variable that runs two words together; none for one that somebody has ``given`` a value."""
    names = set(variables)
    for token in tokens(normal(text)):
        if token.kind != "name" or token.text not in names or token.text in given:
            continue
        if meant := _meant(token.text):
            return Hint(f"{token.text} is one name; did you mean {meant}?", token.span, meant)
    return None


def _meant(name: str) -> str | None:
    for function in _OF_ONE:
        if name.startswith(function) and _LETTER.fullmatch(name, len(function)):
            return f"{function}({name[len(function) :]})"
    product = _PRODUCT.fullmatch(name)
    return f"{product[1]}*{product[2]}" if product else None
