"""The pictures of a recording, with their positions, as the player draws them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from gradwalk.analysis import analyse
from gradwalk.analysis.groups import Group, operations_in
from gradwalk.analysis.index import Index
from gradwalk.graph.album import EMPTY, Album, Page, album
from gradwalk.graph.boxes import Arrow, Box, Graph
from gradwalk.graph.computation import OVER, graphviz_source, track
from gradwalk.graph.dot import LayoutError
from gradwalk.graph.homes import TOP
from gradwalk.graph.lanes import eased
from gradwalk.graph.layout import Placed, PlacedBox, place, place_together
from gradwalk.graph.levels import levels_of, placed_levels
from gradwalk.graph.rows import in_rows
from gradwalk.notation import pretty
from gradwalk.recording import Recording

Json = dict[str, Any]

MOST_TALL = 3000
"""Boxes of a graph that is also placed from top to bottom."""

_KINDS = {"lightblue": "tensor", "orange": "saved", "darkolivegreen1": "output", "darkolivegreen3": "output"}
"""What torchviz means by its colours."""


def player_graphs(recording: Recording, unfold: Collection[int] = frozenset()) -> Json:
    """The ``graphs`` part of the player's data: structure only, the same for all input values. JSON-ready.

    ``computation`` is placed from left to right (``wide``), where that is too wide for a page in ``rows`` too, and from
    top to bottom (``tall``); ``grad_fn`` is torchviz's
    picture, ``plain`` and with ``saved`` values, or None. Lengths in pixels; an arrow's ``room`` is how wide its texts
    may be; a ``plain`` one has no head, a ``cut`` one leaves the graph by ``detach()``. For a program of several
    episodes it is ``{"list": […]}`` of their distinct structures, for the same ``unfold`` in the same order as in the
    story.
    Raises LayoutError when the computation graph cannot be placed; of several, that one is empty.
    """
    return placed_graphs(album(analyse(recording), unfold))


def placed_graphs(found: Album) -> Json:
    """The same for an album."""
    if len(found.graphs) == 1:
        return _page(found.pages[0])
    return {"list": [_page_or_none(page) for page in found.pages]}


def _page_or_none(page: Page) -> Json:
    if page is EMPTY:
        return {**_page(page), "left_out": True}
    try:
        return _page(page)
    except LayoutError:
        return _page(EMPTY)


def _page(page: Page) -> Json:
    graph = page.graph
    if graph.items:
        return {"computation": _folded(graph), "grad_fn": _grad_fn(page)}
    sources = graphviz_source(graph, "LR"), graphviz_source(graph, "TB")
    place_together([*sources, *((page.picture.plain, page.picture.saved) if page.picture else ())])
    placed = _with_lanes(graph, place(sources[0]), "LR")
    wide = computation(graph, placed)
    try:
        tall = computation(graph, _with_lanes(graph, place(sources[1]), "TB"))
    except LayoutError:
        tall = wide
    cut = _in_rows(graph, placed)
    rows = {} if cut is None else {"rows": computation(graph, cut)}
    return {"computation": {"wide": wide, "tall": tall, **rows}, "grad_fn": _grad_fn(page)}


def whole(graph: Graph) -> Json:
    """All of a graph at once, for a page of its own: from left to right, in rows where it would be too wide."""
    placed = _with_lanes(graph, place(graphviz_source(graph, "LR")), "LR")
    return computation(graph, _in_rows(graph, placed) or placed)


def _in_rows(graph: Graph, placed: Placed) -> Placed | None:
    return in_rows(placed, {arrow.id: arrow.room + OVER for arrow in graph.arrows if arrow.tracked})


def _with_lanes(graph: Graph, placed: Placed, direction: str) -> Placed:
    along = 0 if direction == "LR" else 1
    runs = {arrow.id: float(track(arrow.room, direction)[along]) for arrow in graph.arrows if arrow.tracked}
    return eased(placed, runs, wide=direction == "LR")


def _folded(graph: Graph) -> Json:
    """A large graph: its top level, and what is in its groups. A very large one is placed from left to right alone."""
    levels = levels_of(graph)
    shapes = {"wide": "LR"} if len(graph.boxes) > MOST_TALL else {"wide": "LR", "tall": "TB"}
    placed = {shape: placed_levels(levels.graphs, direction) for shape, direction in shapes.items()}

    def drawn(level: str) -> Json:
        return {shape: computation(levels.graphs[level], found[level]) for shape, found in placed.items()}

    inside = {name: {**_of_group(group), **drawn(name)} for name, group in levels.groups.items()}
    top = drawn(TOP)
    return {"wide": top["wide"], "tall": top.get("tall", top["wide"]), "open": list(levels.open), "inside": inside}


def _of_group(group: Group) -> Json:
    known = {"knownAs": group.known_as} if group.known_as else {}
    return {"title": group.title, "kind": group.kind, "count": sum(1 for _ in operations_in(group)), **known}


def computation(graph: Graph, placed: Placed) -> Json:
    """The computation graph where Graphviz has placed it."""
    arrows = {arrow.id: _of_arrow(arrow) for arrow in graph.arrows}
    boxes = [_placed_box(box.id, placed.boxes[box.id], _of_box(box)) for box in graph.boxes]
    return _placed(placed, boxes, arrows)


def _of_arrow(arrow: Arrow) -> Json:
    more = {"cut": arrow.cut, "edges": list(arrow.edges), "source": arrow.source}
    kept = {name: value for name, value in more.items() if value}
    return {"tracked": arrow.tracked, "room": arrow.room + OVER, **kept}


def _of_box(box: Box) -> Json:
    return {
        "kind": box.kind,
        "root": box.root,
        "title": box.title,
        "subtitle": box.subtitle,
        "lines": box.lines,
        "group": box.group,
        **({"heat": True} if box.heat else {}),
        **({"shows": box.shows} if box.shows else {}),
        **({"untracked": True} if box.shows and not box.tracked else {}),
    }


def _placed_box(box_id: str, at: PlacedBox, rest: Json) -> Json:
    return {"id": box_id, "x": at.x, "y": at.y, "w": at.w, "h": at.h, **rest}


def _placed(placed: Placed, boxes: list[Json], rest: Mapping[str, Json]) -> Json:
    arrows = [
        {
            "id": arrow_id,
            "tail": arrow.tail,
            "head": arrow.head,
            "path": arrow.path,
            "label": list(arrow.label),
            **rest[arrow_id],
        }
        for arrow_id, arrow in placed.arrows.items()
    ]
    return {"width": placed.width, "height": placed.height, "boxes": boxes, "arrows": arrows}


def _grad_fn(page: Page) -> Json | None:
    picture = page.picture
    if picture is None:
        return None
    try:
        return {"plain": torchviz(page.index, picture.plain), "saved": torchviz(page.index, picture.saved)}
    except LayoutError:
        return None  # the computation graph is worth showing alone


def torchviz(index: Index | None, source: str) -> Json:
    """torchviz's picture, placed. The index, when given, gives the root its name, and values their operations."""
    placed = place(source)
    names = {} if index is None else {f"v{v}": pretty(name) for v, name in index.labels.items()}
    values = () if index is None else index.recording.values
    groups = {f"v{value.id}": f"o{value.operation}" for value in values if value.operation is not None}
    boxes = [
        _placed_box(box_id, box, _oftorchviz(box_id, box, names.get(box_id, ""), groups.get(box_id, box_id)))
        for box_id, box in placed.boxes.items()
    ]
    arrows = {arrow_id: {"tracked": not arrow.plain, "plain": arrow.plain} for arrow_id, arrow in placed.arrows.items()}
    return _placed(placed, boxes, arrows)


def _oftorchviz(box_id: str, box: PlacedBox, name: str, group: str) -> Json:
    kind = _kind(box)
    title = box.label if box.label.split("\n")[0].strip() else name + box.label
    owner = "n" + box_id.removeprefix("s").split("_")[0]
    return {
        "kind": kind,
        "root": kind == "output",
        "title": "\n".join(line.strip() if kind in _KINDS.values() else line for line in title.split("\n")),
        "subtitle": "",
        "lines": 0,
        "group": owner if kind == "saved" else group,
    }


def _kind(box: PlacedBox) -> str:
    accumulates = box.label.split("\n")[0] == "AccumulateGrad"
    return _KINDS.get(box.fill, "accumulate" if accumulates else "backward")
