"""The steps of one optimizer's step, or of one written by hand: in a folded graph the player steps over them as one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

LEAST = 5
"""Of so many leaves at least; fewer are few steps."""


class Move(NamedTuple):
    """A step that moves a leaf, or computes what it is moved by."""

    step: int
    mover: str
    """Which optimizer does it; empty for the program itself."""
    leaf: str
    """Its box."""


def mark_runs(steps: list[dict[str, Any]], moves: Sequence[Move], first: int) -> list[dict[str, Any]]:
    """The runs among an episode's ``moves``; each step of one then has its number, counted from ``first`` on."""
    runs: list[dict[str, Any]] = []
    for found in _stretches(steps, moves):
        leaves = len(dict.fromkeys(move.leaf for move in found))
        if leaves < LEAST:
            continue
        begin, end = found[0].step, found[-1].step
        for number in range(begin, end + 1):
            steps[number]["run"] = first + len(runs)
        runs.append({"mover": found[0].mover, "leaves": leaves})
    return runs


def _stretches(steps: Sequence[dict[str, Any]], moves: Sequence[Move]) -> Iterator[list[Move]]:
    """Moves by one mover, with nothing between them but names that are bound."""
    found: list[Move] = []
    for move in moves:
        if found and not _goes_on(steps, found[-1], move):
            yield found
            found = []
        found.append(move)
    if found:
        yield found


def _goes_on(steps: Sequence[dict[str, Any]], one: Move, other: Move) -> bool:
    between = steps[one.step + 1 : other.step]
    alike = (one.mover, steps[one.step]["phase"]) == (other.mover, steps[other.step]["phase"])
    return alike and all(step["kind"] == "statement" and not step["focus"] for step in between)
