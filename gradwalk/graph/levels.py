"""A large graph in levels: what stands in each group, drawn for itself, with doors where arrows come in and go out.

A level is a graph of its own and is placed alone, so placing takes as long as there are kinds of levels, and not as
the whole graph would: the turns of a loop, and layers that are alike, are placed once.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from gradwalk.analysis.groups import Group, operations_in
from gradwalk.graph.boxes import Arrow, Box, Graph
from gradwalk.graph.computation import graphviz_source
from gradwalk.graph.gathered import GATHERED, common, folded_sources, of_sources
from gradwalk.graph.homes import AT_FIRST, TOP, Homes, homes_of
from gradwalk.graph.layout import Placed, place_all
from gradwalk.graph.measures import (
    MAX_TITLE_WIDTH,
    MIN_WIDTH,
    PADDING,
    SUBTITLE_SIZE,
    TITLE_SIZE,
    shortened,
    text_width,
)

DOOR = 6
"""Pixels of a door's sides."""


class Levels(NamedTuple):
    graphs: Mapping[str, Graph]
    """By the id of the group, the top level first."""
    groups: Mapping[str, Group]
    open: tuple[str, ...]
    """The groups that are open at first, the outer ones before the inner ones."""


def levels_of(graph: Graph) -> Levels:
    """The levels of a graph that has groups."""
    homes = homes_of(graph)
    graphs = joined(graph, homes)
    return Levels(graphs, homes.groups, _open_first(graphs, homes.groups))


def joined(graph: Graph, homes: Homes) -> dict[str, Graph]:
    """What stands in each group, by its id, and at the top."""
    return _Levels(graph, homes).made()


def _open_first(graphs: Mapping[str, Graph], groups: Mapping[str, Group]) -> tuple[str, ...]:
    """The largest groups, as long as there is room for what is in them; of those that are as large, all or none."""
    found: list[str] = []
    closed = [box.inside for box in graphs[TOP].boxes if box.inside]
    shown = len(graphs[TOP].boxes)
    sizes = {name: sum(1 for _ in operations_in(group)) for name, group in groups.items()}
    while closed:
        most = max(sizes[name] for name in closed)
        largest = [name for name in closed if sizes[name] == most]
        inside = [box for name in largest for box in graphs[name].boxes if box.kind not in ("in", "out")]
        shown += len(inside) - len(largest)
        if shown > AT_FIRST:
            break
        found += largest
        closed = [name for name in closed if name not in largest] + [box.inside for box in inside if box.inside]
    return tuple(found)


