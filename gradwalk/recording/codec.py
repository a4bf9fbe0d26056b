"""Recording ↔ JSON. Every tuple becomes an object with its field names; an event also says which one it is.
Fields that few have are left out where they say nothing.

JSON has no nan and no infinities: they are written as the strings "nan", "inf" and "-inf".
"""

from __future__ import annotations

import json
import math
import types
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from gradwalk import recording as r

FORMAT = 3
"""Goes up when a reader of the old form would misread the new one."""

EVENTS: dict[str, type] = {
    "statement": r.Statement,
    "forward": r.Forward,
    "local gradient": r.LocalGradient,
    "backward call": r.BackwardCall,
    "backward": r.Backward,
    "accumulate": r.Accumulate,
    "result": r.Result,
    "hooked": r.Hooked,
    "free": r.Free,
    "cleared": r.Cleared,
    "assigned": r.Assigned,
    "switched": r.Switched,
    "update": r.Update,
    "entered": r.Entered,
    "left": r.Left,
    "output": r.Output,
    "failure": r.Failure,
    "stopped": r.Stopped,
}
"""The name of each event, as docs/recording.md lists them."""

_NAMES = {kind: name for name, kind in EVENTS.items()}
_PARTS = ("cells", "values", "operations", "nodes", "events", "pictures", "modules")
_PLAIN = ("source", "torch", "complete", "file")
_LEFT_OUT = frozenset(
    "file summary grad_of module call function create_graph more inputs mime alternative traceback".split()
)
"""Fields that are left out where they hold what they usually do."""
_NOT_FINITE = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


def to_json(recording: r.Recording) -> str:
    """The whole recording as one JSON object."""
    whole: dict[str, Any] = {"format": FORMAT} | {name: getattr(recording, name) for name in _PLAIN}
    whole |= {part: [_encode(item) for item in getattr(recording, part)] for part in _PARTS}
    return json.dumps(whole, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def from_json(text: str) -> r.Recording:
    """Read what ``to_json`` wrote. Raises ValueError, saying what is wrong, for anything else."""
    try:
        whole = json.loads(text)
        if whole["format"] != FORMAT:
            raise ValueError(f"its format is {whole['format']}, and this version reads {FORMAT}")
        hints = get_type_hints(r.Recording)
        parts = {part: _decode(hints[part], whole[part]) for part in _PARTS}
        plain = {name: _decode(hints[name], whole[name]) for name in _PLAIN}
        return r.Recording(**plain, **parts)
    except (KeyError, TypeError, IndexError, RecursionError) as error:
        raise ValueError(f"This is no recording: {error!r}.") from error
    except ValueError as error:
        raise ValueError(f"This is no recording: {error}.") from error


def _encode(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if not isinstance(value, tuple):
        return value
    fields = getattr(value, "_fields", None)
    if fields is None:
        return [_encode(item) for item in value]
    usual = type(value)._field_defaults  # type: ignore[attr-defined]
    named = {
        field: _encode(item)
        for field, item in zip(fields, value, strict=True)
        if not (field in usual and field in _LEFT_OUT and item == usual[field])
    }
    name = _NAMES.get(type(value))
    return named if name is None else {"event": name, **named}


def _decode(kind: Any, data: Any) -> Any:
    """Build a value of the annotated type from JSON data."""
    if kind in (r.Number, int | float | bool):
        return _NOT_FINITE[data] if isinstance(data, str) else _plain((bool, int, float), data)
    if get_origin(kind) in (Union, types.UnionType):
        return _decode_union(get_args(kind), data)
    if get_origin(kind) is tuple:
        (inner, *_) = get_args(kind)
        return tuple(_decode(inner, item) for item in _plain((list,), data))
    if hasattr(kind, "_fields"):
        hints, usual = _hints(kind), kind._field_defaults
        left_out = _LEFT_OUT - set(data)
        return kind(
            *(usual[f] if f in left_out and f in usual else _decode(hint, data[f]) for f, hint in hints.items())
        )
    return _plain((kind,), data)


def _decode_union(kinds: tuple[Any, ...], data: Any) -> Any:
    if data is None and type(None) in kinds:
        return None
    if isinstance(data, dict) and "event" in data:
        return _decode(EVENTS[data["event"]], data)
    rest = tuple(kind for kind in kinds if kind is not type(None))
    return _decode(rest[0] if len(rest) == 1 else Union[rest], data)  # noqa: UP007 - built at run time


def _plain(kinds: tuple[type, ...], data: Any) -> Any:
    if not isinstance(data, kinds) or (isinstance(data, bool) and bool not in kinds):
        raise TypeError(f"{data!r:.40} should be {kinds[-1].__name__}")
    return data


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)
