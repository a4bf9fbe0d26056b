"""Graphviz source to positions on the screen, kept by the source's text: equal structures are placed once."""

from __future__ import annotations

import json
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from itertools import pairwise
from typing import Any, NamedTuple

from gradwalk.graph.dot import LayoutError as LayoutError
from gradwalk.graph.dot import Unavailable, run

KEPT_LAYOUTS = 256
KEPT_SHAPES = 60_000
"""Boxes and arrows in all kept layouts together."""
LEAVING = 40.0
"""Pixels for which an arrow that comes straight keeps the direction of the others at its ends."""
RETRY_SECONDS = 30.0
"""A graph that could not be placed is not tried again for so long."""
SMALL = 20_000
"""Characters of graphs that are placed with one run of ``dot``."""


Point = tuple[float, float]
Spline = list[Point]


class PlacedBox(NamedTuple):
    """A box in pixels; ``x, y`` is its upper left corner, y grows downwards."""

    x: float
    y: float
    w: float
    h: float
    label: str
    """The source's label, with its line breaks."""
    fill: str
    """The source's ``fillcolor``; empty when it has none."""


class PlacedArrow(NamedTuple):
    tail: str
    head: str
    path: str
    """SVG path data from the tail's border to the head's."""
    label: Point
    """The middle of the room for its texts, on the arrow."""
    plain: bool
    """A line without a head (``dir=none``)."""


class Placed(NamedTuple):
    """Positions in pixels (one for each of Graphviz's points)."""

    width: float
    height: float
    boxes: Mapping[str, PlacedBox]
    arrows: Mapping[str, PlacedArrow]


class _Failed(NamedTuple):
    kind: type[LayoutError]
    message: str
    at: float


_kept: OrderedDict[str, Future[Placed | _Failed]] = OrderedDict()
_sizes: dict[str, int] = {}
"""Boxes and arrows of each that is there."""
_lock = threading.Lock()


def place(source: str) -> Placed:
    """Positions for Graphviz source, whose nodes bear names, and whose edges bear an ``id``, of ours.

    A node of class ``track`` is the middle of the arrow that has its name: the arrow runs through it. One with an
    attribute ``from`` names the box that its arrow comes from, which ``dot`` did not hear of: it comes straight.
    The same source is placed once, also when several threads ask for it at a time. Raises LayoutError when ``dot`` is
    not installed, when the graph is too large, and when ``dot`` passes its time limit (``GRADWALK_LAYOUT_SECONDS``,
    else 5 seconds of a core's work).
    """
    with _lock:
        future = _kept.get(source)
        mine = future is None or _expired(future)
        if future is None or mine:
            future = _kept[source] = Future()
        _kept.move_to_end(source)
    if mine:
        _fill(future, source)
    outcome = future.result()
    if isinstance(outcome, _Failed):
        raise outcome.kind(outcome.message)
    return outcome


def place_together(sources: Sequence[str]) -> None:
    """Place graphs that belong together with one run of ``dot``, so that ``place`` finds them.

    ``dot`` takes longer to start than to place a small graph. Large ones are left to ``place``, each with the whole
    time limit for itself.
    """
    if sum(map(len, sources)) > SMALL:
        return
    with _lock:
        mine = {source: Future[Placed | _Failed]() for source in dict.fromkeys(sources) if source not in _kept}
        _kept.update(mine)
    try:
        if len(mine) > 1:
            _fill_together(mine)
    finally:  # whatever happened, nobody may wait for ever
        for source, future in mine.items():
            if not future.done():
                _fill(future, source)


def place_all(sources: Iterable[str]) -> dict[str, Placed]:
    """Place many small graphs, so many with each run of ``dot`` as it can do in its time. Raises as ``place`` does."""
    placed: dict[str, Placed] = {}
    batch: list[str] = []
    for source in dict.fromkeys(sources):
        if batch and sum(map(len, batch)) + len(source) > SMALL:
            place_together(batch)
            placed.update((each, place(each)) for each in batch)
            batch = []
        batch.append(source)
    place_together(batch)
    placed.update((each, place(each)) for each in batch)
    return placed


