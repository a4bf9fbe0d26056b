"""Where a long stretch of operations is cut into parts: between layers, between statements, else evenly."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Hashable, Sequence
from itertools import groupby
from typing import TypeVar

MOST = 12
"""So many stand side by side in one group; of more, parts are made."""
PARTS = 8
"""About so many parts."""
LEAST = 4
"""Of no fewer than so many."""
_LAYER = re.compile("⁽([⁰¹²³⁴⁵⁶⁷⁸⁹]+)⁾")
T = TypeVar("T")


def layer_of(name: str) -> str:
    """The layer that a name speaks of, as ``z₂⁽¹⁾`` does of the first; empty where it speaks of none."""
    found = _LAYER.search(name)
    return found[1] if found else ""


def cut(
    items: Sequence[T], layer: Callable[[T], str], statement: Callable[[T], Hashable], most: int = MOST
) -> list[list[T]]:
    """The parts of what is too long; one item each where it is not.

    What is of the same layer stands together, and so does what one statement computes; what is left is cut evenly.
    """
    alone = [[item] for item in items]
    if len(items) <= most:
        return alone
    for apart in (True, False):  # what speaks of no layer
        layers = _layers(items, layer, apart=apart)
        if 1 < len(layers) <= most:
            return layers
    statements = [list(run) for _, run in groupby(items, statement)]
    if len(statements) <= most:
        return statements if len(statements) > 1 else _evenly(alone, most)
    return _evenly(statements, most)


def _layers(items: Sequence[T], layer: Callable[[T], str], *, apart: bool) -> list[list[T]]:
    """Runs of items of one layer; what speaks of none stands ``apart``, each for itself, or is a run too."""
    named = ((layer(item) or (number if apart else ""), item) for number, item in enumerate(items))
    return [[item for _, item in run] for _, run in groupby(named, lambda pair: pair[0])]


def _evenly(parts: Sequence[Sequence[T]], most: int) -> list[list[T]]:
    size = max(LEAST, math.ceil(len(parts) / min(PARTS, most)))
    chunks = (parts[start : start + size] for start in range(0, len(parts), size))
    return [[item for part in chunk for item in part] for chunk in chunks]
