"""JSON → NamedTuples: what ``encoder`` wrote."""

from __future__ import annotations

import json
import math
import types
from collections.abc import Callable, Mapping, Set
from typing import Any, Union, get_args, get_origin, get_type_hints

from gradwalk.recording.compact import numbers_of

_NUMBER = int | float | bool
_NOT_FINITE = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}
_LEAST, _MOST = -(2**63), 2**64 - 1
"""What whole numbers of tensors can be."""


def loads(text: str) -> Any:
    """JSON's own kinds: no NaN, and no half of a letter, which could not be written down again. Raises ValueError."""
    text.encode("utf-8")
    data = json.loads(text, parse_constant=_no_constant)
    if "\\ud" in text or "\\uD" in text:
        json.dumps(data, ensure_ascii=False).encode("utf-8")
    return data


def _no_constant(word: str) -> float:
    raise ValueError(f"{word} is no JSON")


Read = Callable[[Any], Any]


class Decoder:
    """Builds data of annotated types out of JSON's own kinds: ``Encoder`` the other way.

    ``events`` is ``names`` turned. What it reads is made ready once for each type. Raises KeyError, TypeError or
    RecursionError for data of another form.
    """

    def __init__(self, events: Mapping[str, type], left_out: Set[str]) -> None:
        self._events = events
        self._left_out = left_out
        self._known: dict[Any, Read] = {}

    def __call__(self, kind: Any) -> Read:
        """The function that reads data of this type."""
        if kind not in self._known:
            self._known[kind] = self._made(kind)
        return self._known[kind]

    def _made(self, kind: Any) -> Read:
        if kind == _NUMBER:
            return _number
        if get_origin(kind) in (Union, types.UnionType):
            return self._union(get_args(kind))
        if get_origin(kind) is tuple:
            (inner, *_) = get_args(kind)
            return _numbers if inner == _NUMBER else _tuple_of(self(inner))
        if hasattr(kind, "_fields"):
            return self._named(kind)
        return _plain(kind)

    def _named(self, kind: Any) -> Read:
        usual = {name: value for name, value in kind._field_defaults.items() if name in self._left_out}
        fields = [(name, self(hint), name in usual, usual.get(name)) for name, hint in get_type_hints(kind).items()]

        def read(data: Any) -> Any:
            if type(data) is not dict:
                raise _wrong(data, kind)
            return kind._make(
                [
                    value if may_be_absent and name not in data else inside(data[name])
                    for name, inside, may_be_absent, value in fields
                ]
            )

        return read

    def _union(self, kinds: tuple[Any, ...]) -> Read:
        rest = [kind for kind in kinds if kind is not types.NoneType]
        if len(rest) > 1:  # events, which say what they are
            readers = {name: self(kind) for name, kind in self._events.items() if kind in rest}
            return lambda data: readers[data["event"]](data)
        inside, optional = self(rest[0]), len(rest) < len(kinds)
        return lambda data: None if data is None and optional else inside(data)


def _wrong(data: Any, kind: type) -> TypeError:
    return TypeError(f"a {type(data).__name__} should be {kind.__name__}")


def _plain(kind: type) -> Read:
    def read(data: Any) -> Any:
        if type(data) is not kind:
            raise _wrong(data, kind)
        return data

    return _float if kind is float else _whole if kind is int else read


def _whole(data: Any) -> int:
    if type(data) is not int:
        raise _wrong(data, int)
    if not _LEAST <= data <= _MOST:
        raise TypeError("a number is too large")
    return data


def _tuple_of(inside: Read) -> Read:
    def read(data: Any) -> Any:
        if type(data) is not list:
            raise _wrong(data, tuple)
        return tuple([inside(item) for item in data])

    return read


def _float(data: Any) -> float:
    if type(data) is not float and type(data) is not str:
        raise _wrong(data, float)
    return float(_number(data))


_NUMBERS = frozenset((int, float, bool))


def _number(data: Any) -> Any:
    if type(data) is str:
        return _NOT_FINITE[data]
    if type(data) not in _NUMBERS:
        raise _wrong(data, float)
    if not _LEAST <= data <= _MOST and (type(data) is int or math.isinf(data)):
        raise TypeError("a number is too large")
    return data


def _numbers(data: Any) -> Any:
    """A recording has more of these than of all else."""
    if type(data) is str:
        return numbers_of(data)
    if type(data) is not list:
        raise _wrong(data, tuple)
    if not data or (_NUMBERS.issuperset(map(type, data)) and min(data) >= _LEAST and max(data) <= _MOST):
        return tuple(data)
    return tuple([_number(item) for item in data])
