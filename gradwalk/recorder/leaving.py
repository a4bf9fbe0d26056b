"""Takes the function mode off the stack as soon as that can be done.

A mode is not on the stack while its own handler runs, and is put back when that ends: so it cannot take itself off.
The next event of a trace in the frames that called it comes after that.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

from gradwalk.recorder.places import frames


class Leaving:
    """Waits, in one thread, until something can be done."""

    def __init__(self, done: Callable[[], bool]) -> None:
        self._done = done
        self._before: Any = None
        self._traced: list[tuple[FrameType, Any]] = []
        self.waiting = False

    def wait(self, frame: FrameType) -> None:
        """``done`` is tried at the next event in this frame or in one around it, until it gives True."""
        self.waiting = True
        self._before = sys.gettrace()
        for outer in frames(frame):
            self._traced.append((outer, outer.f_trace))
            outer.f_trace = self._event
        sys.settrace(self._event)

    def _event(self, frame: FrameType, event: str, argument: Any) -> Any:
        if not self.waiting:
            return None
        if self._done():
            before = self._before
            self.stop()
            return before(frame, event, argument) if before is not None and event == "call" else frame.f_trace
        return self._event

    def stop(self) -> None:
        """No longer wait: the traces are as before."""
        if self.waiting:
            self.waiting = False
            for frame, before in self._traced:
                frame.f_trace = before
            self._traced.clear()
            sys.settrace(self._before)
            self._before = None

    def release(self) -> None:
        """Nobody waits any more."""
        self.stop()
        self._done = _long_since


def _long_since() -> bool:
    return True
