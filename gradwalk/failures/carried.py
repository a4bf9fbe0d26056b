"""What is carried from one turn of a loop to the next with its history: what it is called, and how it is cut off."""

from __future__ import annotations

from typing import NamedTuple

from gradwalk.failures.diagnosis import Remedy
from gradwalk.failures.history import Past, in_program
from gradwalk.program import Span
from gradwalk.recording import Value


class Carried(NamedTuple):
    """The pieces of its sentences, and the remedy, where all have names."""

    pieces: dict[str, str]
    remedy: Remedy | None
    named: bool


def carried(past: Past, crossings: list[tuple[Value, Span | None]], kept: tuple[Span, ...] = ()) -> Carried:
    """``crossings``: the values, and the place that uses each first. ``kept``: calls that kept their graph for it."""
    crossings = sorted(crossings, key=lambda one: one[0].id)
    named = [(past.names(value)[0], in_program(use)) for value, use in crossings if past.names(value)]
    names = [name for name, _ in named]
    shared = " and ".join(names) if names else past.called(crossings[0][0])
    many = len(names) > 1
    cut = f"{', '.join(names)} = {', '.join(f'{name}.detach()' for name in names)}"
    pieces = {"shared": shared, "was": "were" if many else "was", "it": "them" if many else "it", "cut": cut}
    places = [place for _, place in named if place is not None]
    sure = bool(named) and len(places) == len(crossings)
    remedy = Remedy("detach-before", places[0], tuple(names), (*places[1:], *kept)) if sure else None
    return Carried(pieces, remedy, bool(names))
