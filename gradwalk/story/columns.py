"""The steps of a long story as columns: what is alike stands side by side, and packs a quarter smaller."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def columns(steps: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """``{"count", "all": {field: [of each step]}, "some": {field: [[steps that have it], [of each of them]]}}``.

    The player puts them together again (``rows`` of ``unpack.js``).
    """
    names = dict.fromkeys(name for step in steps for name in step)
    in_all = {name for name in names if all(name in step for step in steps)}
    some = {name: [number for number, step in enumerate(steps) if name in step] for name in names if name not in in_all}
    return {
        "count": len(steps),
        "all": {name: [step[name] for step in steps] for name in names if name in in_all},
        "some": {name: [places, [steps[place][name] for place in places]] for name, places in some.items()},
    }


def in_columns(story: Mapping[str, Any]) -> dict[str, Any]:
    """The story with its steps as columns."""
    return {**story, "steps": columns(story["steps"])}
