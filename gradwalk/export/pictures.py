"""The pictures of a recording at any step: the computation graph and torchviz's, drawn or for Graphviz."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gradwalk.analysis import Analysis, analyse
from gradwalk.analysis.index import Index
from gradwalk.explain import NO_TURN
from gradwalk.export import CannotDraw
from gradwalk.export.looks import Theme
from gradwalk.export.moment import Moment, checked_step, moment_at
from gradwalk.export.svg import Drawn, svg
from gradwalk.graph.album import album
from gradwalk.graph.boxes import Box, Graph
from gradwalk.graph.computation import drawn
from gradwalk.graph.dot import quoted
from gradwalk.graph.opened import modules, opened
from gradwalk.graph.player import Json, torchviz, whole
from gradwalk.recording import Picture, Recording
from gradwalk.story.timeline import story_of

ALL = "all"
"""Instead of groups that are open: each of them."""
NAMED = 8
"""So many modules are named where another one was asked for."""

NAMES = {
    "computation": "Computation graph",
    "computation-saved": "Computation graph",
    "grad_fn": "grad_fn graph",
    "grad_fn-saved": "grad_fn graph",
}
"""Which pictures there are: ours and torchviz's, and either with what nodes keep for backward. As in an address."""


def picture_at(
    recording: Recording,
    step: int | None = None,
    kind: str = "computation",
    theme: Theme | None = None,
    open: str | Sequence[str] = (),  # noqa: A002  as it is called in a shell
) -> Drawn:
    """A picture with all values and gradients, or as it stands at one step.

    A large graph is folded as a page opens with it: every operation is in some box. The groups that are called as
    ``open`` says are open besides; with ``all`` there is no group, and each operation has its own box.
    Of a program with several backward() calls it is the graph of the last one, or of the one that the step belongs to.
    Steps count from 0 (nothing computed yet), as in the player. Raises CannotDraw where there is no such picture, and
    LayoutError when it cannot be placed.
    """
    if kind not in NAMES:
        raise CannotDraw(f"There is no picture {kind!r}; there are {', '.join(NAMES)}.")
    _check_drawable(recording)
    analysis = analyse(recording)
    return told_picture(analysis, story_of(album(analysis)), step, kind, theme, open)


def told_picture(
    analysis: Analysis,
    story: Json,
    step: int | None = None,
    kind: str = "computation",
    theme: Theme | None = None,
    open: str | Sequence[str] = (),  # noqa: A002
) -> Drawn:
    """The same of a recording whose story was told."""
    at = _last_graph(story) if step is None else checked_step(story, step)
    about = "" if step is None else f" at step {at}: {story['steps'][at]['title']}"
    ours, saved = kind.startswith("computation"), kind.endswith("-saved")
    moment = moment_at(story, at, lit=step is not None)
    if ours:
        placed, moment = _computation(_graph_at(analysis, story, at), moment, open)
    else:
        placed = _torchviz(analysis, story, at, saved)
    return Drawn(placed, moment, NAMES[kind] + about, ours, saved or moment.program, theme)


def _check_drawable(recording: Recording) -> None:
    if not recording.operations:
        raise CannotDraw("this program runs no operation on a tensor, so there is nothing to draw.")


def computation_svg(recording: Recording, step: int | None = None, theme: Theme | None = None) -> str:
    """The computation graph as an SVG file.

    The file follows the reader's light or dark preference unless it is given a theme, holds no script and refers to
    nothing outside.
    """
    return svg(picture_at(recording, step, theme=theme))


def _computation(graph: Graph, moment: Moment, names: str | Sequence[str]) -> tuple[Json, Moment]:
    """The graph, placed, and the moment as it stands on it."""
    wanted: Any = [names] if isinstance(names, str) else names
    if not isinstance(wanted, Sequence) or not all(isinstance(name, str) for name in wanted):
        raise CannotDraw(f"What is open is the name of a box or a list of names, or {ALL!r}, and not {names!r}.")
    if ALL in wanted:
        return whole(graph), moment
    try:
        one = opened(graph, wanted)
    except KeyError as error:
        known = modules(graph)
        some = ", ".join(known[:NAMED]) + (" …" if len(known) > NAMED else "")
        there = f"there are {some}, and " if known else "there is "
        raise CannotDraw(f"No box that opens is called {error}: {there}{ALL!r}.") from None
    return whole(one.graph), moment._replace(now=one.lit(moment.now))


def _torchviz(analysis: Analysis, story: Json, step: int, saved: bool) -> Json:
    episode = analysis.episodes[story["steps"][step]["episode"]]
    return torchviz(episode.index, torchviz_dot(episode.recording, saved=saved))


def torchviz_dot(recording: Recording, *, saved: bool = False) -> str:
    """torchviz's picture of the last graph, for Graphviz."""
    if not recording.pictures:
        raise CannotDraw(
            "there is no grad_fn graph that torchviz can draw here: requires_grad=True makes one, and a recording "
            "keeps it with pictures=True."
        )
    picture = recording.pictures[-1]
    return picture.saved if saved else picture.plain


def _last_graph(story: Json) -> int:
    """The last step of the last episode that has a backward() call; of the last episode where there is none."""
    called = [episode for episode in story["episodes"] if episode["title"] not in NO_TURN]
    episode = (called or story["episodes"])[-1]
    return max(0, int(episode["first"] + episode["count"]) - 1)


def _graph_at(analysis: Analysis, story: Json, step: int) -> Graph:
    return drawn(analysis.episodes[story["steps"][step]["episode"]].index)


def texts_at(slots: Mapping[str, Sequence[Sequence[Any]]], step: int) -> dict[str, list[str]]:
    """What each slot shows at a step; a slot that is not yet known, or empty again, is left out."""
    shown = {slot: [lines for since, lines in entries if since <= step] for slot, entries in slots.items()}
    return {slot: entries[-1] for slot, entries in shown.items() if entries and entries[-1] is not None}


def torchviz_svg(picture: Picture, recording: Recording | None = None, saved: bool = False) -> str:
    """torchviz's picture as an SVG file, plain or with saved tensors and attributes; as ``computation_svg`` otherwise.

    The recording, when given, gives the root its name.
    """
    placed = torchviz(None if recording is None else Index(recording), picture.saved if saved else picture.plain)
    return svg(Drawn(placed, Moment({}), NAMES["grad_fn"], numbers=False))


def computation_dot(recording: Recording) -> str:
    """The computation graph for Graphviz, to be drawn elsewhere: titles, values and gradients as they are at last."""
    _check_drawable(recording)
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
