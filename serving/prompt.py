"""What the server sends goes out at once, and does not wait until the browser has confirmed what came before.

Streamlit makes the socket on which it listens without naming TCP's protocol. asyncio, which switches Nagle's algorithm
off for what names it, then leaves it on; and since a page's answer begins with small messages, and a browser confirms
those only after 40 ms, every answer waited for so long.
"""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_OPEN = Path("/dev/fd")
"""What of this process is open: on Linux and macOS."""


def send_at_once() -> None:
    """For all connections that come: on these systems they take it over from the socket that listens."""
    for listening in _listening():
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _listening() -> Iterator[socket.socket]:
    for entry in list(_OPEN.iterdir()) if _OPEN.is_dir() else ():
        with suppress(OSError):  # the descriptor by which the folder is read is gone by now
            number = int(entry.name)
            if stat.S_ISSOCK(os.fstat(number).st_mode):
                with socket.socket(fileno=os.dup(number)) as opened:
                    if _listens(opened):
                        yield opened


def _listens(opened: socket.socket) -> bool:
    inet = opened.family in (socket.AF_INET, socket.AF_INET6) and opened.type == socket.SOCK_STREAM
    return inet and bool(opened.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))
