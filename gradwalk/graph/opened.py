"""A folded graph as one graph: its closed groups are boxes; what open ones hold stands among them, without frames."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from gradwalk.analysis.groups import Group
from gradwalk.graph.boxes import Graph
from gradwalk.graph.homes import TOP, Homes, homes_of
from gradwalk.graph.levels import joined, levels_of


class Opened(NamedTuple):
    graph: Graph
    inside: Mapping[str, frozenset[str]]
    """The ids of all that is in each closed group: boxes, and the nodes that they have."""

    def lit(self, now: Collection[str]) -> frozenset[str]:
        """What is lit where these are: a closed group with what is in it."""
        return frozenset(now) | {name for name, ids in self.inside.items() if not ids.isdisjoint(now)}


def opened(graph: Graph, names: Sequence[str] = ()) -> Opened:
    """A graph with those of its groups open that a page opens with, and those that are called one of the ``names``.

    Raises KeyError for a name that no group has.
    """
    if not graph.items:
        if names:
            raise KeyError(names[0])
        return Opened(graph, {})
    homes = homes_of(graph)
    around = _around(homes)
    open_groups = set(levels_of(graph).open)
    for name in names:
        found = [group.id for group in homes.groups.values() if group.title == name]
        if not found:
            raise KeyError(name)
        open_groups.update(one for group in found for one in (group, *around.get(group, ())))
    return _with_open(graph, homes, open_groups)


def modules(graph: Graph) -> list[str]:
    """What its groups are called that are modules, each once."""
    groups = homes_of(graph).groups.values() if graph.items else ()
    return list(dict.fromkeys(group.title for group in groups if group.kind == "module"))


def _around(homes: Homes) -> dict[str, tuple[str, ...]]:
    """The groups around each group."""
    return {name: path[:depth] for path in homes.of.values() for depth, name in enumerate(path)}


def _with_open(graph: Graph, homes: Homes, open_groups: Collection[str]) -> Opened:
    closed: dict[str, Group] = {name: group for name, group in homes.groups.items() if name not in open_groups}
    of = {box: tuple(name for name in path if name in closed) for box, path in homes.of.items()}
    gathered = {box: group for box, group in homes.gathered.items() if group in closed}
    inside: dict[str, set[str]] = {}
    for box in graph.boxes:
        if of[box.id]:
            inside.setdefault(of[box.id][0], set()).update((box.id, box.group))
    one = joined(graph, Homes(of, closed, gathered))[TOP]
    return Opened(one, {name: frozenset(ids) for name, ids in inside.items()})
