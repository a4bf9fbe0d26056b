"""What came of a run, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gradwalk.training.data import INTERCEPT, SLOPE
from gradwalk.training.setting import FAULTS

if TYPE_CHECKING:
    from gradwalk.training.history import History

BENT = ("xor", "moons", "circles")
"""Data that no straight line parts."""


SMALLER_STEPS = "A smaller learning rate would work."
LOG_OF_ZERO = (
    " So would F.binary_cross_entropy, or the loss with logits: by hand, a prediction that rounds to 0 or 1 is log(0)."
)


class Remark(NamedTuple):
    text: str
    offers_layer: bool = False
    """Whether a hidden layer is what would help."""


def remark(history: History, stopped: bool = False) -> Remark:
    """The one thing to say about a run that is over. ``stopped``: somebody ended it before its last epoch."""
    if history.failure:
        why = f" {FAULTS[history.setting.fault].says}" if history.setting.fault == "no_grad" else ""
        return Remark(f"PyTorch stopped the run: “{history.failure}”{why}")
    if not history.epochs:
        return Remark("The run was stopped before its first step.")
    if history.diverged:
        return Remark(_diverged(history))
    if stopped:
        return Remark(f"Stopped after {_epochs(history.epochs[-1])} of {history.setting.epochs:,}.")
    if history.setting.data.regression:
        return Remark(_line(history))
    return _classes(history)


def _diverged(history: History) -> str:
    fault, by_hand = history.setting.fault, history.setting.trained.loss == "bce"
    advice = FAULTS[fault].says if fault else SMALLER_STEPS + (LOG_OF_ZERO if by_hand else "")
    return (
        f"After {_epochs(history.epochs[-1])} the loss is {history.loss[-1]}: nothing is learned from that. The run "
        f"ends there, and only what came before is drawn. {advice}"
    )


def _line(history: History) -> str:
    loss = f"The loss went from {history.loss[0]:.4g} to {history.loss[-1]:.4g}."
    if history.setting.trained.hidden:
        return loss
    slope, height = history.parameters[-1].tolist()
    found = f"{loss} The line found: ŷ = {slope:.4g} · x {_signed(height)}."
    if history.setting.data.kind != "line":
        return found
    return f"{found} The points were scattered about {SLOPE} · x {_signed(INTERCEPT)}."


def _signed(number: float) -> str:
    return f"{'+' if number >= 0 else '−'} {abs(number):.4g}"


def _classes(history: History) -> Remark:
    count = history.setting.data.size
    right = round((history.accuracy[-1] or 0.0) * count)
    if right == count:
        return Remark(f"All {count} points are told apart{_since(history)}.")
    so_far = f"{right} of {count} points right after {_epochs(history.epochs[-1])}."
    kind, network = history.setting.data.kind, history.setting.trained
    if not network.hidden and kind == "xor":
        return Remark(
            f"{so_far} One neuron parts the plane by one straight line, and no straight line has (0, 1) and (1, 0) on "
            "one side and (0, 0) and (1, 1) on the other. No seed and no learning rate will change that.",
            offers_layer=True,
        )
    if not network.hidden:
        bent = " These points want a bent one." if kind in BENT else ""
        return Remark(f"{so_far} One neuron parts the plane by one straight line.{bent}", offers_layer=bool(bent))
    if history.setting.fault:
        return Remark(f"{so_far} {FAULTS[history.setting.fault].says}")
    return Remark(f"{so_far} More epochs, another seed, or more hidden units may part the rest.")


def _since(history: History) -> str:
    """From which told epoch on all were right."""
    wrong = [epoch for epoch, share in zip(history.epochs, history.accuracy, strict=True) if share != 1.0]
    if not wrong:
        return " from the start"
    place = history.epochs.index(wrong[-1]) + 1
    return f" after {_epochs(history.epochs[place])}, and stay so"


def _epochs(count: int) -> str:
    return f"{count:,} {'epoch' if count == 1 else 'epochs'}"
