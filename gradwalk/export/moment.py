"""What a picture shows at one step: the text of each slot, what is lit, what is not made yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from gradwalk.export import CannotDraw

Json = Mapping[str, Any]


class Slot(NamedTuple):
    """The text of one place, as ``stage.js`` writes it."""

    lines: Sequence[str] | None = None
    """None while it is unknown, and once it is empty again."""
    fresh: bool = False
    """It changes at this very step."""
    before: Sequence[str] | None = None
    """What stood there, if that has just changed, or is gone."""
    gone: bool = False


class Moment(NamedTuple):
    slots: Mapping[str, Slot]
    now: frozenset[str] = frozenset()
    """The boxes and arrows that are lit."""
    phase: str = ""
    """``forward``, ``local``, ``backward``, ``failure``: the colour of what is lit."""
    failed: bool = False
    program: bool = False
    """A whole program, and no single expression: what is outside of the graph is hatched."""
    unborn: frozenset[str] = frozenset()
    """What the program has not made yet, of what torchviz draws in the end."""


NOTHING = Slot()


def checked_step(story: Json, step: int) -> int:
    """The step, if the story has it."""
    if not isinstance(step, int):
        raise CannotDraw(f"A step is a number, counted from 0, and not {step!r}.")
    last = len(story["steps"]) - 1
    if not 0 <= step <= last:
        raise CannotDraw(f"There is no step {step:,}: this recording has the steps 0 to {last:,}.")
    return step


def moment_at(story: Json, step: int, *, lit: bool = True) -> Moment:
    """The story's step; without ``lit`` nothing stands out, and there is only what is known by then."""
    told = story["steps"][step]
    episode = next((one for one in reversed(story["episodes"]) if one["first"] <= step), None)
    begin = episode["first"] if episode else 0
    saved = {f"{node}.saved": entries for node, entries in story.get("saved", {}).items()}
    slots = {slot: _slot(slot, entries, step, begin, lit) for slot, entries in {**story["slots"], **saved}.items()}
    phase = None if told["phase"] is None else story["phases"][told["phase"]]["kind"]
    return Moment(
        slots,
        frozenset(told["now"]) if lit else frozenset(),
        str(phase or "") if lit else "",
        lit and told["kind"] == "failure",
        bool(story.get("cells")),
        _unborn(story, step, told["episode"]),
    )


def _slot(name: str, entries: Sequence[Sequence[Any]], step: int, begin: int, lit: bool) -> Slot:
    index = sum(1 for entry in entries if entry[0] <= step) - 1
    if index < 0:
        return NOTHING
    since, lines = entries[index]
    fresh = lit and step > 0 and since == step
    past = entries[index - 1][1] if index and entries[index - 1][0] >= begin else None
    gone = lines is None and since > begin
    shown = _moved(name, lines, past) if fresh else lines
    return Slot(shown, fresh, past if fresh or gone else None, gone)


def _moved(slot: str, lines: Sequence[str] | None, before: Sequence[str] | None) -> Sequence[str] | None:
    """A value that changes in place moves, from the old one to the new."""
    moves = slot.endswith(".value") and before and lines and len(before) == len(lines) == 1 and before[0] != lines[0]
    return [f"{before[0]} → {lines[0]}"] if moves and before and lines else lines


def _unborn(story: Json, step: int, episode: int) -> frozenset[str]:
    born: dict[str, int] = {}
    for at, told in enumerate(story["steps"]):
        if told["kind"] == "forward" and told["episode"] == episode:
            for thing in told["now"]:
                born.setdefault(thing, at)
    return frozenset(thing for thing, at in born.items() if at > step)
