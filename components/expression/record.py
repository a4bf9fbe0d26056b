"""An expression, recorded: everything that the player and the answer show of it, kept by its text and numbers."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from components.player.curves import learn_of
from components.player.packed import WITHOUT_CELLS, packed, without_torchviz
from components.shared.work import answered
from gradwalk.analysis import Analysis, analyse
from gradwalk.cells import record_plain
from gradwalk.comparison.rows import answer
from gradwalk.comparison.table import table
from gradwalk.expression.expression import Expression, program
from gradwalk.failures.expression import Failing, failing
from gradwalk.recording import Failure, Recording
from gradwalk.story.player_data import player_data


class Recorded(NamedTuple):
    """What a page shows of an expression."""

    graphs: bytes
    story: bytes
    """Both for the player, as JSON."""
    structure: str
    """The same for all recordings that make the same graph, whatever their numbers and names."""
    table: dict[str, Any] | None
    """The answer, where it was asked for."""
    expression: Expression
    """What was recorded: without a seed where one is left over from another root."""
    root_shape: tuple[int, ...]
    failing: Failing | None
    """Why the program stopped."""


@answered
def recorded(expression: Expression, asked: bool = False, torchviz: bool = False) -> Recorded:
    """Record the expression's program, compute the answer if it was ``asked`` for, and let ``torchviz`` draw its graph.

    Raises ProgramError and LayoutError for what is too large to run or to draw.
    """
    expression, recording = _record(expression, torchviz)
    analysis = analyse(recording)
    graphs, story = player_data(analysis)
    return Recorded(
        graphs=packed(graphs if torchviz else without_torchviz(graphs)),
        story=packed(_story(story) | learn_of(analysis)),
        structure=_structure(graphs, story),
        table=_table(analysis, expression) if asked else None,
        expression=expression,
        root_shape=_root_shape(recording, expression.root),
        failing=failing(recording, expression),
    )


def _table(analysis: Analysis, expression: Expression) -> dict[str, Any]:
    rows = answer(analysis.recording, expression)
    return table(rows, _differentiated(analysis), expression.variables)


def _record(expression: Expression, torchviz: bool) -> tuple[Expression, Recording]:
    """With the seed that fits: ones where the root turns out not to be a scalar, none left over where it is one."""
    recording = record_plain(program(expression), pictures=torchviz)
    cause, shape = _cause(recording), _root_shape(recording, expression.root)
    if cause == "seed-shape" and not shape:
        expression = replace(expression, seed=None)
    elif cause != "non-scalar-root":
        return expression, recording
    return expression, record_plain(program(expression, shape), pictures=torchviz)


def _differentiated(analysis: Analysis) -> str:
    """The name of what backward() differentiates: the root, or L where a seed weighs it; nothing where it never ran."""
    return next((e.index.target(e.call) for e in reversed(analysis.episodes) if e.call is not None), "")


def _story(story: Mapping[str, Any]) -> dict[str, Any]:
    """What is shown of it. A failure's step says what PyTorch said; the form says what would work on this page."""
    last = story["steps"][-1]
    if last.get("kind") == "failure":
        story["steps"][-1] = {**last, "sentence": "PyTorch stopped here. The form says what would work."}
    return {part: story[part] for part in WITHOUT_CELLS}


def _structure(graphs: Mapping[str, Any], story: Mapping[str, Any]) -> str:
    picture = (graphs.get("computation") or {}).get("wide") or {}
    boxes = [(box["id"], box["kind"], box["subtitle"]) for box in picture.get("boxes", ())]
    arrows = [(arrow["tail"], arrow["head"]) for arrow in picture.get("arrows", ())]
    return hashlib.sha256(repr((boxes, arrows, len(story["phases"]))).encode()).hexdigest()[:12]


def _cause(recording: Recording) -> str | None:
    return next((event.cause for event in recording.events if isinstance(event, Failure)), None)


def _root_shape(recording: Recording, root: str) -> tuple[int, ...]:
    """The shape of the last value that bears the root's name; a scalar's where it was never computed."""
    return next((value.shape for value in reversed(recording.values) if root in value.names), ())


def ones(shape: tuple[int, ...], most: int = 64) -> str:
    """Ones in this shape, as they are typed; nothing for more than ``most`` of them."""
    if math.prod(shape) > most:
        return ""
    return f"[{', '.join([ones(shape[1:])] * shape[0])}]" if shape else "1"
