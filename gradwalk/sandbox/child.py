"""The life of one locked process, from the fork to its end: withdraw, lock, read what to do, do it, answer."""

from __future__ import annotations

import faulthandler
import os
import signal
import socket
import struct
from collections.abc import Callable
from typing import NoReturn

from gradwalk.sandbox import bounds, reserve, time_up
from gradwalk.sandbox.bounds import Bounds
from gradwalk.sandbox.frames import Sender, Sizes
from gradwalk.sandbox.lock import Lock, Unlockable, put_on
from gradwalk.sandbox.time_up import TimeUp

Work = Callable[[bytes, Callable[[object], None]], None]
"""What is done with a payload; the second argument sends a message, which is whatever JSON can say."""

LENGTH = struct.Struct("!I")
READY, THREADS, NOT_LOCKED = b"R", b"T", b"N"
"""What a process tells the nursery: it is locked and ready; here is what asks for threads; or why it is not locked."""
LAST_WORDS = signal.SIGUSR2
"""Asks for the place where the program is: C writes it down, whatever Python does. A crash writes it by itself."""
_LESS_URGENT = 2


def live(
    channel: socket.socket, nursery: socket.socket, lock: Lock | None, limits: Bounds, sizes: Sizes, work: Work
) -> NoReturn:
    """Never returns. ``lock`` is None where there is none to be had and nobody demands one."""
    try:
        _withdraw(channel.fileno(), nursery.fileno(), lock, limits)
        _lock(nursery, lock)
        _answer(channel.fileno(), Sender(channel.fileno(), sizes), work)
    except BaseException:  # nothing is left to tell it to
        os._exit(1)
    os._exit(0)


def _withdraw(channel: int, nursery: int, lock: Lock | None, limits: Bounds) -> None:
    parent = os.getppid()
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    time_up.listen(limits.seconds)
    bounds.depend_on(parent)
    bounds.withdraw({channel, nursery, *([] if lock is None or lock.rules is None else [lock.rules])})
    bounds.give_way(_LESS_URGENT)
    bounds.limit(limits)
    reserve.keep()


def _lock(nursery: socket.socket, lock: Lock | None) -> None:
    """Raises Unlockable, after the nursery was told."""

    def ask(listener: int) -> None:
        socket.send_fds(nursery, [THREADS], [listener])

    try:
        if lock is not None:
            put_on(lock, ask)
    except Unlockable as error:
        nursery.send(NOT_LOCKED + str(error).encode())
        raise
    nursery.send(READY)
    nursery.setblocking(False)
    faulthandler.enable(nursery.fileno(), all_threads=False)
    faulthandler.register(LAST_WORDS, nursery.fileno(), all_threads=False)


def _answer(channel: int, sender: Sender, work: Work) -> None:
    payload = _read(channel)
    word, reason = "done", ""
    try:
        work(payload, sender.say)
    except TimeUp as error:
        word, reason = "time", str(error)
    except MemoryError:
        word = "memory"
    except BaseException as error:  # a SystemExit is no end that was meant
        word, reason = "failed", type(error).__name__
    sender.end(word, reason)


def _read(channel: int) -> bytes:
    (length,) = LENGTH.unpack(_exactly(channel, LENGTH.size))
    return _exactly(channel, length)


def _exactly(channel: int, size: int) -> bytes:
    pieces = bytearray()
    while len(pieces) < size:
        piece = os.read(channel, size - len(pieces))
        if not piece:
            raise EOFError
        pieces += piece
    return bytes(pieces)