class _Levels:
    def __init__(self, graph: Graph, homes: Homes) -> None:
        self._graph = graph
        self._boxes = {box.id: box for box in graph.boxes}
        self._homes = homes.of
        self._gathered = homes.gathered
        self._sizes = Counter(homes.gathered.values())
        groups = homes.groups
        self._through: dict[tuple[str, str], set[str]] = {}
        """What comes through each door."""
        self._arrows: dict[str, dict[str, Arrow]] = {level: {} for level in (TOP, *groups)}
        self._doors: dict[str, dict[str, Box]] = {level: {} for level in (TOP, *groups)}
        self._groups = groups
        self._used: dict[str, list[str]] = {name: [] for name in groups}
        """The boxes of each group that something outside uses."""

    def made(self) -> dict[str, Graph]:
        for arrow in self._graph.arrows:
            self._lead(arrow)
        boxes: dict[str, list[Box]] = {level: [] for level in self._arrows}
        seen: set[str] = set()
        for box in self._graph.boxes:
            home = self._homes[box.id]
            for level, name in zip((TOP, *home), home, strict=False):
                if name not in seen:
                    seen.add(name)
                    boxes[level].append(self._folded(name))
            boxes[home[-1] if home else TOP].append(box)
        return {
            level: Graph((*boxes[level], *self._doors[level].values()), tuple(self._arrows[level].values()))
            for level in self._arrows
        }

    def _lead(self, arrow: Arrow) -> None:
        """Draw an arrow in each level that it passes: out of the groups of its tail, and into those of its head.

        Outside of a group of gathered sources all of them are one: the arrows of all leave by one door.
        """
        out_of, into = self._homes[arrow.tail], self._homes[arrow.head]
        shared = len(common(out_of, into))
        source, within = self._gathered.get(arrow.tail, arrow.tail), arrow.tail
        for depth in range(len(out_of) - 1, shared - 1, -1):
            self._used[out_of[depth]].append(arrow.tail)
            inner = out_of[depth + 1] if depth + 1 < len(out_of) else arrow.tail
            self._add(out_of[depth], arrow, inner, self._door(out_of[depth], "out", source, arrow), within)
            within = source
        tail = out_of[shared] if shared < len(out_of) else arrow.tail
        level = into[shared - 1] if shared else TOP
        for depth in range(shared, len(into) + 1):
            self._add(level, arrow, tail, into[depth] if depth < len(into) else arrow.head, source)
            if depth < len(into):
                level = into[depth]
                tail = self._door(level, "in", source, arrow)

    def _add(self, level: str, arrow: Arrow, tail: str, head: str, source: str) -> None:
        """An arrow of its own where it comes to its operation; until then those with one number are one."""
        if head == arrow.head:
            self._arrows[level][arrow.id] = arrow._replace(tail=tail, source=arrow.tail if tail != arrow.tail else "")
            return
        name = f"{source}>{level if head.startswith('out:') else head}"
        known = self._arrows[level].get(name)
        if known is None:
            led = arrow._replace(
                id=name, tail=tail, head=head, edges=(arrow.id,), source="" if tail == source else source
            )
            self._arrows[level][name] = led
        elif arrow.id not in known.edges:
            tracked, cut = known.tracked or arrow.tracked, known.cut and arrow.cut
            more = known._replace(tracked=tracked, cut=cut, room=0, edges=(*known.edges, arrow.id))
            self._arrows[level][name] = more

    def _door(self, level: str, kind: str, source: str, arrow: Arrow) -> str:
        name = f"{kind}:{source}"
        through = self._through.setdefault((level, name), set())
        through.add(arrow.tail)
        if source in self._groups:
            title = of_sources(self._groups[source], len(through), self._sizes[source])
        else:
            title = self._boxes[source].full_title.split(" = ")[0]
        box = self._boxes.get(source) or self._graph.boxes[0]
        self._doors[level][name] = box._replace(
            id=name, kind=kind, title=title, subtitle="", width=DOOR, height=DOOR, lines=0, root=False, group=name,
        )  # fmt: skip
        return name

    def _folded(self, name: str) -> Box:
        """The box that a group is as long as it is closed. It shows what comes out of it at last."""
        group = self._groups[name]
        if group.kind == GATHERED:
            return folded_sources(group, self._boxes[self._used[name][0]])
        operations = [f"o{number}" for number in operations_in(group)]
        used = set(self._used[name])
        shown = self._boxes[next((box for box in reversed(operations) if box in used), operations[-1])]
        title = shortened(group.title, TITLE_SIZE, MAX_TITLE_WIDTH, bold=True)
        count = f"{len(operations):,} operations" if len(operations) > 1 else "1 operation"
        about = " · ".join(filter(None, (group.detail, count)))
        if text_width(about, SUBTITLE_SIZE) > MAX_TITLE_WIDTH:
            about = group.detail
        subtitle = shortened(about, SUBTITLE_SIZE, MAX_TITLE_WIDTH)
        texts = text_width(title, TITLE_SIZE, bold=True), text_width(subtitle, SUBTITLE_SIZE)
        width = max(MIN_WIDTH, shown.width, math.ceil(max(texts)) + 2 * PADDING)
        root = any(self._boxes[box].root for box in operations)
        return shown._replace(
            id=name, kind="group", title=title, subtitle=subtitle, width=width, root=root, group=name,
            full_title=group.title, inside=name, shows=shown.id,
        )  # fmt: skip


def placed_levels(graphs: Mapping[str, Graph], direction: str) -> dict[str, Placed]:
    """Where everything stands in each level. Levels that differ only in their names are placed once."""
    plain = {level: _plain_names(graph) for level, graph in graphs.items()}
    sources = {level: graphviz_source(graph, direction) for level, (graph, _) in plain.items()}
    placed = place_all(sources.values())
    return {level: _named(placed[sources[level]], plain[level][1]) for level in graphs}


def _plain_names(graph: Graph) -> tuple[Graph, dict[str, str]]:
    """The graph with names by place, and which name is whose."""
    boxes = {box.id: f"b{place}" for place, box in enumerate(graph.boxes)}
    arrows = {arrow.id: f"a{place}" for place, arrow in enumerate(graph.arrows)}
    plain = Graph(
        tuple([box._replace(id=boxes[box.id]) for box in graph.boxes]),
        tuple([a._replace(id=arrows[a.id], tail=boxes[a.tail], head=boxes[a.head]) for a in graph.arrows]),
    )
    return plain, {name: own for own, name in (*boxes.items(), *arrows.items())}


def _named(placed: Placed, names: Mapping[str, str]) -> Placed:
    boxes = {names[name]: box for name, box in placed.boxes.items()}
    arrows = {
        names[name]: arrow._replace(tail=names[arrow.tail], head=names[arrow.head])
        for name, arrow in placed.arrows.items()
    }
    return placed._replace(boxes=boxes, arrows=arrows)
