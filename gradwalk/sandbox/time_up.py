"""Time's up, or somebody stopped it, as an exception in the main thread: where a program runs, never while its answer
is put together."""

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
        self.up: BaseException | None = None
        """What ends the program."""

    def rings(self, *_: object) -> None:
        self._ends(TimeUp(self.sentence))

    def is_stopped(self, *_: object) -> None:
        self._ends(KeyboardInterrupt())

    def _ends(self, error: BaseException) -> None:
        self.up = error
        if self.inside:
            raise error

    def check(self) -> None:
        if self.up is not None:
            raise self.up


_CLOCK = _Clock()


def listen(seconds: float) -> None:
    """From now on the signals are understood: SIGXCPU, the time is up, and SIGINT, somebody stops it, as in a shell."""
    _CLOCK.sentence = (
        f"The program ran for {seconds:g} seconds and was stopped. Fewer turns or smaller tensors would work."
    )
    signal.signal(signal.SIGXCPU, _CLOCK.rings)
    signal.signal(signal.SIGINT, _CLOCK.is_stopped)


@contextmanager
def interruptible() -> Iterator[None]:
    """Around what the program itself does. Raises TimeUp inside, as soon as the time is up, or at once where it is; and
    KeyboardInterrupt where somebody stops it.

    Outside of it nothing is interrupted, so what was recorded can be put together; the hard end comes later.
    """
    _CLOCK.check()
    _CLOCK.inside += 1
    try:
        yield
    finally:
        _CLOCK.inside -= 1


def is_up() -> bool:
    """Whether the time is up, or somebody has stopped it: the next cell need not begin."""
    return _CLOCK.up is not None
