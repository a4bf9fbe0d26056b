"""Lays a nested value out over lines as IPython's pretty printer does: wide groups break from the outside in."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

WIDTH = 79
"""IPython breaks what is wider."""
MOST = 1000
"""IPython shows so many items of one container."""


class _Group:
    """What stands between two brackets."""

    def __init__(self, depth: int) -> None:
        self.depth = depth
        self.waiting: deque[_Space] = deque()
        self.broken = False


class _Space:
    """A place where a line may end, written with the text that follows it once it is known whether it does."""

    def __init__(self, group: _Group, indent: int) -> None:
        self.group = group
        self.indent = indent
        group.waiting.append(self)


class Page:
    """Text that is being laid out: ``text``, ``space``, ``line``, ``open`` and ``close``, then ``finished``."""

    def __init__(self) -> None:
        self._written: list[str] = []
        self._column = 0
        self._held: deque[_Space | str] = deque()
        """What is not yet written, since a space before it may still become the end of a line."""
        self._held_width = 0
        self._indent = 0
        self._open = [_Group(0)]
        self._queue: list[list[_Group]] = [[self._open[0]]]

    def text(self, text: str) -> None:
        if self._held:
            self._held.append(text)
            self._held_width += len(text)
            self._break_outer()
        else:
            self._write(text)

    def space(self) -> None:
        group = self._open[-1]
        if group.broken:
            self._end_line()
            return
        self._held.append(_Space(group, self._indent))
        self._held_width += 1
        self._break_outer()

    def line(self) -> None:
        """End the line here in any case. The outermost group is broken with it."""
        if (group := self._outermost()) is not None:
            self._break(group)
        self._end_line()

    def _end_line(self) -> None:
        self._flush()
        self._written.append("\n" + " " * self._indent)
        self._column = self._indent

    def open(self, indent: int, bracket: str) -> None:
        if bracket:
            self.text(bracket)
        group = _Group(self._open[-1].depth + 1)
        self._open.append(group)
        while len(self._queue) <= group.depth:
            self._queue.append([])
        self._queue[group.depth].append(group)
        self._indent += indent

    def close(self, indent: int, bracket: str) -> None:
        self._indent -= indent
        group = self._open.pop()
        if not group.waiting:
            self._forget(group)
        if bracket:
            self.text(bracket)

    def finished(self) -> str:
        self._flush()
        return "".join(self._written)

    def _write(self, text: str) -> None:
        self._written.append(text)
        self._column += len(text)

    def _flush(self) -> None:
        while self._held:
            self._write_first()
        self._held_width = 0

    def _write_first(self) -> None:
        item = self._held.popleft()
        if isinstance(item, str):
            self._held_width -= len(item)
            self._write(item)
            return
        self._held_width -= 1
        item.group.waiting.popleft()
        if item.group.broken:
            self._written.append("\n" + " " * item.indent)
            self._column = item.indent
            return
        if not item.group.waiting:
            self._forget(item.group)
        self._write(" ")

    def _break_outer(self) -> None:
        while self._column + self._held_width > WIDTH:
            group = self._outermost()
            if group is None:
                return
            self._break(group)

    def _break(self, group: _Group) -> None:
        while group.waiting:
            self._write_first()
        while self._held and isinstance(self._held[0], str):
            self._write_first()

    def _outermost(self) -> _Group | None:
        """The outermost group that can still be broken; those without a space are passed on the way."""
        for groups in self._queue:
            for group in reversed(groups):
                if group.waiting:
                    groups.remove(group)
                    group.broken = True
                    return group
            for group in groups:
                group.broken = True
            groups.clear()
        return None

    def _forget(self, group: _Group) -> None:
        if group in self._queue[group.depth]:
            self._queue[group.depth].remove(group)


def laid_out(value: Any, leaf: Callable[[Any], str]) -> str:
    """A value over as many lines as it needs; ``leaf`` writes what is no list, tuple, dict or set."""
    page = Page()
    _put(page, value, leaf)
    return page.finished()


def _put(page: Page, value: Any, leaf: Callable[[Any], str]) -> None:
    kind = type(value)
    if kind in _BRACKETS and (value or kind is not set):
        _items(page, list(value), *_BRACKETS[kind], leaf)
    elif kind is dict:
        _pairs(page, value, leaf)
    elif kind.__name__ == "Tables":
        page.open(12, "defaultdict(")
        page.text(leaf(value.factory) + ",")
        page.space()
        _pairs(page, dict(value), leaf)
        page.close(12, ")")
    elif kind.__name__ == "OrderedDict":
        page.open(12, "OrderedDict(")
        _items(page, list(value.items()), "[", "]", leaf)
        page.close(12, ")")
    else:
        page.open(0, "")
        for number, line in enumerate(leaf(value).splitlines()):
            if number:
                page.line()
            page.text(line)
        page.close(0, "")


_BRACKETS: dict[type, tuple[str, str]] = {tuple: ("(", ")"), list: ("[", "]"), set: ("{", "}")}


def _items(page: Page, items: list[Any], first: str, last: str, leaf: Callable[[Any], str]) -> None:
    page.open(1, first)
    for number, item in enumerate(items[:MOST]):
        if number:
            page.text(",")
            page.space()
        _put(page, item, leaf)
    if len(items) > MOST:
        page.text(",")
        page.space()
        page.text("...")
    page.close(1, ("," if len(items) == 1 and first == "(" else "") + last)


def _pairs(page: Page, items: dict[Any, Any], leaf: Callable[[Any], str]) -> None:
    page.open(1, "{")
    for number, (key, value) in enumerate(list(items.items())[:MOST]):
        if number:
            page.text(",")
            page.space()
        _put(page, key, leaf)
        page.text(": ")
        _put(page, value, leaf)
    page.close(1, "}")
