"""The process that all others are born from: it imports and warms up everything once, and then only forks.

``python -m serving.nursery FD`` starts it, with one end of a Unix socket. The first message is what to do to get warm,
and is answered with the replies. Then each byte brings the socket of one new process, and is answered with its number.
Being forked, a process starts in milliseconds and shares PyTorch's memory.
"""

from __future__ import annotations

import ctypes
import gc
import os
import pickle
import resource
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path

from gradwalk.cells.state import changed, state
from gradwalk.cells.warm_up import warm_up
from gradwalk.graph import dot
from gradwalk.settings import SETTINGS
from serving import wire
from serving.work import do

_LESS_URGENT = 2
"""Added to a process's niceness: the server itself, which everybody waits for, goes first."""


def main(connection: socket.socket) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal reaches us too; the server tells us when to go
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for our children
    warm_up()
    replies = [do(description) for description in pickle.loads(wire.receive(connection))]  # noqa: S301 (the server's)
    # What is alive now stays so: no collection has to look through it, or to copy its pages. A recording makes thirty
    # small tuples an operation, all of which it keeps: looking through them less often makes it a tenth faster.
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
    wire.send(connection, pickle.dumps([tuple(reply) for reply in replies]))
    while True:
        message, received, _, _ = socket.recv_fds(connection, 1, 1)
        if not message:
            return
        child = os.fork()
        if child == 0:
            connection.close()
            _live(socket.socket(fileno=received[0]))
        os.close(received[0])
        wire.send(connection, str(child).encode())


def _live(connection: socket.socket) -> None:
    """The life of one process: work, reply, and again, until the other side closes.

    Work is to leave no trace: what of the process it could have changed is compared each time.
    """
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, lambda *_: _leave())
    _bound()
    gc.disable()  # nearly all that work makes lives as long as the work: a third of a long one's time went into looking
    before = state()
    with suppress(EOFError, OSError):
        while True:
            reply = do(wire.receive(connection))
            if left := changed(before):  # then nothing more is done here, and this is not kept
                reply = reply._replace(fault=True, reason=f"left {', '.join(left)}")
            wire.send(connection, pickle.dumps(tuple(reply)))
            gc.collect(1)
    _leave()


def _leave() -> None:
    dot.end_all()
    os._exit(0)


def _bound() -> None:
    """What the system holds us to, where it can: memory, and an end when the nursery ends."""
    os.nice(_LESS_URGENT)
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    most = pages * resource.getpagesize() + SETTINGS.process_megabytes * 1_000_000
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard == resource.RLIM_INFINITY or most < hard:
        resource.setrlimit(resource.RLIMIT_AS, (most, hard))
    with suppress(OSError):  # if the system runs out of memory all the same, it should end one of us and not the server
        Path("/proc/self/oom_score_adj").write_text("500", encoding="ascii")


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
