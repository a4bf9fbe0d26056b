"""How a thing that a program may change is read, and put back when it has changed."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping, Sequence
from typing import Any, NamedTuple


class _Nothing:
    """Stands for what is not there, or not given."""


ABSENT = _Nothing()
AS_IT_IS = _Nothing()


class Kept(NamedTuple):
    """One thing of the process's, or of its thread's."""

    get: Callable[[], Any]
    put: Callable[[Any], Any]
    fresh: Any = AS_IT_IS
    """What a program finds at its beginning."""

    def set(self, value: Any) -> None:
        """Make it this, if it is not this already."""
        if value is AS_IT_IS:
            return
        now = self.get()
        try:
            same = bool(now is value or now == value)
        except Exception:  # a tensor among the values says neither yes nor no
            same = False
        if not same:
            self.put(value)


def attribute(owner: Any, name: str, fresh: Any = AS_IT_IS) -> Kept:
    """An attribute of an object, which may be missing."""

    def put(value: Any) -> None:
        if value is not ABSENT:
            setattr(owner, name, value)
        elif hasattr(owner, name):
            delattr(owner, name)

    return Kept(lambda: getattr(owner, name, ABSENT), put, fresh)


def mapping(table: MutableMapping[Any, Any], fresh: Any = AS_IT_IS) -> Kept:
    """All that a dict holds."""

    def put(before: dict[Any, Any]) -> None:
        for key in [key for key in table if key not in before]:
            del table[key]
        for key, value in before.items():
            if table.get(key, ABSENT) is not value:
                table[key] = value

    return Kept(lambda: dict(table), put, fresh)


def sequence(items: list[Any], fresh: Any = AS_IT_IS) -> Kept:
    """All that a list holds."""

    def put(before: Sequence[Any]) -> None:
        items[:] = before

    return Kept(items.copy, put, fresh)


def members(owner: Any, *, additions: bool) -> Kept:
    """The members of a class or a module. ``additions`` go away again, or stay: late imports add parts to a module."""

    def put(before: dict[str, Any]) -> None:
        now = dict(vars(owner))
        for name, value in before.items():
            if now.get(name, ABSENT) is not value:
                setattr(owner, name, value)
        for name in now if additions else ():
            if name not in before:
                delattr(owner, name)

    return Kept(lambda: dict(vars(owner)), put)
