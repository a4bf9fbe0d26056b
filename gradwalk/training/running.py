"""A run that goes as far as somebody watches: in a thread of its own while there is work, and so many at a time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from gradwalk.training.fit import settle_threads
from gradwalk.training.history import History, places_of, train
from gradwalk.training.remarks import Remark, remark
from gradwalk.training.setting import Setting
from gradwalk.training.trials import Trials

SLICE = 0.01
"""Seconds of work after which a run lets others have the interpreter."""
PAUSE = 0.001
REST = 0.02
"""Seconds between two slices of what is tried while the run itself is still being looked at."""


class BusyError(Exception):
    """No place is left; a sentence."""


class Places:
    """Where runs take place: ``running`` at a time, and ``waiting`` for their turn behind them."""

    def __init__(self, running: int = 2, waiting: int = 40) -> None:
        self._turns = threading.BoundedSemaphore(running)
        self._places = threading.BoundedSemaphore(running + waiting)

    def begin(self, setting: Setting) -> Running:
        """A run that stands at its beginning, until somebody wants more of it."""
        return Running(setting, self._enter, self._turns)

    def _enter(self) -> Callable[[], None]:
        """Take a place; what gives it back. Raises BusyError when all places are taken."""
        if not self._places.acquire(blocking=False):
            raise BusyError("Too many runs are under way on this server. Try again in a moment; nothing is lost.")
        return self._places.release


class Running:
    """One run. Everything in it may be read while it goes on.

    A run that nobody wants more of has no thread and takes no place: it stands between two steps, and goes on from
    there.
    """

    def __init__(
        self, setting: Setting, enter: Callable[[], Callable[[], None]], turns: threading.BoundedSemaphore
    ) -> None:
        self.setting = setting
        self.history = History(setting)
        self.steps = 0
        self.ended = False
        """Whether its last step is done."""
        self.over = False
        """Whether nothing more will come of it: it has ended, and what there is to say about it is known."""
        self.remark: Remark | None = None
        self.broken: Exception | None = None
        """The mistake of ours by which it ended."""
        self.last = places_of(setting) - 1
        """The last place that it may reach."""
        self._train = train(self.history)
        self._enter, self._turns = enter, turns
        self._wanted, self._left = -1, False
        self._end_wanted = False
        self._lock = threading.Lock()
        self._idle = threading.Event()
        self._idle.set()
        self._moved = threading.Condition()
        self._tellers = 0

    @property
    def told(self) -> int:
        """How many places can be shown: each with the gradients of the step that was taken from there."""
        return len(self.history.epochs) if self.ended else len(self.history.gradients)

    def want(self, place: int) -> None:
        """Let it go on until this place can be shown. Raises BusyError when too many runs are under way.

        Beyond the last place: until it is over, without a rest.
        """
        with self._lock:
            if self.over or self._left:
                return
            self._end_wanted = self._end_wanted or place > self.last
            self._wanted = max(self._wanted, min(place, self.last))
            if not self._idle.is_set() or self._enough():
                return
            leave = self._enter()
            self._idle.clear()
            threading.Thread(target=self._work, args=(leave,), name="training", daemon=True).start()

    def wait(self, seconds: float) -> bool:
        """Wait so long at most until it stands still; whether it does."""
        return self._idle.wait(seconds)

    def wait_for(self, told: int, seconds: float, more: int = 0) -> None:
        """Wait so long at most until more than ``told`` places can be shown, or it stands still.

        ``more``: and so many beyond, where as many are still to come.
        """
        with self._moved:
            self._moved.wait_for(lambda: self._has(told, more), seconds)

    def _has(self, told: int, more: int) -> bool:
        return self._idle.is_set() or self.told > (told if self.ended else min(told + more, self.last))

    @contextmanager
    def standing(self) -> Iterator[None]:
        """It stands still between two steps while something of it is told.

        Two threads that both call small operations hand the interpreter to and fro at each of them, and are both slow.
        """
        with self._moved:
            self._tellers += 1
        try:
            yield
        finally:
            with self._moved:
                self._tellers -= 1
                self._moved.notify_all()

    def leave(self) -> None:
        """Nobody watches it any more: it ends at the next step."""
        self._left = True

    def _enough(self) -> bool:
        return self.told > self._wanted and self._wanted < self.last and not self.ended

    def _work(self, leave: Callable[[], None]) -> None:
        settle_threads()
        resting = False
        while not resting:
            try:
                self._in_turn()
            except Exception as error:
                self.broken, self.ended, self.over = error, True, True
            with self._lock:  # nobody can want more between the look and the rest
                resting = self.over or self._left or self._enough()
                if resting:
                    leave()
                    self._idle.set()
        self._tell()

    def _in_turn(self) -> None:
        while not self._turns.acquire(timeout=0.05):
            if self._left:
                return
        try:
            self._run()
        finally:
            self._turns.release()

    def _run(self) -> None:
        told = self.told
        for _ in self._in_slices(self._train):
            self.steps += 1
            if self._left:
                return
            if self.told > told:
                told = self.told
                self._tell()
                if self._enough():
                    return
        self.ended = True
        self._tell()
        self.remark = self._remarked()
        self.over = not self._left

    def _remarked(self) -> Remark | None:
        """What is to be said; what it proposes has been tried. None where nobody waits for it any more."""
        trials = Trials(self.history)
        for trial in trials:
            for _ in self._in_slices(train(trial), REST):
                if self._left:
                    return None
        return remark(self.history, trials.best, trials.said)

    def _in_slices(self, steps: Iterator[None], rest: float = PAUSE) -> Iterator[None]:
        """The same steps; others get the interpreter now and then, for so long as nobody waits for the end."""
        began = time.monotonic()
        for _ in steps:
            yield
            if self._tellers:
                with self._moved:
                    self._moved.wait_for(lambda: not self._tellers)
            if time.monotonic() - began > SLICE:
                time.sleep(PAUSE if self._end_wanted else rest)
                began = time.monotonic()

    def _tell(self) -> None:
        with self._moved:
            self._moved.notify_all()
