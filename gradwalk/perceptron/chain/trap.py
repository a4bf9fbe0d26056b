"""Two traps with PyTorch's own numbers: binary cross-entropy at a large z, and a step that cannot learn."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

from gradwalk.notation import short
from gradwalk.perceptron.chain.evaluation import evaluated
from gradwalk.perceptron.chain.factors import Factors
from gradwalk.perceptron.chain.measured import values
from gradwalk.perceptron.programs.losses import BY_HAND, LOSSES
from gradwalk.perceptron.settings.reading import Network

FAMILY = ("bce", "binary_cross_entropy", "binary_cross_entropy_with_logits")
_LABELS = ("by hand, with clamp", "F.binary_cross_entropy", "with logits")
_AGREE = 1e-3


class LossRow(NamedTuple):
    """One way to compute binary cross-entropy, at the present z."""

    loss_name: str
    label: str
    loss: float
    gradient: float
    """dL/dz by autograd."""
    holds: bool
    """Whether both are right to three digits; the measure is the loss with logits in float64."""


class LossTrap(NamedTuple):
    dtype: str
    z: float
    y: float
    y_pred: float
    """sigmoid(z) in that dtype."""
    upper: float
    """What 1 − 1e-8 is in that dtype."""
    rows: tuple[LossRow, ...]
    exact: tuple[float, float]
    """Loss and gradient with logits in float64."""
    sprung: bool
    """Whether some row is wrong."""
    sentence: str


@lru_cache(maxsize=512)
def loss_trap(network: Network) -> LossTrap | None:
    """The three losses at the present z and target, of the first row and output; None for other losses."""
    if network.loss not in FAMILY:
        return None
    factors = Factors(network)
    name = factors.names.z(factors.last, 0)
    found = values(network, [name])
    if not found:
        return None
    return trap_at(found[name][0], network.targets[0][0], network.dtype)


def trap_at(z: float, y: float, dtype: str) -> LossTrap | None:
    """The same at any z and target; None where PyTorch refuses."""
    numbers, exact = _computed(z, y, dtype), _computed(z, y, "float64")
    if len(numbers) != 2 + 2 * len(FAMILY) or len(exact) != len(numbers):
        return None
    y_pred, upper, *pairs = numbers
    right = (exact[-2], exact[-1])
    rows = tuple(
        LossRow(loss, label, value, gradient, _close(value, right[0]) and _close(gradient, right[1]))
        for loss, label, value, gradient in zip(FAMILY, _LABELS, pairs[::2], pairs[1::2], strict=True)
    )
    sprung = not all(row.holds for row in rows)
    return LossTrap(dtype, z, y, y_pred, upper, rows, right, sprung, _sentence(dtype, y_pred, upper, rows))


def _computed(z: float, y: float, dtype: str) -> tuple[float, ...]:
    """ŷ, 1 − 1e-8, and for each loss its value and dL/dz."""
    options = "" if dtype == "float32" else f", dtype=torch.{dtype}"
    lines = [
        "import torch",
        "import torch.nn.functional as F",
        BY_HAND,
        f"z = torch.tensor({z!r}{options}, requires_grad=True)",
        f"y = torch.tensor({y!r}{options})",
        "y_pred = torch.sigmoid(z)",
        f"found = [y_pred, torch.tensor(1 - 1e-8{options})]",
    ]
    for name in FAMILY:
        predicted = "z" if name == FAMILY[-1] else "y_pred"
        lines.append(f"loss = {LOSSES[name].torch.format(p=predicted, y='y')}")
        lines.append("found += [loss, torch.autograd.grad(loss, z, retain_graph=True)[0]]")
    return evaluated("\n".join([*lines, "torch.stack([each.detach() for each in found])"]) + "\n")


def _close(number: float, right: float) -> bool:
    return math.isfinite(number) and abs(number - right) <= _AGREE * max(abs(right), _AGREE)


def _sentence(dtype: str, y_pred: float, upper: float, rows: tuple[LossRow, ...]) -> str:
    hand, function, logits = rows
    exact = f"With logits ŷ is never computed: {_pair(logits)}."
    if not math.isfinite(hand.loss) or not math.isfinite(hand.gradient):
        product = "0 · log(0) is nan" if math.isnan(hand.loss) else "it is inf, and its gradient 0 · inf = nan"
        return (
            f"{dtype} has about 7 digits: 1 − 1e-8 is {short(upper)} there, so clamp lets ŷ = {short(y_pred)} through. "
            f"The loss by hand then takes log(1 − ŷ) = log(0): {product}. F.binary_cross_entropy stops the log at "
            f"−100; its loss and gradient are {_pair(function)}. {exact}"
        )
    if not hand.holds and hand.gradient == 0:
        return (
            f"clamp holds ŷ at 1e-8 or at 1 − 1e-8, so the loss by hand stays at {short(hand.loss)} and its gradient "
            f"is 0, however wrong the prediction is. {exact}"
        )
    if not (hand.holds and function.holds):
        few = f"So close to 0 or 1 {dtype} has only a few numbers left for ŷ"
        return f"{few}: the loss by hand is {short(hand.loss)}. {exact}"
    if dtype == "float32":
        return "All three agree here. From z = 16.64 on, float32 rounds ŷ to 1, and log(1 − ŷ) has no value."
    return "All three agree here. In float64 1 − 1e-8 is less than 1: clamp holds ŷ from z = 18.42 on."


def _pair(row: LossRow) -> str:
    return f"{short(row.loss)} and {short(row.gradient)}"


# The step


class StepFacts(NamedTuple):
    """Why a step cannot learn."""

    gradient: float
    """dŷ/dz by autograd where the step is written with sign, as in the program."""
    error: str
    """What PyTorch says to backward() where the step is written as a comparison, ``(z > 0).float()``."""
    sentence: str


@lru_cache(maxsize=512)
def step_facts(network: Network) -> StepFacts | None:
    """PyTorch's own words on a step; None for a network without one."""
    layer = next((place for place, each in enumerate(network.layers) if each.activation == "step"), None)
    if layer is None:
        return None
    name = Factors(network).names.z(layer, 0)
    found = values(network, [name])
    return step_at(found[name][0] if found else 0.0)


def step_at(z: float) -> StepFacts:
    """The same at any z."""
    from gradwalk import record

    start = f"import torch\nz = torch.tensor({z!r}, requires_grad=True)\n"
    slope = evaluated(start + "y_pred = (torch.sign(z) + 1) / 2\ntorch.autograd.grad(y_pred, z)[0]\n")
    failure = record(start + "y_pred = (z > 0).float()\ny_pred.backward()\n").cells[0].failure
    gradient, error = (slope[0] if slope else math.nan), (failure.message if failure else "")
    sentence = (
        f"A step is flat on both sides of its jump: its slope is {short(gradient)}, and whatever the loss asks for is "
        "multiplied by it. Written with sign, as here, PyTorch's gradient is a zero; written as a comparison, "
        "(z > 0).float(), there is no edge at all, and backward() fails. A sigmoid has a slope everywhere."
    )
    return StepFacts(gradient, error, sentence)
