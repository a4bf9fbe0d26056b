"""Time's up, as an exception in the main thread: where a program runs, never while its answer is put together."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager


class TimeUp(BaseException):
    """The program's time is up. No ``Exception``, which programs catch."""


class _Clock:
    """One program a process, so one clock a process."""

    def __init__(self) -> None:
        self.sentence = "The program's time is up."
        self.inside = 0
        self.up = False

    def rings(self, *_: object) -> None:
        self.up = True
        if self.inside:
            raise TimeUp(self.sentence)

    def check(self) -> None:
        if self.up:
            raise TimeUp(self.sentence)


_CLOCK = _Clock()


def listen(seconds: float) -> None:
    """From now on the signal that says so (SIGXCPU) is understood."""
    _CLOCK.sentence = (
        f"The program ran for {seconds:g} seconds and was stopped. Fewer turns or smaller tensors would work."
    )
    signal.signal(signal.SIGXCPU, _CLOCK.rings)


@contextmanager
def interruptible() -> Iterator[None]:
    """Around what the program itself does. Raises TimeUp inside, as soon as the time is up, or at once where it is.

    Outside of it nothing is interrupted, so what was recorded can be put together; the hard end comes later.
    """
    _CLOCK.check()
    _CLOCK.inside += 1
    try:
        yield
    finally:
        _CLOCK.inside -= 1


def is_up() -> bool:
    """Whether the time is up: the next cell need not begin."""
    return _CLOCK.up
