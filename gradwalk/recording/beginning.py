"""The beginning of a recording that came as text: a long one takes seconds to be read whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from gradwalk.recording.checks import plan

_TABLES = ("values", "operations", "nodes")


def passes_in(events: list[Any]) -> int:
    """How many backward passes there are, without those that run inside another, as a hook's."""
    last = {_call(event): place for place, event in enumerate(events)}
    count, inside = 0, -1
    for place, event in enumerate(events):
        if event["event"] == "backward call" and place > inside:
            count, inside = count + 1, last[event["call"]]
    return count


def _call(event: Any) -> Any:
    return None if event["event"] == "failure" else event.get("call")


def beginning(whole: Mapping[str, Any], passes: int, read: Callable[[str, Any], Any]) -> dict[str, Any]:
    """As much of it as so many backward passes and the start of the next one need, in JSON's own kinds.

    ``read`` gives the data of a part. Raises what it raises, KeyError and TypeError for what is no recording.
    """
    starts = [place for place, event in enumerate(whole["events"]) if event["event"] == "backward call"]
    events = whole["events"][: starts[passes] + 1] if len(starts) > passes else whole["events"]
    sizes = _Sizes()
    sizes.over(read("events", events))
    before: dict[str, int] = {}
    while sizes.found != before:  # what is pointed at points further
        before = dict(sizes.found)
        for table in _TABLES:
            sizes.over(read(table, whole[table][: before.get(table, 0)]))
    cut = {table: whole[table][: before.get(table, 0)] for table in _TABLES}
    modules = [_with_parameters(module, before.get("values", 0)) for module in whole["modules"]]
    pictures = [picture for picture in whole["pictures"] if 0 <= picture["call"] < min(passes, len(starts))]
    return {**whole, **cut, "events": events, "modules": modules, "pictures": pictures}


def _with_parameters(module: Any, values: int) -> Any:
    """Of its parameters, those that are among so many values."""
    return {**module, "parameters": [one for one in module.get("parameters", ()) if one["value"] < values]}


class _Sizes:
    """How far into each table the numbers in some data reach."""

    def __init__(self) -> None:
        self.found: dict[str, int] = {}

    def over(self, item: Any) -> None:
        if not hasattr(item, "_fields"):
            for one in item:
                self.over(one)
            return
        kind: Any = type(item)
        for _, at, role in plan(kind):
            inside = item[at]
            if inside is None:
                continue
            if role == "inside":
                self.over([one for one in (inside if type(inside) is tuple else (inside,)) if one is not None])
            elif role in _TABLES:
                reach = max(inside, default=-1) if isinstance(inside, tuple) else inside
                self.found[role] = max(self.found.get(role, 0), reach + 1)
