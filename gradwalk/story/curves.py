"""The curves of a recording's numbers as the player draws them: points, the slope that autograd found, and names."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from gradwalk.analysis.index import Index
from gradwalk.explain.moving import moved
from gradwalk.notation import short
from gradwalk.recording import Accumulate, LocalGradient
from gradwalk.recording.curve import Curve

DIGITS = 4
_ALL = 17
"""Places of a number that stays what it is."""


def drawn(index: Index, curves: Mapping[str, Curve]) -> dict[str, Any]:
    """By edge (with its local gradient) and by leaf (with its gradient); those without a finite slope are left out."""
    found: dict[str, Any] = {}
    for event in index.recording.events:
        if isinstance(event, LocalGradient):
            place, edge = f"e{event.operation}.{event.edge}", index.operations[event.operation].edges[event.edge]
            result = index.operations[event.operation].results[event.result]
            if place in curves and event.numbers and math.isfinite(event.numbers[0]):
                names = [index.shown[edge.value], index.shown[result]]
                found[place] = _plain(curves[place], float(event.numbers[0]), names)
        elif isinstance(event, Accumulate) and f"v{event.leaf}" in curves and event.added.numbers:
            if any(call == event.call for call, _ in (*index.hooked, *index.altered, *index.overwritten)):
                continue  # what came is then no slope
            curve = curves[f"v{event.leaf}"]
            names = [index.shown[event.leaf], index.shown[index.calls[event.call].root]]
            gradient = float(event.added.numbers[0])
            said = moved(index, event.call, event.leaf, gradient, curve)
            arrivals = _arrivals(index, event)
            if all(math.isfinite(number) for number in (gradient, *(so_far for _, so_far, _ in arrivals))):
                rose = _rounded((curve.nudged or 0.0) - curve.at[1])
                of_leaf = {"moved": said, "rose": rose, "arrivals": arrivals}
                of_leaf |= {"coarse": True} if curve.coarse else {}
                found[f"v{event.leaf}"] = _plain(curve, gradient, names) | of_leaf
    return found


def _arrivals(index: Index, event: Accumulate) -> list[list[Any]]:
    """The edges on which a leaf's contributions arrive, in the engine's order, each with the sum of them so far."""
    found: list[list[Any]] = []
    so_far = 0.0
    for call, node in index.arrivals:
        for arrival in index.arrivals[call, node] if call == event.call else ():
            if arrival.value == event.leaf and arrival.array.numbers:
                so_far += float(arrival.array.numbers[0])
                operation = index.operation_of(node)
                edge = "" if operation is None else f"e{operation.id}.{arrival.edge}"
                found.append([edge, _rounded(so_far), short(so_far)])
    return found


def _plain(curve: Curve, slope: float, names: list[str]) -> dict[str, Any]:
    """Values are as exact as can be seen between the least of them and the greatest, however large both are."""
    heights = [value for value in (*curve.values, curve.at[1]) if value is not None]
    places = _places(max(heights) - min(heights))
    values = [None if value is None else round(value, places) for value in curve.values]
    at = [round(curve.at[0], _places(curve.last - curve.first)), round(curve.at[1], places)]
    return {
        "from": curve.first, "to": curve.last, "values": values, "at": at, "slope": _rounded(slope), "names": names,
        "texts": [*map(short, curve.at), short(slope)],
    }  # fmt: skip


def _places(span: float) -> int:
    """So many places behind the point tell ten thousand numbers of a span apart."""
    return DIGITS - math.floor(math.log10(span)) if 0 < span < math.inf else _ALL


def _rounded(number: float) -> float:
    return float(f"{number:.{DIGITS}g}")
