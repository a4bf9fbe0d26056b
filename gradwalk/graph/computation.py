"""The computation graph of a recording: boxes and arrows with their sizes, and no number in it.

A box has the size of the widest text that its shape can ever show, so one layout serves every step and every change of
the input values. All sizes are in pixels.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from gradwalk.analysis import analyse
from gradwalk.analysis.groups import groups_of
from gradwalk.analysis.index import Index
from gradwalk.graph.boxes import Arrow, Box, Graph
from gradwalk.graph.dot import POLISHED, effort
from gradwalk.graph.heat import BESIDE, SIDE, grid
from gradwalk.graph.homes import AT_FIRST, at_the_top
from gradwalk.graph.measures import (
    BOTTOM,
    FIRST_BASELINE,
    FLOW_SHIFT,
    LINE_HEIGHT,
    MAX_TITLE_WIDTH,
    MIN_WIDTH,
    PADDING,
    SUBTITLE_SIZE,
    TITLE_SIZE,
    arrow_room,
    shortened,
    text_width,
    value_room,
)
from gradwalk.notation import call_text, is_number_name, pretty
from gradwalk.recording import BackwardCall, LocalGradient, Operation, Recording, Value

RANK_GAP = 26
"""Between a column of boxes and a column of the arrows' texts."""
OVER = 16
"""Pixels that texts may be wider than the room that they have beside an arrow."""
PORTS = 6
"""Up to so many operands arrive at places of their own, in their order."""


FEWER = (9, 6, 4)
"""So many items side by side, of a graph that has too many boxes at its top with as many as there may be elsewhere."""
FAR = 6
"""In large graphs, an arrow that passes more columns of boxes than this goes straight."""


def computation_graph(recording: Recording, call: int | None = None) -> Graph:
    """All operations of the recording, or of the episode that one backward() ``call`` of it ends.

    Boxes stand in the order of the program, values that no operation made right before their first use. An operation
    with several results shows the first one. A leaf has one box, whose value moves when the leaf is updated in place;
    what only computes such an update has none.
    """
    if call is None:
        return drawn(Index(recording))
    return drawn(next(episode.index for episode in analyse(recording).episodes if episode.call == call))


def drawn(index: Index) -> Graph:
    """The graph of a recording that is one episode."""
    recording, values = index.recording, index.values
    roots = {event.root for event in recording.events if isinstance(event, BackwardCall)}
    draw = _Boxes(index, roots)
    boxes: dict[str, Box] = {}
    arrows: list[Arrow] = []
    locals_ = (event for event in recording.events if isinstance(event, LocalGradient) and event.form != "diagonal")
    squares = {(event.operation, event.edge) for event in locals_ if event.rows == event.columns > 1}
    for operation in recording.operations:
        if not operation.results or operation.id in draw.places.hidden:
            continue
        for number, edge in enumerate(operation.edges):
            tail = draw.box(edge.value)
            boxes.setdefault(tail.id, tail)
            tracked = operation.node is not None and edge.route is not None
            shapes = values[operation.results[0]].shape, values[edge.value].shape
            room = arrow_room(*shapes, (operation.id, number) in squares) if tracked else 0
            cut = operation.kernel == "detach" and tail.tracked and not tracked
            arrows.append(Arrow(f"e{operation.id}.{number}", tail.id, f"o{operation.id}", tracked, room, cut))
        made = draw.box(operation.results[0])
        boxes.setdefault(made.id, made)
    for root in sorted(roots):
        boxes.setdefault(draw.box(root).id, draw.box(root))
    graph = Graph(tuple(boxes.values()), tuple(arrows), groups_of(index, len(boxes)))
    for most in FEWER:
        if not graph.items or at_the_top(graph) <= AT_FIRST:
            break
        graph = graph._replace(items=groups_of(index, len(boxes), most))
    return graph


