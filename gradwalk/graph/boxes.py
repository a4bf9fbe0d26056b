"""What a picture of a computation is made of: boxes with their sizes, arrows, and how a large graph is folded."""

from __future__ import annotations

from typing import NamedTuple

from gradwalk.analysis.groups import Item


class Box(NamedTuple):
    id: str
    """``v3`` for value 3 that no operation made, ``o5`` for operation 5 together with its result."""
    kind: str
    """``leaf`` (requires grad), ``input`` (needs none), ``operation`` or ``untracked`` (one outside the graph); of a
    large graph ``group`` too, and in a group ``in`` and ``out``, where arrows come in and go out."""
    title: str
    subtitle: str
    width: int
    height: int
    value: int
    """The id of the value that it shows."""
    operation: int | None
    lines: int
    """Lines of text kept for the value, and as many for the gradient of a tracked one."""
    tracked: bool
    """A gradient can arrive here."""
    root: bool
    group: str
    """``n5``: the grad_fn node that lights up together with this box; its own id where there is none."""
    full_title: str
    inside: str = ""
    """Of a folded group: its id."""
    heat: bool = False
    """There is room beside the title for a tensor's map, and for that of its gradient."""
    shows: str = ""
    """Of a folded group: the box inside of it whose value and gradient it shows."""


class Arrow(NamedTuple):
    id: str
    """``e5.0``: the first edge of operation 5."""
    tail: str
    head: str
    tracked: bool
    """A gradient can flow back along it."""
    room: int
    """The width of the texts beside it; 0 where there are none."""
    cut: bool = False
    """It leaves the graph by ``detach()`` or ``.data``: the number goes on, the way back is cut."""
    edges: tuple[str, ...] = ()
    """Of an arrow into a folded group, or out of one: the edges that it stands for."""
    source: str = ""
    """In a level: the box that it comes from in truth, where its tail is a group or a door."""


class Graph(NamedTuple):
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    items: tuple[Item, ...] = ()
    """How a large graph is folded."""
