"""Which episodes are told step by step, and which are one step each: of a long loop the first turns and the last."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from gradwalk.analysis.episodes import Episode
from gradwalk.recording import Failure, Statement

LEVELS = ((12, 3), (4, 3), (2, 1))
"""A loop of more turns than the first number is folded but for its last turn and so many first ones. The first line
holds where the open episodes are short enough, else the next one."""
LARGEST = 4000
"""Events in all open episodes together."""


def folded(found: Sequence[Episode], unfold: Collection[int] = ()) -> frozenset[int]:
    """The numbers of the episodes that are one step. ``unfold`` stay open, and all in which something fails."""
    loops: dict[object, list[Episode]] = {}
    for episode in found:
        loops.setdefault(episode.place if episode.call is not None else episode.number, []).append(episode)
    choices = (_inner(loops.values(), *level) for level in LEVELS)
    inner: set[int] = set()
    for inner in choices:
        if _size(found, inner) <= LARGEST:
            break
    failed = {e.number for e in found if any(isinstance(event, Failure) for event in e.events)}
    return frozenset(inner - failed - set(unfold))


def _inner(loops: Iterable[Sequence[Episode]], most: int, first: int) -> set[int]:
    return {episode.number for loop in loops if len(loop) > most for episode in loop[first:-1]}


def _size(found: Sequence[Episode], inner: Collection[int]) -> int:
    steps = (event for episode in found if episode.number not in inner for event in episode.events)
    return sum(not isinstance(event, Statement) for event in steps)
