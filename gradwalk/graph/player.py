"""The pictures of a recording, with their positions: for the player, and as files of their own (SVG, Graphviz)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from gradwalk.analysis.episodes import episodes
from gradwalk.explain import episode_title
from gradwalk.export.svg import Drawn, svg
from gradwalk.graph.album import EMPTY, Page, album
from gradwalk.graph.computation import RANK_GAP, Arrow, Box, Graph, drawn, graphviz_source
from gradwalk.graph.dot import LayoutError, quoted
from gradwalk.graph.layout import Placed, PlacedBox, place, place_together
from gradwalk.graph.rows import in_rows
from gradwalk.notation import pretty, value_names
from gradwalk.recording import Picture, Recording
from gradwalk.story.timeline import timeline

Json = dict[str, Any]

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
    found = album(recording, unfold)
    if len(found.episodes) == 1:
        return _page(found.pages[0])
    return {"list": [_page_or_none(page) for page in found.pages]}


def _page_or_none(page: Page) -> Json:
    try:
        return _page(page)
    except LayoutError:
        return _page(EMPTY)


def _page(page: Page) -> Json:
    graph = page.graph
    sources = graphviz_source(graph, "LR"), graphviz_source(graph, "TB")
    place_together([*sources, *((page.picture.plain, page.picture.saved) if page.picture else ())])
    placed = place(sources[0])
    wide = _computation(graph, placed)
    try:
        tall = _computation(graph, place(sources[1]))
    except LayoutError:
        tall = wide
    cut = in_rows(placed, {arrow.id: arrow.room + RANK_GAP for arrow in graph.arrows if arrow.tracked})
    rows = {} if cut is None else {"rows": _computation(graph, cut)}
    return {"computation": {"wide": wide, "tall": tall, **rows}, "grad_fn": _grad_fn(page)}


def _computation(graph: Graph, placed: Placed) -> Json:
    arrows = {arrow.id: _of_arrow(arrow) for arrow in graph.arrows}
    boxes = [_placed_box(box.id, placed.boxes[box.id], _of_box(box)) for box in graph.boxes]
    return _placed(placed, boxes, arrows)


def _of_arrow(arrow: Arrow) -> Json:
    return {"tracked": arrow.tracked, "room": arrow.room + RANK_GAP, **({"cut": True} if arrow.cut else {})}


def _of_box(box: Box) -> Json:
    return {
        "kind": box.kind,
        "root": box.root,
        "title": box.title,
        "subtitle": box.subtitle,
        "lines": box.lines,
        "group": box.group,
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
        return {"plain": _torchviz(page.part, picture.plain), "saved": _torchviz(page.part, picture.saved)}
    except LayoutError:
        return None  # the computation graph is worth showing alone


def _torchviz(recording: Recording | None, source: str) -> Json:
    placed = place(source)
    names = {} if recording is None else {f"v{v}": pretty(name) for v, name in value_names(recording).items()}
    values = () if recording is None else recording.values
    groups = {f"v{value.id}": f"o{value.operation}" for value in values if value.operation is not None}
    boxes = [
        _placed_box(box_id, box, _of_torchviz(box_id, box, names.get(box_id, ""), groups.get(box_id, box_id)))
        for box_id, box in placed.boxes.items()
    ]
    arrows = {arrow_id: {"tracked": not arrow.plain, "plain": arrow.plain} for arrow_id, arrow in placed.arrows.items()}
    return _placed(placed, boxes, arrows)


def _of_torchviz(box_id: str, box: PlacedBox, name: str, group: str) -> Json:
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


def computation_svg(recording: Recording, step: int | None = None) -> str:
    """The computation graph as an SVG file: with all its values and gradients, or as it stands at one step.

    Of a program with several backward() calls it is the graph of the last one, or of the one that the step belongs to.
    Steps count from 0 (nothing computed yet). The file follows the reader's light or dark preference, holds no
    script and refers to nothing outside. Raises LayoutError when the graph cannot be placed.
    """
    story = timeline(recording)
    last = len(story["steps"]) - 1
    at = _last_graph(story) if step is None else min(max(step, 0), last)
    graph = _graph_at(recording, story, at)
    texts = texts_at(story["slots"], at)
    now = () if step is None else story["steps"][at]["now"]
    placed = _computation(graph, place(graphviz_source(graph, "LR")))
    return svg(Drawn(placed, texts, frozenset(now), _phase(story, at), "Computation graph"))


def _last_graph(story: Json) -> int:
    """The last step of the last episode that has a backward() call; of the last episode where there is none."""
    called = [
        episode
        for episode in story["episodes"]
        if episode["title"] not in (episode_title(None), episode_title(None, True))
    ]
    episode = (called or story["episodes"])[-1]
    return max(0, int(episode["first"] + episode["count"]) - 1)


def _graph_at(recording: Recording, story: Json, step: int) -> Graph:
    return drawn(episodes(recording)[story["steps"][step]["episode"]].part)


def texts_at(slots: Mapping[str, Sequence[Sequence[Any]]], step: int) -> dict[str, list[str]]:
    """What each slot shows at a step; a slot that is not yet known, or empty again, is left out."""
    shown = {slot: [lines for since, lines in entries if since <= step] for slot, entries in slots.items()}
    return {slot: entries[-1] for slot, entries in shown.items() if entries and entries[-1] is not None}


def _phase(story: Mapping[str, Any], step: int) -> str:
    number = story["steps"][step]["phase"]
    return "" if number is None else str(story["phases"][number]["kind"])


def torchviz_svg(picture: Picture, recording: Recording | None = None, saved: bool = False) -> str:
    """torchviz's picture as an SVG file, plain or with saved values and attributes; as ``computation_svg`` otherwise.

    The recording, when given, gives the root its name.
    """
    placed = _torchviz(recording, picture.saved if saved else picture.plain)
    return svg(Drawn(placed, {}, frozenset(), "", "grad_fn graph"))


def computation_dot(recording: Recording) -> str:
    """The computation graph for Graphviz, to be drawn elsewhere: titles, values and gradients as they are at last."""
    story = timeline(recording)
    at = _last_graph(story)
    graph, texts = _graph_at(recording, story, at), texts_at(story["slots"], at)
    lines = [f'"{box.id}" [label={_label(box, texts)}{_LOOKS[box.kind]}]' for box in graph.boxes]
    lines += [
        f'"{arrow.tail}" -> "{arrow.head}" [id="{arrow.id}", '
        f"label={quoted(' '.join(['×', *texts[f'{arrow.id}.local']]) if f'{arrow.id}.local' in texts else '')}"
        f"{'' if arrow.tracked else ', style=dashed'}]"
        for arrow in graph.arrows
    ]
    return "\n".join(
        [
            "digraph {",
            'rankdir=LR; node [shape=box, style=rounded, fontname="Helvetica"]; edge [fontname="Helvetica"]',
            *lines,
            "}",
        ]
    )


_LOOKS = {
    "leaf": ", color=blue",
    "input": ', style="rounded,dashed"',
    "operation": "",
    "untracked": ', style="rounded,dashed"',
}


def _label(box: Box, texts: Mapping[str, list[str]]) -> str:
    gradient = texts.get(f"{box.id}.grad", [])
    lines = [box.full_title, box.subtitle, *texts.get(f"{box.id}.value", [])]
    return quoted("\n".join([*lines, *(["∇ " + gradient[0], *gradient[1:]] if gradient else [])]))
