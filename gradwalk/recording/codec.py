"""NamedTuples ↔ JSON. Every tuple becomes an object with its field names; an event also says which one it is.

JSON has no nan and no infinities: they are written as the strings "nan", "inf" and "-inf".
"""

from __future__ import annotations

import math
import types
from collections.abc import Mapping, Set
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

_NUMBER = int | float | bool
_NOT_FINITE = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


def encode(value: Any, names: Mapping[type, str], left_out: Set[str]) -> Any:
    """The value as JSON's own kinds.

    ``names`` has the name of each kind of event, and ``left_out`` the fields that are left out where they hold what
    they usually do.
    """
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if not isinstance(value, tuple):
        return value
    fields = getattr(value, "_fields", None)
    if fields is None:
        return [encode(item, names, left_out) for item in value]
    usual = type(value)._field_defaults  # type: ignore[attr-defined]
    named = {
        field: encode(item, names, left_out)
        for field, item in zip(fields, value, strict=True)
        if not (field in usual and field in left_out and item == usual[field])
    }
    name = names.get(type(value))
    return named if name is None else {"event": name, **named}


def decode(kind: Any, data: Any, events: Mapping[str, type], left_out: Set[str]) -> Any:
    """Build a value of the annotated type from JSON data: ``encode`` the other way, ``events`` being ``names`` turned.

    Raises KeyError, TypeError, IndexError or RecursionError for data of another form.
    """
    if kind == _NUMBER:
        return _NOT_FINITE[data] if isinstance(data, str) else _plain((bool, int, float), data)
    if get_origin(kind) in (Union, types.UnionType):
        return _decode_union(get_args(kind), data, events, left_out)
    if get_origin(kind) is tuple:
        (inner, *_) = get_args(kind)
        return tuple(decode(inner, item, events, left_out) for item in _plain((list,), data))
    if hasattr(kind, "_fields"):
        hints, usual = _hints(kind), kind._field_defaults
        absent = left_out - set(data)
        return kind(
            *(
                usual[f] if f in absent and f in usual else decode(hint, data[f], events, left_out)
                for f, hint in hints.items()
            )
        )
    return _plain((kind,), data)


def _decode_union(kinds: tuple[Any, ...], data: Any, events: Mapping[str, type], left_out: Set[str]) -> Any:
    if data is None and type(None) in kinds:
        return None
    if isinstance(data, dict) and "event" in data:
        return decode(events[data["event"]], data, events, left_out)
    rest = tuple(kind for kind in kinds if kind is not type(None))
    whole = rest[0] if len(rest) == 1 else Union[rest]  # noqa: UP007 - built at run time
    return decode(whole, data, events, left_out)


def _plain(kinds: tuple[type, ...], data: Any) -> Any:
    if not isinstance(data, kinds) or (isinstance(data, bool) and bool not in kinds):
        raise TypeError(f"{data!r:.40} should be {kinds[-1].__name__}")
    return data


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)
