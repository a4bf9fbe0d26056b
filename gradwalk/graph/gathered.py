"""Of a folded graph, what several groups use and no operation made: in a group of its own where there is much of it.

So it is with the parameters of a model that runs twice, as in training and in an evaluation: 62 boxes beside two.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

from gradwalk.analysis.groups import Group
from gradwalk.graph.boxes import Box, Graph
from gradwalk.graph.measures import (
    MAX_TITLE_WIDTH,
    MIN_WIDTH,
    PADDING,
    RULE,
    SUBTITLE_SIZE,
    TITLE_SIZE,
    shortened,
    text_width,
)

GATHERED = "sources"
"""The kind of such a group."""
MOST_INPUTS = 4
"""So many sources stand side by side."""
_KINDS = {"leaf": "leaves", "input": "inputs"}


class Gathered(NamedTuple):
    groups: Mapping[str, Group]
    """By their ids."""
    of: Mapping[str, str]
    """The group of each source that is in one."""


def gather(graph: Graph, homes: dict[str, tuple[str, ...]], known: int, most: int = MOST_INPUTS) -> Gathered:
    """The groups that are needed beside the ``known`` ones, whose ids are their numbers; ``homes`` then leads there.

    Gathered is what is used in groups alone, and in several of them. ``most`` of it stand side by side at the top.
    """
    beside: dict[str, bool] = {}
    """Whether some operation that uses a source stands beside it, and in no group."""
    for arrow in graph.arrows:
        beside[arrow.tail] = beside.get(arrow.tail, False) or homes[arrow.head] == homes[arrow.tail]
    many: dict[tuple[tuple[str, ...], str], list[Box]] = {}
    for box in graph.boxes:
        if box.kind in _KINDS and not beside.get(box.id, True) and box.subtitle != "input":
            many.setdefault((homes[box.id], box.kind), []).append(box)
    groups: dict[str, Group] = {}
    of: dict[str, str] = {}
    for (home, kind), boxes in many.items():
        if len(boxes) <= (MOST_INPUTS if home else most):
            continue
        name = f"g{known + len(groups) + 1}"
        detail = f"{boxes[0].full_title} … {boxes[-1].full_title}" if kind == "leaf" else ""
        groups[name] = Group(name, GATHERED, f"{len(boxes)} {_KINDS[kind]}", detail, ())
        for box in boxes:
            homes[box.id] = (*home, name)
            of[box.id] = name
    return Gathered(groups, of)


def folded_sources(group: Group, one: Box) -> Box:
    """The box that such a group is as long as it is closed: its name, and no numbers. ``one``: a box of it."""
    title = shortened(group.title, TITLE_SIZE, MAX_TITLE_WIDTH, bold=True)
    subtitle = shortened(group.detail, SUBTITLE_SIZE, MAX_TITLE_WIDTH)
    widest = max(text_width(title, TITLE_SIZE, bold=True), text_width(subtitle, SUBTITLE_SIZE))
    return one._replace(
        id=group.id, kind="group", title=title, subtitle=subtitle,
        width=max(MIN_WIDTH, math.ceil(widest) + 2 * PADDING), height=RULE, lines=0, root=False, group=group.id,
        full_title=group.title, inside=group.id, heat=False,
    )  # fmt: skip


def of_sources(group: Group, count: int, whole: int) -> str:
    """What so many of the sources in a group are called: ``2 of 47 leaves``."""
    return group.title if count == whole else f"{count} of {group.title}"


def common(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    """The groups that are around both."""
    shared = 0
    while shared < min(len(one), len(other)) and one[shared] == other[shared]:
        shared += 1
    return one[:shared]