def _fill_together(futures: Mapping[str, Future[Placed | _Failed]]) -> None:
    """With one run of ``dot``; where that fails, those that are left empty may succeed one by one."""
    with suppress(LayoutError):
        documents = list(_documents(run("\n".join(futures))))
        if len(documents) == len(futures):  # else nobody knows which is whose
            for future, document in zip(futures.values(), documents, strict=True):
                future.set_result(read(document))
    with _lock:
        _drop_oldest(futures)


def _documents(output: bytes) -> Iterator[Mapping[str, Any]]:
    """The JSON documents that ``dot`` writes one after another."""
    decoder, text = json.JSONDecoder(), output.decode().lstrip()
    while text:
        document, end = decoder.raw_decode(text)
        yield document
        text = text[end:].lstrip()


def _expired(future: Future[Placed | _Failed]) -> bool:
    outcome = future.result() if future.done() else None
    return isinstance(outcome, _Failed) and time.monotonic() - outcome.at > RETRY_SECONDS


def _fill(future: Future[Placed | _Failed], source: str) -> None:
    outcome: Placed | _Failed = _Failed(LayoutError, "The graph could not be placed.", -RETRY_SECONDS)
    try:
        outcome = read(json.loads(run(source)))
    except LayoutError as error:
        again = isinstance(error, Unavailable)  # which may be over at any time
        outcome = _Failed(type(error), str(error), -RETRY_SECONDS if again else time.monotonic())
    finally:  # whatever happened, nobody may wait for ever
        future.set_result(outcome)
        with _lock:
            _drop_oldest({source: future})


def _drop_oldest(come: Mapping[str, Future[Placed | _Failed]]) -> None:
    """Make room for what has come."""
    _sizes.update((source, _shapes(future)) for source, future in come.items() if source in _kept)
    total = sum(_sizes.values())
    while len(_kept) > 1 and (len(_kept) > KEPT_LAYOUTS or total > KEPT_SHAPES):
        total -= _sizes.pop(_kept.popitem(last=False)[0], 0)


def _shapes(future: Future[Placed | _Failed]) -> int:
    outcome = future.result() if future.done() else None
    return len(outcome.boxes) + len(outcome.arrows) if isinstance(outcome, Placed) else 0


