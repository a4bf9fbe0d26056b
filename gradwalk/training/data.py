"""Data as they are chosen, and as a program writes them: truth tables, drawn points, points of one's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gradwalk.training.literals import wrapped
from gradwalk.training.points import OwnPoints

TABLES = {
    "and": (0, 0, 0, 1),
    "or": (0, 1, 1, 1),
    "xor": (0, 1, 1, 0),
}
"""The classes of (0, 0), (0, 1), (1, 0), (1, 1)."""
CORNERS = ((0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0))
CENTRES = ((-1.0, -1.0), (1.0, 1.0))
SLOPE, INTERCEPT = 0.8, 0.3
"""The line that the points of ``line`` are scattered about."""
TITLES = {
    "and": "AND",
    "or": "OR",
    "xor": "XOR",
    "blobs": "Two blobs",
    "moons": "Two moons",
    "circles": "Two circles",
    "line": "A line with noise",
    "own": "Points of my own",
}
DRAWN = ("blobs", "moons", "circles", "line")
NOISE = {"blobs": 0.6, "moons": 0.1, "circles": 0.08, "line": 0.3}
"""The standard deviation where none is given."""


@dataclass(frozen=True)
class Data:
    """``count`` and ``noise`` are of drawn data, ``own`` of points of one's own."""

    kind: str = "xor"
    count: int = 200
    noise: float = 0.1
    seed: int = 0
    own: OwnPoints | None = None

    @property
    def regression(self) -> bool:
        """Whether a line is fitted, in place of two classes told apart."""
        return self.kind == "line" or (self.own is not None and self.own.columns == 2)

    @property
    def inputs(self) -> int:
        return 1 if self.regression else 2

    @property
    def size(self) -> int:
        """How many points."""
        if self.kind in TABLES:
            return len(CORNERS)
        return len(self.own.rows) if self.own is not None else self.count


def data_text(data: Data, loss: str, dtype: str) -> str:
    """The lines that make ``X`` of shape (points, inputs) and ``y``, with the comment that names them."""
    return "\n".join([f"# {TITLES[data.kind]}", *_lines(data), *_targets(data, loss, dtype)])


def _lines(data: Data) -> list[str]:
    if data.own is not None:
        return _own(data.own)
    if data.kind in TABLES:
        return [f"X = {_matrix(CORNERS)}", f"label = torch.tensor({list(TABLES[data.kind])})"]
    seeded = f"g = torch.Generator().manual_seed({data.seed})"
    return [seeded, *(line.format(n=data.count, noise=data.noise) for line in _DRAWING[data.kind])]


_DRAWING: dict[str, tuple[str, ...]] = {
    "blobs": (
        "label = torch.arange({n}) % 2",
        f"centre = torch.tensor({[list(each) for each in CENTRES]})",
        "X = centre[label] + {noise} * torch.randn({n}, 2, generator=g)",
    ),
    "moons": (
        "label = torch.arange({n}) % 2",
        "angle = torch.pi * torch.rand({n}, generator=g)",
        "upper = torch.stack([torch.cos(angle), torch.sin(angle)], dim=1)",
        "lower = torch.tensor([1.0, 0.5]) - upper",
        "X = torch.where(label.unsqueeze(1) == 0, upper, lower) + {noise} * torch.randn({n}, 2, generator=g)",
    ),
    "circles": (
        "label = torch.arange({n}) % 2",
        "angle = 2 * torch.pi * torch.rand({n}, generator=g)",
        "circle = torch.stack([torch.cos(angle), torch.sin(angle)], dim=1)",
        "X = (1.0 - 0.5 * label).unsqueeze(1) * circle + {noise} * torch.randn({n}, 2, generator=g)",
    ),
    "line": (
        "X = torch.linspace(-2, 2, {n}).unsqueeze(1)",
        f"y = {SLOPE} * X + {INTERCEPT} + {{noise}} * torch.randn({{n}}, 1, generator=g)",
    ),
}


def _own(own: OwnPoints) -> list[str]:
    if own.columns == 2:
        return [f"X = {_matrix([row[:1] for row in own.rows])}", f"y = {_matrix([row[1:] for row in own.rows])}"]
    labels = [int(row[2]) for row in own.rows]
    return [f"X = {_matrix([row[:2] for row in own.rows])}", f"label = torch.tensor({wrapped(map(str, labels))})"]


def _targets(data: Data, loss: str, dtype: str) -> list[str]:
    """``y`` as the loss wants it, and everything in the network's dtype."""
    double = dtype == "float64"
    if data.regression:
        return ["X, y = X.double(), y.double()"] if double else []
    lines = ["X = X.double()"] if double else []
    number = f"label.{'double' if double else 'float'}().unsqueeze(1)"
    return [*lines, f"y = {_TARGETS.get(loss, '{0}').format(number)}"]


_TARGETS = {"cross_entropy": "label", "hinge": "2 * {0} - 1"}


def _matrix(rows: Sequence[Sequence[float]]) -> str:
    return f"torch.tensor({wrapped(str(list(row)) for row in rows)})"
