"""A limit on work, for code that cannot be asked to stop: a short formula can keep SymPy busy for hours.

The limit counts calls of Python functions, not time, so that it gives the same answer on a busy machine as on an idle
one. A million calls take about a second. Counting doubles the work, so what is done in a moment is not counted.
"""

from __future__ import annotations

import inspect
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from types import FrameType
from typing import TypeVar

_QUICK, _AGAIN = 0.04, 0.01
"""Seconds of the process's own work that are not counted, and how soon it is asked again to stop where it did not."""

_ITS_FILES = tuple(
    str(Path(spec.origin).parent) for name in ("sympy", "mpmath") if (spec := find_spec(name)) and spec.origin
)
_Result = TypeVar("_Result")


class ExhaustedError(BaseException):
    """The work was stopped. It is no Exception, so that what is being stopped does not take it for one of its own."""


@contextmanager
def limited(calls: int) -> Iterator[None]:
    """Raise ExhaustedError inside the block once it has called ``calls`` functions. Only this thread is watched.

    Where a profiler already watches the thread it stays, and there is no limit.
    """
    if sys.getprofile() is not None:
        yield
        return
    left = calls

    def charge(frame: FrameType, event: str, argument: object) -> None:
        nonlocal left
        if event == "call":
            left -= 1
            # Not in a generator: one that is being closed swallows what is raised in it, and the profiler that raised
            # is unset by that, so the rest would run without a limit. The next plain function is soon enough.
            if left < 0 and not frame.f_code.co_flags & inspect.CO_GENERATOR:
                raise ExhaustedError

    sys.setprofile(charge)
    try:
        yield
    finally:
        sys.setprofile(None)


class _NotQuick(BaseException):
    """The moment is over."""


class _Moment:
    """What the system's timer calls: it ends what takes longer than a moment, and nothing else."""

    over = True

    def __call__(self, _signal: int, frame: FrameType | None) -> None:
        # In a plain function of SymPy's alone, else a little later: what is raised in a generator that is being closed,
        # or where Python clears up, would be lost, and what is raised in our own ``finally`` would leave it undone.
        if self.over or frame is None or frame.f_code.co_flags & inspect.CO_GENERATOR:
            return
        if frame.f_code.co_filename.startswith(_ITS_FILES):
            raise _NotQuick

    def is_heard(self) -> bool:
        """Whether the timer can be heard here: in the main thread, where nobody else listens to it."""
        if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
            return False
        if signal.getsignal(signal.SIGVTALRM) is signal.SIG_DFL:
            signal.signal(signal.SIGVTALRM, self)
        return signal.getsignal(signal.SIGVTALRM) is self


_MOMENT = _Moment()


def within(calls: int, work: Callable[[], _Result]) -> _Result:
    """What ``work``, which SymPy does, returns; raises ExhaustedError where that takes more than so many ``calls``.

    What is done in a moment is below any limit of ours. What is not begins anew, and is counted.
    """
    if _MOMENT.is_heard():
        with suppress(_NotQuick):
            return _at_once(work)
    with limited(calls):
        return work()


def _at_once(work: Callable[[], _Result]) -> _Result:
    """Raises _NotQuick."""
    _MOMENT.over = False
    try:
        signal.setitimer(signal.ITIMER_VIRTUAL, _QUICK, _AGAIN)
        return work()
    finally:
        _MOMENT.over = True
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
