"""A history → what the view draws of it: plain JSON, bounded, with every number and every plane from PyTorch."""

from __future__ import annotations

import base64
import math
from array import array
from typing import Any

import torch
from torch import Tensor

from gradwalk.notation import short
from gradwalk.training.fit import Fit
from gradwalk.training.history import History, begun, places_of
from gradwalk.training.network import Network
from gradwalk.training.remarks import question
from gradwalk.training.setting import WITH_MOMENTUM, Setting
from gradwalk.training.surface import Box, answers, number_names, shares, surface

MOST_PICTURES = 180
"""Pictures of a run; between them only the curves grow."""
SIDE = 31
"""Points along each side of the plane of the classes."""
FEW_UNITS = 8
STRIDES = (2, 3)
"""How much coarser the plane of a hidden unit is: where there are few of them, and where there are many."""
HALF = 2.0
"""From −HALF to HALF: the plane in which points of one's own are put down."""
WHOLE = 65_535
MIDDLE = 127
"""Stands for 0 in the plane of a hidden unit; 0 and 254 for its greatest value below and above, 255 for no number."""
LINE = 65
"""Points of a fitted line, and of the curve of a hidden unit behind it."""

Json = dict[str, Any]
Pair = tuple[int, int]

EMPTY: Json = {
    "regression": False,
    "name": "",
    "last": 0,
    "places": 0,
    "every": 1,
    "points": [],
    "box": [-HALF, HALF, -HALF, HALF],
    "layers": [],
    "names": [],
    "side": SIDE,
    "stride": STRIDES[0],
    "first": {"told": [], "pictures": []},
}
"""A plane without points."""


def scene(setting: Setting) -> Json:
    """What stays the same over a whole run, and how it stands before the first step."""
    history, fit = begun(setting), Fit(setting)
    box, network = plane_box(fit), setting.trained
    hidden = sum(layer.units for layer in network.hidden)
    return {
        "regression": setting.data.regression,
        "name": name_of(setting),
        "last": setting.epochs,
        "asks": question(setting),
        "places": places_of(setting),
        "every": every(setting),
        "points": points_of(fit),
        "box": [number(side) for side in box],
        "layers": layers_of(network, setting.data.inputs),
        "names": number_names(network, setting.data.inputs),
        "side": SIDE,
        "stride": stride(hidden),
        "first": {"told": told(history, 0, len(history.epochs)), "pictures": pictures(history, fit, [0])},
    }


def name_of(setting: Setting) -> str:
    """What tells one run from another beside it: the shape, the optimizer and its rate, and what else was set."""
    title, optimizer = setting.trained.title(setting.data.inputs), setting.optimizer
    else_set = [
        (f"momentum {short(optimizer.momentum)}", optimizer.momentum and optimizer.kind in WITH_MOMENTUM),
        ("Nesterov", optimizer.nesterov and optimizer.kind == "sgd"),
        (f"weight decay {short(optimizer.decay)}", optimizer.decay),
        (f"batch {setting.batch}", not setting.whole),
        (f"seed {setting.seed}", setting.seed),
    ]
    return ", ".join([title, f"{optimizer.name} {short(setting.lr)}", *(words for words, is_set in else_set if is_set)])


def layers_of(network: Network, inputs: int) -> list[Json]:
    sizes = zip(network.sizes(inputs), network.activations, strict=True)
    return [{"inputs": before, "units": after, "activation": name} for (before, after), name in sizes]


def stride(hidden: int) -> int:
    return STRIDES[hidden > FEW_UNITS]


