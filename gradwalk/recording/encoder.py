"""NamedTuples → JSON's own kinds; ``codec`` reads them back.

Every tuple becomes an object with its field names; an event also says which one it is. JSON has no nan and no
infinities: they are written as the strings "nan", "inf" and "-inf".
"""

from __future__ import annotations

import math
import types
from collections.abc import Callable, Mapping, Set
from typing import Any, Union, get_args, get_origin, get_type_hints

from gradwalk.recording.compact import compact

_NUMBER = int | float | bool

Write = Callable[[Any], Any]


class Encoder:
    """Writes data of annotated types. What it writes is made ready once for each type.

    ``names`` has the name of each kind of event, and ``left_out`` the fields that are left out where they hold what
    they usually do. ``small``: floating point numbers of an array become one text where there are several.
    """

    def __init__(self, names: Mapping[type, str], left_out: Set[str], *, small: bool = False) -> None:
        self._names = names
        self._left_out = left_out
        self._small = small
        self._known: dict[Any, Write | None] = {}

    def __call__(self, kind: Any) -> Write:
        """The function that writes data of this type."""
        return self._writer(kind) or (lambda data: data)

    def _writer(self, kind: Any) -> Write | None:
        """None for what is JSON already."""
        if kind not in self._known:
            self._known[kind] = self._made(kind)
        return self._known[kind]

    def _made(self, kind: Any) -> Write | None:
        if kind is float or kind == _NUMBER:
            return _number
        if get_origin(kind) in (Union, types.UnionType):
            return self._union(get_args(kind))
        if get_origin(kind) is tuple:
            (inner, *_) = get_args(kind)
            return self._numbers if inner == _NUMBER else _list_of(self._writer(inner))
        return self._named(kind) if hasattr(kind, "_fields") else None

    def _named(self, kind: Any) -> Write:
        usual = kind._field_defaults
        fields = [
            (at, name, self._writer(hint), name in usual and name in self._left_out, usual.get(name))
            for at, (name, hint) in enumerate(get_type_hints(kind).items())
        ]
        event = self._names.get(kind)

        def write(data: Any) -> dict[str, Any]:
            found: dict[str, Any] = {} if event is None else {"event": event}
            for at, name, inside, may_be_absent, value in fields:
                item = data[at]
                if not (may_be_absent and item == value):
                    found[name] = item if inside is None else inside(item)
            return found

        return write

    def _union(self, kinds: tuple[Any, ...]) -> Write | None:
        rest = [kind for kind in kinds if kind is not types.NoneType]
        if len(rest) > 1:
            writers = {kind: self(kind) for kind in rest}
            return lambda data: writers[type(data)](data)
        inside = self._writer(rest[0])
        return inside and (lambda data: None if data is None else inside(data))

    def _numbers(self, numbers: Any) -> Any:
        """A recording has more of these than of all else."""
        if self._small and (text := compact(numbers)) is not None:
            return text
        return list(numbers) if math.isfinite(sum(numbers)) else [_number(number) for number in numbers]


def _number(data: Any) -> Any:
    return data if math.isfinite(data) else str(data)


def _list_of(inside: Write | None) -> Write:
    return list if inside is None else lambda data: [inside(item) for item in data]
