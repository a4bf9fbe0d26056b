"""Small drawings of the examples: the graph of each, and the curve of its result where that follows one number.

``make drawings`` writes ``components/expression/drawings.js``, and for the programs ``components/program/drawings.js``,
in which of several graphs the first stands. Everything in them comes from the examples' recordings.
It also writes ``components/perceptron/course.js``: what the pictures of a perceptron's examples are drawn from.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from deploy.gallery import source_of
from gradwalk import record
from gradwalk.analysis import analyse
from gradwalk.graph.player import player_graphs
from gradwalk.lessons import LESSONS, Lesson
from gradwalk.lessons.gallery import EXAMPLES, Example
from gradwalk.perceptron.settings.presets import COURSE, PRESETS, Preset
from gradwalk.perceptron.settings.reading import read
from gradwalk.recorder.curves import curves
from gradwalk.recording import Recording
from gradwalk.recording.events import Failure
from gradwalk.story.curves import drawn

FILE = Path(__file__).resolve().parent.parent / "components" / "expression" / "drawings.js"
WIDTH, HEIGHT = 216, 76
BESIDE = 84
"""Of the width, for a curve."""
GAP = 14
STEEP = 1.5
"""A curve is cut off where it is so many times as far away as its tangent goes over the whole reach."""

PROGRAMS_FILE = FILE.parent.parent / "program" / "drawings.js"
COURSE_FILE = FILE.parent.parent / "perceptron" / "course.js"
_COURSE_HEAD = """\
/* A perceptron's examples as a course, and what their pictures are drawn from. Written by `make drawings`. */

export const COURSE = %s;
export const PICTURES = %s;
"""
_HEAD = """\
/* Small drawings of the examples, from their recordings, and what each teaches. Written by `make drawings`. */

export const SIZE = %s;
export const DRAWINGS = %s;
"""


def drawing(example: Example) -> dict[str, Any]:
    """Boxes with their kinds, arrows, and the curve of the result with its tangent, in pixels."""
    return _drawing(record(source_of(example)))


def program_drawing(lesson: Lesson) -> dict[str, Any]:
    """The same of a program's first graph; how many graphs it has, and whether something fails."""
    recording = record(lesson.source)
    graphs = len(analyse(recording).episodes)
    said = {"graphs": graphs} if graphs > 1 else {}
    fails = {"fails": True} if any(isinstance(event, Failure) for event in recording.events) else {}
    return {"lesson": lesson.summary} | said | fails | _drawing(recording)


def _drawing(recording: Recording) -> dict[str, Any]:
    graphs = player_graphs(recording)
    placed = graphs.get("list", [graphs])[0]["computation"]["wide"]
    index = analyse(recording).episodes[0].index
    found = drawn(index, curves(index.recording))
    leaves = [curve for place, curve in found.items() if place.startswith("v") and _is_finite(curve)]
    width = WIDTH - (BESIDE + GAP if len(leaves) == 1 else 0)
    return _graph(placed, width) | (_curve(leaves[0], width + GAP) if len(leaves) == 1 else {})


def _is_finite(curve: Mapping[str, Any]) -> bool:
    return all(map(math.isfinite, (*curve["at"], curve["slope"])))


def _graph(placed: Mapping[str, Any], width: float) -> dict[str, Any]:
    scale = min((width - 2) / placed["width"], (HEIGHT - 2) / placed["height"], 0.5)
    left, top = (width - scale * placed["width"]) / 2, (HEIGHT - scale * placed["height"]) / 2
    boxes = [
        [
            "root" if box["root"] else box["kind"],
            *(round(edge + scale * box[side]) for edge, side in ((left, "x"), (top, "y"), (0, "w"), (0, "h"))),
        ]
        for box in placed["boxes"]
    ]
    return {"boxes": boxes, "arrows": "".join(_moved(arrow["path"], scale, left, top) for arrow in placed["arrows"])}


def _moved(path: str, scale: float, left: float, top: float) -> str:
    """The same path, somewhere else and smaller."""
    pairs = re.compile(r"(-?[\d.]+),(-?[\d.]+)")
    return pairs.sub(lambda pair: f"{left + scale * float(pair[1]):.0f} {top + scale * float(pair[2]):.0f}", path)


def _curve(curve: Mapping[str, Any], left: float) -> dict[str, Any]:
    (at, value), slope, first = map(float, curve["at"]), float(curve["slope"]), float(curve["from"])
    reach = float(curve["to"]) - first
    far = max(STEEP * abs(slope) * reach, 0.1)
    near = [each for each in curve["values"] if each is not None and abs(each - value) <= far] + [value]
    low, high = float(min(near)), float(max(near))
    air = 0.1 * (high - low) or 1.0

    def across(x: float) -> float:
        return left + (x - first) / reach * BESIDE

    def down(y: float) -> float:
        return min(max((high + air - y) / (high - low + 2 * air), 0.0), 1.0) * HEIGHT

    places = [first + reach * number / (len(curve["values"]) - 1) for number in range(len(curve["values"]))]
    path, pen = "", "M"
    for x, y in zip(places, curve["values"], strict=True):
        if y is None:
            pen = "M"
            continue
        path += f"{pen}{across(x):.1f} {down(y):.1f}"
        pen = "L"
    rise = slope * (HEIGHT / (high - low + 2 * air)) * (reach / BESIDE)
    run = min(0.3 * BESIDE, 0.4 * HEIGHT / max(abs(rise), 1e-9))
    x, y = across(at), down(value)
    tangent = [round(x - run), round(y + run * rise), round(x + run), round(y - run * rise)]
    return {"curve": path, "tangent": tangent, "at": [round(x), round(y)]}


def _json(found: Mapping[str, Any]) -> str:
    return json.dumps(found, ensure_ascii=False, separators=(",", ":"))


def text() -> str:
    found = ",\n  ".join(
        f"{json.dumps(example.title, ensure_ascii=False)}: {_json({'lesson': example.lesson} | drawing(example))}"
        for example in EXAMPLES
    )
    return _HEAD % (json.dumps({"width": WIDTH, "height": HEIGHT}), f"{{\n  {found},\n}}")


def programs_text() -> str:
    found = ",\n  ".join(f"{json.dumps(lesson.slug)}: {_json(program_drawing(lesson))}" for lesson in LESSONS)
    return _HEAD % (json.dumps({"width": WIDTH, "height": HEIGHT}), f"{{\n  {found},\n}}")


def course_text() -> str:
    """Of each example its shape (inputs, units of each layer), its first activation, and a single neuron's z."""
    found = ",\n  ".join(f"{preset.slug}: {_json(_network(preset))}" for preset in PRESETS)
    return _COURSE_HEAD % (json.dumps(COURSE), f"{{\n  {found},\n}}")


def _network(preset: Preset) -> dict[str, Any]:
    network = read(preset.perceptron)
    first = network.layers[0]
    alone = len(network.layers) == 1 and first.units == 1 and network.rows == 1
    z = sum(w * x for w, x in zip(first.weights[0], network.x[0], strict=True)) + first.bias[0] if alone else None
    shape = [network.inputs, *(layer.units for layer in network.layers)]
    at = None if z is None else round(z, 4)
    return {"summary": preset.summary, "shape": shape, "activation": first.activation, "at": at}


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
    PROGRAMS_FILE.write_text(programs_text(), encoding="utf-8")
    COURSE_FILE.write_text(course_text(), encoding="utf-8")
