"""Programs that visitors write: each in a locked process of its own, which is ended after it (``gradwalk.sandbox``).

What such a process says is data: it is never unpickled, and whoever reads it takes nothing for granted.
"""

from __future__ import annotations

import hashlib
import pickle
from typing import Any

from gradwalk.sandbox import clocks, processes, programs
from gradwalk.sandbox.answer import Answer
from gradwalk.sandbox.configuration import Configuration
from gradwalk.sandbox.outcome import Said, said
from gradwalk.sandbox.selftest import Held
from gradwalk.sandbox.time_up import TimeUp
from serving.jobs import Job
from serving.pool import Here
from serving.processes import Gone, worked
from serving.work import PROGRAM, Parcel, Reply, Work


def program(source: str) -> Work:
    """The work of running a program."""
    payload = programs.payload(source, pictures=True)
    return Work(hashlib.sha256(payload).digest(), PROGRAM, payload)


def _reply(left: Said, how: str, seconds: float = 0.0, *, fault: bool = False, lasting: bool = True) -> Reply:
    digest = hashlib.sha256(pickle.dumps(left)).hexdigest()
    body, reason = pickle.dumps(Parcel(digest, left)), "" if how == "done" else how
    return Reply("done", body, reason, seconds, fault=fault, lasting=lasting)


class Process:
    """One locked process, for one program."""

    ended = False

    def __init__(self, process: processes.Process, seconds: float) -> None:
        """``seconds`` of a core's work are what its program may have."""
        self.answers = 0
        self._seconds = seconds
        self._process = process
        self._unwanted = self._over = self._stopped = False

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def worked(self) -> float:
        return worked(self.pid)

    @property
    def kept_waiting(self) -> float:
        return clocks.kept_waiting(self.pid)

    def send(self, description: bytes) -> None:
        self._process.begin(description)

    def reply(self, seconds: float) -> Reply | None:
        """What it said until its end, however it ended; None where it goes on. Raises Gone where nobody wanted it."""
        if self._over:
            raise Gone
        answer: Answer | None = self._process.answer(seconds)
        if answer is None:
            return None
        self.answers, self._over = 1, True
        if self._unwanted:
            raise Gone
        how = "time" if answer.time_up else answer.ended
        # Whose time was up by the clock alone, may have had little of the core.
        lasting = not self._stopped and (not answer.time_up or answer.seconds >= self._seconds)
        return _reply(said(answer), how, answer.seconds, fault=answer.fault, lasting=lasting)

    def halt(self) -> None:
        self._process.halt()

    def go_on(self) -> None:
        self._process.go_on()

    def interrupt(self) -> None:
        self._stopped = True
        self._process.stop()

    def ask_to_end(self) -> None:
        self._unwanted = True
        self._process.end()

    def end(self) -> None:
        self._process.close()


class Nursery:
    """Starts locked processes. What the lock holds was tried when it started."""

    reused = False

    def __init__(self, configuration: Configuration) -> None:
        self.held = Held(locked=False, why="It has not been tried yet.")
        self._nursery = processes.Nursery(configuration)
        self._seconds = configuration.bounds.seconds

    @property
    def pid(self) -> int | None:
        return self._nursery.pid

    def start(self) -> list[Reply]:
        """Takes seconds. Raises Gone."""
        try:
            self.held = self._nursery.start()
        except processes.Gone as error:
            raise Gone(str(error)) from None
        return []

    def process(self) -> Process:
        try:
            return Process(self._nursery.process(), self._seconds)
        except processes.Gone as error:
            raise Gone(str(error)) from None

    def stop(self) -> None:
        self._nursery.stop()


class Unlocked(Here):
    """Runs programs in this process, without a lock: for tests."""

    def run(self, job: Job) -> Reply:
        messages: list[Any] = []
        ended, reason = "done", ""
        try:
            programs.work(job.description, messages.append)
        except TimeUp as error:
            ended, reason = "time", str(error)
        return _reply(Said(tuple(messages), ended, reason, ""), ended)
