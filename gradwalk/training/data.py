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
PARTED = "or"
"""Points that one straight line parts."""
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
    lines = _drawn(data, loss) if data.kind in DRAWN else _written(data, loss)
    if dtype == "float64":
        lines += [_DOUBLE["classes" if loss == "cross_entropy" and not data.regression else "numbers"]]
    return "\n".join([f"# {TITLES[data.kind]}", *lines])


_DOUBLE = {"classes": "X = X.double()", "numbers": "X, y = X.double(), y.double()"}


def _drawn(data: Data, loss: str) -> list[str]:
    seeded = f"g = torch.Generator().manual_seed({data.seed})"
    lines = [seeded, *(line.format(n=data.count, noise=data.noise) for line in _DRAWING[data.kind])]
    return lines if data.regression else [*lines, f"y = {_OF_LABELS.get(loss, '{0}').format(_NUMBERS)}"]


_NUMBERS = "label.float().unsqueeze(1)"
_OF_LABELS = {"cross_entropy": "label", "hinge": "2 * {0} - 1"}


def _written(data: Data, loss: str) -> list[str]:
    """Points and targets as they are, number by number."""
    rows = (
        data.own.rows
        if data.own is not None
        else tuple((*corner, label) for corner, label in zip(CORNERS, TABLES[data.kind], strict=True))
    )
    inputs = f"X = {_matrix([row[:-1] for row in rows])}"
    if not data.regression and loss == "cross_entropy":
        return [inputs, f"y = torch.tensor({wrapped(str(int(row[-1])) for row in rows)})"]
    last = [float(row[-1]) if data.regression or loss != "hinge" else 2 * float(row[-1]) - 1 for row in rows]
    return [inputs, f"y = {_matrix([(number,) for number in last])}"]


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


def _matrix(rows: Sequence[Sequence[float]]) -> str:
    return f"torch.tensor({wrapped(str(list(row)) for row in rows)})"
