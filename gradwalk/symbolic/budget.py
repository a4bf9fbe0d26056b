"""A limit on work, for code that cannot be asked to stop: a short formula can keep SymPy busy for hours.

The limit counts calls of Python functions, not time, so that it gives the same answer on a busy machine as on an idle
one. A million calls take about a second.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


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
