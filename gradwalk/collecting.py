"""Python's look for cycles that nobody holds: seldom, while a recorder listens and while a recording is told.

A recording makes some thirty small tuples an operation and keeps them all, and it keeps the tensors that they are of;
its steps are lists and dicts without a circle. To look through them for what can go, after each 700 new ones as Python
does by itself, takes a third of the time that a long one takes and finds nothing.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_MANY = 50_000
"""New objects before Python looks."""


class Collecting:
    """Python's thresholds, as they are meanwhile and as they were before."""

    def __init__(self) -> None:
        self._before: tuple[int, int, int] | None = None
        self._ours: tuple[int, int, int] | None = None

    def seldom(self) -> None:
        """From here on there are seldom collections; none, where there were none before."""
        self._before = first, second, third = gc.get_threshold()
        self._ours = max(first, _MANY) if first else 0, second, third
        gc.set_threshold(*self._ours)

    def as_before(self) -> None:
        """Unless somebody else has set the thresholds since."""
        if self._before is not None and gc.get_threshold() == self._ours:
            gc.set_threshold(*self._before)
        self._before = None


@contextmanager
def seldom() -> Iterator[None]:
    """Inside of it there are seldom collections."""
    collecting = Collecting()
    collecting.seldom()
    try:
        yield
    finally:
        collecting.as_before()
