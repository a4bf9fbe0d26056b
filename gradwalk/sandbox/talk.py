"""One talk with a locked process: what is said to it, and what it says, as bounded frames."""

from __future__ import annotations

import select
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from gradwalk.sandbox.answer import Heard
from gradwalk.sandbox.child import LENGTH
from gradwalk.sandbox.frames import Lie, Reader, Sizes

Listener = Callable[[Any], None]

_PIECE = 1 << 18


def whole(connection: socket.socket) -> bytes:
    """All that comes until the other side closes it."""
    whole = b""
    with suppress(OSError):
        while piece := connection.recv(_PIECE):
            whole += piece
    return whole


class Talk:
    """What is said to a process and what it says, as far as it got."""

    def __init__(self, channel: socket.socket, payload: bytes, sizes: Sizes, listener: Listener | None) -> None:
        self.heard = Heard(Reader(sizes))
        self.over = False
        self._channel = channel
        self._channel.setblocking(False)
        self._left = memoryview(LENGTH.pack(len(payload)) + payload)
        self._listener = listener

    def go_on(self) -> int:
        """Send and receive what is possible now, and give what to wait for (of ``poll``)."""
        with suppress(BlockingIOError):
            if self._left:
                self._left = self._left[self._send() :]
        with suppress(BlockingIOError):
            self._listen()
        return select.POLLIN | (select.POLLOUT if self._left else 0)

    def _send(self) -> int:
        try:
            return self._channel.send(self._left)
        except (BrokenPipeError, ConnectionResetError):
            return len(self._left)  # it does not want to know

    def _listen(self) -> None:
        try:
            piece = self._channel.recv(_PIECE)
        except ConnectionResetError:
            piece = b""
        heard = self.heard
        try:
            for message in heard.reader.feed(piece):
                heard.messages.append(message)
                if self._listener is not None:
                    self._listener(message)
        except Lie as error:
            heard.lie = str(error)
        heard.closed = not piece and not heard.reader.ended
        self.over = not piece or bool(heard.lie or heard.reader.ended)
