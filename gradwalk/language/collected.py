"""Containers and iterators of Python's standard library, as a program holds them: asked for through its run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

Make = Callable[[], Any]


class Lazy:
    """What itertools gives: each item is charged as it is asked for, so that even an endless one ends."""

    gradwalk_items = True
    """A loop can go over it."""

    def __init__(self, items: Iterator[Any], charge: Callable[[], None]) -> None:
        self._items = items
        self._charge = charge

    def __iter__(self) -> Lazy:
        return self

    def __next__(self) -> Any:
        self._charge()
        return next(self._items)

    def __deepcopy__(self, _: Any) -> Lazy:
        return self


class Named(tuple[Any, ...]):
    """A namedtuple; each has a class of its own."""

    __slots__ = ()
    fields: ClassVar[tuple[str, ...]] = ()

    def __repr__(self) -> str:
        inside = ", ".join(f"{name}={item!r}" for name, item in zip(self.fields, self, strict=True))
        return f"{type(self).__name__}({inside})"


class Tables(dict[Any, Any]):
    """A defaultdict."""

    def __init__(self, make: Make | None, factory: Any, *given: Any) -> None:
        super().__init__(*given)
        self.make = make
        self.factory = factory

    def __missing__(self, key: Any) -> Any:
        if self.make is None:
            raise KeyError(key)
        self[key] = made = self.make()
        return made

    def __deepcopy__(self, memory: Any) -> Tables:
        from copy import deepcopy

        return Tables(self.make, self.factory, deepcopy(dict(self), memory))


class Progress:
    """A bar of tqdm's: the turns of a loop, without the bar."""

    gradwalk_items = True

    def __init__(self, items: Callable[[], Iterator[Any]]) -> None:
        self._items = items

    def __iter__(self) -> Iterator[Any]:
        return self._items()