class _Boxes:
    """Makes the box of a value, once for each operation or source."""

    def __init__(self, index: Index, roots: set[int]) -> None:
        self._values = index.values
        self._names = index.labels
        self._operations = index.operations
        self._nodes = index.nodes
        self.places = index.places
        boxes, nodes = self.places.of, self._nodes.values()
        self._accumulators = {boxes[node.leaf]: node.id for node in nodes if node.leaf is not None}
        self._root_boxes = {boxes[root] for root in roots}
        self._made: dict[str, Box] = {}

    def box(self, value: int) -> Box:
        box_id = self.places.of[value]
        if box_id not in self._made:
            self._made[box_id] = self._new(box_id, self._values[value])
        return self._made[box_id]

    def _new(self, box_id: str, value: Value) -> Box:
        operation = None if value.operation is None else self._operations[value.operation]
        if operation is not None and value.id not in operation.results[:1]:
            value = self._values[operation.results[0]]
        kind, subtitle = self._kind(value, operation)
        full_title = pretty(self._names[value.id])
        if is_number_name(self._names[value.id]):  # which the box shows as its value
            full_title = "constant"
        if operation is not None:
            full_title += " = " + call_text(operation, self._names)
        title = shortened(full_title, TITLE_SIZE, MAX_TITLE_WIDTH, bold=True)
        subtitle = shortened(subtitle, SUBTITLE_SIZE, MAX_TITLE_WIDTH)
        tracked = kind in ("leaf", "operation")
        room, lines = value_room(value.shape)
        named = text_width(title, TITLE_SIZE, bold=True)
        widest = max(named, text_width(subtitle, SUBTITLE_SIZE), room - PADDING)
        width = max(MIN_WIDTH, math.ceil(widest) + 2 * PADDING)
        height = FIRST_BASELINE - LINE_HEIGHT + lines * LINE_HEIGHT * (1 + tracked) + BOTTOM
        return Box(
            box_id, kind, title, subtitle, width, height, value.id, value.operation, lines, tracked,
            box_id in self._root_boxes, self._group(box_id, value, operation), full_title,
            heat=grid(value.shape) is not None and width - named >= 2 * (SIDE + 2 * BESIDE),
        )  # fmt: skip

    def _kind(self, value: Value, operation: Operation | None) -> tuple[str, str]:
        if operation is not None and operation.node is not None:
            return "operation", self._nodes[operation.node].name
        if value.tensor in self.places.leaves:
            return "leaf", "leaf"
        if operation is not None:
            return "untracked", "no grad_fn"
        if is_number_name(self._names[value.id]):
            return "input", "no name"
        if value.requires_grad:
            return "input", "from before"
        return "input", "input" if value.names else "constant"

    def _group(self, box_id: str, value: Value, operation: Operation | None) -> str:
        node = operation.node if operation is not None else None
        node = self._accumulators.get(box_id) if node is None else node
        return box_id if node is None else f"n{node}"


def graphviz_source(graph: Graph, direction: str = "LR") -> str:
    """The graph for ``dot``: boxes of fixed size without text; ``direction`` is ``LR`` or ``TB``.

    The texts of a tracked arrow get room of their own, a *track*: a node of class ``track`` in the middle of the arrow,
    which bears the arrow's id. So texts never stand on boxes, on other arrows or on each other. Equal structures
    give equal source, which makes it the key under which layouts are kept.

    In a large graph an arrow that passes many boxes is not led around them: only its track is placed, before its head,
    and names its tail in ``from``. (A value that is used all along a chain of 500 operations costs ``dot`` minutes.)
    """
    far = _far(graph) if len(graph.arrows) > POLISHED else frozenset()
    arriving = Counter(arrow.head for arrow in graph.arrows)
    lines = [
        "digraph {",
        f"rankdir={direction}; nodesep=0.2; ranksep={RANK_GAP / 72:.3f}; {effort(len(graph.arrows))}",
        'node [shape=box, fixedsize=true, label=""]; edge [dir=none]',
        *(_box_source(box, arriving[box.id], direction) for box in graph.boxes),
        *(_rank_source(graph.boxes, kind, rank) for kind, rank in (("in", "source"), ("out", "sink"))),
    ]
    seen: Counter[str] = Counter()
    for arrow in graph.arrows:
        port = f":p{seen[arrow.head]}" if 1 < arriving[arrow.head] <= PORTS else ""
        lines += _far_source(arrow, port, direction) if arrow.id in far else _arrow_source(arrow, port, direction)
        seen[arrow.head] += 1
    return "\n".join([*lines, "}"])


