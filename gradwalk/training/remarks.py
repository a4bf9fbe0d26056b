"""What came of a run, in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from gradwalk.notation import short
from gradwalk.training.data import INTERCEPT, SLOPE
from gradwalk.training.setting import FAULTS, Setting

if TYPE_CHECKING:
    from gradwalk.training.history import History
    from gradwalk.training.trials import Trial

BENT = ("xor", "moons", "circles")
"""Data that no straight line parts."""


LOG_OF_ZERO = (
    " F.binary_cross_entropy and the loss with logits stay finite there: by hand, a prediction that rounds to 0 or 1 "
    "is log(0)."
)


class Cure(NamedTuple):
    """What one press does about it."""

    press: str
    """What stands on the button."""
    changes: tuple[tuple[str, str], ...] = ()
    """The fields that it changes."""
    adds_layer: bool = False
    """Whether it gives the network a hidden layer."""


class Remark(NamedTuple):
    text: str
    cure: Cure | None = None


ADD_LAYER = Cure("Add a hidden layer of four tanh units", adds_layer=True)
PUT_RIGHT = Cure("Run it without the mistake", (("fault", ""),))


def question(setting: Setting) -> str:
    """What a run is about to show, before it has begun."""
    if setting.fault:
        return f"{FAULTS[setting.fault].title}: press Run to see what comes of it."
    if setting.data.regression:
        return "The weights begin at random. Press Run, and the optimizer moves them, step by step, to fit the points."
    if not setting.trained.hidden:
        return "One neuron parts the plane by one straight line. Is there one that parts these points? Press Run."
    return "The weights begin at random. Press Run, and the optimizer moves them, step by step."


def remark(history: History, trial: Trial | None = None, tried: Sequence[str] = ()) -> Remark:
    """The one thing to say about a run that is over. ``trial`` did better than it; ``tried`` is all that was tried."""
    if history.failure:
        known = history.setting.fault == "no_grad"
        why = f" {FAULTS[history.setting.fault].says}" if known else ""
        return Remark(f"PyTorch stopped the run: “{history.failure}”{why}", PUT_RIGHT if known else None)
    if history.diverged:
        return _diverged(history, trial, tried)
    if history.setting.data.regression:
        return _proposing(_line(history), history, trial, tried)
    return _classes(history, trial, tried)


def _diverged(history: History, trial: Trial | None, tried: Sequence[str]) -> Remark:
    fault, by_hand = history.setting.fault, history.setting.trained.loss == "bce"
    text = (
        f"After {_epochs(history.epochs[-1])} the loss is {history.loss[-1]}: nothing is learned from that. The run "
        "ends there, and only what came before is drawn."
    )
    if fault:
        return Remark(f"{text} {FAULTS[fault].says}", PUT_RIGHT)
    return _proposing(text + (LOG_OF_ZERO if by_hand else ""), history, trial, tried)


def _proposing(text: str, history: History, trial: Trial | None, tried: Sequence[str]) -> Remark:
    """With what was tried and did better, or with all that did not."""
    if trial is None:
        listed = ", ".join(tried)
        return Remark(f"{text} Tried just now, and of little help: {listed}." if tried else text)
    other, count = trial.history, history.setting.data.size
    if other.setting.data.regression:
        came = f"the loss ends at {_four(other.loss[-1])}"
    else:
        came = f"{round((other.accuracy[-1] or 0.0) * count)} of {count} points are right"
    return Remark(f"{text} With {trial.said} {came}: that was tried just now.", Cure(trial.press, trial.changes))


def _line(history: History) -> str:
    loss = f"The loss went from {_four(history.loss[0])} to {_four(history.loss[-1])}."
    if history.setting.trained.hidden:
        return loss
    slope, height = history.parameters[-1].tolist()
    found = f"{loss} The line found: ŷ = {_four(slope)} · x {_signed(height)}."
    if history.setting.data.kind != "line":
        return found
    return f"{found} The points were scattered about {SLOPE} · x {_signed(INTERCEPT)}."


def _four(number: float) -> str:
    """In four digits."""
    return short(float(f"{number:.4g}"))


def _signed(number: float) -> str:
    return f"{'+' if number >= 0 else '−'} {_four(abs(number))}"


def _classes(history: History, trial: Trial | None, tried: Sequence[str]) -> Remark:
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
            ADD_LAYER,
        )
    if not network.hidden:
        bent = " These points want a bent one." if kind in BENT else ""
        return Remark(f"{so_far} One neuron parts the plane by one straight line.{bent}", ADD_LAYER if bent else None)
    if history.setting.fault:
        return Remark(f"{so_far} {FAULTS[history.setting.fault].says}", PUT_RIGHT)
    return _proposing(so_far, history, trial, tried)


def _since(history: History) -> str:
    """From which told epoch on all were right."""
    wrong = [epoch for epoch, share in zip(history.epochs, history.accuracy, strict=True) if share != 1.0]
    if not wrong:
        return " from the start"
    place = history.epochs.index(wrong[-1]) + 1
    return f" after {_epochs(history.epochs[place])}, and stay so"


def _epochs(count: int) -> str:
    return f"{count:,} {'epoch' if count == 1 else 'epochs'}"
