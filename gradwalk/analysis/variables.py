"""What the names of a program stand for at one moment: those of its module, and those of the function that runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gradwalk.recording import Binding, Event, Returned, Statement

MODULE = 0
"""The number of the module's own frame."""

Bound = int | str
"""A tensor's number, or the text of what is no tensor."""

PASSED_OVER = frozenset(
    ("function", "type", "module", "builtin_function_or_method", "Class", "ClassObject", "Function", "Procedure")
)
"""Bindings to functions, classes and modules, which are no data."""


class Variables:
    """Follows the events of a whole recording.

    A function sees its own names and the module's. When another one runs, its caller's names are out of sight, as they
    are to the program; so are those of a generator that waits.
    """

    def __init__(self, tensors: dict[int, int]) -> None:
        """``tensors`` gives the tensor of each value."""
        self._tensors = tensors
        self._frames: dict[int, dict[str, Bound]] = {MODULE: {}}
        self._running = [MODULE]

    def note(self, event: Event) -> set[str]:
        """Follow one event; gives the names that may stand for something else from here on."""
        if isinstance(event, Statement):
            return self._enter(event.frame).union(*(self._bind(event.frame, b) for b in event.bindings))
        if isinstance(event, Returned):
            return self._leave(event.frame)
        return set()

    def bound(self, name: str) -> Bound | None:
        """What a name stands for; None where there is no such name now."""
        return next((frame[name] for frame in self._in_sight() if name in frame), None)

    def is_local(self, name: str) -> bool:
        """Whether it is a name of the function that runs."""
        return self._running[-1] != MODULE and name in self._frames[self._running[-1]]

    def names_of(self, tensors: Iterable[int]) -> Iterator[str]:
        """The names in sight that stand for one of these tensors."""
        wanted = set(tensors)
        for frame in self._in_sight():
            yield from (name for name, bound in frame.items() if bound in wanted)

    def _in_sight(self) -> list[dict[str, Bound]]:
        """The innermost first."""
        top = self._running[-1]
        return [self._frames[top]] if top == MODULE else [self._frames[top], self._frames[MODULE]]

    def _bind(self, frame: int, binding: Binding) -> set[str]:
        names = self._frames[frame]
        if binding.value is not None:
            names[binding.name] = self._tensors[binding.value]
        elif binding.text and binding.text not in PASSED_OVER:
            names[binding.name] = binding.text
        else:
            names.pop(binding.name, None)
        return {binding.name}

    def _enter(self, frame: int) -> set[str]:
        """A statement of this frame is done: what was called by it is over, or waits."""
        if frame == self._running[-1]:
            return set()
        before = self._own()
        if frame in self._running:
            del self._running[self._running.index(frame) + 1 :]
        else:
            self._running.append(frame)
        self._frames.setdefault(frame, {})
        return before | self._own()

    def _leave(self, frame: int) -> set[str]:
        before = self._own()
        if frame in self._running:
            self._running.remove(frame)
        self._frames.pop(frame, None)
        return before | self._own()

    def _own(self) -> set[str]:
        """The names of the function that runs."""
        top = self._running[-1]
        return set() if top == MODULE else set(self._frames[top])