def _rank_source(boxes: Sequence[Box], kind: str, rank: str) -> str:
    """The doors of a group stand at its two ends."""
    doors = [f'"{box.id}"' for box in boxes if box.kind == kind]
    return f"{{rank={rank}; {' '.join(doors)}}}" if doors else ""


def _far(graph: Graph) -> frozenset[str]:
    """The arrows that would pass more than ``FAR`` columns of boxes. What nothing computes stands before its use."""
    columns: dict[str, int] = {}
    heads = {arrow.head for arrow in graph.arrows}
    for arrow in graph.arrows:  # in the order of the program: all that leads to a tail comes before
        columns[arrow.head] = max(columns.get(arrow.head, 0), columns.get(arrow.tail, 0) + 1)
    for arrow in graph.arrows:
        if arrow.tail not in heads:
            before = columns[arrow.head] - 1
            columns[arrow.tail] = min(columns.get(arrow.tail, before), before)
    return frozenset(arrow.id for arrow in graph.arrows if columns[arrow.head] - columns[arrow.tail] > FAR)


def _box_source(box: Box, arriving: int, direction: str) -> str:
    label = f", label=<{_ports(box, arriving, direction)}>" if 1 < arriving <= PORTS else ""
    return f'"{box.id}" [{_size(box.width, box.height)}{label}]'


def _ports(box: Box, count: int, direction: str) -> str:
    """A table of ``count`` equal cells over the box, one below the other or side by side."""
    down = direction == "LR"
    width, height = (box.width, box.height // count) if down else (box.width // count, box.height)
    cells = (f'<td port="p{i}" fixedsize="true" width="{width}" height="{height}"></td>' for i in range(count))
    rows = ("</tr><tr>" if down else "").join(cells)
    return f'<table border="0" cellborder="0" cellspacing="0" cellpadding="0"><tr>{rows}</tr></table>'


def _size(width: float, height: float) -> str:
    return f"width={width / 72:.4f}, height={height / 72:.4f}"


def _arrow_source(arrow: Arrow, port: str, direction: str) -> list[str]:
    out, into = ("e", "w") if direction == "LR" else ("s", "n")
    head = f'"{arrow.head}"{port}:{into}'
    if not arrow.tracked:
        return [f'"{arrow.tail}":{out} -> {head} [id="{arrow.id}", minlen=2]']
    return [
        f'"{arrow.id}" [class=track, {_size(*track(arrow.room, direction))}]',
        f'"{arrow.tail}":{out} -> "{arrow.id}":{into}',
        f'"{arrow.id}":{out} -> {head}',
    ]


def _far_source(arrow: Arrow, port: str, direction: str) -> list[str]:
    out, into = ("e", "w") if direction == "LR" else ("s", "n")
    return [
        f'"{arrow.id}" [class=track, from="{arrow.tail}", {_size(*track(arrow.room, direction))}]',
        f'"{arrow.id}":{out} -> "{arrow.head}"{port}:{into}',
    ]


def track(room: int, direction: str) -> tuple[int, int]:
    """Width and height of a track: texts stand above and below an arrow to the right, left and right of one down."""
    return (room + 8, 56) if direction == "LR" else (2 * room + FLOW_SHIFT + 24, 34)
