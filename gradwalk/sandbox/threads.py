"""Answers the kernel, which asks before a locked process gets one more thread: yes, up to a number.

The system's own limit on threads counts all processes of a user together, and does not hold for the superuser.
"""

from __future__ import annotations

import errno
import fcntl
import select
import struct
from contextlib import suppress
from pathlib import Path

_QUESTION, _ANSWER = 80, 24
_RECEIVE, _SEND = 0xC0502100, 0xC0182101  # SECCOMP_IOCTL_NOTIF_RECV, SECCOMP_IOCTL_NOTIF_SEND
_GO_ON = 1


def is_asked(listener: int) -> bool:
    """Whether a question may wait; False where nobody is left to ask, since the process ends."""
    poll = select.poll()
    poll.register(listener, select.POLLIN)
    return all(not happened & (select.POLLHUP | select.POLLERR) for _, happened in poll.poll(0))


def answer(listener: int, pid: int, most: int) -> None:
    """Answer one question. Each thread may ask at once for one more, so there are never more than twice ``most``."""
    question = bytearray(_QUESTION)
    with suppress(OSError):  # who asked may be gone
        fcntl.ioctl(listener, _RECEIVE, question)
        (identity,) = struct.unpack_from("=Q", question)
        if len(list(Path(f"/proc/{pid}/task").iterdir())) < most:
            reply = struct.pack("=QqiI", identity, 0, 0, _GO_ON)
        else:
            reply = struct.pack("=QqiI", identity, 0, -errno.EAGAIN, 0)
        fcntl.ioctl(listener, _SEND, bytearray(reply))