def read(drawn: Mapping[str, Any]) -> Placed:
    """The positions in ``dot``'s JSON, with y turned to grow downwards."""
    _, _, width, height = _numbers(drawn.get("bb", "0,0,0,0"))
    objects = [item for item in drawn.get("objects", ()) if "pos" in item]  # what stands in one rank is an object too
    names = {item["_gvid"]: item["name"] for item in objects}
    nodes = {item["name"]: _box(item, height) for item in objects}
    tracks = {item["name"] for item in objects if item.get("class") == "track"}
    far = {item["name"]: item["from"] for item in objects if item.get("from")}
    wide = drawn.get("rankdir") == "LR"
    bend = _Bends(nodes.values(), wide).path
    arrows: dict[str, PlacedArrow] = {}
    arriving: dict[str, tuple[str, Spline]] = {}
    for edge in sorted(drawn.get("edges", ()), key=lambda edge: names[edge["head"]] not in tracks):
        tail, head, spline = names[edge["tail"]], names[edge["head"]], _spline(edge["pos"], height)
        spline[0] = _at_port(spline[0], nodes[tail], edge.get("tailport", ""))
        spline[-1] = _at_port(spline[-1], nodes[head], edge.get("headport", ""))
        if head in tracks:
            arriving[head] = (tail, spline)
        elif tail in tracks:
            if tail in far:
                start, way = far[tail], _straight(nodes[far[tail]], nodes[tail], wide)
            else:
                start, before = arriving[tail]
                way = bend(before, nodes[start], nodes[tail])
            path = way + bend(spline, nodes[tail], nodes[head]).replace("M", "L", 1)
            arrows[tail] = PlacedArrow(start, head, path, _centre(nodes[tail]), False)
        else:
            arrows[edge["id"]] = PlacedArrow(
                tail, head, _curve(spline), spline[len(spline) // 2], edge.get("dir") == "none"
            )
    return Placed(width, height, {name: box for name, box in nodes.items() if name not in tracks}, arrows)


def _box(item: Mapping[str, Any], height: float) -> PlacedBox:
    x, y = _numbers(item["pos"])
    w, h = (round(float(item[side]) * 72, 1) for side in ("width", "height"))
    label = re.sub(r"\\(.)", lambda escape: "\n" if escape[1] in "nlr" else escape[1], item.get("label", ""))
    return PlacedBox(round(x - w / 2, 1), round(height - y - h / 2, 1), w, h, label, item.get("fillcolor", ""))


def _centre(box: PlacedBox) -> Point:
    return (round(box.x + box.w / 2, 1), round(box.y + box.h / 2, 1))


def _numbers(text: str) -> list[float]:
    return [float(number) for number in text.split(",")]


def _spline(pos: str, height: float) -> Spline:
    """The control points of ``e,x,y x,y x,y …`` from start to end, an arrow's tip as one more straight piece."""
    marked = {pair[0]: _numbers(pair[2:]) for pair in pos.split() if pair[0] in "es"}
    pairs = [_numbers(pair) for pair in pos.split() if pair[0] not in "es"]
    if "e" in marked:
        pairs += [pairs[-1], marked["e"], marked["e"]]
    return [(round(x, 1), round(height - y, 1)) for x, y in pairs]


def _at_port(end: Point, box: PlacedBox, port: str) -> Point:
    """The end of an arrow, on the very side of the box that its port names: ``dot`` rounds it off by a pixel or two."""
    sides = {"w": (box.x, end[1]), "e": (box.x + box.w, end[1]), "n": (end[0], box.y), "s": (end[0], box.y + box.h)}
    return sides.get(port.rpartition(":")[2], end)


def _straight(tail: PlacedBox, track: PlacedBox, wide: bool) -> str:
    """From the side of a box to a track, over whatever lies between."""
    (x0, y0), (x1, y1) = _centre(tail), _centre(track)
    if wide:
        start, end = (tail.x + tail.w, y0), (track.x, y1)
        return _curve([start, (start[0] + LEAVING, y0), (end[0] - LEAVING, y1), end])
    start, end = (x0, tail.y + tail.h), (x1, track.y)
    return _curve([start, (x0, start[1] + LEAVING), (x1, end[1] - LEAVING), end])


def _curve(spline: Spline) -> str:
    start, *rest = (f"{x:g},{y:g}" for x, y in spline)
    return f"M{start}C{' '.join(rest)}"


class _Bends:
    """Draws the hops between neighbouring ranks as one bend in the gap between them, which is always free.

    (``dot`` squeezes them into loops where the gap is narrow.) A rank is a column in a picture from left to right,
    and a row in one from top to bottom; its nodes share their centre.
    """

    def __init__(self, nodes: Iterable[PlacedBox], wide: bool) -> None:
        self._wide = wide
        ends: dict[int, tuple[float, float]] = {}
        for node in nodes:
            start, end = (node.x, node.x + node.w) if wide else (node.y, node.y + node.h)
            first, last = ends.get(self._key(node), (start, end))
            ends[self._key(node)] = (min(first, start), max(last, end))
        ranks = sorted(ends)
        self._gaps = {(a, b): (ends[a][1], ends[b][0]) for a, b in pairwise(ranks)}

    def _key(self, node: PlacedBox) -> int:
        return round(_centre(node)[0 if self._wide else 1])

    def path(self, spline: Spline, tail: PlacedBox, head: PlacedBox) -> str:
        gap = self._gaps.get((self._key(tail), self._key(head)))
        if gap is None:
            return _curve(spline)
        (x0, y0), (x1, y1), middle = spline[0], spline[-1], (gap[0] + gap[1]) / 2
        if self._wide:
            corners = [(x0, y0), (gap[0], y0), (middle, y0), (middle, y1), (gap[1], y1), (x1, y1)]
        else:
            corners = [(x0, y0), (x0, gap[0]), (x0, middle), (x1, middle), (x1, gap[1]), (x1, y1)]
        return "M{}L{}C{} {} {}L{}".format(*(f"{x:g},{y:g}" for x, y in corners))
