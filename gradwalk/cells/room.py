"""How much more of what a program shows is kept: so many characters and pictures, less what was taken away again."""

from __future__ import annotations

from typing import NamedTuple


class Size(NamedTuple):
    """What something that is shown takes."""

    characters: int = 0
    figures: int = 0

    def less(self, other: Size, times: int = 1) -> Size:
        return Size(self.characters - times * other.characters, self.figures - times * other.figures)


class _Named(NamedTuple):
    """What is shown under one name: in how many places of earlier cells and of this one, and what each takes."""

    earlier: int = 0
    here: int = 0
    each: Size = Size()


class Room:
    """The room that is left."""

    def __init__(self, characters: int, figures: int) -> None:
        self.left = self._before = Size(characters, figures)
        self._names: dict[str, _Named] = {}

    def cell(self) -> None:
        """The next cell begins."""
        self._before = self.left
        self._names = {name: _Named(named.earlier + named.here, 0, named.each) for name, named in self._names.items()}

    def clear(self) -> None:
        """What this cell has shown was taken away."""
        self.left = self._before
        self._names = {name: named._replace(here=0) for name, named in self._names.items()}

    def take(self, size: Size, name: str = "") -> None:
        """Something is shown, under a name or under none."""
        self.left = self.left.less(size)
        if name:
            named = self._names.get(name, _Named())
            self._names[name] = named._replace(here=named.here + 1, each=size)

    def change(self, name: str, size: Size) -> bool:
        """Let all that is shown under a name take so much instead, if there is room for it."""
        if (named := self._names.get(name)) is None:
            return False
        more = size.less(named.each)
        left = self.left.less(more, named.earlier + named.here)
        if min(left) < 0 and left != self.left:
            return False
        self.left = left
        self._before = self._before.less(more, named.earlier)
        self._names[name] = named._replace(each=size)
        return True
