"""What a trained network says over the plane, and its loss over two of its numbers, as PyTorch gives them."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.func import functional_call, vmap

from gradwalk.training.fit import Fit
from gradwalk.training.history import History
from gradwalk.training.network import Network
from gradwalk.training.program import parameter_names

SIDE = 33
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
    """Each number of the network by its name in a program: ``W1[0, 1]``, ``b1[0]``, in the order of a row."""
    names, found = parameter_names(network), []
    for layer, (before, after) in enumerate(network.sizes(inputs)):
        weight, bias = names[2 * layer : 2 * layer + 2]
        found += [f"{weight}[{unit}, {place}]" for unit in range(after) for place in range(before)]
        found += [f"{bias}[{unit}]" for unit in range(after)]
    return found


def most_moved(history: History) -> tuple[int, int]:
    """The two numbers that went furthest between the beginning and the end of a run, the further one first."""
    rows = _finite(history)
    moved = (rows[-1] - rows[0]).abs()
    first, second = torch.topk(moved, 2).indices.tolist()
    return first, second


def surface(history: History, first: int, second: int) -> Surface:
    """The loss for all points over two of the numbers, around the path that the run took."""
    fit, rows = Fit(history.setting), _finite(history)
    box = (*_extent(rows[:, first]), *_extent(rows[:, second]))
    columns, lines = (torch.linspace(*ends, SIDE, dtype=rows.dtype) for ends in (box[:2], box[2:]))
    changed = rows[-1].repeat(SIDE * SIDE, 1)
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


def unpacked(model: nn.Module, row: Tensor) -> dict[str, Tensor]:
    """The parameters by their names; views of the row."""
    named = list(model.named_parameters())
    parts = torch.split(row, [parameter.numel() for _, parameter in named])
    return {name: part.view_as(parameter) for (name, parameter), part in zip(named, parts, strict=True)}


def _finite(history: History) -> Tensor:
    """The rows of numbers until they or their loss are nan or infinite; at least the one that the run began with."""
    rows = torch.stack(history.parameters)
    wrong = (~(rows.isfinite().all(dim=1) & torch.tensor(history.loss).isfinite())).nonzero()
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
