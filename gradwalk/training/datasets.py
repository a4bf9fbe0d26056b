"""The points themselves: the same numbers as the lines of ``data.data_text`` make, from a generator of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from gradwalk.training.data import CENTRES, CORNERS, INTERCEPT, SLOPE, TABLES, Data


class Points(NamedTuple):
    """``x`` of shape (points, inputs); ``y`` as the loss wants it; ``label`` of shape (points,), None for a line."""

    x: Tensor
    y: Tensor
    label: Tensor | None


def points(data: Data, loss: str = "bce", dtype: str = "float32") -> Points:
    """The points of ``data``, with targets for ``loss`` in ``dtype``."""
    kind = torch.float64 if dtype == "float64" else torch.float32
    if data.regression:
        x, y = _line(data) if data.own is None else _own_line(data)
        return Points(x.to(kind), y.to(kind), None)
    x, label = _classes(data)
    number = label.to(kind).unsqueeze(1)
    y = {"cross_entropy": label, "hinge": 2 * number - 1}.get(loss, number)
    return Points(x.to(kind), y, label)


def _classes(data: Data) -> tuple[Tensor, Tensor]:
    if data.own is not None:
        return torch.tensor([row[:2] for row in data.own.rows]), torch.tensor([int(row[2]) for row in data.own.rows])
    if data.kind in TABLES:
        return torch.tensor(CORNERS), torch.tensor(TABLES[data.kind])
    generator, label = torch.Generator().manual_seed(data.seed), torch.arange(data.count) % 2
    clean = _CLEAN[data.kind](label, generator)
    return clean + data.noise * torch.randn(data.count, 2, generator=generator), label


def _blobs(label: Tensor, _generator: torch.Generator) -> Tensor:
    return torch.tensor(CENTRES)[label]


def _moons(label: Tensor, generator: torch.Generator) -> Tensor:
    upper = _on_a_circle(torch.pi * torch.rand(len(label), generator=generator))
    return torch.where(label.unsqueeze(1) == 0, upper, torch.tensor([1.0, 0.5]) - upper)


def _circles(label: Tensor, generator: torch.Generator) -> Tensor:
    angle = 2 * torch.pi * torch.rand(len(label), generator=generator)
    return (1.0 - 0.5 * label).unsqueeze(1) * _on_a_circle(angle)


def _on_a_circle(angle: Tensor) -> Tensor:
    return torch.stack([torch.cos(angle), torch.sin(angle)], dim=1)


_CLEAN: dict[str, Callable[[Tensor, torch.Generator], Tensor]] = {
    "blobs": _blobs,
    "moons": _moons,
    "circles": _circles,
}


def _line(data: Data) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(data.seed)
    x = torch.linspace(-2, 2, data.count).unsqueeze(1)
    return x, SLOPE * x + INTERCEPT + data.noise * torch.randn(data.count, 1, generator=generator)


def _own_line(data: Data) -> tuple[Tensor, Tensor]:
    rows = data.own.rows if data.own is not None else ()
    return torch.tensor([row[:1] for row in rows]), torch.tensor([row[1:] for row in rows])
