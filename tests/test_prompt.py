"""What the server sends does not wait for the browser's confirmation of what it sent before."""

from __future__ import annotations

import ctypes
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
from streamlit.web.server.starlette import starlette_server

from serving.prompt import send_at_once

_PIDFD_GETFD = 438
"""Linux's number for it, in unistd.h: a descriptor of another process, as one's own."""


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    """A socket as Streamlit makes it."""
    with starlette_server._bind_socket("127.0.0.1", 0, 5) as bound:
        bound.setblocking(True)
        yield bound


def _accepted_waits(listening: socket.socket) -> bool:
    with socket.create_connection(listening.getsockname()), listening.accept()[0] as accepted:
        return _waits(accepted)


def _waits(connection: socket.socket) -> bool:
    return not connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_every_connection_sends_at_once(listening: socket.socket) -> None:
    assert _accepted_waits(listening), "Streamlit or the system does it now: serving/prompt.py can go"
    before = set(Path("/dev/fd").iterdir())
    send_at_once()
    assert set(Path("/dev/fd").iterdir()) == before, "who waits for the end of a pipe would wait for ever"
    assert not _accepted_waits(listening)


@pytest.mark.skipif(sys.platform != "linux", reason="looks into another process, as only Linux lets one")
def test_the_server_sends_at_once(server: str) -> None:
    port = urlsplit(server).port
    (listens,) = (
        each
        for each in psutil.net_connections("tcp")
        if each.status == psutil.CONN_LISTEN and each.laddr[1:] == (port,)
    )
    assert listens.pid is not None
    process = os.pidfd_open(listens.pid)
    try:
        descriptor = ctypes.CDLL(None, use_errno=True).syscall(_PIDFD_GETFD, process, listens.fd, 0)
    finally:
        os.close(process)
    if descriptor < 0:
        pytest.skip("this system does not let a process look at another's sockets")
    with socket.socket(fileno=descriptor) as its:
        assert not _waits(its)
