"""The process that all locked ones are born from: it gets warm, runs nobody's program, and only forks and watches.

``python -m gradwalk.sandbox.nursery FD CONFIGURATION`` starts it, with one end of a Unix socket. Each byte on it asks
for a process, and is answered with two descriptors: its channel, for what to do and for the answer, and its control, on
which to say what shall become of it meanwhile, and on which comes in the end what the system said of it. What is to be
done never passes through here: all that a nursery remembers, its processes can read.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from gradwalk.sandbox import attempts, bounds, pages
from gradwalk.sandbox.child import Work, live
from gradwalk.sandbox.configuration import Configuration
from gradwalk.sandbox.kernel import LINUX, PR_SET_DUMPABLE, prctl
from gradwalk.sandbox.lock import PROGRAM, Lock, Unlockable, prepare
from gradwalk.sandbox.ward import NotBorn, Ward

PROCESS, TEST = b"+", b"?"
"""What may be asked for: a process that does its work, or one that tries to get out."""
BORN, NOT_BORN = b"+", b"-"

_Born = tuple[Ward, socket.socket]
"""A process that is ready, and the other end of its channel."""


def main(connection: socket.socket, configuration: Configuration) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal reaches us too; the server tells us when to go
    for place in configuration.warm.split():
        named(place)()
    work = named(configuration.work)
    lock, why = _lock(configuration)
    bounds.forget_environment()
    if LINUX:
        prctl(PR_SET_DUMPABLE, 0)
    # What is alive now stays so: no collection in a process has to look through it, or to copy its pages.
    gc.collect()
    gc.freeze()
    pages.gather()
    memory = bounds.held()
    hello = {"locked": lock is not None, "landlock": lock.landlock if lock else 0, "why": why, "memory": memory}
    connection.sendall(json.dumps(hello).encode() + b"\n")
    _Watch(connection, configuration, lock, work).run()


def named(place: str) -> Any:
    """What ``module:name`` names."""
    module, _, name = place.partition(":")
    return getattr(importlib.import_module(module), name)


def _lock(configuration: Configuration) -> tuple[Lock | None, str]:
    if not configuration.lock:
        return None, "The lock was turned off."
    try:
        return prepare(PROGRAM, use_landlock=configuration.landlock), ""
    except (Unlockable, OSError) as error:
        return None, str(error)


class _Watch:
    """Everything that is open here, and the loop that waits for it."""

    def __init__(self, connection: socket.socket, configuration: Configuration, lock: Lock | None, work: Work) -> None:
        self._connection = connection
        self._configuration = configuration
        self._lock = lock
        self._work = work
        self._wards: list[Ward] = []
        self._spare: list[_Born] = []
        self._willing = True
        """Whether to have some to spare: not where the last one was not born."""
        self._ended, writing = socket.socketpair()
        self._ended.setblocking(False)
        writing.setblocking(False)
        self._writing = writing
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(writing.fileno(), warn_on_full_buffer=False)

    def run(self) -> None:
        """Until whoever asks for processes is gone; the system ends the processes with us."""
        while True:
            left = min((ward.look() for ward in self._wards), default=60.0)
            lacking = self._willing and len(self._spare) < self._configuration.spare
            for act in self._what_came(0 if lacking else left):
                if act() is False:
                    return
            ended = {ward for ward in self._wards if ward.ended()}
            self._wards = [ward for ward in self._wards if ward not in ended]
            self._spare = [born for born in self._spare if born[0] not in ended]
            if lacking and not self._what_came(0):
                self._have_spare()

    def _what_came(self, seconds: float) -> list[Callable[[], object]]:
        watched: dict[int, Callable[[], object]] = {
            self._connection.fileno(): self._asked,
            self._ended.fileno(): self._drain,
        }
        watched |= {descriptor: act for ward in self._wards for descriptor, act in ward.watched()}
        poll = select.poll()
        for descriptor in watched:
            poll.register(descriptor, select.POLLIN)
        return [watched[descriptor] for descriptor, _ in poll.poll(seconds * 1000)]

    def _drain(self) -> None:
        with suppress(BlockingIOError):
            while self._ended.recv(1000):
                pass

    def _asked(self) -> bool:
        """Answer what was asked for. False where nobody asks any more."""
        wish = self._connection.recv(1)
        if not wish:
            return False
        self._willing = True
        try:
            ward, channel = self._spare.pop(0) if wish == PROCESS and self._spare else self._fork(wish == TEST)
        except (NotBorn, OSError) as error:
            self._connection.sendall(NOT_BORN + str(error)[:500].encode() + b"\n")
            return True
        ours, theirs = socket.socketpair()
        with channel, theirs:
            ward.hand_over(ours)
            socket.send_fds(
                self._connection, [BORN + str(ward.pid).encode() + b"\n"], [channel.fileno(), theirs.fileno()]
            )
        return True

    def _have_spare(self) -> None:
        try:
            self._spare.append(self._fork(tests=False))
        except (NotBorn, OSError):  # whoever asks next is told why
            self._willing = False

    def _fork(self, tests: bool) -> _Born:
        """A locked process. Raises NotBorn, and OSError where the system has no more."""
        limits, sizes = self._configuration.bounds, self._configuration.sizes
        channel, theirs = socket.socketpair()
        report, reports = socket.socketpair()
        try:
            with theirs, reports:
                pid = os.fork()
                if pid == 0:
                    live(theirs, reports, self._lock, limits, sizes, attempts.work if tests else self._work)
        except BaseException:
            channel.close()
            report.close()
            raise
        ward = Ward(pid, limits)
        self._wards.append(ward)
        try:
            ward.born(report)
        except NotBorn:
            channel.close()
            ward.end()
            raise
        return ward, channel


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])), Configuration.from_json(sys.argv[2]))
    os._exit(0)  # nothing is left to be put in order
