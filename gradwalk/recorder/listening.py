"""When a recorder listens: what hears its thread's calls is put on, taken off for a while, and off in the end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from gradwalk.collecting import Collecting
from gradwalk.recorder import surroundings
from gradwalk.recorder.leaving import Leaving
from gradwalk.recorder.mode import FunctionMode, is_on, push, remove
from gradwalk.recorder.run import Run

FOR_EVER = 1_000_000
"""So quiet that nothing makes it loud again."""


class Listening:
    """Whether a run is listened to, and by whom."""

    def __init__(self, run: Run, mode: FunctionMode) -> None:
        self._run = run
        self._mode = mode
        self._hearer: surroundings.Hearer | None = None
        self._leaving = Leaving(self._leave)
        self._collecting = Collecting()

    def begin(self, hearer: surroundings.Hearer) -> None:
        """From here on calls are heard, and ``hearer`` is told what else happens in this thread."""
        self._hearer = hearer
        self._collecting.seldom()
        surroundings.enter(hearer)
        push(self._mode)

    def end(self) -> None:
        """Nothing is heard any more."""
        self._leaving.stop()
        remove(self._mode)
        self._deafen()

    def end_soon(self, frame: FrameType | None) -> None:
        """As ``end``; while one of its own calls runs, which ``frame`` has made, as soon as that is done."""
        if not self._leave() and frame is not None:
            self._leaving.wait(frame)

    def try_again(self) -> None:
        """End, where that is still waited for."""
        if self._leaving.waiting:
            self._leave()

    def release(self) -> None:
        """Let go of everything that could be called."""
        self._leaving.release()
        self._mode.release()
        self._collecting.as_before()  # when what was alive is gone: Python looks at once, and has less to look through

    def _leave(self) -> bool:
        """Take everything off that listens; gives False where one of its own calls still runs."""
        if not remove(self._mode):
            return False
        self._leaving.stop()
        self._deafen()
        self._collecting.as_before()
        return True

    def _deafen(self) -> None:
        if self._hearer is not None and surroundings.hearer() is self._hearer:
            surroundings.leave()
        self._hearer = None

    def off(self) -> bool:
        """Calls are not heard from here on. Gives whether they were."""
        return remove(self._mode)

    def on(self) -> None:
        """Calls are heard again, unless the recording has ended."""
        if not self._run.ended:
            push(self._mode)

    @contextmanager
    def stretch(self) -> Iterator[None]:
        """A stretch inside of one of its own calls in which the program's code runs, and is listened to."""
        run = self._run
        if run.ended or is_on(self._mode):
            yield
            return
        quiet, run.quiet = run.quiet, 0
        push(self._mode)
        try:
            yield
        finally:
            remove(self._mode)
            run.quiet = FOR_EVER if self._run.ended else quiet

    @contextmanager
    def pause(self) -> Iterator[None]:
        """A stretch of which nothing is recorded, at Python's own speed where that can be had."""
        run = self._run
        run.quiet += 1
        was_on = self.off()
        try:
            yield
        finally:
            run.quiet -= 1
            if was_on:
                self.on()
