"""A history → what the view draws of it: plain JSON, bounded, with every number from the run."""

from __future__ import annotations

import base64
import math
from array import array
from collections.abc import Iterable, Sequence
from typing import Any

import torch
from torch import Tensor

from gradwalk.training.fit import Fit
from gradwalk.training.history import History
from gradwalk.training.surface import Box, Surface, most_moved, number_names, said, shares, surface

FRAMES = 64
"""How many pictures of the plane there are at most; between them the slider moves numbers, curves and path."""
SIDE = 41
"""Points along each side of the plane."""
HALF = 2.0
"""From −HALF to HALF: the plane in which points of one's own are put down."""
WHOLE = 65_535
LINE = 65
"""Points of a fitted line."""

Pair = tuple[int, int]


EMPTY: dict[str, Any] = {
    "network": "",
    "regression": False,
    "last": 0,
    "epochs": [],
    "loss": [],
    "accuracy": [],
    "gradients": [],
    "points": [],
    "box": [-HALF, HALF, -HALF, HALF],
    "frames": {"told": [], "side": SIDE, "shares": ""},
    "surface": None,
}
"""A plane without points."""


def pictures(history: History, pair: Pair | None = None, *, over: bool = True) -> dict[str, Any]:
    """Everything that is drawn of a run, or of its beginning where it is not ``over``.

    ``pair`` are the two numbers under the loss surface, by their places; without it, those that went furthest.
    """
    setting, fit = history.setting, Fit(history.setting)
    box = plane_box(fit)
    frames = chosen(len(history.epochs))
    return {
        "network": setting.trained.title(setting.data.inputs),
        "regression": setting.data.regression,
        "last": setting.epochs,
        "epochs": history.epochs,
        "loss": [number(loss) for loss in history.loss],
        "accuracy": history.accuracy,
        "gradients": [[number(length, 4) for length in layer] for layer in _by_layer(history)],
        "points": points_of(fit),
        "box": [number(side) for side in box],
        "frames": {"told": frames, "side": SIDE, **_frames(history, fit, box, frames)},
        "surface": _surface(history, pair) if over else None,
    }


def _by_layer(history: History) -> Iterable[tuple[float, ...]]:
    return zip(*(layers for layers in history.gradients if layers), strict=True)


def points_of(fit: Fit) -> list[list[float]]:
    """x₁, x₂ and the class of each point, or x and y."""
    last = fit.points.y if fit.points.label is None else fit.points.label.unsqueeze(1)
    return [[number(value, 6) for value in row] for row in torch.cat([fit.points.x, last], dim=1).tolist()]


def plane_box(fit: Fit) -> Box:
    """What of the plane is shown: all points, and some room around them."""
    x, y, label = fit.points
    shown = torch.cat([x, y], dim=1) if label is None else x
    if fit.setting.data.own is not None:
        return _with_points(shown)
    (left, bottom), (right, top) = shown.min(0).values.tolist(), shown.max(0).values.tolist()
    if label is None:
        room, across = 0.15 * (top - bottom) or 1.0, 0.05 * (right - left) or 1.0
        return left - across, right + across, bottom - room, top + room
    half = 0.65 * max(right - left, top - bottom) or 1.0  # a square: distances are true in both directions
    middle, height = (left + right) / 2, (bottom + top) / 2
    return middle - half, middle + half, height - half, height + half


def _with_points(points: Tensor) -> Box:
    """What is shown of the plane for points of one's own: it must not move away under the pointer."""
    low, high = min(-HALF, points.min().item()), max(HALF, points.max().item())
    room = 0.0 if high - low <= 2 * HALF else 0.05 * (high - low)
    return low - room, high + room, low - room, high + room


def chosen(told: int) -> list[int]:
    """Places of the epochs whose plane is drawn: all of them, or closer together where a run begins."""
    if told <= FRAMES:
        return list(range(told))
    places = {round((told - 1) * (frame / (FRAMES - 1)) ** 1.5) for frame in range(FRAMES)}
    return sorted(places)


@torch.no_grad()
def _frames(history: History, fit: Fit, box: Box, frames: Sequence[int]) -> dict[str, Any]:
    rows = [history.parameters[place] for place in frames]
    kind = fit.points.x.dtype
    if history.setting.data.regression:
        x = torch.linspace(box[0], box[1], LINE, dtype=kind).unsqueeze(1)
        return {"lines": [[number(y, 5) for y in said(fit.model, row, x).squeeze(1).tolist()] for row in rows]}
    columns, lines = torch.linspace(*box[:2], SIDE, dtype=kind), torch.linspace(*box[2:], SIDE, dtype=kind)
    grid = torch.cartesian_prod(lines, columns).flip(1)
    said_of = [shares(history.setting.trained, said(fit.model, row, grid)) for row in rows]
    return {"shares": _bytes(torch.stack(said_of)) if said_of else ""}


def _bytes(numbers: Tensor) -> str:
    """Numbers from 0 to 1 as 16 bits each, low byte first, and nan as the largest; in base64. They are only drawn."""
    rounded = (numbers.double().nan_to_num(WHOLE / (WHOLE - 1)) * (WHOLE - 1)).round().long().reshape(-1)
    return base64.b64encode(array("H", rounded.tolist()).tobytes()).decode("ascii")


def _surface(history: History, pair: Pair | None) -> dict[str, Any] | None:
    if not history.parameters:
        return None
    names = number_names(history.setting.trained, history.setting.data.inputs)
    first, second = pair if pair is not None and max(pair) < len(names) else most_moved(history)
    found: Surface = surface(history, first, second)
    return {
        "names": names,
        "pair": [first, second],
        "box": [number(side) for side in found.box],
        "side": len(found.loss),
        "loss": [number(loss, 5) for loss in found.loss.reshape(-1).tolist()],
        "path": [[number(row[first].item()), number(row[second].item())] for row in history.parameters],
    }


def number(value: float, digits: int = 9) -> Any:
    """A number for JSON, which has no nan and no infinities: they are texts. Nine digits hold a float32 exactly."""
    if not math.isfinite(value):
        return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"
    return float(f"{value:.{digits}g}")
