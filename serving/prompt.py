"""What the server sends goes out at once, and does not wait until the browser has confirmed what came before.

Streamlit makes the socket on which it listens without naming TCP's protocol. asyncio, which switches Nagle's algorithm
off for what names it, then leaves it on; and since a page's answer begins with small messages, and a browser confirms
those only after 40 ms, every answer waited for so long.
"""

from __future__ import annotations

import os
import socket
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
        with suppress(OSError), socket.socket(fileno=os.dup(int(entry.name))) as opened:  # most are no sockets
            inet = opened.family in (socket.AF_INET, socket.AF_INET6) and opened.type == socket.SOCK_STREAM
            if inet and opened.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                yield opened
