"""What may cure a run, tried: other settings are run to their end, so that what is proposed is known to work."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from gradwalk.notation import short
from gradwalk.training.history import History
from gradwalk.training.setting import MOST_EPOCHS, OWN_RATES, Setting

MOST_STEPS = 6000
"""A longer trial is not worth the wait."""
SMALLER = (10, 100)
LONGER = 3


class Trial(NamedTuple):
    """One setting that was run to its end."""

    said: str
    """What is other in it: ``a learning rate of 0.05``."""
    press: str
    """What a button that takes it over says: ``Use 0.05``."""
    changes: tuple[tuple[str, str], ...]
    """The fields of an entry that it changes."""
    history: History


@dataclass
class Trials:
    """The trials that a run wants: whoever iterates runs each history to its end. Ends with the first full success."""

    history: History
    best: Trial | None = None
    """The one that does best, where it does much better than the run itself."""
    said: list[str] = field(default_factory=list)
    """What was tried."""

    def __iter__(self) -> Iterator[History]:
        for said, press, changes, setting in _proposed(self.history):
            trial = Trial(said, press, changes, History(setting))
            yield trial.history
            self.said.append(said)
            if much_better(trial.history, self.history) and better(trial.history, (self.best or self).history):
                self.best = trial
            if self.best is not None and right(self.best.history) == setting.data.size:
                return


def right(history: History) -> int:
    """How many points were told apart at the end."""
    share = history.accuracy[-1] if history.accuracy else None
    return 0 if share is None or _failed(history) else round(share * history.setting.data.size)


def better(one: History, other: History) -> bool:
    """Whether a run ended better: finite where the other was not, more points right, or a smaller loss of a line."""
    if _failed(one) or _failed(other):
        return not _failed(one) and one.loss[-1] < one.loss[0]
    if one.setting.data.regression:
        return one.loss[-1] < other.loss[-1]
    return right(one) > right(other)


def much_better(one: History, other: History) -> bool:
    """Worth to be proposed: at most half as many points wrong."""
    if other.setting.data.regression or _failed(other):
        return better(one, other)
    size = other.setting.data.size
    return not _failed(one) and 2 * (size - right(one)) <= size - right(other)


def _failed(history: History) -> bool:
    return bool(history.failure) or not history.loss or not math.isfinite(history.loss[-1])


_Proposed = tuple[str, str, tuple[tuple[str, str], ...], Setting]


def _proposed(history: History) -> Iterator[_Proposed]:
    """Smaller learning rates, more epochs, another seed; nothing where the run is as it should be."""
    setting = history.setting
    size = setting.epochs * setting.batches
    if setting.fault or history.failure or size > MOST_STEPS or _as_it_should_be(history):
        return
    for rate in _rates(setting):
        changed = replace(setting, optimizer=replace(setting.optimizer, lr=rate))
        yield f"a learning rate of {short(rate)}", f"Use {short(rate)}", (("lr", f"{rate:g}"),), changed
    if _failed(history) or setting.data.regression:
        return
    epochs = setting.epochs * LONGER
    if size * LONGER <= MOST_STEPS and epochs <= MOST_EPOCHS:
        yield (
            f"{epochs:,} epochs",
            f"Run {epochs:,} epochs",
            (("epochs", str(epochs)),),
            replace(setting, epochs=epochs),
        )
    seed = setting.seed + 1
    yield f"the seed {seed}", f"Use the seed {seed}", (("seed", str(seed)),), replace(setting, seed=seed)


def _as_it_should_be(history: History) -> bool:
    if _failed(history):
        return False
    setting = history.setting
    if setting.data.regression:
        return history.loss[-1] <= history.loss[0]
    # One neuron parts the plane by a straight line, whatever its rate: what helps is a layer.
    return right(history) == setting.data.size or not setting.trained.hidden


def _rates(setting: Setting) -> list[float]:
    """The optimizer's own rate first, where it is smaller; then tenths."""
    lr = setting.optimizer.lr
    own = OWN_RATES[setting.optimizer.kind]
    tried = [own, *(float(f"{lr / times:.3g}") for times in SMALLER)]
    return list(dict.fromkeys(rate for rate in tried if 0 < rate < lr))
