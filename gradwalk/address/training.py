"""An entry ↔ its part of a URL's query: ``data=moons&optimizer=adam&lr=0.05&epoch=120``, beside the network's own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import NamedTuple
from urllib.parse import quote_plus

from gradwalk.address.bounds import few, too_long
from gradwalk.address.program import from_code, to_code
from gradwalk.training.data import TITLES
from gradwalk.training.entry import Entry
from gradwalk.training.setting import FAULTS, MOST_EPOCHS, OPTIMIZERS

LONGEST = 40
"""Characters of one field."""
_CHOICES = {"data": tuple(TITLES), "optimizer": tuple(OPTIMIZERS), "fault": ("", *FAULTS)}
_TYPED = ("count", "noise", "lr", "momentum", "decay", "batch", "seed", "epochs")


class Place(NamedTuple):
    """Where in a run somebody stands."""

    epoch: int | None = None
    """None where nothing has run yet."""
    batch: int | None = None
    """The step that is open in the player; None where none is."""
    step: int | None = None
    """Where the player stands, which writes it into the address itself."""


def to_query(entry: Entry, place: Place | None = None) -> str:
    """The entry's part of a query, without ``?`` or a leading ``&``; what is as usual is left out, but for the data.

    Which data are usual depends on the network, and a network changes.
    """
    usual = asdict(Entry())
    pairs = [(name, value) for name, value in asdict(entry).items() if value != usual[name] or name == "data"]
    texts = [(name, "yes" if value is True else str(value)[:LONGEST]) for name, value in pairs if name != "points"]
    if entry.data == "own" and (code := to_code(entry.points)) is not None:
        texts.append(("points", code))
    if place is not None and place.epoch is not None:
        texts.append(("epoch", str(place.epoch)))
        texts += [("inside", str(place.batch))] if place.batch is not None else []
    return "&".join(f"{name}={quote_plus(text)}" for name, text in texts)


def from_query(params: Mapping[str, str]) -> tuple[Entry, Place, tuple[str, ...]]:
    """What an address opens, and one sentence for each parameter that could not be used and got its default.

    Parameters that are none of ours are passed over. Numbers are opened as they were typed, right or wrong.
    """
    if too_long(params):
        return Entry(), Place(), ("The address is too long to be read, so the fields are as usual.",)
    notices: list[str] = []
    found: dict[str, str | bool] = {"nesterov": params.get("nesterov") == "yes"} if "nesterov" in params else {}
    for name, known in _CHOICES.items():
        if name in params and params[name] in known:
            found[name] = params[name]
        elif name in params:
            notices.append(f"The {name} in the address is not offered here; it got its default.")
    for name in _TYPED:
        text = params.get(name, "")
        if name in params and len(text) <= LONGEST and text.isprintable():
            found[name] = text
        elif name in params:
            notices.append(f"{name} in the address is too long or has invisible characters; it got its default.")
    return replace(Entry(points=_points(params, notices)), **found), _place(params, notices), few(notices)  # type: ignore[arg-type]


def _points(params: Mapping[str, str], notices: list[str]) -> str:
    if "points" not in params:
        return ""
    try:
        return from_code(params["points"])
    except ValueError:
        notices.append("The points in the address are damaged, so there are none.")
        return ""


def _place(params: Mapping[str, str], notices: list[str]) -> Place:
    numbers = {name: params[name] for name in ("epoch", "inside", "step") if name in params}
    if not all(re.fullmatch("[0-9]{1,6}", text) for text in numbers.values()):
        notices.append("The epoch in the address is no whole number; the run stands at its beginning.")
        return Place()
    if "epoch" not in numbers:
        return Place()
    epoch = min(int(numbers["epoch"]), MOST_EPOCHS)
    if "inside" not in numbers:
        return Place(epoch)
    return Place(epoch, int(numbers["inside"]), int(numbers["step"]) if "step" in numbers else None)
