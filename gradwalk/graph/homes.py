"""In which groups of a folded graph each box stands, and how many boxes there are when all groups are closed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from gradwalk.analysis.groups import Group, Item
from gradwalk.graph.boxes import Graph
from gradwalk.graph.gathered import MOST_INPUTS, common, gather

TOP = ""
"""The level that is the graph itself, with everything folded."""
AT_FIRST = 12
"""So many boxes a graph opens with, at most, where it can be folded so far."""


class Homes(NamedTuple):
    of: Mapping[str, tuple[str, ...]]
    """The groups around each box, the outermost first."""
    groups: Mapping[str, Group]
    """By their ids; those of gathered sources too."""
    gathered: Mapping[str, str]
    """The group of each source that is in one of those."""


def homes_of(graph: Graph) -> Homes:
    """Where there would be too many boxes at the top, what several groups use is gathered there, however few it is."""
    homes = _homes(graph, MOST_INPUTS)
    return homes if _top(homes) <= AT_FIRST else _homes(graph, 1)


def at_the_top(graph: Graph) -> int:
    """How many boxes a graph with groups has when all of them are closed."""
    return _top(homes_of(graph))


def _top(homes: Homes) -> int:
    return len({around[0] if around else box for box, around in homes.of.items()})


def _homes(graph: Graph, most: int) -> Homes:
    groups, of = dict(_groups_in(graph.items)), _around(graph)
    gathered = gather(graph, of, len(groups), most)
    return Homes(of, groups | dict(gathered.groups), gathered.of)


def _around(graph: Graph) -> dict[str, tuple[str, ...]]:
    """The groups around each box, the outermost first."""
    homes: dict[str, tuple[str, ...]] = {}
    waiting: list[tuple[Item, tuple[str, ...]]] = [(item, ()) for item in graph.items]
    while waiting:
        item, around = waiting.pop()
        if isinstance(item, int):
            homes[f"o{item}"] = around
        else:
            waiting += [(inner, (*around, item.id)) for inner in item.items]
    _place_sources(graph, homes)
    return homes


def _place_sources(graph: Graph, homes: dict[str, tuple[str, ...]]) -> None:
    """What no operation made stands in the innermost group that holds all that uses it; a few inputs at the top."""
    given = [box.id for box in graph.boxes if box.kind == "input" and box.subtitle == "input"]
    homes.update(dict.fromkeys(given if len(given) <= MOST_INPUTS else (), ()))
    users: dict[str, tuple[str, ...]] = {}
    for arrow in graph.arrows:
        if arrow.tail not in homes:
            head = homes[arrow.head]
            users[arrow.tail] = common(users.get(arrow.tail, head), head)
    for box in graph.boxes:
        if box.id not in homes:
            homes[box.id] = users.get(box.id, ())


def _groups_in(items: Sequence[Item]) -> Iterator[tuple[str, Group]]:
    waiting = list(reversed(items))
    while waiting:
        item = waiting.pop()
        if not isinstance(item, int):
            yield item.id, item
            waiting += reversed(item.items)
