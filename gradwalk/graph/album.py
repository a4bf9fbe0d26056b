"""The pictures of a whole recording: its episodes, and the distinct graphs among them, each kept once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from gradwalk.analysis import Analysis
from gradwalk.analysis.episodes import Episode
from gradwalk.analysis.folding import folded
from gradwalk.analysis.index import Index
from gradwalk.graph.boxes import Graph
from gradwalk.graph.computation import drawn
from gradwalk.recording import BackwardCall, Picture, Recording

MOST_GRAPHS = 24
MOST_BOXES = 2000
"""In all graphs together: what a loop keeps growing has another graph each time, and later ones are left out."""


@dataclass(frozen=True)
class Page:
    """One structure."""

    graph: Graph
    picture: Picture | None
    index: Index | None
    """Of an episode that has it, which gives the names in torchviz's picture."""


@dataclass(frozen=True)
class Album:
    analysis: Analysis
    folded: frozenset[int]
    """The numbers of the episodes that are one step each."""
    graphs: tuple[int, ...]
    """The page of each episode."""
    pages: tuple[Page, ...]


EMPTY = Page(Graph((), ()), None, None)
"""What an episode shows whose graph is left out."""


def album(analysis: Analysis, unfold: Collection[int] = (), wanted: Collection[int] = ()) -> Album:
    """Episodes that are ``wanted`` come first, then open ones: their graphs are there whatever the others are like."""
    found = analysis.episodes
    closed = folded(found, unfold)
    first = folded(found) - closed
    pages: list[Page] = []
    exact: dict[object, int] = {}
    alike: dict[Graph, int] = {}
    chosen: dict[int, int] = {}
    seen: dict[object, Graph] = {}
    room = MOST_BOXES

    def late(episode: Episode) -> tuple[bool, int]:
        number = episode.number
        return number not in wanted, (number in closed) * 2 + (number in first)

    for episode in sorted(found, key=late):
        structure = _structure(episode.recording)
        graph = seen[structure] = seen.get(structure) or drawn(episode.index)
        picture = episode.recording.pictures[-1] if episode.recording.pictures else None
        key = (graph, picture and (picture.plain, picture.saved))
        any_will_do = episode.number in closed or picture is None
        page = alike.get(graph) if any_will_do else exact.get(key)
        if page is None and (not pages or (len(pages) < MOST_GRAPHS and len(graph.boxes) <= room)):
            page = exact[key] = len(pages)
            alike.setdefault(graph, page)
            room -= len(graph.boxes)
            pages.append(Page(graph, picture, episode.index))
        chosen[episode.number] = -1 if page is None else page
    if -1 in chosen.values():
        pages.append(EMPTY)
    last = len(pages) - 1
    graphs = tuple(last if chosen[episode.number] < 0 else chosen[episode.number] for episode in found)
    return Album(analysis, closed, graphs, tuple(pages))


def _structure(recording: Recording) -> object:
    """What a graph is drawn from, so that equal ones are drawn once: everything but the numbers."""
    values = tuple(
        (v.tensor, v.storage, v.shape, v.names, v.is_leaf, v.requires_grad, v.operation) for v in recording.values
    )
    roots = tuple(event.root for event in recording.events if isinstance(event, BackwardCall))
    return recording.operations, recording.nodes, values, roots
