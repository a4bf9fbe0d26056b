"""What a trained network says over the plane, and its loss over two of its numbers, as PyTorch gives them."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.func import functional_call, vmap

from gradwalk.notation import layer_name, pretty
from gradwalk.training.fit import Fit
from gradwalk.training.history import History
from gradwalk.training.network import Network

SIDE = 25
"""Points along each side of the loss surface."""
MARGIN = 0.3
"""What the surface shows around the path, as a share of its extent."""
LEAST = 1.0
"""The least extent of the surface along a parameter that hardly moves."""

AT_ONCE = 256
"""Networks that are computed together: what bounds the memory."""

Box = tuple[float, float, float, float]
"""From and to along the first axis, from and to along the second."""


class Surface(NamedTuple):
    """The loss over two parameters, all others as they are at the end; rows go along the second one."""

    first: int
    second: int
    """Their places among all numbers of the network."""
    box: Box
    loss: Tensor
    """Of shape (SIDE, SIDE)."""


def number_names(network: Network, inputs: int) -> list[str]:
    """Each number of the network as its drawing writes it, in the order of a row: ``w₁₂⁽¹⁾``, …, ``b₁⁽¹⁾``, …

    As the program names them (``Names``): the layer is left out where there is one.
    """
    several, found = len(network.activations) > 1, list[str]()
    for layer, (before, after) in enumerate(network.sizes(inputs), 1):
        units = [str(unit + 1) if after > 1 else "" for unit in range(after)]
        places = [str(place + 1) if before > 1 else "" for place in range(before)]
        names = [("w", unit + place) for unit in units for place in places] + [("b", unit) for unit in units]
        found += [layer_name(letter, str(layer), at or "1") if several else pretty(letter + at) for letter, at in names]
    return found


def most_moved(history: History, told: int) -> tuple[int, int]:
    """The two numbers that went furthest between the beginning and a place, the further one first."""
    rows = _finite(history, told)
    moved = (rows[-1] - rows[0]).abs()
    first, second = torch.topk(moved, 2).indices.tolist()
    return first, second


def surface(history: History, told: int, place: int, pair: tuple[int, int] | None = None) -> Surface:
    """The loss for all points over two of the numbers, around the path that the run took to the ``told`` places.

    All others are as they are at ``place``. Without ``pair``, the two are those that went furthest.
    """
    fit, rows = Fit(history.setting), _finite(history, told)
    first, second = pair if pair is not None and max(pair) < rows.shape[1] else most_moved(history, told)
    box = (*_extent(rows[:, first]), *_extent(rows[:, second]))
    columns, lines = (torch.linspace(*ends, SIDE, dtype=rows.dtype) for ends in (box[:2], box[2:]))
    changed = rows[min(place, len(rows) - 1)].repeat(SIDE * SIDE, 1)
    changed[:, second], changed[:, first] = torch.cartesian_prod(lines, columns).unbind(1)
    x, y, _ = fit.points
    with torch.no_grad():
        predictions = vmap(lambda row: said(fit.model, row, x), chunk_size=AT_ONCE)(changed)
        found = torch.tensor([_loss(fit, prediction, y) for prediction in predictions], dtype=torch.float64)
    return Surface(first, second, box, found.reshape(SIDE, SIDE))


def _loss(fit: Fit, prediction: Tensor, y: Tensor) -> float:
    """nan where PyTorch refuses the prediction, as ``F.binary_cross_entropy`` does beyond 0 and 1."""
    try:
        return fit.loss(prediction, y).item()
    except RuntimeError:
        return float("nan")


def said(model: nn.Module, row: Tensor, x: Tensor) -> Tensor:
    """The prediction of a network whose numbers stand in one row."""
    prediction: Tensor = functional_call(model, unpacked(model, row), (x,))
    return prediction


def answers(model: nn.Sequential, row: Tensor, x: Tensor) -> list[Tensor]:
    """What each layer answers, after its activation, of a network whose numbers stand in one row."""
    parts, found = unpacked(model, row), []
    for name, module in model.named_children():
        own = {key.removeprefix(f"{name}."): part for key, part in parts.items() if key.startswith(f"{name}.")}
        x = functional_call(module, own, (x,))
        if isinstance(module, nn.Linear):
            found.append(x)
        else:
            found[-1] = x
    return found


def unpacked(model: nn.Module, row: Tensor) -> dict[str, Tensor]:
    """The parameters by their names; views of the row."""
    named = list(model.named_parameters())
    parts = torch.split(row, [parameter.numel() for _, parameter in named])
    return {name: part.view_as(parameter) for (name, parameter), part in zip(named, parts, strict=True)}


def _finite(history: History, told: int) -> Tensor:
    """The rows of numbers until they or their loss are nan or infinite; at least the one that the run began with."""
    rows = torch.stack(history.parameters[:told])
    wrong = (~(rows.isfinite().all(dim=1) & torch.tensor(history.loss[:told]).isfinite())).nonzero()
    return rows[: max(1, int(wrong[0]))] if len(wrong) else rows


def _extent(path: Tensor) -> tuple[float, float]:
    low, high = path.min().item(), path.max().item()
    missing = max(0.0, LEAST - (high - low)) / 2
    margin = max(MARGIN * (high - low), missing)
    return low - margin, high + margin


@torch.no_grad()
def shares(network: Network, prediction: Tensor) -> Tensor:
    """How far a prediction says class 1, from 0 to 1, of shape (points,): its probability, where it is one."""
    if network.loss == "cross_entropy":
        return torch.softmax(prediction, dim=1)[:, 1]
    flat = prediction.squeeze(1)
    if network.loss == "binary_cross_entropy_with_logits":
        return torch.sigmoid(flat)
    return (((flat + 1) / 2) if network.loss == "hinge" else flat).clamp(0, 1)
