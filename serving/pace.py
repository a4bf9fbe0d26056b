"""The pace of one browser: what comes faster waits, so that nobody keeps the server busy with messages alone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

AT_ONCE = 60
"""Messages that may come at once, as when somebody drags a slider for a while."""


class Pace:
    """How long the next message has to wait: a bucket of ``AT_ONCE``, filled at ``rate`` a second."""

    def __init__(self, rate: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._clock = clock
        self._left = float(AT_ONCE)
        self._since = clock()

    def wait(self) -> float:
        """Take one; the seconds until it may go on."""
        now = self._clock()
        self._left = min(AT_ONCE, self._left + (now - self._since) * self._rate) - 1
        self._since = now
        return max(0.0, -self._left / self._rate)


class Paced:
    """ASGI middleware: each WebSocket is read at its pace. What the server does not read, the network holds back."""

    def __init__(self, app: ASGIApp, rate: float) -> None:
        self.app = app
        self.rate = rate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        pace = Pace(self.rate)

        async def receive_at_pace() -> Message:
            message = await receive()
            if message["type"] == "websocket.receive" and (seconds := pace.wait()):
                await asyncio.sleep(seconds)
            return message

        await self.app(scope, receive_at_pace if scope["type"] == "websocket" else receive, send)
