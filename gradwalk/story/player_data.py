"""Everything that the player is given of a recording, which is opened once for both of its parts."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

from gradwalk.analysis import Analysis
from gradwalk.collecting import seldom
from gradwalk.graph.album import album
from gradwalk.graph.player import placed_graphs
from gradwalk.story.timeline import story_of


class PlayerData(NamedTuple):
    """Plain JSON; ``docs/player-data.md`` describes every field."""

    graphs: dict[str, Any]
    story: dict[str, Any]


def player_data(
    analysis: Analysis,
    unfold: Collection[int] = frozenset(),
    *,
    statements: bool | None = None,
    wanted: Collection[int] = frozenset(),
    begins: int | None = None,
    most: int | None = None,
) -> PlayerData:
    """The graphs of the episodes in ``wanted`` are there, however many others there are. Where this only ``begins`` a
    recording, so many backward passes are in the whole, and no more than ``most`` steps are told, if that is given.

    ``player_graphs`` and ``timeline`` of one recording. Raises LayoutError as the former does."""
    with seldom():
        found = album(analysis, unfold, wanted)
        return PlayerData(placed_graphs(found), story_of(found, statements=statements, begins=begins, most=most))


def with_graphs_of(
    data: PlayerData, analysis: Analysis, unfold: Collection[int], wanted: Collection[int]
) -> PlayerData:
    """The same with other graphs: those of the episodes in ``wanted`` are there."""
    found = album(analysis, unfold, wanted)
    told = [{**episode, "graph": graph} for episode, graph in zip(data.story["episodes"], found.graphs, strict=True)]
    return PlayerData(placed_graphs(found), {**data.story, "episodes": told})