def every(setting: Setting) -> int:
    """One in so many of the told epochs has a picture, and the last one."""
    return max(1, -(-(places_of(setting) - 1) // MOST_PICTURES))


def told(history: History, start: int, end: int) -> list[list[Any]]:
    """The told epochs from ``start`` to before ``end``: epoch, loss, share of right points, each layer's gradient."""
    rows = []
    for place in range(start, end):
        lengths = history.gradients[place] if place < len(history.gradients) else ()
        gradients = [number(length, 4) for length in lengths]
        rows.append([history.epochs[place], number(history.loss[place]), history.accuracy[place], gradients])
    return rows


def pictures(history: History, fit: Fit, places: list[int]) -> list[Json]:
    """The network at these told epochs: its numbers, what each hidden unit answers over the plane, and the classes.

    ``fit`` lends its model: any of the same setting. Where the data are a line, units and the line are curves over x.
    """
    return [_picture(history, fit, place) for place in places if place < len(history.parameters)]


@torch.no_grad()
def _picture(history: History, fit: Fit, place: int) -> Json:
    row, network = history.parameters[place], history.setting.trained
    found: Json = {"place": place, "numbers": [number(value, 5) for value in row.tolist()]}
    box, kind = plane_box(fit), fit.points.x.dtype
    if history.setting.data.regression:
        x = torch.linspace(box[0], box[1], LINE, dtype=kind).unsqueeze(1)
        *hidden, line = answers(fit.model, row, x)
        curves = [[number(y, 4) for y in unit.tolist()] for layer in hidden for unit in layer.T]
        return found | {"line": [number(y, 5) for y in line.squeeze(1).tolist()], "curves": curves}
    *hidden, last = answers(fit.model, row, grid(box, kind))
    step = stride(sum(layer.units for layer in network.hidden))
    units = [unit.reshape(SIDE, SIDE)[::step, ::step].reshape(-1) for layer in hidden for unit in layer.T]
    most = [unit[unit.isfinite()].abs().max().item() if unit.isfinite().any() else 0.0 for unit in units]
    planes = b"".join(_signed(unit, size) for unit, size in zip(units, most, strict=True))
    field = _share_bytes(shares(network, last))
    return found | {"field": _text(field), "planes": _text(planes), "most": [number(size, 4) for size in most]}


def grid(box: Box, kind: torch.dtype) -> Tensor:
    """The points of the plane, row by row from below."""
    columns, lines = torch.linspace(*box[:2], SIDE, dtype=kind), torch.linspace(*box[2:], SIDE, dtype=kind)
    return torch.cartesian_prod(lines, columns).flip(1)


def _signed(values: Tensor, most: float) -> bytes:
    """Numbers from −most to most as a byte each."""
    scaled = (values / (most or 1.0) * MIDDLE).round() + MIDDLE
    return bytes(scaled.nan_to_num(255, 255, 255).clamp(0, 255).int().tolist())


def _share_bytes(numbers: Tensor) -> bytes:
    """Numbers from 0 to 1 as 16 bits each, low byte first, and nan as the largest. They are only drawn."""
    rounded = (numbers.double().nan_to_num(WHOLE / (WHOLE - 1)) * (WHOLE - 1)).round().long().reshape(-1)
    packed = array("H", rounded.tolist())
    return packed.tobytes()


def _text(packed: bytes) -> str:
    return base64.b64encode(packed).decode("ascii")


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


def surface_of(history: History, told: int, place: int, pair: Pair | None) -> Json | None:
    """The loss over two numbers with all others as they are at a place, and the path of the ``told`` ones.

    ``pair`` are those two by their places in a row; without it, those that went furthest so far.
    """
    if not 0 <= place < told:
        return None
    found = surface(history, told, place, pair)
    path = [
        [number(row[found.first].item(), 6), number(row[found.second].item(), 6)] for row in history.parameters[:told]
    ]
    return {
        "place": place,
        "pair": [found.first, found.second],
        "box": [number(side) for side in found.box],
        "side": len(found.loss),
        "loss": [number(loss, 5) for loss in found.loss.reshape(-1).tolist()],
        "path": path,
    }


def number(value: float, digits: int = 9) -> Any:
    """A number for JSON, which has no nan and no infinities: they are texts. Nine digits hold a float32 exactly."""
    if not math.isfinite(value):
        return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"
    return float(f"{value:.{digits}g}")
