"""What goes to standard output and standard error past Python: commands, other processes, libraries in C.

A kernel of Jupyter's shows it in the cell too. It comes through a pipe, which a thread empties where there may be other
processes, so that nobody who writes has to wait.
"""

from __future__ import annotations

import codecs
import contextlib
import os
import select
import sys
import threading
from collections.abc import Callable
from typing import Any

NAMES = {1: "print", 2: "stderr"}
"""The two descriptors, and as which stream a recording knows each."""
_PIECE, _PIECES = 65_536, 16
"""Bytes that are read at once, and how often before somebody else has a turn."""


class Descriptors:
    """A stretch in which both lead to ``write``, which is called by ``take``, and only in the thread that calls that.

    In another thread than the main one nothing changes: there the descriptors belong to the rest of the process, such
    as a server's log.
    ``most``: bytes that are kept until somebody takes them; what comes on top is lost.
    """

    def __init__(self, write: Callable[[str, str], None], most: int, *, alone: bool) -> None:
        self._write = write
        self._most = most
        self._alone = alone
        """Whether no other process can be started. Then nobody else writes, and no thread is needed."""
        self._real: dict[int, int] = {}
        self._pipes: dict[int, int] = {}
        self._read = {number: bytearray() for number in NAMES}
        self._decoders = {number: codecs.getincrementaldecoder("utf-8")("replace") for number in NAMES}
        self._lock = threading.Lock()
        self._poll: Any = None
        self._over: tuple[int, int] | None = None

    def __enter__(self) -> Descriptors:
        if hasattr(select, "poll") and threading.current_thread() is threading.main_thread():
            with contextlib.suppress(OSError):  # a process may have none
                self._real = {number: os.dup(number) for number in NAMES}
        if len(self._real) == len(NAMES):
            _flush()
            self._redirect()
        return self

    def __exit__(self, *failure: object) -> None:
        if self._poll is not None:
            self.take()
        for number, real in self._real.items():
            if self._poll is not None:
                os.dup2(real, number)
            os.close(real)
        if self._over is not None:
            os.close(self._over[1])  # which ends the thread
            self._thread.join()
        self._empty()
        self._poll, poll = None, self._poll
        if poll is not None:
            self._tell()
        for reading in self._pipes.values():
            os.close(reading)

    @property
    def beside(self) -> int | None:
        """A descriptor that leads to where standard error really is: what asks for one writes past all cells."""
        return self._real.get(2)

    def take(self) -> None:
        """Hand on all that has come until now."""
        if self._poll is None:
            return
        _flush()
        self._empty()
        if any(self._read.values()):
            self._tell()

    def _redirect(self) -> None:
        poll = select.poll()
        for number in NAMES:
            self._pipes[number], writing = os.pipe()
            os.set_blocking(self._pipes[number], False)
            os.set_blocking(writing, not self._alone)
            os.dup2(writing, number)
            os.close(writing)
            poll.register(self._pipes[number], select.POLLIN)
        self._poll = poll
        if not self._alone:
            self._over = os.pipe()
            self._thread = threading.Thread(target=self._watch, name="output", daemon=True)
            self._thread.start()

    def _watch(self) -> None:
        """In a thread of its own: read what comes, until the other end of ``_over`` is closed."""
        if self._over is None:
            return
        poll, over = select.poll(), self._over[0]
        for reading in (*self._pipes.values(), over):
            poll.register(reading, select.POLLIN)
        while over not in (found := dict(poll.poll())):
            self._empty()
            for reading, what in found.items():
                if not what & select.POLLIN:  # nobody is there any more who could write
                    poll.unregister(reading)
        os.close(over)

    def _empty(self) -> None:
        """Read what is in the pipes."""
        with self._lock:
            if self._poll is None or not self._poll.poll(0):
                return
            for number, reading in self._pipes.items():
                for _ in range(_PIECES):
                    try:
                        piece = os.read(reading, _PIECE)
                    except BlockingIOError:
                        break
                    self._read[number] += piece[: max(0, self._most - len(self._read[number]))]
                    if not piece:
                        break

    def _tell(self) -> None:
        with self._lock:
            found = {number: bytes(read) for number, read in self._read.items()}
            for read in self._read.values():
                read.clear()
        for number, come in found.items():
            if text := self._decoders[number].decode(come):
                self._write(NAMES[number], text)


def _flush() -> None:
    """What Python itself holds back for a descriptor."""
    for stream in (sys.__stdout__, sys.__stderr__):
        if stream is not None:
            with contextlib.suppress(Exception):  # whatever a program has put there
                stream.flush()
