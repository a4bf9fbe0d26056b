"""An entry: what stands in the fields of the view, as it was typed, and the setting that it means."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass

from gradwalk.notation import short
from gradwalk.training.data import DRAWN, NOISE, TITLES, Data
from gradwalk.training.network import Network
from gradwalk.training.points import PointsError, read_points
from gradwalk.training.setting import FAULTS, MOST_EPOCHS, OPTIMIZERS, OWN_RATES, WITH_MOMENTUM, Optimizer, Setting

MOST_POINTS = 500
MOST_STEPS = 100_000
"""Of one run: epochs times batches."""
LARGEST_RATE = 1e6
LARGEST_SEED = 2**31 - 1


class EntryError(ValueError):
    """A field that means nothing here: which one, and a sentence with what would work."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


@dataclass(frozen=True)
class Entry:
    """Texts as they were typed; an empty one means its default."""

    data: str = "xor"
    points: str = ""
    """A CSV, for points of one's own."""
    count: str = "200"
    noise: str = ""
    optimizer: str = "sgd"
    lr: str = ""
    """Empty for the optimizer's own."""
    momentum: str = "0.9"
    nesterov: bool = False
    decay: str = "0"
    batch: str = ""
    seed: str = "0"
    epochs: str = "300"
    fault: str = ""


def read(entry: Entry, network: Network) -> Setting:
    """The setting that an entry means for a network. Raises EntryError for the first field that means none."""
    data = _data(entry)
    batch = 0 if not entry.batch.strip() else _whole("batch", "The batch size", entry.batch, 1, MOST_POINTS)
    setting = Setting(
        network=network,
        data=data,
        optimizer=_optimizer(entry),
        batch=batch,
        seed=_whole("seed", "The seed", entry.seed, 0, LARGEST_SEED),
        epochs=_whole("epochs", "The number of epochs", entry.epochs, 1, MOST_EPOCHS),
        fault=_chosen("fault", entry.fault, ("", *FAULTS)),
    )
    if setting.epochs * setting.batches > MOST_STEPS:
        raise EntryError(
            "epochs",
            f"{setting.epochs:,} epochs of {setting.batches} steps are more than {MOST_STEPS:,} steps. "
            f"Up to {MOST_STEPS // setting.batches:,} epochs, or larger batches, would work.",
        )
    if setting.fault and FAULTS[setting.fault].hidden and not network.hidden:
        raise EntryError("fault", f"{FAULTS[setting.fault].title} is shown by a hidden layer. Add one to see it.")
    return setting


def _data(entry: Entry) -> Data:
    kind = _chosen("data", entry.data, TITLES)
    if kind == "own":
        try:
            return Data("own", own=read_points(entry.points))
        except PointsError as error:
            raise EntryError("points", str(error)) from None
    if kind not in DRAWN:
        return Data(kind)
    count = _whole("count", "The number of points", entry.count, 2, MOST_POINTS)
    noise = _number("noise", "The noise", entry.noise, 0, 10) if entry.noise.strip() else NOISE[kind]
    return Data(kind, count, noise)


def _optimizer(entry: Entry) -> Optimizer:
    kind = _chosen("optimizer", entry.optimizer, OPTIMIZERS)
    lr = _number("lr", "The learning rate", entry.lr, 0, LARGEST_RATE) if entry.lr.strip() else OWN_RATES[kind]
    decay = _number("decay", "The weight decay", entry.decay, 0, 100)
    momentum = _number("momentum", "The momentum", entry.momentum, 0, 1) if kind in WITH_MOMENTUM else 0.0
    nesterov = entry.nesterov and kind == "sgd"
    if nesterov and not momentum:
        raise EntryError("momentum", "Nesterov looks ahead along the momentum, which is 0 here. 0.9 would work.")
    return Optimizer(kind, lr, momentum, nesterov, decay)


def _chosen(field: str, key: str, table: Collection[str]) -> str:
    if key not in table:
        offered = ", ".join(name for name in table if name)
        raise EntryError(field, f"“{key[:20]}” is not offered here. There are {offered}.")
    return key


def _number(field: str, name: str, text: str, least: float, most: float) -> float:
    try:
        value = float(text)
    except ValueError:
        said = f"{name} is empty" if not text.strip() else f"{name} is no number: “{text.strip()[:20]}”"
        raise EntryError(field, f"{said}. Write one, such as {_EXAMPLES[field]}.") from None
    if not math.isfinite(value):
        raise EntryError(field, f"{name} cannot be {text.strip()}. Write a number, such as {_EXAMPLES[field]}.")
    if not least <= value <= most:
        works = _EXAMPLES[field]
        bounds = f"it goes from {short(least)} to {short(most)}"
        raise EntryError(field, f"{name} is {short(value)}; {bounds}. {works} would work.")
    return value


def _whole(field: str, name: str, text: str, least: int, most: int) -> int:
    try:
        value = int(text)
    except ValueError:
        raise EntryError(
            field, f"{name} is no whole number: “{text.strip()[:20]}”. Write one, such as {_EXAMPLES[field]}."
        ) from None
    if not least <= value <= most:
        shown = f"{value:,}" if abs(value) < 10**12 else "too large" if value > 0 else "too small"
        raise EntryError(field, f"{name} is {shown}; it goes from {least:,} to {most:,}.")
    return value


_EXAMPLES = {
    "lr": "0.1",
    "momentum": "0.9",
    "decay": "0.01",
    "noise": "0.1",
    "count": "200",
    "batch": "16",
    "seed": "0",
    "epochs": "300",
}
