"""The pictures as files of their own: the computation graph and torchviz's as SVG, and the former for Graphviz."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gradwalk.analysis import Analysis, analyse
from gradwalk.analysis.index import Index
from gradwalk.explain import episode_title
from gradwalk.export.svg import Drawn, svg
from gradwalk.graph.album import album
from gradwalk.graph.computation import Box, Graph, drawn, graphviz_source
from gradwalk.graph.dot import quoted
from gradwalk.graph.layout import place
from gradwalk.graph.levels import TOP, levels_of
from gradwalk.graph.player import Json, computation, torchviz
from gradwalk.recording import Picture, Recording
from gradwalk.story.timeline import story_of

MOST_BOXES = 400
"""In one picture; a larger graph is drawn folded."""


def computation_svg(recording: Recording, step: int | None = None) -> str:
    """The computation graph as an SVG file: with all its values and gradients, or as it stands at one step.

    Of a program with several backward() calls it is the graph of the last one, or of the one that the step belongs to.
    Steps count from 0 (nothing computed yet). The file follows the reader's light or dark preference, holds no
    script and refers to nothing outside. Raises LayoutError when the graph cannot be placed.
    """
    analysis = analyse(recording)
    story = story_of(album(analysis))
    last = len(story["steps"]) - 1
    at = _last_graph(story) if step is None else min(max(step, 0), last)
    graph = _graph_at(analysis, story, at)
    if len(graph.boxes) > MOST_BOXES:
        graph = levels_of(graph).graphs[TOP]
    texts = texts_at(story["slots"], at)
    now = () if step is None else story["steps"][at]["now"]
    placed = computation(graph, place(graphviz_source(graph, "LR")))
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


def _graph_at(analysis: Analysis, story: Json, step: int) -> Graph:
    return drawn(analysis.episodes[story["steps"][step]["episode"]].index)


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
    placed = torchviz(None if recording is None else Index(recording), picture.saved if saved else picture.plain)
    return svg(Drawn(placed, {}, frozenset(), "", "grad_fn graph"))


def computation_dot(recording: Recording) -> str:
    """The computation graph for Graphviz, to be drawn elsewhere: titles, values and gradients as they are at last."""
    analysis = analyse(recording)
    story = story_of(album(analysis))
    at = _last_graph(story)
    graph, texts = _graph_at(analysis, story, at), texts_at(story["slots"], at)
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
