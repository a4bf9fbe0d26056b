"""A run in a thread of its own, which can be stopped at every step; so many at a time, and no more."""

from __future__ import annotations

import threading
import time
from typing import Any

from gradwalk.training.history import History, train
from gradwalk.training.pictures import Pair, pictures
from gradwalk.training.setting import Setting

SLICE = 0.01
"""Seconds of work after which a run lets others have the interpreter."""
PAUSE = 0.001


class BusyError(Exception):
    """No place is left; a sentence."""


class Places:
    """Where runs take place: ``running`` at a time, and ``waiting`` for their turn behind them."""

    def __init__(self, running: int = 2, waiting: int = 40) -> None:
        self._turns = threading.BoundedSemaphore(running)
        self._places = threading.BoundedSemaphore(running + waiting)

    def begin(self, setting: Setting, pair: Pair | None = None) -> Running:
        """A run that has begun, or waits for its turn. Raises BusyError when all places are taken."""
        if not self._places.acquire(blocking=False):
            raise BusyError("Too many runs are under way on this server. Try again in a moment; nothing is lost.")
        return Running(setting, pair, self._turns, self._places)


class Running:
    """One run. Everything in it may be read while it goes on."""

    def __init__(
        self,
        setting: Setting,
        pair: Pair | None,
        turns: threading.BoundedSemaphore,
        places: threading.BoundedSemaphore,
    ) -> None:
        self.setting = setting
        self.history = History(setting)
        self.pictures: dict[str, Any] = {}
        """Once it is done."""
        self.steps = 0
        self.broken: Exception | None = None
        """The mistake of ours by which it ended."""
        self._pair, self._turns, self._places = pair, turns, places
        self._stop, self._done = threading.Event(), threading.Event()
        threading.Thread(target=self._work, name="training", daemon=True).start()

    @property
    def done(self) -> bool:
        return self._done.is_set()

    @property
    def stopped(self) -> bool:
        """Whether somebody stopped it before its end."""
        return self._stop.is_set() and not self.history.finished

    def wait(self, seconds: float) -> bool:
        """Wait so long at most for its end; whether it has come."""
        return self._done.wait(seconds)

    def look_at(self, pair: Pair) -> None:
        """Once it is done: the loss over two other numbers of the network."""
        self.pictures = pictures(self.history, pair)

    def stop(self) -> None:
        """End it at the next step. What it has told so far stays."""
        self._stop.set()

    def _work(self) -> None:
        try:
            self._in_turn()
        except Exception as error:
            self.broken = error
        finally:
            self._places.release()
            self._done.set()

    def _in_turn(self) -> None:
        while not self._turns.acquire(timeout=0.05):
            if self._stop.is_set():
                return
        try:
            self._run()
            self.pictures = pictures(self.history, self._pair)
        finally:
            self._turns.release()

    def _run(self) -> None:
        began = time.monotonic()
        for _ in train(self.history):
            self.steps += 1
            if self._stop.is_set():
                return
            if time.monotonic() - began > SLICE:
                time.sleep(PAUSE)
                began = time.monotonic()
